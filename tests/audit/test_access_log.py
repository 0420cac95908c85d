"""The log of who saw and took what: rows are only added, and only administrators read them."""

from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apk.audit.models import AccessLog
from apk.people.models import Assistant, Mentor, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Assistant | Mentor], Client]
LOG, EXPORT = "/protokol/", "/protokol/zaznamy.csv"


@pytest.fixture
def jana(db: None) -> User:
    return UserFactory(first_name="Jana", last_name="Malá", personal_number="4711")


def note(user: User, at: datetime, action: str = "export", what: str = "Plán směn", **detail: Any) -> AccessLog:
    """An access at a given time; the log itself takes the time from the clock."""
    made = AccessLog(user=user, action=action, what=what, detail=detail)
    AccessLog._meta.get_field("at").auto_now_add = False
    try:
        made.at = at
        made.save()
    finally:
        AccessLog._meta.get_field("at").auto_now_add = True
    return made


def shown(response: Any) -> list[AccessLog]:
    return list(response.context["page"].object_list)


APRIL_5, APRIL_6 = datetime(2021, 4, 5, 10, tzinfo=UTC), datetime(2021, 4, 5, 22, 30, tzinfo=UTC)


def test_log_shows_the_latest_first_in_czech(client_of: ClientOf, administrator: User, jana: User) -> None:
    first = note(jana, APRIL_5, rows=3, filter={"mesic": "2021-04"}, week="2021-W14")
    second = note(administrator, APRIL_6, action="download", what="Přehled 2021-04, PDF", odd="x")
    response = client_of(administrator).get(LOG)
    assert shown(response) == [second, first]
    page = response.content.decode()
    assert note(jana, APRIL_5, file_sha256="ab" * 32).facts == [("otisk souboru", "abababababab…")]
    assert set(first.facts) == {("řádků", "3"), ("filtr", "mesic=2021-04"), ("týden", "2021-W14")}
    assert all(text in page for text in ("řádků: 3", "filtr: mesic=2021-04", "týden: 2021-W14", "odd: x"))
    assert "Stažení" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"export", "view", "download"}),
        ({"kdo": "jana"}, {"export", "download"}),
        ({"co": "view"}, {"view"}),
        ({"od": "2021-04-06"}, {"view", "download"}),
        ({"do": "5. 4. 2021"}, {"export"}),
        ({"od": "2021-04-06", "do": "2021-04-06"}, {"view"}),
        ({"kdo": "jana", "od": "2021-04-06"}, {"download"}),
        ({"od": "2022-01-01"}, set()),
    ],
)
def test_log_is_filtered_by_person_action_and_local_days(
    client_of: ClientOf, administrator: User, jana: User, query: dict[str, str], expected: set[str]
) -> None:
    note(jana, APRIL_5, action="export")
    note(administrator, APRIL_6, action="view")
    note(jana, datetime(2021, 4, 6, 22, tzinfo=UTC), action="download")
    if "kdo" in query:
        query = query | {"kdo": str(jana.pk)}
    response = client_of(administrator).get(LOG, query)
    assert {access.action for access in shown(response)} == expected
    assert response.context["filter"].errors == {}


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ({"kdo": "999999"}, "kdo", "Takový účet není."),
        ({"kdo": "\0"}, "kdo", "Nulové znaky nejsou povoleny."),
        ({"co": "steal"}, "co", 'Vyberte platnou možnost, "steal" není k dispozici.'),
        ({"od": "loni"}, "od", "Datum napište ve tvaru 5. 4. 2021."),
        ({"od": "2021-04-06", "do": "2021-04-05"}, "do", "Poslední den je dřív než první."),
    ],
)
def test_wrong_filter_hides_nothing_and_says_why(
    client_of: ClientOf, administrator: User, jana: User, query: dict[str, str], field: str, sentence: str
) -> None:
    access = note(jana, APRIL_5)
    response = client_of(administrator).get(LOG, query)
    assert (response.status_code, shown(response)) == (200, [access])
    assert response.context["filter"].errors == {field: [sentence]}
    assert sentence in unescape(response.content.decode())


def test_export_of_a_wrong_filter_is_refused(client_of: ClientOf, administrator: User, jana: User) -> None:
    access = note(jana, APRIL_5)
    response = client_of(administrator).get(EXPORT, {"co": "nothing"})
    assert (response.status_code, shown(response)) == (422, [access])
    assert AccessLog.objects.count() == 1


def test_log_is_paged_at_a_constant_cost(
    client_of: ClientOf, administrator: User, jana: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(administrator)
    note(jana, APRIL_5)
    with django_assert_num_queries(5):
        client.get(LOG)
    for _ in range(60):
        note(UserFactory(), APRIL_5)
    with django_assert_num_queries(5):
        first = client.get(LOG)
    assert (len(shown(first)), len(shown(client.get(LOG, {"page": 2})))) == (50, 11)


def test_empty_log_says_so(client_of: ClientOf, administrator: User) -> None:
    assert "Tomuto výběru neodpovídá žádný záznam." in client_of(administrator).get(LOG).content.decode()


def test_export_follows_the_filter_and_is_noted_itself(client_of: ClientOf, administrator: User, jana: User) -> None:
    note(jana, APRIL_5, what="=HYPERLINK(1)", rows=3)
    note(administrator, APRIL_6, action="view")
    response = client_of(administrator).get(EXPORT, {"kdo": jana.pk})
    assert b"".join(response).decode("utf-8-sig").splitlines() == [
        "Kdy;Kdo;Osobní číslo;Co udělal;S čím;Podrobnosti",
        '2021-04-05 12:00;Jana Malá;4711;Export;\'=HYPERLINK(1);"{""rows"": 3}"',
    ]
    own = AccessLog.objects.first()
    assert own is not None
    assert (own.user, own.action, own.what) == (administrator, "export", "Protokol přístupů")
    assert own.detail == {"rows": 1, "filter": {"kdo": str(jana.pk)}}


@pytest.mark.parametrize("path", [LOG, EXPORT])
def test_log_is_for_administrators(
    client_of: ClientOf, client: Client, assistant: Assistant, mentor: Mentor, coordinator: User, path: str
) -> None:
    assert [client_of(person).get(path).status_code for person in (assistant, mentor, coordinator)] == [403] * 3
    assert client.get(path).status_code == 302
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize("path", [LOG, EXPORT])
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_log_is_read_only(client_of: ClientOf, administrator: User, path: str, method: str) -> None:
    assert getattr(client_of(administrator), method)(path).status_code == 405


@pytest.mark.parametrize("statement", ["UPDATE audit_accesslog SET what = 'nic'", "DELETE FROM audit_accesslog"])
def test_log_cannot_be_rewritten(jana: User, statement: str) -> None:
    note(jana, APRIL_5)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(statement)
    assert AccessLog.objects.get().what == "Plán směn"
