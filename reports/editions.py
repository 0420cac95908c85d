"""Editions of documents: asked for, built by the worker one file after another, and kept.

A file is named for what it holds and lies on the disk before its row is written, so a worker killed at any point
leaves files that the next attempt takes over: every format once, with the same digest.
"""

import hashlib
from datetime import datetime

import structlog
from django.conf import settings

from apk import private_files
from apk.calendar import Month
from apk.people.models import User
from reports import annexes
from reports.documents import grant_json
from reports.documents.bundle import Part
from reports.documents.imprint import Imprint
from reports.grant import GrantReport
from reports.models import Document, Edition, MonthlySummary
from reports.papers import LAYOUT, FileKind
from reports.summary import MonthSummary

log = structlog.get_logger(__name__)

FOLDER = "documents"

OPEN_MONTH = "průběžná čísla"
"""The standing of figures that may still change."""


def request_month(summary: MonthSummary, *, by: User | None, standing: str = OPEN_MONTH) -> Edition:
    """Asks for the documents of a month's figures; see `EditionQuerySet.request`.

    `standing` is printed: „průběžná čísla", „uzavřený měsíc, verze 2".
    """
    return Edition.objects.request(
        Edition.Kind.MONTH,
        str(summary.month),
        summary.as_json(),
        summary.digest,
        standing=standing,
        address=settings.PUBLIC_URL,
        layout=LAYOUT,
        by=by,
    )


def request_report(subject: str, report: GrantReport, *, by: User | None, standing: str = "") -> Edition:
    """Asks for the documents of a grant report; `subject` is its number.

    `standing` is printed; by default it says how final the figures are.
    """
    return Edition.objects.request(
        Edition.Kind.GRANT_REPORT,
        subject,
        grant_json.frozen(report),
        report.digest,
        standing=standing or standing_of(report),
        address=settings.PUBLIC_URL,
        layout=LAYOUT,
        by=by,
    )


def standing_of(report: GrantReport) -> str:
    return "předběžná" if report.is_provisional else "z uzavřených měsíců"


def published(month: Month) -> MonthSummary | None:
    """The figures that documents of a month are made of now."""
    stored = MonthlySummary.objects.readable().of(month).first()
    return stored.value if stored else None


def imprint_of(edition: Edition) -> Imprint:
    return Imprint(edition.number, edition.standing, edition.address)


def file_name(edition: Edition, file_format: str) -> str:
    """„prehled-2021-04-vydani-2.xlsx"."""
    return f"{edition.paper.stem}-{edition.subject}-vydani-{edition.number}.{file_format}"


def build(edition_id: int) -> None:
    """Builds what the edition lacks. Does nothing when somebody builds it already or it is finished.

    It may be called any number of times, at once and from anywhere. Whatever is raised leaves the edition to be
    claimed again.
    """
    edition = Edition.objects.get(pk=edition_id)
    with edition.sole_builder() as alone:
        if not alone or not edition.claim():
            log.info("edition_left_alone", edition=edition_id, state=edition.state)
            return
        log.info("edition_claimed", edition=edition_id, attempt=edition.attempts)
        paper = edition.paper
        figures = paper.read(edition.figures)
        imprint = imprint_of(edition)
        parts = []
        for kind in paper.formats.values():
            content = kept(edition, kind)
            if content is None:
                content = keep(edition, kind, kind.build(figures, imprint))
            parts.append(Part(file_name(edition, kind.extension), kind.purpose, content))
        for number, annex in enumerate(paper.annexes(figures), start=1):
            parts.append(Part(f"prilohy/{number:02}-{annex.file}", annex.title, annexes.content_of(annex)))
        keep(edition, paper.bundle, paper.build_bundle(figures, imprint, parts))
        edition.finish()
        log.info("edition_done", edition=edition_id)


def kept(edition: Edition, kind: FileKind) -> bytes | None:
    """The file that an earlier attempt left whole; None when there is none."""
    document = Document.objects.filter(edition=edition, format=kind.extension).first()
    if document is None:
        return None
    try:
        content = private_files.path_of(document.file).read_bytes()
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == document.sha256 else None


def keep(edition: Edition, kind: FileKind, content: bytes) -> bytes:
    """Writes a document's file and then its row; gives the content back."""
    digest = hashlib.sha256(content).hexdigest()
    name = f"{FOLDER}/{digest[:2]}/{digest[2:]}.{kind.extension}"
    private_files.write(name, content)
    Document.objects.keep(edition, kind.extension, file=name, sha256=digest, size=len(content))
    return content


def sweep(now: datetime) -> int:
    """Deletes files without a row, left by crashes, and says how many there were."""
    return private_files.sweep(
        FOLDER, now, lambda names: set(Document.objects.filter(file__in=names).values_list("file", flat=True))
    )
