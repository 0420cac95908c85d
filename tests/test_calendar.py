"""Months, weeks and hours, above all where they are easy to get wrong: month ends, year ends, clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apk.calendar import (
    LOCAL,
    ImpossibleTimeError,
    Month,
    Week,
    duration,
    holiday,
    hours,
    instant,
    local_date,
    time_within,
)
from tests.factories import local

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def night(day: date, *, starts: int = 22, ends: int = 6) -> tuple[datetime, datetime]:
    """A shift that begins on `day` and ends the next morning."""
    return instant(day, time(starts)), instant(day + timedelta(days=1), time(ends))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param(local(2021, 4, 5, 8), local(2021, 4, 5, 16), 8, id="an ordinary day"),
        pytest.param(local(2021, 4, 5, 22), local(2021, 4, 6, 6), 8, id="an ordinary night"),
        pytest.param(local(2021, 3, 27, 22), local(2021, 3, 28, 6), 7, id="clocks go forward"),
        pytest.param(local(2021, 10, 30, 22), local(2021, 10, 31, 6), 9, id="clocks go back"),
        pytest.param(local(2021, 10, 31, 0), local(2021, 11, 1, 0), 25, id="the longest day"),
        pytest.param(local(2021, 3, 28, 0), local(2021, 3, 29, 0), 23, id="the shortest day"),
    ],
)
def test_duration_counts_real_hours(start: datetime, end: datetime, expected: int) -> None:
    assert duration(start, end) == expected * HOUR


@pytest.mark.parametrize(
    ("start", "end", "parts"),
    [
        (*night(date(2021, 10, 31)), [("2021-10", 2), ("2021-11", 6)]),
        (*night(date(2021, 12, 31)), [("2021-12", 2), ("2022-01", 6)]),
        (*night(date(2021, 2, 28)), [("2021-02", 2), ("2021-03", 6)]),
        (*night(date(2024, 2, 28)), [("2024-02", 8)]),
        (*night(date(2021, 4, 30), ends=0), [("2021-04", 2)]),
        (*night(date(2021, 10, 30)), [("2021-10", 9)]),
        (*night(date(2021, 3, 27)), [("2021-03", 7)]),
        (*night(date(2024, 3, 30)), [("2024-03", 7)]),
        (instant(date(2021, 5, 1), time(0)), instant(date(2021, 5, 1), time(0)), []),
        (instant(date(2021, 1, 31), time(12)), instant(date(2021, 3, 1), time(1)),
         [("2021-01", 12), ("2021-02", 28 * 24), ("2021-03", 1)]),
    ],
)  # fmt: skip
def test_period_falls_into_months_at_their_ends(start: datetime, end: datetime, parts: list[tuple[str, int]]) -> None:
    months = [Month.of(start).previous, Month.of(start)]
    while months[-1].start < end:
        months.append(months[-1].next)
    shares = {str(month): time_within(start, end, month.start, month.end) for month in months}
    assert {month: share for month, share in shares.items() if share} == {month: n * HOUR for month, n in parts}


@pytest.mark.parametrize(
    ("period", "written"),
    [(8 * HOUR, "8.00"), (7 * HOUR + 20 * MINUTE, "7.33"), (timedelta(0), "0.00"), (timedelta(days=2), "48.00")],
)
def test_period_in_hours(period: timedelta, written: str) -> None:
    assert str(hours(period)) == written


# Around both changes of clocks and the month ends beside them.
minutes = st.one_of(
    st.integers(0, 4 * 24 * 60).map(lambda n: datetime(2021, 3, 26, 20, tzinfo=UTC) + n * MINUTE),
    st.integers(0, 4 * 24 * 60).map(lambda n: datetime(2021, 10, 29, 20, tzinfo=UTC) + n * MINUTE),
)
lengths = st.integers(0, 26 * 60).map(lambda n: n * MINUTE)


def minutes_of(start: datetime, end: datetime) -> list[datetime]:
    """The slow model: every minute of a period, in UTC."""
    return [start + n * MINUTE for n in range((end - start) // MINUTE)]


@given(minutes, lengths, minutes, lengths)
def test_time_within_counts_minutes_of_both_periods(
    start: datetime, length: timedelta, lower: datetime, width: timedelta
) -> None:
    common = set(minutes_of(start, start + length)) & set(minutes_of(lower, lower + width))
    end, upper = (start + length).astimezone(LOCAL), (lower + width).astimezone(LOCAL)
    assert time_within(start.astimezone(LOCAL), end, lower.astimezone(LOCAL), upper) == len(common) * MINUTE


@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)), st.times())
def test_typed_time_is_the_instant_when_clocks_first_show_it(day: date, clock: time) -> None:
    shown = datetime.combine(day, clock)
    try:
        moment = instant(day, clock)
    except ImpossibleTimeError:
        assert (day.month, day.isoweekday(), clock.hour) == (3, 7, 2)
    else:
        assert moment.astimezone(LOCAL).replace(tzinfo=None) == shown
        assert (moment - HOUR).astimezone(LOCAL).replace(tzinfo=None) != shown


def test_time_that_clocks_skip_is_refused_in_czech() -> None:
    with pytest.raises(ImpossibleTimeError) as refusal:
        instant(date(2021, 3, 28), time(2, 30))
    assert str(refusal.value) == (
        "Čas 02:30 dne 28. 3. 2021 neexistuje: hodiny se v noci posouvají o hodinu dopředu. "
        "Zadejte čas o hodinu pozdější."
    )


def test_time_that_clocks_show_twice_is_its_first_showing() -> None:
    assert instant(date(2021, 10, 31), time(2, 30)) == datetime(2021, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2021, 1, 1), "Den obnovy samostatného českého státu; Nový rok"),
        (date(2021, 4, 2), "Velký pátek"),
        (date(2021, 4, 5), "Velikonoční pondělí"),
        (date(2021, 5, 1), "Svátek práce"),
        (date(2021, 5, 8), "Den vítězství"),
        (date(2021, 7, 5), "Den slovanských věrozvěstů Cyrila a Metoděje"),
        (date(2021, 7, 6), "Den upálení mistra Jana Husa"),
        (date(2021, 9, 28), "Den české státnosti"),
        (date(2021, 10, 28), "Den vzniku samostatného československého státu"),
        (date(2021, 11, 17), "Den boje za svobodu a demokracii a Mezinárodní den studentstva"),
        (date(2021, 12, 24), "Štědrý den"),
        (date(2021, 12, 25), "1. svátek vánoční"),
        (date(2021, 12, 26), "2. svátek vánoční"),
        (date(2024, 3, 29), "Velký pátek"),
        (date(2026, 4, 6), "Velikonoční pondělí"),
    ],
)
def test_public_holiday_has_its_name(day: date, name: str) -> None:
    assert holiday(day) == name


def test_year_has_thirteen_public_holidays() -> None:
    days = [date(2021, 1, 1) + timedelta(days=n) for n in range(365)]
    assert sum(holiday(day) != "" for day in days) == 13


@pytest.mark.parametrize(
    "text", ["2021-W00", "2021-W53", "1998-W52", "2200-W01", "2021-14", "2021-W1", "2021-W014", ""]
)
def test_week_refuses_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not a week"):
        Week.parse(text)


@pytest.mark.parametrize("text", ["2021-00", "2021-13", "1998-12", "2200-01", "2021-4", "21-04", "2021-04-01", ""])
def test_month_refuses_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month"):
        Month.parse(text)


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2021, 1, 3), "2020-W53"),
        (date(2021, 1, 4), "2021-W01"),
        (date(2021, 4, 5), "2021-W14"),
        (date(2021, 4, 11), "2021-W14"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_week_of_a_day(day: date, written: str) -> None:
    assert str(Week.of(day)) == written


def test_instants_belong_to_the_local_day() -> None:
    late_in_utc = datetime(2021, 4, 30, 22, 30, tzinfo=UTC)
    assert local_date(late_in_utc) == date(2021, 5, 1)
    assert Month.of(late_in_utc) == Month(2021, 5)
    assert Week.of(datetime(2021, 4, 4, 22, 30, tzinfo=UTC)) == Week(2021, 14)


@given(st.dates(date(2000, 2, 1), date(2199, 11, 30)))
def test_month_and_week_hold_their_days_and_follow_each_other(day: date) -> None:
    for period in (Month.of(day), Week.of(day)):
        assert day in period.days
        assert type(period).parse(str(period)) == period
        assert period.next.previous == period == period.previous.next
        assert period.previous < period < period.next
        assert period.end == period.next.start
        assert (period.days[0], period.days[-1]) == (period.first_day, period.last_day)
        assert period.next.first_day - period.last_day == timedelta(days=1)
        assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(period.days))


def test_calendar_ends_at_both_ends() -> None:
    assert Month(2199, 12).end == datetime(2200, 1, 1, tzinfo=LOCAL)
    for outside in (lambda: Month(2199, 12).next, lambda: Month(1999, 1).previous, lambda: Week(1999, 1).previous):
        with pytest.raises(ValueError, match="of 1999–2199"):
            outside()
