"""Records that arrived but wait for a person: of senders whose account was closed, and of months already sealed.

Such a record gets its receipt like any other, so the phone may let go of it, and is marked as held instead of reaching
its app. `release` hands it over later, exactly once, with the times that it would have had; `reject` decides that it
never will be. Either is final and keeps who decided, when and why.

Who seals months tells so by `registry.register_seals`, shows `Held.objects.waiting().in_month(month)` and releases
each inside the transaction that corrects the month: `release(held.pk, by=…, now=…, into_sealed=True)`, in the order of
`receipt__received_at, pk`, for a correction can only follow the record that it corrects.
"""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from apk import czech, refusal
from apk.calendar import Month
from apk.people.models import User
from apk.sync import correcting, protocol, registry
from apk.sync.models import Held, Receipt
from apk.sync.registry import Arrival

log = structlog.get_logger(__name__)


def held(arrival: Arrival, kind: str, *, look_again: bool) -> Held.Reason | None:
    """Holds an arrival when it must wait, and says why; None when it may go on to its app. Raises Refused.

    Runs in the transaction that wrote the arrival's receipt. `look_again` asks about the seal of any month.
    """
    original = correcting.original_of(arrival) if kind == correcting.NAME else None
    moment = original.happened_at if original else arrival.happened_at
    reason = (original and reason_of_original(original)) or reason_to_hold(arrival, moment, look_again=look_again)
    if reason is not None:
        Held.objects.create(receipt_id=arrival.id, reason=reason, happened_at=moment)
        log.info("sync.held", record=arrival.id, user=arrival.sender.pk, reason=reason)
    return reason


def reason_of_original(original: Receipt) -> Held.Reason | None:
    """Why a correction waits with the record that it corrects. Raises Refused when that was rejected."""
    waits = Held.objects.filter(receipt=original).first()
    if waits is None or waits.decision == Held.Decision.ACCEPTED:
        return None
    if waits.decision == Held.Decision.REJECTED:
        raise protocol.Refused(f"Opravovaný záznam koordinátor nepřijal: {waits.note}", "corrects")
    return Held.Reason(waits.reason)


def reason_to_hold(arrival: Arrival, moment: datetime, *, look_again: bool) -> Held.Reason | None:
    """Why an arrival that belongs to the month of `moment` must wait. A closed account is the first question."""
    if not arrival.sender.is_active:
        return Held.Reason.DEACTIVATED
    month = Month.of(moment)
    if (look_again or month.end <= arrival.received_at) and registry.is_sealed(month):
        return Held.Reason.SEALED_MONTH
    return None


@transaction.atomic
def release(record: UUID, *, by: User, now: datetime, note: str = "", into_sealed: bool = False) -> None:
    """Hands a held record to its app as if it had gone straight there, and keeps the decision.

    Raises apk.refusal.Refused when it was decided before, when the app refuses it, when it corrects a record that still
    waits, and when its month is sealed, unless `into_sealed` says that the caller corrects the month in this very
    transaction.
    """
    waiting = undecided(record)
    if not into_sealed and registry.is_sealed(waiting.month):
        month = czech.month(waiting.month.first_day)
        raise refusal.Refused(f"Měsíc {month} je uzavřený. Záznam do něj přijmete při opravě měsíce.")
    receipt = waiting.receipt
    try:
        kind = registry.kind_called(receipt.kind)
        arrival = Arrival(
            id=receipt.pk,
            version=receipt.version,
            sender=receipt.user,
            recorded_at=receipt.recorded_at,
            happened_at=receipt.happened_at,
            received_at=receipt.received_at,
            payload=kind.read(receipt.version, receipt.payload),
            was_held=True,
        )
        if receipt.kind == correcting.NAME and reason_of_original(correcting.original_of(arrival)):
            raise refusal.Refused("Nejdřív rozhodněte o záznamu, který tato oprava opravuje.")
        kind.accept(arrival)
    except protocol.Refused as refused:
        raise refusal.Refused(refused.reason) from refused
    decide(waiting, Held.Decision.ACCEPTED, by=by, now=now, note=note)


@transaction.atomic
def reject(record: UUID, *, by: User, now: datetime, note: str) -> None:
    """Decides that a held record never reaches its app; its receipt stays. Raises apk.refusal.Refused."""
    if not note.strip():
        raise refusal.Refused("Napište, proč záznam nepřijímáte.")
    decide(undecided(record), Held.Decision.REJECTED, by=by, now=now, note=note)


def undecided(record: UUID) -> Held:
    """The held record, locked until the transaction ends. Raises apk.refusal.Refused when it was decided before."""
    # Of who decided meanwhile the lock tells, a join made before it does not.
    rows = Held.objects.select_for_update(of=("self",)).select_related("receipt__user")
    found: Held = rows.get(pk=record)
    if found.decision is not None:
        raise refusal.Refused(f"O záznamu už rozhodl(a) {found.decided_by}: {found.get_decision_display().lower()}.")
    return found


def decide(waiting: Held, decision: Held.Decision, *, by: User, now: datetime, note: str) -> None:
    waiting.decision = decision
    waiting.decided_by = by
    waiting.decided_at = now
    waiting.note = note.strip()
    waiting.save(update_fields=["decision", "decided_by", "decided_at", "note"])
    log.info("sync.decided", record=waiting.pk, decision=decision, by=by.pk)
