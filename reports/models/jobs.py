"""Jobs: work that must happen. The row is the truth; a message in the broker is only a doorbell."""

from django.db import models

from apk.people.access import Permission
from apk.people.models import User


class JobQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "JobQuerySet":
        return self if user.may(Permission.VIEW_SUMMARIES) else self.none()


class Job(models.Model):
    """The building of one month's summary. At most one job of a month is unfinished."""

    class State(models.TextChoices):
        QUEUED = "queued", "Čeká"
        RUNNING = "running", "Běží"
        DONE = "done", "Hotovo"
        FAILED = "failed", "Nepodařilo se"

    month = models.DateField("měsíc", help_text="První den měsíce.")
    state = models.CharField("stav", max_length=10, choices=State.choices, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField("hotovo (%)", default=0)
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
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["month"],
                condition=models.Q(state__in=["queued", "running"]),
                name="one_unfinished_job_a_month",
            ),
        ]

    def __str__(self) -> str:
        return f"Přehled {self.month:%Y-%m}: {self.get_state_display()}"
