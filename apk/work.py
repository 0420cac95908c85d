"""Work that must happen. The row is the truth; a message in the broker is only a doorbell.

How a piece of work moves: queued → `claim` (again after a builder died, at most MAX_ATTEMPTS times) → done. What failed
may be queued again by a person, if its kind has a verb for that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Self, TypeVar

from django.db import connection, models
from django.db.models import F, Q
from django.utils import timezone

from apk.people.models import User

MAX_ATTEMPTS = 5

Kind = TypeVar("Kind", bound="Work")


class LostJobError(Exception):
    """The work was meanwhile claimed by somebody else or finished; what was built is thrown away."""


class WorkState(models.TextChoices):
    QUEUED = "queued", "Čeká"
    RUNNING = "running", "Běží"
    DONE = "done", "Hotovo"
    FAILED = "failed", "Nepodařilo se"


ALLOWED: dict[WorkState, frozenset[WorkState]] = {
    WorkState.QUEUED: frozenset({WorkState.RUNNING, WorkState.FAILED}),
    WorkState.RUNNING: frozenset({WorkState.RUNNING, WorkState.DONE, WorkState.FAILED}),
    WorkState.DONE: frozenset(),
    WorkState.FAILED: frozenset({WorkState.QUEUED}),
}
"""Which state may follow which; running work is claimed again when its builder died."""

UNFINISHED = [state for state, following in ALLOWED.items() if WorkState.RUNNING in following]
"""Where a builder may take work over."""


class WorkQuerySet(models.QuerySet[Kind]):
    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)

    def waiting(self) -> list[Kind]:
        """Work that nobody does: queued, and running whose builder died with its lock."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                [self.model.LOCK_SPACE],
            )
            locked = {number for (number,) in cursor.fetchall()}
        return [work for work in self.unfinished().order_by("id") if work.lock_number not in locked]


class Work(models.Model):
    """What every kind of work has. Whoever inherits names its `LOCK_SPACE`, the first of the two numbers of the
    advisory lock under which it is done."""

    LOCK_SPACE: ClassVar[int]
    State = WorkState

    state = models.CharField("stav", max_length=10, choices=WorkState.choices, default=WorkState.QUEUED)
    attempts = models.PositiveSmallIntegerField("pokusů", default=0)
    error = models.TextField("chyba", blank=True)
    requested_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kdo o to požádal"
    )
    requested_at = models.DateTimeField("kdy", auto_now_add=True)
    claimed_at = models.DateTimeField("naposledy převzato", null=True, blank=True)
    finished_at = models.DateTimeField("dokončeno", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def lock_number(self) -> int:
        """The second number of the lock, a positive 32-bit integer; each row its own unless a kind says otherwise."""
        return self.pk % 2**31

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @contextmanager
    def sole_builder(self) -> Iterator[bool]:
        """Holds the work's lock for this connection, if it is free; the database frees it when the connection dies.

        Gives whether it is ours. Only under it may work be claimed, so running work whose lock is free is abandoned.
        """
        key = [self.LOCK_SPACE, self.lock_number]
        with connection.cursor() as cursor:
            # The server would notice that a builder was killed only after its query; a query may wait for long.
            cursor.execute("SET client_connection_check_interval = '2s'")
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
            (ours,) = cursor.fetchone()
        try:
            yield ours
        finally:
            # A connection that broke has lost its lock with it, and a new one has nothing to free.
            if ours and connection.is_usable():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)

    def claim(self) -> bool:
        """Takes unfinished work over, under `sole_builder`. After MAX_ATTEMPTS it fails for good instead."""
        started = self._move(WorkState.RUNNING, Q(attempts__lt=MAX_ATTEMPTS), attempts=F("attempts") + 1)
        if not started:
            self._move(
                WorkState.FAILED,
                Q(attempts__gte=MAX_ATTEMPTS),
                error=f"Sestavení se nepodařilo dokončit ani na {MAX_ATTEMPTS}. pokus.",
                finished_at=timezone.now(),
            )
        return started

    def _end(self) -> None:
        """Marks the work done. Raises LostJobError when it is no longer ours."""
        if not self._move(WorkState.DONE, Q(attempts=self.attempts), finished_at=timezone.now()):
            raise LostJobError(str(self))

    def _move(self, state: WorkState, condition: Q, **changes: object) -> bool:
        """Compare-and-set: moves the work if it still stands where that is allowed and `condition` holds."""
        before = [source for source, following in ALLOWED.items() if state in following]
        if state is WorkState.RUNNING:
            changes["claimed_at"] = timezone.now()
        everything: WorkQuerySet[Work] = WorkQuerySet(type(self))
        moved = everything.filter(condition, pk=self.pk, state__in=before).update(state=state, **changes)
        if moved:
            self.refresh_from_db()
        return bool(moved)
