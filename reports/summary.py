"""A month's figures as one frozen value: what pages show, documents print and the archive keeps.

Pure: it knows neither the database nor how anything is counted (`counting.py` does). A summary is flat, ordered and
the same whenever the same rows are counted, so that its digest names it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self, TypeVar

from apk.calendar import Month
from reports.canonical import canonical_json
from reports.figures import BREAKDOWNS, FIGURES, Breakdown

SCHEMA = 2
"""Version of the JSON form. Every older one is read as it was written (`MonthSummary.from_json`), a newer one refused.

1 had neither staffing nor a narrative. Within a version figures and breakdowns were added: what a summary lacks was not
counted then, which is something else than zero.
"""


class UnknownSchemaError(ValueError):
    """A stored summary was written by a newer version of the application."""


@dataclass(frozen=True)
class Row:
    """One line of a breakdown.

    `key` is what the records behind are filtered by: a primary key, a kind of place, an ISO date; "" is what lies
    outside every locality. `values` maps names of figures to whole numbers, time in seconds.
    """

    key: str
    label: str
    values: Mapping[str, int]


@dataclass(frozen=True)
class PlacePoint:
    """A place with at least one finding in the month; WGS84 degrees; `locality` is a name, "" outside all."""

    key: str
    label: str
    locality: str
    latitude: float
    longitude: float
    events: int
    pieces: int


@dataclass(frozen=True)
class Staffing:
    """Who was employed in the month: assistants on at least one day of it, their úvazek as the average over its days
    in hundredths (700 is seven full posts), and the mentors who led them."""

    people: int
    fte_hundredths: int
    mentors: int


@dataclass(frozen=True)
class MonthSummary:
    """All figures of one month.

    `totals` and the `values` of rows are named by `figures.FIGURES`; `breakdowns` by `figures.BREAKDOWNS`, in whose
    order they stand. A figure that is not additive (places, assistants) has a total smaller than the sum of its rows.
    `project_name` is "" in a month that no grant project holds. `lodging_houses` are the names of those
    localities of rows and places that are lodging houses: what leaves the house does not name them. `narrative` are
    the paragraphs that the coordinator wrote, the figures in them already put in from `totals`.
    """

    month: Month
    city: str
    project_name: str
    project_number: str
    publicity: str
    totals: Mapping[str, int]
    breakdowns: Mapping[str, tuple[Row, ...]]
    places: tuple[PlacePoint, ...]
    lodging_houses: tuple[str, ...]
    staffing: Staffing = Staffing(0, 0, 0)
    narrative: tuple[str, ...] = ()
    schema: int = SCHEMA

    def as_json(self) -> dict[str, Any]:
        """The summary as JSON values in the form of its own schema, the keys in a fixed order."""
        data = {
            "schema": self.schema,
            "month": str(self.month),
            "city": self.city,
            "project": {"name": self.project_name, "number": self.project_number, "publicity": self.publicity},
            "totals": dict(self.totals),
            "breakdowns": {
                name: [{"key": row.key, "label": row.label, "values": dict(row.values)} for row in rows]
                for name, rows in self.breakdowns.items()
            },
            "places": [
                {
                    "key": place.key,
                    "label": place.label,
                    "locality": place.locality,
                    "latitude": place.latitude,
                    "longitude": place.longitude,
                    "events": place.events,
                    "pieces": place.pieces,
                }
                for place in self.places
            ],
            "lodging_houses": list(self.lodging_houses),
        }
        if self.schema == 1:
            return data
        return data | {
            "staffing": {
                "people": self.staffing.people,
                "fte_hundredths": self.staffing.fte_hundredths,
                "mentors": self.staffing.mentors,
            },
            "narrative": list(self.narrative),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Reads what `as_json` wrote in this version or an older one; restores the order that a database does not keep.

        What was read is written again to the byte, so a sealed month keeps its digest. Raises UnknownSchemaError.
        """
        if data["schema"] not in range(1, SCHEMA + 1):
            raise UnknownSchemaError(f"Přehled má verzi {data['schema']}, tato aplikace zná verze do {SCHEMA}.")
        return cls(
            month=Month.parse(data["month"]),
            city=data["city"],
            project_name=data["project"]["name"],
            project_number=data["project"]["number"],
            publicity=data["project"]["publicity"],
            totals=in_order(data["totals"], FIGURES),
            breakdowns={
                name: tuple(Row(row["key"], row["label"], in_order(row["values"], FIGURES)) for row in rows)
                for name, rows in in_order(data["breakdowns"], BREAKDOWNS).items()
            },
            places=tuple(PlacePoint(**place) for place in data["places"]),
            lodging_houses=tuple(data["lodging_houses"]),
            staffing=Staffing(**data["staffing"]) if "staffing" in data else Staffing(0, 0, 0),
            narrative=tuple(data.get("narrative", ())),
            schema=data["schema"],
        )

    def breakdown(self, name: str) -> Breakdown:
        """The breakdown with those of its figures that the summary holds: an older one lacks some."""
        rows, known = self.breakdowns[name], BREAKDOWNS[name]
        figures = (figure for figure in known.figures if figure.name in self.totals)
        return replace(known, figures=tuple(f for f in figures if all(f.name in row.values for row in rows)))

    @cached_property
    def digest(self) -> str:
        """SHA-256 in hexadecimal of the canonical JSON: keys sorted, no spaces, UTF-8."""
        return hashlib.sha256(canonical_json(self.as_json())).hexdigest()


Item = TypeVar("Item")


def in_order(items: Mapping[str, Item], names: Iterable[str]) -> dict[str, Item]:
    """The items whose keys are among `names`, in the order of `names`."""
    return {name: items[name] for name in names if name in items}
