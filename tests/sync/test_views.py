"""Pages of the receiving: quarantine, late records, clocks; who sees what and what is done there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apk.calendar import Month
from apk.people.models import Assistant, Mentor, User
from apk.sync import registry, versions
from apk.sync.models import Held
from apk.sync.templatetags.receiving import clock
from findings.models import Finding
from tests.factories import (
    ActivityKindFactory,
    AssistantFactory,
    CounterFactory,
    HeldFactory,
    MentorFactory,
    OrganisationFactory,
    ReceiptFactory,
    ReferralReasonFactory,
    local,
)
from tests.phones import Phone, correction, finding, record

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]


def quarantined(phone: Phone) -> Held:
    """A record sent after the account had been closed."""
    User.objects.filter(pk=phone.owner).update(is_active=False)
    phone.outcomes(record())
    return Held.objects.waiting().latest("receipt__received_at")


def decide(client: Client, held: Held, **said: str) -> int:
    return client.post(reverse("receiving:decide-held", args=[held.pk]), said).status_code


def test_the_coordinator_accepts_a_held_record(phone: Phone, client_of: ClientOf, coordinator: User) -> None:
    held, client = quarantined(phone), client_of(coordinator)
    assert "Karanténa" in client.get(reverse("home")).content.decode()
    page = client.get(reverse("receiving:held", args=[held.pk])).content.decode()
    assert "<dt>Stříkačky s jehlou</dt><dd>2</dd>" in page
    assert "<dt>Druh místa</dt><dd>Park</dd>" in page
    assert decide(client, held, decision="accepted") == 302
    assert Finding.objects.get().pk == held.pk
    assert (
        Finding.objects.get().get_absolute_url()
        in client.get(reverse("receiving:held", args=[held.pk])).content.decode()
    )
    assert decide(client, held, decision="rejected", note="Pozdě") == 422
    assert "Karanténa" not in client.get(reverse("home")).content.decode()


def test_a_rejection_needs_a_reason_and_keeps_it(phone: Phone, client_of: ClientOf, coordinator: User) -> None:
    held, client = quarantined(phone), client_of(coordinator)
    assert decide(client, held, decision="rejected", note=" ") == 422
    assert decide(client, held, decision="rejected", note="Telefon byl ukraden") == 302
    assert not Finding.objects.exists()
    assert "Telefon byl ukraden" in client.get(reverse("receiving:held", args=[held.pk])).content.decode()


def test_a_mentor_reads_but_does_not_decide(phone: Phone, client_of: ClientOf, mentor: Mentor) -> None:
    held, client = quarantined(phone), client_of(mentor)
    assert "O přijetí rozhoduje koordinátor." in client.get(reverse("receiving:held", args=[held.pk])).content.decode()
    assert decide(client, held, decision="accepted") == 403
    assert client_of(MentorFactory()).get(reverse("receiving:held", args=[held.pk])).status_code == 404


def test_a_held_correction_shows_what_it_changes(phone: Phone, client_of: ClientOf, coordinator: User) -> None:
    sent = record()
    phone.outcomes(sent)
    User.objects.filter(pk=phone.owner).update(is_active=False)
    phone.outcomes(correction(sent, finding(with_needle=7), reason="Přepočítala jsem je"))
    page = client_of(coordinator).get(reverse("receiving:held", args=[Held.objects.get().pk])).content.decode()
    assert "Přepočítala jsem je" in page
    assert "<td>2</td><td>7</td>" in page


def test_what_an_activity_says_is_told_by_names() -> None:
    kind, counter, whom = ActivityKindFactory(), CounterFactory(), OrganisationFactory()
    payload = {
        "note": "Klid",
        "activity_kind": kind.pk,
        "counters": {str(counter.pk): 3},
        "referral": {"organisation": whom.pk, "reason": ReferralReasonFactory(name="Bydlení v azylu").pk},
        "called_patrol": None,
        "neznamy": 1.5,
    }
    assert [(fact.label, fact.text) for fact in versions.facts("activity", 1, payload)] == [
        ("Druh činnosti", kind.name),
        ("Počty", f"{counter.name}: 3"),
        ("Poznámka", "Klid"),
        ("Zprostředkovaná pomoc", f"{whom.name} (Bydlení v azylu)"),
        ("Přivolaná hlídka", "–"),
        ("neznamy", "1,5"),
    ]
    assert versions.title("ufo") == "ufo"
    assert [(fact.label, fact.text) for fact in versions.facts("ufo", 1, {"a": ["b", True]})] == [("a", "b, ano")]


def test_a_record_of_a_sealed_month_is_listed_as_late_and_not_decided_here(
    client_of: ClientOf, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = HeldFactory(reason="sealed-month")
    monkeypatch.setattr(registry, "_sealed_checks", [lambda month: month == Month(2021, 4)])
    client = client_of(coordinator)
    listed = client.get(reverse("receiving:late")).context["listed"]
    assert [item["row"].pk for item in listed] == [held.pk]
    assert client.get(reverse("receiving:quarantine")).context["listed"] == []
    assert "při opravě měsíce" in client.get(reverse("receiving:held", args=[held.pk])).content.decode()
    assert decide(client, held, decision="accepted") == 422


def test_lists_are_filtered_by_person_day_and_state(client_of: ClientOf, coordinator: User) -> None:
    one, other = AssistantFactory(), AssistantFactory()
    first = HeldFactory(receipt__user=one.user)
    second = HeldFactory(receipt__user=other.user, receipt__received_at=local(2021, 4, 20))
    client = client_of(coordinator)

    def shown(query: str) -> set[object]:
        return {item["row"].pk for item in client.get(reverse("receiving:quarantine") + query).context["listed"]}

    assert shown("") == {first.pk, second.pk}
    assert shown(f"?asistent={one.user_id}") == {first.pk}
    assert shown("?od=2021-04-16") == {second.pk}
    assert shown("?do=2021-04-15") == {first.pk}
    assert shown("?stav=rozhodnuto") == set()
    assert shown("?od=2021-05-01&do=2021-04-01&asistent=nic") == {second.pk} - {second.pk}


def test_wrong_clocks_are_listed_with_both_times(phone: Phone, client_of: ClientOf, mentor: Mentor) -> None:
    behind = timezone.now() - timedelta(hours=3)
    phone.outcomes(record(recorded_at=(behind - timedelta(minutes=5)).isoformat()), device_time=behind)
    phone.outcomes(record())
    client = client_of(mentor)
    page = client.get(reverse("receiving:clocks"))
    assert len(page.context["listed"]) == 1
    assert "pozadu o 3 h" in page.content.decode()
    assert "Telefony se špatným časem" in client.get(reverse("home")).content.decode()
    assert client_of(MentorFactory()).get(reverse("receiving:clocks")).context["listed"] == []


@pytest.mark.parametrize(
    ("skew", "words"),
    [
        (timedelta(minutes=7), "pozadu o 7 min"),
        (timedelta(minutes=-65), "napřed o 1 h 5 min"),
        (timedelta(days=-1), "napřed o 1 den"),
        (timedelta(days=2, hours=3, minutes=4), "pozadu o 2 dny 3 h"),
    ],
)
def test_a_clock_is_described(skew: timedelta, words: str) -> None:
    assert clock(skew).replace("\xa0", " ") == words


@pytest.mark.parametrize("rows", [1, 6])
def test_lists_take_as_many_queries_for_one_as_for_many(
    client_of: ClientOf,
    mentor: Mentor,
    assistant: Assistant,
    django_assert_num_queries: DjangoAssertNumQueries,
    rows: int,
) -> None:
    for _ in range(rows):
        HeldFactory(receipt__user=assistant.user)
        ReceiptFactory(user=assistant.user, clock_skew=timedelta(hours=1))
    client = client_of(mentor)
    # Session, user, choices of the filter, count, rows.
    for name in ("quarantine", "clocks"):
        with django_assert_num_queries(5):
            assert len(client.get(reverse(f"receiving:{name}")).context["listed"]) == rows
