"""The pages of the phone application as the server sends them; what they do in a phone is tested in tests/browser."""

import json
import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apk.calendar import LOCAL, local_date
from apk.people.models import Assistant, Mentor, User
from findings import field
from tests.factories import AssistantFactory, FindingFactory, LocalityFactory, PlaceFactory, ShiftFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]

SCREENS = ["today", "capture", "queue"]


def at(days: int, hour: int) -> datetime:
    """An hour of the day so many days from today."""
    return datetime.combine(local_date(timezone.now()) + timedelta(days=days), time(hour), LOCAL)


def data_of(response: HttpResponse) -> dict[str, Any]:
    """What the page gives to its scripts."""
    match = re.search(r'<script id="field-data" type="application/json">(.*?)</script>', response.content.decode())
    assert match is not None
    data: dict[str, Any] = json.loads(match[1])
    return data


@pytest.mark.parametrize("screen", SCREENS)
def test_the_phone_is_for_assistants(
    client_of: ClientOf, client: Client, assistant: Assistant, mentor: Mentor, screen: str
) -> None:
    url = reverse(f"field:{screen}")
    assert client_of(assistant).get(url).status_code == 200
    assert client_of(assistant).post(url).status_code == 405
    assert client_of(mentor).get(url).status_code == 403
    assert client.get(url)["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_says_whose_outbox_it_is(client_of: ClientOf, assistant: Assistant, screen: str) -> None:
    data = data_of(client_of(assistant).get(reverse(f"field:{screen}")))
    assert (data["owner"], data["sync"]) == (assistant.user_id, "/sync/")


def test_an_assistant_comes_from_home_to_today(client_of: ClientOf, assistant: Assistant) -> None:
    assert client_of(assistant).get(reverse("home"))["Location"] == reverse("field:today")


def test_today_shows_my_shifts_of_today_and_tomorrow_and_no_others(client_of: ClientOf, assistant: Assistant) -> None:
    def shift(locality: str, start: datetime, hours: int, whose: Assistant = assistant) -> None:
        ShiftFactory(
            assistant=whose, locality=LocalityFactory(name=locality), start=start, end=start + timedelta(hours=hours)
        )

    shift("Noční od včerejška", at(-1, 22), 8)
    shift("Včerejší", at(-1, 6), 8)
    shift("Dnešní", at(0, 14), 8)
    shift("Zítřejší", at(1, 6), 8)
    shift("Pozítřejší", at(2, 6), 8)
    shift("Cizí", at(0, 14), 8, AssistantFactory())
    response = client_of(assistant).get(reverse("field:today"))
    days = {name: [shift.locality.name for shift in shifts] for name, _, shifts in response.context["days"]}
    assert days == {"Dnes": ["Noční od včerejška", "Dnešní"], "Zítra": ["Zítřejší"]}


def test_today_names_the_mentor_with_a_link_that_calls(client_of: ClientOf, assistant: Assistant) -> None:
    page = client_of(assistant).get(reverse("field:today")).content.decode()
    assert 'href="tel:+420777000111"' in page
    assistant.mentorships.all().delete()
    assert "Dnes nemáte přiděleného mentora." in client_of(assistant).get(reverse("field:today")).content.decode()


def test_today_shows_my_last_findings_in_a_constant_number_of_queries(
    client_of: ClientOf, assistant: Assistant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mine = [FindingFactory(assistant=assistant, found_at=at(-n, 10)) for n in range(1, 8)]
    FindingFactory(found_at=at(0, 0))
    client = client_of(assistant)
    # Session, user, shifts, mentor, findings.
    with django_assert_num_queries(5):
        response = client.get(reverse("field:today"))
    assert [finding.pk for finding in response.context["findings"]] == [finding.pk for finding in mine[:5]]


def test_capture_knows_open_localities_and_places_with_the_latest_findings_first(
    client_of: ClientOf, assistant: Assistant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    jilova = LocalityFactory(name="Jílová")
    LocalityFactory(name="Dávno zrušená", closed_on=at(-1, 0).date())
    empty, old, fresh = (PlaceFactory(name=name, locality=jilova) for name in ("prázdné", "staré", "čerstvé"))
    FindingFactory(place=old, found_at=at(-30, 10))
    FindingFactory(place=fresh, found_at=at(-1, 10))
    client = client_of(assistant)
    # Session, user, localities, places.
    with django_assert_num_queries(4):
        data = data_of(client.get(reverse("field:capture")))
    assert [feature["properties"]["name"] for feature in data["map"]["localities"]["features"]] == ["Jílová"]
    assert [place["id"] for place in data["places"]] == [fresh.pk, old.pk, empty.pk]
    assert data["kinds"]["park"] == "Park"


def test_capture_carries_a_limited_number_of_places(
    client_of: ClientOf, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(field, "MOST_PLACES", 2)
    PlaceFactory.create_batch(3)
    assert len(data_of(client_of(assistant).get(reverse("field:capture")))["places"]) == 2


def test_names_cannot_break_out_of_the_data_for_scripts(client_of: ClientOf, assistant: Assistant) -> None:
    PlaceFactory(name="</script><script>alert(1)</script>")
    response = client_of(assistant).get(reverse("field:capture"))
    assert "<script>alert" not in response.content.decode()
    assert data_of(response)["places"][0]["name"] == "</script><script>alert(1)</script>"
