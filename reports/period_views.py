"""Pages of the records behind the figures of a report: those of several months at once."""

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from apk.calendar import Month
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.models import Assistant
from reports import staffing
from reports.figures import OF_REPORTS
from reports.filters import ShiftFilter
from reports.models import MonthlySummary
from reports.views import exported_shifts, known_month, render_shifts


def shift_filter(request: SignedInRequest, first: Month, last: Month) -> ShiftFilter:
    """Raises Http404 when the months are in the wrong order or the last one has not begun."""
    if last < first:
        raise Http404(f"{last} is before {first}")
    return ShiftFilter(request.GET, user=request.user, month=first, until=known_month(last))


@requires(Permission.VIEW_SUMMARIES)
@require_safe
def shifts(request: SignedInRequest, first: Month, last: Month) -> HttpResponse:
    """The shifts behind the hours of several months, each with its time inside them."""
    return render_shifts(request, shift_filter(request, first, last))


@requires(Permission.DOWNLOAD_REPORTS)
@require_GET
def export_shifts(request: SignedInRequest, first: Month, last: Month) -> HttpResponseBase:
    """The filtered shifts of several months as a CSV file."""
    return exported_shifts(request, shift_filter(request, first, last))


@requires(Permission.VIEW_SUMMARIES)
@require_safe
def staff(request: SignedInRequest, month: Month) -> HttpResponse:
    """Who was employed in a month, for how long and with what úvazek, and who led them."""
    visible = Assistant.objects.visible_to(request.user)
    found = staffing.staff(known_month(month), visible)
    stored = MonthlySummary.objects.visible_to(request.user).readable().of(month).first()
    everybody = staffing.staffing([month])[month]
    context = {
        "month": month,
        "staff": found,
        "figures": {name: found.counts[name] for name in OF_REPORTS if name in found.counts},
        "fte": found.counts["fte_hundredths"] / 100,
        "sees_a_part": found.counts["employed"] < everybody.people,
        # What was counted, when the register says something else now.
        "counted": stored.value.staffing if stored and stored.value.staffing != everybody else None,
    }
    return render(request, "reports/staff.html", context)
