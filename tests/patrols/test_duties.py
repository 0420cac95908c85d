"""Attendance put together into duties, with nothing made up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apk.calendar import Month
from patrols.duties import LONGEST, Break, Duty, Event, Missing, pair, served
from tests.factories import local

WORDS = {"start": Event.START, "end": Event.END, "away": Event.BREAK_START, "back": Event.BREAK_END}


def day(*events: str) -> list[tuple[Event, datetime]]:
    """Events of 15 April 2021, "start 8", a decimal hour as in "away 11.5"; hours may go on past 24."""
    parts = [event.split() for event in events]
    return [(WORDS[name], local(2021, 4, 15, 0) + timedelta(hours=float(hour))) for name, hour in parts]


def at(hour: float) -> datetime:
    return local(2021, 4, 15, 0) + timedelta(hours=hour)


YEAR = local(2021, 1, 1, 0), local(2022, 1, 1, 0)


def hours(duties: list[Duty], lower: datetime = YEAR[0], upper: datetime = YEAR[1]) -> float:
    return served(duties, lower, upper) / timedelta(hours=1)


def test_a_duty_with_a_break_is_whole_and_the_break_is_no_work() -> None:
    duties = pair(day("start 8", "away 11.5", "back 12", "end 16"))
    assert duties == [Duty(at(8), at(8), at(16), (Break(at(11.5), at(12)),), ())]
    assert hours(duties) == 7.5


@pytest.mark.parametrize(
    ("events", "missing", "expected"),
    [
        (("start 8",), [(Missing.END,)], 0),
        (("end 16",), [(Missing.START,)], 0),
        (("start 8", "start 9", "end 16"), [(Missing.END,), ()], 7),
        (("start 8", "end 16", "end 17"), [(), (Missing.START,)], 8),
        (("start 8", "away 12", "end 16"), [(Missing.BREAK_END,)], 4),
        (("start 8", "back 12", "end 16"), [(Missing.BREAK_START,)], 8),
        (("start 8", "away 11", "away 12", "back 13", "end 16"), [()], 6),
        (("away 12", "back 12.5", "end 16"), [(Missing.START,)], 0),
        (("away 12",), [(Missing.START, Missing.END, Missing.BREAK_END)], 0),
        (("back 12",), [(Missing.START, Missing.END, Missing.BREAK_START)], 0),
        (("start 8", "end 24.5"), [(Missing.END,), (Missing.START,)], 0),
        (("start 8", "end 23.5"), [()], 15.5),
        ((), [], 0),
    ],
)
def test_what_is_missing_is_said_and_counts_for_nothing(
    events: tuple[str, ...], missing: list[tuple[Missing, ...]], expected: float
) -> None:
    duties = pair(day(*events))
    assert [duty.missing for duty in duties] == missing
    assert hours(duties) == expected


def duty(start: datetime, end: datetime) -> list[Duty]:
    return pair([(Event.START, start), (Event.END, end)])


def test_a_duty_over_the_end_of_a_month_gives_each_its_hours() -> None:
    night = duty(local(2021, 10, 31, 22), local(2021, 11, 1, 6))
    october, november = Month(2021, 10), Month(2021, 11)
    assert [hours(night, month.start, month.end) for month in (october, november)] == [2, 6]
    assert [night[0].touches(month.start, month.end) for month in (october, november, november.next)] == [
        True,
        True,
        False,
    ]


def test_the_nights_when_clocks_change_have_seven_and_nine_hours() -> None:
    assert hours(duty(local(2021, 3, 27, 22), local(2021, 3, 28, 6))) == 7
    assert hours(duty(local(2021, 10, 30, 22), local(2021, 10, 31, 6))) == 9


def test_a_break_over_midnight_is_taken_from_both_months() -> None:
    events = [
        (Event.START, local(2021, 4, 30, 20)),
        (Event.BREAK_START, local(2021, 4, 30, 23, 30)),
        (Event.BREAK_END, local(2021, 5, 1, 0, 15)),
        (Event.END, local(2021, 5, 1, 4)),
    ]
    april, may = Month(2021, 4), Month(2021, 5)
    assert [hours(pair(events), month.start, month.end) for month in (april, may)] == [3.5, 3.75]


def test_a_duty_that_is_not_whole_lies_where_its_first_event_does() -> None:
    (unended,) = pair([(Event.START, local(2021, 4, 30, 20))])
    april, may = Month(2021, 4), Month(2021, 5)
    assert [unended.touches(month.start, month.end) for month in (april, may)] == [True, False]


# Around the end of a month and the two nights when the clocks change.
MOMENTS = st.sampled_from([local(2021, 3, 27, 12), local(2021, 10, 30, 12), local(2021, 10, 31, 12)]).flatmap(
    lambda base: st.integers(0, 3 * 24 * 3600).map(lambda seconds: base.astimezone(UTC) + timedelta(seconds=seconds))
)
EVENTS = st.lists(st.tuples(st.sampled_from(Event), MOMENTS), max_size=14, unique_by=lambda event: event[1]).map(
    lambda events: sorted(events, key=lambda event: event[1])
)


def seconds_awake(events: list[tuple[Event, datetime]], lower: datetime, upper: datetime) -> int:
    """Hours served, the slow way: between each two neighbouring events one is at work or not."""
    total, spell, state, began = 0, 0, "off", None
    for number, (event, moment) in enumerate(events):
        if number and state == "on":
            before = max(events[number - 1][1], lower)
            spell += max(0, round((min(moment, upper) - before).total_seconds()))
        if began is not None and moment - began >= LONGEST:
            state, began = "off", None
        if event is Event.START:
            state, began, spell = "on", moment, 0
        elif event is Event.END:
            total += spell if began is not None else 0
            state, began = "off", None
        elif event is Event.BREAK_START:
            # Without a start nothing is served until the next one.
            state = "break" if began is not None else state
        elif began is not None and state == "break":
            state = "on"
    return total


@given(EVENTS)
def test_hours_are_the_time_between_events_at_work(events: list[tuple[Event, datetime]]) -> None:
    duties = pair(events)
    for month in (Month(2021, 3), Month(2021, 4), Month(2021, 10), Month(2021, 11)):
        expected = seconds_awake(events, month.start.astimezone(UTC), month.end.astimezone(UTC))
        assert served(duties, month.start, month.end) == timedelta(seconds=expected)


@given(EVENTS)
def test_months_share_all_hours_and_no_event_is_lost(events: list[tuple[Event, datetime]]) -> None:
    duties = pair(events)
    months = [Month(2021, number) for number in (3, 4, 10, 11)]
    assert sum((served(duties, month.start, month.end) for month in months), timedelta(0)) == served(duties, *YEAR)
    ends = [moment for duty in duties for moment in (duty.start, duty.end) if moment]
    assert ends == [moment for event, moment in events if event in {Event.START, Event.END}]
    assert all(duty.missing for duty in duties if not duty.is_whole)
    firsts = [duty.first for duty in duties]
    assert firsts == sorted(firsts)
    assert set(firsts) <= {moment for _, moment in events}


@given(EVENTS)
def test_a_month_needs_only_the_events_around_it(events: list[tuple[Event, datetime]]) -> None:
    for month in (Month(2021, 10), Month(2021, 11)):
        lower, upper = month.start.astimezone(UTC) - LONGEST, month.end.astimezone(UTC) + LONGEST
        around = [(event, moment) for event, moment in events if lower < moment < upper]
        assert served(pair(around), month.start, month.end) == served(pair(events), month.start, month.end)
