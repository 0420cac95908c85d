"""Proposals of a plan: ask for one, watch it being worked out, take over all, some or none of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from apk import czech
from apk.calendar import Month
from apk.edits import posted
from apk.people.access import Permission, SignedInRequest, requires
from apk.refusal import Refused
from patrols import proposing
from patrols.cover import gaps_within
from patrols.models import CoverNeed, LegalLimit, Proposal
from patrols.publishing_views import PeriodForm
from patrols.step_views import report

LATEST = 20


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def proposals(request: SignedInRequest) -> HttpResponse:
    """Asks for a proposal of some days, and lists the latest ones."""
    following = Month.of(timezone.now()).next
    form = PeriodForm(posted(request), initial={"od": following.first_day, "do": following.last_day})
    if form.is_valid():
        first, last = form.cleaned_data["od"], form.cleaned_data["do"]
        parts = LegalLimit.objects.in_force(first, last)
        if len(parts) > 1:
            form.add_error(
                "do",
                f"Od {czech.day(parts[1].first)} platí jiné limity zákoníku práce. Navrhněte každou část zvlášť.",
            )
        elif next(gaps_within(first, last), None) is None:
            form.add_error(None, "V těchto dnech nic nechybí, není co navrhovat. Zkontrolujte potřeby, nebo dny.")
        else:
            return redirect("patrols:proposal", Proposal.objects.request(first, last, by=request.user).pk)
    context = {
        "form": form,
        "proposals": Proposal.objects.visible_to(request.user)[:LATEST],
        "has_needs": CoverNeed.objects.visible_to(request.user).exists(),
    }
    return render(request, "patrols/proposals.html", context, status=422 if form.errors else 200)


@requires(Permission.PLAN_SHIFTS)
@require_safe
def proposal(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is proposed, what stays open and why, and how fair it is; or how far the search is."""
    found = get_object_or_404(Proposal.objects.visible_to(request.user), pk=pk)
    context = {
        "proposal": found,
        "days": czech.days(found.first, found.last),
        "progress": proposing.progress_of(found.pk),
        "month": Month.of(found.first),
    }
    if found.result is not None:
        rows = proposing.shown(found, request.user)
        context |= {"rows": rows, "hours": proposing.total_hours_of(rows)}
    return render(request, "patrols/proposal.html", context)


@requires(Permission.PLAN_SHIFTS)
@require_safe
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far it is, alone; once it has ended, htmx is told to load the page anew."""
    found = get_object_or_404(Proposal.objects.visible_to(request.user), pk=pk)
    if request.htmx and not found.is_unfinished:
        return HttpResponseClientRefresh()
    context = {"proposal": found, "progress": proposing.progress_of(found.pk)}
    return render(request, "patrols/proposal_progress.html", context)


@requires(Permission.PLAN_SHIFTS)
@require_POST
def take(request: SignedInRequest, pk: int) -> HttpResponse:
    """Adds the chosen shifts to the plan; choosing none puts the proposal aside."""
    found = get_object_or_404(Proposal.objects.visible_to(request.user).filter(result__isnull=False), pk=pk)
    chosen = [int(number) for number in request.POST.getlist("smena") if number.isdecimal() and len(number) < 6]
    try:
        outcome = proposing.take(found, chosen, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("patrols:proposal", pk)
    report(request, outcome)
    return redirect("patrols:month", Month.of(found.first))
