"""Time of shifts inside a period: exact at its edges and in the nights when the clocks change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from apk.calendar import Month, time_within
from patrols.models import Shift
from tests.factories import AssistantFactory, LocalityFactory, ShiftFactory, local

pytestmark = pytest.mark.django_db


def hours(month: Month) -> float:
    return Shift.objects.counts(month.start, month.end)["patrol_seconds"] / 3600


def test_shift_over_the_end_of_october_gives_each_month_its_hours():
    ShiftFactory(start=local(2021, 10, 31, 22), end=local(2021, 11, 1, 6))

    assert (hours(Month(2021, 10)), hours(Month(2021, 11))) == (2, 6)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (local(2021, 3, 27, 22), local(2021, 3, 28, 6), 7),
        (local(2021, 10, 30, 22), local(2021, 10, 31, 6), 9),
        (local(2021, 4, 1, 0), local(2021, 4, 2, 0), 24),
    ],
)
def test_shift_counts_real_time_when_the_clocks_change(start, end, expected):
    ShiftFactory(start=start, end=end)

    assert hours(Month.of(start)) == expected


def test_shift_that_only_touches_the_month_does_not_count():
    ShiftFactory(start=local(2021, 3, 31, 16), end=local(2021, 4, 1, 0))
    ShiftFactory(start=local(2021, 5, 1, 0), end=local(2021, 5, 1, 8))

    assert Shift.objects.counts(Month(2021, 4).start, Month(2021, 4).end) == {"patrol_seconds": 0, "assistants": 0}


@pytest.mark.parametrize("seed", range(3))
def test_counts_agree_with_the_calendar_and_with_counting_minutes(seed):
    random = Random(seed)
    assistants, locality = [AssistantFactory() for _ in range(3)], LocalityFactory()
    first = datetime(2021, 3, 20, tzinfo=UTC)
    for assistant in assistants:
        minutes = sorted(random.sample(range(80 * 24 * 60), 60))
        instants = [first + timedelta(minutes=minute) for minute in minutes]
        for start, end in list(pairwise(instants))[::2]:
            ShiftFactory(assistant=assistant, locality=locality, start=start, end=min(end, start + timedelta(hours=24)))

    for month in (Month(2021, 3), Month(2021, 4), Month(2021, 5)):
        lower, upper = month.start.timestamp(), month.end.timestamp()
        expected, minutes, people = timedelta(), 0, set()
        for shift in Shift.objects.all():
            inside = time_within(shift.start, shift.end, month.start, month.end)
            expected += inside
            minutes += sum(
                lower <= moment < upper
                for moment in range(int(shift.start.timestamp()), int(shift.end.timestamp()), 60)
            )
            if inside:
                people.add(shift.assistant_id)
        assert expected == timedelta(minutes=minutes)
        assert Shift.objects.counts(month.start, month.end) == {
            "patrol_seconds": expected.total_seconds(),
            "assistants": len(people),
        }
