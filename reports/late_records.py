"""Records that came after their month had been sealed: what they say, and taking them in by a correction."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from apk import czech
from apk.calendar import Month
from apk.people.models import User
from apk.sync import correcting, holding
from apk.sync.models import Held, HeldQuerySet
from findings import photos
from findings.models import PlaceKind, WaitingPhoto
from findings.models.findings import WaitingPhotoQuerySet

KINDS = {"finding": "Nález", "activity": "Činnost", "attendance": "Docházka", correcting.NAME: "Oprava záznamu"}


@dataclass(frozen=True)
class LateRecord:
    """A record that waits, as its row in the list says it."""

    held: Held
    kind: str
    says: str
    photos: int

    @property
    def key(self) -> str:
        return str(self.held.pk)


def waiting(user: User) -> HeldQuerySet:
    """Everything that waits, in the order in which it is to be taken in; to be narrowed to a sealed month.

    Quarantined records belong here as well once their month is sealed: nothing but its correction can take them in.
    """
    held: HeldQuerySet = Held.objects.visible_to(user).waiting()
    return held.select_related("receipt__user").order_by("receipt__received_at", "pk")


def waiting_photos(month: Month) -> WaitingPhotoQuerySet:
    """Photos that came for findings of a month after it had been sealed."""
    found: WaitingPhotoQuerySet = WaitingPhoto.objects.of_findings_in(month).order_by("recorded_at", "pk")
    return found


def listed(records: Iterable[Held]) -> list[LateRecord]:
    """The records as a list shows them. One query."""
    held = list(records)
    counted = WaitingPhoto.objects.filter(record__in=[one.pk for one in held]).order_by().values_list("record")
    numbers = dict(counted.annotate(number=Count("pk")))
    return [LateRecord(one, kind_of(one), says(one), numbers.get(one.pk, 0)) for one in held]


def kind_of(held: Held) -> str:
    kind = KINDS.get(held.receipt.kind, held.receipt.kind)
    return f"{kind} (odesílatel má uzavřený účet)" if held.reason == Held.Reason.DEACTIVATED else kind


def says(held: Held) -> str:
    """The record's content in a few words; empty for kinds whose words stand elsewhere."""
    payload = held.receipt.payload
    match held.receipt.kind:
        case "finding":
            return finding_in_words(payload)
        case correcting.NAME if payload.get("payload") is None:
            return f"vzít zpět: {payload.get('reason', '')}"
        case correcting.NAME:
            new = finding_in_words(payload["payload"]) if "with_needle" in payload["payload"] else "nový obsah"
            return f"{new}: {payload.get('reason', '')}"
    return ""


def finding_in_words(payload: dict[str, object]) -> str:
    numbers = [payload.get(name) for name in ("with_needle", "without_needle", "needles")]
    pieces = sum(number for number in numbers if isinstance(number, int))
    kind = dict(PlaceKind.choices).get(str(payload.get("place_kind")), "")
    return ", ".join(part for part in (czech.counted(pieces, "kus", "kusy", "kusů"), str(kind).lower()) if part)


def taking_in(
    records: Sequence[UUID], photos_of: Sequence[UUID], *, by: User, now: datetime, reason: str
) -> Callable[[], None]:
    """The change that takes held records and waiting photos into their month, for `sealing.correct`."""

    def take_in() -> None:
        for record in records:
            holding.release(record, by=by, now=now, note=reason, into_sealed=True)
        for finding in photos_of:
            photos.attach_waiting(finding)

    return take_in
