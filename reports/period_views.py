"""Pages of the records behind the figures of a report: those of several months at once."""

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET, require_safe

from apk.calendar import Month
from apk.people.access import Permission, SignedInRequest, requires
from reports.filters import ShiftFilter
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
