"""To which place a finding belongs: a known one near it, or a new one. Safe when two findings arrive at once."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Q, Subquery
from django.db.models.functions import JSONObject

from apk.localities.boundaries import Known
from apk.localities.geometry import distance_m
from findings.models import Place, PlaceKind

# Who is about to make a new place holds this lock until its transaction ends. One lock for the whole city: places near
# each other have no common row to lock, and new places are rare.
LOCK: Final = 0x706C_6163_6573
# A place that the finder named may be this far: a person knows where they stand better than GPS between houses.
NAMED_WITHIN_M: Final = 200.0
# Less than a degree of latitude or, at the equator, of longitude is anywhere, so that the box is never too small.
DEGREE_M: Final = 110_500.0

OUTSIDE: Final = "Mimo lokality"
LONGEST_LOCALITY: Final = 80
# What a place is called in a name, where the kind's own label would read badly.
NOUNS: Final = {PlaceKind.STATION: "zastávka", PlaceKind.OTHER: "místo"}


@dataclass(frozen=True)
class Spot:
    """Where a place is: degrees of WGS84."""

    id: int
    latitude: float
    longitude: float


def spots_around(latitude: float, longitude: float, named: int | None) -> ArraySubquery:
    """An expression for a query: the places that may take a finding here, each as the fields of a `Spot`."""
    candidates = (
        Place.objects.standing().filter(within(latitude, longitude, settings.PLACE_RADIUS_M) | Q(pk=named)).order_by()
    )
    return ArraySubquery(candidates.values(spot=JSONObject(id="pk", latitude="latitude", longitude="longitude")))


def choice(latitude: float, longitude: float, spots: Iterable[Spot], named: int | None) -> int | None:
    """The id of the place that takes a finding here, or None when a new one is due.

    The place `named` by the finder is taken when it is within `NAMED_WITHIN_M`, otherwise the nearest one within
    `PLACE_RADIUS_M`; of two equally near the older.
    """
    by_distance = [(distance_m(latitude, longitude, spot.latitude, spot.longitude), spot.id) for spot in spots]
    if any(pk == named and distance <= NAMED_WITHIN_M for distance, pk in by_distance):
        return named
    distance, nearest = min(by_distance, default=(math.inf, None))
    return nearest if distance <= settings.PLACE_RADIUS_M else None


def places_around(latitude: float, longitude: float, radius_m: float) -> list[tuple[Place, float]]:
    """Known places within `radius_m` metres, the nearest first, with metres; one query."""
    pairs = [
        (place, distance_m(latitude, longitude, place.latitude, place.longitude))
        for place in Place.objects.standing().filter(within(latitude, longitude, radius_m))
    ]
    return sorted((pair for pair in pairs if pair[1] <= radius_m), key=lambda pair: (pair[1], pair[0].pk))


def place_for(
    latitude: float,
    longitude: float,
    *,
    locality: Known | None,
    kind: PlaceKind,
    named: int | None = None,
    apart: bool = False,
) -> int:
    """The id of the place at a position; makes a new one when there is none. Must run inside a transaction.

    With `apart` a new one is made whatever is near: a person has said that it is another place.

    A new place lies at the position, in `locality`, and is called after it and after `kind`. Who only wants a place
    that is already there need not wait here: see `spots_around` and `choice`.
    """
    wait_for_turn()
    series = f"{locality.name[:LONGEST_LOCALITY] if locality else OUTSIDE} – {NOUNS.get(kind, kind.label.lower())}"
    numbered = rf"^{re.escape(series)} ([0-9]{{1,9}})$"
    siblings = Place.objects.filter(locality=locality.id if locality else None, name__regex=numbered)
    near = within(latitude, longitude, settings.PLACE_RADIUS_M) & Q(merged_into__isnull=True)
    last = Q(pk=Subquery(siblings.order_by("-pk").values("pk")[:1]))
    # One statement for all three questions: what is near, what was named, which number comes next.
    rows = Place.objects.filter(near | last | Q(pk=named)).order_by()
    spots, names = [], []
    for pk, *position, name, merged in rows.values_list("pk", "latitude", "longitude", "name", "merged_into"):
        if merged is None:
            spots.append(Spot(pk, *position))
        names.append(name)
    chosen = choice(latitude, longitude, spots, named)
    if chosen is not None and not apart:
        return chosen
    taken = [int(found[1]) for found in (re.match(numbered, name) for name in names) if found]
    made = Place.objects.create(
        name=f"{series} {max(taken, default=0) + 1}",
        locality_id=locality.id if locality else None,
        latitude=latitude,
        longitude=longitude,
    )
    return made.pk


def wait_for_turn() -> None:
    """Holds the lock of who may make places. A statement of its own: the next one must see what the previous holder
    committed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def near_pairs(spots: Iterable[Spot], metres: float) -> list[tuple[float, int, int]]:
    """Pairs of places at most so far from each other: (metres, id, id), the nearest first. Pure.

    Each place is compared with those in its own square of a grid and in the squares around it.
    """
    north = metres / DEGREE_M
    squares: dict[tuple[int, int], list[Spot]] = {}
    found = []
    for spot in spots:
        # Wide enough for a degree of longitude as far north as 68°.
        east = north / math.cos(math.radians(68))
        row, column = math.floor(spot.latitude / north), math.floor(spot.longitude / east)
        for beside in ((row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            for other in squares.get(beside, ()):
                apart = distance_m(spot.latitude, spot.longitude, other.latitude, other.longitude)
                if apart <= metres:
                    found.append((apart, min(spot.id, other.id), max(spot.id, other.id)))
        squares.setdefault((row, column), []).append(spot)
    return sorted(found)


def within(latitude: float, longitude: float, radius_m: float) -> Q:
    """A box of degrees around a position that holds everything up to `radius_m` metres away, and a little more."""
    north = radius_m / DEGREE_M
    east = north / math.cos(math.radians(latitude))
    return Q(
        latitude__range=(latitude - north, latitude + north),
        longitude__range=(longitude - east, longitude + east),
    )
