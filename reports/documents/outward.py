"""What of a month's figures may leave the house. Pure.

A grant report is read outside the police and may be published: it names no lodging house, points at none on a map
and says nothing about the work of one person. The working papers (XLSX, CSV, JSON) stay inside and are complete.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

from apk import czech
from reports.summary import MonthSummary, PlacePoint, Row

# Degrees are rounded to this many decimals: about a kilometre.
DECIMALS_OF_DEGREES = 2

HIDDEN = "Ubytovna"

SMALLEST = 3
"""Findings that a place must have to be shown apart: where fewer were made, a single household may be behind them."""

OF_LOCALITIES = frozenset({"locality", "activity_locality"})
"""Breakdowns whose rows are localities."""

PERSONAL = frozenset({"assistant"})
"""Breakdowns whose rows are people."""


ALWAYS = ("locality", "district", "place_kind")
PRINTED = (
    *ALWAYS,
    "activity_kind",
    "activity_locality",
    "counter",
    "organisation",
    "reason",
    "called_patrol",
    "training_kind",
)
"""The breakdowns that become tables of a paper for others, in their order; days would fill a page and people are left
out."""


def printed(summary: MonthSummary) -> list[str]:
    """Which of `PRINTED` the summary has; of activities only what there was any of."""
    return [name for name in PRINTED if summary.breakdowns.get(name) or (name in ALWAYS and name in summary.breakdowns)]


def outward(summary: MonthSummary) -> MonthSummary:
    """The same month with the same totals, without what must not leave the house.

    Lodging houses become „Ubytovna 1", „Ubytovna 2" …, behind the other localities, so that their place in the
    alphabet gives nothing away; their places become „Ubytovna 1, místo 1", and in other names and in the narrative
    theirs gives way too. Places with fewer findings than SMALLEST are put together, those of a locality in one row.
    Breakdowns by people are left out, positions are coarse. The digest of what comes back is another one: documents
    carry that of the whole summary.
    """
    houses = {name: f"{HIDDEN} {number}" for number, name in enumerate(summary.lodging_houses, start=1)}
    return replace(
        summary,
        breakdowns={
            name: _localities(rows, houses) if name in OF_LOCALITIES else rows
            for name, rows in summary.breakdowns.items()
            if name not in PERSONAL
        },
        places=_put_together(_places(summary.places, houses)),
        lodging_houses=tuple(houses.values()),
        narrative=tuple(unnamed(paragraph, houses) for paragraph in summary.narrative),
    )


def _localities(rows: tuple[Row, ...], houses: Mapping[str, str]) -> tuple[Row, ...]:
    named = [replace(row, label=unnamed(row.label, houses)) for row in rows if row.key and row.label not in houses]
    lodging = [
        replace(row, key=houses[row.label], label=houses[row.label]) for row in rows if row.key and row.label in houses
    ]
    outside = [row for row in rows if not row.key]
    return (*named, *lodging, *outside)


def _places(places: tuple[PlacePoint, ...], houses: Mapping[str, str]) -> tuple[PlacePoint, ...]:
    named: list[PlacePoint] = []
    lodging: dict[str, list[PlacePoint]] = {house: [] for house in houses.values()}
    for place in places:
        coarse = replace(
            place,
            latitude=round(place.latitude, DECIMALS_OF_DEGREES),
            longitude=round(place.longitude, DECIMALS_OF_DEGREES),
        )
        if house := houses.get(place.locality):
            label = f"{house}, místo {len(lodging[house]) + 1}"
            lodging[house].append(replace(coarse, key=label, label=label, locality=house))
        else:
            named.append(replace(coarse, label=unnamed(place.label, houses)))
    return (*named, *chain.from_iterable(lodging.values()))


def _put_together(places: tuple[PlacePoint, ...]) -> tuple[PlacePoint, ...]:
    """The places with few findings as one row of each locality, at its coarse middle, behind those shown apart."""
    small: dict[str, list[PlacePoint]] = {}
    for place in places:
        if place.events < SMALLEST:
            small.setdefault(place.locality, []).append(place)
    return (
        *(place for place in places if place.events >= SMALLEST),
        *(_together(locality, few) for locality, few in small.items()),
    )


def _together(locality: str, places: list[PlacePoint]) -> PlacePoint:
    label = f"Místa s{czech.SPACE}méně než {SMALLEST} nálezy ({len(places)})"
    return PlacePoint(
        key=f"{locality}: {label}",
        label=label,
        locality=locality,
        latitude=round(sum(place.latitude for place in places) / len(places), DECIMALS_OF_DEGREES),
        longitude=round(sum(place.longitude for place in places) / len(places), DECIMALS_OF_DEGREES),
        events=sum(place.events for place in places),
        pieces=sum(place.pieces for place in places),
    )


def unnamed(text: str, houses: Mapping[str, str]) -> str:
    """The text with every name of a lodging house in it replaced, as in „Parkoviště u HD Hlubina"."""
    if not houses:
        return text
    by_name = {name.casefold(): house for name, house in houses.items()}
    longest_first = sorted(houses, key=len, reverse=True)
    names = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
    return names.sub(lambda match: by_name.get(match[0].casefold(), HIDDEN), text)
