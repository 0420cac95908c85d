"""Shifts: who patrols where, from when to when."""

import hashlib
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Self

import pghistory
import psycopg
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import IntegrityError, models, transaction
from django.db.models import Count, F, ProtectedError, Q, Sum, Value
from django.db.models.functions import Greatest, Least
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse

from apk import czech
from apk.localities.models import Locality
from apk.people.access import Role
from apk.people.models import Assistant, Employment, Mentorship, User
from apk.refusal import Refused
from apk.sealed import sentence as sealed_sentence
from patrols.models.times import Times, TimesQuerySet

if TYPE_CHECKING:
    from patrols.models.announcements import Announcement

LONGEST = timedelta(hours=24)


class Stage(Enum):
    """How far the plan is with a shift; the value is how pages say it."""

    DRAFT = "rozpracováno"
    CHANGED = "změněno, nezveřejněno"
    PUBLISHED = "zveřejněno"


class ShiftError(Refused):
    """The plan refuses a change. The message is a Czech sentence for the person who tried."""

    field: ClassVar[str | None] = None
    """Which input the sentence belongs to, when it belongs to one."""


class OverlapError(ShiftError):
    """The assistant already has `other` at that time."""

    def __init__(self, other: "Shift") -> None:
        super().__init__(f"{other.assistant} má v tu dobu už směnu: {other.summary}.")
        self.other = other


class NotEmployedError(ShiftError):
    """The assistant is not employed on a day that the shift touches."""


class NotLedError(ShiftError):
    """The mentor who plans does not lead the assistant on that day."""


class LocalityClosedError(ShiftError):
    """Nobody patrols the locality on that day."""

    field = "locality"


class OutdatedError(ShiftError):
    """Somebody changed or removed the shift since it was read; `current` is what holds now, None when it is gone."""

    def __init__(self, message: str, current: "Shift | None") -> None:
        super().__init__(message)
        self.current = current


class ShiftInUseError(ShiftError):
    """Records were made on the shift, so it cannot be removed."""


class TsTzRange(models.Func):
    """PostgreSQL tstzrange of two timestamp expressions, its start in it and its end not."""

    function = "TSTZRANGE"


class SecondsWithin(models.Func):
    """Whole seconds of the period `start`–`end` between two instants, negative when it lies outside them.

    Subtracting instants counts real time, so the nights when the clocks change come out right.
    """

    template = "EXTRACT(EPOCH FROM %(expressions)s)::bigint"
    output_field = models.BigIntegerField()

    def __init__(self, lower: datetime, upper: datetime) -> None:
        super().__init__(Least(F("end"), Value(upper)) - Greatest(F("start"), Value(lower)))


# What is counted about any set of shifts, of their time inside a period (`ShiftQuerySet.counts`).
COUNTS: dict[str, models.Aggregate] = {
    "patrol_seconds": Sum("seconds_within", default=0),
    "assistants": Count("assistant", distinct=True),
}


class ShiftQuerySet(TimesQuerySet["Shift"]):
    def visible_to(self, user: User) -> Self:
        """Assistants see their own that were announced to them; mentors those of assistants they lead or led;
        coordinators all.

        An assistant is shown the announcement, never the row: the row may already hold a change that is not public.
        """
        found = super().visible_to(user)
        return found.filter(announcement__assistant=F("assistant")) if user.role == Role.ASSISTANT else found

    def with_announcements(self) -> Self:
        return self.select_related("announcement")

    def announced(self) -> Self:
        """Without drafts: shifts that some assistant was told of, as the desk has them now."""
        return self.filter(announcement__isnull=False)

    def drafts(self) -> Self:
        """Shifts that only the desk knows of."""
        return self.filter(announcement__isnull=True)

    def within(self, lower: datetime, upper: datetime) -> Self:
        """Shifts with time between two instants, each with `seconds_within`: how much of it, in whole seconds."""
        return self.overlapping(lower, upper).annotate(seconds_within=SecondsWithin(lower, upper))

    def counts(self, lower: datetime, upper: datetime) -> dict[str, int]:
        """The figures of `COUNTS` over the time of these shifts between two instants, in one query."""
        return self.within(lower, upper).aggregate(**COUNTS)

    @transaction.atomic
    def assign(
        self, *, by: User, assistant: Assistant, locality: Locality, start: datetime, end: datetime, note: str = ""
    ) -> "Shift":
        """Adds a shift to the plan for the mentor `by`.

        Raises a `ShiftError` when the assistant is not employed or led by `by` then, when nobody patrols the locality
        that day, when the times make no shift, and when the assistant has another shift at that time.
        """
        shift = Shift(assistant=assistant, locality=locality, start=start, end=end, note=note)
        _write(shift, by)
        return shift


@pghistory.track()
class Shift(Times):
    """One assistant's shift in one locality, as the desk plans it.

    Two shifts of one assistant cannot overlap: the database refuses.
    """

    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="shifts", verbose_name="asistent")
    locality = models.ForeignKey(Locality, models.PROTECT, related_name="shifts", verbose_name="lokalita")

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = "směna"
        verbose_name_plural = "směny"
        ordering = ["start", "id"]
        indexes = [models.Index(fields=["start", "end"], name="shift_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="shift_ends_after_it_starts",
                violation_error_message="Konec směny musí být po jejím začátku.",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(F("end") - F("start"), LONGEST),
                name="shift_lasts_a_day_at_most",
                violation_error_message="Směna může trvat nejvýš 24 hodin.",
            ),
            ExclusionConstraint(
                name="shift_never_overlaps",
                expressions=[
                    ("assistant", RangeOperators.EQUAL),
                    (TsTzRange("start", "end", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                violation_error_message="V tu dobu už má asistent jinou směnu.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assistant}: {self.summary}"

    def get_absolute_url(self) -> str:
        return reverse("patrols:shift", args=[self.pk])

    @property
    def announced(self) -> "Announcement | None":
        """What the assistant was told of this shift. Runs a query unless `with_announcements` brought it."""
        return getattr(self, "announcement", None)

    @property
    def stage(self) -> Stage:
        """How far the plan is with it; as `announced`."""
        told = self.announced
        if told is None:
            return Stage.DRAFT
        return Stage.PUBLISHED if told.tells(self) else Stage.CHANGED

    @property
    def revision(self) -> str:
        """Another text whenever the shift is another, whoever changed it: what a form remembers to notice that."""
        times = (moment.astimezone(UTC).isoformat() for moment in (self.start, self.end))
        content = repr((self.assistant_id, self.locality_id, *times, self.note))
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    @transaction.atomic
    def change(
        self, *, by: User, seen: str, locality: Locality, start: datetime, end: datetime, note: str = ""
    ) -> None:
        """Gives the shift another place or time; its records stay with it, also those outside its new time.

        `seen` is the `revision` that the mentor `by` decided upon. Raises a `ShiftError` as `assign` does, and
        `OutdatedError` when the shift is no longer the one seen.
        """
        current = _hold(self, by, seen)
        current.locality, current.start, current.end, current.note = locality, start, end, note
        _write(current, by)
        self.locality, self.start, self.end, self.note = locality, start, end, note

    @transaction.atomic
    def remove(self, *, by: User, seen: str) -> None:
        """Takes the shift out of the plan; the history keeps it.

        Raises `ShiftInUseError` when records were made on it, `OutdatedError` when it is no longer the one seen.
        """
        _hold(self, by, seen)
        try:
            with transaction.atomic():
                self.delete()
        except ProtectedError as error:
            n = len(error.protected_objects)
            raise ShiftInUseError(
                f"Směnu nelze odebrat, protože k ní patří {czech.counted(n, 'záznam', 'záznamy', 'záznamů')} z terénu."
            ) from error
        except IntegrityError as error:
            raise _refusal(self, error) from error


def _hold(shift: Shift, by: User, seen: str) -> Shift:
    """The shift as it now is, locked until the transaction ends. Raises as `Shift.change` does."""
    _lock_plan_of(shift.assistant)
    current = Shift.objects.select_for_update(of=("self",)).select_related("locality").filter(pk=shift.pk).first()
    if current is None:
        raise OutdatedError("Směnu mezitím někdo odebral z plánu.", None)
    if current.revision != seen:
        raise OutdatedError("Směnu mezitím změnil někdo jiný.", current)
    _refuse_unless_led(current, by)
    return current


def _write(shift: Shift, by: User) -> None:
    """Checks the rules and writes the row. Raises as `assign` does."""
    _lock_plan_of(shift.assistant)
    _refuse_unless_led(shift, by)
    for day in (shift.starts_on, shift.last_day):
        if not Employment.objects.on(day).filter(assistant=shift.assistant).exists():
            raise NotEmployedError(f"{shift.assistant} nemá na den {czech.day(day)} platné zaměstnání.")
    if not Locality.objects.open_on(shift.starts_on).filter(pk=shift.locality.pk).exists():
        raise LocalityClosedError(
            f"Lokalita {shift.locality} se dne {czech.day(shift.starts_on)} neobchází. Vyberte jinou."
        )
    try:
        with transaction.atomic():
            shift.save()
    except IntegrityError as error:
        raise _refusal(shift, error) from error


def _refuse_unless_led(shift: Shift, by: User) -> None:
    mentorship = Mentorship.objects.on(shift.starts_on).filter(assistant=shift.assistant, mentor__user=by)
    if not mentorship.exists():
        raise NotLedError(f"Dne {czech.day(shift.starts_on)} nepatří {shift.assistant} mezi asistenty, které vedete.")


def _refusal(shift: Shift, error: IntegrityError) -> Exception:
    """What the database's refusal means to people; the error itself when it is none of this table's rules."""
    if sealed := sealed_sentence(error):
        return ShiftError(sealed)
    name = error.__cause__.diag.constraint_name if isinstance(error.__cause__, psycopg.Error) else None
    if name == "shift_never_overlaps":
        others = Shift.objects.filter(assistant=shift.assistant).exclude(pk=shift.pk)
        return OverlapError(others.overlapping(shift.start, shift.end).select_related("locality").earliest("start"))
    for constraint in Shift._meta.constraints:
        if constraint.name == name:
            return ShiftError(constraint.violation_error_message)
    return error


def _lock_plan_of(assistant: Assistant) -> None:
    """Lets one transaction at a time write the shifts of an assistant.

    Two that insert overlapping rows would each wait for the other's end and the database would break one of them off
    as a deadlock instead of naming the overlap. Findings and everything else that only refers to the assistant go on.
    """
    Assistant.objects.select_for_update(no_key=True).order_by().get(pk=assistant.pk)
