"""What an approved swap does to the plan: the shift changes hands, and both know it at once."""

from datetime import datetime

from django.db import IntegrityError, transaction

from apk.calendar import local_date
from apk.people.models import Assistant, Employment, Mentorship, User
from patrols.labour_code import Severity
from patrols.models import Announcement, Override, Publication, Shift, Swap, SwapError
from patrols.publishing import Change, announce, lock_plans, tell
from patrols.rules import concerns


@transaction.atomic
def approve(swap: Swap, *, by: User, reason: str, now: datetime) -> None:
    """Gives the shift to who took it.

    Both agreed by offering and taking, so nobody is asked again; therefore only a shift to come passes that is still
    the one announced when it was taken. Raises SwapError for any other, when the mentor does not lead both that day,
    when a rule is broken, and when a warning has no `reason`.
    """
    taker = swap.taken_by
    if taker is None:
        raise SwapError("Směnu si zatím nikdo nevzal.")
    lock_plans([swap.offered_by, taker])
    shift = Shift.objects.select_for_update(of=("self",)).select_related("locality").get(pk=swap.shift_id)
    refuse_unless_possible(swap, shift, taker, by)
    told = as_both_know_it(swap, shift, now)
    swap.decide(Swap.State.APPROVED, now=now)
    hand_over(shift, taker)
    publication = Publication.objects.create(by=by, at=now, first=shift.starts_on, last=shift.starts_on)
    changes = [Change(told.assistant, None, told), Change(taker, shift, None)]
    for change in changes:
        announce(change, publication, local_date(now), asks=Announcement.Question.AGREEMENT, agreed_at=now)
    excuse(shift, taker, publication, reason.strip())
    tell(publication, changes)


def refuse_unless_possible(swap: Swap, shift: Shift, taker: Assistant, by: User) -> None:
    """Raises SwapError for what the mentor cannot decide, and for what cannot be."""
    day = shift.starts_on
    if shift.assistant_id != swap.offered_by_id:
        raise SwapError("Směna už patří někomu jinému. Výměnu zamítněte.")
    for person in (swap.offered_by, taker):
        if not Mentorship.objects.on(day).filter(assistant=person, mentor__user=by).exists():
            raise SwapError(f"{person} v ten den nepatří mezi asistenty, které vedete.")
    if not Employment.objects.on(day).filter(assistant=taker).exists():
        raise SwapError(f"{taker} v ten den nemá platné zaměstnání.")


def as_both_know_it(swap: Swap, shift: Shift, now: datetime) -> Announcement:
    """The announcement of the shift. Raises SwapError when it is not what both agreed to, or not to come any more."""
    rows = Announcement.objects.standing().select_related("locality", "assistant__user", "publication")
    told = rows.filter(shift=shift).first()
    if told is None or not told.tells(shift):
        raise SwapError("Směna je v plánu změněná a změna není zveřejněná. Vraťte ji, jak byla, nebo výměnu zamítněte.")
    if told.publication and swap.taken_at and told.publication.at > swap.taken_at:
        raise SwapError("Směna se změnila až potom, co si ji kolega vzal. Výměnu zamítněte, může se nabídnout znovu.")
    if shift.start <= now:
        raise SwapError("Tato směna už začala, předat ji nejde. Výměnu zamítněte.")
    return told


def hand_over(shift: Shift, taker: Assistant) -> None:
    """Raises SwapError when the taker has meanwhile another shift at that time."""
    shift.assistant = taker
    try:
        with transaction.atomic():
            shift.save(update_fields=["assistant"])
    except IntegrityError as error:
        raise SwapError(f"{taker} už má v tu dobu jinou směnu.") from error


def excuse(shift: Shift, taker: Assistant, publication: Publication, reason: str) -> None:
    """Keeps the reason for each warning about the shift. Raises SwapError for an error, and without a reason."""
    day = shift.starts_on
    said = [each for each in concerns([taker], day, day) if each.matters and shift.pk in each.shift_keys]
    if errors := [each for each in said if each.breach.severity is Severity.ERROR]:
        raise SwapError(f"Výměna by porušila pravidlo: {errors[0].sentence}")
    unexcused = [each for each in said if not each.excused]
    if unexcused and not reason:
        raise SwapError(f"Napište, proč výměna přesto platí: {unexcused[0].sentence}")
    Override.objects.bulk_create(
        Override(
            publication=publication,
            assistant=taker,
            rule=each.breach.rule.value,
            day=each.day,
            sentence=each.sentence,
            reason=reason,
            fingerprint=each.fingerprint,
        )
        for each in unexcused
    )


def refuse(swap: Swap, *, by: User, now: datetime) -> None:
    """The shift stays whose it is. Raises SwapError as `approve` does for the wrong mentor."""
    if not Mentorship.objects.on(swap.shift.starts_on).filter(assistant=swap.offered_by, mentor__user=by).exists():
        raise SwapError(f"{swap.offered_by} v ten den nepatří mezi asistenty, které vedete.")
    swap.decide(Swap.State.REFUSED, now=now)
