"""Photos of findings: what is taken in, what is kept of it, and where.

Nothing that a phone sent is stored as it came. The image is decoded within limits, turned upright and encoded again,
so that neither its metadata (where, when, whose phone) nor whatever else hid in the file gets further. The row is
committed after its file is safely on the disk; a file without a row, left by a crash in between, is swept later.
"""

import hashlib
import io
import secrets
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.urls import reverse
from PIL import Image, ImageOps

from apk import private_files
from apk.calendar import Month
from apk.sync import registry
from apk.sync.models import Held
from apk.sync.registry import NotNow, PhotoDiffers, PhotoRefused
from findings.models import Covering, Finding, Photo, WaitingPhoto

log = structlog.get_logger(__name__)

FORMATS: Final = ("JPEG", "PNG", "WEBP")
MAX_PIXELS: Final = 25_000_000
MAX_SIDE: Final = 1600
QUALITY: Final = 80
MAX_PHOTOS: Final = 6

FOLDER: Final = "photos"

# What Pillow raises about a file that is not what it claims to be.
UNDECODABLE: Final = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    struct.error,
)


@dataclass(frozen=True)
class Jpeg:
    """An upright sRGB image without metadata, encoded; sizes in pixels."""

    content: bytes
    width: int
    height: int


def keep(finding_id: UUID, photo_id: UUID, uploaded: bytes) -> bool:
    """Stores a photo of a finding and says whether it is new. Must not run inside a transaction.

    Raises PhotoRefused, PhotoDiffers, and NotNow when the disk does not take it.
    """
    digest = hashlib.sha256(uploaded).digest()
    if is_known(finding_id, photo_id, digest):
        return False
    jpeg = reencoded(uploaded)
    name = written(jpeg.content)
    try:
        is_new = recorded(finding_id, photo_id, digest, jpeg, name)
    except PhotoRefused:
        private_files.path_of(name).unlink()
        raise
    # Any other error may have come while COMMIT was under way, and the row may be there: the file then stays.
    if not is_new:
        private_files.path_of(name).unlink()
    return is_new


def is_known(finding_id: UUID, photo_id: UUID, digest: bytes) -> bool:
    """Whether this very upload is already kept. Raises PhotoDiffers when another one is, under the same id."""
    kept = Photo.objects.filter(pk=photo_id).order_by().values_list("finding_id", "upload_digest")
    waiting = WaitingPhoto.objects.filter(pk=photo_id).order_by().values_list("record_id", "upload_digest")
    found = next(iter(kept.union(waiting)), None)
    if found is None:
        return False
    if found[0] != finding_id or bytes(found[1]) != digest:
        raise PhotoDiffers
    return True


def recorded(finding_id: UUID, photo_id: UUID, digest: bytes, jpeg: Jpeg, name: str) -> bool:
    """Writes the row of a photo whose file is `name`; False when the same upload was faster. Raises PhotoRefused.

    The photo of a record that is held, or whose month is sealed, waits until a person decides.
    """
    with transaction.atomic(durable=True):
        found_at = locked(finding_id)
        if is_known(finding_id, photo_id, digest):
            return False
        waiting = WaitingPhoto.objects.filter(record=finding_id)
        if Photo.objects.filter(finding=finding_id).count() + waiting.count() >= MAX_PHOTOS:
            raise PhotoRefused("too-many-photos", f"K jednomu nálezu patří nejvýše {MAX_PHOTOS} fotografií.")
        kept = {
            "id": photo_id,
            "file": name,
            "width": jpeg.width,
            "height": jpeg.height,
            "upload_digest": digest,
            "sha256": hashlib.sha256(jpeg.content).hexdigest(),
        }
        if found_at is None or registry.is_sealed(Month.of(found_at)):
            WaitingPhoto.objects.create(record_id=finding_id, **kept)
        else:
            Photo.objects.create(finding_id=finding_id, **kept)
    return True


def locked(finding_id: UUID) -> datetime | None:
    """When the finding was made; None when its record is held. Uploads to one finding take turns from here on, or
    seven at once would each see room for one more, and none slips past the release of its record.
    """
    findings = Finding.objects.select_for_update(no_key=True).filter(pk=finding_id).values_list("found_at", flat=True)
    found_at: datetime | None = findings.first()
    if found_at is None:
        Held.objects.select_for_update(no_key=True).get(pk=finding_id)
        found_at = findings.first()
    return found_at


def attach_waiting(finding_id: UUID) -> int:
    """Gives a finding the photos that waited for it and says how many. Must run inside a transaction.

    Called when a held finding is released, and when the month of a finding is corrected.
    """
    waiting = list(WaitingPhoto.objects.select_for_update().filter(record=finding_id))
    for photo in waiting:
        Photo.objects.create(
            id=photo.pk,
            finding_id=finding_id,
            file=photo.file.name,
            width=photo.width,
            height=photo.height,
            upload_digest=photo.upload_digest,
            sha256=photo.sha256,
        )
        photo.delete()
    return len(waiting)


def waiting(record: UUID) -> list[str]:
    """Addresses of the photos that wait for a held record."""
    photos = WaitingPhoto.objects.filter(record=record).values_list("pk", flat=True)
    return [reverse("findings:waiting-photo", args=[pk]) for pk in photos]


def reencoded(uploaded: bytes, max_side: int = MAX_SIDE) -> Jpeg:
    """The image in a JPEG, PNG or WebP file as a JPEG of ours, at most `max_side` pixels. Raises PhotoRefused.

    The size is read from the header and judged before any pixel is decoded: a file of a few kilobytes may claim
    gigabytes. A moving image gives its first picture; what was transparent becomes white.
    """
    try:
        with Image.open(io.BytesIO(uploaded), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise too_many_pixels()
            if image.format == "JPEG":
                image.draft("RGB", (max_side, max_side))  # decodes no more than is needed
            upright = ImageOps.exif_transpose(image)
            if upright.has_transparency_data:
                upright = upright.convert("RGBA")
                white = Image.new("RGBA", upright.size, "white")
                upright = Image.alpha_composite(white, upright)
            picture = upright.convert("RGB")
            picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
            # A new image, which has pixels and nothing else of the old one.
            clean = Image.new("RGB", picture.size)
            clean.paste(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels() from error
    except UNDECODABLE as error:
        raise PhotoRefused("not-an-image", "Fotografii nejde přečíst. Vyfoťte ji znovu.") from error
    encoded = io.BytesIO()
    clean.save(encoded, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Jpeg(encoded.getvalue(), clean.width, clean.height)


def too_many_pixels() -> PhotoRefused:
    return PhotoRefused(
        "too-many-pixels", f"Fotografie má víc než {MAX_PIXELS // 1_000_000} milionů bodů. Zmenšete ji."
    )


def written(content: bytes) -> str:
    """Writes a file under a random name that nobody can guess and gives the name, relative to MEDIA_ROOT.

    When it returns, the file is on the disk whole, under its name, whatever happens next. Raises NotNow.
    """
    token = secrets.token_hex(16)
    name = f"{FOLDER}/{token[:2]}/{token[2:]}.jpg"
    try:
        private_files.write(name, content)
    except OSError as error:
        log.error("photos.not_written", name=name, exc_info=True)  # noqa: G201  # structlog's own way
        raise NotNow("Server teď nemá kam fotografii uložit. Zůstává v telefonu.") from error
    return name


def sweep(now: datetime) -> int:
    """Deletes files without a row, left by crashes, and says how many there were."""

    def kept(names: Iterable[str]) -> set[str]:
        rows = (photos.filter(file__in=names) for photos in (Photo.objects, WaitingPhoto.objects, Covering.objects))
        return {name for found in rows for name in found.values_list("file", flat=True)}

    return private_files.sweep(FOLDER, now, kept)
