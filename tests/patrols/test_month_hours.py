"""The hours of a month: each figure at its boundaries, over midnight, over both clock changes, and minute by minute."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apk.calendar import LOCAL, Month, holiday
from patrols.duties import Break, Duty, Span
from patrols.labour_code import LAW, Rule
from patrols.month_hours import Away, Employed, Record, hours_of, without_break
from tests.factories import local

FULL = (Employed(date(2021, 1, 1), None, Decimal(1)),)
HALF = (Employed(date(2021, 1, 1), None, Decimal("0.5")),)
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    """„2021-04-15 8:00" on local clocks."""
    day, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    return local(*map(int, day.split("-")), hour, minute)


def duty(start: str, end: str, *breaks: tuple[str, str]) -> Duty:
    pauses = tuple(Break(at(begin), at(finish)) for begin, finish in breaks)
    return Duty(at(start), at(start), at(end), pauses, ())


def served(month: Month, *duties: Duty, **known: Any) -> dict[str, float]:
    """The figures that are not zero, in hours."""
    found = hours_of(month, Record(duties=duties, **{"employed": FULL, **known}))
    names = ("worked", "breaks", "night", "weekend", "on_holiday", "overtime")
    return {name: hours for name in names if (hours := getattr(found, name) / timedelta(hours=1))}


NIGHTS = [
    # Half of a night in each of two months: 31 October 2021 is the Sunday when the clocks go back.
    (Month(2020, 10), "2020-10-31 22:00", "2020-11-01 6:00", {"worked": 2, "night": 2, "weekend": 2}),
    (Month(2020, 11), "2020-10-31 22:00", "2020-11-01 6:00", {"worked": 6, "night": 6, "weekend": 6}),
    # The two nights when the clocks change: 7 hours and 9.
    (Month(2021, 3), "2021-03-27 22:00", "2021-03-28 6:00", {"worked": 7, "night": 7, "weekend": 7}),
    (Month(2021, 10), "2021-10-30 22:00", "2021-10-31 6:00", {"worked": 9, "night": 9, "weekend": 9}),
    # The night is from 22:00 to 6:00 and not a minute more.
    (Month(2021, 4), "2021-04-14 21:59", "2021-04-14 22:01", {"worked": 2 / 60, "night": 1 / 60}),
    (Month(2021, 4), "2021-04-15 5:59", "2021-04-15 6:01", {"worked": 2 / 60, "night": 1 / 60}),
    # A weekend begins and ends at midnight.
    (Month(2021, 4), "2021-04-16 20:00", "2021-04-17 1:00", {"worked": 5, "night": 3, "weekend": 1}),
    (Month(2021, 4), "2021-04-18 23:00", "2021-04-19 1:00", {"worked": 2, "night": 2, "weekend": 1}),
    # Good Friday is a holiday, the Saturday after it none, Easter Monday again.
    (Month(2021, 4), "2021-04-02 20:00", "2021-04-03 1:00", {"worked": 5, "night": 3, "weekend": 1, "on_holiday": 4}),
    (Month(2021, 4), "2021-04-05 8:00", "2021-04-05 12:00", {"worked": 4, "on_holiday": 4}),
]


@pytest.mark.parametrize(("month", "start", "end", "expected"), NIGHTS)
def test_hours_lie_where_the_clocks_say(month: Month, start: str, end: str, expected: dict[str, float]) -> None:
    assert served(month, duty(start, end)) == pytest.approx(expected)


def test_a_break_is_no_work_of_any_kind() -> None:
    night = duty("2021-04-17 22:00", "2021-04-18 6:00", ("2021-04-18 1:00", "2021-04-18 1:30"))
    assert served(Month(2021, 4), night) == {"worked": 7.5, "breaks": 0.5, "night": 7.5, "weekend": 7.5}


def test_a_duty_without_an_end_counts_for_nothing() -> None:
    start = at("2021-04-15 8:00")
    assert served(Month(2021, 4), Duty(start, start, None, (), ())) == {}


def week_of(hours: int, **known: Any) -> float:
    """Overtime of a week from Monday 12 to Friday 16 April 2021 with `hours` on each day, begun at 8, all unplanned."""
    days = [duty(f"2021-04-{day} 8:00", f"2021-04-{day} {8 + hours}:00") for day in range(12, 17)]
    return served(Month(2021, 4), *days, **known).get("overtime", 0)


def shifts(hours: int) -> list[Span]:
    return [(at(f"2021-04-{day} 8:00"), at(f"2021-04-{day} {8 + hours}:00")) for day in range(12, 17)]


@pytest.mark.parametrize(
    ("hours", "known", "expected"),
    [
        (8, {}, 0),
        (9, {}, 5),
        # What was planned is no overtime, however long: an uneven schedule is made up for in other weeks.
        (9, {"shifts": shifts(9)}, 0),
        (10, {"shifts": shifts(9)}, 5),
        # Overtime of part-timers begins above the full hours too.
        (7, {"employed": HALF, "shifts": shifts(4)}, 0),
        (9, {"employed": HALF, "shifts": shifts(4)}, 5),
        # A day of vacation counts as worked, a day without pay does not; who worked on it all the same has no more.
        (9, {"away": [Away("vacation", date(2021, 4, 16), date(2021, 4, 16))]}, 5),
    ],
)
def test_overtime_is_outside_the_plan_and_above_forty_hours(hours: int, known: Any, expected: float) -> None:
    assert week_of(hours, **known) == expected


@pytest.mark.parametrize(("counts", "expected"), [(True, 2), (False, 0)])
def test_an_absence_that_counts_brings_overtime_nearer(counts: bool, expected: float) -> None:
    days = [duty(f"2021-04-{day} 8:00", f"2021-04-{day} 16:00") for day in range(12, 16)]
    away = [Away("obstacle", date(2021, 4, 16), date(2021, 4, 16), counts=counts)]
    saturday = duty("2021-04-17 8:00", "2021-04-17 10:00")
    assert served(Month(2021, 4), *days, saturday, away=away).get("overtime", 0) == expected


def test_overtime_belongs_to_the_hours_that_made_it() -> None:
    """The week of 26 April to 2 May 2021 has 44 hours; its last four are on Saturday 1 May, a holiday."""
    days = [duty(f"2021-04-{day} 8:00", f"2021-04-{day} 16:00") for day in range(26, 31)]
    may_day = duty("2021-05-01 8:00", "2021-05-01 12:00")
    assert "overtime" not in served(Month(2021, 4), *days, may_day)
    assert served(Month(2021, 5), *days, may_day) == {"worked": 4, "weekend": 4, "on_holiday": 4, "overtime": 4}


VACATION = Away("vacation", date(2021, 4, 1), date(2021, 4, 6), yields=True)
ILL = Away("sick-leave", date(2021, 4, 1), date(2021, 4, 6))


@pytest.mark.parametrize(
    ("known", "fund", "holiday_off", "away"),
    [
        # April 2021: 22 days from Monday to Friday, of them Good Friday and Easter Monday.
        ({}, 176, 16, {}),
        ({"employed": HALF}, 88, 8, {}),
        ({"employed": (Employed(date(2021, 4, 28), date(2021, 4, 29), Decimal(1)),)}, 16, 0, {}),
        # The úvazek changes within the month.
        (
            {"employed": (Employed(date(2021, 1, 1), date(2021, 4, 28), Decimal(1)),
                          Employed(date(2021, 4, 29), None, Decimal("0.5")))}, 168, 16, {},
        ),
        # A holiday within a vacation is a holiday, within an illness it is not.
        ({"away": [VACATION]}, 176, 16, {"vacation": 16}),
        ({"away": [ILL]}, 176, 0, {"sick-leave": 32}),
    ],
)  # fmt: skip
def test_what_was_not_worked_and_counts(known: Any, fund: float, holiday_off: float, away: dict[str, float]) -> None:
    found = hours_of(Month(2021, 4), Record(**{"employed": FULL, **known}))
    hour = timedelta(hours=1)
    assert (found.fund / hour, found.holiday_off / hour) == (fund, holiday_off)
    assert {kind: hours / hour for kind, hours in found.away.items()} == away
    assert found.balance == found.worked + found.credited - found.fund


def test_an_unpaid_day_is_shown_and_not_counted() -> None:
    away = [Away("unpaid", date(2021, 4, 7), date(2021, 4, 7), counts=False)]
    found = hours_of(Month(2021, 4), Record(employed=FULL, away=away))
    assert (found.away, found.not_credited) == ({}, {"unpaid": timedelta(hours=8)})
    assert found.credited == timedelta(hours=16)


def test_a_holiday_worked_in_part_credits_the_rest() -> None:
    found = hours_of(Month(2021, 4), Record(employed=FULL, duties=[duty("2021-04-05 8:00", "2021-04-05 13:00")]))
    assert (found.worked, found.holiday_off) == (timedelta(hours=5), timedelta(hours=8 + 3))


@pytest.mark.parametrize(
    ("worked", "found"),
    [
        (duty("2021-04-15 8:00", "2021-04-15 14:00"), 0),
        (duty("2021-04-15 8:00", "2021-04-15 14:01"), 1),
        (duty("2021-04-15 8:00", "2021-04-15 16:00", ("2021-04-15 12:00", "2021-04-15 12:30")), 0),
        (duty("2021-04-15 8:00", "2021-04-15 16:00", ("2021-04-15 12:00", "2021-04-15 12:29")), 1),
        (duty("2021-04-15 8:00", "2021-04-15 16:00", ("2021-04-15 15:00", "2021-04-15 15:30")), 1),
    ],
)
def test_a_long_duty_without_a_break_is_named(worked: Duty, found: int) -> None:
    assert [breach.rule for breach in without_break([worked])] == [Rule.BREAK_MISSING] * found


def test_overtime_goes_by_the_limits_of_its_week() -> None:
    days = [duty(f"2021-04-{day} 8:00", f"2021-04-{day} 16:00") for day in (12, 13, 14, 15, 16, 19, 20, 21, 22, 23)]
    shorter = replace(LAW, weekly_hours=timedelta(hours=37.5))
    changed = hours_of(Month(2021, 4), Record(duties=days), lambda day: shorter if day >= date(2021, 4, 19) else LAW)
    assert (hours_of(Month(2021, 4), Record(duties=days)).overtime, changed.overtime) == (
        timedelta(0),
        timedelta(hours=2.5),
    )


# --- Minute by minute -------------------------------------------------------------------------------------------------


@dataclass
class Slow:
    """The same figures by looking at every minute of the duties, in order."""

    month: Month
    duties: list[Duty]
    shifts: list[Span]
    away: list[Away]
    fte: Decimal

    def minutes(self) -> list[datetime]:
        found = []
        for each in self.duties:
            assert each.start
            assert each.end
            minute = each.start.astimezone(UTC)
            while minute < each.end:
                if not any(pause.start <= minute < pause.end for pause in each.breaks if pause.end):
                    found.append(minute)
                minute += MINUTE
        return found

    def figures(self) -> dict[str, int]:
        worked = self.minutes()
        clocks = {minute: minute.astimezone(LOCAL) for minute in worked}
        mine = [clock for clock in clocks.values() if (clock.year, clock.month) == (self.month.year, self.month.number)]
        done: dict[date, int] = {}
        for clock in clocks.values():
            done[clock.date()] = done.get(clock.date(), 0) + 1
        return {
            "worked": len(mine),
            "night": sum(clock.time() >= time(22) or clock.time() < time(6) for clock in mine),
            "weekend": sum(clock.weekday() >= 5 for clock in mine),
            "on_holiday": sum(bool(holiday(clock.date())) for clock in mine),
            "overtime": self.overtime(worked, clocks, done),
            "credited": sum(self.credit(day, done) for day in self.month.days),
        }

    def credit(self, day: date, done: dict[date, int]) -> int:
        if day.weekday() >= 5 or not (holiday(day) or any(row.first <= day <= row.last for row in self.away)):
            return 0
        return max(int(480 * self.fte) - done.get(day, 0), 0)

    def overtime(self, worked: list[datetime], clocks: dict[datetime, datetime], done: dict[date, int]) -> int:
        weeks: dict[Any, list[datetime]] = {}
        for minute in worked:
            weeks.setdefault(clocks[minute].date().isocalendar()[:2], []).append(minute)
        found = 0
        for (year, number), minutes in weeks.items():
            days = [date.fromisocalendar(year, number, weekday) for weekday in range(1, 8)]
            above = len(minutes) + sum(self.credit(day, done) for day in days) - 40 * 60
            unplanned = [each for each in minutes if not any(start <= each < end for start, end in self.shifts)]
            for minute in unplanned[-above:] if above > 0 else []:
                clock = clocks[minute]
                found += (clock.year, clock.month) == (self.month.year, self.month.number)
        return found


def built(starts: list[tuple[int, int, int, int]], first: datetime) -> tuple[list[Duty], list[Span]]:
    """Duties one after another and the shifts that they were planned as: (gap, length, break, planned) in minutes."""
    duties, planned, clock = [], [], first.astimezone(UTC)
    for gap, length, pause, plan in starts:
        start = clock + MINUTE * gap
        end = start + MINUTE * length
        breaks = (Break(start + MINUTE * (length // 3), start + MINUTE * min(length // 3 + pause, length)),)
        duties.append(Duty(start, start, end, breaks if pause else (), ()))
        if plan:
            planned.append((start, start + MINUTE * plan))
        clock = end
    return duties, planned


PARTS = st.lists(
    st.tuples(st.integers(0, 2500), st.integers(1, 900), st.integers(0, 60), st.integers(0, 700)),
    min_size=1,
    max_size=9,
)
FIRST_DAYS = st.sampled_from([date(2021, 3, 24), date(2021, 3, 30), date(2021, 10, 27), date(2021, 12, 22)])


@given(
    parts=PARTS,
    first=FIRST_DAYS,
    hour=st.integers(0, 23),
    away=st.tuples(st.integers(0, 9), st.integers(0, 4)),
    fte=st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.75")]),
    later=st.booleans(),
)
@example(parts=[(0, 480, 0, 480)], first=date(2021, 3, 27), hour=22, away=(9, 0), fte=Decimal(1), later=False)
@example(parts=[(60, 800, 0, 0)] * 9, first=date(2021, 10, 25), hour=6, away=(0, 0), fte=Decimal(1), later=False)
@settings(max_examples=60)
def test_figures_agree_with_a_model_that_counts_minutes(
    parts: list[tuple[int, int, int, int]], first: date, hour: int, away: tuple[int, int], fte: Decimal, later: bool
) -> None:
    duties, planned = built(parts, local(first.year, first.month, first.day, hour))
    month = Month.of(first).next if later else Month.of(first)
    begins = first + timedelta(days=away[0])
    absent = [Away("vacation", begins, begins + timedelta(days=away[1]), yields=True)]
    slow = Slow(month, duties, planned, absent, fte).figures()
    record = Record(duties=duties, shifts=planned, away=absent, employed=[Employed(date(2021, 1, 1), None, fte)])
    found = hours_of(month, record)
    assert {name: getattr(found, name) // MINUTE for name in slow} == slow
