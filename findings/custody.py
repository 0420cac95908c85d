"""The way of the sharps as steps over several rows, and what was found, handed over and still held.

A finding's pieces are handed over when the box they lie in is; until then the city holds them, in a box or in none.
That is decided here once (`handed_over`, `held`), for the month's figures, the balance and the lists behind them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import DateField, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncMonth

from apk import czech
from apk.calendar import LOCAL, Month, day_bounds, local_date
from apk.people.models import User
from apk.refusal import Refused
from apk.sync import registry
from findings.models import (
    Box,
    BoxMove,
    BoxState,
    Carrying,
    Deposit,
    Finding,
    FindingQuerySet,
    HandedBox,
    HandedBoxQuerySet,
    Handover,
    Recipient,
)

# --- What is counted -------------------------------------------------------------------------------------------------


def lying_in(handed: HandedBoxQuerySet) -> Exists:
    """Whether a finding lies in one of the boxes."""
    return Exists(Deposit.objects.filter(Exists(handed.filter(box=OuterRef("box"))), finding=OuterRef("pk")))


def handed_over(findings: FindingQuerySet, first: date | None, last: date | None) -> FindingQuerySet:
    """Of the findings those whose pieces were handed over from `first` to `last`, both included; None is no bound."""
    return findings.filter(lying_in(HandedBox.objects.standing().between(first, last)))


def held(findings: FindingQuerySet, on: date) -> FindingQuerySet:
    """Of the findings those whose pieces the city held when the day `on` ended."""
    gone = lying_in(HandedBox.objects.standing().between(None, on))
    return findings.filter(~gone, found_at__lt=day_bounds(on)[1])


def gone_in_its_month() -> Exists:
    """Whether a finding's pieces were handed over before the month ended in which they were found."""
    found_in = TruncMonth("finding__found_at", tzinfo=LOCAL, output_field=DateField())
    handed = HandedBox.objects.standing().alias(handed_in=TruncMonth("handed_on"))
    gone = Exists(handed.filter(box=OuterRef("box"), handed_in__lte=OuterRef("found_in")))
    return Exists(Deposit.objects.alias(found_in=found_in).filter(gone, finding=OuterRef("pk")))


def handed_in_month(findings: FindingQuerySet) -> FindingQuerySet:
    """Of the findings those handed over before the end of their month: a month's figure, and a sum over months."""
    return findings.filter(gone_in_its_month())


def held_in_month(findings: FindingQuerySet) -> FindingQuerySet:
    """Of the findings those that the city still held when their month ended."""
    return findings.filter(~gone_in_its_month())


def in_no_box(findings: FindingQuerySet) -> FindingQuerySet:
    return findings.filter(deposit__isnull=True)


def pieces_of(findings: FindingQuerySet) -> int:
    pieces: int = findings.standing().order_by().aggregate(counted=Sum("pieces", default=0))["counted"]
    return pieces


def delivered(first: date, last: date) -> int:
    """Pieces that the documents of handovers made from `first` to `last` say."""
    handed = HandedBox.objects.standing().between(first, last).order_by()
    pieces: int = handed.aggregate(counted=Sum("pieces", default=0))["counted"]
    return pieces


@dataclass(frozen=True)
class Balance:
    """A month's pieces: what was held when it began, found, handed over in it, and held when it ended.

    `handed_of_month` of those found in the month were handed over before it ended and `held_of_month` were not.
    `delivered` is what the documents of the month say of the pieces `handed_over`, where `recorded` is what findings
    said then.
    """

    month: Month
    held_before: int
    found: int
    handed_over: int
    held: int
    handed_of_month: int
    delivered: int
    recorded: int

    @property
    def held_of_month(self) -> int:
        return self.found - self.handed_of_month

    @property
    def difference(self) -> int:
        """Pieces that findings said and documents do not."""
        return self.recorded - self.delivered

    @property
    def is_even(self) -> bool:
        """Whether what came in is what went out and what is left. Only a finding later than its handover spoils it."""
        return self.held_before + self.found == self.handed_over + self.held


def figures(month: Month) -> dict[str, int]:
    """Of the month's pieces those handed over before it ended and those held then; and what its documents say.

    Three queries, of rows of this month alone: what is handed over later is another month's delivery.
    """
    found = Finding.objects.in_month(month)
    gone = pieces_of(handed_in_month(found))
    return {
        "handed_over": gone,
        "held": pieces_of(found) - gone,
        "delivered": delivered(month.first_day, month.last_day),
    }


def balance(month: Month) -> Balance:
    """The month's balance of the whole city. Seven queries."""
    first, last = month.first_day, month.last_day
    everything = Finding.objects.all()
    of_month = figures(month)
    recorded = HandedBox.objects.standing().between(first, last).order_by().aggregate(n=Sum("recorded", default=0))
    return Balance(
        month=month,
        held_before=pieces_of(held(everything, first - timedelta(days=1))),
        found=of_month["handed_over"] + of_month["held"],
        handed_over=pieces_of(handed_over(everything, first, last)),
        held=pieces_of(held(everything, last)),
        handed_of_month=of_month["handed_over"],
        delivered=of_month["delivered"],
        recorded=recorded["n"],
    )


def handed_boxes(month: Month) -> QuerySet[HandedBox]:
    """The boxes handed over in the month, with their handovers, by day."""
    handed = HandedBox.objects.standing().between(month.first_day, month.last_day)
    return handed.select_related("box", "handover__recipient").order_by("handed_on", "box__sort_key")


# --- Steps -----------------------------------------------------------------------------------------------------------


def carried(assistant: OuterRef | int, at: datetime | OuterRef) -> QuerySet[Carrying]:
    """Who carried which box: those rows by which the assistant had a box at that instant that was not yet closed."""
    return Carrying.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at),
        Q(box__closed_at__isnull=True) | Q(box__closed_at__gte=at),
        assistant=assistant,
        since__lte=at,
    )


def carried_box(assistant: OuterRef, at: datetime) -> Subquery:
    """The key of the box that an assistant carried at that instant, as an expression; NULL for none."""
    return Subquery(carried(assistant, at).order_by().values("box")[:1])


def carried_box_gone_on(assistant: OuterRef, at: datetime) -> Subquery:
    """The day on which the box of `carried_box` was handed over, as an expression; NULL while it was not."""
    gone = carried(assistant, at).filter(box__handings__stands=True).order_by()
    return Subquery(gone.values("box__handings__handed_on")[:1])


@transaction.atomic
def put(findings: Iterable[Finding], box: Box) -> int:
    """Puts the findings' pieces into a box, wherever they lay before; gives how many findings it moved.

    A finding that came late may belong into a box that is closed or gone, if it was made before the box was closed.
    Raises Refused.
    """
    Box.objects.select_for_update().get(pk=box.pk)
    box.refresh_from_db()
    moved = 0
    for finding in sorted(findings, key=lambda each: each.pk):
        if box.closed_at is not None and finding.found_at > box.closed_at:
            raise Refused(f"Nález {finding} je pozdější než uzavření boxu {box.label}. Vyberte jiný box.")
        deposit = Deposit.objects.select_for_update(of=("self",)).select_related("box").filter(finding=finding).first()
        refuse_to_change_sealed(finding, box, deposit)
        if deposit is None:
            Deposit.objects.create(finding=finding, box=box)
        elif deposit.box_id != box.pk:
            deposit.box = box
            deposit.save(update_fields=["box"])
        else:
            continue
        moved += 1
    return moved


def refuse_to_change_sealed(finding: Finding, box: Box, deposit: Deposit | None) -> None:
    """Raises Refused when a month is sealed that counts the box which the finding leaves or enters as handed over."""
    boxes = [box] if deposit is None else [box, deposit.box]
    if all(each.state != BoxState.HANDED_OVER for each in boxes) or (deposit and deposit.box_id == box.pk):
        return
    days = HandedBox.objects.standing().filter(box__in=boxes).values_list("handed_on", flat=True)
    for month in sorted({month for day in days for month in counting_as_gone(finding.found_at, day)}):
        if registry.is_sealed(month):
            raise Refused(
                f"Měsíc {czech.month(month.first_day)} je uzavřený i s tím, co v něm bylo předáno. Nález už přesunout"
                " nejde."
            )


def counting_as_gone(found_at: datetime, handed_on: date) -> set[Month]:
    """The months whose numbers say that what was found then was handed over that day: that of the day, and the one in
    which it was found, unless the box went away only after it."""
    gone_in, found_in = Month.of(handed_on), Month.of(found_at)
    return {gone_in, max(gone_in, found_in)}


def is_settled(found_at: datetime, handed_on: date | None) -> bool:
    """Whether what was found then can no longer be put into a box handed over on that day: another month that is
    sealed says what was in it. The month of the finding itself is open, or is just being corrected."""
    if handed_on is None:
        return False
    other = Month.of(handed_on)
    return other != Month.of(found_at) and registry.is_sealed(other)


@transaction.atomic
def hand_over(
    boxes: Mapping[Box, tuple[int, str]],
    *,
    recipient: Recipient,
    on: date,
    by: User,
    handed_by: str = "",
    received_by: str = "",
    document_number: str = "",
    note: str = "",
) -> Handover:
    """Writes that closed boxes were given to `recipient`: of each the pieces that the document says, and why they are
    not those of the findings. `handed_by` is who brought them there, `by` when empty.

    Raises Refused for a box that is not closed or was closed after `on`, for a difference without a word, and for a
    month that is sealed.
    """
    if not boxes:
        raise Refused("Vyberte aspoň jeden box.")
    refuse_sealed(on)
    handover = Handover.objects.create(
        recipient=recipient,
        handed_on=on,
        handed_by=handed_by or str(by),
        received_by=received_by,
        document_number=document_number,
        note=note,
        recorded_by=by,
    )
    # In one order, so that two who hand over the same boxes at once wait for each other instead of blocking.
    for box, (pieces, explanation) in sorted(boxes.items(), key=lambda item: item[0].pk):
        box.move(BoxMove.HAND_OVER)
        if box.closed_at is None or local_date(box.closed_at) > on:
            raise Refused(f"{box} byl uzavřen později, než měl být předán. Opravte den předání.")
        box.save(update_fields=["state"])
        recorded = pieces_of(Finding.objects.filter(deposit__box=box))
        if pieces != recorded and not explanation:
            counted = czech.counted(recorded, "kus", "kusy", "kusů")
            raise Refused(f"{box}: podle nálezů je v něm {counted}. Opravte počet, nebo napište, proč se liší.")
        HandedBox.objects.create(
            handover=handover,
            box=box,
            handed_on=on,
            pieces=pieces,
            recorded=recorded,
            explanation=explanation if pieces != recorded else "",
        )
    return handover


def cancel(handover: Handover, *, at: datetime, reason: str) -> None:
    """Cancels a handover that was written by mistake. Raises Refused, also for one of a sealed month."""
    refuse_sealed(handover.handed_on)
    handover.cancel(at=at, reason=reason)


def refuse_sealed(day: date) -> None:
    """Raises Refused when the month of the day is sealed: its handovers stand."""
    if registry.is_sealed(Month.of(day)):
        raise Refused(f"Měsíc {czech.month(day)} je uzavřený, předání v něm už měnit nejde.")
