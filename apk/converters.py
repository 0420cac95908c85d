"""Months, weeks and days in addresses: `/prehledy/2021-04/`, `/plan/2021-W14/`, `/dochazka/7/2021-04-15/`.

One that does not exist is not found. Nor is the first and the last that the calendar knows: every page may lead to the
previous and to the next one.
"""

from datetime import date
from typing import TypeVar

from django.urls import register_converter

from apk.calendar import Month, Week

Period = TypeVar("Period", Month, Week)


class MonthConverter:
    """A `Month`, written "2021-04"."""

    regex = "[0-9]{4}-[0-9]{2}"

    def to_python(self, value: str) -> Month:
        return with_neighbours(Month.parse(value))

    def to_url(self, value: Month) -> str:
        return str(value)


class WeekConverter:
    """A `Week`, written "2021-W14"."""

    regex = "[0-9]{4}-W[0-9]{2}"

    def to_python(self, value: str) -> Week:
        return with_neighbours(Week.parse(value))

    def to_url(self, value: Week) -> str:
        return str(value)


class DayConverter:
    """A local day, written "2021-04-15"."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        day = date.fromisoformat(value)
        with_neighbours(Month.of(day))
        return day

    def to_url(self, value: date) -> str:
        return value.isoformat()


def with_neighbours(period: Period) -> Period:
    """`period` itself. Raises ValueError at either end of the calendar."""
    if not period.previous < period < period.next:
        raise ValueError(f"{period} has no neighbours")
    return period


register_converter(MonthConverter, "month")
register_converter(WeekConverter, "week")
register_converter(DayConverter, "day")
