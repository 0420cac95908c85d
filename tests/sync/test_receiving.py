"""What becomes of records: once, known, in conflict, refused; never half, never twice, never in each other's way."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apk.calendar import Month
from apk.people.models import Assistant
from apk.sync import registry
from apk.sync.models import Conflict, Receipt
from apk.sync.protocol import Refused
from apk.sync.registry import Arrival
from findings.models import Finding
from tests.crowd import at_once
from tests.factories import AssistantFactory, LocalityFactory, PlaceFactory, square
from tests.phones import Phone, finding, note, record

pytestmark = pytest.mark.django_db

CROWD = 8

SAMPLES = json.loads((Path(__file__).parent / "samples/finding-v1.json").read_text())


def changed(sent: dict[str, Any], **payload: Any) -> dict[str, Any]:
    return {**sent, "payload": {**sent["payload"], **payload}}


def test_the_same_record_is_known(phone: Phone) -> None:
    sent = record()
    assert phone.results(sent) == [
        {"id": sent["id"], "outcome": "accepted", "reason": None, "field": None, "held": None}
    ]
    assert phone.results(sent) == [{"id": sent["id"], "outcome": "known", "reason": None, "field": None, "held": None}]
    assert [str(pk) for pk in Finding.objects.values_list("pk", flat=True)] == [sent["id"]]


def test_the_same_record_written_otherwise_is_known(phone: Phone) -> None:
    moment = timezone.now() - timedelta(hours=1)
    sent = record(recorded_at=moment.isoformat())
    assert phone.outcomes(sent) == ["accepted"]
    local = moment.astimezone(timezone.get_default_timezone()).isoformat()
    backwards = dict(reversed(sent["payload"].items()))
    assert phone.outcomes({**sent, "recorded_at": local, "payload": backwards, "id": sent["id"].upper()}) == ["known"]


def test_a_record_twice_in_one_batch_is_stored_once(phone: Phone) -> None:
    sent = record()
    assert phone.outcomes(sent, sent, changed(sent, needles=9)) == ["accepted", "known", "conflict"]
    assert Finding.objects.get().needles == 1


def test_a_record_stays_known_after_it_was_corrected(phone: Phone) -> None:
    sent = record()
    phone.outcomes(sent)
    Finding.objects.update(with_needle=5)
    assert phone.outcomes(sent) == ["known"]
    assert Finding.objects.get().with_needle == 5


def test_a_record_stays_known_when_its_version_is_no_longer_taken(
    phone: Phone, register: Callable[[Callable[[Arrival], None]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    register(lambda arrival: None)
    sent = note()
    assert phone.outcomes(sent) == ["accepted"]
    monkeypatch.undo()
    assert phone.outcomes(sent, note()) == ["known", "refused"]


def test_another_content_under_a_known_id_is_kept_beside_it(phone: Phone) -> None:
    sent = record()
    other = changed(sent, with_needle=7)
    phone.outcomes(sent)

    first, second = phone.results(other)[0], phone.results(other)[0]

    assert first == second
    assert first["outcome"] == "conflict"
    assert first["reason"].endswith(".")
    assert Finding.objects.get().with_needle == 2
    assert Receipt.objects.get().payload == sent["payload"]
    assert Conflict.objects.get().payload == other["payload"]


@pytest.mark.parametrize(
    "difference", [{"kind": "jiný"}, {"version": 2}, {"recorded_at": "2026-01-01T10:00:00+01:00"}, {"payload": {}}]
)
def test_whatever_differs_makes_a_conflict(phone: Phone, difference: dict[str, Any]) -> None:
    sent = record()
    assert phone.outcomes(sent, {**sent, **difference}) == ["accepted", "conflict"]
    assert Conflict.objects.count() == 1


def test_the_id_of_another_person_is_a_conflict_that_reveals_nothing(phone: Phone) -> None:
    sent = record(finding(note="Pod mostem"))
    phone.outcomes(sent)
    other = Phone(AssistantFactory().user)
    response = other.send(sent)
    assert [result["outcome"] for result in response.json()["results"]] == ["conflict"]
    assert "mostem" not in response.content.decode()
    assert Conflict.objects.get().user_id == other.owner


def test_a_refused_record_leaves_nothing_and_may_come_again_mended(phone: Phone) -> None:
    sent = record(finding(with_needle=0, needles=0))
    assert phone.results(sent) == [
        {
            "id": sent["id"],
            "outcome": "refused",
            "reason": "Zadejte aspoň jeden kus.",
            "field": "with_needle",
            "held": None,
        }
    ]
    assert not Receipt.objects.exists()
    assert phone.outcomes(changed(sent, needles=1)) == ["accepted"]


POISON: list[tuple[dict[str, Any], str | None]] = [
    (record(finding(note="nula\0")), None),
    (record(finding(note="p\ud800l páru")), None),
    (record(finding(with_needle=1_000_000)), "with_needle"),
    (record(finding(with_needle=-1)), "with_needle"),
    (record(finding(with_needle=True)), "with_needle"),
    (record(finding(with_needle=1.5)), "with_needle"),
    (record(finding(with_needle="2")), "with_needle"),
    (record(finding(with_needle=10**400)), "with_needle"),
    (record(finding(latitude=999)), "latitude"),
    (record(finding(latitude=48.2)), "latitude"),
    (record(finding(latitude=float("nan"))), None),
    (record(finding(longitude=float("inf"))), None),
    (record(finding(longitude="18.2")), "longitude"),
    (record(finding(accuracy_m=-1)), "accuracy_m"),
    (record(finding(place=0)), "place"),
    (record(finding(place=2**63)), "place"),
    (record(finding(place_kind="louka")), "place_kind"),
    (record(finding(place_kind=["park"])), "place_kind"),
    (record(finding(position_source=None)), "position_source"),
    (record(finding(child_accessible="ano")), "child_accessible"),
    (record(finding(note="x" * 1001)), "note"),
    (record(finding(note=None)), "note"),
    (record(finding(unheard_of=1)), "unheard_of"),
    (record({}), "latitude"),
    (record([]), None),
    (record("text"), None),
    (record(finding(note=json.loads("[" * 500 + "]" * 500))), None),
    (record(kind="ufo"), None),
    (record(kind=None), None),
    (record(kind=""), None),
    (record(kind="k" * 41), None),
    (record(version=99), None),
    (record(version="1"), None),
    (record(version=True), None),
    (record(version=0), None),
    (record(version=10**9), None),
    (record(id="nic"), None),
    (record(id=""), None),
    (record(id="6fa459ea-ee8a-4ca4-894e-db77e160355e"), None),
    (record(id="{01790000-0001-7000-8000-000000000001}"), None),
    (record(recorded_at=None), None),
    (record(recorded_at=1_617_600_000), None),
    (record(recorded_at="2026-04-05T10:00:00"), None),
    (record(recorded_at="2026-13-05T10:00:00Z"), None),
    (record(recorded_at="9999-12-31T23:59:59Z"), None),
    (record(recorded_at="9999-12-31T23:59:59-12:00"), None),
    (record(recorded_at="0001-01-01T00:00:00+12:00"), None),
    (record(recorded_at="1970-01-01T00:00:00Z"), None),
    ({"id": record()["id"]}, None),
]


@pytest.mark.parametrize(("poison", "field"), POISON)
def test_a_spoilt_record_is_refused_with_a_reason(phone: Phone, poison: dict[str, Any], field: str | None) -> None:
    good = record()
    refused, accepted = phone.results(poison, good)
    assert accepted["outcome"] == "accepted"
    assert (refused["id"], refused["outcome"], refused["field"]) == (poison["id"], "refused", field)
    assert refused["reason"].endswith(".")
    assert [str(pk) for pk in Receipt.objects.values_list("pk", flat=True)] == [good["id"]]
    assert Finding.objects.count() == 1


def test_one_spoilt_record_among_fifty_does_not_stop_the_others(phone: Phone) -> None:
    sent = [record() for _ in range(50)]
    sent[20] = record(finding(latitude=999))
    outcomes = phone.outcomes(*sent)
    assert outcomes == ["accepted"] * 20 + ["refused"] + ["accepted"] * 29
    assert Finding.objects.count() == 49


def test_reasons_are_said_in_czech(phone: Phone) -> None:
    sent = [
        record(finding(with_needle=1000)),
        record(finding(needles=-1)),
        record(finding(place_kind="louka")),
        record(finding(note="x" * 1001)),
        record({name: value for name, value in finding().items() if name != "place_kind"}),
        record(finding(barva="žlutá")),
        record(finding(child_accessible=1)),
    ]
    assert [result["reason"] for result in phone.results(*sent)] == [
        "Stříkačky s jehlou: nejvýše 999.",
        "Samostatné jehly: nejméně 0.",
        "Druh místa: vyberte jednu z možností.",
        "Poznámka: text je příliš dlouhý, nejvýše 1000 znaků.",
        "Druh místa: údaj chybí.",
        "barva: takový údaj server nezná.",
        "Dostupné dětem: údaj nemá správný tvar.",
    ]


def test_every_version_of_every_kind_has_frozen_samples() -> None:
    folder = Path(__file__).parent / "samples"
    wanted = {f"{kind.name}-v{version}.json" for kind in registry.registered() for version in kind.payloads}
    assert wanted == {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("sample", SAMPLES)
def test_frozen_samples_stay_acceptable(phone: Phone, sample: dict[str, Any]) -> None:
    assert phone.outcomes(record(sample)) == ["accepted"]


def test_a_receipt_keeps_what_the_phone_said(phone: Phone) -> None:
    moment = (timezone.now() - timedelta(minutes=30)).replace(microsecond=123_000)
    sent = record(recorded_at=moment.astimezone(timezone.get_fixed_timezone(120)).isoformat())
    before = timezone.now()

    phone.outcomes(sent, device_time=before - timedelta(minutes=7))

    receipt = Receipt.objects.with_wrong_clock().get()
    assert str(receipt) == f"finding {sent['id']}"
    assert (receipt.recorded_at, receipt.utc_offset_min, receipt.user_id) == (moment, 120, phone.owner)
    assert timedelta(minutes=7) <= receipt.clock_skew < timedelta(minutes=8)
    assert before <= receipt.received_at <= timezone.now()
    assert receipt.clock_was_wrong
    assert Finding.objects.get().found_at == moment + receipt.clock_skew


def test_a_clock_that_is_right_is_not_flagged(phone: Phone) -> None:
    moment = timezone.now() - timedelta(minutes=30)
    phone.outcomes(record(recorded_at=moment.isoformat()), device_time=timezone.now() + timedelta(seconds=90))
    assert not Receipt.objects.get().clock_was_wrong
    assert not Receipt.objects.with_wrong_clock().exists()
    assert Finding.objects.get().found_at == moment


@pytest.mark.parametrize("day", [timedelta(days=1), timedelta(days=-1)])
def test_a_clock_a_day_off_is_put_right(phone: Phone, day: timedelta) -> None:
    device_time = timezone.now() + day
    sent = record(recorded_at=(device_time - timedelta(hours=2)).isoformat())
    phone.outcomes(sent, device_time=device_time)
    assert abs(Finding.objects.get().found_at - (timezone.now() - timedelta(hours=2))) < timedelta(minutes=1)


def test_an_arrival_carries_what_an_app_needs(
    phone: Phone, assistant: Assistant, register: Callable[[Callable[[Arrival], None]], None]
) -> None:
    arrivals: list[Arrival] = []
    register(arrivals.append)
    sent = note("Klid u školy")
    phone.outcomes(sent)
    arrival = arrivals[0]
    assert (str(arrival.id), arrival.version, arrival.sender) == (sent["id"], 1, assistant.user)
    assert arrival.payload.model_dump() == {"text": "Klid u školy"}
    assert arrival.recorded_at == arrival.happened_at == datetime.fromisoformat(sent["recorded_at"])


def test_a_refusal_by_an_app_rolls_back_what_it_wrote(
    phone: Phone, register: Callable[[Callable[[Arrival], None]], None]
) -> None:
    def accept(arrival: Arrival) -> None:
        PlaceFactory()
        raise Refused("Dnes ne.", "text")

    register(accept)
    result = phone.results(note())[0]
    assert (result["outcome"], result["reason"], result["field"]) == ("refused", "Dnes ne.", "text")
    assert PlaceFactory._meta.model.objects.count() == 0
    assert Receipt.objects.count() == 0


def test_what_the_database_refuses_is_tried_twice_and_then_said(
    phone: Phone, register: Callable[[Callable[[Arrival], None]], None]
) -> None:
    tries: list[str] = []

    def accept(arrival: Arrival) -> None:
        tries.append(arrival.payload.model_dump()["text"])
        if len(tries) in (1, 3, 4):
            raise IntegrityError("gone")

    register(accept)
    second, third = phone.results(note("napodruhé"), note("ani potom"))
    assert second["outcome"] == "accepted"
    assert (third["outcome"], third["reason"]) == (
        "refused",
        "Záznam se na serveru nepodařilo uložit. Zůstává v telefonu; řekněte o tom správci.",
    )
    assert tries == ["napodruhé", "napodruhé", "ani potom", "ani potom"]
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("model", [Receipt, Conflict])
def test_what_was_delivered_cannot_be_changed(phone: Phone, model: type[Receipt | Conflict]) -> None:
    sent = record()
    phone.outcomes(sent, changed(sent, needles=9))
    row = model.objects.get()
    with pytest.raises(DatabaseError, match="Cannot update or delete"):
        model.objects.filter(pk=row.pk).update(kind="jiný")


@pytest.mark.django_db(transaction=True)
def test_eight_connections_ten_times_each_record_once(assistant: Assistant) -> None:
    sent = [record(finding(latitude=49.80 + n / 1000)) for n in range(6)]
    phones = [Phone(assistant.user) for _ in range(CROWD)]

    def send(n: int) -> list[str]:
        order = sent if n % 2 else sent[::-1]
        results = [result for _ in range(10) for result in phones[n].results(*order)]
        return [f"{result['id']} {result['outcome']}" for result in results]

    said = [line for lines in at_once(CROWD, send) for line in lines]

    for each in sent:
        assert said.count(f"{each['id']} accepted") == 1
        assert said.count(f"{each['id']} known") == CROWD * 10 - 1
    assert sorted(str(pk) for pk in Finding.objects.values_list("pk", flat=True)) == sorted(r["id"] for r in sent)
    assert Receipt.objects.count() == len(sent)
    assert Conflict.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_eight_contents_at_once_one_is_accepted_and_all_are_kept(assistant: Assistant) -> None:
    first = record()
    phones = [Phone(assistant.user) for _ in range(CROWD)]

    outcomes = at_once(CROWD, lambda n: phones[n].outcomes(changed(first, needles=n + 1))[0])

    assert sorted(outcomes) == ["accepted"] + ["conflict"] * (CROWD - 1)
    kept = [*Receipt.objects.values_list("payload", flat=True), *Conflict.objects.values_list("payload", flat=True)]
    assert sorted(payload["needles"] for payload in kept) == list(range(1, CROWD + 1))
    assert Finding.objects.count() == 1


def fresh(**payload: Any) -> dict[str, Any]:
    """A record of this very moment, so of a month that still runs."""
    return record(finding(**payload), recorded_at=timezone.now().isoformat())


def statements(phone: Phone, *records: dict[str, Any]) -> list[str]:
    """The SQL of one request, transactions included; the words by which a person tells statements apart."""
    with CaptureQueriesContext(connection) as captured:
        assert set(phone.outcomes(*records)) <= {"accepted", "known"}
    return [query["sql"] for query in captured]


def named(sql: str) -> str:
    for words, name in (
        ("django_session", "session"),
        ('FROM "people_user"', "user"),
        ("INSERT INTO sync_receipt", "receipt"),
        ("pg_advisory_xact_lock", "lock"),
        ('INSERT INTO "findings_place"', "new place"),
        ('INSERT INTO "findings_finding"', "finding"),
        ('FROM "people_assistant"', "assistant, shift, localities' edition, places around"),
        ('FROM "findings_place"', "places"),
        ("sync_receipt", "digest"),
    ):
        if words in sql:
            return name
    return sql


@pytest.mark.django_db(transaction=True)
def test_a_finding_costs_at_most_ten_statements(assistant: Assistant) -> None:
    LocalityFactory(area=square(49.845, 18.277))
    phone = Phone(assistant.user)
    phone.outcomes(record(finding(latitude=49.80)))  # the process now knows this edition of the localities

    new_place = fresh()
    assert [named(sql) for sql in statements(phone, new_place)] == [
        "session",
        "user",
        "BEGIN",
        "receipt",
        "assistant, shift, localities' edition, places around",
        "lock",
        "places",
        "new place",
        "finding",
        "COMMIT",
    ]
    assert [named(sql) for sql in statements(phone, fresh())] == [
        "session",
        "user",
        "BEGIN",
        "receipt",
        "assistant, shift, localities' edition, places around",
        "finding",
        "COMMIT",
    ]
    assert [named(sql) for sql in statements(phone, new_place)] == [
        "session",
        "user",
        "BEGIN",
        "receipt",
        "digest",
        "COMMIT",
    ]


@pytest.mark.django_db(transaction=True)
def test_each_further_finding_costs_the_same(assistant: Assistant) -> None:
    phone = Phone(assistant.user)
    phone.outcomes(fresh())
    assert len(statements(phone, fresh())) == 2 + 5
    assert len(statements(phone, *[fresh() for _ in range(50)])) == 2 + 50 * 5
    # Of a month that has ended it is asked whether it is sealed.
    ended = Month.of(timezone.now()).previous.last_day
    assert len(statements(phone, record(recorded_at=f"{ended}T10:00:00+01:00"))) == 2 + 6
