"""What of a month's figures may leave the house. Pure.

A grant report is read outside the police and may be published: it names no lodging house, points at none on a map
and says nothing about the work of one person. The working papers (XLSX, CSV, JSON) stay inside and are complete.
"""

from collections.abc import Mapping
from dataclasses import replace

from reports.summary import MonthSummary, PlacePoint, Row

# Degrees are rounded to this many decimals: about a kilometre.
DECIMALS_OF_DEGREES = 2

PERSONAL = frozenset({"assistant"})
"""Breakdowns whose rows are people."""


def outward(summary: MonthSummary) -> MonthSummary:
    """The same month with the same totals, without what must not leave the house.

    Lodging houses become „Ubytovna 1", „Ubytovna 2" …, behind the other localities, so that their place in the
    alphabet gives nothing away, and their places „U ubytovny 1"; breakdowns by people are left out; positions are
    coarse. The digest of what comes back is another one: documents carry that of the whole summary.
    """
    numbers = {name: number for number, name in enumerate(summary.lodging_houses, start=1)}
    return replace(
        summary,
        breakdowns={
            name: _localities(rows, numbers) if name == "locality" else rows
            for name, rows in summary.breakdowns.items()
            if name not in PERSONAL
        },
        places=_places(summary.places, numbers),
        lodging_houses=tuple(f"Ubytovna {number}" for number in numbers.values()),
    )


def _localities(rows: tuple[Row, ...], numbers: Mapping[str, int]) -> tuple[Row, ...]:
    named = [row for row in rows if row.key and row.label not in numbers]
    unnamed = [
        replace(row, key=f"lodging-house-{numbers[row.label]}", label=f"Ubytovna {numbers[row.label]}")
        for row in rows
        if row.key and row.label in numbers
    ]
    outside = [row for row in rows if not row.key]
    return (*named, *unnamed, *outside)


def _places(places: tuple[PlacePoint, ...], numbers: Mapping[str, int]) -> tuple[PlacePoint, ...]:
    coarse = [
        replace(
            place,
            latitude=round(place.latitude, DECIMALS_OF_DEGREES),
            longitude=round(place.longitude, DECIMALS_OF_DEGREES),
        )
        for place in places
    ]
    named = [place for place in coarse if place.locality not in numbers]
    unnamed = [
        replace(
            place,
            key=f"lodging-house-{numbers[place.locality]}-{position}",
            label=f"U ubytovny {numbers[place.locality]}",
            locality=f"Ubytovna {numbers[place.locality]}",
        )
        for position, place in enumerate((place for place in coarse if place.locality in numbers), start=1)
    ]
    return (*named, *unnamed)
