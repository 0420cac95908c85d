"""Grant projects: what the Ministry and the city pay for, from when to when."""

from datetime import date

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from apk.people.access import Permission
from apk.people.models import User


class GrantProjectQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "GrantProjectQuerySet":
        return self if user.may(Permission.VIEW_SUMMARIES) else self.none()

    def on(self, day: date) -> "GrantProjectQuerySet":
        return self.filter(starts__lte=day, ends__gte=day)


@pghistory.track()
class GrantProject(models.Model):
    """A grant project; both days of its realisation included, amounts in Kč. Projects need not match years."""

    name = models.CharField("název", max_length=200)
    number = models.CharField("číslo projektu", max_length=40, blank=True)
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
        ]

    def __str__(self) -> str:
        return self.name
