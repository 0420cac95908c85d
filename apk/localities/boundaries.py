"""Which locality held a point on a day, asked for every finding that arrives, without reading the boundaries again.

Each process keeps one copy of the register of localities. It is as old as a query of its caller says: the caller asks
the database for the register's edition along with whatever else it needs, in the statement it needs anyway.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import BigIntegerField, CharField, F, Func, Subquery, Value
from django.db.models.functions import Cast, Concat

from apk.localities.geometry import Area, AreaIndex
from apk.localities.models import Locality


@dataclass(frozen=True)
class Known:
    """What is known of a locality besides its boundary."""

    id: int
    name: str
    opened_on: date
    closed_on: date | None

    def open_on(self, day: date) -> bool:
        return self.opened_on <= day and (self.closed_on is None or day <= self.closed_on)


class Boundaries:
    """All localities as they stood in one edition of the register."""

    def __init__(self, localities: Iterable[tuple[Known, Area]]) -> None:
        self._areas = list(localities)
        self._indexes: dict[frozenset[int], AreaIndex[Known]] = {}

    def holding(self, latitude: float, longitude: float, day: date) -> Known | None:
        """The locality, open on `day`, that holds the point; the smallest where several do."""
        open_then = frozenset(known.id for known, _ in self._areas if known.open_on(day))
        if open_then not in self._indexes:
            self._indexes[open_then] = AreaIndex([pair for pair in self._areas if pair[0].id in open_then])
        return self._indexes[open_then].holding(latitude, longitude)


def edition() -> Subquery:
    """An expression for a query: the edition that the register of localities has now.

    Every change of a locality adds a row to its history, and none is ever taken away. The highest number alone would
    not do, because numbers are given out before they are committed; together with the count it tells every state.
    """
    history = Locality.pgh_event_model.objects.order_by()  # type: ignore[attr-defined]  # made by pghistory
    both = Concat(
        Cast(Func(F("pgh_id"), function="COUNT", output_field=BigIntegerField()), CharField()),
        Value("/"),
        Cast(Func(F("pgh_id"), function="MAX"), CharField()),
        output_field=CharField(),
    )
    return Subquery(history.annotate(edition=both).values("edition"))


@lru_cache(maxsize=1)
def boundaries(edition: str) -> Boundaries:
    """The register in the edition that a query has just named. Runs a query only when the edition is new here.

    What is read may already be newer than its name; the next caller will then name a newer edition and read again.
    """
    rows = Locality.objects.order_by("pk").values_list("id", "name", "opened_on", "closed_on", "area")
    return Boundaries((Known(pk, name, opened, closed), area) for pk, name, opened, closed, area in rows)
