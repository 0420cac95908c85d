"""Calendar arithmetic of the house: months, weeks and hours in local time, right when the clocks change.

Pure: no model, no settings. All times are aware; hours are counted between instants, so that the night when the
clocks go back has an hour more and the night when they go forward an hour less.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Prague")


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
        if not (1 <= self.number <= 12 and 2000 <= self.year <= 2199):
            raise ValueError(f"{self.year}-{self.number} is not a month of 2000–2199")

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
        return self.next.first_day - timedelta(days=1)

    @property
    def start(self) -> datetime:
        """The instant when the month begins."""
        return local_midnight(self.first_day)

    @property
    def end(self) -> datetime:
        """The instant when the next month begins."""
        return local_midnight(self.next.first_day)

    @property
    def days(self) -> list[date]:
        return [self.first_day + timedelta(days=n) for n in range(self.last_day.day)]

    @property
    def next(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)


def week_days(day: date) -> list[date]:
    """The seven days, Monday first, of the week that holds `day`."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]


def time_within(start: datetime, end: datetime, lower: datetime, upper: datetime) -> timedelta:
    """How much real time of the period `start`–`end` lies between the instants `lower` and `upper`.

    A shift on 31 October 22:00 – 1 November 6:00 has 2 h in October and 6 h in November.
    """
    instants = [moment.astimezone(UTC) for moment in (start, end, lower, upper)]
    return max(min(instants[1], instants[3]) - max(instants[0], instants[2]), timedelta(0))
