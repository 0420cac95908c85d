"""Calendar arithmetic of the house: months, weeks and hours in local time, right when the clocks change.

Pure: no model, no settings. All times are aware; hours are counted between instants, so that the night when the
clocks go back has an hour more and the night when they go forward an hour less. Beware that Python subtracts two
times of one zone as a wall clock would: convert them to UTC first, or use `time_within` and `duration`.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Self
from zoneinfo import ZoneInfo

from holidays import country_holidays

LOCAL = ZoneInfo("Europe/Prague")
YEARS = range(1999, 2200)
"""Years that the calendar knows, more than forms take; anything else is a slip of the pen."""

_holidays = country_holidays("CZ", language="cs")


class ImpossibleTimeError(ValueError):
    """A time that no local clock shows on that day; the message is a Czech sentence."""


def local_midnight(day: date) -> datetime:
    """The instant when `day` begins in local time."""
    return datetime.combine(day, time(), LOCAL)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The instants when `day` begins and when the next one does."""
    return local_midnight(day), local_midnight(day + timedelta(days=1))


def local_date(moment: datetime) -> date:
    """The local calendar day of an instant."""
    return moment.astimezone(LOCAL).date()


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month in local time. Written "2021-04"."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.number <= 12 and self.year in YEARS):
            raise ValueError(f"{self.year}-{self.number} is not a month of {YEARS[0]}–{YEARS[-1]}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The month written as "2021-04". Raises ValueError for anything else."""
        match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
        if match is None:
            raise ValueError(f"{text!r} is not a month such as 2021-04")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, moment: datetime | date) -> Self:
        """The month that holds a local day or an instant."""
        day = local_date(moment) if isinstance(moment, datetime) else moment
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    @property
    def start(self) -> datetime:
        """The instant when the month begins."""
        return local_midnight(self.first_day)

    @property
    def end(self) -> datetime:
        """The instant when the next month begins."""
        return local_midnight(self.last_day + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        return [self.first_day + timedelta(days=n) for n in range(self.last_day.day)]

    @property
    def next(self) -> "Month":
        """Raises ValueError after the last month that the calendar knows."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        """Raises ValueError before the first month that the calendar knows."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)


@dataclass(frozen=True, order=True)
class Week:
    """An ISO week, Monday first, in local time. Written "2021-W14"; `year` is the year that holds its Thursday."""

    year: int
    number: int

    def __post_init__(self) -> None:
        # 28 December always lies in the last week of its year.
        if self.year not in YEARS or not 1 <= self.number <= date(self.year, 12, 28).isocalendar().week:
            raise ValueError(f"{self.year}-W{self.number} is not a week of {YEARS[0]}–{YEARS[-1]}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The week written as "2021-W14". Raises ValueError for anything else."""
        match = re.fullmatch(r"([0-9]{4})-W([0-9]{2})", text)
        if match is None:
            raise ValueError(f"{text!r} is not a week such as 2021-W14")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, moment: datetime | date) -> Self:
        """The week that holds a local day or an instant."""
        day = local_date(moment) if isinstance(moment, datetime) else moment
        iso = day.isocalendar()
        return cls(iso.year, iso.week)

    def __str__(self) -> str:
        return f"{self.year:04}-W{self.number:02}"

    @property
    def first_day(self) -> date:
        """Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Sunday."""
        return self.first_day + timedelta(days=6)

    @property
    def days(self) -> list[date]:
        return [self.first_day + timedelta(days=n) for n in range(7)]

    @property
    def month(self) -> Month:
        """The month of its Thursday, where most of it lies."""
        return Month.of(self.first_day + timedelta(days=3))

    @property
    def start(self) -> datetime:
        """The instant when Monday begins."""
        return local_midnight(self.first_day)

    @property
    def end(self) -> datetime:
        """The instant when the next Monday begins."""
        return local_midnight(self.first_day + timedelta(days=7))

    @property
    def next(self) -> "Week":
        """Raises ValueError after the last week that the calendar knows."""
        return Week.of(self.first_day + timedelta(days=7))

    @property
    def previous(self) -> "Week":
        """Raises ValueError before the first week that the calendar knows."""
        return Week.of(self.first_day - timedelta(days=7))


def holiday(day: date) -> str:
    """The Czech name of the public holiday (zákon č. 245/2000 Sb.) on `day`; empty on other days."""
    return _holidays.get(day, "")


def instant(day: date, clock: time) -> datetime:
    """The instant (in UTC) when local clocks show `clock` on `day`.

    An hour that the clocks skip in March has no instant: raises `ImpossibleTimeError`. An hour that they show twice in
    October is read as its first showing, at the start and at the end of a shift alike, so that a shift that begins
    when another one ends follows it without a gap.
    """
    moment = datetime.combine(day, clock, LOCAL).astimezone(UTC)
    if moment.astimezone(LOCAL).replace(tzinfo=None) != datetime.combine(day, clock):
        raise ImpossibleTimeError(
            f"Čas {clock:%H:%M} dne {day.day}. {day.month}. {day.year} neexistuje: hodiny se v noci posouvají "
            "o hodinu dopředu. Zadejte čas o hodinu pozdější."
        )
    return moment


def duration(start: datetime, end: datetime) -> timedelta:
    """Real time from `start` to `end`, whatever their zones."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def hours(period: timedelta) -> Decimal:
    """A period in hours, rounded to hundredths."""
    return (Decimal(round(period.total_seconds())) / 3600).quantize(Decimal("0.01"))


def time_within(start: datetime, end: datetime, lower: datetime, upper: datetime) -> timedelta:
    """How much real time of the period `start`–`end` lies between the instants `lower` and `upper`.

    A shift on 31 October 22:00 – 1 November 6:00 has 2 h in October and 6 h in November.
    """
    instants = [moment.astimezone(UTC) for moment in (start, end, lower, upper)]
    return max(min(instants[1], instants[3]) - max(instants[0], instants[2]), timedelta(0))
