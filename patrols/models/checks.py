"""Field checks (kontroly v terénu): a mentor sees assistants at work and writes down what they found."""

from datetime import date, datetime
from typing import Self

import pghistory
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from apk import czech
from apk.calendar import LOCAL, Month
from apk.days import instants_within
from apk.localities.models import Locality
from apk.people.access import Role
from apk.people.models import Assistant, Mentorship, User
from patrols.models.shifts import Shift

# What is counted about any set of field checks.
FIELD_CHECK_COUNTS: dict[str, models.Aggregate] = {"field_checks": Count("pk", distinct=True)}


class FieldCheckQuerySet(models.QuerySet["FieldCheck"]):
    def visible_to(self, user: User) -> Self:
        """Assistants see those that they were at; mentors their own and of assistants they lead or led; coordinators
        all."""
        at = CheckedAssistant.objects.filter(field_check=OuterRef("pk"))
        match user.role:
            case Role.COORDINATOR:
                return self
            case Role.MENTOR:
                led = Mentorship.objects.filter(assistant=OuterRef("assistant"), mentor__user=user)
                return self.filter(Q(checked_by=user) | Exists(at.filter(Exists(led))))
            case Role.ASSISTANT:
                return self.filter(Exists(at.filter(assistant__user=user)))
            case _:
                return self.none()

    def kept_by(self, user: User) -> Self:
        """Those that the user may change: who was there writes what they saw."""
        return self.filter(checked_by=user)

    def standing(self) -> Self:
        """Those that count: one that was cancelled stays readable and is in no figure."""
        return self.filter(withdrawn_at__isnull=True)

    def withdrawn(self) -> Self:
        return self.filter(withdrawn_at__isnull=False)

    def between(self, first: date | None, last: date | None) -> Self:
        return self.filter(instants_within("checked_at", first, last))

    def in_month(self, month: Month) -> Self:
        return self.between(month.first_day, month.last_day)

    def of(self, assistant: int) -> Self:
        return self.filter(Exists(CheckedAssistant.objects.filter(field_check=OuterRef("pk"), assistant=assistant)))

    def counts(self) -> dict[str, int]:
        return self.order_by().aggregate(**FIELD_CHECK_COUNTS)

    def with_people(self) -> Self:
        """Brings those who were checked along, in Czech order."""
        checked = CheckedAssistant.objects.select_related("assistant__user", "shift__locality")
        return self.select_related("locality", "checked_by").prefetch_related(
            models.Prefetch("checked", checked.order_by("assistant__user__sort_key", "pk"))
        )


@pghistory.track()
class FieldCheck(models.Model):
    """One check at one place and time by a mentor; whom it concerned is in `checked`.

    One that is cancelled has `withdrawn_at` and `withdrawal_reason`.
    """

    class Result(models.TextChoices):
        FINE = "fine", "Bez závad"
        MINOR = "minor", "Drobné nedostatky"
        SERIOUS = "serious", "Závažné nedostatky"

    checked_at = models.DateTimeField("kdy", db_index=True)
    locality = models.ForeignKey(
        Locality, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lokalita"
    )
    place = models.CharField("místo", max_length=200, blank=True)
    result = models.CharField("výsledek", max_length=10, choices=Result.choices)
    finding = models.TextField("zjištění", max_length=4000)
    measures = models.TextField("co s tím dál", max_length=2000, blank=True)
    checked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo kontroloval")
    recorded_at = models.DateTimeField("zapsáno", auto_now_add=True)
    withdrawn_at = models.DateTimeField("zrušeno", null=True, blank=True)
    withdrawal_reason = models.TextField("důvod zrušení", blank=True)

    objects = FieldCheckQuerySet.as_manager()

    class Meta:
        verbose_name = "kontrola v terénu"
        verbose_name_plural = "kontroly v terénu"
        ordering = ["-checked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(locality__isnull=False) | ~Q(place=""),
                name="field_check_has_a_place",
                violation_error_message="Vyberte lokalitu, nebo napište místo.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawal_reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawal_reason=""),
                name="field_check_is_withdrawn_with_a_reason",
                violation_error_message="Napište, proč kontrolu rušíte.",
            ),
        ]

    def __str__(self) -> str:
        return f"Kontrola {czech.moment(self.checked_at.astimezone(LOCAL))}"

    def get_absolute_url(self) -> str:
        return reverse("checks:detail", args=[self.pk])

    @property
    def where(self) -> str:
        """„Jílová, u školy". Reads the locality."""
        return ", ".join(filter(None, (self.locality.name if self.locality else "", self.place)))

    @property
    def look(self) -> str:
        """The class of the badge of its result."""
        return {self.Result.FINE: "success", self.Result.MINOR: "warning", self.Result.SERIOUS: "error"}[
            self.Result(self.result)
        ]

    def withdraw(self, *, at: datetime, reason: str) -> None:
        """Takes the check out of everything that counts it; it stays readable with its reason."""
        self.withdrawn_at, self.withdrawal_reason = at, reason
        self.save(update_fields=["withdrawn_at", "withdrawal_reason"])

    def concern(self, people: "models.QuerySet[Assistant] | list[Assistant]") -> None:
        """Says whom it concerned, each with the shift that they were on; nobody else any more."""
        self.checked.exclude(assistant__in=people).delete()
        for person in people:
            shift = Shift.objects.announced().at(self.checked_at).filter(assistant=person).first()
            CheckedAssistant.objects.update_or_create(field_check=self, assistant=person, defaults={"shift": shift})


@pghistory.track()
class CheckedAssistant(models.Model):
    """An assistant at a field check, with the shift that they were on, if any."""

    field_check = models.ForeignKey(FieldCheck, models.CASCADE, related_name="checked", verbose_name="kontrola")
    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="+", verbose_name="asistent")
    shift = models.ForeignKey(Shift, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="směna")

    class Meta:
        verbose_name = "kontrolovaný asistent"
        verbose_name_plural = "kontrolovaní asistenti"
        constraints = [
            models.UniqueConstraint(fields=["field_check", "assistant"], name="assistant_checked_once"),
        ]

    def __str__(self) -> str:
        return str(self.assistant)
