"""Absences: asked for by assistants, decided by their mentors. Kinds only, never a diagnosis and never a note."""

from datetime import date, datetime
from typing import Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from apk import czech
from apk.people.access import Role
from apk.people.models import Assistant, DateRange, Employment, Mentorship, User
from apk.refusal import Refused


class AbsenceError(Refused):
    """The absence cannot be so."""


class AbsenceQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Assistants see their own, coordinators all, mentors those of whom they lead on one of the days.

        Who led somebody before, or will later, does not learn that they were ill.
        """
        match user.role:
            case Role.COORDINATOR:
                return self
            case Role.MENTOR:
                led = Mentorship.objects.filter(
                    Q(ends__isnull=True) | Q(ends__gte=OuterRef("first")),
                    starts__lte=OuterRef("last"),
                    assistant=OuterRef("assistant"),
                    mentor__user=user,
                )
                return self.filter(Exists(led))
            case Role.ASSISTANT:
                return self.filter(assistant__user=user)
            case _:
                return self.none()

    def within(self, first: date, last: date) -> Self:
        """With at least one of the days from `first` to `last`, both included."""
        return self.filter(first__lte=last, last__gte=first)

    def standing(self) -> Self:
        """Asked for or approved."""
        return self.filter(state__in=STANDING)

    def approved(self) -> Self:
        return self.filter(state=Absence.State.APPROVED)

    def requested(self) -> Self:
        return self.filter(state=Absence.State.REQUESTED)

    def ask(self, *, by: User, assistant: Assistant, kind: "Absence.Kind", first: date, last: date) -> "Absence":
        """Asks for an absence; one that a mentor writes down is approved at once.

        Raises AbsenceError when the assistant is not employed then, when the mentor `by` does not lead them on the
        first day, and when another absence stands in the way.
        """
        if not Employment.objects.on(first).filter(assistant=assistant).exists():
            raise AbsenceError(f"{assistant} nemá na den {czech.day(first)} platné zaměstnání.")
        absence = Absence(assistant=assistant, kind=kind, first=first, last=last, asked_by=by)
        if by.role == Role.MENTOR:
            refuse_unless_led(assistant, first, by)
            absence.state, absence.decided_by = Absence.State.APPROVED, by
        try:
            with transaction.atomic():
                absence.save()
        except IntegrityError as error:
            raise AbsenceError(
                f"{assistant} už v těchto dnech má nepřítomnost nebo o ni žádá. Upravte dny, nebo tu první zrušte."
            ) from error
        return absence


def refuse_unless_led(assistant: Assistant, day: date, by: User) -> None:
    if not Mentorship.objects.on(day).filter(assistant=assistant, mentor__user=by).exists():
        raise AbsenceError(f"Dne {czech.day(day)} nepatří {assistant} mezi asistenty, které vedete.")


@pghistory.track()
class Absence(models.Model):
    """Whole days when an assistant is away, both included.

    How it moves: asked for → approved or refused by the mentor; cancelled by the assistant before it is decided, and by
    the mentor also afterwards.
    """

    class Kind(models.TextChoices):
        VACATION = "vacation", "Dovolená"
        SICK_LEAVE = "sick-leave", "Pracovní neschopnost"
        FAMILY_CARE = "family-care", "Ošetřování člena rodiny"
        TIME_OFF = "time-off", "Náhradní volno"
        UNPAID = "unpaid", "Neplacené volno"
        OBSTACLE = "obstacle", "Jiná překážka v práci"

        @property
        def counts(self) -> bool:
            """Whether the law regards it as work done (zákoník práce § 348)."""
            return self is not Absence.Kind.UNPAID

        @property
        def yields(self) -> bool:
            """Whether a public holiday in it is a holiday: none of it is spent on such a day (§ 219)."""
            return self in {Absence.Kind.VACATION, Absence.Kind.TIME_OFF}

    class State(models.TextChoices):
        REQUESTED = "requested", "Čeká na schválení"
        APPROVED = "approved", "Schváleno"
        REFUSED = "refused", "Neschváleno"
        CANCELLED = "cancelled", "Zrušeno"

    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="absences", verbose_name="asistent")
    kind = models.CharField("druh", max_length=20, choices=Kind.choices)
    first = models.DateField("od")
    last = models.DateField("do")
    state = models.CharField("stav", max_length=10, choices=State.choices, default=State.REQUESTED)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo zadal")
    asked_at = models.DateTimeField("zadáno", auto_now_add=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kdo rozhodl"
    )
    decided_at = models.DateTimeField("rozhodnuto", null=True, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = "nepřítomnost"
        verbose_name_plural = "nepřítomnosti"
        ordering = ["-first", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")),
                name="absence_ends_after_it_starts",
                violation_error_message="Konec nesmí být před začátkem.",
            ),
            ExclusionConstraint(
                name="absence_never_overlaps",
                expressions=[
                    ("assistant", RangeOperators.EQUAL),
                    (
                        DateRange("first", "last", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(state__in=["requested", "approved"]),
                violation_error_message="V těchto dnech už nepřítomnost je.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assistant}: {self.get_kind_display()} {self.days}"

    def get_absolute_url(self) -> str:
        return reverse("patrols:absence", args=[self.pk])

    @property
    def days(self) -> str:
        """„5.–9. 4. 2021"."""
        return czech.days(self.first, self.last)

    @property
    def waits(self) -> bool:
        return self.state == self.State.REQUESTED

    def approve(self, *, by: User, now: datetime) -> None:
        """Raises AbsenceError when it is decided already or `by` does not lead the assistant on its first day."""
        self._decide(Absence.State.APPROVED, by, now)

    def refuse(self, *, by: User, now: datetime) -> None:
        """Raises AbsenceError as `approve` does."""
        self._decide(Absence.State.REFUSED, by, now)

    def cancel(self, *, by: User, now: datetime) -> None:
        """Raises AbsenceError when it does not stand, and when an assistant would cancel what is approved."""
        if by.role == Role.ASSISTANT:
            self._move({Absence.State.REQUESTED}, Absence.State.CANCELLED, by, now)
        else:
            refuse_unless_led(self.assistant, self.first, by)
            self._move(set(STANDING), Absence.State.CANCELLED, by, now)

    def _decide(self, state: "Absence.State", by: User, now: datetime) -> None:
        refuse_unless_led(self.assistant, self.first, by)
        self._move({Absence.State.REQUESTED}, state, by, now)

    def _move(self, before: "set[Absence.State]", state: "Absence.State", by: User, now: datetime) -> None:
        """Compare-and-set: of two who decide at once only one does."""
        if any(state not in ALLOWED[each] for each in before):
            raise AssertionError(f"{before} → {state} is not in the table")
        moved = Absence.objects.filter(pk=self.pk, state__in=before).update(state=state, decided_by=by, decided_at=now)
        self.refresh_from_db()
        if not moved:
            raise AbsenceError(f"Tohle už nejde: nepřítomnost je ve stavu „{self.get_state_display()}“.")


ALLOWED: dict[Absence.State, frozenset[Absence.State]] = {
    Absence.State.REQUESTED: frozenset({Absence.State.APPROVED, Absence.State.REFUSED, Absence.State.CANCELLED}),
    Absence.State.APPROVED: frozenset({Absence.State.CANCELLED}),
    Absence.State.REFUSED: frozenset(),
    Absence.State.CANCELLED: frozenset(),
}
"""Which state may follow which."""

STANDING = (Absence.State.REQUESTED, Absence.State.APPROVED)
