"""The kinds of paper that documents are made of: a month, a grant report; and the files each can be had as. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from apk import csv_files
from reports.documents import (
    bundle,
    csv,
    docx,
    grant_csv,
    grant_docx,
    grant_json,
    grant_pdf,
    grant_xlsx,
    json,
    pdf,
    xlsx,
)
from reports.documents.bundle import Part
from reports.documents.imprint import Imprint
from reports.documents.wording import title
from reports.grant import Annex
from reports.summary import MonthSummary

LAYOUT = 3
"""Version of what documents look like. Raised with every change of a builder, so that editions made before keep their
files and the same figures may be had in the new look."""


class Builder(Protocol):
    """Makes a file of the figures."""

    def __call__(self, figures: Any, imprint: Imprint = ..., /) -> bytes: ...


@dataclass(frozen=True)
class FileKind:
    """A kind of file: what a reader calls it and when they take it.

    `internal` documents name assistants and lodging houses and stay in the house.
    """

    extension: str
    content_type: str
    name: str
    purpose: str
    internal: bool


@dataclass(frozen=True)
class DocumentFormat(FileKind):
    """A kind of file that figures can be had as."""

    build: Builder


OFFICE = "application/vnd.openxmlformats-officedocument"


def formats(*, internal: bool, **builders: Builder) -> dict[str, DocumentFormat]:
    """The formats in the order in which they are offered; `internal` are those that hold everything."""
    kinds = (
        ("pdf", "application/pdf", "PDF", "k podpisu, předání a uložení", False),
        ("docx", f"{OFFICE}.wordprocessingml.document", "Word (DOCX)", "k úpravě textu", False),
        ("xlsx", f"{OFFICE}.spreadsheetml.sheet", "Excel (XLSX)", "k dalšímu počítání", internal),
        ("csv", csv_files.CONTENT_TYPE, "CSV", "pro analytiky města", internal),
        ("json", "application/json", "JSON", "pro jiné programy", internal),
    )
    return {kind[0]: DocumentFormat(*kind, builders[kind[0]]) for kind in kinds}


@dataclass(frozen=True)
class Paper:
    """A kind of paper.

    `stem` begins the names of its files; `read` gives the figures back from their JSON form, `title`, `last_day` and
    `annexes`, whose files go into the bundle, are of the figures.
    """

    stem: str
    read: Callable[[Mapping[str, Any]], Any]
    title: Callable[[Any], str]
    last_day: Callable[[Any], date]
    annexes: Callable[[Any], Sequence[Annex]]
    formats: dict[str, DocumentFormat]
    bundle: FileKind

    @property
    def files(self) -> dict[str, FileKind]:
        """Every file of an edition by its extension."""
        return {**self.formats, self.bundle.extension: self.bundle}

    def build_bundle(self, figures: Any, imprint: Imprint, parts: Sequence[Part]) -> bytes:
        """The files in one; its time is the last day that the figures are of."""
        day = self.last_day(figures)
        moment = (day.year, day.month, day.day, 0, 0, 0)
        return bundle.build(self.title(figures), figures.digest, imprint, parts, moment)


FORMATS = formats(internal=True, pdf=pdf.build, docx=docx.build, xlsx=xlsx.build, csv=csv.build, json=json.build)
"""What a month can be had as, by extension."""

GRANT_FORMATS = formats(
    internal=False,
    pdf=grant_pdf.build,
    docx=grant_docx.build,
    xlsx=grant_xlsx.build,
    csv=grant_csv.build,
    json=grant_json.build,
)
"""What a grant report can be had as, by extension."""


def _bundle(*, internal: bool) -> FileKind:
    return FileKind("zip", "application/zip", "Vše v jednom (ZIP)", "k archivaci, s otisky souborů", internal)


MONTH = Paper(
    stem="prehled",
    read=MonthSummary.from_json,
    title=title,
    last_day=lambda summary: summary.month.last_day,
    annexes=lambda summary: (),
    formats=FORMATS,
    bundle=_bundle(internal=True),
)
GRANT_REPORT = Paper(
    stem="zprava",
    read=grant_json.thawed,
    title=lambda report: report.title,
    last_day=lambda report: report.last.last_day,
    annexes=lambda report: [annex for annex in report.annexes if annex.sha256],
    formats=GRANT_FORMATS,
    bundle=_bundle(internal=False),
)
FILES = MONTH.files
"""Every file of a month's edition by its extension."""
