"""The endpoint as a phone meets it: sessions, tokens, shapes of requests, and what is said when it cannot serve."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apk.people.models import Assistant, Mentor, User
from apk.sync import capacity
from apk.sync.models import Receipt
from apk.sync.registry import Arrival
from findings.models import Finding
from tests.phones import Phone, note, record

pytestmark = pytest.mark.django_db


def problem(response: Any) -> tuple[int, str]:
    """Status and code of a refusal, which always comes with a sentence and is never cached."""
    body = response.json()
    assert set(body) == {"code", "message"}
    assert body["message"].endswith((".", "!"))
    assert response["Cache-Control"] == "no-store"
    return response.status_code, body["code"]


def test_session_tells_whose_it_is_and_gives_a_token_that_works(assistant: Assistant) -> None:
    phone = Phone(assistant.user, Client(enforce_csrf_checks=True))
    before = timezone.now()

    response = phone.client.get("/sync/session")

    body = response.json()
    assert body["user"] == {"id": assistant.user_id, "name": assistant.user.full_name, "role": "assistant"}
    assert before <= parse_datetime(body["server_time"]) <= timezone.now()
    assert response["Cache-Control"] == "no-store"
    sent = json.dumps({"owner": phone.owner, "device_time": before.isoformat(), "records": [record()]})
    assert problem(phone.post(sent)) == (403, "csrf")
    assert problem(phone.post(sent, **{"X-CSRFToken": "x" * 64})) == (403, "csrf")
    assert phone.post(sent, **{"X-CSRFToken": body["csrf_token"]}).status_code == 200


def test_session_is_for_everybody_signed_in(client_of: Callable[[Mentor], Client], mentor: Mentor) -> None:
    assert client_of(mentor).get("/sync/session").json()["user"]["role"] == "mentor"


def test_without_a_session_nothing_redirects(client: Client) -> None:
    for response in (
        client.get("/sync/session"),
        client.post("/sync/records", {}, content_type="application/json"),
        client.put(f"/sync/photos/{record()['id']}?record={record()['id']}", b"", content_type="image/jpeg"),
    ):
        assert problem(response) == (401, "signed-out")


@pytest.mark.parametrize("role", ["mentor", "coordinator", "administrator"])
def test_only_assistants_send(role: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    phone = Phone(person if isinstance(person, User) else person.user)
    assert problem(phone.send(record())) == (403, "not-permitted")
    assert problem(phone.put_photo(record()["id"], record()["id"], b"")) == (403, "not-permitted")
    assert Receipt.objects.count() == 0


def test_the_queue_of_another_person_is_not_read(phone: Phone, mentor: Mentor) -> None:
    assert problem(phone.send(record(), owner=mentor.user_id)) == (409, "other-user")
    assert Receipt.objects.count() == 0


@pytest.mark.parametrize(
    "envelope",
    [
        {"records": []},
        {"records": [record() for _ in range(51)]},
        {"records": {}},
        {"records": [[]]},
        {"records": [{"kind": "finding"}]},
        {"records": [{**record(), "id": 7}]},
        {"records": [{**record(), "id": "x" * 101}]},
        {"device_time": "2021-04-05T10:00:00"},
        {"device_time": "včera"},
        {"device_time": 1_617_600_000},
        {"device_time": "9999-12-31T23:59:59-12:00"},
        {"device_time": None},
        {"owner": "7"},
        {"owner": None},
        {"another": 1},
    ],
)
def test_a_batch_of_another_shape_is_not_read(phone: Phone, envelope: dict[str, Any]) -> None:
    body = {"owner": phone.owner, "device_time": timezone.now().isoformat(), "records": [record()], **envelope}
    assert problem(phone.post(json.dumps(body))) == (422, "wrong-shape")
    assert Receipt.objects.count() == 0


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe\xfd", b"[" * 100_000, b'{"owner": ' + b"9" * 5000 + b"}", b"nic"])
def test_a_body_that_is_no_json_is_not_read(phone: Phone, body: bytes) -> None:
    assert problem(phone.post(body)) == (422, "not-json")


def test_a_body_that_ends_early_is_to_be_sent_again(phone: Phone) -> None:
    body = json.dumps({"owner": phone.owner, "device_time": timezone.now().isoformat(), "records": [record()]}).encode()
    cut = {"wsgi.input": io.BytesIO(body[:-10]), "CONTENT_LENGTH": str(len(body))}
    response = phone.client.post("/sync/records", b"{}", content_type="application/json", **cut)
    assert problem(response) == (400, "damaged")
    assert Receipt.objects.count() == 0


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'""'])
def test_a_body_that_is_no_batch_is_not_read(phone: Phone, body: bytes) -> None:
    assert problem(phone.post(body)) == (422, "wrong-shape")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_a_body_of_another_type_is_not_read(phone: Phone, content_type: str) -> None:
    assert problem(phone.post(json.dumps({}), content_type)) == (415, "not-json")


def test_a_batch_too_large_is_not_read(phone: Phone, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert problem(phone.send(record(), record(), record())) == (413, "too-large")
    assert phone.send(record()).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("get", "/sync/records"), ("post", "/sync/session")])
def test_other_methods_are_not_allowed(phone: Phone, method: str, path: str) -> None:
    assert getattr(phone.client, method)(path).status_code == 405


def test_a_full_process_says_when_to_come_again(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    slots = capacity.Slots(1)
    monkeypatch.setattr(capacity, "batches", slots)
    sent = record()
    with slots.one():
        response = phone.send(sent)
    assert problem(response) == (503, "busy")
    assert int(response["Retry-After"]) > 0
    assert phone.outcomes(sent) == ["accepted"]


def test_a_slot_is_given_back_after_a_failure() -> None:
    slots = capacity.Slots(1)
    with pytest.raises(LookupError), slots.one():
        raise LookupError
    with slots.one(), pytest.raises(capacity.Full), slots.one():
        pass


@pytest.fixture
def absent_database() -> Iterator[Callable[[], None]]:
    """Takes the database away when called; it is back after the test."""
    address = dict(connection.settings_dict)

    def take_away() -> None:
        connection.close()
        connection.settings_dict.update(HOST="127.0.0.1", PORT="1")

    yield take_away
    connection.settings_dict.update(address)


@pytest.mark.django_db(transaction=True)
def test_an_absent_database_is_said_in_json(
    assistant: Assistant, absent_database: Callable[[], None], client: Client
) -> None:
    phone = Phone(assistant.user)
    absent_database()
    for response in (
        phone.send(record()),
        phone.put_photo(record()["id"], record()["id"], b"x"),
        phone.client.get("/sync/session"),
    ):
        assert problem(response) == (503, "away")
        assert int(response["Retry-After"]) > 0


@pytest.mark.django_db(transaction=True)
def test_a_database_that_leaves_in_mid_batch_loses_nothing(
    assistant: Assistant, register: Callable[[Callable[[Arrival], None]], None]
) -> None:
    phone = Phone(assistant.user)
    wild = [True]

    def accept(arrival: Arrival) -> None:
        with connection.cursor() as cursor:
            if wild and wild.pop():
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    register(accept)
    sent = [record(), note(), record()]

    response = phone.send(*sent)

    assert problem(response) == (503, "away")
    connection.close()
    assert phone.outcomes(*sent) == ["known", "accepted", "accepted"]
    assert Finding.objects.count() == 2


def test_a_record_without_photos_takes_none(
    phone: Phone, register: Callable[[Callable[[Arrival], None]], None]
) -> None:
    register(lambda arrival: None)
    arrived = note()
    phone.outcomes(arrived)
    assert problem(phone.put_photo(arrived["id"], record()["id"], b"x")) == (422, "no-photos")


def test_the_description_of_the_protocol_is_public(client: Client) -> None:
    description = client.get("/sync/openapi.json").json()
    assert sorted(description["paths"]) == ["/sync/photos/{photo_id}", "/sync/records", "/sync/session"]
