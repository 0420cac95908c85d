"""Is the plan full? What is needed where and when, against who is planned there."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from patrols.models import CoverNeed, Shift

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Gap:
    """A need on a day that some people are missing at; `missing` at its emptiest moment."""

    need: CoverNeed
    day: date
    start: datetime
    end: datetime
    missing: int


def gaps_within(first: date, last: date) -> Iterator[Gap]:
    """What the whole plan leaves uncovered on the days from `first` to `last`, by day and locality. Two queries.

    Shifts of all mentors count: a locality is covered whoever sent the assistant.
    """
    needs = list(CoverNeed.objects.within(first, last).select_related("locality"))
    if not needs:
        return
    present: dict[int, list[Span]] = defaultdict(list)
    shifts = Shift.objects.filter(locality__in={need.locality_id for need in needs})
    day_after = last + timedelta(days=1)
    for locality, start, end in shifts.starting_within(first - timedelta(days=1), day_after).values_list(
        "locality", "start", "end"
    ):
        present[locality].append((start, end))
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        for need in needs:
            times = need.times_on(day)
            if times is not None and (missing := need.people - least_present(times, present[need.locality_id])) > 0:
                yield Gap(need, day, *times, missing)


def least_present(span: Span, shifts: Iterable[Span]) -> int:
    """How many are there at the emptiest moment of a span."""
    start, end = span
    inside = [(max(start, each[0]), min(end, each[1])) for each in shifts if each[0] < end and each[1] > start]
    edges = sorted({start, *(edge for each in inside for edge in each if start <= edge < end)})
    return min(sum(begins <= edge < ends for begins, ends in inside) for edge in edges)


def total_missing(gaps: Sequence[Gap]) -> int:
    return sum(gap.missing for gap in gaps)
