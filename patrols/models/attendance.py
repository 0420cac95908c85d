"""Attendance: when a person said that duty or a break began and ended. No positions: people are not tracked.

What follows from the events (duties, their hours, what is missing) is computed by `patrols.duties`.
"""

from datetime import datetime
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q

from apk import czech
from apk.calendar import LOCAL, Month
from apk.people.models import Assistant, User
from apk.withdrawal import Withdrawable, WithdrawableQuerySet, withdrawn_with_a_reason
from patrols.duties import LONGEST, Event


class AttendanceQuerySet(WithdrawableQuerySet["Attendance"]):
    def around(self, lower: datetime, upper: datetime) -> Self:
        """Every event that a duty with an instant between `lower` and `upper` may be made of."""
        return self.standing().filter(at__gt=lower - LONGEST, at__lt=upper + LONGEST)

    def around_month(self, month: Month) -> Self:
        return self.around(month.start, month.end)


@pghistory.track()
class Attendance(Withdrawable):
    """One event of a person's attendance. `id` is the record's id from the phone, `at` is in whole seconds.

    An event taken back has `withdrawn_at` and `withdrawal_reason`; `withdrawn_by` is the mentor who did it, None its
    author. One that a mentor wrote down has `entered_by` and the reason of the correction, `entry_reason`.
    """

    id = models.UUIDField(primary_key=True)
    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="attendance", verbose_name="asistent")
    event = models.CharField("událost", max_length=20, choices=[(event.value, event.label) for event in Event])
    at = models.DateTimeField("kdy", db_index=True)
    withdrawn_at = models.DateTimeField("vzato zpět", null=True, blank=True)
    withdrawal_reason = models.TextField("důvod vzetí zpět", blank=True, default="", db_default="")
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kdo vzal zpět"
    )
    entered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kdo zapsal místo asistenta"
    )
    entry_reason = models.TextField("důvod opravy", blank=True, default="", db_default="")
    recorded_at = models.DateTimeField("přijato serverem", auto_now_add=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = "událost docházky"
        verbose_name_plural = "události docházky"
        # Of two events in one second that one is later whose record was begun later: ids are made of time.
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["assistant", "at"], name="attendance_by_person_and_time")]
        constraints = [
            withdrawn_with_a_reason("attendance_is_withdrawn_with_a_reason", "Napište, proč záznam neplatí."),
            models.CheckConstraint(
                condition=Q(entered_by__isnull=True, entry_reason="")
                | Q(entered_by__isnull=False) & ~Q(entry_reason=""),
                name="attendance_is_entered_with_a_reason",
                violation_error_message="Napište, proč docházku opravujete.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_event_display()}, {czech.moment(self.at.astimezone(LOCAL))}"

    def withdraw(self, *, at: datetime, reason: str, by: User | None = None) -> None:
        """Takes the event out of all duties; it stays readable with its reason. `by` None is its author."""
        self.withdrawn_at, self.withdrawal_reason, self.withdrawn_by = at, reason, by
        self.save(update_fields=["withdrawn_at", "withdrawal_reason", "withdrawn_by"])
