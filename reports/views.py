"""Pages of the months: the list, one month with its figures, what lies behind the hours, the documents."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from apk.audit.exports import csv_export
from apk.calendar import Month
from apk.csv_files import Cell
from apk.localities.models import Locality
from apk.people.access import Permission, SignedInRequest, requires
from apk.refusal import Refused
from findings.maps import city_map
from reports import months, progress
from reports.charts import bar_chart
from reports.comparison import compared, comparison, course
from reports.document_views import documents_of
from reports.documents.csv import cell
from reports.documents.wording import headline
from reports.drilldown import url
from reports.figures import FIGURES, HEADLINE, PATROL_TIME, PIECES, Unit
from reports.filters import MonthFilter, ShiftFilter
from reports.models import Job, MonthlySummary
from reports.months import MonthRecord
from reports.summary import MonthSummary, PlacePoint

MONTHS_ON_PAGE = 24
SHIFTS_ON_PAGE = 50


def known_month(month: Month) -> Month:
    """`month` itself. Raises Http404 for one that has not begun: there is nothing to count."""
    if month > Month.of(timezone.now()):
        raise Http404(f"{month} has not begun")
    return month


# --- The list of months ----------------------------------------------------------------------------------------------


@requires(Permission.VIEW_SUMMARIES)
@require_safe
def month_list(request: SignedInRequest) -> HttpResponse:
    """Every month that has something to count, the newest first, with the state of its summary."""
    return render_months(request, months_filter(request))


def months_filter(request: SignedInRequest) -> MonthFilter:
    return MonthFilter(request.GET, months=months.with_records(until=Month.of(timezone.now())))


def render_months(request: SignedInRequest, form: MonthFilter, status: int = 200) -> HttpResponse:
    page = Paginator(form.shown(), MONTHS_ON_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "records": months.records(list(page.object_list)),
        "figures": HEADLINE,
        "query": request.GET.urlencode(),
        "may_import": request.user.may(Permission.IMPORT_RECORDS),
        "may_download": request.user.may(Permission.DOWNLOAD_REPORTS),
    }
    return render(request, "reports/month_list.html", context, status=status)


@requires(Permission.DOWNLOAD_REPORTS)
@require_GET
def export_months(request: SignedInRequest) -> HttpResponseBase:
    """The list of months as a CSV file."""
    form = months_filter(request)
    if not form.is_valid():
        return render_months(request, form, status=422)
    records = months.records(form.shown())
    return csv_export(
        request,
        "mesicni-prehledy.csv",
        month_rows(records),
        what="Měsíční přehledy (CSV)",
        count=len(records),
        filter=form.asked,
        whole=True,
    )


def month_rows(records: list[MonthRecord]) -> Iterator[tuple[Cell, ...]]:
    figures = FIGURES.values()
    yield ("Měsíc", "Projekt", "Stav", "Sestaveno", *(f"{figure.label} ({figure.unit.form(0)})" for figure in figures))
    for record in records:
        known = record.totals
        values = (cell(known[figure.name], figure.unit) if figure.name in known else None for figure in figures)
        project = record.project.name if record.project else ""
        yield (str(record.month), project, record.condition.label, record.built_at, *values)


# --- One month -------------------------------------------------------------------------------------------------------


@requires(Permission.VIEW_SUMMARIES)
@require_safe
def month_page(request: SignedInRequest, month: Month) -> HttpResponse:
    """The month's figures with a chart, a map and tables; each figure leads to its records."""
    # The state first: a build that ends in between then shows its figures, never a page that has neither.
    context = state_of(request, known_month(month))
    stored = MonthlySummary.objects.visible_to(request.user).readable().of(month)
    summary = stored.select_related("requested_by").first()
    context["stored"] = summary
    if summary:
        context |= shown(request, summary.value) | beside_others(request, summary.value)
        context |= documents_of(request, summary.value)
    return render(request, "reports/month.html", context)


def state_of(request: SignedInRequest, month: Month) -> dict[str, Any]:
    """How the month's summary stands and what the user may do about it."""
    (record,) = months.records([month])
    now = Month.of(timezone.now())
    return {
        "month": month,
        "record": record,
        "percent": progress.of(record.job.pk) if record.job else 0,
        "is_ongoing": month == now,
        "next_month": month.next if month < now else None,
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
        "may_build": request.user.may(Permission.BUILD_SUMMARIES),
    }


def shown(request: SignedInRequest, summary: MonthSummary) -> dict[str, Any]:
    """What the page draws of a summary."""
    localities = [row for row in summary.breakdowns["locality"] if row.values["pieces"]]
    days = [
        (row.label, str(number) if number == 1 or number % 5 == 0 else "", row.values["pieces"])
        for number, row in enumerate(summary.breakdowns["day"], start=1)
    ]
    marks = [
        {
            "id": place.key,
            "lat": place.latitude,
            "lon": place.longitude,
            "label": place.label,
            "pieces": place.pieces,
            "url": url(PIECES, summary.month, "place", place.key),
        }
        for place in summary.places
    ]
    return {
        "summary": summary,
        "headline": headline(summary),
        "headline_figures": [(figure, summary.totals[figure.name]) for figure in HEADLINE],
        "other_figures": [
            (FIGURES[name], value) for name, value in summary.totals.items() if FIGURES[name] not in HEADLINE
        ],
        "breakdowns": [(summary.breakdown(name), rows) for name, rows in summary.breakdowns.items()],
        "by_day": bar_chart(days),
        "by_locality": sorted(localities, key=lambda row: -row.values["pieces"]),
        "most_pieces": max((row.values["pieces"] for row in localities), default=0),
        "map": city_map(Locality.objects.visible_to(request.user), marks) | {"bounds": bounds_of(summary.places)},
    }


def beside_others(request: SignedInRequest, summary: MonthSummary) -> dict[str, Any]:
    """The month compared with others, and the year so far. One query."""
    days = [month.first_day for month in compared(summary.month)]
    stored = MonthlySummary.objects.visible_to(request.user).readable().filter(month__in=days)
    summaries = {each.period: each.value for each in stored} | {summary.month: summary}
    chart, table = course(summary.month, summaries)
    return {
        "comparison": comparison(summary.month, summaries),
        "course": table,
        "course_title": chart.title,
        "course_chart": bar_chart(chart.bars) if len(chart.bars) > 1 else None,
    }


def bounds_of(places: Sequence[PlacePoint]) -> list[float]:
    """South, west, north and east of a map that shows the places with some of their surroundings."""
    latitudes, longitudes = [place.latitude for place in places], [place.longitude for place in places]
    if not places:
        return list(settings.CITY_BOUNDS)
    margin = 0.01  # about a kilometre
    return [min(latitudes) - margin, min(longitudes) - margin, max(latitudes) + margin, max(longitudes) + margin]


@requires(Permission.BUILD_SUMMARIES)
@require_POST
def build(request: SignedInRequest, month: Month) -> HttpResponse:
    """Asks for the month to be counted; the page then shows how far it is."""
    try:
        Job.objects.request(known_month(month), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("reports:month", month)


@requires(Permission.VIEW_SUMMARIES)
@never_cache
@require_safe
def building(request: SignedInRequest, month: Month) -> HttpResponse:
    """The state of the month alone; once the build has ended, htmx is told to load the page with its figures anew."""
    context = state_of(request, known_month(month))
    job = context["record"].job
    if request.htmx and not (job and job.is_unfinished):
        return HttpResponseClientRefresh()
    return render(request, "reports/month_state.html", context)


# --- Behind the hours ------------------------------------------------------------------------------------------------


@requires(Permission.VIEW_SUMMARIES)
@require_safe
def shifts(request: SignedInRequest, month: Month) -> HttpResponse:
    """The shifts behind the hours of a month, each with its time inside that month."""
    return render_shifts(request, ShiftFilter(request.GET, user=request.user, month=known_month(month)))


def render_shifts(request: SignedInRequest, form: ShiftFilter, status: int = 200) -> HttpResponse:
    found = form.shifts().select_related("assistant__user", "locality")
    page = Paginator(found, SHIFTS_ON_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "month": form.month,
        "is_month": form.month == form.until,
        "here": request.path,
        "page": page,
        "counts": found.counts(form.start, form.end),
        "hours": PATROL_TIME,
        "query": request.GET.urlencode(),
        "may_download": request.user.may(Permission.DOWNLOAD_REPORTS),
        # Mentors see those whom they lead, the summary counts everybody.
        "sees_a_part": form.hides_some(),
    }
    return render(request, "reports/shifts.html", context, status=status)


@requires(Permission.DOWNLOAD_REPORTS)
@require_GET
def export_shifts(request: SignedInRequest, month: Month) -> HttpResponseBase:
    """The filtered shifts of a month as a CSV file."""
    return exported_shifts(request, ShiftFilter(request.GET, user=request.user, month=known_month(month)))


def exported_shifts(request: SignedInRequest, form: ShiftFilter) -> HttpResponseBase:
    if not form.is_valid():
        return render_shifts(request, form, status=422)
    return csv_export(
        request,
        f"smeny-{form.named.replace(' až ', '-')}.csv",
        shift_rows(form),
        what=f"Směny za období {form.period} (CSV)",
        count=form.shifts().count(),
        filter=form.asked,
        whole=True,
    )


def shift_rows(form: ShiftFilter) -> Iterator[tuple[Cell, ...]]:
    yield "Začátek", "Konec", "Asistent", "Lokalita", "Městský obvod", f"Hodin v období {form.named}"
    columns = (
        "assistant__user__first_name",
        "assistant__user__last_name",
        "locality__name",
        "locality__district__name",
    )
    for start, end, first_name, last_name, locality, district, seconds in (
        form.shifts().values_list("start", "end", *columns, "seconds_within").iterator(chunk_size=1000)
    ):
        yield start, end, f"{first_name} {last_name}", locality, district, cell(seconds, Unit.HOURS)
