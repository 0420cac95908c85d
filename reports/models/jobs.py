"""Jobs: work that must happen. The row is the truth; a message in the broker is only a doorbell."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pghistory
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from apk.calendar import Month
from apk.people.access import Permission
from apk.people.models import User
from reports import doorbell
from reports.models.summaries import MonthlySummary
from reports.summary import MonthSummary

MAX_ATTEMPTS = 5

# The first of the two numbers that name our advisory locks; the second is the month.
LOCK_SPACE = 0x41504B


class LostJobError(Exception):
    """The job was meanwhile claimed by somebody else or finished; what was built is thrown away."""


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> "JobQuerySet":
        return self if user.may(Permission.VIEW_SUMMARIES) else self.none()

    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=[state for state, following in ALLOWED.items() if following])

    def of(self, month: Month) -> "JobQuerySet":
        return self.filter(month=month.first_day)

    def latest_of_each_month(self) -> "JobQuerySet":
        return self.order_by("month", "-id").distinct("month")

    def request(self, month: Month, *, by: User | None) -> "Job":
        """Asks for the month's summary to be built; an unfinished job of that month is enough. `by` None: the clock.

        The worker is called after the commit; should nobody hear, `waiting` finds the job later.
        """
        with transaction.atomic():
            Job.objects.bulk_create([Job(month=month.first_day, requested_by=by)], ignore_conflicts=True)
            # Whoever won: the row just written, or the one in its way, which may have finished in this very moment.
            job = self.of(month).latest("id")
            transaction.on_commit(partial(doorbell.ring, job.pk))
        return job

    def waiting(self) -> list["Job"]:
        """Jobs that nobody works on: queued ones, and running ones whose builder died with its lock."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                [LOCK_SPACE],
            )
            locked = {number for (number,) in cursor.fetchall()}
        return [job for job in self.unfinished().order_by("id") if lock_number(job.period) not in locked]


class Job(models.Model):
    """The building of one month's summary. At most one job of a month is unfinished.

    How a job moves: `request` → `claim` (again after a builder died, at most MAX_ATTEMPTS times) → `finish`.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Čeká"
        RUNNING = "running", "Běží"
        DONE = "done", "Hotovo"
        FAILED = "failed", "Nepodařilo se"

    month = models.DateField("měsíc", help_text="První den měsíce.")
    state = models.CharField("stav", max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField("pokusů", default=0)
    error = models.TextField("chyba", blank=True)
    requested_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kdo o to požádal"
    )
    requested_at = models.DateTimeField("kdy", auto_now_add=True)
    claimed_at = models.DateTimeField("naposledy převzato", null=True, blank=True)
    finished_at = models.DateTimeField("dokončeno", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "úloha"
        verbose_name_plural = "úlohy"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["month"],
                condition=Q(state__in=["queued", "running"]),
                name="one_unfinished_job_a_month",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="job_month_is_a_first_day"),
        ]

    def __str__(self) -> str:
        return f"Přehled {self.period}: {self.get_state_display()}"

    @property
    def period(self) -> Month:
        return Month.of(self.month)

    @property
    def is_unfinished(self) -> bool:
        return bool(ALLOWED[Job.State(self.state)])

    @contextmanager
    def sole_builder(self) -> Iterator[bool]:
        """Holds the month's lock for this connection, if it is free; the database frees it when the connection dies.

        Gives whether it is ours. Only under it may a job be claimed, so a running job whose lock is free is abandoned.
        """
        key = [LOCK_SPACE, lock_number(self.period)]
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
        """Takes an unfinished job over, under `sole_builder`. After MAX_ATTEMPTS it fails for good instead."""
        started = self._move(Job.State.RUNNING, Q(attempts__lt=MAX_ATTEMPTS), attempts=F("attempts") + 1)
        if not started:
            self._move(
                Job.State.FAILED,
                Q(attempts__gte=MAX_ATTEMPTS),
                error=f"Sestavení se nepodařilo dokončit ani na {MAX_ATTEMPTS}. pokus.",
                finished_at=timezone.now(),
            )
        return started

    @transaction.atomic
    def finish(self, summary: MonthSummary, inputs: str) -> None:
        """Stores the summary and ends the job, both or neither. Raises LostJobError when the job is no longer ours."""
        with pghistory.context(user=self.requested_by_id, name=str(self.requested_by or ""), job=self.pk):
            if not self._move(Job.State.DONE, Q(attempts=self.attempts), finished_at=timezone.now()):
                raise LostJobError(f"Job {self.pk}")
            MonthlySummary.objects.store(summary, inputs=inputs, by=self.requested_by)

    def _move(self, state: "Job.State", condition: Q, **changes: object) -> bool:
        """Compare-and-set: moves the job if it still stands where that is allowed and `condition` holds."""
        before = [source for source, following in ALLOWED.items() if state in following]
        if state is Job.State.RUNNING:
            changes["claimed_at"] = timezone.now()
        moved = Job.objects.filter(condition, pk=self.pk, state__in=before).update(state=state, **changes)
        if moved:
            self.refresh_from_db()
        return bool(moved)


ALLOWED: dict[Job.State, frozenset[Job.State]] = {
    Job.State.QUEUED: frozenset({Job.State.RUNNING, Job.State.FAILED}),
    Job.State.RUNNING: frozenset({Job.State.RUNNING, Job.State.DONE, Job.State.FAILED}),
    Job.State.DONE: frozenset(),
    Job.State.FAILED: frozenset(),
}
"""Which state may follow which; a running job is claimed again when its builder died."""


def lock_number(month: Month) -> int:
    """The second number of the advisory lock of a month, a positive 32-bit integer."""
    return month.year * 12 + month.number
