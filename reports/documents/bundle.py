"""All documents of an edition in one ZIP file with a manifest of their digests. Pure.

The files in it are stored, not compressed: most of them are compressed already, and the bytes depend on no version of
any compression library.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from reports.documents.imprint import Imprint

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"

UNIX = 3
PLAIN_FILE = 0o100644 << 16


@dataclass(frozen=True)
class Part:
    """A file of the bundle; `purpose` says in Czech when to take it."""

    name: str
    purpose: str
    content: bytes


def build(title: str, figures_sha256: str, imprint: Imprint, parts: Sequence[Part], moment: tuple[int, ...]) -> bytes:
    """The ZIP file: the parts, `manifest.json`, and `SHA256SUMS`, which `sha256sum -c` checks.

    `moment` is (year, month, day, hour, minute, second), the time that every file in it bears.
    """
    manifest = {
        "title": title,
        "edition": imprint.edition,
        "standing": imprint.standing,
        "figures_sha256": figures_sha256,
        "files": [
            {"name": part.name, "purpose": part.purpose, "size": len(part.content), "sha256": _sha256(part.content)}
            for part in parts
        ],
    }
    described = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
    summed = [*((part.name, part.content) for part in parts), (MANIFEST, described)]
    sums = "".join(f"{_sha256(content)}  {name}\n" for name, content in summed).encode()
    return stored([*summed, (SUMS, sums)], moment)


def stored(files: Sequence[tuple[str, bytes]], moment: tuple[int, ...], *, compressed: bool = False) -> bytes:
    """The files (name, content) in a ZIP file, one after another, all of one time and one kind of machine."""
    written = BytesIO()
    with ZipFile(written, "w", ZIP_STORED) as archive:
        for name, content in files:
            about = ZipInfo(name, (moment[0], moment[1], moment[2], moment[3], moment[4], moment[5]))
            about.create_system = UNIX
            about.external_attr = PLAIN_FILE
            archive.writestr(about, content, ZIP_DEFLATED if compressed else ZIP_STORED)
    return written.getvalue()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
