"""Painting over parts of a photo. What was painted over is gone from the new file, not only hidden in it."""

import hashlib
import io
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from PIL import Image, ImageDraw

from apk import private_files
from apk.people.models import User
from findings.models import Covering, Photo
from findings.photos import QUALITY, written

Area = tuple[float, float, float, float]


def painted(content: bytes, areas: Sequence[Area]) -> bytes:
    """The picture as a JPEG with the areas black. Each covers every pixel it touches. Pure."""
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
        picture = image.convert("RGB")
    draw = ImageDraw.Draw(picture)
    for left, top, width, height in areas:
        first = (int(left * picture.width), int(top * picture.height))
        last = (int((left + width) * picture.width), int((top + height) * picture.height))
        draw.rectangle((first, last), fill="black")
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return encoded.getvalue()


def cover(photo: Photo, areas: Sequence[Area], *, by: User, at: datetime) -> Covering:
    """Shows the photo with the areas painted over from now on; what was covered before counts no more.

    The file of an earlier covering is swept later. Raises NotNow when the disk does not take the new one.
    """
    content = painted(private_files.path_of(str(photo.file.name)).read_bytes(), areas)
    name = written(content)
    with transaction.atomic():
        Photo.objects.select_for_update(of=("self",), no_key=True).get(pk=photo.pk)
        made, _ = Covering.objects.update_or_create(
            photo=photo,
            defaults={
                "areas": [list(area) for area in areas],
                "file": name,
                "sha256": hashlib.sha256(content).hexdigest(),
                "by": by,
                "at": at,
            },
        )
    return made
