"""What the plan is to cover, and the times that shifts usually have: data that mentors keep."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Self

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from apk import czech
from apk.calendar import ImpossibleTimeError, holiday, instant
from apk.localities.models import Locality
from apk.people.access import Permission
from apk.people.models import User

WEEKDAYS = [(number, name) for number, name in enumerate(czech.WEEKDAYS)]
"""Monday is 0."""


def times_of(day: date, starts: time, ends: time) -> tuple[datetime, datetime]:
    """The instants of a time on a day; an end that is not later lies on the next day. Raises ImpossibleTimeError."""
    return instant(day, starts), instant(day if ends > starts else day + timedelta(days=1), ends)


def clock(starts: time, ends: time) -> str:
    """„8:00–16:00"."""
    return f"{starts.hour}:{starts.minute:02}–{ends.hour}:{ends.minute:02}"


def days_of_week(weekdays: list[int]) -> str:
    """„po–pá", „so, ne"."""
    days = sorted(weekdays)
    names = [czech.WEEKDAYS_SHORT[day] for day in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{names[0]}–{names[-1]}"
    return ", ".join(names)


class CoverNeedQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Everybody who works on plans knows what they are to cover."""
        return self if user.may(Permission.PLAN_SHIFTS) or user.may(Permission.BUILD_SUMMARIES) else self.none()

    def within(self, first: date, last: date) -> Self:
        """That hold on at least one of the days, both included."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=first), valid_from__lte=last)


@pghistory.track()
class CoverNeed(models.Model):
    """So many people in a locality at a time of day on some weekdays, from a day until another or until further notice.

    `weight` says how much it matters, 1 to 5. On a holiday it holds only when `on_holidays` says so.
    """

    locality = models.ForeignKey(Locality, models.PROTECT, related_name="needs", verbose_name="lokalita")
    weekdays = ArrayField(models.PositiveSmallIntegerField(choices=WEEKDAYS), verbose_name="dny v týdnu")
    starts = models.TimeField("od")
    ends = models.TimeField("do")
    people = models.PositiveSmallIntegerField(
        "lidí", default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    weight = models.PositiveSmallIntegerField(
        "důležitost", default=3, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    on_holidays = models.BooleanField("i o svátcích", default=False)
    valid_from = models.DateField("platí od")
    valid_to = models.DateField("platí do", null=True, blank=True)

    objects = CoverNeedQuerySet.as_manager()

    class Meta:
        verbose_name = "potřeba"
        verbose_name_plural = "potřeby"
        ordering = ["locality__sort_key", "starts", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="need_ends_after_it_starts",
                violation_error_message="Konec platnosti nesmí být před začátkem.",
            ),
            models.CheckConstraint(
                condition=~Q(starts=F("ends")),
                name="need_lasts",
                violation_error_message="Konec je stejný jako začátek.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.locality}, {self.on_days} {self.clock}"

    @property
    def clock(self) -> str:
        return clock(self.starts, self.ends)

    @property
    def on_days(self) -> str:
        return days_of_week(self.weekdays)

    def holds_on(self, day: date) -> bool:
        return (
            day.weekday() in self.weekdays
            and self.valid_from <= day
            and (self.valid_to is None or day <= self.valid_to)
            and (self.on_holidays or not holiday(day))
        )

    def times_on(self, day: date) -> tuple[datetime, datetime] | None:
        """The instants of the need on a day; None when that time does not exist then or the need does not hold."""
        if not self.holds_on(day):
            return None
        try:
            return times_of(day, self.starts, self.ends)
        except ImpossibleTimeError:
            return None


class ShiftTemplateQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self if user.may(Permission.PLAN_SHIFTS) else self.none()


@pghistory.track()
class ShiftTemplate(models.Model):
    """The usual times of a day's work: one part, or two with an interruption between (§ 130)."""

    name = models.CharField(
        "název", max_length=40, unique=True, error_messages={"unique": "Taková šablona už existuje."}
    )
    starts = models.TimeField("od")
    ends = models.TimeField("do")
    then_starts = models.TimeField("potom od", null=True, blank=True)
    then_ends = models.TimeField("potom do", null=True, blank=True)
    position = models.PositiveSmallIntegerField("pořadí", default=1)

    objects = ShiftTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = "šablona směny"
        verbose_name_plural = "šablony směn"
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(starts=F("ends")),
                name="template_lasts",
                violation_error_message="Konec je stejný jako začátek.",
            ),
            models.CheckConstraint(
                condition=Q(then_starts__isnull=True, then_ends__isnull=True)
                | Q(
                    then_starts__isnull=False,
                    then_ends__isnull=False,
                    starts__lt=F("ends"),
                    then_starts__gte=F("ends"),
                    then_ends__gt=F("then_starts"),
                ),
                name="template_parts_follow",
                violation_error_message="Druhá část začíná až po první a leží v témže dni; vyplňte oba její časy.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.clock}"

    @property
    def parts(self) -> list[tuple[time, time]]:
        parts = [(self.starts, self.ends)]
        if self.then_starts is not None and self.then_ends is not None:
            parts.append((self.then_starts, self.then_ends))
        return parts

    @property
    def clock(self) -> str:
        """„7:00–8:30 a 12:00–15:30"."""
        return czech.joined(clock(*part) for part in self.parts)

    def times_on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The instants of each part. Raises ImpossibleTimeError."""
        for starts, ends in self.parts:
            yield times_of(day, starts, ends)
