"""Attendance: when a person said that duty or a break began and ended. No positions: people are not tracked.

What follows from the events (duties, their hours, what is missing) is computed by `patrols.duties`.
"""

from datetime import datetime
from typing import Self

import pghistory
from django.db import models

from apk import czech
from apk.calendar import LOCAL, Month
from apk.people.access import Role
from apk.people.models import Assistant, Mentorship, User
from patrols.duties import LONGEST, Event


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def visible_to(self, user: User) -> Self:
        """Assistants see their own; mentors those of assistants they lead or led; coordinators all."""
        match user.role:
            case Role.COORDINATOR:
                return self
            case Role.MENTOR:
                return self.filter(
                    models.Exists(Mentorship.objects.filter(assistant=models.OuterRef("assistant"), mentor__user=user))
                )
            case Role.ASSISTANT:
                return self.filter(assistant__user=user)
            case _:
                return self.none()

    def counted(self) -> Self:
        """Those that duties are made of: what was taken back stays to be seen, but counts nowhere."""
        return self.filter(withdrawn_at__isnull=True)

    def around(self, lower: datetime, upper: datetime) -> Self:
        """Every event that a duty with an instant between `lower` and `upper` may be made of."""
        return self.counted().filter(at__gt=lower - LONGEST, at__lt=upper + LONGEST)

    def around_month(self, month: Month) -> Self:
        return self.around(month.start, month.end)


@pghistory.track()
class Attendance(models.Model):
    """One event of a person's attendance. `id` is the record's id from the phone, `at` is in whole seconds.

    An event taken back by its author has `withdrawn_at` and `withdrawal_reason`.
    """

    id = models.UUIDField(primary_key=True)
    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="attendance", verbose_name="asistent")
    event = models.CharField("událost", max_length=20, choices=[(event.value, event.label) for event in Event])
    at = models.DateTimeField("kdy", db_index=True)
    withdrawn_at = models.DateTimeField("vzato zpět", null=True, blank=True)
    withdrawal_reason = models.CharField("proč vzato zpět", max_length=500, blank=True)
    recorded_at = models.DateTimeField("přijato serverem", auto_now_add=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = "událost docházky"
        verbose_name_plural = "události docházky"
        # Of two events in one second that one is later whose record was begun later: ids are made of time.
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["assistant", "at"], name="attendance_by_person_and_time")]

    def __str__(self) -> str:
        return f"{self.get_event_display()}, {czech.moment(self.at.astimezone(LOCAL))}"
