"""Hotspots against the city, and the walk over those that are due."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final

from django.core.paginator import Paginator
from django.db.models import Count, Max, Min, Sum
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from apk import czech
from apk.audit.exports import csv_export
from apk.calendar import day_bounds, local_date
from apk.csv_files import Cell
from apk.filters import Filter, choice
from apk.forms import DayField
from apk.localities.models import Locality
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.models import User
from findings import hotspots
from findings.hotspots import LEVELS, TRENDS, Hotspot, Seen, Spot, Stop
from findings.maps import city_map
from findings.models import Finding, Place, PositionSource
from patrols.models import Shift

PAGE = 50
USUAL_PERIOD: Final = timedelta(days=90)
# Whole weeks, so that weekends meet weekends.
A_YEAR: Final = timedelta(weeks=52)


class HotspotFilter(Filter):
    """The days that are looked at, ninety until today unless the address says otherwise, and of which locality."""

    od = DayField(label="Od dne", required=False)
    do = DayField(label="Do dne", required=False)
    lokalita = choice("Lokalita", "Takovou lokalitu neznáme.")

    spoken: ClassVar = {"od": lambda day: f"od {czech.day(day)}", "do": lambda day: f"do {czech.day(day)}"}

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data)
        self.offer("lokalita", "všechny", Locality.objects.visible_to(user).values_list("pk", "name"))

    def period(self, today: date) -> tuple[date, date]:
        """The first and the last day, both included."""
        last = self.chosen.get("do") or max(today, self.chosen.get("od") or today)
        return self.chosen.get("od") or last - USUAL_PERIOD + timedelta(days=1), last


@dataclass(frozen=True)
class Ground:
    """What the user may see of a period: the places with their names, and how each stands."""

    places: dict[int, Place]
    spots: list[Hotspot]


def looked_at(user: User, first: date, last: date, now: datetime) -> Ground:
    """All places where something was found in the period or a year before. Four queries, however many there are."""
    standing = Finding.objects.visible_to(user).standing().order_by()
    columns = ("place_id", "latitude", "longitude", "accuracy_m", "pieces", "position_source")
    seen = [
        Seen(place, latitude, longitude, accuracy if source == PositionSource.GPS else None, pieces)
        for place, latitude, longitude, accuracy, pieces, source in standing.between(first, last).values_list(*columns)
    ]
    ago = standing.between(first - A_YEAR, last - A_YEAR).values("place_id").annotate(count=Count("pk"))
    before = {row["place_id"]: row["count"] for row in ago}
    lower, upper = day_bounds(first)[0], min(day_bounds(last)[1], now)
    walked = Shift.objects.visible_to(user).announced().within(lower, max(lower, upper)).order_by()
    hours = {
        row["locality"]: row["seconds"] / 3600
        for row in walked.values("locality").annotate(seconds=Sum("seconds_within"))
    }
    wanted = {each.place for each in seen} | set(before)
    places = Place.objects.visible_to(user).select_related("locality").in_bulk(wanted)
    around = [Spot(place.pk, place.locality_id, place.latitude, place.longitude) for place in places.values()]
    return Ground(places, hotspots.hotspots(around, seen, before, hours))


def chosen_spots(form: HotspotFilter, ground: Ground) -> list[Hotspot]:
    """Those of the chosen locality; what they are compared with is the whole city all the same."""
    locality = form.chosen.get("lokalita")
    return [spot for spot in ground.spots if not locality or str(ground.places[spot.place].locality_id) == locality]


@requires(Permission.VIEW_FINDINGS)
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """Places against the city, in a table and on a map, each with a sentence that says why."""
    return render_overview(request, HotspotFilter(request.GET, user=request.user))


def render_overview(request: SignedInRequest, form: HotspotFilter, status: int = 200) -> HttpResponse:
    first, last = form.period(timezone.localdate())
    ground = looked_at(request.user, first, last, timezone.now())
    page = Paginator(chosen_spots(form, ground), PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "spot": spot,
            "place": ground.places[spot.place],
            "level": LEVELS[spot.level],
            "trend": TRENDS[spot.trend],
            "in_hundred_hours": None if spot.rate is None else 100 * spot.rate,
            "sentence": hotspots.sentence(spot),
        }
        for spot in page.object_list
    ]
    marks = [mark(spot, ground.places[spot.place]) for spot in page.object_list]
    context: dict[str, Any] = {
        "form": form,
        "words": form.words(),
        "query": request.GET.urlencode(),
        "first": first,
        "last": last,
        "page": page,
        "rows": rows,
        "least": hotspots.LEAST,
        "reach": int(hotspots.REACH_M),
        "map": city_map(Locality.objects.visible_to(request.user), marks),
        "may_export": request.user.may(Permission.EXPORT_FINDINGS),
    }
    return render(request, "findings/hotspots.html", context, status=status)


def mark(spot: Hotspot, place: Place) -> dict[str, Any]:
    return {
        "id": place.pk,
        "lat": place.latitude,
        "lon": place.longitude,
        "label": f"{place.name} – {LEVELS[spot.level]}",
        "pieces": spot.pieces,
        "tone": spot.level,
        "url": reverse("findings:place", args=[place.pk]),
    }


@requires(Permission.EXPORT_FINDINGS)
@require_GET
def export(request: SignedInRequest) -> HttpResponseBase:
    """The same rows as a CSV file."""
    form = HotspotFilter(request.GET, user=request.user)
    if not form.is_valid():
        # A file speaks no sentences: better none than one with other rows than were meant.
        return render_overview(request, form, status=422)
    first, last = form.period(timezone.localdate())
    ground = looked_at(request.user, first, last, timezone.now())
    spots = chosen_spots(form, ground)
    name = f"ohniska-{first:%Y-%m-%d}-{last:%Y-%m-%d}.csv"
    rows = table(ground, spots)
    return csv_export(request, name, rows, what="Ohniska nálezů", count=len(spots), filter=form.asked, whole=True)


def table(ground: Ground, spots: list[Hotspot]) -> Iterator[tuple[Cell, ...]]:
    yield (
        *("Místo nálezu", "Lokalita", "Nálezů", "Kusů", "Nálezů o rok dřív", "Hodin pochůzek v lokalitě"),
        *("Vážených nálezů na hodinu", "Hustota v okolí", "Proti městu", "Vývoj", "Proč"),
    )
    for spot in spots:
        place = ground.places[spot.place]
        yield (
            place.name,
            place.locality.name if place.locality else "",
            spot.findings,
            spot.pieces,
            spot.before,
            round(spot.hours, 2),
            None if spot.rate is None else round(spot.rate, 4),
            round(spot.density, 2),
            LEVELS[spot.level],
            TRENDS[spot.trend],
            hotspots.sentence(spot),
        )


@requires(Permission.VIEW_FINDINGS)
@require_safe
def sweep(request: SignedInRequest) -> HttpResponse:
    """A walk of two hours over the places most due, to print."""
    form = HotspotFilter(request.GET, user=request.user)
    first, last = form.period(timezone.localdate())
    now = timezone.now()
    ground = looked_at(request.user, first, last, now)
    days = (last - first).days + 1
    searched = last_searched(request.user, now)
    stops = []
    for spot in chosen_spots(form, ground):
        place = ground.places[spot.place]
        since = now - searched(place)
        due = hotspots.expected(spot.findings, days, min(since / timedelta(days=1), days))
        stops.append(Stop(place.pk, place.latitude, place.longitude, due))
    walk = hotspots.sweep(stops)
    rows: list[dict[str, Any]] = [
        {
            "place": ground.places[stop.place],
            "metres": round(leg, -1),
            "due": stop.due,
            "searched": searched(ground.places[stop.place]),
        }
        for stop, leg in zip(walk.stops, walk.legs, strict=True)
    ]
    marks = [
        {
            "id": row["place"].pk,
            "lat": row["place"].latitude,
            "lon": row["place"].longitude,
            "label": f"{number}. {row['place'].name}",
            "pieces": 1,
            "url": reverse("findings:place", args=[row["place"].pk]),
        }
        for number, row in enumerate(rows, start=1)
    ]
    context: dict[str, Any] = {
        "form": form,
        "words": form.words(),
        "query": request.GET.urlencode(),
        "rows": rows,
        "minutes": round(walk.minutes),
        "metres": round(sum(walk.legs), -1),
        "left": sum(stop.due > 0 for stop in stops) - len(rows),
        "today": local_date(now),
        "map": city_map(Locality.objects.visible_to(request.user), marks)
        | {"route": [[stop.latitude, stop.longitude] for stop in walk.stops]},
    }
    return render(request, "findings/sweep.html", context)


def last_searched(user: User, now: datetime) -> Callable[[Place], datetime]:
    """A function that says when a place was searched last: a patrol of its locality ended, or something was found.

    Two queries. A place that nothing is known of was searched when the first finding of all was made.
    """
    patrols = Shift.objects.visible_to(user).announced().filter(end__lte=now).order_by()
    ends = patrols.values("locality").annotate(last=Max("end"))
    by_locality: dict[int | None, datetime] = {row["locality"]: row["last"] for row in ends}
    standing = Finding.objects.visible_to(user).standing().order_by()
    found = standing.values("place_id").annotate(last=Max("found_at"), first=Min("found_at"))
    rows = list(found)
    by_place = {row["place_id"]: row["last"] for row in rows}
    earliest = min((row["first"] for row in rows), default=now)

    def searched(place: Place) -> datetime:
        known = (by_locality.get(place.locality_id), by_place.get(place.pk))
        return min(now, max((moment for moment in known if moment), default=earliest))

    return searched
