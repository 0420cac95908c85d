"""Corrections from phones: put over the record once, by its own maker only, the last one holds, all is kept."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apk.people.models import Assistant
from apk.sync.correcting import Change, locked, put_over
from apk.sync.models import Correction, Receipt
from findings.models import Finding
from tests.crowd import at_once
from tests.factories import AssistantFactory, record_id
from tests.phones import Phone, correction, finding, note, record

pytestmark = pytest.mark.django_db

SAMPLES = json.loads((Path(__file__).parent / "samples/correction-v1.json").read_text())


@pytest.fixture
def sent(phone: Phone) -> dict[str, Any]:
    """A record that the server has."""
    sent = record()
    assert phone.outcomes(sent) == ["accepted"]
    return sent


def test_a_correction_is_put_over_its_record_once(phone: Phone, sent: dict[str, Any]) -> None:
    mended = correction(sent, finding(with_needle=7))
    assert phone.outcomes(mended) == ["accepted"]
    assert phone.outcomes(mended, sent) == ["known", "known"]
    found = Finding.objects.get()
    assert (str(found.pk), found.with_needle) == (sent["id"], 7)
    kept = Correction.objects.get()
    assert (str(kept.corrects_id), str(kept.receipt_id), kept.took_effect) == (sent["id"], mended["id"], True)
    assert (kept.payload["with_needle"], kept.reason, kept.by_id) == (7, "Přepočítáno", phone.owner)
    assert Receipt.objects.get(pk=sent["id"]).payload["with_needle"] == 2


def test_a_record_is_taken_back_and_holds_again(phone: Phone, sent: dict[str, Any]) -> None:
    phone.outcomes(correction(sent, None, reason=" Byla to tužka. "))
    found = Finding.objects.get()
    assert (found.is_withdrawn, found.withdrawal_reason) == (True, "Byla to tužka.")
    phone.outcomes(correction(sent, finding(), reason="Přece jen stříkačka"))
    assert not Finding.objects.get().is_withdrawn
    assert [row.payload is None for row in Correction.objects.all()] == [True, False]


def test_the_last_correction_holds(phone: Phone, sent: dict[str, Any]) -> None:
    phone.outcomes(*[correction(sent, finding(needles=n)) for n in (3, 4, 5)])
    assert Finding.objects.get().needles == 5


def test_a_correction_that_came_earlier_does_not_undo_a_later_one(
    assistant: Assistant, phone: Phone, sent: Any
) -> None:
    """Two requests at once: the one received first gets its turn second."""
    phone.outcomes(correction(sent, finding(needles=9)))
    applied = Correction.objects.get()
    with transaction.atomic():
        original = locked(Receipt.objects.filter(pk=sent["id"]))
        assert original is not None
        earlier = applied.received_at.replace(year=applied.received_at.year - 1)
        late = put_over(original, Change(finding(needles=1), 1, "Dřívější", by=assistant.user, received_at=earlier))
    assert not late.took_effect
    assert Finding.objects.get().needles == 9


def test_corrections_of_one_record_take_turns(db: None, transactional_db: None, assistant: Assistant) -> None:
    phones = [Phone(assistant.user) for _ in range(4)]
    sent = record()
    phones[0].outcomes(sent)
    mended = [correction(sent, finding(needles=n + 1)) for n in range(4)]

    outcomes = at_once(4, lambda n: phones[n].outcomes(mended[n])[0])

    assert outcomes == ["accepted"] * 4
    last = Correction.objects.filter(took_effect=True).order_by("received_at", "pk").last()
    assert last is not None
    assert Finding.objects.get().needles == last.payload["needles"]
    assert Correction.objects.count() == 4


@pytest.mark.parametrize(
    ("payload", "reason", "field"),
    [
        (finding(with_needle=0, needles=0), "Zadejte aspoň jeden kus.", "with_needle"),
        (finding(place_kind="louka"), "Druh místa: vyberte jednu z možností.", "place_kind"),
        ({}, "Poloha: údaj chybí.", "latitude"),
        ("text", "Oprava: údaj nemá správný tvar.", "payload"),
    ],
)
def test_a_correction_is_judged_like_a_record(
    phone: Phone, sent: dict[str, Any], payload: Any, reason: str, field: str
) -> None:
    result = phone.results(correction(sent, payload))[0]
    assert (result["outcome"], result["reason"], result["field"]) == ("refused", reason, field)
    assert Receipt.objects.count() == 1


def test_a_correction_says_why(phone: Phone, sent: dict[str, Any]) -> None:
    silent, long = phone.results(correction(sent, finding(), reason=" "), correction(sent, None, reason="x" * 301))
    assert (silent["reason"], silent["field"]) == ("Napište, proč záznam opravujete.", "reason")
    assert (long["reason"], long["field"]) == ("Důvod opravy: text je příliš dlouhý, nejvýše 300 znaků.", "reason")


def test_only_what_one_sent_oneself_can_be_corrected(phone: Phone, sent: dict[str, Any]) -> None:
    stranger = Phone(AssistantFactory().user)
    nothing = {**sent, "id": str(record_id())}
    refused = [*stranger.results(correction(sent, None)), *phone.results(correction(nothing, None))]
    assert [(result["outcome"], result["reason"]) for result in refused] == [
        ("refused", "Záznam, který opravujete, na serveru není.")
    ] * 2
    assert not Finding.objects.get().is_withdrawn


def test_neither_a_correction_nor_a_kind_without_corrections_can_be_corrected(
    phone: Phone, sent: dict[str, Any], register: Any
) -> None:
    register(lambda arrival: None)
    first, plain = correction(sent, finding()), note()
    phone.outcomes(first, plain)
    refused = phone.results(correction(first, None), correction(plain, None))
    assert [result["reason"] for result in refused] == [
        "Opravit jde jen původní záznam, ne jeho opravu.",
        "Záznam tohoto druhu opravit nejde.",
    ]


def test_corrections_are_never_changed(phone: Phone, sent: dict[str, Any]) -> None:
    phone.outcomes(correction(sent, None))
    with pytest.raises(DatabaseError, match="Cannot update or delete"):
        Correction.objects.update(reason="jiný")


def test_the_history_names_who_corrected(phone: Phone, sent: dict[str, Any]) -> None:
    phone.outcomes(correction(sent, finding(needles=8)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event.needles, context.metadata->>'user' FROM findings_findingevent event"
            " JOIN pghistory_context context ON context.id = event.pgh_context_id ORDER BY event.pgh_id"
        )
        assert cursor.fetchall() == [(1, str(phone.owner)), (8, str(phone.owner))]


@pytest.mark.parametrize("sample", SAMPLES)
def test_frozen_samples_stay_acceptable(phone: Phone, sent: dict[str, Any], sample: dict[str, Any]) -> None:
    assert phone.outcomes(record({**sample, "corrects": sent["id"]}, kind="correction")) == ["accepted"]
