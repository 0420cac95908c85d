"""The plan of a month, and of a week by localities."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apk import czech
from apk.audit.models import AccessLog
from apk.calendar import Month, Week, local_date
from apk.localities.models import Locality
from apk.people.access import Permission, SignedInRequest, requires
from patrols.models import Operation, ShiftTemplate
from patrols.notice_board import document
from patrols.places import locality_plan
from patrols.planning import plan_of


@requires(Permission.VIEW_PLAN)
@require_safe
def this_month(request: SignedInRequest) -> HttpResponse:
    return redirect("patrols:month", Month.of(timezone.now()))


@requires(Permission.VIEW_PLAN)
@require_safe
def month(request: SignedInRequest, month: Month) -> HttpResponse:
    """Who is where in a month: people down, days across. Those who plan work in it by keyboard."""
    today = local_date(timezone.now())
    may_plan = request.user.may(Permission.PLAN_SHIFTS)
    context = {
        "month": month,
        "plan": plan_of(month.first_day, month.last_day, request.user, today),
        "may_plan": may_plan,
        "title": czech.month(month.first_day),
        "week": Week.of(month.first_day),
        "is_this_month": month == Month.of(today),
    }
    if may_plan:
        context |= {
            "templates": list(ShiftTemplate.objects.visible_to(request.user)[:9]),
            "localities": list(Locality.objects.visible_to(request.user).open_on(month.first_day)),
            "last_operation": Operation.objects.last_of(request.user),
            "locality": request.session.get("plan-locality"),
        }
    return render(request, "patrols/month.html", context)


@requires(Permission.VIEW_PLAN)
@require_safe
def localities(request: SignedInRequest, week: Week) -> HttpResponse:
    """Who covers which locality when, and who is missing there."""
    context = {
        "plan": locality_plan(week, request.user, local_date(timezone.now())),
        "week": week,
        "span": czech.days(week.first_day, week.last_day),
        "may_plan": request.user.may(Permission.PLAN_SHIFTS),
    }
    return render(request, "patrols/localities.html", context)


@requires(Permission.VIEW_PLAN)
@require_safe
def notice_board(request: SignedInRequest, month: Month) -> HttpResponse:
    """The published month as a PDF for the notice board."""
    content = document(month, request.user, timezone.localtime())
    AccessLog.objects.note(
        user=request.user,
        action=AccessLog.Action.EXPORT,
        what=f"Plán směn na nástěnku, {czech.month(month.first_day)}",
        month=str(month),
    )
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="plan-smen-{month}.pdf"'},
    )
