"""What the coordinator says of a month in words."""

import pghistory
from django.db import models, transaction
from django.urls import reverse

from apk.calendar import Month
from apk.people.access import Permission
from apk.people.models import User
from reports.models.jobs import Job


class MonthNarrativeQuerySet(models.QuerySet["MonthNarrative"]):
    def visible_to(self, user: User) -> "MonthNarrativeQuerySet":
        return self if user.may(Permission.VIEW_SUMMARIES) else self.none()

    def of(self, month: Month) -> "MonthNarrativeQuerySet":
        return self.filter(month=month.first_day)

    @transaction.atomic
    def write(self, month: Month, text: str, *, by: User) -> "MonthNarrative":
        """Keeps the words of a month and asks for its summary, which holds them, to be counted anew."""
        written = self.put(month, text)
        Job.objects.request(month, by=by)
        return written

    def put(self, month: Month, text: str) -> "MonthNarrative":
        """Keeps the words of a month; a correction of a sealed month counts its summary itself."""
        written, _ = self.update_or_create(month=month.first_day, defaults={"text": text})
        return written


@pghistory.track()
class MonthNarrative(models.Model):
    """The words of a month, with references to its figures (`narrative.py`); its summary keeps them resolved.

    Once the month is sealed, the database lets nobody change them but a correction.
    """

    month = models.DateField("měsíc", unique=True, help_text="První den měsíce.")
    text = models.TextField("text", blank=True, max_length=20_000)

    objects = MonthNarrativeQuerySet.as_manager()

    class Meta:
        verbose_name = "slovní hodnocení měsíce"
        verbose_name_plural = "slovní hodnocení měsíců"
        ordering = ["-month"]
        constraints = [
            models.CheckConstraint(condition=models.Q(month__day=1), name="narrative_month_is_a_first_day"),
        ]

    def __str__(self) -> str:
        return f"Slovní hodnocení {self.period}"

    def get_absolute_url(self) -> str:
        return reverse("reports:month", args=[self.period])

    @property
    def period(self) -> Month:
        return Month.of(self.month)
