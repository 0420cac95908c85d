"""Reports to the grant as they were handed over. A row never changes and is never removed: triggers see to it."""

from django.db import models
from django.urls import reverse

from apk.people.access import Permission
from apk.people.models import User
from reports.models.documents import Edition
from reports.models.grants import ProjectReport


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: User) -> "SubmissionQuerySet":
        return self if user.may(Permission.VIEW_SUMMARIES) else self.none()

    def without_content(self) -> "SubmissionQuerySet":
        """Leaves the bytes, which may be large, in the database."""
        return self.defer("content")


class Submission(models.Model):
    """One version of a report as it was handed over: its bytes, their SHA-256, and the digest of the report in them.

    `content` is the canonical JSON of `reports.submitting.Content`. `edition` are the documents made of it.
    """

    report = models.ForeignKey(
        ProjectReport, models.PROTECT, related_name="submissions", verbose_name="zpráva k dotaci"
    )
    version = models.PositiveSmallIntegerField("verze")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    report_sha256 = models.CharField(max_length=64)
    is_provisional = models.BooleanField("předběžná čísla")
    submitted_at = models.DateTimeField("odevzdáno")
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", verbose_name="dokumenty")

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = "odevzdaná zpráva"
        verbose_name_plural = "odevzdané zprávy"
        ordering = ["report", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["report", "version"], name="one_submission_of_a_version"),
        ]

    def __str__(self) -> str:
        return f"{self.report}, odevzdaná verze {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("reports:submission", args=[self.report_id, self.version])
