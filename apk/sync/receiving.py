"""Accepting batches: each record exactly once, each in a transaction of its own, so that none holds back another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import DataError, IntegrityError, transaction

from apk.people.models import User
from apk.sync import holding
from apk.sync.clocks import happened_at
from apk.sync.models import Conflict, Receipt
from apk.sync.protocol import Batch, Outcome, Record, Refused, Result, read_record
from apk.sync.registry import Arrival, PhotoRefused, kind_called

log = structlog.get_logger(__name__)

NOT_STORED: Final = "Záznam se na serveru nepodařilo uložit. Zůstává v telefonu; řekněte o tom správci."


@dataclass(frozen=True)
class Sending:
    """Who sent a batch and when. `skew` is how far the phone's clock was behind the server's at that moment."""

    sender: User
    received_at: datetime
    skew: timedelta


def receive(batch: Batch, *, sender: User, now: datetime) -> list[Result]:
    """Accepts the records of a batch; when it returns, everything it reports as kept is committed.

    Raises django.db.OperationalError when the database is away: what was committed until then is then answered as
    known when the phone sends it again.
    """
    sending = Sending(sender, now, now - batch.device_time)
    return [receive_one(raw, sending) for raw in batch.records]


def receive_one(raw: Mapping[str, Any], sending: Sending) -> Result:
    """Accepts one record. A refused one leaves nothing behind but a line in the log, so it may come again mended."""
    try:
        return Result(id=raw["id"], **accepted_once(read_record(raw), sending))
    except Refused as refusal:
        log.info("sync.refused", record=raw["id"], user=sending.sender.pk, reason=refusal.reason, field=refusal.field)
        return Result(id=raw["id"], outcome=Outcome.REFUSED, reason=refusal.reason, field=refusal.field)


def accepted_once(record: Record, sending: Sending) -> dict[str, Any]:
    """The outcome of a readable record. Raises Refused.

    What the record leans on (its shift, say) can be deleted between being read and being committed, and its month can
    be sealed; the second attempt then sees it.
    """
    for attempt in (1, 2):
        try:
            with transaction.atomic(durable=True):
                return stored(record, sending, look_again=attempt > 1)
        except (IntegrityError, DataError):
            log.exception("sync.not_stored", record=record.id, user=sending.sender.pk, attempt=attempt)
    raise Refused(NOT_STORED)


def stored(record: Record, sending: Sending, *, look_again: bool) -> dict[str, Any]:
    """Writes the receipt and hands the record to its app or holds it, or compares it with what is there.

    Raises Refused.
    """
    receipt = Receipt(id=record.id, **delivered(record, sending))
    if not Receipt.objects.claim(receipt):
        return compared(record, sending)
    kind = kind_called(record.kind)
    payload = kind.read(record.version, record.payload)
    moment = happened_at(record.recorded_at, sending.skew, sending.received_at)
    arrival = Arrival(
        id=record.id,
        version=record.version,
        sender=sending.sender,
        recorded_at=record.recorded_at,
        happened_at=moment,
        received_at=sending.received_at,
        payload=payload,
    )
    reason = holding.held(arrival, record.kind, look_again=look_again)
    if reason is None:
        kind.accept(arrival)
    return {"outcome": Outcome.ACCEPTED, "held": reason}


def foreseen(records: Sequence[Mapping[str, Any]], sending: Sending) -> list[Result]:
    """What `receive_one` would say of each record, one after another; nothing of it stays.

    The records are accepted by the very code that accepts them for good, in one transaction that is then undone, so
    that a correction finds the record before it.
    """
    said = []
    with transaction.atomic(durable=True):
        for raw in records:
            try:
                with transaction.atomic():
                    said.append(Result(id=raw["id"], **stored(read_record(raw), sending, look_again=True)))
            except Refused as refusal:
                said.append(Result(id=raw["id"], outcome=Outcome.REFUSED, reason=refusal.reason, field=refusal.field))
            except (IntegrityError, DataError):
                said.append(Result(id=raw["id"], outcome=Outcome.REFUSED, reason=NOT_STORED))
        transaction.set_rollback(True)
    return said


def keeper_of_photos(record: UUID, sender: User) -> Callable[[UUID, UUID, bytes], bool]:
    """What keeps photos of a record that this person sent: `Kind.keep_photo`.

    Raises LookupError when no such record has arrived, PhotoRefused when its kind has no photos.
    """
    name = Receipt.objects.filter(pk=record, user=sender).values_list("kind", flat=True).first()
    if name is None:
        raise LookupError("no such record")
    keep = kind_called(name).keep_photo
    if keep is None:
        raise PhotoRefused("no-photos", "K tomuto záznamu fotografie nepatří.")
    return keep


def compared(record: Record, sending: Sending) -> dict[str, Any]:
    """The outcome of a record whose id is taken: the same content is known, another one is kept beside the first."""
    if bytes(Receipt.objects.values_list("digest", flat=True).get(pk=record.id)) == record.digest(sending.sender.pk):
        return {"outcome": Outcome.KNOWN}
    conflict = Conflict(receipt_id=record.id, **delivered(record, sending))
    Conflict.objects.bulk_create([conflict], ignore_conflicts=True)
    log.warning("sync.conflict", record=record.id, user=sending.sender.pk)
    return {
        "outcome": Outcome.CONFLICT,
        "reason": "Pod tímto číslem už server má jiný obsah. Uloženy jsou oba, rozhodne mentor.",
    }


def delivered(record: Record, sending: Sending) -> dict[str, Any]:
    """What a receipt and a conflict keep alike."""
    offset = record.recorded_at.utcoffset() or timedelta(0)
    return {
        "user": sending.sender,
        "kind": record.kind,
        "version": record.version,
        "recorded_at": record.recorded_at,
        "utc_offset_min": round(offset / timedelta(minutes=1)),
        "clock_skew": sending.skew,
        "payload": record.payload,
        "digest": record.digest(sending.sender.pk),
        "received_at": sending.received_at,
    }
