"""Approval of attendance, day by day, and what assistants propose to correct in it."""

from datetime import date, datetime
from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from apk import czech
from apk.calendar import LOCAL
from apk.people.models import Assistant, User
from apk.people.scope import OfAssistantQuerySet, Row
from apk.refusal import Refused
from patrols.duties import Span


class AttendanceError(Refused):
    """The attendance cannot be changed or approved so."""


class DayQuerySet(OfAssistantQuerySet[Row]):
    """Rows about one assistant's day."""

    def within(self, first: date, last: date) -> Self:
        """Of the days from `first` to `last`, both included."""
        return self.filter(day__gte=first, day__lte=last)


class AttendanceStepQuerySet(DayQuerySet["AttendanceStep"]):
    def last_of_each_day(self) -> Self:
        """The last step of each person's day, which is the one that holds."""
        return self.order_by("assistant_id", "day", "-id").distinct("assistant_id", "day")


class AttendanceStep(models.Model):
    """A mentor approved a person's day, or opened it again. Steps are only added; the last one of a day holds.

    `sha256` says what was approved (`attendance_approval.digest_of`): duties that came to be others since are not
    approved. A day opened again has a reason.
    """

    class Move(models.TextChoices):
        APPROVE = "approve", "Schváleno"
        REOPEN = "reopen", "Znovu otevřeno"

    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="+", verbose_name="asistent")
    day = models.DateField("den")
    move = models.CharField("krok", max_length=10, choices=Move.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo")
    at = models.DateTimeField("kdy")
    sha256 = models.CharField(max_length=64, blank=True)
    reason = models.TextField("důvod", blank=True)

    objects = AttendanceStepQuerySet.as_manager()

    class Meta:
        verbose_name = "schválení docházky"
        verbose_name_plural = "schválení docházky"
        ordering = ["id"]
        indexes = [models.Index(fields=["assistant", "day", "-id"], name="attendance_step_of_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(move="approve") & ~Q(sha256="") | Q(move="reopen") & ~Q(reason=""),
                name="attendance_is_reopened_with_a_reason",
                violation_error_message="Napište, proč den znovu otevíráte.",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_move_display()}: {self.assistant}, {czech.day(self.day)}"


class CorrectionRequestQuerySet(DayQuerySet["CorrectionRequest"]):
    def waiting(self) -> Self:
        return self.filter(state=CorrectionRequest.State.WAITING)


@pghistory.track()
class CorrectionRequest(models.Model):
    """What an assistant says a duty really was, for the mentor to take over or refuse. One waits for each day.

    `instead_of` is the first instant of the duty that it speaks of, None for a duty that is missing altogether.
    `breaks` are pairs of instants in ISO 8601.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Čeká na mentora"
        TAKEN = "taken", "Převzato"
        REFUSED = "refused", "Nepřijato"
        CANCELLED = "cancelled", "Vzato zpět"

    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="+", verbose_name="asistent")
    day = models.DateField("den")
    instead_of = models.DateTimeField("místo služby od", null=True, blank=True)
    start = models.DateTimeField("začátek")
    end = models.DateTimeField("konec")
    breaks = models.JSONField("přestávky", default=list, blank=True)
    reason = models.TextField("proč")
    asked_at = models.DateTimeField("navrženo", auto_now_add=True)
    state = models.CharField("stav", max_length=10, choices=State.choices, default=State.WAITING)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kdo rozhodl"
    )
    decided_at = models.DateTimeField("rozhodnuto", null=True, blank=True)
    answer = models.TextField("odpověď", blank=True)

    objects = CorrectionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "návrh opravy docházky"
        verbose_name_plural = "návrhy opravy docházky"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assistant", "day"],
                condition=Q(state="waiting"),
                name="one_waiting_correction_of_a_day",
                violation_error_message="Pro tento den už návrh čeká. Nejdřív ho vezměte zpět.",
            ),
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="proposed_duty_ends_after_it_starts",
                violation_error_message="Konec nesmí být před začátkem.",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""),
                name="correction_is_refused_with_an_answer",
                violation_error_message="Napište asistentovi, proč návrh nepřijímáte.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assistant}, {czech.day(self.day)}: {self.clock}"

    @property
    def waits(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def pauses(self) -> list[Span]:
        return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in self.breaks]

    @property
    def clock(self) -> str:
        """„8:00–16:30, přestávka 12:00–12:30"."""
        breaks = "".join(f", přestávka {clock_of(*pause)}" for pause in self.pauses)
        return f"{clock_of(self.start, self.end)}{breaks}"

    def decide(self, state: "CorrectionRequest.State", *, by: User, now: datetime, answer: str = "") -> None:
        """Compare-and-set: of two who decide at once only one does. Raises AttendanceError when it is decided."""
        moved = CorrectionRequest.objects.waiting().filter(pk=self.pk)
        if not moved.update(state=state, decided_by=by, decided_at=now, answer=answer):
            self.refresh_from_db()
            raise AttendanceError(f"O návrhu už je rozhodnuto: {self.get_state_display()}.")
        self.refresh_from_db()


def clock_of(start: datetime, end: datetime) -> str:
    """„22:00–6:00", as local clocks show it."""
    return "–".join(f"{each.hour}:{each.minute:02}" for each in (start.astimezone(LOCAL), end.astimezone(LOCAL)))
