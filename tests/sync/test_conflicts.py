"""Of two versions a person says which holds: once, with a reason; the second becomes a correction."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apk import refusal
from apk.calendar import Month
from apk.people.models import Assistant, Mentor, User
from apk.sync import registry
from apk.sync.conflicts import decide
from apk.sync.models import Conflict, ConflictDecision, Correction
from findings.models import Finding
from tests.factories import ConflictFactory, ReceiptFactory
from tests.phones import Phone, finding, record

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]
FIRST, SECOND = ConflictDecision.Holds


@pytest.fixture
def disputed(phone: Phone) -> Conflict:
    """A finding of which two versions came: two syringes with a needle, then five."""
    sent = record(finding(with_needle=2))
    phone.outcomes(sent, {**sent, "payload": finding(with_needle=5)})
    return Conflict.objects.get()


def test_the_second_version_becomes_a_correction(disputed: Conflict, client_of: ClientOf, mentor: Mentor) -> None:
    client, url = client_of(mentor), reverse("receiving:conflict", args=[disputed.pk])
    page = client.get(url).content.decode()
    assert "<td>2</td><td>5</td>" in page

    assert client.post(url, {"holds": "second", "note": "Potvrdila mi to"}).status_code == 302

    assert Finding.objects.get().with_needle == 5
    kept = Correction.objects.get()
    assert (kept.conflict, kept.receipt, kept.by, kept.reason) == (
        disputed,
        None,
        mentor.user,
        "Ze dvou verzí platí druhá: Potvrdila mi to",
    )
    assert not Conflict.objects.undecided().exists()
    assert "Potvrdila mi to" in client.get(url).content.decode()
    assert "Potvrdila mi to" in client.get(Finding.objects.get().get_absolute_url()).content.decode()


def test_the_first_version_stays_and_a_decision_is_made_once(
    disputed: Conflict, client_of: ClientOf, coordinator: User
) -> None:
    client, url = client_of(coordinator), reverse("receiving:conflict", args=[disputed.pk])
    assert client.post(url, {"holds": "first", "note": "Dvojí odeslání"}).status_code == 302
    assert Finding.objects.get().with_needle == 2
    again = client.post(url, {"holds": "second", "note": "Přece jen druhá"})
    assert again.status_code == 422
    assert f"O tomto rozporu už rozhodl(a) {coordinator}" in again.content.decode()
    assert Finding.objects.get().with_needle == 2


def test_a_decision_needs_its_reason(disputed: Conflict, client_of: ClientOf, mentor: Mentor) -> None:
    response = client_of(mentor).post(reverse("receiving:conflict", args=[disputed.pk]), {"holds": "second"})
    assert response.status_code == 422
    assert "Napište, podle čeho jste se rozhodli." in response.content.decode()
    with pytest.raises(refusal.Refused, match="podle čeho"):
        decide(disputed.pk, FIRST, by=mentor.user, now=timezone.now(), note=" ")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "attendance"}, "jiného druhu"),
        ({"payload": {**finding(), "with_needle": 0, "needles": 0}}, "Zadejte aspoň jeden kus"),
        ({"version": 9}, "Tuto verzi záznamu server nezná"),
    ],
)
def test_a_second_version_that_cannot_hold_is_refused(
    phone: Phone, mentor: Mentor, change: dict[str, Any], sentence: str
) -> None:
    sent = record()
    phone.outcomes(sent, {**sent, **change})
    disputed = Conflict.objects.get()
    with pytest.raises(refusal.Refused, match=sentence):
        decide(disputed.pk, SECOND, by=mentor.user, now=timezone.now(), note="Zkouška")
    assert Conflict.objects.undecided().count() == 1


def test_the_second_version_of_somebody_else_cannot_hold(phone: Phone, coordinator: User) -> None:
    sent = record()
    phone.outcomes(sent)
    stranger = ConflictFactory(receipt=ReceiptFactory(), user=coordinator)
    with pytest.raises(refusal.Refused, match="poslal někdo jiný"):
        decide(stranger.pk, SECOND, by=coordinator, now=timezone.now(), note="Zkouška")


def test_a_sealed_month_takes_the_second_version_by_its_correction_only(
    disputed: Conflict, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_sealed_checks", [lambda month: month == Month.of(disputed.happened_at)])
    with pytest.raises(refusal.Refused, match="je uzavřený"):
        decide(disputed.pk, SECOND, by=coordinator, now=timezone.now(), note="Zkouška")
    decide(disputed.pk, FIRST, by=coordinator, now=timezone.now(), note="Zkouška")
    assert Finding.objects.get().with_needle == 2


@pytest.mark.parametrize("rows", [1, 6])
def test_the_list_takes_as_many_queries_for_one_as_for_many(
    client_of: ClientOf,
    mentor: Mentor,
    assistant: Assistant,
    django_assert_num_queries: DjangoAssertNumQueries,
    rows: int,
) -> None:
    for n in range(rows):
        ConflictFactory(receipt=ReceiptFactory(user=assistant.user, digest=bytes([n]) * 32))
    client = client_of(mentor)
    # Session, user, choices of the filter, count, rows.
    with django_assert_num_queries(5):
        page = client.get(reverse("receiving:conflicts"))
    assert len(page.context["listed"]) == rows
