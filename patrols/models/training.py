"""The register of training: who learnt what, how long it is valid, and where it is needed."""

from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Any, Self

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.db.models.lookups import IsNull
from django.urls import reverse

from apk import czech
from apk.calendar import Month
from apk.days import days_within
from apk.localities.models import Locality
from apk.people.models import Assistant, User
from apk.withdrawal import Withdrawable, WithdrawableQuerySet, withdrawn_with_a_reason
from patrols.models.codes import Code

# What is counted about any set of training records. A list, a summary and a document all count by these expressions.
TRAINING_COUNTS: dict[str, models.Aggregate] = {
    "trainings": Count("pk"),
    "trained": Count("assistant", distinct=True),
}


def months_later(day: date, months: int) -> date:
    """The same day so many months later, the last of the month where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


@pghistory.track()
class TrainingKind(Code):
    """A kind of training or qualification, valid for so many months; without a number for ever."""

    validity_months = models.PositiveSmallIntegerField(
        "platí měsíců",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text="Prázdné znamená, že platnost nekončí.",
    )

    class Meta(Code.Meta):
        verbose_name = "druh školení"
        verbose_name_plural = "druhy školení"

    def expires_on(self, held_on: date) -> date | None:
        """The last day on which a training held on `held_on` is valid; None for ever."""
        return months_later(held_on, self.validity_months) if self.validity_months else None


@pghistory.track()
class TrainingNeed(models.Model):
    """Shifts that need a training: in one locality, in all of a kind, or everywhere when neither is said."""

    kind = models.ForeignKey(TrainingKind, models.PROTECT, related_name="needs", verbose_name="školení")
    locality = models.ForeignKey(
        Locality, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lokalita"
    )
    locality_kind = models.CharField("druh lokality", max_length=20, choices=Locality.Kind.choices, blank=True)

    class Meta:
        verbose_name = "potřebné školení"
        verbose_name_plural = "potřebná školení"
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(
                condition=IsNull(F("locality"), True) | Q(locality_kind=""),
                name="training_need_in_one_place_or_kind",
                violation_error_message="Vyberte lokalitu, nebo druh lokalit, ne obojí.",
            ),
            models.UniqueConstraint(
                fields=["kind", "locality", "locality_kind"],
                nulls_distinct=False,
                name="training_need_said_once",
                violation_error_message="Toto už je zapsané.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}"

    @property
    def where(self) -> str:
        """„Jílová", „Ubytovna", „všude"."""
        if self.locality is not None:
            return str(self.locality)
        return self.get_locality_kind_display() if self.locality_kind else "všude"

    def concerns(self, locality: Locality) -> bool:
        """Whether a shift in `locality` needs the training."""
        if self.locality_id is not None:
            return self.locality_id == locality.pk
        return self.locality_kind in {"", locality.kind}


class TrainingQuerySet(WithdrawableQuerySet["Training"]):
    def in_month(self, month: Month) -> Self:
        return self.between(month.first_day, month.last_day)

    def between(self, first: date | None, last: date | None) -> Self:
        """Held on the days from `first` to `last`, both included; None leaves that side open."""
        return self.filter(days_within("held_on", first, last))

    def valid_on(self, day: date) -> Self:
        return self.standing().filter(Q(expires_on__isnull=True) | Q(expires_on__gte=day), held_on__lte=day)

    def counts(self) -> dict[str, Any]:
        """The figures of `TRAINING_COUNTS` and `training_hours` over those of these rows that count, in one query."""
        return self.standing().order_by().aggregate(**TRAINING_COUNTS, training_hours=Sum("hours", default=0))


@pghistory.track()
class Training(Withdrawable):
    """An assistant was trained on a day, for so many hours; `expires_on` is the last day when it is valid."""

    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="trainings", verbose_name="asistent")
    kind = models.ForeignKey(TrainingKind, models.PROTECT, related_name="trainings", verbose_name="druh školení")
    held_on = models.DateField("dne", db_index=True)
    hours = models.DecimalField(
        "hodin", max_digits=4, decimal_places=1, validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(200)]
    )
    provider = models.CharField("kdo školil", max_length=120)
    result = models.CharField("výsledek", max_length=120, blank=True)
    document_number = models.CharField("číslo osvědčení", max_length=60, blank=True)
    expires_on = models.DateField("platí do", null=True, blank=True)
    note = models.TextField("poznámka", blank=True)
    withdrawn_at = models.DateTimeField("zrušeno", null=True, blank=True)
    withdrawal_reason = models.CharField("proč zrušeno", max_length=500, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo zapsal")
    recorded_at = models.DateTimeField("zapsáno", auto_now_add=True)

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = "školení"
        verbose_name_plural = "školení"
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=IsNull(F("expires_on"), True) | Q(expires_on__gte=F("held_on")),
                name="training_expires_after_it_was_held",
                violation_error_message="Platnost nemůže skončit dřív, než školení bylo.",
            ),
            withdrawn_with_a_reason("training_is_withdrawn_with_a_reason"),
            models.UniqueConstraint(
                fields=["assistant", "kind", "held_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="training_once_a_day",
                violation_error_message="Toto školení už je u asistenta v ten den zapsané.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {czech.day(self.held_on)}"

    def get_absolute_url(self) -> str:
        return reverse("training:detail", args=[self.pk])
