"""Grant projects: what the Ministry and the city pay for, from when to when."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from apk.calendar import Month
from apk.forms import FIRST_DAY, LAST_DAY
from apk.people.access import Permission
from apk.people.models import User


class GrantProjectQuerySet(models.QuerySet["GrantProject"]):
    def visible_to(self, user: User) -> "GrantProjectQuerySet":
        return self if user.may(Permission.VIEW_SUMMARIES) else self.none()

    def on(self, day: date) -> "GrantProjectQuerySet":
        return self.filter(starts__lte=day, ends__gte=day)

    def by_month(self, months: Iterable[Month]) -> "dict[Month, GrantProject | None]":
        """The project that each month belongs to, in one query.

        When a month holds the end of one project and the start of the next, it belongs to the one that started first.
        """
        projects = [*self.order_by("starts", "id")]
        return {month: next((project for project in projects if project.holds(month)), None) for month in months}


@pghistory.track()
class GrantProject(models.Model):
    """A grant project; both days of its realisation included, amounts in Kč. Projects need not match years."""

    name = models.CharField("název", max_length=200)
    number = models.CharField("číslo projektu", max_length=40, blank=True)
    programme = models.CharField("program a podprogram", max_length=200, blank=True)
    sequence = models.PositiveSmallIntegerField("pořadí (perioda)")
    starts = models.DateField("realizace od")
    ends = models.DateField("realizace do")
    posts = models.PositiveSmallIntegerField("podpořená místa asistentů", validators=[MaxValueValidator(500)])
    ministry_grant = models.DecimalField(
        "dotace Ministerstva vnitra (Kč)", max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    city_share = models.DecimalField(
        "podíl města (Kč)", max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    publicity = models.CharField("věta o publicitě", max_length=300)
    goals = models.TextField("cíle projektu", blank=True, max_length=10_000)
    conditions = models.TextField("podmínky rozhodnutí", blank=True, max_length=10_000)

    objects = GrantProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "projekt"
        verbose_name_plural = "projekty"
        ordering = ["-starts", "-sequence"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")),
                name="project_ends_after_it_starts",
                violation_error_message="Konec realizace nesmí být před začátkem.",
            ),
            models.CheckConstraint(
                condition=Q(starts__gte=FIRST_DAY, ends__lte=LAST_DAY),
                name="project_within_the_calendar",
                violation_error_message="Realizace musí ležet v letech 2000 až 2099.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reports:project", args=[self.pk])

    @property
    def city_percent(self) -> Decimal:
        return 100 - self.ministry_percent if self.total_cost else Decimal(0)

    @property
    def months(self) -> list[Month]:
        """Every month with at least a day of the realisation, in order."""
        last, months = Month.of(self.ends), [Month.of(self.starts)]
        while months[-1] < last:
            months.append(months[-1].next)
        return months

    def holds(self, month: Month) -> bool:
        """Whether at least a day of `month` lies in the time of realisation."""
        return self.starts <= month.last_day and self.ends >= month.first_day

    @property
    def total_cost(self) -> Decimal:
        return self.ministry_grant + self.city_share

    @property
    def ministry_percent(self) -> Decimal:
        """The Ministry's part of the whole cost, in percent; 0 when nothing costs anything."""
        return self.ministry_grant * 100 / self.total_cost if self.total_cost else Decimal(0)
