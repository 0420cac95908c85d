"""Timesheets of a month: everybody's sums, one person's days, and the documents to be signed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from apk import private_files
from apk.audit.models import AccessLog
from apk.calendar import Month
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.models import Assistant
from reports import timesheets
from reports.models import TimesheetPrint, TimesheetPrintQuerySet
from reports.papers import OFFICE
from reports.timesheet import FACTS, Sheet

CONTENT_TYPES = {"pdf": "application/pdf", "xlsx": f"{OFFICE}.spreadsheetml.sheet"}


def begun(month: Month) -> Month:
    """The month. Raises Http404 when it has not begun."""
    if month > Month.of(timezone.now()):
        raise Http404(f"{month} has not begun")
    return month


@requires(Permission.VIEW_ATTENDANCE)
@require_safe
def month_page(request: SignedInRequest, month: Month) -> HttpResponse:
    """The sums of everybody whose timesheet the reader may see."""
    people = list(timesheets.people_of(request.user, begun(month)))
    value = timesheets.compiled(month, people, request.user, timezone.now())
    context = {
        "month": month,
        "next_month": month.next if month < Month.of(timezone.now()) else None,
        "rows": [(person, sheet, hours_of(sheet)) for person, sheet in zip(people, value.sheets, strict=True)],
        "labels": FACTS.values(),
        **prints_of(request, month, None),
    }
    return render(request, "reports/timesheets.html", context)


@requires(Permission.VIEW_ATTENDANCE)
@require_safe
def person_page(request: SignedInRequest, month: Month, pk: int) -> HttpResponse:
    """One person's month day by day, with its sums."""
    person = person_or_404(request, begun(month), pk)
    (sheet,) = timesheets.compiled(month, [person], request.user, timezone.now()).sheets
    context = {
        "month": month,
        "person": person,
        "sheet": sheet,
        "sums": list(zip(FACTS.values(), hours_of(sheet), strict=True)),
        **prints_of(request, month, person),
    }
    return render(request, "reports/timesheet.html", context)


def hours_of(sheet: Sheet) -> list[int]:
    return [sheet.sums[name] for name in FACTS]


def person_or_404(request: SignedInRequest, month: Month, pk: int) -> Assistant:
    return get_object_or_404(timesheets.people_of(request.user, month), pk=pk)


def prints_of(request: SignedInRequest, month: Month, person: Assistant | None) -> dict[str, Any]:
    """The latest documents that the reader asked for."""
    latest = visible(request).filter(requested_by=request.user, month=month.first_day, assistant=person).first()
    return {"print": latest}


def visible(request: SignedInRequest) -> TimesheetPrintQuerySet:
    return TimesheetPrint.objects.visible_to(request.user)


@requires(Permission.VIEW_ATTENDANCE)
@require_POST
def prepare(request: SignedInRequest, month: Month) -> HttpResponse:
    """Asks for the documents, of one person (`asistent`) or of all whom the reader sees."""
    which = request.POST.get("asistent", "")
    if which and not (which.isdecimal() and len(which) < 18):
        raise Http404("no such person")
    person = person_or_404(request, begun(month), int(which)) if which else None
    people = [person] if person else list(timesheets.people_of(request.user, begun(month)))
    if not people:
        messages.error(request, "V tomto měsíci tu není nikdo, kdo by měl výkaz.")
        return redirect("timesheets:month", month)
    value = timesheets.compiled(month, people, request.user, timezone.now())
    TimesheetPrint.objects.request(
        month, person, value.as_json(), value.digest, layout=timesheets.LAYOUT, by=request.user
    )
    return redirect("timesheets:person", month, person.pk) if person else redirect("timesheets:month", month)


@requires(Permission.VIEW_ATTENDANCE)
@never_cache
@require_safe
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far the documents are, alone; once they are there, htmx is told to load the page anew."""
    found = get_object_or_404(visible(request), pk=pk)
    if request.htmx and not found.is_unfinished:
        return HttpResponseClientRefresh()
    return render(request, "reports/timesheet_print.html", {"print": found})


@requires(Permission.VIEW_ATTENDANCE)
@require_GET
def download(request: SignedInRequest, pk: int, extension: str) -> HttpResponseBase:
    """A finished file; who took it goes to the access log."""
    found = get_object_or_404(visible(request), pk=pk)
    if extension not in CONTENT_TYPES or extension not in found.files:
        raise Http404("no such file")
    kept = found.files[extension]
    response = private_files.response(kept["file"], CONTENT_TYPES[extension])
    AccessLog.objects.note(
        user=request.user,
        action=AccessLog.Action.DOWNLOAD,
        what=f"{found} ({extension.upper()})",
        figures_sha256=found.sha256,
        file_sha256=kept["sha256"],
    )
    response["Content-Disposition"] = f'attachment; filename="{found.file_name(extension)}"'
    response["Cache-Control"] = "private, no-store"
    return response
