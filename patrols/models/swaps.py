"""Swaps: an assistant offers a shift, a colleague takes it, their mentor approves."""

from datetime import datetime
from typing import Self

import pghistory
from django.db import models
from django.db.models import Exists, OuterRef, Q

from apk.people.access import Role
from apk.people.models import Assistant, Mentorship, User
from apk.refusal import Refused
from patrols.models.announcements import Announcement
from patrols.models.shifts import Shift


class SwapError(Refused):
    """The swap cannot go on so."""


class SwapQuerySet(models.QuerySet["Swap"]):
    def visible_to(self, user: User) -> Self:
        """Assistants see their own and what those offer who have a mentor in common with them; mentors those of whom
        they lead or led; coordinators all."""
        match user.role:
            case Role.COORDINATOR:
                return self
            case Role.MENTOR:
                led = Mentorship.objects.filter(assistant=OuterRef("offered_by"), mentor__user=user)
                return self.filter(Exists(led))
            case Role.ASSISTANT:
                mine = Q(offered_by__user=user) | Q(taken_by__user=user)
                shared = Mentorship.objects.filter(
                    assistant=OuterRef("offered_by"), mentor__mentorships__assistant__user=user
                )
                return self.filter(mine | Q(Exists(shared), state=Swap.State.OFFERED))
            case _:
                return self.none()

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def offer(self, told: Announcement, *, by: Assistant, now: datetime) -> "Swap":
        """Offers a shift that is to come. Raises SwapError for another's, a cancelled and a past one.

        A shift is offered once, however often that is asked for.
        """
        if told.assistant_id != by.pk or told.withdrawn or told.shift_id is None:
            raise SwapError("Nabídnout můžete jen svou vlastní platnou směnu.")
        if told.start <= now:
            raise SwapError("Tato směna už začala, nabídnout ji nejde.")
        Swap.objects.bulk_create([Swap(shift_id=told.shift_id, offered_by=by)], ignore_conflicts=True)
        return self.filter(shift_id=told.shift_id).open().latest("pk")


@pghistory.track()
class Swap(models.Model):
    """A shift on its way from one assistant to another.

    How it moves: offered → taken by whoever is first → approved or refused by the mentor; the offer can be withdrawn
    before it is taken.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "Nabízí se"
        TAKEN = "taken", "Čeká na mentora"
        APPROVED = "approved", "Schváleno"
        REFUSED = "refused", "Neschváleno"
        WITHDRAWN = "withdrawn", "Vzato zpět"

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="swaps", verbose_name="směna")
    offered_by = models.ForeignKey(Assistant, models.PROTECT, related_name="+", verbose_name="kdo nabízí")
    taken_by = models.ForeignKey(
        Assistant, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kdo bere"
    )
    state = models.CharField("stav", max_length=10, choices=State.choices, default=State.OFFERED)
    offered_at = models.DateTimeField("nabídnuto", auto_now_add=True)
    taken_at = models.DateTimeField("vzato", null=True, blank=True)
    decided_at = models.DateTimeField("rozhodnuto", null=True, blank=True)

    objects = SwapQuerySet.as_manager()

    class Meta:
        verbose_name = "výměna směny"
        verbose_name_plural = "výměny směn"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shift"], condition=Q(state__in=["offered", "taken"]), name="one_open_swap_of_a_shift"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shift.summary}: {self.offered_by}"

    def shown_to(self, user: User) -> str:
        """The shift in words: to the desk as it plans it, to assistants as it was announced. As `Shift.announced`."""
        if user.role != Role.ASSISTANT:
            return self.shift.summary
        told = self.shift.announced
        return told.summary if told else "Směna, která není v plánu"

    def take(self, *, by: Assistant, now: datetime) -> None:
        """Takes the offered shift; of many who do at once one succeeds.

        Raises SwapError when it is one's own, was taken or withdrawn already, has begun, is being changed by the desk,
        or stands in the way of a shift that one knows of. What is not public does not tell itself by the refusal: a
        draft that is in the way is for the mentor to see.
        """
        if by.pk == self.offered_by_id:
            raise SwapError("Svou vlastní směnu si vzít nemůžete. Nechcete-li ji už nabízet, vezměte nabídku zpět.")
        shift = Shift.objects.with_announcements().get(pk=self.shift_id)
        told = shift.announced
        if told is None or not told.tells(shift):
            raise SwapError("Tuto směnu teď vzít nejde, plán se na ní mění. Zkuste to, až ji mentor znovu zveřejní.")
        if told.start <= now:
            raise SwapError("Tato směna už začala.")
        other = Announcement.objects.standing().filter(assistant=by).overlapping(told.start, told.end).first()
        if other is not None:
            raise SwapError(f"V tu dobu už máte směnu {other.clock}.")
        if not self._move({Swap.State.OFFERED}, Swap.State.TAKEN, taken_by=by, taken_at=now):
            raise SwapError("Tuto směnu už si vzal někdo jiný, nebo se nenabízí.")

    def withdraw(self) -> None:
        """Takes the offer back. Raises SwapError once somebody has taken it."""
        if not self._move({Swap.State.OFFERED}, Swap.State.WITHDRAWN):
            raise SwapError("Nabídku už zpět vzít nejde, domluvte se s mentorem.")

    def decide(self, state: "Swap.State", *, now: datetime) -> None:
        """The mentor's word; what it means for the plan is `swapping`'s. Raises SwapError when it is decided."""
        if not self._move({Swap.State.TAKEN}, state, decided_at=now):
            raise SwapError("O této výměně už je rozhodnuto.")

    def _move(self, before: "set[Swap.State]", state: "Swap.State", **changes: object) -> bool:
        """Compare-and-set."""
        if any(state not in ALLOWED[each] for each in before):
            raise AssertionError(f"{before} → {state} is not in the table")
        moved = Swap.objects.filter(pk=self.pk, state__in=before).update(state=state, **changes)
        self.refresh_from_db()
        return bool(moved)


ALLOWED: dict[Swap.State, frozenset[Swap.State]] = {
    Swap.State.OFFERED: frozenset({Swap.State.TAKEN, Swap.State.WITHDRAWN}),
    Swap.State.TAKEN: frozenset({Swap.State.APPROVED, Swap.State.REFUSED}),
    Swap.State.APPROVED: frozenset(),
    Swap.State.REFUSED: frozenset(),
    Swap.State.WITHDRAWN: frozenset(),
}
"""Which state may follow which."""

OPEN = (Swap.State.OFFERED, Swap.State.TAKEN)
