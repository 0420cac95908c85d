"""Jobs: the building of a month's summary, as work that must happen."""

from functools import partial

import pghistory
from django.db import models, transaction
from django.db.models import Q

from apk import czech
from apk.calendar import Month
from apk.people.access import Permission
from apk.people.models import User
from apk.refusal import Refused
from apk.work import UNFINISHED, Work, WorkQuerySet
from reports import doorbell
from reports.models.closing import Seal
from reports.models.summaries import MonthlySummary
from reports.summary import MonthSummary


class JobQuerySet(WorkQuerySet["Job"]):
    def visible_to(self, user: User) -> "JobQuerySet":
        return self if user.may(Permission.VIEW_SUMMARIES) else self.none()

    def of(self, month: Month) -> "JobQuerySet":
        return self.filter(month=month.first_day)

    def latest_of_each_month(self) -> "JobQuerySet":
        return self.order_by("month", "-id").distinct("month")

    def request(self, month: Month, *, by: User | None) -> "Job":
        """Asks for the month's summary to be built; an unfinished job of that month is enough. `by` None: the clock.

        The worker is called after the commit; should nobody hear, `waiting` finds the job later. Raises Refused for a
        sealed month: its figures change by a correction only.
        """
        if Seal.objects.of(month).exists():
            raise Refused(f"Měsíc {czech.month(month.first_day)} je uzavřený, jeho čísla se už nepřepočítávají.")
        with transaction.atomic():
            Job.objects.bulk_create([Job(month=month.first_day, requested_by=by)], ignore_conflicts=True)
            # Whoever won: the row just written, or the one in its way, which may have finished in this very moment.
            job = self.of(month).latest("id")
            transaction.on_commit(partial(doorbell.ring, job.pk))
        return job


class Job(Work):
    """The building of one month's summary. At most one job of a month is unfinished."""

    LOCK_SPACE = 0x41504B

    month = models.DateField("měsíc", help_text="První den měsíce.")

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "úloha"
        verbose_name_plural = "úlohy"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["month"], condition=Q(state__in=UNFINISHED), name="one_unfinished_job_a_month"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="job_month_is_a_first_day"),
        ]

    def __str__(self) -> str:
        return f"Přehled {self.period}: {self.get_state_display()}"

    @property
    def period(self) -> Month:
        return Month.of(self.month)

    @property
    def lock_number(self) -> int:
        return lock_number(self.period)

    @transaction.atomic
    def finish(self, summary: MonthSummary, inputs: str) -> None:
        """Stores the summary and ends the job, both or neither. Raises LostJobError when the job is no longer ours."""
        with pghistory.context(user=self.requested_by_id, name=str(self.requested_by or ""), job=self.pk):
            self._end()
            # Sealed while it was being built: the figures that were sealed hold.
            if not Seal.objects.of(self.period).exists():
                MonthlySummary.objects.store(summary, inputs=inputs, by=self.requested_by)


def lock_number(month: Month) -> int:
    """The second number of the advisory lock of a month, a positive 32-bit integer."""
    return month.year * 12 + month.number
