"""Monthly summaries: a month's figures as they were counted, one row a month."""

import pghistory
from django.db import models
from django.urls import reverse
from django.utils import timezone

from apk.calendar import Month
from apk.people.access import Permission
from apk.people.models import User
from reports.summary import SCHEMA, MonthSummary


class MonthlySummaryQuerySet(models.QuerySet["MonthlySummary"]):
    def visible_to(self, user: User) -> "MonthlySummaryQuerySet":
        return self if user.may(Permission.VIEW_SUMMARIES) else self.none()

    def of(self, month: Month) -> "MonthlySummaryQuerySet":
        return self.filter(month=month.first_day)

    def readable(self) -> "MonthlySummaryQuerySet":
        """Those whose figures this version of the application can read; others are to be built anew."""
        return self.filter(figures__schema__lte=SCHEMA)

    def store(self, summary: MonthSummary, *, inputs: str, by: User | None) -> "MonthlySummary":
        """Keeps `summary` as its month's only one; the one it replaces stays in the history."""
        stored, _ = self.update_or_create(
            month=summary.month.first_day,
            defaults={
                "figures": summary.as_json(),
                "sha256": summary.digest,
                "inputs": inputs,
                "built_at": timezone.now(),
                "requested_by": by,
            },
        )
        return stored


@pghistory.track()
class MonthlySummary(models.Model):
    """The figures of one month (`summary.MonthSummary` as JSON) and their SHA-256 in hexadecimal.

    `inputs` is the fingerprint of the rows counted (`inputs.fingerprints`): when it no longer matches, the summary is
    out of date.
    """

    month = models.DateField(
        "měsíc", unique=True, help_text="První den měsíce.", error_messages={"unique": "Přehled měsíce už existuje."}
    )
    figures = models.JSONField("hodnoty")
    sha256 = models.CharField(max_length=64)
    inputs = models.CharField(max_length=64)
    built_at = models.DateTimeField("sestaveno")
    requested_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kdo o to požádal"
    )

    objects = MonthlySummaryQuerySet.as_manager()

    class Meta:
        verbose_name = "měsíční přehled"
        verbose_name_plural = "měsíční přehledy"
        ordering = ["-month"]
        constraints = [
            models.CheckConstraint(condition=models.Q(month__day=1), name="summary_month_is_a_first_day"),
        ]

    def __str__(self) -> str:
        return f"Přehled {self.period}"

    def get_absolute_url(self) -> str:
        return reverse("reports:month", args=[self.period])

    @property
    def period(self) -> Month:
        return Month.of(self.month)

    @property
    def value(self) -> MonthSummary:
        """The figures as a value. Raises UnknownSchemaError."""
        return MonthSummary.from_json(self.figures)
