"""What mentors do to places: move, merge, split. Safe while phones send findings.

Findings of open months follow; those of sealed months stay where they were counted. Locks are taken in one order: the
lock of who makes places, rows of findings, rows of places.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from apk.calendar import local_date
from apk.localities.boundaries import Known, boundaries, edition
from apk.localities.models import District
from apk.refusal import Refused
from findings.models import Finding, Place
from findings.places import wait_for_turn
from findings.reviewing import sealed_months


@dataclass(frozen=True)
class Moved:
    """How many findings went over and how many stayed because their months are sealed."""

    went: int
    stayed: int


@transaction.atomic
def merge(source: Place, target: Place) -> Moved:
    """`source` and `target` are one place: findings of open months go over, and new ones come to `target` at once.

    Raises Refused.
    """
    if source.pk == target.pk:
        raise Refused("Místo nejde sloučit samo se sebou.")
    at_source = Finding.objects.filter(place=source)
    # Corrections lock their finding before its place; so does this.
    list(at_source.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    rows = Place.objects.select_for_update(of=("self",)).filter(pk__in=[source.pk, target.pk]).order_by("pk")
    if any(place.merged_into_id is not None for place in rows):
        raise Refused("Jedno z míst už někdo mezitím sloučil. Podívejte se na ně znovu.")
    # Whoever is putting a finding to `source` had to finish before the rows could be locked, and is seen here.
    sealed = sealed_months(at_source)
    went = at_source.outside_months(sealed).update(place=target)
    for follower in source.merged.order_by("pk"):
        follower.merged_into = target
        follower.save(update_fields=["merged_into"])
    source.merged_into = target
    source.save(update_fields=["merged_into"])
    return Moved(went, at_source.count())


@transaction.atomic
def split(place: Place, findings: Sequence[Finding], *, name: str) -> Place:
    """Some of a place's findings make a place of their own, in their middle. Raises Refused.

    Those of sealed months cannot; the database refuses them.
    """
    wait_for_turn()
    chosen = list(
        Finding.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=[finding.pk for finding in findings])
        .order_by("pk")
    )
    if not chosen:
        raise Refused("Vyberte aspoň jeden nález, který patří jinam.")
    if any(finding.place_id != place.pk for finding in chosen):
        raise Refused("Některý nález mezitím patří k jinému místu. Podívejte se na ně znovu.")
    latitude = sum(finding.latitude for finding in chosen) / len(chosen)
    longitude = sum(finding.longitude for finding in chosen) / len(chosen)
    locality = holding(latitude, longitude)
    made = Place.objects.create(
        name=name, latitude=latitude, longitude=longitude, locality_id=locality.id if locality else None
    )
    for finding in chosen:
        finding.place = made
        finding.save(update_fields=["place"])
    return made


def holding(latitude: float, longitude: float) -> Known | None:
    """The locality that holds a position today."""
    now = District.objects.order_by().values_list(edition(), flat=True).first()
    return boundaries(now).holding(latitude, longitude, local_date(timezone.now())) if now else None
