"""Shifts: who patrols where, from when to when."""

from datetime import date, datetime

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Count, F, Q, Sum, Value
from django.db.models.functions import Greatest, Least

from apk.calendar import Month, day_bounds
from apk.localities.models import Locality
from apk.people.access import Role
from apk.people.models import Assistant, Mentorship, User


class TsTzRange(models.Func):
    """PostgreSQL tstzrange of two timestamp expressions, its start in it and its end not."""

    function = "TSTZRANGE"


class SecondsWithin(models.Func):
    """Whole seconds of the period `start`–`end` between two instants, negative when it lies outside them.

    Subtracting instants counts real time, so the nights when the clocks change come out right.
    """

    template = "EXTRACT(EPOCH FROM %(expressions)s)::bigint"
    output_field = models.BigIntegerField()

    def __init__(self, lower: datetime, upper: datetime) -> None:
        super().__init__(Least(F("end"), Value(upper)) - Greatest(F("start"), Value(lower)))


# What is counted about any set of shifts, of their time inside a period (`ShiftQuerySet.counts`).
COUNTS: dict[str, models.Aggregate] = {
    "patrol_seconds": Sum("seconds_within", default=0),
    "assistants": Count("assistant", distinct=True),
}


class ShiftQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ShiftQuerySet":
        """Assistants see their own; mentors those of assistants they lead or led; coordinators all."""
        match user.role:
            case Role.COORDINATOR:
                return self
            case Role.MENTOR:
                return self.filter(
                    models.Exists(Mentorship.objects.filter(assistant=models.OuterRef("assistant"), mentor__user=user))
                )
            case Role.ASSISTANT:
                return self.filter(assistant__user=user)
            case _:
                return self.none()

    def overlapping(self, start: datetime, end: datetime) -> "ShiftQuerySet":
        """Shifts with at least an instant between `start` (in) and `end` (out)."""
        return self.filter(start__lt=end, end__gt=start)

    def in_month(self, month: Month) -> "ShiftQuerySet":
        """Shifts with at least an instant in the month, also those that begin before it or end after it."""
        return self.overlapping(month.start, month.end)

    def within(self, lower: datetime, upper: datetime) -> "ShiftQuerySet":
        """Shifts with time between two instants, each with `seconds_within`: how much of it, in whole seconds."""
        return self.overlapping(lower, upper).annotate(seconds_within=SecondsWithin(lower, upper))

    def counts(self, lower: datetime, upper: datetime) -> dict[str, int]:
        """The figures of `COUNTS` over the time of these shifts between two instants, in one query."""
        return self.within(lower, upper).aggregate(**COUNTS)

    def starting_on(self, day: date) -> "ShiftQuerySet":
        lower, upper = day_bounds(day)
        return self.filter(start__gte=lower, start__lt=upper)

    def at(self, moment: datetime) -> "ShiftQuerySet":
        return self.filter(start__lte=moment, end__gt=moment)


@pghistory.track()
class Shift(models.Model):
    """One assistant's shift in one locality. Two shifts of one assistant cannot overlap: the database refuses."""

    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="shifts", verbose_name="asistent")
    locality = models.ForeignKey(Locality, models.PROTECT, related_name="shifts", verbose_name="lokalita")
    start = models.DateTimeField("začátek")
    end = models.DateTimeField("konec")
    note = models.CharField("poznámka", max_length=200, blank=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = "směna"
        verbose_name_plural = "směny"
        ordering = ["start", "id"]
        indexes = [models.Index(fields=["start", "end"], name="shift_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="shift_ends_after_it_starts",
                violation_error_message="Konec směny musí být po jejím začátku.",
            ),
            ExclusionConstraint(
                name="shift_never_overlaps",
                expressions=[
                    ("assistant", RangeOperators.EQUAL),
                    (TsTzRange("start", "end", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                violation_error_message="V tu dobu už má asistent jinou směnu.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assistant}, {self.locality}, {self.start:%Y-%m-%d %H:%M}"
