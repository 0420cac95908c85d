"""The plan of a week by localities: who covers which place when, and who is missing."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from apk.calendar import Week, holiday
from apk.localities.models import Locality
from apk.people.access import Role
from apk.people.models import User
from patrols.cover import Gap, gaps_within
from patrols.planning import Chip, Day, shown_to


@dataclass(frozen=True)
class PlaceDay:
    """Who is in a locality on a day, by the start of their shifts, and who is missing."""

    day: Day
    chips: tuple[Chip, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class PlaceRow:
    locality: Locality
    cells: tuple[PlaceDay, ...]


@dataclass(frozen=True)
class PlacePlan:
    days: tuple[Day, ...]
    rows: tuple[PlaceRow, ...]


def locality_plan(week: Week, reader: User, today: date) -> PlacePlan:
    """Localities that somebody covers or should, in Czech order; three queries whatever their number."""
    first, last = week.first_day, week.last_day
    shifts = shown_to(reader).starting_within(first, last).select_related("locality", "assistant__user")
    chips: dict[tuple[int, date], list[Chip]] = defaultdict(list)
    gaps: dict[tuple[int, date], list[Gap]] = defaultdict(list)
    places: dict[int, Locality] = {}
    for shift in shifts.order_by("start", "assistant__user__sort_key"):
        places[shift.locality_id] = shift.locality
        chips[shift.locality_id, shift.starts_on].append(Chip(shift))
    if reader.role != Role.ASSISTANT:
        for gap in gaps_within(first, last):
            places[gap.need.locality_id] = gap.need.locality
            gaps[gap.need.locality_id, gap.day].append(gap)
    days = tuple(Day(day, holiday(day), day == today) for day in week.days)
    return PlacePlan(
        days,
        tuple(
            PlaceRow(
                place,
                tuple(PlaceDay(day, tuple(chips[place.pk, day.date]), tuple(gaps[place.pk, day.date])) for day in days),
            )
            for place in sorted(places.values(), key=lambda place: (place.sort_key, place.pk))
        ),
    )
