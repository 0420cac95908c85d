"""Files of annexes: what is taken in, where it lies, and what of it goes with a report.

A file is named by its SHA-256 and lies among private files. It is on the disk before its row says so; one that no annex
and no edition of documents names any more is deleted after a day.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Final

from django.db.models import Sum

from apk import czech, private_files
from apk.refusal import Refused
from apk.sync.registry import PhotoRefused
from findings import photos
from reports import grant
from reports.models import Annex, Edition, ProjectReport

FOLDER: Final = "annexes"
MEGABYTE: Final = 1024 * 1024
MAX_BYTES: Final = 10 * MEGABYTE
MAX_TOGETHER: Final = 50 * MEGABYTE
"""Of all annexes of one report: they all go into one archive."""
MAX_SIDE: Final = 3000
"""Of a picture in pixels: a scanned page of A4 stays readable."""

OFFICE: Final = "application/vnd.openxmlformats-officedocument"
TYPES: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "jpg": "image/jpeg",
}
"""What is kept, by the ending of its name."""

# A file of each kind of archive has this inside.
INSIDE: Final = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "odt": "content.xml", "ods": "content.xml"}
MACROS: Final = ("vbaProject.bin", "Basic/", "Scripts/")
UNKNOWN: Final = (
    "Přiložit jde PDF, Word (DOCX), Excel (XLSX), ODT, ODS nebo obrázek JPEG či PNG. Tento soubor jím není."
)


@dataclass(frozen=True)
class Taken:
    """A file that may be kept: its name as readers see it, and its content."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def taken(name: str, content: bytes) -> Taken:
    """The file as it is kept. A picture is encoded anew, without where and by whom it was taken. Raises Refused."""
    if len(content) > MAX_BYTES:
        raise Refused(f"Soubor je větší než {MAX_BYTES // MEGABYTE} MB. Zmenšete ho nebo rozdělte.")
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending in {"jpg", "jpeg", "png"}:
        try:
            return Taken(named(name, "jpg"), photos.reencoded(content, MAX_SIDE).content)
        except PhotoRefused as error:
            raise Refused(
                "Obrázek nejde přečíst. Uložte ho znovu jako JPEG nebo PNG, nejvýš 25 milionů bodů."
            ) from error
    if ending not in TYPES or not is_what_it_says(ending, content):
        raise Refused(UNKNOWN)
    return Taken(named(name, ending), content)


def is_what_it_says(ending: str, content: bytes) -> bool:
    """Whether the content is of the kind that the ending of its name says. Raises Refused for macros."""
    if ending == "pdf":
        return content.startswith(b"%PDF-")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False
    if any(macro.casefold() in name.casefold() for name in names for macro in MACROS):
        raise Refused("Soubor obsahuje makra. Uložte ho bez nich, nebo jako PDF.")
    if ending in {"odt", "ods"}:
        # An OpenDocument file begins with its kind, stored as it is.
        return INSIDE[ending] in names and TYPES[ending].encode() in content[:200]
    return INSIDE[ending] in names


def named(name: str, ending: str) -> str:
    """The name with the right ending, of characters that any system takes; never a path."""
    stem = PurePath(name.replace("\\", "/")).name
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", stem)
    stem = re.sub(r"[^\w .-]+", "-", stem).strip(" .-")[:100] or "priloha"
    return f"{stem}.{ending}"


def attach(annex: Annex, file: Taken) -> None:
    """Keeps the file and names it in the annex, which the caller then saves. Raises Refused."""
    others = Annex.objects.filter(report=annex.report_id).exclude(pk=annex.pk).aggregate(size=Sum("size"))["size"] or 0
    if others + len(file.content) > MAX_TOGETHER:
        left = czech.number((MAX_TOGETHER - others) / MEGABYTE, 1)
        raise Refused(f"Přílohy jedné zprávy mohou mít dohromady {MAX_TOGETHER // MEGABYTE} MB, zbývá {left} MB.")
    private_files.write(path(file.sha256), file.content)
    annex.file, annex.sha256, annex.size = file.name, file.sha256, len(file.content)


def path(sha256: str) -> str:
    """Where the file with this SHA-256 lies, relative to MEDIA_ROOT."""
    return f"{FOLDER}/{sha256[:2]}/{sha256[2:]}"


def content_type(name: str) -> str:
    return TYPES.get(PurePath(name).suffix.removeprefix("."), "application/octet-stream")


def content_of(annex: grant.Annex) -> bytes:
    """The file of an annex. Raises OSError when it is not there, ValueError when it is another one."""
    content = private_files.path_of(path(annex.sha256)).read_bytes()
    if hashlib.sha256(content).hexdigest() != annex.sha256:
        raise ValueError(f"the file of the annex {annex.file} is not the one that was brought")
    return content


def lacking(report: ProjectReport) -> list[Annex]:
    """Annexes that name a file which nobody has brought."""
    return [annex for annex in report.annexes.all() if annex.file and not annex.sha256]


def sweep(now: datetime) -> int:
    """Deletes files that no annex and no edition names, and says how many there were."""

    def kept(names: Iterable[str]) -> set[str]:
        rows = {path(sha256) for sha256 in Annex.objects.exclude(sha256="").values_list("sha256", flat=True)}
        printed = Edition.objects.filter(kind=Edition.Kind.GRANT_REPORT).values_list("figures__annexes", flat=True)
        issued = {path(annex["sha256"]) for annexes in printed for annex in annexes or () if annex.get("sha256")}
        return (rows | issued) & set(names)

    return private_files.sweep(FOLDER, now, kept)
