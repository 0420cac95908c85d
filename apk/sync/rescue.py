"""A queue that comes as a file: what a phone could no longer send, brought by a mentor.

The file's records are word for word those that the phone would send, and they go the same way: receipts keep them from
being counted twice, whether the phone sends them as well or the file is brought again. The sender is the owner of the
queue; who brought the file is kept beside. Nothing in the file proves that the owner made it: a mentor is trusted with
the people they lead, a coordinator with all, and the trail says whose hands it went through.

The file waits on the disk between the look at what would happen and the import, which may take several steps.
"""

import base64
import binascii
import hashlib
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction
from pydantic import UUID7, BaseModel, Field, ValidationError

from apk import private_files
from apk.people.models import Assistant, User
from apk.refusal import Refused
from apk.sync.models import RescueFile
from apk.sync.protocol import Moment, RawRecord
from apk.sync.receiving import Sending, foreseen, keeper_of_photos, receive_one
from apk.sync.registry import NotNow, PhotoRefused

log = structlog.get_logger(__name__)

FORMAT: Final = "apk-rescue"
VERSION: Final = 1
MOST: Final = 2000
FOLDER: Final = "rescue"
# An import that nobody finished is forgotten after this long; its row stays.
KEPT_FOR: Final = timedelta(days=7)
NO_RECORD: Final = "Záznam k fotografii server nemá."
SPOILT: Final = "Fotografie je v souboru poškozená."


class PhotoInFile(BaseModel):
    """A photo of the file: `data` is base64."""

    id: UUID7
    record: UUID7
    data: str


class Queue(BaseModel):
    """The rescue file, version 1. What it may have besides is left aside: later versions may add to it."""

    owner: int = Field(strict=True)
    device_time: Moment
    records: list[RawRecord] = Field(max_length=MOST)
    photos: list[PhotoInFile] = Field(max_length=MOST)


@dataclass(frozen=True)
class Upload:
    """What a person brought: the bytes and the name of the file."""

    content: bytes
    name: str


def read(content: bytes) -> Queue:
    """The queue in a file. Raises Refused with a sentence about what kind of file it is instead."""
    if len(content) > settings.RESCUE_MAX_BYTES:
        raise Refused(f"Soubor je příliš velký, nejvýše {settings.RESCUE_MAX_BYTES // (1024 * 1024)} MB.")
    not_ours = (
        "Tohle není záloha z telefonu. Vyberte soubor, který uložila aplikace v telefonu (Fronta → Uložit do souboru)."
    )
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        spoilt = content.lstrip()[:40].startswith(b'{"format":"apk-rescue"')
        raise Refused("Soubor je poškozený, není celý. Uložte ho v telefonu znovu." if spoilt else not_ours) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise Refused(not_ours)
    if data.get("version") != VERSION:
        raise Refused("Zálohu uložila novější aplikace, než je na serveru. Řekněte o tom správci.")
    try:
        queue = Queue.model_validate(data)
    except ValidationError as error:
        places = sorted({".".join(map(str, fault["loc"][:2])) for fault in error.errors(include_url=False)})
        log.info("rescue.wrong_shape", places=places)
        raise Refused("Soubor je poškozený, část údajů v něm chybí. Uložte ho v telefonu znovu.") from error
    if len({raw["id"] for raw in queue.records}) < len(queue.records):
        raise Refused("Soubor je poškozený, některý záznam je v něm dvakrát. Uložte ho v telefonu znovu.")
    return queue


def bring(upload: Upload, *, by: User, now: datetime) -> RescueFile:
    """Keeps an uploaded file and foresees what would become of its records. Raises Refused."""
    queue = read(upload.content)
    owner = owner_of(queue, by)
    if not queue.records:
        raise Refused("V souboru není žádný záznam.")
    said = foreseen(queue.records, sending(owner, now))
    return RescueFile.objects.create(
        by=by,
        owner=owner,
        uploaded_at=now,
        device_time=queue.device_time,
        name=Path(upload.name).name[:200],
        sha256=hashlib.sha256(upload.content).hexdigest(),
        stored_as=written(upload.content),
        foreseen=[
            {
                **result.model_dump(mode="json"),
                "kind": str(raw.get("kind", ""))[:40],
                "at": str(raw.get("recorded_at", "")),
            }
            for raw, result in zip(queue.records, said, strict=True)
        ],
        photo_count=len({photo.id for photo in queue.photos}),
    )


def owner_of(queue: Queue, by: User) -> User:
    """Whose queue it is. Raises Refused unless it is an assistant whom `by` sees."""
    assistant = Assistant.objects.visible_to(by).select_related("user").filter(user=queue.owner).first()
    if assistant is None:
        raise Refused("Záloha patří někomu, koho nevedete. Předejte soubor jeho mentorovi nebo koordinátorovi.")
    return assistant.user


def sending(owner: User, now: datetime) -> Sending:
    """How the records of a file are sent. What the phone's clock shows now nobody knows, so the phone is believed."""
    return Sending(owner, received_at=now, skew=timedelta(0))


def take_over(rescue: int, *, now: datetime, seconds: float) -> RescueFile:
    """Imports what is left of a file, for about so many seconds, and says how far it got. Safe to repeat.

    Must not run inside a transaction: each record has one of its own. Raises Refused when the file is gone.
    """
    row = RescueFile.objects.select_related("owner").get(pk=rescue)
    if row.finished_at is not None:
        return row
    gone = "Soubor už na serveru není. Nahrajte ho znovu; co už bylo převzato, se nezdvojí."
    if not row.stored_as:
        raise Refused(gone)
    try:
        queue = read(private_files.path_of(row.stored_as).read_bytes())
    except FileNotFoundError as error:
        raise Refused(gone) from error
    deadline = time.monotonic() + seconds
    results: dict[str, Any] = {}
    photos: dict[str, str] = {}
    try:
        for name, outcome in outcomes(queue, row, now):
            (results if isinstance(outcome, dict) else photos)[name] = outcome
            if time.monotonic() > deadline:
                break
    except NotNow as error:
        noted(row.pk, results, photos, now)
        raise Refused("Server teď nemá kam fotografie uložit. Zkuste to později, nic se nezdvojí.") from error
    return noted(row.pk, results, photos, now)


def outcomes(queue: Queue, row: RescueFile, now: datetime) -> Iterator[tuple[str, Any]]:
    """Deals with what has no outcome yet, one thing at a time: records in their order, then photos."""
    for raw in queue.records:
        if raw["id"] not in row.results:
            yield raw["id"], receive_one(raw, sending(row.owner, now)).model_dump(mode="json")
    for photo in queue.photos:
        if str(photo.id) not in row.photos:
            yield str(photo.id), kept(photo, row.owner)


def kept(photo: PhotoInFile, owner: User) -> str:
    """Keeps a photo as the endpoint would; "" or the reason why it was not kept."""
    try:
        body = base64.b64decode(photo.data, validate=True)
        if len(body) > settings.PHOTO_MAX_BYTES:
            return "Fotografie je příliš velká."
        keeper_of_photos(photo.record, owner)(photo.record, photo.id, body)
    except binascii.Error:
        return SPOILT
    except LookupError:
        return NO_RECORD
    except PhotoRefused as refused:
        return refused.reason
    return ""


def noted(pk: int, results: Mapping[str, Any], photos: Mapping[str, str], now: datetime) -> RescueFile:
    """Adds outcomes to the row; two people who import at once add theirs in turn. A file that is done is deleted."""
    with transaction.atomic(durable=True):
        row = RescueFile.objects.select_for_update().get(pk=pk)
        row.results = {**row.results, **results}
        row.photos = {**row.photos, **photos}
        done, name = row.done >= row.total, row.stored_as
        if done:
            row.finished_at, row.stored_as = row.finished_at or now, ""
        row.save(update_fields=["results", "photos", "finished_at", "stored_as"])
    if done and name:
        private_files.path_of(name).unlink(missing_ok=True)
    return row


def written(content: bytes) -> str:
    """Writes the file under a name that nobody can guess and gives the name. Raises Refused."""
    name = f"{FOLDER}/{secrets.token_hex(16)}.json"
    try:
        private_files.write(name, content)
    except OSError as error:
        log.error("rescue.not_written", name=name, exc_info=True)  # noqa: G201  # structlog's own way
        raise Refused("Server teď nemá kam soubor uložit. Zkuste to později.") from error
    return name


def sweep(now: datetime) -> int:
    """Deletes files that nobody imported for `KEPT_FOR`, and says how many."""
    left = RescueFile.objects.exclude(stored_as="").filter(uploaded_at__lt=now - KEPT_FOR)
    names = list(left.values_list("stored_as", flat=True))
    left.update(stored_as="")
    for name in names:
        private_files.path_of(name).unlink(missing_ok=True)
    return len(names)
