"""What a mentor did to the plan in one step, so that the last step can be taken back whole."""

from datetime import datetime
from typing import Any, Self

import pghistory
from django.db import models, transaction

from apk.localities.models import Locality
from apk.people.models import Assistant, User
from apk.refusal import Refused
from patrols.models.announcements import Announcement
from patrols.models.shifts import Shift, ShiftError


def state_of(shift: Shift) -> dict[str, Any]:
    """A shift as JSON keeps it; `announcement` is what its assistant was told, so that a shift put back knows it."""
    told = shift.announced
    return {
        "assistant": shift.assistant_id,
        "locality": shift.locality_id,
        "start": shift.start.isoformat(),
        "end": shift.end.isoformat(),
        "note": shift.note,
        "announcement": told.pk if told else None,
    }


class OperationQuerySet(models.QuerySet["Operation"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(by=user)

    def last_of(self, user: User) -> "Operation | None":
        """The step that `user` may take back: their last one, if it was not taken back yet."""
        last = self.filter(by=user).order_by("-id").first()
        return last if last is not None and last.undone_at is None and last.steps else None

    def note(self, by: User, title: str, steps: list[dict[str, Any]]) -> "Operation":
        """Keeps a step; `steps` are {shift, before, after}, the states None where there was no shift."""
        return self.create(by=by, title=title, steps=steps)


class UndoError(Refused):
    """The step cannot be taken back any more."""


@pghistory.track()
class Operation(models.Model):
    """One step of a mentor in the plan. `title` is Czech and says what was done („Přidáno 20 směn")."""

    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo")
    at = models.DateTimeField("kdy", auto_now_add=True)
    title = models.CharField("co", max_length=200)
    steps = models.JSONField("změny", default=list)
    undone_at = models.DateTimeField("vráceno", null=True, blank=True)

    objects = OperationQuerySet.as_manager()

    class Meta:
        verbose_name = "úprava plánu"
        verbose_name_plural = "úpravy plánu"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    @transaction.atomic
    def undo(self, *, by: User, now: datetime) -> None:
        """Puts the plan back as it was before the step; all of it or nothing.

        Raises UndoError when it was taken back already, and when somebody has changed one of its shifts since.
        """
        current = Operation.objects.select_for_update().get(pk=self.pk, by=by)
        if current.undone_at is not None:
            raise UndoError("Tenhle krok už je vrácený.")
        for step in reversed(current.steps):
            try:
                _put_back(step, by)
            except ShiftError as refusal:
                raise UndoError(f"Krok nejde vrátit celý, tak se nevrátilo nic. {refusal}") from refusal
        current.undone_at = now
        current.save(update_fields=["undone_at"])


def _put_back(step: dict[str, Any], by: User) -> None:
    before, after = step["before"], step["after"]
    if after is not None:
        shift = Shift.objects.with_announcements().select_related("assistant__user").filter(pk=step["shift"]).first()
        if shift is None or not _is(shift, after):
            raise UndoError("Krok nejde vrátit: některou ze směn mezitím někdo změnil nebo odebral.")
        if before is None:
            shift.remove(by=by, seen=shift.revision)
            return
        shift.change(
            by=by,
            seen=shift.revision,
            locality=Locality.objects.get(pk=before["locality"]),
            start=datetime.fromisoformat(before["start"]),
            end=datetime.fromisoformat(before["end"]),
            note=before["note"],
        )
        return
    shift = Shift.objects.assign(
        by=by,
        assistant=Assistant.objects.get(pk=before["assistant"]),
        locality=Locality.objects.get(pk=before["locality"]),
        start=datetime.fromisoformat(before["start"]),
        end=datetime.fromisoformat(before["end"]),
        note=before["note"],
    )
    if before["announcement"] is not None:
        Announcement.objects.orphaned().filter(pk=before["announcement"]).update(shift=shift)


def _is(shift: Shift, state: dict[str, Any]) -> bool:
    now = state_of(shift)
    return all(now[name] == state[name] for name in ("assistant", "locality", "note")) and all(
        getattr(shift, name) == datetime.fromisoformat(state[name]) for name in ("start", "end")
    )
