"""Needle-stick injuries: what happened, and which steps of first aid and reporting were taken.

Health data of an employee: only the person, the mentor who leads them or led them that day, and the coordinator may
see a record, and who opened it is written to the access log.
"""

from datetime import datetime, timedelta
from typing import Final, Self

import pghistory
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, Now, TruncDate
from django.urls import reverse

from apk import czech
from apk.calendar import LOCAL
from apk.localities.models import Locality
from apk.people.access import Permission, Role
from apk.people.models import Assistant, Mentorship, User
from apk.refusal import Refused

DOCTOR_WITHIN: Final = timedelta(hours=24)
"""Some medicines work only when they are begun in the first hours."""


class Step(models.TextChoices):
    """What has to be done after an injury, in this order: first aid, then reporting and care."""

    WASHED = "washed", "Rána krvácela a omyla se vodou a mýdlem aspoň 10 minut"
    DISINFECTED = "disinfected", "Rána se vydezinfikovala a přelepila"
    NEEDLE_SAFE = "needle-safe", "Jehla je bezpečně ve sběrném boxu"
    MENTOR = "mentor", "Ví o tom mentor"
    DOCTOR = "doctor", "Vyšetření u lékaře do 24 hodin"
    ACCIDENT_BOOK = "accident-book", "Zápis v knize úrazů"
    CHECK_UPS = "check-ups", "Kontrolní odběry jsou domluvené"
    CHECKED = "checked", "Kontrolní odběry skončily"


class InjuryQuerySet(models.QuerySet["Injury"]):
    def visible_to(self, user: User) -> Self:
        """The person's own; of whom a mentor leads today or led on that day; coordinators all."""
        if not user.may(Permission.VIEW_INJURIES):
            return self.none()
        match user.role:
            case Role.COORDINATOR:
                return self
            case Role.MENTOR:
                led = Mentorship.objects.filter(assistant=OuterRef("assistant"), mentor__user=user)
                today, that_day = (
                    Q(starts__lte=OuterRef(day)) & (Q(ends__isnull=True) | Q(ends__gte=OuterRef(day)))
                    for day in ("today", "day")
                )
                days = self.alias(today=TruncDate(Now(), tzinfo=LOCAL), day=TruncDate("happened_at", tzinfo=LOCAL))
                return days.filter(Exists(led.filter(today | that_day)))
            case _:
                return self.filter(assistant__user=user)

    def unfinished(self) -> Self:
        """Those with a step still to be taken."""
        taken = InjuryStep.objects.filter(injury=OuterRef("pk")).order_by().values("injury")
        counted = models.Subquery(taken.annotate(n=models.Count("pk")).values("n"))
        return self.alias(taken=Coalesce(counted, 0)).filter(taken__lt=len(Step))


@pghistory.track()
class Injury(models.Model):
    """An assistant was pricked by a needle."""

    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="injuries", verbose_name="kdo se poranil")
    happened_at = models.DateTimeField("kdy se to stalo")
    locality = models.ForeignKey(
        Locality, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lokalita"
    )
    description = models.TextField("jak se to stalo")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo zapsal")
    recorded_at = models.DateTimeField("zapsáno", auto_now_add=True)

    objects = InjuryQuerySet.as_manager()

    class Meta:
        verbose_name = "poranění jehlou"
        verbose_name_plural = "poranění jehlou"
        ordering = ["-happened_at", "-id"]

    def __str__(self) -> str:
        return f"{self.assistant}, {czech.moment(self.happened_at.astimezone(LOCAL))}"

    def get_absolute_url(self) -> str:
        return reverse("findings:injury", args=[self.pk])

    @property
    def doctor_until(self) -> datetime:
        return self.happened_at + DOCTOR_WITHIN

    @transaction.atomic
    def take(self, step: Step, *, at: datetime, by: User, note: str = "") -> None:
        """Writes that a step was taken at `at`; saying it again puts the time or the note right. Raises Refused."""
        if at < self.happened_at:
            raise Refused("Krok nemohl být hotov dřív, než se poranění stalo.")
        InjuryStep.objects.update_or_create(
            injury=self, step=step, defaults={"done_at": at, "note": note, "recorded_by": by}
        )


@pghistory.track()
class InjuryStep(models.Model):
    """A step that was taken after an injury."""

    injury = models.ForeignKey(Injury, models.PROTECT, related_name="steps", verbose_name="poranění")
    step = models.CharField("krok", max_length=20, choices=Step.choices)
    done_at = models.DateTimeField("hotovo")
    note = models.CharField("poznámka", max_length=300, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo zapsal")

    class Meta:
        verbose_name = "krok po poranění"
        verbose_name_plural = "kroky po poranění"
        ordering = ["done_at", "id"]
        constraints = [models.UniqueConstraint(fields=["injury", "step"], name="step_once_for_an_injury")]

    def __str__(self) -> str:
        return self.get_step_display()
