"""What the server tells the phone of the person who holds it; what the screens do is tested in tests/browser."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apk.calendar import LOCAL, local_date
from apk.people.models import Assistant, Mentor, User
from apk.sync.models import Receipt
from findings import field
from tests.factories import (
    ActivityKindFactory,
    AssistantFactory,
    FindingFactory,
    LocalityFactory,
    PlaceFactory,
    ShiftFactory,
    record_id,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]

DATA = "/teren/data"


def at(days: int, hour: int) -> datetime:
    """An hour of the day so many days from today."""
    return datetime.combine(local_date(timezone.now()) + timedelta(days=days), time(hour), LOCAL)


def data_for(client: Client) -> dict[str, Any]:
    response = client.get(DATA)
    assert "no-store" in response.headers["Cache-Control"]
    data: dict[str, Any] = response.json()
    return data


def test_the_data_are_for_assistants(client_of: ClientOf, client: Client, assistant: Assistant, mentor: Mentor) -> None:
    assert client_of(assistant).get(DATA).status_code == 200
    assert client_of(assistant).post(DATA).status_code == 405
    assert client_of(mentor).get(DATA).status_code == 403
    assert client.get(DATA).headers["Location"].startswith(reverse("account_login"))


def test_an_assistant_comes_from_home_to_today(client_of: ClientOf, assistant: Assistant) -> None:
    assert client_of(assistant).get(reverse("home")).headers["Location"] == reverse("field:today")


def test_the_phone_learns_whose_it_is(client_of: ClientOf, assistant: Assistant) -> None:
    data = data_for(client_of(assistant))
    assert (data["owner"], data["name"]) == (assistant.user_id, assistant.user.full_name)


def test_my_shifts_around_today_and_no_others(client_of: ClientOf, assistant: Assistant) -> None:
    def shift(locality: str, start: datetime, hours: int, whose: Assistant = assistant) -> None:
        ShiftFactory(
            assistant=whose, locality=LocalityFactory(name=locality), start=start, end=start + timedelta(hours=hours)
        )

    shift("Předvčerejší", at(-2, 6), 8)
    shift("Noční od včerejška", at(-1, 22), 8)
    shift("Dnešní", at(0, 14), 8)
    shift("Zítřejší", at(1, 6), 8)
    shift("Pozítřejší", at(2, 6), 8)
    shift("Za tři dny", at(3, 6), 8)
    shift("Cizí", at(0, 14), 8, AssistantFactory())
    shifts = data_for(client_of(assistant))["shifts"]
    names = [shift["locality"]["name"] for shift in shifts]
    assert names == ["Noční od včerejška", "Dnešní", "Zítřejší", "Pozítřejší"]
    assert datetime.fromisoformat(shifts[1]["start"]) == at(0, 14)


def test_my_mentor_of_today(client_of: ClientOf, assistant: Assistant, mentor: Mentor) -> None:
    expected = {"name": mentor.user.full_name, "phone": mentor.user.phone}
    assert data_for(client_of(assistant))["mentor"] == expected
    assistant.mentorships.all().delete()
    assert data_for(client_of(assistant))["mentor"] is None


def test_localities_places_and_my_last_findings_in_a_constant_number_of_queries(
    client_of: ClientOf, assistant: Assistant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    jilova = LocalityFactory(name="Jílová")
    LocalityFactory(name="Dávno zrušená", closed_on=at(-1, 0).date())
    empty, old, fresh = (PlaceFactory(name=name, locality=jilova) for name in ("prázdné", "staré", "čerstvé"))
    mine = [FindingFactory(assistant=assistant, place=fresh, found_at=at(-n, 10)) for n in range(1, 8)]
    FindingFactory(place=old, found_at=at(-30, 10))
    client = client_of(assistant)
    # Session, user, mentor, shifts, what waits for an answer, localities, places, findings, six lists of activities,
    # records.
    with django_assert_num_queries(17):
        data = data_for(client)
    assert [feature["properties"]["name"] for feature in data["map"]["localities"]["features"]] == ["Jílová"]
    assert [place["id"] for place in data["places"]] == [fresh.pk, old.pk, empty.pk]
    assert [finding["url"] for finding in data["findings"]] == [
        reverse("findings:detail", args=[finding.pk]) for finding in mine[:5]
    ]


def test_a_limited_number_of_places_travels(
    client_of: ClientOf, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(field, "MOST_PLACES", 2)
    PlaceFactory.create_batch(3)
    assert len(data_for(client_of(assistant))["places"]) == 2


def test_lists_of_activities_offer_what_is_in_use_in_its_order(client_of: ClientOf, assistant: Assistant) -> None:
    first, last = ActivityKindFactory(name="Čtvrtá", position=1), ActivityKindFactory(name="Druhá", position=2)
    ActivityKindFactory(name="Vyřazená", position=1).retire(on=at(0, 0).date())
    closed = LocalityFactory(name="Dávno zrušená", closed_on=at(-1, 0).date())
    offered = data_for(client_of(assistant))["activity"]
    assert offered.keys() == {"kinds", "counters", "organisations", "reasons", "patrols", "localities"}
    assert offered["kinds"][:2] == [{"value": first.pk, "label": "Čtvrtá"}, {"value": last.pk, "label": "Druhá"}]
    assert "Vyřazená" not in {kind["label"] for kind in offered["kinds"]}
    assert closed.pk not in {locality["value"] for locality in offered["localities"]}


def test_my_own_records_come_back_as_they_were_sent(
    client_of: ClientOf, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def receipt(user: User, days: int, note: str) -> Receipt:
        moment = timezone.now() - timedelta(days=days)
        return Receipt.objects.create(
            id=record_id(),
            user=user,
            kind="finding",
            version=1,
            recorded_at=moment,
            utc_offset_min=120,
            clock_skew=timedelta(0),
            payload={"note": note},
            digest=b"",
            received_at=moment,
        )

    older, newer = receipt(assistant.user, 2, "starší"), receipt(assistant.user, 1, "novější")
    receipt(assistant.user, 63, "dávný")
    receipt(AssistantFactory().user, 1, "cizí")
    data = data_for(client_of(assistant))
    assert "finding" in data["accepts"]
    assert [(record["id"], record["payload"]) for record in data["records"]] == [
        (str(newer.pk), {"note": "novější"}),
        (str(older.pk), {"note": "starší"}),
    ]
    monkeypatch.setattr(field, "MOST_RECORDS", 1)
    assert len(data_for(client_of(assistant))["records"]) == 1
