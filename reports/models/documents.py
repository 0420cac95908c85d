"""Editions: figures put down once and for all, and the documents that were made of them.

An edition holds its own copy of the figures, so that its documents can be built again to the byte whatever becomes of
the summary or the report that they came from. Editions and documents are only ever added.
"""

from functools import partial
from typing import Any

import pgtrigger
from django.db import connection, models, transaction
from django.db.models import Q

from apk.people.access import Permission
from apk.people.models import User
from apk.refusal import Refused
from apk.work import Work, WorkQuerySet, WorkState
from reports import doorbell, papers
from reports.papers import FileKind, Paper


class EditionQuerySet(WorkQuerySet["Edition"]):
    def visible_to(self, user: User) -> "EditionQuerySet":
        return self if user.may(Permission.VIEW_SUMMARIES) else self.none()

    def of(self, kind: "Edition.Kind", subject: str) -> "EditionQuerySet":
        return self.filter(kind=kind, subject=subject)

    def request(
        self,
        kind: "Edition.Kind",
        subject: str,
        figures: dict[str, Any],
        sha256: str,
        *,
        standing: str,
        address: str,
        layout: int,
        by: User | None,
    ) -> "Edition":
        """Asks for documents of these figures; an edition that has or will have the very same ones is enough.

        The worker is called after the commit; should nobody hear, `waiting` finds the edition later.
        """
        same = {"sha256": sha256, "standing": standing, "address": address, "layout": layout}
        with transaction.atomic():
            self.wait_for_others()
            editions = self.of(kind, subject)
            edition = editions.filter(**same).exclude(state=WorkState.FAILED).first()
            if edition is None:
                last = editions.aggregate(last=models.Max("number"))["last"] or 0
                edition = self.create(
                    kind=kind, subject=subject, number=last + 1, figures=figures, requested_by=by, **same
                )
            if edition.is_unfinished:
                transaction.on_commit(partial(doorbell.ring, edition.pk, doorbell.BUILD_EDITION))
        return edition

    def wait_for_others(self) -> None:
        """Who numbers an edition or queues one again waits for the one before. Requests are rare and this is short."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [Edition.LOCK_SPACE])


class Edition(Work):
    """One edition (vydání) of a subject's documents, and the work of making them.

    `subject` is what the documents are about: a month as "2021-04", the number of a grant report. `figures` are the
    value's JSON form, `sha256` their digest. `standing` says in Czech how final the figures are, `address` is the
    application's public address that links lead to, `layout` the version of the builders.
    """

    LOCK_SPACE = 0x41504D

    class Kind(models.TextChoices):
        MONTH = "month", "Měsíční přehled"
        GRANT_REPORT = "grant-report", "Zpráva k dotaci"

    kind = models.CharField("druh", max_length=20, choices=Kind.choices)
    subject = models.CharField("o čem", max_length=40)
    number = models.PositiveSmallIntegerField("vydání")
    standing = models.CharField("stav čísel", max_length=80, blank=True)
    address = models.CharField("adresa aplikace", max_length=200, blank=True)
    layout = models.PositiveSmallIntegerField("podoba dokumentů")
    figures = models.JSONField("hodnoty")
    sha256 = models.CharField(max_length=64)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = "vydání dokumentů"
        verbose_name_plural = "vydání dokumentů"
        ordering = ["kind", "subject", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject", "number"], name="edition_has_its_own_number"),
            models.UniqueConstraint(
                fields=["kind", "subject", "sha256", "standing", "address", "layout"],
                condition=~Q(state=WorkState.FAILED),
                name="one_edition_of_the_same_figures",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept_for_ever", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="figures_stay",
                operation=pgtrigger.UpdateOf(
                    "kind", "subject", "number", "standing", "address", "layout", "figures", "sha256"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}, vydání {self.number}"

    @property
    def paper(self) -> Paper:
        """What kind of paper it is made of."""
        return {Edition.Kind.MONTH: papers.MONTH, Edition.Kind.GRANT_REPORT: papers.GRANT_REPORT}[
            Edition.Kind(self.kind)
        ]

    @property
    def files(self) -> "list[tuple[Document, FileKind]]":
        """The finished documents with what a reader is told of each, in the order in which they are offered.

        Reads the documents; a page of editions prefetches them.
        """
        built = {document.format: document for document in self.documents.all()}
        return [(built[name], kind) for name, kind in self.paper.files.items() if name in built]

    @property
    def percent(self) -> int:
        """How much is built. Reads the documents, as `files` does."""
        return 100 * len(self.files) // len(self.paper.files)

    @transaction.atomic
    def try_again(self) -> None:
        """Queues an edition that failed: of the same figures and under its number, with all attempts before it.

        Raises Refused when it has not failed, or when a later edition of the very same figures took its place.
        """
        Edition.objects.wait_for_others()
        fresh = Edition.objects.get(pk=self.pk)
        same = {name: getattr(fresh, name) for name in ("sha256", "standing", "address", "layout")}
        twin = Edition.objects.of(Edition.Kind(fresh.kind), fresh.subject).filter(**same)
        if fresh.state == WorkState.FAILED and (other := twin.exclude(state=WorkState.FAILED).first()):
            raise Refused(f"Tytéž dokumenty už má vydání {other.number}.")
        if not self._move(WorkState.QUEUED, Q(), attempts=0, error="", finished_at=None):
            raise Refused("Tyto dokumenty už jsou hotové, nebo se právě připravují.")
        transaction.on_commit(partial(doorbell.ring, self.pk, doorbell.BUILD_EDITION))

    def finish(self) -> None:
        """Ends the work; every document is there. Raises LostJobError when the work is no longer ours."""
        self._end()


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User) -> "DocumentQuerySet":
        return self if user.may(Permission.DOWNLOAD_REPORTS) else self.none()

    def keep(self, edition: Edition, file_format: str, *, file: str, sha256: str, size: int) -> None:
        """Writes down a file that is safely on the disk. Whoever was faster built the same one."""
        Document.objects.bulk_create(
            [Document(edition=edition, format=file_format, file=file, sha256=sha256, size=size)], ignore_conflicts=True
        )


class Document(models.Model):
    """One finished file of an edition; `format` is its extension, `size` in bytes, `file` relative to MEDIA_ROOT."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="documents", verbose_name="vydání")
    format = models.CharField("formát", max_length=10)
    file = models.CharField("soubor", max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField("velikost")
    built_at = models.DateTimeField("sestaveno", auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "dokument"
        verbose_name_plural = "dokumenty"
        ordering = ["edition", "id"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "format"], name="one_document_of_each_format"),
        ]
        triggers = [pgtrigger.Protect(name="kept_for_ever", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.edition} ({self.format})"
