"""Two contents under one id: a person says which of them holds, once, and the trail stays.

The first stands in its app, so choosing it changes nothing. The second is put over it as a correction that names the
conflict; what a correction cannot do, it cannot either: a record keeps its sender, its kind and its time.
"""

from datetime import datetime

from django.db import transaction

from apk import czech
from apk.calendar import Month
from apk.people.models import User
from apk.refusal import Refused
from apk.sync import protocol, registry
from apk.sync.correcting import Change, locked, put_over
from apk.sync.models import Conflict, ConflictDecision, Held, Receipt


@transaction.atomic
def decide(conflict: int, holds: ConflictDecision.Holds, *, by: User, now: datetime, note: str) -> None:
    """Says which version holds. Raises apk.refusal.Refused when it was decided before or the second cannot hold."""
    if not note.strip():
        raise Refused("Napište, podle čeho jste se rozhodli.")
    disputed = Conflict.objects.select_related("user").get(pk=conflict)
    original = locked(Receipt.objects.filter(pk=disputed.receipt_id))
    if original is None:
        raise LookupError("a conflict without its receipt")
    if former := ConflictDecision.objects.select_related("by").filter(conflict=disputed).first():
        raise Refused(f"O tomto rozporu už rozhodl(a) {former.by}: {former.get_holds_display().lower()}.")
    if holds == ConflictDecision.Holds.SECOND:
        put_second(original, disputed, by=by, now=now, note=note.strip())
    ConflictDecision.objects.create(conflict=disputed, holds=holds, by=by, at=now, note=note.strip())


def put_second(original: Receipt, disputed: Conflict, *, by: User, now: datetime, note: str) -> None:
    """Puts the later version over the record. Raises apk.refusal.Refused."""
    if disputed.user_id != original.user_id:
        raise Refused("Druhou verzi poslal někdo jiný. Platit může jen ta první.")
    if disputed.kind != original.kind:
        raise Refused("Druhá verze je záznam jiného druhu. Platit může jen ta první.")
    month = Month.of(original.happened_at)
    if registry.is_sealed(month):
        raise Refused(f"Měsíc {czech.month(month.first_day)} je uzavřený. Druhou verzi do něj přijme jen jeho oprava.")
    if Held.objects.exclude(decision=Held.Decision.ACCEPTED).filter(receipt=original).exists():
        raise Refused("Záznam sám ještě nebyl přijat. Nejdřív rozhodněte o něm.")
    change = Change(
        payload=disputed.payload,
        version=disputed.version,
        reason=f"Ze dvou verzí platí druhá: {note}",
        by=by,
        received_at=now,
        conflict=disputed,
    )
    try:
        put_over(original, change)
    except protocol.Refused as refused:
        raise Refused(f"Druhou verzi nejde přijmout: {refused.reason}") from refused
