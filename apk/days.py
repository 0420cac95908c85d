"""Rows of some local days, both included, as a condition for a QuerySet; None leaves that side open."""

from datetime import date

from django.db.models import Q

from apk.calendar import day_bounds


def days_within(column: str, first: date | None, last: date | None) -> Q:
    """For a `column` that holds a day."""
    after = Q() if first is None else Q((f"{column}__gte", first))
    return after if last is None else after & Q((f"{column}__lte", last))


def instants_within(column: str, first: date | None, last: date | None) -> Q:
    """For a `column` that holds an instant."""
    after = Q() if first is None else Q((f"{column}__gte", day_bounds(first)[0]))
    return after if last is None else after & Q((f"{column}__lt", day_bounds(last)[1]))
