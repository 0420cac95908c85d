"""What is counted about a set of findings."""

from datetime import date

import pytest

from findings.models import Finding
from tests.factories import FindingFactory, PlaceFactory, local

pytestmark = pytest.mark.django_db


def test_counts_keeps_events_pieces_and_places_apart() -> None:
    park = PlaceFactory()
    FindingFactory(place=park, with_needle=2, without_needle=1, needles=4, paraphernalia=9, child_accessible=True)
    FindingFactory(place=park, with_needle=0, without_needle=5, needles=0, paraphernalia=1)
    FindingFactory(with_needle=1)
    assert Finding.objects.counts() == {
        "events": 3,
        "pieces": 13,
        "with_needle": 3,
        "without_needle": 6,
        "needles": 4,
        "paraphernalia": 10,
        "places": 2,
        "child_accessible_events": 1,
    }


def test_counts_of_nothing_are_zeros() -> None:
    assert set(Finding.objects.counts().values()) == {0}


def test_between_takes_whole_local_days() -> None:
    before = FindingFactory(found_at=local(2021, 4, 9, 23, 59))
    first = FindingFactory(found_at=local(2021, 4, 10, 0, 0))
    last = FindingFactory(found_at=local(2021, 4, 11, 23, 59))
    after = FindingFactory(found_at=local(2021, 4, 12, 0, 0))
    between = Finding.objects.between
    assert set(between(date(2021, 4, 10), date(2021, 4, 11))) == {first, last}
    assert set(between(date(2021, 4, 10), None)) == {first, last, after}
    assert set(between(None, date(2021, 4, 11))) == {before, first, last}
    assert set(Finding.objects.on(date(2021, 4, 10))) == {first}


def test_outside_localities_are_those_no_boundary_holds() -> None:
    FindingFactory()
    stray = FindingFactory(place=PlaceFactory(locality=None))
    assert list(Finding.objects.outside_localities()) == [stray]


def test_a_withdrawn_finding_counts_nowhere() -> None:
    FindingFactory(with_needle=3)
    withdrawn = FindingFactory(child_accessible=True)
    withdrawn.withdraw(at=local(2021, 4, 16), reason="Zapsáno dvakrát")
    counts = Finding.objects.counts()
    assert (counts["events"], counts["pieces"], counts["places"], counts["child_accessible_events"]) == (1, 3, 1, 0)
    assert list(Finding.objects.withdrawn()) == [withdrawn]
    assert withdrawn not in Finding.objects.standing()
