"""The desk's review of findings: which wait, in which order, what about each is worth a look, what may be the same.

A new finding counts from the moment it arrives; the review puts right and does not admit. Findings of sealed months
wait for nobody: their records do not change any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Q

from apk.calendar import LOCAL, Month
from apk.edits import fingerprint
from apk.localities.boundaries import Known
from apk.localities.geometry import distance_m, distance_to_area_m
from apk.localities.models import Locality
from apk.people.models import User
from apk.sync import registry
from apk.sync.models import Receipt
from findings.flags import Circumstances, Flag, Limits, flags
from findings.models import Finding, FindingQuerySet, Place, PlaceKind, PositionSource, ReviewState
from findings.places import place_for, within


@dataclass(frozen=True)
class Considered:
    """A finding with what the desk should know before it decides; `similar` may be the same event, nearest first."""

    finding: Finding
    flags: list[Flag]
    similar: list[tuple[Finding, float]]


def waiting(user: User) -> FindingQuerySet:
    """New findings of open months that the user sees, the oldest first; a query or two for the months."""
    new = Finding.objects.visible_to(user).standing().in_review(ReviewState.NEW)
    return new.outside_months(sealed_months(new)).order_by("found_at", "pk")


def sealed_months(found: FindingQuerySet) -> list[Month]:
    """Of the months of `found` those that are sealed: a query for the months and one for each of them."""
    months = {Month.of(first) for first in found.order_by().datetimes("found_at", "month", tzinfo=LOCAL)}
    return [month for month in sorted(months) if registry.is_sealed(month)]


def after(queue: FindingQuerySet, finding: Finding) -> Finding | None:
    """The finding of the queue that comes behind `finding`, from the beginning again when it was the last."""
    behind = Q(found_at__gt=finding.found_at) | Q(found_at=finding.found_at, pk__gt=finding.pk)
    found: Finding | None = queue.filter(behind).first() or queue.exclude(pk=finding.pk).first()
    return found


def considered(findings: Sequence[Finding], user: User) -> list[Considered]:
    """Each finding with its flags and similar ones, in two queries; needs `shift__locality` selected along."""
    receipts = Receipt.objects.in_bulk([finding.pk for finding in findings])
    others = list(near(findings, user)) if findings else []
    limits = Limits(settings.REVIEW_ACCURACY_M, settings.REVIEW_DISTANCE_M, settings.REVIEW_PIECES)
    return [
        Considered(
            finding,
            flags(circumstances(finding, receipts.get(finding.pk)), limits),
            similar(finding, others),
        )
        for finding in findings
    ]


def circumstances(finding: Finding, receipt: Receipt | None) -> Circumstances:
    planned = finding.shift.locality if finding.shift else None
    return Circumstances(
        accuracy_m=finding.accuracy_m if finding.position_source == PositionSource.GPS else None,
        in_locality=finding.locality_id is not None,
        planned=planned.name if planned else "",
        distance_m=distance_to_area_m(finding.latitude, finding.longitude, planned.area) if planned else 0.0,
        clock_skew=receipt.clock_skew if receipt and receipt.clock_was_wrong else None,
        pieces=finding.pieces,
    )


def near(findings: Sequence[Finding], user: User) -> FindingQuerySet:
    """Findings that the user sees about where and when one of `findings` was made, those among them too."""
    apart = timedelta(minutes=settings.REVIEW_DUPLICATE_MIN)
    around = (
        within(finding.latitude, finding.longitude, settings.REVIEW_DUPLICATE_M)
        & Q(found_at__range=(finding.found_at - apart, finding.found_at + apart))
        for finding in findings
    )
    found: FindingQuerySet = Finding.objects.visible_to(user).standing().filter(reduce(or_, around))
    return found.select_related("place", "assistant__user")


def similar(finding: Finding, others: Sequence[Finding]) -> list[tuple[Finding, float]]:
    """Those of `others` that may be the same event, with metres, nearest first."""
    apart = timedelta(minutes=settings.REVIEW_DUPLICATE_MIN)
    pairs = [
        (other, distance_m(finding.latitude, finding.longitude, other.latitude, other.longitude))
        for other in others
        if other.pk != finding.pk
        and abs(other.found_at - finding.found_at) <= apart
        and Month.of(other.found_at) == Month.of(finding.found_at)
    ]
    close = [(other, metres) for other, metres in pairs if metres <= settings.REVIEW_DUPLICATE_M]
    return sorted(close, key=lambda pair: (pair[1], pair[0].pk))


def content_mark(finding: Finding) -> str:
    """Changes whenever anything of the finding does, so that nobody decides about what they have not seen."""
    columns = [field.attname for field in Finding._meta.concrete_fields]
    return fingerprint({name: str(getattr(finding, name)) for name in columns})


def relocate(finding: Finding, place: Place | None, locality: Locality | None) -> None:
    """Puts a finding, whose row must be locked, to another place and locality; without a place makes one at its own
    position. Its position and everything else stay.
    """
    if place is None:
        known = Known(locality.pk, locality.name, locality.opened_on, locality.closed_on) if locality else None
        kind = PlaceKind(finding.place_kind)
        made = place_for(finding.latitude, finding.longitude, locality=known, kind=kind, apart=True)
        place = Place.objects.get(pk=made)
    finding.place, finding.locality = place, locality
    finding.save(update_fields=["place", "locality"])
