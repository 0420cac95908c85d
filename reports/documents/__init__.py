"""The documents of a month: a summary in, a file's bytes out; the same bytes whenever the summary is the same.

Pure: the builders know neither the database nor the settings, the clock nor the language of the machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from apk import csv_files
from reports.documents import bundle, csv, docx, json, pdf, xlsx
from reports.documents.imprint import Imprint
from reports.documents.wording import title
from reports.summary import MonthSummary

LAYOUT = 1
"""Version of what documents look like. Raised with every change of a builder, so that editions made before keep their
files and the same figures may be had in the new look."""


class Builder(Protocol):
    """Makes a file of a month's figures."""

    def __call__(self, summary: MonthSummary, imprint: Imprint = ...) -> bytes: ...


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
    """A kind of file that a month can be had as."""

    build: Builder


FORMATS: dict[str, DocumentFormat] = {
    kind.extension: kind
    for kind in (
        DocumentFormat("pdf", "application/pdf", "PDF", "k podpisu, předání a uložení", False, pdf.build),
        DocumentFormat(
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "Word (DOCX)",
            "k úpravě textu",
            False,
            docx.build,
        ),
        DocumentFormat(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "Excel (XLSX)",
            "k dalšímu počítání",
            True,
            xlsx.build,
        ),
        DocumentFormat("csv", csv_files.CONTENT_TYPE, "CSV", "pro analytiky města", True, csv.build),
        DocumentFormat("json", "application/json", "JSON", "pro jiné programy", True, json.build),
    )
}
"""Every format by its extension, in the order in which they are offered."""

BUNDLE = FileKind("zip", "application/zip", "Vše v jednom (ZIP)", "k archivaci, s otisky souborů", True)

FILES: dict[str, FileKind] = {**FORMATS, BUNDLE.extension: BUNDLE}
"""Every file of an edition by its extension."""


def build_bundle(summary: MonthSummary, imprint: Imprint, parts: Sequence[bundle.Part]) -> bytes:
    """The files of a month in one; its time is the last day of the month."""
    day = summary.month.last_day
    return bundle.build(title(summary), summary.digest, imprint, parts, (day.year, day.month, day.day, 0, 0, 0))
