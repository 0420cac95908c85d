"""Private files under MEDIA_ROOT: written whole or not at all, and sent only after a view has decided that they may be.

Names are relative to MEDIA_ROOT, with slashes, and never made of what somebody typed.
"""

import os
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

import structlog
from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase

log = structlog.get_logger(__name__)

# Far longer than any transaction, so that a file still waiting for its row is never taken for one that has none.
ORPHANED_AFTER: Final = timedelta(days=1)


def path_of(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name


def write(name: str, content: bytes) -> None:
    """Writes a file. When it returns, the file is on the disk whole, under its name, whatever happens next.

    A file of that name is replaced at once: nobody ever reads a part of either. Raises OSError.
    """
    path = path_of(name)
    partial = path.with_name(f"{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        for directory in (path.parent, path.parent.parent):
            _flush(directory)
    except OSError:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def _flush(directory: Path) -> None:
    """Makes names in a directory survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def response(name: str, content_type: str) -> HttpResponseBase:
    """The file as an answer. Where a proxy stands in front, it sends the file. Raises Http404 when it is not there."""
    answer: HttpResponseBase
    if settings.MEDIA_ACCEL_LOCATION:
        answer = HttpResponse(content_type=content_type)
        answer["X-Accel-Redirect"] = f"{settings.MEDIA_ACCEL_LOCATION.rstrip('/')}/{quote(name)}"
    else:
        try:
            answer = FileResponse(path_of(name).open("rb"), content_type=content_type)
        except FileNotFoundError as error:
            raise Http404("the file is missing") from error
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def sweep(folder: str, now: datetime, kept: Callable[[Iterable[str]], set[str]]) -> int:
    """Deletes files two levels below `folder` that have no row, left by crashes more than `ORPHANED_AFTER` ago.

    `kept` says which of the names have one. Returns how many were deleted.
    """
    root = Path(settings.MEDIA_ROOT)
    limit = (now - ORPHANED_AFTER).timestamp()
    old = {str(path.relative_to(root)): path for path in root.glob(f"{folder}/*/*") if path.stat().st_mtime < limit}
    orphans = old.keys() - kept(old)
    for name in orphans:
        old[name].unlink()
        log.info("private_files.swept", name=name)
    return len(orphans)
