"""To which place a finding belongs: a known one near it, or a new one. Safe when two findings arrive at once."""

import math
import re
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Q, Subquery

from apk.localities.boundaries import Known
from apk.localities.geometry import distance_m
from findings.models import Place, PlaceKind

# Who looks for a place in order to make a new one holds this lock until its transaction ends. One lock for the whole
# city: places near each other have no common row to lock, and the wait is a few milliseconds.
LOCK: Final = 0x706C_6163_6573
# A place that the finder named may be this far: a person knows where they stand better than GPS between houses.
NAMED_WITHIN_M: Final = 200.0
# Less than a degree of latitude or, at the equator, of longitude is anywhere, so that the box is never too small.
DEGREE_M: Final = 110_500.0

OUTSIDE: Final = "Mimo lokality"
LONGEST_LOCALITY: Final = 80
# What a place is called in a name, where the kind's own label would read badly.
NOUNS: Final = {PlaceKind.STATION: "zastávka", PlaceKind.OTHER: "místo"}


def place_for(
    latitude: float, longitude: float, *, locality: Known | None, kind: PlaceKind, named: int | None = None
) -> int:
    """The id of the place at a position; makes a new one when there is none. Must run inside a transaction.

    The place `named` by the finder is taken when it is within `NAMED_WITHIN_M`, otherwise the nearest one within
    `PLACE_RADIUS_M`. A new one lies at the position, in `locality`, and is called after it and after `kind`.
    """
    with connection.cursor() as cursor:
        # A statement of its own: the next one must see what the previous holder committed.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    series = f"{locality.name[:LONGEST_LOCALITY] if locality else OUTSIDE} – {NOUNS.get(kind, kind.label.lower())}"
    numbered = rf"^{re.escape(series)} ([0-9]{{1,9}})$"
    siblings = Place.objects.filter(locality=locality.id if locality else None, name__regex=numbered)
    near = within(latitude, longitude, settings.PLACE_RADIUS_M)
    last = Q(pk=Subquery(siblings.order_by("-pk").values("pk")[:1]))
    # One statement for all three questions: what is near, what was named, which number comes next.
    places = Place.objects.filter(near | last | Q(pk=named)).order_by("pk")

    chosen, number = None, 1
    nearest = settings.PLACE_RADIUS_M
    for pk, name, *position in places.values_list("pk", "name", "latitude", "longitude"):
        distance = distance_m(latitude, longitude, *position)
        if pk == named and distance <= NAMED_WITHIN_M:
            return pk
        if distance <= nearest and (chosen is None or distance < nearest):
            chosen, nearest = pk, distance
        if ordinal := re.match(numbered, name):
            number = max(number, int(ordinal[1]) + 1)
    if chosen is not None:
        return chosen
    made = Place.objects.create(
        name=f"{series} {number}",
        locality_id=locality.id if locality else None,
        latitude=latitude,
        longitude=longitude,
    )
    return made.pk


def within(latitude: float, longitude: float, radius_m: float) -> Q:
    """A box of degrees around a position that holds everything up to `radius_m` metres away, and a little more."""
    north = radius_m / DEGREE_M
    east = north / math.cos(math.radians(latitude))
    return Q(
        latitude__range=(latitude - north, latitude + north),
        longitude__range=(longitude - east, longitude + east),
    )
