"""The rules of the Labour Code: each boundary from both sides, then all of them against a slow model.

The tables are in April 2021 and around both changes of clocks of that year (28 March and 31 October). The model at the
end goes minute by minute and shares nothing with the rules but the calendar.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apk.calendar import LOCAL, Week, holiday, instant
from patrols.labour_code import (
    Absence,
    Breach,
    Limits,
    Person,
    Rule,
    Severity,
    Shift,
    averaging_period,
    check,
    hours_allowed,
    night_time,
    works_of,
)

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
FULL_TIME = Person()
SPACE = "\u00a0"


def moment(text: str) -> datetime:
    """The instant written as "5.4. 22:00" or "5. 4. 2022 22:00"; 2021 unless told otherwise."""
    day, _, at = text.rpartition(" ")
    numbers = [int(part) for part in day.replace(" ", "").split(".") if part]
    hours, minutes = at.split(":")
    return instant(
        date(numbers[2] if len(numbers) > 2 else 2021, numbers[1], numbers[0]), time(int(hours), int(minutes))
    )


def shift(text: str, *breaks: str, key: object = None, **facts: object) -> Shift:
    """The shift written as "5.4. 22:00-6:00"; an end that is not after the start is on the next day."""
    start = moment(text.split("-")[0])
    if breaks:
        facts["breaks"] = tuple(
            (_after(start - MINUTE, first), _after(start, last)) for first, last in (each.split("-") for each in breaks)
        )
    return Shift(key=key or text, start=start, end=_after(start, text.split("-")[1]), **facts)


def _after(moment: datetime, at: str) -> datetime:
    """When clocks next show `at`."""
    hours, minutes = at.split(":")
    day = moment.astimezone(LOCAL).date()
    shown = instant(day, time(int(hours), int(minutes)))
    return shown if shown > moment else instant(day + timedelta(days=1), time(int(hours), int(minutes)))


def breaches(rule: Rule, *shifts: Shift | str, person: Person = FULL_TIME, **facts: object) -> list[Breach]:
    """What one rule says of the shifts."""
    made = [shift(each) if isinstance(each, str) else each for each in shifts]
    return [breach for breach in check(person, made, **facts) if breach.rule is rule]


def minutes(rule: Rule, *shifts: Shift | str, **facts: object) -> list[float]:
    """By how many minutes, breach by breach."""
    return [breach.measured / MINUTE for breach in breaches(rule, *shifts, **facts) if breach.measured is not None]


H = 60

CASES = [
    # Shifts that touch do not overlap; over midnight, over both changes of clocks.
    (Rule.OVERLAP, ["5.4. 8:00-12:00", "5.4. 12:00-16:00"], []),
    (Rule.OVERLAP, ["5.4. 8:00-12:01", "5.4. 12:00-16:00"], [1]),
    (Rule.OVERLAP, ["5.4. 22:00-6:00", "6.4. 6:00-10:00"], []),
    (Rule.OVERLAP, ["5.4. 22:00-6:00", "6.4. 5:30-10:00"], [30]),
    (Rule.OVERLAP, ["30.4. 22:00-6:00", "1.5. 5:00-10:00"], [1 * H]),
    (Rule.OVERLAP, ["27.3. 22:00-6:00", "28.3. 1:00-4:00"], [2 * H]),
    (Rule.OVERLAP, ["30.10. 22:00-6:00", "31.10. 1:00-4:00"], [4 * H]),
    (Rule.OVERLAP, ["5.4. 8:00-20:00", "5.4. 9:00-10:00", "5.4. 19:00-21:00"], [1 * H, 1 * H]),
    # 12 hours of work.
    (Rule.LONG_WORK, ["5.4. 6:00-18:00"], []),
    (Rule.LONG_WORK, ["5.4. 6:00-18:01"], [12 * H + 1]),
    (Rule.LONG_WORK, ["5.4. 18:00-6:00"], []),
    (Rule.LONG_WORK, ["5.4. 18:00-6:01"], [12 * H + 1]),
    (Rule.LONG_WORK, ["27.3. 18:00-7:00"], []),
    (Rule.LONG_WORK, ["27.3. 18:00-7:01"], [12 * H + 1]),
    (Rule.LONG_WORK, ["30.10. 18:00-5:00"], []),
    (Rule.LONG_WORK, ["30.10. 18:00-5:01"], [12 * H + 1]),
    (Rule.LONG_WORK, ["30.4. 20:00-0:00", "1.5. 0:00-8:01"], [12 * H + 1]),
    # … in the parts of one day together; what starts after a daily rest is another day's work.
    (Rule.LONG_WORK, ["5.4. 6:00-12:00", "5.4. 14:00-20:00"], []),
    (Rule.LONG_WORK, ["5.4. 6:00-12:00", "5.4. 14:00-20:01"], [12 * H + 1]),
    (Rule.LONG_WORK, ["5.4. 0:00-5:00", "5.4. 15:59-23:59"], [13 * H]),
    (Rule.LONG_WORK, ["5.4. 0:00-5:00", "5.4. 16:00-0:00"], []),
    # Rest under 8 h is an error, under 11 h a warning.
    (Rule.REST_TOO_SHORT, ["5.4. 14:00-22:00", "6.4. 6:00-14:00"], []),
    (Rule.REST_TOO_SHORT, ["5.4. 14:00-22:00", "6.4. 5:59-14:00"], [8 * H - 1]),
    (Rule.REST_TOO_SHORT, ["5.4. 22:00-6:00", "6.4. 14:00-18:00"], []),
    (Rule.REST_TOO_SHORT, ["5.4. 22:00-6:00", "6.4. 13:59-18:00"], [8 * H - 1]),
    (Rule.REST_TOO_SHORT, ["27.3. 14:00-22:00", "28.3. 7:00-14:00"], []),
    (Rule.REST_TOO_SHORT, ["27.3. 14:00-22:00", "28.3. 6:00-14:00"], [7 * H]),
    (Rule.REST_TOO_SHORT, ["30.10. 14:00-22:00", "31.10. 5:00-13:00"], []),
    (Rule.REST_TOO_SHORT, ["30.10. 14:00-22:00", "31.10. 4:59-13:00"], [8 * H - 1]),
    (Rule.REST_TOO_SHORT, ["30.4. 14:00-23:30", "1.5. 6:00-14:00"], [6 * H + 30]),
    (Rule.REST_SHORTENED, ["5.4. 12:00-20:00", "6.4. 7:00-15:00"], []),
    (Rule.REST_SHORTENED, ["5.4. 12:00-20:00", "6.4. 6:59-15:00"], [11 * H - 1]),
    (Rule.REST_SHORTENED, ["5.4. 14:00-22:00", "6.4. 6:00-14:00"], [8 * H]),
    (Rule.REST_SHORTENED, ["5.4. 14:00-22:00", "6.4. 5:59-14:00"], []),
    (Rule.REST_SHORTENED, ["27.3. 12:00-20:00", "28.3. 8:00-16:00"], []),
    (Rule.REST_SHORTENED, ["27.3. 12:00-20:00", "28.3. 7:00-15:00"], [10 * H]),
    (Rule.REST_SHORTENED, ["30.10. 12:00-20:00", "31.10. 6:00-14:00"], []),
    (Rule.REST_SHORTENED, ["30.10. 12:00-21:00", "31.10. 6:59-14:00"], [11 * H - 1]),
    # The next rest makes up for a shortened one: 9 h, then 13 h.
    (Rule.REST_NOT_MADE_UP, ["5.4. 14:00-22:00", "6.4. 7:00-15:00", "7.4. 4:00-8:00"], []),
    (Rule.REST_NOT_MADE_UP, ["5.4. 14:00-22:00", "6.4. 7:00-15:00", "7.4. 3:59-8:00"], [13 * H - 1]),
    (Rule.REST_NOT_MADE_UP, ["5.4. 14:00-22:00", "6.4. 9:00-17:00", "7.4. 4:00-8:00"], []),
    (Rule.REST_NOT_MADE_UP, ["27.3. 14:00-20:00", "28.3. 7:00-15:00", "29.3. 3:00-8:00"], []),
    (Rule.REST_NOT_MADE_UP, ["27.3. 14:00-20:00", "28.3. 7:00-15:00", "29.3. 2:59-8:00"], [12 * H - 1]),
    (Rule.REST_NOT_MADE_UP, ["30.10. 14:00-22:00", "31.10. 6:00-14:00", "1.11. 3:00-8:00"], []),
    (Rule.REST_NOT_MADE_UP, ["30.10. 14:00-22:00", "31.10. 6:00-14:00", "1.11. 2:59-8:00"], [13 * H - 1]),
    # Split shifts span the day: from the start only 10 h of 24 are left, though 11 h lie between the works.
    (Rule.REST_FROM_START, ["5.4. 6:00-10:00", "5.4. 15:00-19:00", "6.4. 6:00-10:00"], []),
    (Rule.REST_FROM_START, ["5.4. 6:00-10:00", "5.4. 15:00-19:01", "6.4. 6:01-10:00"], [11 * H - 1]),
    (Rule.REST_FROM_START, ["5.4. 18:00-7:00"], []),
    (Rule.REST_FROM_START, ["5.4. 18:00-7:01"], [11 * H - 1]),
    (Rule.REST_FROM_START, ["27.3. 18:00-8:00"], []),
    (Rule.REST_FROM_START, ["27.3. 18:00-8:01"], [11 * H - 1]),
    (Rule.REST_FROM_START, ["30.10. 18:00-6:00"], []),
    (Rule.REST_FROM_START, ["30.10. 18:00-6:01"], [11 * H - 1]),
    (Rule.REST_FROM_END, ["5.4. 12:00-20:00", "6.4. 7:00-15:00"], []),
    (Rule.REST_FROM_END, ["5.4. 12:00-20:00", "6.4. 6:59-15:00"], [11 * H - 1]),
    # A short rest, but a whole one later within the 24 h.
    (Rule.REST_FROM_END, ["5.4. 12:00-20:00", "6.4. 6:00-8:00"], []),
    (Rule.REST_FROM_END, ["5.4. 12:00-20:00", "6.4. 6:00-9:01"], [11 * H - 1]),
    (Rule.REST_FROM_END, ["27.3. 12:00-20:00", "28.3. 8:00-16:00"], []),
    (Rule.REST_FROM_END, ["27.3. 12:00-20:00", "28.3. 7:59-16:00"], [11 * H - 1]),
    (Rule.REST_FROM_END, ["30.10. 12:00-21:00", "31.10. 7:00-16:00"], []),
    (Rule.REST_FROM_END, ["30.10. 12:00-21:00", "31.10. 6:59-16:00"], [11 * H - 1]),
    # Night work: 8 h in 24 h for who works 3 h in the night.
    (Rule.NIGHT_WORK, ["5.4. 22:00-6:00"], []),
    (Rule.NIGHT_WORK, ["5.4. 22:00-6:01"], [8 * H + 1]),
    (Rule.NIGHT_WORK, ["5.4. 21:59-6:00"], [8 * H + 1]),
    (Rule.NIGHT_WORK, ["5.4. 13:00-0:59"], []),
    (Rule.NIGHT_WORK, ["5.4. 13:00-1:00"], [12 * H]),
    (Rule.NIGHT_WORK, ["5.4. 22:00-4:00", "6.4. 20:00-23:00"], []),
    (Rule.NIGHT_WORK, ["5.4. 22:00-4:00", "6.4. 19:59-23:00"], [8 * H + 1]),
    (Rule.NIGHT_WORK, ["27.3. 22:00-7:00"], []),
    (Rule.NIGHT_WORK, ["27.3. 22:00-7:01"], [8 * H + 1]),
    (Rule.NIGHT_WORK, ["30.10. 22:00-5:00"], []),
    (Rule.NIGHT_WORK, ["30.10. 22:00-6:00"], [9 * H]),
    (Rule.NIGHT_WORK, ["30.4. 22:00-6:30"], [8 * H + 30]),
    # Split shifts: the interruptions together.
    (Rule.SPLIT_SHIFT, ["5.4. 7:00-9:00", "5.4. 10:59-15:00"], []),
    (Rule.SPLIT_SHIFT, ["5.4. 7:00-9:00", "5.4. 11:00-15:00"], [2 * H]),
    (Rule.SPLIT_SHIFT, ["5.4. 7:00-9:00", "5.4. 10:00-12:00", "5.4. 13:00-15:00"], [2 * H]),
    (Rule.SPLIT_SHIFT, ["5.4. 5:00-6:00", "5.4. 16:59-20:00"], [11 * H - 1]),
    (Rule.SPLIT_SHIFT, ["5.4. 5:00-6:00", "5.4. 17:00-20:00"], []),
    (Rule.SPLIT_SHIFT, ["5.4. 20:00-22:00", "6.4. 1:00-4:00"], []),
    # From 1:30 to 3:30 it is one hour in spring, three in autumn.
    (Rule.SPLIT_SHIFT, ["28.3. 0:00-1:30", "28.3. 3:30-6:00"], []),
    (Rule.SPLIT_SHIFT, ["31.10. 0:00-1:30", "31.10. 3:30-6:00"], [3 * H]),
    # Holidays and Saturdays, by the day and its worked part.
    (Rule.HOLIDAY, ["30.4. 22:00-6:00"], [6 * H]),
    (Rule.HOLIDAY, ["30.4. 16:00-0:00"], []),
    (Rule.HOLIDAY, ["5.4. 22:00-6:00"], [2 * H]),
    (Rule.HOLIDAY, ["6.4. 0:00-6:00"], []),
    (Rule.HOLIDAY, ["23.12. 22:00-6:00", "24.12. 22:00-6:00"], [6 * H, 2 * H, 6 * H]),
    (Rule.REST_DAY, ["9.4. 22:00-6:00"], [6 * H]),
    (Rule.REST_DAY, ["9.4. 16:00-0:00"], []),
    (Rule.REST_DAY, ["11.4. 20:00-4:00"], [4 * H]),
    (Rule.REST_DAY, ["1.5. 8:00-16:00"], []),
    (Rule.REST_DAY, ["27.3. 22:00-6:00"], [2 * H, 5 * H]),
    (Rule.REST_DAY, ["30.10. 22:00-6:00"], [2 * H, 7 * H]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "shifts", "expected"), CASES)
def test_boundaries(rule: Rule, shifts: list[str], expected: list[int]) -> None:
    assert minutes(rule, *shifts) == expected


def days_of(first: int, last: int, hours: str) -> list[str]:
    return [f"{day}.4. {hours}" for day in range(first, last + 1)]


@pytest.mark.parametrize(
    ("weekend", "expected"),
    [
        pytest.param([], [], id="a free weekend"),
        pytest.param(["10.4. 8:00-16:00", "11.4. 8:00-16:00"], [19 * H], id="seven days, nothing before and after"),
        # Saturday 13:00 to Monday 0:00 is 35 h.
        pytest.param(["10.4. 5:00-13:00", "12.4. 0:00-8:00"], [], id="35 hours"),
        pytest.param(["10.4. 5:00-13:01", "12.4. 0:00-8:00"], [35 * H - 1], id="a minute less"),
        # From Sunday 0:00 on it has 24 h in the week and the next one gives the 11 h.
        pytest.param(["10.4. 16:00-0:00", "12.4. 11:00-19:00"], [], id="24 in the week, 11 in the next"),
        pytest.param(["10.4. 16:01-0:01", "12.4. 12:00-19:00"], [35 * H - 1], id="23:59 in the week"),
        pytest.param(["10.4. 16:00-0:00", "12.4. 10:59-19:00"], [35 * H - 1], id="10:59 in the next"),
    ],
)  # fmt: skip
def test_weekly_rest(weekend: list[str], expected: list[int]) -> None:
    assert minutes(Rule.WEEKLY_REST, *days_of(5, 9, "8:00-16:00"), *weekend) == expected


@pytest.mark.parametrize(
    ("shifts", "expected"),
    [
        # A Sunday of 23 hours, midnight to midnight, is too little of the week; one of 25 hours may give one away.
        ([*(f"{day}.3. 8:00-16:00" for day in range(22, 27)), "27.3. 16:00-0:00", "29.3. 14:00-20:00"], [34 * H]),
        ([*(f"{day}.3. 8:00-16:00" for day in range(22, 27)), "27.3. 15:00-23:00", "29.3. 11:00-20:00"], []),
        ([*(f"{day}.10. 8:00-16:00" for day in range(25, 31)), "31.10. 0:00-1:00", "1.11. 11:00-20:00"], []),
        ([*(f"{day}.10. 8:00-16:00" for day in range(25, 31)), "31.10. 0:00-1:01", "1.11. 11:00-20:00"], [35 * H - 1]),
    ],
)
def test_weekly_rest_when_clocks_change(shifts: list[str], expected: list[int]) -> None:
    assert minutes(Rule.WEEKLY_REST, *shifts) == expected


def test_rest_of_one_week_serves_the_next_one_with_its_own_day() -> None:
    """Sunday 0:00 to Monday 24:00: each week has a whole day of it."""
    shifts = [*days_of(5, 9, "8:00-16:00"), "10.4. 16:00-0:00", *days_of(13, 18, "8:00-16:00")]
    assert minutes(Rule.WEEKLY_REST, *shifts) == []


@pytest.mark.parametrize(
    ("breaks", "expected"),
    [
        pytest.param(["14:00-14:30"], [], id="after six hours"),
        pytest.param(["14:01-14:31"], [6 * H + 1], id="a minute later"),
        pytest.param(["14:00-14:29"], [7 * H + 31], id="a minute shorter"),
        pytest.param(["11:00-11:15", "14:15-14:30"], [], id="two parts"),
        pytest.param(["11:00-11:15", "14:16-14:31"], [6 * H + 1], id="the second part a minute later"),
        pytest.param(["11:00-11:14", "13:00-13:15"], [7 * H + 31], id="a part too short"),
        pytest.param(["10:00-10:30"], [], id="early, with the rest of the day within six hours"),
        pytest.param(["9:59-10:29"], [], id="and with 5:31 left"),
        pytest.param([], [8 * H], id="none"),
    ],
)
def test_breaks(breaks: list[str], expected: list[int]) -> None:
    assert minutes(Rule.BREAK_MISSING, shift("5.4. 8:00-16:00", *breaks, breaks=())) == expected


@pytest.mark.parametrize(
    ("worked", "expected"),
    [
        ("5.4. 22:00-4:00", []), ("5.4. 22:00-4:01", [6 * H + 1]),
        ("27.3. 22:00-5:00", []), ("27.3. 22:00-5:01", [6 * H + 1]),
        ("30.10. 22:00-3:00", []), ("30.10. 22:00-3:01", [6 * H + 1]),
    ],
)  # fmt: skip
def test_six_hours_need_no_break_over_midnight_and_clock_changes(worked: str, expected: list[int]) -> None:
    assert minutes(Rule.BREAK_MISSING, shift(worked, breaks=())) == expected


def test_breaks_that_are_not_planned_are_not_judged() -> None:
    assert minutes(Rule.BREAK_MISSING, "5.4. 8:00-20:00") == []


def test_work_goes_on_without_a_break_from_one_shift_to_the_next() -> None:
    parts = shift("5.4. 8:00-12:00", breaks=()), shift("5.4. 12:00-15:00", breaks=())
    assert minutes(Rule.BREAK_MISSING, *parts) == [7 * H]
    apart = shift("5.4. 8:00-12:00", breaks=()), shift("5.4. 12:30-15:30", breaks=())
    assert minutes(Rule.BREAK_MISSING, *apart) == []


@pytest.mark.parametrize(
    ("pause", "expected"),
    [("8:00-8:30", [30]), ("8:01-8:31", []), ("13:30-14:00", [30]), ("13:29-13:59", [])],
)
def test_break_is_neither_first_nor_last(pause: str, expected: list[int]) -> None:
    assert minutes(Rule.BREAK_AT_EDGE, shift("5.4. 8:00-14:00", pause)) == expected


def test_breaks_are_no_working_time() -> None:
    assert minutes(Rule.LONG_WORK, shift("5.4. 6:00-18:30", "11:30-12:00")) == []
    assert minutes(Rule.LONG_WORK, shift("5.4. 6:00-18:31", "11:30-12:00")) == [12 * H + 1]


def test_break_within_a_break_counts_once() -> None:
    assert minutes(Rule.LONG_WORK, shift("5.4. 6:00-19:00", "11:00-12:00", "11:15-11:30")) == []
    assert minutes(Rule.LONG_WORK, shift("5.4. 6:00-19:01", "11:00-12:00", "11:15-11:30")) == [12 * H + 1]


@pytest.mark.parametrize(
    ("absence", "expected"),
    [
        pytest.param(
            Absence.of_days(date(2021, 4, 6), date(2021, 4, 9), "dovolená"), [6 * H], id="the night before it"
        ),
        pytest.param(Absence.of_days(date(2021, 4, 7), date(2021, 4, 9), "dovolená"), [], id="the day after"),
        pytest.param(Absence.of_days(date(2021, 4, 1), date(2021, 4, 5), "dovolená"), [2 * H], id="its last evening"),
        pytest.param(Absence(moment("6.4. 6:00"), moment("6.4. 12:00")), [], id="it begins when the shift ends"),
        pytest.param(Absence(moment("6.4. 5:59"), moment("6.4. 12:00")), [1], id="a minute before"),
        pytest.param(Absence(moment("5.4. 12:00"), moment("5.4. 22:00")), [], id="it ends when the shift begins"),
    ],
)
def test_absence(absence: Absence, expected: list[int]) -> None:
    assert minutes(Rule.ABSENCE, "5.4. 22:00-6:00", absences=[absence]) == expected


@pytest.mark.parametrize(
    ("planned", "away", "expected"),
    [
        ("27.3. 22:00-6:00", date(2021, 3, 28), [5 * H]),
        ("27.3. 16:00-0:00", date(2021, 3, 28), []),
        ("28.3. 22:00-6:00", date(2021, 3, 28), [2 * H]),
        ("29.3. 0:00-8:00", date(2021, 3, 28), []),
        ("30.10. 22:00-6:00", date(2021, 10, 31), [7 * H]),
        ("30.10. 16:00-0:00", date(2021, 10, 31), []),
        ("31.10. 22:00-6:00", date(2021, 10, 31), [2 * H]),
        ("1.11. 0:00-8:00", date(2021, 10, 31), []),
    ],
)
def test_absence_of_a_day_when_clocks_change(planned: str, away: date, expected: list[int]) -> None:
    assert minutes(Rule.ABSENCE, planned, absences=[Absence.of_days(away, away)]) == expected


@pytest.mark.parametrize(
    ("worked", "pause", "expected"),
    [
        ("5.4. 22:00-6:00", "22:00-22:30", [30]),
        ("5.4. 22:00-6:00", "5:30-6:00", [30]),
        ("5.4. 22:00-6:00", "5:29-5:59", []),
        ("27.3. 22:00-6:00", "5:30-6:00", [30]),
        ("27.3. 22:00-6:00", "1:30-3:30", []),
        ("30.10. 22:00-6:00", "5:30-6:00", [30]),
        ("30.10. 22:00-6:00", "5:29-5:59", []),
    ],
)
def test_break_at_the_edge_over_midnight_and_clock_changes(worked: str, pause: str, expected: list[int]) -> None:
    assert minutes(Rule.BREAK_AT_EDGE, shift(worked, pause)) == expected


@pytest.mark.parametrize(
    ("days", "night", "expected"),
    [
        # A week of 40 h with the night of 7 or 9 h in it; the period is that week alone.
        (range(22, 26), "27.3. 22:00-6:00", []),
        (range(22, 26), "27.3. 21:00-6:00", []),
        (range(22, 26), "27.3. 20:59-6:00", [40 * H + 1]),
        (range(25, 29), "30.10. 23:00-6:00", []),
        (range(25, 29), "30.10. 22:59-6:00", [40 * H + 1]),
    ],
)
def test_weekly_hours_when_clocks_change(days: range, night: str, expected: list[int]) -> None:
    month = night.split(".")[1]
    limits = Limits(averaging_weeks=1)
    shifts = [f"{day}.{month}. 8:00-16:00" for day in days]
    assert minutes(Rule.AVERAGE_HOURS, *shifts, night, limits=limits) == expected


@pytest.mark.parametrize("changed", [date(2021, 3, 28), date(2021, 10, 31)])
def test_notice_counts_days_whatever_clocks_do(changed: date) -> None:
    """Fourteen days over a change of clocks are fourteen days, to the shift at its first minute."""
    day = changed + timedelta(days=7)
    late = shift(f"{day.day}.{day.month}. 0:00-6:00")
    assert breaches(Rule.LATE_NOTICE, late, publication=changed - timedelta(days=7)) == []
    assert len(breaches(Rule.LATE_NOTICE, late, publication=changed - timedelta(days=6))) == 1


@pytest.mark.parametrize(("extra", "expected"), [("16:00", []), ("16:01", [150 * H + 1])])
def test_yearly_overtime_in_real_time_when_an_hour_comes_twice(extra: str, expected: list[int]) -> None:
    """142 h from before, and a week of 48 h of which the night has nine."""
    credited = {Week(2021, week): 48 * HOUR for week in range(1, 18)} | {Week(2021, 20): 46 * HOUR}
    days = [f"{day}.10. 8:00-16:00" for day in range(25, 29)]
    shifts = [*days, f"29.10. 9:00-{extra}", "30.10. 22:00-6:00"]
    assert minutes(Rule.YEARLY_OVERTIME, *shifts, person=Person(credited=credited)) == expected


def full_weeks(count: int, hours: str = "8:00-16:00", first: date = date(2021, 1, 4)) -> Iterator[Shift]:
    """Monday to Friday for `count` weeks."""
    for week in range(count):
        for weekday in range(5):
            day = first + timedelta(days=7 * week + weekday)
            yield shift(f"{day.day}.{day.month}.{day.year} {hours}")


@pytest.mark.parametrize(
    ("person", "weeks", "more", "expected"),
    [
        pytest.param(Person(), 26, [], [], id="26 weeks of 40 hours"),
        pytest.param(Person(), 26, ["3.7. 8:00-8:01"], [26 * 40 * H + 1], id="a minute more"),
        pytest.param(Person(), 26, ["5.7. 8:00-16:00"], [], id="more in the next period"),
        pytest.param(Person(Decimal("0.5")), 13, [], [], id="half time"),
        pytest.param(Person(Decimal("0.5")), 13, ["3.7. 8:00-8:01"], [13 * 40 * H + 1], id="half time and a minute"),
        pytest.param(Person(since=date(2021, 1, 11)), 26, [], [26 * 40 * H], id="employed a week less"),
        pytest.param(Person(until=date(2021, 6, 27)), 25, [], [], id="employed until"),
        pytest.param(Person(credited={Week(2021, 26): 40 * HOUR}), 25, [], [], id="a week of vacation"),
        pytest.param(Person(credited={Week(2021, 26): 41 * HOUR}), 25, [], [26 * 40 * H + 60], id="credited too much"),
        pytest.param(Person(credited={Week(2020, 53): 999 * HOUR}), 26, [], [], id="credited in another period"),
    ],
)  # fmt: skip
def test_weekly_hours_in_the_averaging_period(person: Person, weeks: int, more: list[str], expected: list[int]) -> None:
    assert minutes(Rule.AVERAGE_HOURS, *full_weeks(weeks), *more, person=person) == expected


def test_averaging_period_of_52_weeks() -> None:
    year = Limits(averaging_weeks=52)
    assert minutes(Rule.AVERAGE_HOURS, *full_weeks(26), "3.7. 8:00-12:00", limits=year) == []
    assert averaging_period(Week(2021, 52), year) == (date(2021, 1, 4), date(2022, 1, 2))
    assert averaging_period(Week(2020, 53), year) == (date(2020, 1, 6), date(2021, 1, 3))


def test_hours_allowed_by_days_of_employment() -> None:
    assert hours_allowed(Person(Decimal("0.75")), date(2021, 4, 5), date(2021, 4, 11)) == 30 * HOUR
    assert hours_allowed(Person(since=date(2021, 4, 12)), date(2021, 4, 5), date(2021, 4, 11)) == 0 * HOUR


@pytest.mark.parametrize(
    ("shifts", "expected"),
    [
        (["8.4. 6:00-18:00"], []),
        (["8.4. 6:00-18:01"], [8 * H + 1]),
        # Sunday's night is split at midnight: 2 h here, 6 h in the next week.
        (["8.4. 6:00-16:00", "11.4. 22:00-6:00"], []),
        (["8.4. 6:00-16:01", "11.4. 22:00-6:00"], [8 * H + 1]),
    ],
)
def test_weekly_overtime(shifts: list[str], expected: list[int]) -> None:
    assert minutes(Rule.WEEKLY_OVERTIME, *days_of(5, 7, "6:00-18:00"), *shifts) == expected


@pytest.mark.parametrize(
    ("shifts", "expected"),
    [
        # The night in which an hour comes twice is of 9 h, the one that lacks it of 7 h.
        (["25.10. 6:00-18:00", "26.10. 6:00-18:00", "27.10. 6:00-21:00", "30.10. 22:00-6:00"], []),
        (["25.10. 6:00-18:00", "26.10. 6:00-18:00", "27.10. 6:00-21:01", "30.10. 22:00-6:00"], [8 * H + 1]),
        (["22.3. 6:00-18:00", "23.3. 6:00-18:00", "24.3. 6:00-23:00", "27.3. 22:00-6:00"], []),
        (["22.3. 6:00-18:00", "23.3. 6:00-18:00", "24.3. 6:00-23:01", "27.3. 22:00-6:00"], [8 * H + 1]),
    ],
)
def test_weekly_overtime_when_clocks_change(shifts: list[str], expected: list[int]) -> None:
    assert minutes(Rule.WEEKLY_OVERTIME, *shifts) == expected


def test_part_timer_has_overtime_only_above_full_weekly_hours() -> None:
    assert minutes(Rule.WEEKLY_OVERTIME, *full_weeks(1, "6:00-15:36"), person=Person(Decimal("0.5"))) == []


@pytest.mark.parametrize(
    ("credited", "expected"),
    [
        pytest.param({Week(2021, week): 48 * HOUR for week in range(1, 19)}, [], id="144 of 150 h"),
        pytest.param({Week(2021, week): 48 * HOUR for week in range(1, 20)}, [152 * H], id="152 h"),
        pytest.param({Week(2020, week): 48 * HOUR for week in range(30, 53)}, [], id="of another year"),
    ],
)
def test_yearly_overtime(credited: dict[Week, timedelta], expected: list[int]) -> None:
    assert minutes(Rule.YEARLY_OVERTIME, "1.6. 8:00-16:00", person=Person(credited=credited)) == expected


def test_exactly_the_yearly_overtime_is_allowed() -> None:
    credited = {Week(2021, week): 48 * HOUR for week in range(1, 19)}
    week = [f"{day}.6. 8:00-17:12" for day in range(7, 12)]
    assert minutes(Rule.YEARLY_OVERTIME, *week, person=Person(credited=credited)) == []


def test_yearly_overtime_is_shown_in_the_week_that_goes_beyond_it() -> None:
    credited = {Week(2021, week): 48 * HOUR for week in range(1, 19)}
    week = [f"{day}.6. 8:00-17:13" for day in range(7, 12)]
    [breach] = breaches(Rule.YEARLY_OVERTIME, *week, person=Person(credited=credited))
    assert (breach.day, breach.measured) == (date(2021, 6, 7), 150 * HOUR + 5 * MINUTE)


@pytest.mark.parametrize(
    ("announced", "publication", "agreed", "expected"),
    [
        pytest.param(None, None, False, [], id="not judged"),
        pytest.param(None, date(2021, 3, 22), False, [], id="14 days"),
        pytest.param(None, date(2021, 3, 23), False, [13], id="13 days"),
        pytest.param(None, date(2021, 3, 23), True, [], id="agreed"),
        pytest.param(date(2021, 3, 22), date(2021, 4, 4), False, [], id="announced before"),
        pytest.param(date(2021, 3, 23), None, False, [13], id="announced late"),
        pytest.param(None, date(2021, 4, 5), False, [0], id="on the day"),
        pytest.param(None, date(2021, 4, 6), False, [-1], id="afterwards"),
    ],
)
def test_notice(announced: date | None, publication: date | None, agreed: bool, expected: list[int]) -> None:
    late = breaches(
        Rule.LATE_NOTICE, shift("5.4. 8:00-16:00", announced=announced, agreed=agreed), publication=publication
    )
    assert [breach.measured / timedelta(days=1) for breach in late if breach.measured is not None] == expected


def test_notice_of_a_night_shift_counts_from_the_day_it_begins() -> None:
    assert breaches(Rule.LATE_NOTICE, "5.4. 23:59-6:00", publication=date(2021, 3, 22)) == []
    assert len(breaches(Rule.LATE_NOTICE, "5.4. 0:00-6:00", publication=date(2021, 3, 23))) == 1


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("5.4. 22:00", "6.4. 6:00", 8), ("27.3. 22:00", "28.3. 6:00", 7), ("30.10. 22:00", "31.10. 6:00", 9),
        ("5.4. 6:00", "5.4. 22:00", 0), ("5.4. 5:00", "5.4. 23:00", 2), ("5.4. 0:00", "7.4. 0:00", 16),
    ],
)  # fmt: skip
def test_night_time(start: str, end: str, expected: int) -> None:
    assert night_time(moment(start), moment(end)) == expected * HOUR


SENTENCES = [
    (
        ["5.4. 14:00-22:00", "6.4. 5:30-12:00"],
        Rule.REST_TOO_SHORT,
        (
            "Mezi směnami po 5. 4. 2021 14:00–22:00 a út 6. 4. 2021 5:30–12:00 je odpočinek 7 h 30 min, "
            "nejméně musí být 8 h."
        ),
    ),
    (
        ["5.4. 14:00-22:00", "6.4. 7:00-12:00"],
        Rule.REST_SHORTENED,
        (
            "Mezi směnami po 5. 4. 2021 14:00–22:00 a út 6. 4. 2021 7:00–12:00 je odpočinek 9 h místo 11 h. Zkrátit "
            "jej lze jen při nerovnoměrném rozvržení pracovní doby a další odpočinek musí mít nejméně 13 h."
        ),
    ),
    (
        ["5.4. 8:00-12:00", "5.4. 11:45-16:00"],
        Rule.OVERLAP,
        "Směny po 5. 4. 2021 8:00–12:00 a po 5. 4. 2021 11:45–16:00 se překrývají o 15 min.",
    ),
    (
        ["5.4. 6:00-12:00", "5.4. 13:00-20:00"],
        Rule.LONG_WORK,
        "Směna po 5. 4. 2021 6:00–12:00 + po 5. 4. 2021 13:00–20:00 má 13 h práce, nejvýš smí mít 12 h.",
    ),
    (
        ["30.4. 22:00-6:00"],
        Rule.HOLIDAY,
        "Směna pá 30. 4. 2021 22:00–6:00 má 6 h ve svátek (1. 5. 2021 Svátek práce).",
    ),
]


@pytest.mark.parametrize(("shifts", "rule", "sentence"), SENTENCES)
def test_sentence_names_the_shifts_and_the_hours(shifts: list[str], rule: Rule, sentence: str) -> None:
    [breach] = breaches(rule, *shifts)
    assert breach.sentence.replace(SPACE, " ") == sentence


def test_every_rule_has_a_check_with_its_sentence() -> None:
    """One month that breaks them all."""
    shifts = [
        *(shift(f"{day}.4. 14:00-22:30", breaks=()) for day in range(5, 12)),
        shift("12.4. 6:00-14:00", "6:00-6:30"),
        shift("12.4. 17:00-21:00", breaks=()),
        shift("12.4. 20:30-23:00", breaks=()),
        shift("13.4. 8:00-12:00"),
        shift("13.4. 21:00-6:00"),
        shift("14.4. 9:00-13:00"),
    ]
    credited = {Week(2021, week): 55 * HOUR for week in range(1, 14)}
    found = check(
        Person(Decimal("0.5"), credited=credited),
        shifts,
        absences=[Absence.of_days(date(2021, 4, 13), date(2021, 4, 13))],
        publication=date(2021, 4, 1),
    )
    assert {breach.rule for breach in found} == set(Rule)
    assert all(breach.sentence.endswith(".") for breach in found)
    assert found == sorted(found, key=lambda breach: (breach.day, -breach.severity))


def test_order_of_shifts_does_not_matter() -> None:
    shifts = [shift(text) for text in ("5.4. 14:00-22:00", "6.4. 5:00-12:00", "6.4. 11:00-13:00")]
    assert check(Person(), shifts) == check(Person(), shifts[::-1])


def test_fingerprint_changes_with_the_shift() -> None:
    [before] = breaches(Rule.LONG_WORK, shift("5.4. 6:00-18:30", key=1))
    [after] = breaches(Rule.LONG_WORK, shift("5.4. 5:30-18:00", key=1))
    assert before.fingerprint != after.fingerprint
    assert before.fingerprint == breaches(Rule.LONG_WORK, shift("5.4. 6:00-18:30", key=1))[0].fingerprint


@pytest.mark.parametrize(
    ("start", "end", "breaks"),
    [
        pytest.param(moment("5.4. 8:00"), moment("5.4. 8:00"), None, id="no time"),
        pytest.param(datetime(2021, 4, 5, 8), datetime(2021, 4, 5, 16), None, id="naive"),  # noqa: DTZ001
        pytest.param(moment("5.4. 8:00"), moment("5.4. 16:00"), ("7:59", "9:00"), id="a break before it"),
        pytest.param(moment("5.4. 8:00"), moment("5.4. 16:00"), ("9:00", "9:00"), id="a break of no time"),
    ],
)
def test_impossible_shift_is_refused(start: datetime, end: datetime, breaks: tuple[str, str] | None) -> None:
    planned = None if breaks is None else ((moment(f"5.4. {breaks[0]}"), moment(f"5.4. {breaks[1]}")),)
    with pytest.raises(ValueError, match=r"shift|break"):
        Shift(key=1, start=start, end=end, breaks=planned)


def test_severities_and_paragraphs() -> None:
    assert [rule.name for rule in Rule if rule.severity is Severity.ERROR] == [
        "OVERLAP", "ABSENCE", "LONG_WORK", "REST_TOO_SHORT",
    ]  # fmt: skip
    assert [rule.name for rule in Rule if rule.severity is Severity.NOTE] == ["HOLIDAY", "REST_DAY", "SPLIT_SHIFT"]
    assert [rule.name for rule in Rule if not rule.paragraph] == ["OVERLAP", "ABSENCE"]
    assert Severity.WARNING.label == "upozornění"


# The slow model: what every minute of three weeks is, and each rule counted from that.

ORIGINS = (date(2021, 3, 15), date(2021, 10, 18), date(2021, 4, 19))
"""Mondays whose third week begins after a change of clocks or holds a holiday."""
FORTNIGHTS = Limits(
    averaging_weeks=2, averaging_from=date(2021, 3, 8), yearly_overtime=4 * HOUR, weekly_overtime=4 * HOUR
)
"""Hours counted by the fortnight and little overtime allowed, so that four weeks can break every rule."""
LENGTH = 28 * 24 * 60
MARGIN = 7 * 24 * 60


@cache
def local_minutes(origin: date) -> list[datetime]:
    """What local clocks show at each minute since the local midnight of `origin`, less a week's margin."""
    first = instant(origin, time()) - MARGIN * MINUTE
    return [(first + n * MINUTE).astimezone(LOCAL) for n in range(LENGTH + 2 * MARGIN)]


@cache
def weeks(origin: date) -> list[tuple[int, int]]:
    """The year and number of the ISO week of each of these minutes."""
    days = {shown.date() for shown in local_minutes(origin)}
    week_of = {day: day.isocalendar()[:2] for day in days}
    return [week_of[shown.date()] for shown in local_minutes(origin)]


@dataclass
class Model:
    """Minutes are counted from a week before the origin."""

    origin: date
    shifts: Sequence[tuple[int, int, tuple[tuple[int, int], ...] | None]]
    limits: Limits

    def __post_init__(self) -> None:
        self.shown = local_minutes(self.origin)
        self.present = bytearray(len(self.shown))
        self.working = bytearray(len(self.shown))
        for start, end, breaks in self.shifts:
            for minute in range(start, end):
                self.present[minute] = 1
                if not any(first <= minute < last for first, last in breaks or ()):
                    self.working[minute] = 1
        self.works: list[tuple[int, int]] = []
        for start, end in runs(self.present, 1):
            if self.works:
                first, last = self.works[-1]
                if self.shown[first].date() == self.shown[start].date() and start - last < 11 * H:
                    self.works[-1] = first, end
                    continue
            self.works.append((start, end))
        self.resting = bytearray(b"\1") * len(self.shown)
        for start, end in self.works:
            self.resting[start:end] = bytes(end - start)

    def shift_minutes(self, number: int) -> set[int]:
        start, end, breaks = self.shifts[number]
        return set(range(start, end)) - {m for first, last in breaks or () for m in range(first, last)}

    def overlap(self) -> Iterator[int]:
        minutes_of = [set(range(start, end)) for start, end, _ in self.shifts]
        for number, each in enumerate(minutes_of):
            for other in minutes_of[number + 1 :]:
                if each & other:
                    # A shift inside another one overlaps it wholly, however it ends.
                    yield len(each & other)

    def long_work(self) -> Iterator[int]:
        yield from (worked for start, end in self.works if (worked := sum(self.working[start:end])) > 12 * H)

    def rests(self) -> list[int]:
        return [later[0] - earlier[1] for earlier, later in pairwise(self.works)]

    def rest_too_short(self) -> Iterator[int]:
        yield from (rest for rest in self.rests() if rest < 8 * H)

    def rest_shortened(self) -> Iterator[int]:
        yield from (rest for rest in self.rests() if 8 * H <= rest < 11 * H)

    def rest_not_made_up(self) -> Iterator[int]:
        for rest, following in pairwise(self.rests()):
            if 8 * H <= rest < 11 * H and following - 11 * H < 11 * H - rest:
                yield following

    def rest_from_start(self) -> Iterator[int]:
        yield from self._rest_in_a_day(start for start, _ in self.works)

    def rest_from_end(self) -> Iterator[int]:
        yield from self._rest_in_a_day(end for _, end in self.works)

    def _rest_in_a_day(self, moments: Iterable[int]) -> Iterator[int]:
        for first in moments:
            lengths = [end - start for start, end in runs(self.resting[first : first + 24 * H], 1)]
            if max(lengths, default=0) < 11 * H:
                yield max(lengths, default=0)

    def by_week(self, minutes_of: Iterable[int]) -> Counter[tuple[int, int]]:
        of = weeks(self.origin)
        return Counter(of[minute] for minute in minutes_of)

    def weekly_rest(self) -> Iterator[tuple[int, int]]:
        rests = [range(start, end) for start, end in runs(self.resting, 1)]
        in_weeks = [(len(rest), self.by_week(rest)) for rest in rests if len(rest) >= 35 * H]
        for week in self.hours():
            if not any(length >= 35 * H and by_week[week] >= 24 * H for length, by_week in in_weeks):
                yield week

    def hours(self) -> Counter[tuple[int, int]]:
        return self.by_week(minute for minute, works in enumerate(self.working) if works)

    def weekly_overtime(self) -> Iterator[int]:
        limit, more = self.limits.weekly_hours // MINUTE, self.limits.weekly_overtime // MINUTE
        yield from (hours - limit for _, hours in sorted(self.hours().items()) if hours - limit > more)

    def yearly_overtime(self) -> Iterator[int]:
        limit = self.limits.weekly_hours // MINUTE
        total = sum(max(hours - limit, 0) for hours in self.hours().values())
        if total > self.limits.yearly_overtime // MINUTE:
            yield total

    def average_hours(self) -> Iterator[int]:
        """Periods of two weeks from the Monday of the margin on, 40 hours a week at full time."""
        fortnights = Counter[int]()
        for minute, works in enumerate(self.working):
            if works:
                fortnights[(self.shown[minute].date() - self.limits.averaging_from).days // 14] += 1
        yield from (total for _, total in sorted(fortnights.items()) if total > 80 * H)

    def night_work(self) -> Iterator[int]:
        for start, end in self.works:
            night = sum(1 for m in range(start, end) if self.working[m] and not 6 <= self.shown[m].hour < 22)
            worked = sum(self.working[start : start + 24 * H])
            if night >= 3 * H and worked > 8 * H:
                yield worked

    def break_missing(self) -> Iterator[int]:
        for start, end in self.works:
            if any(breaks is None for first, _, breaks in self.shifts if start <= first < end):
                continue
            longest = stretch = rested = pause = 0
            for minute in range(start, end):
                if not self.working[minute]:
                    pause += 1
                    continue
                if minute > start and not self.working[minute - 1] and stretch:
                    rested += pause if pause >= 15 else 0
                    if rested >= 30:
                        stretch = rested = 0
                pause = 0
                stretch += 1
                longest = max(longest, stretch)
            if longest > 6 * H:
                yield longest

    def holiday(self) -> Iterator[int]:
        yield from self._on_days(lambda day: bool(holiday(day)))

    def rest_day(self) -> Iterator[int]:
        yield from self._on_days(lambda day: day.weekday() >= 5 and not holiday(day))

    def _on_days(self, chosen: Callable[[date], bool]) -> Iterator[int]:
        for number in range(len(self.shifts)):
            by_day = Counter(self.shown[minute].date() for minute in self.shift_minutes(number))
            yield from (worked for day, worked in sorted(by_day.items()) if chosen(day))

    def split_shift(self) -> Iterator[int]:
        for start, end in self.works:
            away = (end - start) - sum(self.present[start:end])
            if away >= 2 * H:
                yield away


def runs(minutes_of: bytearray, value: int) -> Iterator[tuple[int, int]]:
    """From–to of each run of minutes with a value."""
    position = 0
    for each, members in groupby(minutes_of):
        length = len(list(members))
        if each == value:
            yield position, position + length
        position += length


# Gaps and lengths near every limit, in minutes; a negative gap is an overlap.
NEAR = st.sampled_from((-1, 0, 0, 0, 1))
GAPS = st.builds(
    lambda hours, off: round(hours * H) + off,
    st.sampled_from((0, 0, 0.5, 1, 2, 3, 7, 8, 8, 9, 10, 11, 11, 12, 13, 14, 16, 16, 24, 30, 35, 36, 48, -1)),
    NEAR,
)
LENGTHS = st.builds(
    lambda hours, off: round(hours * H) + off,
    st.sampled_from((1, 2, 3, 4, 4, 6, 6, 7, 8, 8, 8, 9, 10, 12, 12, 13)),
    NEAR,
)
BREAKS = st.none() | st.lists(st.tuples(st.integers(0, 420), st.sampled_from((10, 14, 15, 16, 29, 30, 31))), max_size=3)


@st.composite
def plans(draw: st.DrawFn) -> Model:
    """Up to four weeks of shifts, mostly one after another, near the limits."""
    origin = draw(st.sampled_from(ORIGINS))
    minute = MARGIN + draw(st.integers(0, 11 * 24)) * H + draw(NEAR)
    shifts: list[tuple[int, int, tuple[tuple[int, int], ...] | None]] = []
    for gap, length, breaks in draw(st.lists(st.tuples(GAPS, LENGTHS, BREAKS), min_size=1, max_size=14)):
        start = max(minute + gap, MARGIN)
        minute = start + length
        inside = (
            None
            if breaks is None
            else tuple((start + at, start + at + long) for at, long in sorted(breaks) if at + long <= length)
        )
        shifts.append((start, minute, inside))
    shifts.sort(key=lambda shift: shift[:2])
    return Model(origin, shifts, FORTNIGHTS)


MODELLED = [rule for rule in Rule if hasattr(Model, rule.value)]


def test_all_rules_of_time_are_modelled() -> None:
    assert set(Rule) - set(MODELLED) == {Rule.ABSENCE, Rule.LATE_NOTICE, Rule.BREAK_AT_EDGE}


@given(plans())
@settings(max_examples=120, deadline=None)
def test_rules_agree_with_the_minute_by_minute_model(model: Model) -> None:
    zero = instant(model.origin, time()) - MARGIN * MINUTE

    def at(minute: int) -> datetime:
        return zero + minute * MINUTE

    shifts = [
        Shift(
            key=number,
            start=at(start),
            end=at(end),
            breaks=None if breaks is None else tuple((at(first), at(last)) for first, last in breaks),
        )
        for number, (start, end, breaks) in enumerate(model.shifts)
    ]
    found = check(Person(), shifts, limits=model.limits)
    for rule in MODELLED:
        expected = sorted(getattr(model, rule.value)())
        if rule is Rule.WEEKLY_REST:
            measured = sorted(breach.day.isocalendar()[:2] for breach in found if breach.rule is rule)
        else:
            measured = sorted(
                breach.measured // MINUTE for breach in found if breach.rule is rule and breach.measured is not None
            )
        assert measured == expected, rule
    assert [(work.start, work.end) for work in works_of(shifts)] == [(at(start), at(end)) for start, end in model.works]
