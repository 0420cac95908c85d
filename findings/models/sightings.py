"""Reports from others: somebody saw sharps and told the desk, which sends an assistant there."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

import pghistory
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from apk.localities.models import Locality
from apk.people.access import Permission, Role
from apk.people.models import Assistant, User
from apk.refusal import Refused
from findings.models.findings import Finding, Source


class SightingQuerySet(models.QuerySet["Sighting"]):
    def visible_to(self, user: User) -> Self:
        """Those who keep them know them all: a call is the city's. Assistants see those they were sent to."""
        if user.may(Permission.MANAGE_SIGHTINGS):
            return self
        return self.filter(assistant__user=user) if user.role == Role.ASSISTANT else self.none()

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)

    def between(self, first: datetime | None, behind: datetime | None) -> Self:
        """Reported from `first` on, before `behind`; None leaves that side open."""
        found = self
        if first is not None:
            found = found.filter(reported_at__gte=first)
        if behind is not None:
            found = found.filter(reported_at__lt=behind)
        return found


@pghistory.track()
class Sighting(models.Model):
    """Sharps that a citizen, the line 156 or a school told of; who looks there, and what came of it.

    Holds no personal data of who told: `event_number` leads to the police's own record. `finding` is the id of the
    finding that closed it; the finding may arrive from the phone after it, so the database does not insist on it.
    """

    class Outcome(models.TextChoices):
        FOUND = "found", "Nalezeno"
        NOT_FOUND = "not-found", "Nenalezeno"
        CANCELLED = "cancelled", "Zrušeno"

    # How somebody else's words come to the desk.
    SOURCES = (Source.CITIZEN, Source.EMERGENCY_LINE, Source.SCHOOL)

    reported_at = models.DateTimeField("oznámeno", db_index=True)
    source = models.CharField("kdo oznámil", max_length=20, choices=[(one, one.label) for one in SOURCES])
    where = models.CharField("kde to je", max_length=200)
    locality = models.ForeignKey(
        Locality, models.PROTECT, null=True, blank=True, related_name="sightings", verbose_name="lokalita"
    )
    note = models.TextField("co bylo oznámeno", blank=True)
    event_number = models.CharField("číslo události MP", max_length=40, blank=True)
    assistant = models.ForeignKey(
        Assistant, models.PROTECT, null=True, blank=True, related_name="sightings", verbose_name="kdo se podívá"
    )
    assigned_at = models.DateTimeField("předáno asistentovi", null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo zapsal")
    outcome = models.CharField("výsledek", max_length=10, choices=Outcome.choices, blank=True)
    closed_at = models.DateTimeField("vyřízeno", null=True, blank=True)
    closing_note = models.TextField("poznámka k výsledku", blank=True)
    finding = models.ForeignKey(
        Finding,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="sightings",
        verbose_name="nález",
    )

    objects = SightingQuerySet.as_manager()

    class Meta:
        verbose_name = "oznámení"
        verbose_name_plural = "oznámení"
        ordering = ["-reported_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="") | Q(closed_at__isnull=False) & ~Q(outcome=""),
                name="sighting_is_closed_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(assistant__isnull=True, assigned_at__isnull=True)
                | Q(assistant__isnull=False, assigned_at__isnull=False),
                name="sighting_was_assigned_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Oznámení: {self.where}"

    def get_absolute_url(self) -> str:
        return reverse("findings:sighting", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def response_time(self) -> timedelta | None:
        """From the report to its end; None while it is open and when it was cancelled."""
        if self.closed_at is None or self.outcome == self.Outcome.CANCELLED:
            return None
        return self.closed_at - self.reported_at

    @transaction.atomic
    def assign(self, assistant: Assistant | None, *, at: datetime) -> None:
        """Sends an assistant there, or nobody for now. Raises Refused."""
        self.lock()
        self.assistant, self.assigned_at = assistant, at if assistant else None
        self.save(update_fields=["assistant", "assigned_at"])

    @transaction.atomic
    def close(self, outcome: str, *, at: datetime, note: str = "", finding: UUID | None = None) -> None:
        """`finding` is the id of the finding that it led to. Raises Refused when it has been closed already."""
        self.lock()
        self.outcome, self.closed_at, self.closing_note = outcome, max(at, self.reported_at), note
        self.finding_id = finding
        self.save(update_fields=["outcome", "closed_at", "closing_note", "finding"])

    def lock(self) -> None:
        """Raises Refused when it is closed."""
        locked = Sighting.objects.select_for_update(of=("self",), no_key=True).get(pk=self.pk)
        if not locked.is_open:
            raise Refused(f"Oznámení už je vyřízené: {locked.get_outcome_display().lower()}.")
