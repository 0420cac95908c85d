"""Pages of the activities at the desk; an assistant sees their own by the same addresses."""

from collections.abc import Iterator
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from apk.audit.exports import csv_export
from apk.calendar import local_date
from apk.csv_files import Cell
from apk.people.access import Permission, SignedInRequest, requires
from apk.sync.models import Receipt
from patrols.activity_filters import ActivityFilter
from patrols.models import Activity, ActivityCount, ActivityQuerySet, Counter

PAGE = 50

# Columns of the list: the order that the first click asks for, the heading.
COLUMNS = (("-cas", "Kdy"), ("druh", "Činnost"), ("lokalita", "Lokalita"), ("asistent", "Asistent"))


@requires(Permission.VIEW_ACTIVITIES)
@require_safe
def activity_list(request: SignedInRequest) -> HttpResponse:
    """The activities that the filter in the address lets through, with their figures."""
    return render_list(request, ActivityFilter(request.GET, user=request.user))


def render_list(request: SignedInRequest, form: ActivityFilter, status: int = 200) -> HttpResponse:
    found = form.activities()
    context = {
        "form": form,
        "words": form.words(),
        "counts": form.counts(),
        "counter": form.labels["pocet"].get(form.chosen.get("pocet", "")),
        "page": Paginator(with_names(found), PAGE).get_page(request.GET.get("page")),
        "columns": [form.heading(*column) for column in COLUMNS],
        "query": request.GET.urlencode(),
        "may_export": request.user.may(Permission.EXPORT_ACTIVITIES),
        "may_manage_lists": request.user.may(Permission.MANAGE_CODE_LISTS),
    }
    return render(request, "patrols/activities.html", context, status=status)


def with_names(found: ActivityQuerySet) -> ActivityQuerySet:
    numbers = ActivityCount.objects.select_related("counter").order_by("counter__position", "counter__sort_key")
    named = found.select_related(
        "assistant__user", "locality__district", "kind", "organisation", "reason", "called_patrol"
    )
    return named.prefetch_related(Prefetch("numbers", numbers))


@requires(Permission.EXPORT_ACTIVITIES)
@require_GET
def export(request: SignedInRequest) -> HttpResponseBase:
    """The filtered activities as a CSV file; who took which is written to the access log."""
    form = ActivityFilter(request.GET, user=request.user)
    if not form.is_valid():
        # A file speaks no sentences: better none than one with other rows than were meant.
        return render_list(request, form, status=422)
    found = form.activities()
    name = f"cinnosti-{local_date(timezone.now()):%Y-%m-%d}.csv"
    return csv_export(request, name, export_rows(found), what="Činnosti (CSV)", count=found.count(), filter=form.asked)


def export_rows(found: ActivityQuerySet) -> Iterator[tuple[Cell, ...]]:
    """The head and a row for each activity, read piece by piece; each counter has a column of its own."""
    counters = list(Counter.objects.all())
    yield (
        "Číslo záznamu", "Kdy", "Asistent", "Druh činnosti", "Lokalita", "Městský obvod",
        *(counter.name for counter in counters),
        "Komu předáno", "S čím", "Přivolána hlídka", "Poznámka", "Přijato serverem",
    )  # fmt: skip
    for activity in with_names(found).iterator(chunk_size=1000):
        numbers = {number.counter_id: number.number for number in activity.numbers.all()}
        locality = activity.locality
        yield (
            str(activity.pk),
            activity.at,
            str(activity.assistant),
            activity.kind.name,
            locality.name if locality else "",
            locality.district.name if locality else "",
            *(numbers.get(counter.pk, 0) for counter in counters),
            activity.organisation.name if activity.organisation else "",
            activity.reason.name if activity.reason else "",
            activity.called_patrol.name if activity.called_patrol else "",
            activity.note,
            activity.recorded_at,
        )


@requires(Permission.VIEW_ACTIVITIES)
@require_safe
def detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One activity: everything known about it and how it came."""
    found = with_names(Activity.objects.visible_to(request.user)).select_related("shift__locality")
    activity = get_object_or_404(found, pk=pk)
    context = {
        "activity": activity,
        "receipt": Receipt.objects.filter(pk=activity.pk).first(),
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
    }
    return render(request, "patrols/activity.html", context)
