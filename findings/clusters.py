"""Findings on the map, gathered by the database: one mark for the places in a cell of a grid that fits the zoom.

However many findings a filter lets through, the browser is given as many marks as the screen has room for.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, Max, Min, OuterRef, Sum

from findings.models import FindingQuerySet, Place

Box = tuple[float, float, float, float]
"""South, west, north and east in degrees."""

# Degrees of longitude a pixel at zoom 0, where Leaflet draws the world 256 pixels wide.
DEGREES_A_PIXEL: Final = 360 / 256
MARK_PX: Final = 64
HEAT_PX: Final = 16
# From this zoom each place has a mark of its own: two places 30 metres apart are 40 pixels apart there.
EACH_PLACE_FROM: Final = 17.0
# So few places are shown one by one at any zoom.
FEW_PLACES: Final = 60
MOST_ZOOM: Final = 22.0
LEVELS: Final = 5


@dataclass(frozen=True)
class Grid:
    """A cell's height and width in degrees; cells are counted from 0° N, 0° E, so that they stay when the map moves."""

    height: float
    width: float

    def cell(self, latitude: float, longitude: float) -> tuple[int, int]:
        """Row and column of the cell that holds a point."""
        return math.floor(latitude / self.height), math.floor(longitude / self.width)


def grid(zoom: float, pixels: int, latitude: float) -> Grid:
    """Cells of so many screen pixels at a zoom, square at `latitude`."""
    width = DEGREES_A_PIXEL / 2 ** min(max(zoom, 0.0), MOST_ZOOM) * pixels
    return Grid(height=width * math.cos(math.radians(latitude)), width=width)


@dataclass(frozen=True)
class Mark:
    """What is found in a cell: where on average (weighted by pieces), at how many places, how much.

    `place` and `name` are those of the only place in it; 0 and "" when there are several.
    """

    row: int
    column: int
    latitude: float
    longitude: float
    places: int
    events: int
    pieces: int
    place: int = 0
    name: str = ""


# The findings are added up by place first: one pass by a number, whatever the zoom. `alone` takes a place out of its
# cell when there is room for each.
GATHER: Final = """
WITH seen AS MATERIALIZED (
         SELECT place.id, place.name, place.latitude, place.longitude, found.events, found.pieces
           FROM ({found}) AS found (place_id, events, pieces)
           JOIN findings_place AS place ON place.id = found.place_id
          WHERE place.latitude BETWEEN %s AND %s AND place.longitude BETWEEN %s AND %s
     ),
     celled AS (
         SELECT *, floor(latitude / %s)::bigint AS cell_row, floor(longitude / %s)::bigint AS cell_column,
                CASE WHEN %s AND (SELECT count(*) FROM seen) > %s THEN 0 ELSE id END AS alone
           FROM seen
     )
SELECT cell_row, cell_column, sum(latitude * pieces) / sum(pieces), sum(longitude * pieces) / sum(pieces),
       count(*), sum(events)::bigint, sum(pieces)::bigint, min(id), min(name)
  FROM celled
 GROUP BY cell_row, cell_column, alone
 ORDER BY sum(pieces) DESC, cell_row, cell_column, min(id)
"""


def gather(found: FindingQuerySet, box: Box, cells: Grid, *, together_above: int | None = FEW_PLACES) -> list[Mark]:
    """Marks for the places of `found` within `box`, the most pieces first. One query.

    A place lies where it lies, not where GPS put its single findings. Places of a cell become one mark when there are
    more than `together_above` places in the box, never when that is None.
    """
    south, west, north, east = box
    # Whoever looks at the whole city need not be asked which places it holds: the join below says so too.
    near = found if holds_city(box) else within(found, box)
    by_place = near.order_by().values("place_id").annotate(events=Count("pk"), sum_of_pieces=Sum("pieces"))
    inner, inner_values = by_place.values_list("place_id", "events", "sum_of_pieces").query.sql_with_params()
    gathered = together_above is not None
    values = [*inner_values, south, north, west, east, cells.height, cells.width, gathered, together_above or 0]
    with connection.cursor() as cursor:
        cursor.execute(GATHER.format(found=inner), values)
        return [
            Mark(row, column, latitude, longitude, places, events, pieces, *((pk, name) if places == 1 else ()))
            for row, column, latitude, longitude, places, events, pieces, pk, name in cursor.fetchall()
        ]


def holds_city(box: Box) -> bool:
    south, west, north, east = settings.CITY_BOUNDS
    return box[0] <= south and box[1] <= west and box[2] >= north and box[3] >= east


def within(found: FindingQuerySet, box: Box) -> FindingQuerySet:
    """Those of the findings whose place lies in the box, its edges included."""
    south, west, north, east = box
    places = Place.objects.filter(latitude__range=(south, north), longitude__range=(west, east)).order_by()
    return found.filter(place__in=places.values("pk"))


def bounds(found: FindingQuerySet) -> Box | None:
    """The smallest box that holds the places of `found`; None for no findings. One query."""
    places = Place.objects.filter(Exists(found.order_by().filter(place=OuterRef("pk")))).order_by()
    edges = places.aggregate(south=Min("latitude"), west=Min("longitude"), north=Max("latitude"), east=Max("longitude"))
    return None if edges["south"] is None else (edges["south"], edges["west"], edges["north"], edges["east"])


def levels(marks: Iterable[Mark]) -> list[int]:
    """How hot each cell is drawn, 1 to LEVELS: by the logarithm, so that one heap does not make the rest look clean."""
    pieces = [mark.pieces for mark in marks]
    most = math.log1p(max(pieces, default=1))
    return [max(1, math.ceil(LEVELS * math.log1p(each) / most)) for each in pieces]
