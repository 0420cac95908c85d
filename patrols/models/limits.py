"""Limits of the Labour Code that differ from the law's own, each from a day on."""

from datetime import date
from decimal import Decimal
from typing import Self

import pghistory
from django.db import models

from apk.people.access import Permission
from apk.people.models import User
from patrols.limits import LIMITS, Change, InForce, in_force


class LegalLimitQuerySet(models.QuerySet["LegalLimit"]):
    def visible_to(self, user: User) -> Self:
        """Everybody who sees a plan may know by what it is judged."""
        return self if user.may(Permission.VIEW_PLAN) else self.none()

    def in_force(self, first: date, last: date) -> list[InForce]:
        """The limits that hold on the days from `first` to `last`. One query."""
        rows = self.filter(valid_from__lte=last).values_list("name", "value", "valid_from")
        return in_force((Change(*row) for row in rows), first, last)

    def set(self, name: str, value: Decimal, valid_from: date, *, reason: str, by: User) -> "LegalLimit":
        """Makes a limit another from a day on; what was set for the same day is replaced, the history keeps it."""
        limit, _ = self.update_or_create(
            name=name, valid_from=valid_from, defaults={"value": value, "reason": reason, "set_by": by}
        )
        return limit


@pghistory.track()
class LegalLimit(models.Model):
    """From `valid_from` on the limit `name` (of `labour_code.Limits`) is `value` of its units."""

    name = models.CharField("limit", max_length=40, choices=[(name, limit.label) for name, limit in LIMITS.items()])
    value = models.DecimalField("hodnota", max_digits=6, decimal_places=2)
    valid_from = models.DateField("platí od")
    reason = models.CharField("důvod nebo předpis", max_length=200)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo nastavil")
    set_at = models.DateTimeField("kdy", auto_now=True)

    objects = LegalLimitQuerySet.as_manager()

    class Meta:
        verbose_name = "limit zákoníku práce"
        verbose_name_plural = "limity zákoníku práce"
        ordering = ["-valid_from", "name"]
        constraints = [
            models.UniqueConstraint(fields=["name", "valid_from"], name="one_value_of_a_limit_from_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()}: {self.words}"

    @property
    def words(self) -> str:
        """„10 hodin"."""
        return LIMITS[self.name].unit.words(self.value)
