"""Merging and splitting places: figures of open months follow, sealed ones stand, nothing is lost or doubled."""

from threading import Event
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from apk.calendar import Month
from apk.localities.geometry import distance_m
from apk.people.models import Assistant, Mentor, User
from apk.refusal import Refused
from findings import place_changes
from findings.models import Finding, Place
from findings.places import Spot, choice, near_pairs
from reports.counting import count
from reports.verifying import verify
from tests.crowd import at_once
from tests.factories import FindingFactory, PlaceFactory, local, record_id
from tests.phones import Phone, finding, record
from tests.reports import closed

pytestmark = pytest.mark.django_db

MARCH, APRIL = Month(2021, 3), Month(2021, 4)
HERE = {"latitude": 49.845, "longitude": 18.277}
BESIDE = {"latitude": 49.8453, "longitude": 18.277}  # 33 metres to the north


@pytest.fixture
def here() -> Place:
    place: Place = PlaceFactory(**HERE, name="Jílová – park 1")
    return place


@pytest.fixture
def beside(here: Place) -> Place:
    place: Place = PlaceFactory(**BESIDE, name="Jílová – park 2", locality=here.locality)
    return place


def test_findings_of_open_months_go_over_and_sealed_ones_stay(
    here: Place, beside: Place, assistant: Assistant, coordinator: User
) -> None:
    FindingFactory(place=here)
    FindingFactory.create_batch(2, place=beside)
    old = FindingFactory(place=beside, assistant=assistant, found_at=local(2021, 3, 15))
    closed.sealed(MARCH, coordinator)
    figures = count(MARCH).as_json()
    assert count(APRIL).totals["places"] == 2

    assert place_changes.merge(beside, here) == place_changes.Moved(went=2, stayed=1)

    totals = count(APRIL).totals
    assert (totals["events"], totals["places"]) == (3, 1)
    assert Finding.objects.get(pk=old.pk).place == beside
    assert count(MARCH).as_json() == figures
    assert verify(MARCH).agrees


def test_what_names_a_merged_place_is_sent_on(here: Place, beside: Place, assistant: Assistant) -> None:
    third = PlaceFactory(latitude=49.846, longitude=18.277, locality=here.locality)
    place_changes.merge(third, beside)
    place_changes.merge(beside, here)
    third.refresh_from_db()
    assert third.merged_into == here
    # By position it would be a new place, for the merged one takes no more; whoever still writes its id is sent on.
    assert choice(**BESIDE, spots=[Spot(here.pk, **HERE)], named=beside.pk) is None
    assert FindingFactory(place=third).refresh_from_db() is None
    assert set(Finding.objects.values_list("place", flat=True)) == {here.pk}
    Phone(assistant.user).send(record(finding(**HERE, place=beside.pk)))
    assert set(Finding.objects.values_list("place", flat=True)) == {here.pk}


def test_a_merge_that_makes_no_sense_is_refused(here: Place, beside: Place) -> None:
    with pytest.raises(Refused, match="samo se sebou"):
        place_changes.merge(here, here)
    place_changes.merge(beside, here)
    with pytest.raises(Refused, match="mezitím sloučil"):
        place_changes.merge(here, beside)


def test_a_split_makes_a_place_in_the_middle_of_what_it_takes(here: Place) -> None:
    stays = FindingFactory(place=here)
    goes = [FindingFactory(place=here, latitude=49.846 + n * 0.0002, longitude=18.277) for n in range(2)]
    made = place_changes.split(here, goes, name="U trafostanice")
    assert (made.name, round(made.latitude, 6), made.longitude) == ("U trafostanice", 49.8461, 18.277)
    assert set(made.findings.all()) == set(goes)
    assert list(here.findings.all()) == [stays]
    assert count(APRIL).totals["places"] == 2
    with pytest.raises(Refused, match="mezitím patří k jinému"):
        place_changes.split(here, goes, name="Znovu")
    with pytest.raises(Refused, match="aspoň jeden"):
        place_changes.split(here, [], name="Nic")


def test_a_sealed_finding_is_not_split_off(here: Place, assistant: Assistant, coordinator: User) -> None:
    old = FindingFactory(place=here, assistant=assistant, found_at=local(2021, 3, 15))
    closed.sealed(MARCH, coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        place_changes.split(here, [old], name="U trafostanice")
    assert Place.objects.get() == here


@pytest.mark.django_db(transaction=True)
def test_merge_and_split_under_concurrent_intake_lose_and_double_nothing(assistant: Assistant) -> None:
    """Four phones send while the desk merges their places back and forth and splits them."""
    here, beside = PlaceFactory(**HERE), PlaceFactory(**BESIDE)
    phones = [Phone(assistant.user) for _ in range(4)]
    sent = [
        [record(finding(**(HERE if n % 2 else BESIDE), place=beside.pk), id=str(record_id())) for n in range(12)]
        for _ in phones
    ]
    done = Event()

    def work(n: int) -> list[str]:
        if n == len(phones):
            place_changes.merge(beside, here)
            taken = list(Finding.objects.filter(place=here)[:3])
            if taken:
                made = place_changes.split(here, taken, name="Jinde")
                place_changes.merge(made, here)
            done.set()
            return []
        return [outcome for batch in sent[n] for outcome in phones[n].outcomes(batch)]

    outcomes = [outcome for result in at_once(len(phones) + 1, work) for outcome in result]
    assert done.is_set()
    assert outcomes == ["accepted"] * 48
    assert {str(pk) for pk in Finding.objects.values_list("pk", flat=True)} == {
        raw["id"] for batch in sent for raw in batch
    }
    # None of them hangs on a place that was merged, whenever its transaction began.
    assert not Finding.objects.filter(place__merged_into__isnull=False).exists()


SPOTS = st.lists(st.tuples(st.floats(49.84, 49.843), st.floats(18.27, 18.274)), max_size=25)


@pytest.mark.django_db(transaction=False)
@settings(max_examples=150, deadline=None)
@given(positions=SPOTS, metres=st.floats(5, 120))
def test_near_pairs_are_those_a_slow_search_finds(positions: list[tuple[float, float]], metres: float) -> None:
    spots = [Spot(n, *position) for n, position in enumerate(positions)]
    slow = sorted(
        (apart, a.id, b.id)
        for a in spots
        for b in spots
        if a.id < b.id and (apart := distance_m(a.latitude, a.longitude, b.latitude, b.longitude)) <= metres
    )
    assert {pair[1:] for pair in near_pairs(spots, metres)} == {pair[1:] for pair in slow}


# --- Pages -----------------------------------------------------------------------------------------------------------


def test_the_list_offers_near_places_to_merge(here: Place, beside: Place, mentor: Mentor, client_of: Any) -> None:
    PlaceFactory(latitude=49.86, longitude=18.3)
    FindingFactory(place=here)
    client = client_of(mentor)
    page = client.get(reverse("findings:places"))
    [(metres, first, second)] = page.context["pairs"]
    assert (round(metres), {first, second}) == (33, {here, beside})
    merged = client.get(reverse("findings:places"), {"hledat": "park 2"})
    assert [place.name for place in merged.context["page"]] == ["Jílová – park 2"]


def test_the_list_costs_the_same_for_few_and_many(
    here: Place, mentor: Mentor, client_of: Any, django_assert_num_queries: Any
) -> None:
    client = client_of(mentor)
    with django_assert_num_queries(6):
        client.get(reverse("findings:places"))
    for n in range(20):
        FindingFactory(place=PlaceFactory(latitude=49.85 + n / 1000, longitude=18.28))
    with django_assert_num_queries(6):
        client.get(reverse("findings:places"))


def test_places_are_merged_and_split_by_forms(
    here: Place, beside: Place, mentor: Mentor, assistant: Assistant, client_of: Any
) -> None:
    moving = FindingFactory(place=beside, assistant=assistant)
    client = client_of(mentor)
    url = reverse("findings:merge-place", args=[beside.pk])
    assert client.post(url, {}).status_code == 422
    answer = client.post(url, {"into": here.pk})
    assert answer.headers["Location"] == here.get_absolute_url()
    assert Finding.objects.get().place == here
    assert "Sloučeno" in client.get(beside.get_absolute_url()).content.decode()
    url = reverse("findings:split-place", args=[here.pk])
    refused = client.post(url, {"name": "Zpět"})
    assert refused.status_code == 422
    assert "Vyberte aspoň jeden nález" in refused.content.decode()
    client.post(url, {"name": "Zpět", "findings": [str(moving.pk)]})
    assert Finding.objects.get().place.name == "Zpět"


def test_a_place_is_moved_and_belongs_where_it_lies(here: Place, mentor: Mentor, client_of: Any) -> None:
    client = client_of(mentor)
    url = reverse("findings:move-place", args=[here.pk])
    seen = client.get(url).context["form"].stored_fingerprint
    assert client.post(url, {"seen": seen, "latitude": "51", "longitude": "18.277"}).status_code == 422
    client.post(url, {"seen": seen, "latitude": "49.8455", "longitude": "18.2775"})
    here.refresh_from_db()
    assert (here.latitude, here.longitude, here.locality) == (49.8455, 18.2775, None)
