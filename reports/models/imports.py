"""Tables of earlier years that somebody brought: the file as it came, and what became of it."""

import hashlib

import pghistory
from django.db import models
from django.urls import reverse

from apk.people.access import Permission
from apk.people.models import User


class RecordImportQuerySet(models.QuerySet["RecordImport"]):
    def visible_to(self, user: User) -> "RecordImportQuerySet":
        return self if user.may(Permission.IMPORT_RECORDS) else self.none()

    def without_content(self) -> "RecordImportQuerySet":
        return self.defer("content")

    def keep(self, kind: str, file_name: str, content: bytes, *, by: User) -> "RecordImport":
        """Keeps a file that was brought; nothing of it is read yet."""
        digest = hashlib.sha256(content).hexdigest()
        return self.create(kind=kind, file_name=file_name, content=content, sha256=digest, brought_by=by)


@pghistory.track(exclude=["content"])
class RecordImport(models.Model):
    """A file with findings or shifts; `added` is how many records it gave when it was read, `sha256` of the file."""

    class Kind(models.TextChoices):
        FINDINGS = "nalezy", "Nálezy"
        SHIFTS = "smeny", "Směny"

    kind = models.CharField("co obsahuje", max_length=10, choices=Kind.choices)
    file_name = models.CharField("soubor", max_length=120)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    brought_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo ho nahrál")
    brought_at = models.DateTimeField("nahráno", auto_now_add=True)
    read_at = models.DateTimeField("načteno", null=True, blank=True)
    read_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kdo ho načetl"
    )
    added = models.PositiveIntegerField("přidáno záznamů", default=0)

    objects = RecordImportQuerySet.as_manager()

    class Meta:
        verbose_name = "import záznamů"
        verbose_name_plural = "importy záznamů"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.file_name}"

    def get_absolute_url(self) -> str:
        return reverse("reports:import", args=[self.pk])
