"""The month's attendance: what was planned, what people noted, what differs and what is missing. Read only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from apk.audit.exports import csv_export
from apk.audit.models import AccessLog
from apk.calendar import Month
from apk.csv_files import Cell
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.models import User
from patrols import attendance_workbook
from patrols.attendance_approval import DayState, PersonDay, people_days
from patrols.attendance_days import DayRow, Days, Months, is_running, is_troubled, people_of
from patrols.attendance_filters import AttendanceFilter
from patrols.attendance_workbook import workbook

PAGE = 60


@dataclass(frozen=True)
class Shown:
    """A row as the table draws it; hours are exact."""

    row: DayRow
    planned: Decimal
    served: Decimal
    difference: Decimal | None
    is_troubled: bool
    is_running: bool
    is_ahead: bool
    state: DayState | None


def exact_hours(period: timedelta) -> Decimal:
    """A period in hours, not rounded, so that it is rounded once where it is shown."""
    return Decimal(round(period.total_seconds())) / 3600


def all_shown(rows: Sequence[DayRow], now: datetime, reader: User) -> list[Shown]:
    """The rows with how their days stand. Four queries."""
    if not rows:
        return []
    days = Days(min(row.day for row in rows), max(row.day for row in rows))
    found = people_days(list({row.assistant for row in rows}), days, now, reader)
    return [shown(row, found[row.assistant.pk].get(row.day), now) for row in rows]


def shown(row: DayRow, person_day: PersonDay | None, now: datetime) -> Shown:
    return Shown(
        row,
        exact_hours(row.planned),
        exact_hours(row.served),
        exact_hours(row.difference) if row.is_comparable else None,
        is_troubled(row, now),
        is_running(row, now),
        bool(row.shift and row.shift.end > now and not row.duties),
        person_day.state if person_day and person_day.duties else None,
    )


@requires(Permission.VIEW_ATTENDANCE)
@require_safe
def this_month(request: SignedInRequest) -> HttpResponse:
    return redirect("attendance:month", Month.of(timezone.now()))


@requires(Permission.VIEW_ATTENDANCE)
@require_safe
def month_page(request: SignedInRequest, month: Month) -> HttpResponse:
    """Each shift of the month beside the duty served on it, and the sums for each person."""
    return render_months(request, filtered(request, Months(month, month)))


@requires(Permission.VIEW_ATTENDANCE)
@require_safe
def period_page(request: SignedInRequest, first: Month, last: Month) -> HttpResponse:
    """The same for whole months one after another."""
    return render_months(request, filtered(request, period(first, last)))


def period(first: Month, last: Month) -> Months:
    """The months from `first` to `last`. Raises Http404 when there are none."""
    if last < first:
        raise Http404(f"{last} is before {first}")
    return Months(first, last)


def filtered(request: SignedInRequest, months: Months) -> AttendanceFilter:
    """The filter of the months. Raises Http404 when the first has not begun: nobody has served in it."""
    if months.first > Month.of(timezone.now()):
        raise Http404(f"{months.first} has not begun")
    return AttendanceFilter(request.GET, user=request.user, months=months)


def render_months(request: SignedInRequest, form: AttendanceFilter, status: int = 200) -> HttpResponse:
    now = timezone.now()
    months, rows = form.months, form.rows(now)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    is_one = months.first == months.last
    context = {
        "form": form,
        "words": form.words(),
        "months": months,
        "month": months.first if is_one else None,
        "next_month": months.last.next if is_one and months.last < Month.of(now) else None,
        "page": page,
        "rows": all_shown(list(page.object_list), now, request.user),
        "people": [(row, exact_hours(row.planned), exact_hours(row.served)) for row in people_of(rows, now)],
        "counts": counts_of(rows),
        "planned": exact_hours(sum((row.planned for row in rows), timedelta(0))),
        "served": exact_hours(sum((row.served for row in rows), timedelta(0))),
        "troubled": sum(is_troubled(row, now) for row in rows),
        "query": request.GET.urlencode(),
        "may_export": request.user.may(Permission.EXPORT_ATTENDANCE),
        "names_people": "asistent" in form.fields,
    }
    return render(request, "patrols/attendance.html", context, status=status)


def counts_of(rows: list[DayRow]) -> dict[str, int]:
    """The figures of the rows, whole seconds."""
    return {"served_seconds": round(sum((row.served for row in rows), timedelta(0)).total_seconds())}


@requires(Permission.EXPORT_ATTENDANCE)
@require_GET
def export(request: SignedInRequest, month: Month) -> HttpResponseBase:
    """The filtered rows of a month as a CSV file."""
    return exported(request, Months(month, month), as_workbook=False)


@requires(Permission.EXPORT_ATTENDANCE)
@require_GET
def export_period(request: SignedInRequest, first: Month, last: Month) -> HttpResponseBase:
    """The filtered rows of whole months as a CSV file."""
    return exported(request, period(first, last), as_workbook=False)


@requires(Permission.EXPORT_ATTENDANCE)
@require_GET
def export_workbook(request: SignedInRequest, first: Month, last: Month) -> HttpResponseBase:
    """The same as a workbook."""
    return exported(request, period(first, last), as_workbook=True)


def exported(request: SignedInRequest, months: Months, *, as_workbook: bool) -> HttpResponseBase:
    form = filtered(request, months)
    if not form.is_valid():
        return render_months(request, form, status=422)
    now = timezone.now()
    rows = all_shown(form.rows(now), now, request.user)
    one = months.first == months.last
    words = str(months.first) if one else f"{months.first} – {months.last}"
    stem = f"dochazka-{months.first}" if one else f"dochazka-{months.first}-{months.last}"
    if not as_workbook:
        return csv_export(
            request,
            f"{stem}.csv",
            export_rows(rows),
            what=f"Docházka {words} (CSV)",
            count=len(rows),
            filter=form.asked,
            whole=True,
        )
    AccessLog.objects.note(
        user=request.user,
        action=AccessLog.Action.EXPORT,
        what=f"Docházka {words} (XLSX)",
        rows=len(rows),
        filter=form.asked,
    )
    return HttpResponse(
        workbook(export_rows(rows), "Docházka", months.last.last_day),
        content_type=attendance_workbook.CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{stem}.xlsx"'},
    )


def export_rows(shown_rows: list[Shown]) -> Iterator[tuple[Cell, ...]]:
    yield (
        "Den", "Asistent", "Osobní číslo", "Lokalita", "Směna od", "Směna do", "Plán v měsíci (h)",
        "Služba od", "Služba do", "Odslouženo v měsíci (h)", "Rozdíl (h)", "Chybí", "Stav dne",
    )  # fmt: skip
    for shown_row in shown_rows:
        row = shown_row.row
        shift = row.shift
        yield (
            row.day,
            str(row.assistant),
            row.assistant.user.personal_number,
            shift.locality.name if shift else "",
            shift.start if shift else None,
            shift.end if shift else None,
            in_csv(row.planned) if shift else None,
            row.duties[0].start if row.duties else None,
            row.duties[-1].end if row.duties else None,
            in_csv(row.served) if row.duties else None,
            in_csv(row.difference) if row.is_comparable else None,
            ", ".join(dict.fromkeys(row.missing)),
            str(shown_row.state or ""),
        )


def in_csv(period: timedelta) -> Decimal:
    """Hours to four decimals, enough to give back every whole second."""
    return exact_hours(period).quantize(Decimal("0.0001")).normalize()
