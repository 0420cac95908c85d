"""Documents of timesheets: what they are made of, and the work of making them. Kept for a while, then deleted."""

from functools import partial
from typing import Any, ClassVar, Self

from django.db import models, transaction

from apk.calendar import Month
from apk.people.access import Role
from apk.people.models import Assistant, User
from apk.work import Work, WorkQuerySet, WorkState
from reports import doorbell


class TimesheetPrintQuerySet(WorkQuerySet["TimesheetPrint"]):
    def visible_to(self, user: User) -> Self:
        """Coordinators see all, others what they asked for: it holds what they might see."""
        return self if user.role == Role.COORDINATOR else self.filter(requested_by=user)

    def request(
        self, month: Month, assistant: Assistant | None, figures: dict[str, Any], sha256: str, *, layout: int, by: User
    ) -> "TimesheetPrint":
        """Asks for the documents of these figures; the reader's own of the very same ones are enough.

        The worker is called after the commit; should nobody hear, `waiting` finds the work later.
        """
        same = {"month": month.first_day, "assistant": assistant, "sha256": sha256, "layout": layout}
        with transaction.atomic():
            User.objects.select_for_update().get(pk=by.pk)
            found = self.filter(requested_by=by, **same).exclude(state=WorkState.FAILED).first()
            if found is None:
                found = self.create(figures=figures, requested_by=by, **same)
            if found.is_unfinished:
                transaction.on_commit(partial(doorbell.ring, found.pk, doorbell.BUILD_TIMESHEETS))
        return found


class TimesheetPrint(Work):
    """The timesheets of a month, of one assistant or, None, of all whom the reader sees.

    `figures` are a `reports.timesheet.Timesheet` as JSON, `sha256` its digest; `files` are by extension
    {file, sha256, size}, names relative to MEDIA_ROOT.
    """

    LOCK_SPACE: ClassVar[int] = 0x41504E

    month = models.DateField("měsíc", help_text="První den měsíce.")
    assistant = models.ForeignKey(
        Assistant, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="asistent"
    )
    figures = models.JSONField("hodnoty")
    sha256 = models.CharField(max_length=64)
    layout = models.PositiveSmallIntegerField("podoba dokumentů")
    files = models.JSONField("soubory", default=dict, blank=True)

    objects = TimesheetPrintQuerySet.as_manager()

    class Meta:
        verbose_name = "výkazy ke stažení"
        verbose_name_plural = "výkazy ke stažení"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(month__day=1), name="timesheets_month_is_a_first_day"),
        ]

    def __str__(self) -> str:
        return f"Výkazy práce {self.period}"

    @property
    def period(self) -> Month:
        return Month.of(self.month)

    @transaction.atomic
    def finish(self, files: dict[str, dict[str, Any]]) -> None:
        """Stores where the files are and ends the work, both or neither. Raises LostJobError when it is not ours."""
        self._end()
        TimesheetPrint.objects.filter(pk=self.pk).update(files=files)

    def file_name(self, extension: str) -> str:
        """„vykazy-2021-04.pdf", of one person „vykaz-2021-04-1234.pdf"."""
        if self.assistant is None:
            return f"vykazy-{self.period}.{extension}"
        return f"vykaz-{self.period}-{self.assistant_id}.{extension}"
