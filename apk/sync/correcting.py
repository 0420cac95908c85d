"""Corrections: a record says what shall hold of an earlier one of the same person, or takes it back.

A correction is a record like any other, of a kind of its own, accepted exactly once. It names the original record,
never an earlier correction; the one received last holds. The app that stores the original puts it over
(`Kind.correct`); the receipts, the rows of `Correction` and the change history keep all that was ever said.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from apk.people.models import User
from apk.sync.models import Conflict, Correction, Receipt, ReceiptQuerySet
from apk.sync.protocol import Refused, uuid7
from apk.sync.registry import Amendment, Arrival, Kind, kind_called

NAME: Final = "correction"
MAX_REASON: Final = 300


def an_id(text: str) -> str:
    """Lets through an id as phones mint them. Raises ValueError, as pydantic wants it."""
    try:
        uuid7(text)
    except Refused as refusal:
        raise ValueError(refusal.reason) from refusal
    return text


class CorrectionV1(BaseModel):
    """Version 1: `payload` has a shape of the corrected record's kind, None takes the record back.

    `version` is that of the payload, when it is another one than the corrected record has.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    corrects: Annotated[str, Field(strict=True), AfterValidator(an_id)] = Field(title="Opravovaný záznam")
    payload: dict[str, Any] | None = Field(title="Oprava")
    version: int | None = Field(default=None, strict=True, ge=1, le=32_767, title="Verze opravy")
    reason: str = Field(strict=True, max_length=MAX_REASON, title="Důvod opravy")


@dataclass(frozen=True)
class Change:
    """What is to be put over a record: `payload` (None takes it back) in the shape of `version`, why, by whom, when it
    came, and where from: a phone's record, the other version of a conflict, or neither.
    """

    payload: dict[str, Any] | None
    version: int
    reason: str
    by: User
    received_at: datetime
    receipt: UUID | None = None
    conflict: Conflict | None = None


def check(correction: CorrectionV1) -> None:
    if not correction.reason.strip():
        raise Refused("Napište, proč záznam opravujete.", "reason")


def accept(arrival: Arrival) -> None:
    """Puts a correction from a phone over its record. Raises Refused."""
    correction = read(arrival)
    original = original_of(arrival)
    change = Change(
        payload=correction.payload,
        version=correction.version or original.version,
        reason=correction.reason.strip(),
        by=arrival.sender,
        received_at=arrival.received_at,
        receipt=arrival.id,
    )
    put_over(original, change)


def read(arrival: Arrival) -> CorrectionV1:
    if not isinstance(arrival.payload, CorrectionV1):
        raise TypeError(f"no way to correct by {type(arrival.payload).__name__}")
    return arrival.payload


def original_of(arrival: Arrival) -> Receipt:
    """The receipt of the record that a correction is about, locked until the transaction ends. Raises Refused.

    Only one's own records are found: of another's it is not even said that there is one.
    """
    original = locked(Receipt.objects.filter(pk=read(arrival).corrects, user=arrival.sender))
    if original is None:
        raise Refused("Záznam, který opravujete, na serveru není.", "corrects")
    if original.kind == NAME:
        raise Refused("Opravit jde jen původní záznam, ne jeho opravu.", "corrects")
    if kind_called(original.kind).correct is None:
        raise Refused("Záznam tohoto druhu opravit nejde.", "corrects")
    return original


def locked(receipts: ReceiptQuerySet) -> Receipt | None:
    """The first of `receipts`; corrections of that record take turns until the transaction ends."""
    found: Receipt | None = receipts.select_for_update(of=("self",), no_key=True).first()
    return found


def put_over(original: Receipt, change: Change) -> Correction:
    """Corrects a record, whose receipt must be `locked`, and keeps what was done. Raises Refused.

    When a correction that came later has been put over it before, this one is kept and changes nothing.
    """
    kind: Kind = kind_called(original.kind)
    if kind.correct is None:
        raise Refused("Záznam tohoto druhu opravit nejde.")
    payload = None if change.payload is None else kind.read(change.version, change.payload)
    is_last = not original.corrections.filter(received_at__gt=change.received_at).exists()
    if is_last:
        kind.correct(
            Amendment(
                id=change.receipt,
                corrects=original.pk,
                payload=payload,
                reason=change.reason,
                sender=change.by,
                recorded_at=original.recorded_at,
                happened_at=original.happened_at,
                received_at=change.received_at,
            )
        )
    return Correction.objects.create(
        corrects=original,
        receipt_id=change.receipt,
        conflict=change.conflict,
        version=change.version,
        payload=change.payload,
        reason=change.reason,
        by=change.by,
        received_at=change.received_at,
        took_effect=is_last,
    )


CORRECTION: Final = Kind(name=NAME, payloads={1: CorrectionV1}, accept=accept, check=check, title="Oprava")
