"""The interface for the city's map server: who is let in, what they read, what is written about it."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apk.audit.models import AccessLog
from apk.people.models import Assistant, Mentor, User
from findings import gis_api
from findings.models import AccessKey
from tests.factories import AssistantFactory, FindingFactory, MentorFactory, UserFactory, local

pytestmark = pytest.mark.django_db
FINDINGS = reverse("gis:findings")


@pytest.fixture
def secret(coordinator: User) -> str:
    return AccessKey.objects.issue("Mapový server", by=coordinator)[1]


def read(secret: str, query: str = "") -> Any:
    return Client().get(f"{FINDINGS}{query}", headers={"Authorization": f"Bearer {secret}"})


def test_a_key_reads_findings_without_people_and_notes_and_leaves_a_trace(secret: str, coordinator: User) -> None:
    finding = FindingFactory(note="Paní Nováková ze třetího", place__latitude=49.845, place__longitude=18.277)
    answer = read(secret, "?druh=park")
    assert answer["Content-Type"] == "application/geo+json"
    collection = answer.json()
    [feature] = collection["features"]
    assert feature["id"] == str(finding.pk)
    assert feature["geometry"] == {"type": "Point", "coordinates": [18.277, 49.845]}
    assert (collection["numberMatched"], feature["properties"]["pieces"]) == (1, 2)
    text = answer.content.decode()
    assert "Nováková" not in text
    assert str(finding.assistant) not in text
    entry = AccessLog.objects.get()
    assert (entry.user, entry.what) == (coordinator, "Nálezy (rozhraní pro GIS, klíč Mapový server)")
    assert entry.detail == {"filter": {"druh": "park"}, "rows": 1}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic {}", "{}"])
def test_without_a_valid_key_nobody_reads(secret: str, header: str) -> None:
    answer = Client().get(FINDINGS, headers={"Authorization": header.format(secret)})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["code"] == "no-key"


def test_a_session_opens_nothing_here(client_of: Any, coordinator: User) -> None:
    assert client_of(coordinator).get(FINDINGS).status_code == 401


def test_an_ended_key_and_the_key_of_who_may_not_any_more_open_nothing(secret: str, coordinator: User) -> None:
    assert read(secret).status_code == 200
    coordinator.is_active = False
    coordinator.save()
    assert read(secret).status_code == 401
    coordinator.is_active = True
    coordinator.save()
    AccessKey.objects.get().end(by=coordinator, at=timezone.now())
    assert read(secret).status_code == 401


def test_a_key_sees_what_its_issuer_sees(mentor: Mentor, assistant: Assistant) -> None:
    mine = FindingFactory(assistant=assistant)
    FindingFactory(assistant=AssistantFactory(mentor=MentorFactory()))
    secret = AccessKey.objects.issue("Zkouška", by=mentor.user)[1]
    assert [each["id"] for each in read(secret).json()["features"]] == [str(mine.pk)]


def test_pages_follow_one_another_without_gaps(secret: str) -> None:
    ids = [str(FindingFactory(found_at=local(2021, 4, day)).pk) for day in range(5, 0, -1)]
    url, got = f"{FINDINGS}?limit=2&razeni=-cas", []
    while url:
        page = Client().get(url, headers={"Authorization": f"Bearer {secret}"}).json()
        assert (page["numberMatched"], page["numberReturned"]) == (5, len(page["features"]))
        got += [feature["id"] for feature in page["features"]]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert got == ids


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?lokalitaa=1", "unknown-parameter"),
        ("?lokalita=neni", "wrong-filter"),
        ("?vyrez=1,2", "wrong-filter"),
        ("?limit=0", "wrong-paging"),
        ("?limit=1001", "wrong-paging"),
        ("?offset=-1", "wrong-paging"),
        ("?limit=mnoho", "wrong-paging"),
    ],
)
def test_a_program_reads_no_other_rows_than_it_asked_for(secret: str, query: str, code: str) -> None:
    answer = read(secret, query)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not AccessLog.objects.exists()


def test_haste_is_refused_with_the_time_to_wait(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gis_api, "A_MINUTE", 2)
    monkeypatch.setattr(gis_api.time, "time", lambda: 1_000_000.0)
    assert [read(secret).status_code for _ in range(3)] == [200, 200, 429]
    answer = read(secret)
    assert answer["Retry-After"] == str(60 - 1_000_000 % 60)
    cache.clear()
    assert read(secret).status_code == 200


def test_the_description_names_every_part_of_the_filter(client: Client) -> None:
    described = client.get(reverse("gis:openapi-json")).json()
    operation = described["paths"]["/api/nalezy/findings"]["get"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert names == {*gis_api.PARAMETERS, "limit", "offset"}
    assert {"lokalita", "obvod", "druh", "zdroj", "vyrez"} < names
    assert described["components"]["securitySchemes"]["KeyHolder"] == {"type": "http", "scheme": "bearer"}
    assert set(operation["responses"]) == {"200", "401", "422", "429"}


# --- The page of keys -------------------------------------------------------------------------------------------------

KEYS = reverse("findings:keys")


def test_a_secret_is_shown_once_and_stored_nowhere(client_of: Any, coordinator: User) -> None:
    client = client_of(coordinator)
    page = client.post(KEYS, {"name": "Mapový server"})
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert secret not in client.get(KEYS).content.decode()
    assert secret not in str(AccessKey.objects.values().get())
    assert AccessLog.objects.get().what == "Vydaný přístupový klíč Mapový server"
    assert read(secret).status_code == 200


def test_a_key_without_a_name_is_refused(client_of: Any, coordinator: User) -> None:
    answer = client_of(coordinator).post(KEYS, {"name": " "})
    assert answer.status_code == 422
    assert "Napište, k čemu klíč slouží." in answer.content.decode()
    assert not AccessKey.objects.exists()


def test_another_coordinator_ends_a_key_and_its_first_end_stands(
    client_of: Any, coordinator: User, secret: str
) -> None:
    key, other = AccessKey.objects.get(), UserFactory(is_coordinator=True)
    client = client_of(other)
    url = reverse("findings:end-key", args=[key.pk])
    assert "Zrušit klíč „Mapový server“?" in client.get(url).content.decode()
    assert read(secret).status_code == 200
    client.post(url)
    client_of(coordinator).post(url)
    key.refresh_from_db()
    assert key.ended_by == other
    assert "zrušený" in client.get(KEYS).content.decode()
