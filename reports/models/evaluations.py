"""Monthly evaluations (měsíční hodnocení): a mentor's word about an assistant's month, sealed by the signature."""

import hashlib
from datetime import datetime
from typing import Any, Self

import pghistory
import pgtrigger
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from apk import czech
from apk.calendar import Month
from apk.people.access import Role
from apk.people.models import Assistant, Mentorship, User
from apk.people.scope import OfAssistantQuerySet
from apk.refusal import Refused


class EvaluationQuerySet(OfAssistantQuerySet["Evaluation"]):
    def visible_to(self, user: User) -> Self:
        """Assistants see their own once they are signed; mentors those of whom they lead or led; coordinators all."""
        found = super().visible_to(user)
        return found.filter(signed_at__isnull=False) if user.role == Role.ASSISTANT else found

    def of(self, month: Month) -> Self:
        return self.filter(month=month.first_day)

    def signed(self) -> Self:
        return self.filter(signed_at__isnull=False)


@pghistory.track()
class Evaluation(models.Model):
    """What a mentor says about an assistant's month.

    Signed, its words and `figures` (label, value in words: the month as it stood then) never change again; the
    database sees to it. `seen_at` is when the assistant said that they had read it.
    """

    class Grade(models.TextChoices):
        EXCELLENT = "excellent", "Výborně"
        GOOD = "good", "Dobře"
        PARTLY = "partly", "S výhradami"
        POOR = "poor", "Nevyhovuje"

    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="+", verbose_name="asistent")
    month = models.DateField("měsíc", help_text="První den měsíce.")
    grade = models.CharField("celkové hodnocení", max_length=10, choices=Grade.choices)
    went_well = models.TextField("co se dařilo", max_length=4000)
    to_improve = models.TextField("co zlepšit", max_length=4000, blank=True)
    goals = models.TextField("na co se zaměřit příště", max_length=4000, blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo hodnotí")
    written_at = models.DateTimeField("naposledy upraveno", auto_now=True)
    figures = models.JSONField("čísla měsíce", null=True, blank=True)
    signed_at = models.DateTimeField("podepsáno", null=True, blank=True)
    seen_at = models.DateTimeField("asistent četl", null=True, blank=True)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = "měsíční hodnocení"
        verbose_name_plural = "měsíční hodnocení"
        ordering = ["-month", "assistant__user__sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["assistant", "month"],
                name="one_evaluation_a_month",
                violation_error_message="Tento měsíc už asistent hodnocení má.",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="evaluation_month_is_a_first_day"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, figures__isnull=True, seen_at__isnull=True)
                | Q(signed_at__isnull=False, figures__isnull=False),
                name="evaluation_is_signed_with_its_figures",
                violation_error_message="Podepsat jde jen hodnocení s čísly měsíce.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="signed_words_stay",
                operation=pgtrigger.UpdateOf(
                    "assistant_id",
                    "month",
                    "grade",
                    "went_well",
                    "to_improve",
                    "goals",
                    "written_by_id",
                    "figures",
                    "signed_at",
                ),
                condition=pgtrigger.Q(old__signed_at__isnull=False),
            ),
            pgtrigger.Protect(
                name="signed_is_kept", operation=pgtrigger.Delete, condition=pgtrigger.Q(old__signed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Hodnocení {czech.month(self.month)}: {self.assistant}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:person", args=[self.period, self.assistant_id])

    @property
    def period(self) -> Month:
        return Month.of(self.month)

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None

    @property
    def digest(self) -> str:
        """Another text whenever the words or the grade are others: what the button that signs remembers."""
        words = repr((self.grade, self.went_well, self.to_improve, self.goals))
        return hashlib.sha256(words.encode()).hexdigest()[:24]

    @transaction.atomic
    def sign(self, *, by: User, figures: list[list[str]], seen: str, now: datetime) -> None:
        """Seals the words with the month's figures. `seen` is the digest of the words that `by` read.

        Raises Refused when it is signed, or `by` does not lead the assistant in the month, or the month is not over,
        or somebody wrote other words meanwhile.
        """
        refuse_unless_led(self.assistant, self.period, by)
        if now < self.period.end:
            raise Refused("Podepsat hodnocení jde, až když měsíc skončí.")
        current = Evaluation.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if current.is_signed:
            raise Refused("Hodnocení už je podepsané.")
        if current.digest != seen:
            raise Refused("Hodnocení mezitím někdo přepsal. Přečtěte si ho znovu a potom ho podepište.")
        changes: dict[str, Any] = {"signed_at": now, "figures": figures, "written_by": by}
        Evaluation.objects.filter(pk=self.pk).update(**changes)
        self.refresh_from_db()

    def acknowledge(self, *, now: datetime) -> None:
        """The assistant has read it; saying so twice changes nothing."""
        Evaluation.objects.signed().filter(pk=self.pk, seen_at__isnull=True).update(seen_at=now)


def refuse_unless_led(assistant: Assistant, month: Month, by: User) -> None:
    """Raises Refused unless the mentor leads the assistant on a day of the month."""
    within = Q(ends__isnull=True) | Q(ends__gte=month.first_day)
    if not Mentorship.objects.filter(within, assistant=assistant, mentor__user=by, starts__lte=month.last_day).exists():
        raise Refused(f"V měsíci {czech.month(month.first_day)} jste tohoto asistenta nevedli.")
