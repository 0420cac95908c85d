"""Tasks of assistants: the desk's questions and reports from others, in the phone and back."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apk.calendar import Month
from apk.czech import SPACE
from apk.people.models import Assistant, Mentor, User
from apk.sync.models import Receipt
from findings.models import Finding, Question, ReviewState, Sighting
from reports.counting import count
from tests.factories import FindingFactory, SightingFactory, local
from tests.phones import Phone, record
from tests.reports import closed

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parent.parent / "sync/samples"
NOBODYS = "Takovou otázku pro vás server nemá."


@pytest.fixture
def phone(assistant: Assistant) -> Phone:
    return Phone(assistant.user)


@pytest.fixture
def question(assistant: Assistant, mentor: Mentor) -> Question:
    finding = FindingFactory(assistant=assistant)
    return Question.ask(finding, "Kolik jich bylo?", by=mentor.user, at=local(2021, 4, 16))


@pytest.fixture
def sighting(assistant: Assistant) -> Sighting:
    sighting: Sighting = SightingFactory(assistant=assistant, where="Jílová 7, u lavičky")
    return sighting


def answer(question: Question, text: str = "Bylo jich pět.") -> dict[str, Any]:
    return record({"question": question.pk, "text": text}, kind="answer")


def outcome(sighting: Sighting, outcome: str = "not-found", **said: Any) -> dict[str, Any]:
    payload = {"sighting": sighting.pk, "outcome": outcome, "finding": None, "note": "", **said}
    return record(payload, kind="sighting-outcome")


def tasks(phone: Phone) -> Any:
    return phone.client.get(reverse("field:data")).json()["tasks"]


def test_the_phone_has_its_own_tasks_only(phone: Phone, question: Question, sighting: Sighting, mentor: Mentor) -> None:
    SightingFactory()
    Question.ask(FindingFactory(), "Cizí otázka?", by=mentor.user, at=local(2021, 4, 16))
    assert tasks(phone) == {
        "questions": [
            {
                "id": question.pk,
                "text": "Kolik jich bylo?",
                "finding": {
                    "id": str(question.finding_id),
                    "place": question.finding.place.name,
                    "pieces": 2,
                    "foundAt": "2021-04-15T08:00:00Z",
                },
            }
        ],
        "sightings": [
            {
                "id": sighting.pk,
                "where": "Jílová 7, u lavičky",
                "note": "",
                "source": "citizen",
                "sourceLabel": "Oznámení občana",
                "reportedAt": "2021-04-15T08:00:00Z",
            }
        ],
    }


def test_an_answer_comes_back_and_the_finding_waits_for_the_desk(phone: Phone, question: Question) -> None:
    sent = answer(question, "Bylo jich\x07 pět.")
    assert phone.outcomes(sent) == ["accepted"]
    assert phone.outcomes(sent) == ["known"]
    question.refresh_from_db()
    assert (question.answer, question.finding.review) == ("Bylo jich pět.", ReviewState.NEW)
    assert tasks(phone)["questions"] == []


def test_a_second_answer_is_kept_behind_the_first(phone: Phone, question: Question) -> None:
    phone.send(answer(question, "Pět."), answer(question, "Vlastně šest."))
    question.refresh_from_db()
    assert question.answer == "Pět.\nVlastně šest."


def test_an_answer_about_a_sealed_month_is_kept_and_changes_nothing(
    phone: Phone, question: Question, coordinator: User
) -> None:
    closed.sealed(Month(2021, 4), coordinator)
    assert phone.outcomes(answer(question)) == ["accepted"]
    question.refresh_from_db()
    assert (question.answer, question.finding.review) == ("Bylo jich pět.", ReviewState.RETURNED)


def test_others_questions_and_empty_answers_are_refused(phone: Phone, question: Question, mentor: Mentor) -> None:
    others = Question.ask(FindingFactory(), "Kde?", by=mentor.user, at=local(2021, 4, 16))
    results = phone.results(answer(others), answer(question, " \x07 "))
    assert [(result["reason"], result["field"]) for result in results] == [
        (NOBODYS, "question"),
        ("Napište odpověď.", "text"),
    ]
    assert not Question.objects.exclude(answer="").exists()


def test_nothing_found_closes_a_report(phone: Phone, sighting: Sighting) -> None:
    assert phone.outcomes(outcome(sighting, note="Uklizeno.")) == ["accepted"]
    sighting.refresh_from_db()
    assert (sighting.outcome, sighting.closing_note, sighting.finding_id) == ("not-found", "Uklizeno.", None)
    assert sighting.closed_at == Receipt.objects.get().happened_at
    assert sighting.response_time == sighting.closed_at - sighting.reported_at
    assert tasks(phone)["sightings"] == []


def test_a_finding_closes_a_report_even_when_it_arrives_later(phone: Phone, sighting: Sighting) -> None:
    found = record()
    assert phone.outcomes(outcome(sighting, "found", finding=found["id"]), found) == ["accepted", "accepted"]
    sighting.refresh_from_db()
    assert (sighting.outcome, sighting.finding) == ("found", Finding.objects.get())


def test_a_report_counts_nowhere(sighting: Sighting) -> None:
    assert count(Month(2021, 4)).totals["events"] == 0


def test_what_was_closed_or_given_to_another_meanwhile_stays(phone: Phone, sighting: Sighting) -> None:
    another = SightingFactory()
    sighting.close("cancelled", at=local(2021, 4, 15, 11), note="Dvakrát.")
    assert phone.outcomes(outcome(sighting), outcome(another)) == ["accepted", "accepted"]
    sighting.refresh_from_db()
    another.refresh_from_db()
    assert (sighting.outcome, sighting.response_time, another.is_open) == ("cancelled", None, True)


def test_an_outcome_that_makes_no_sense_is_refused(phone: Phone, sighting: Sighting) -> None:
    others = FindingFactory()
    results = phone.results(
        outcome(sighting, "found"),
        outcome(sighting, "found", finding=str(others.pk)),
        record({"sighting": 0x7FFF, "outcome": "not-found"}, kind="sighting-outcome"),
    )
    assert [result["reason"] for result in results] == [
        "K nalezenému patří nález, k nenalezenému ne.",
        "Tento nález zapsal někdo jiný.",
        "Takové oznámení server nemá.",
    ]
    sighting.refresh_from_db()
    assert sighting.is_open


@pytest.mark.parametrize("kind", ["answer", "sighting-outcome"])
def test_frozen_samples_stay_acceptable(phone: Phone, question: Question, assistant: Assistant, kind: str) -> None:
    Question.objects.filter(pk=question.pk).update(id=12)
    SightingFactory(id=7, assistant=assistant)
    for sample in json.loads((SAMPLES / f"{kind}-v1.json").read_text()):
        assert phone.outcomes(record(sample, kind=kind)) == ["accepted"]


# --- Pages -----------------------------------------------------------------------------------------------------------


def test_a_call_is_written_down_and_given_to_an_assistant(mentor: Mentor, assistant: Assistant, client_of: Any) -> None:
    client = client_of(mentor)
    url = reverse("findings:add-sighting")
    said = {"day": "2021-04-15", "clock": "10:00", "source": "citizen", "where": "", "assistant": assistant.pk}
    refused = client.post(url, said)
    assert refused.status_code == 422
    assert "Napište, kde to je." in refused.content.decode()
    later = {**said, "where": "Jílová 7", "day": (timezone.now() + timedelta(days=1)).date().isoformat()}
    assert client.post(url, later).status_code == 422
    answered = client.post(url, {**said, "where": "Jílová 7"})
    made = Sighting.objects.get()
    assert answered.headers["Location"] == made.get_absolute_url()
    assert (made.reported_at, made.assistant, made.recorded_by) == (local(2021, 4, 15, 10), assistant, mentor.user)
    assert [task["where"] for task in tasks(Phone(assistant.user))["sightings"]] == ["Jílová 7"]


def test_the_list_says_how_soon_and_costs_the_same(mentor: Mentor, assistant: Assistant, client_of: Any) -> None:
    client = client_of(mentor)
    for minutes in (30, 90):
        SightingFactory(assistant=assistant).close("not-found", at=local(2021, 4, 15, 10) + timedelta(minutes=minutes))
    SightingFactory().close("cancelled", at=local(2021, 4, 20))
    with CaptureQueriesContext(connection) as few:
        page = client.get(reverse("findings:sightings")).content.decode()
    assert f"1{SPACE}h" in page  # the mean of half an hour and an hour and a half
    for _ in range(20):
        SightingFactory(assistant=assistant)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("findings:sightings"))
    assert (len(few), len(many)) == (6, 6)


def test_the_filter_and_the_file_agree(mentor: Mentor, assistant: Assistant, client_of: Any) -> None:
    client = client_of(mentor)
    SightingFactory(where="=1+1", assistant=assistant).close("not-found", at=local(2021, 4, 15, 10, 35))
    SightingFactory()
    SightingFactory(reported_at=local(2021, 5, 1))
    query = {"mesic": "2021-04", "stav": "vyrizena", "zdroj": "citizen", "asistent": assistant.pk}
    page = client.get(reverse("findings:sightings"), query)
    assert [row.where for row in page.context["page"]] == ["=1+1"]
    file = b"".join(client.get(reverse("findings:export-sightings"), query)).decode("utf-8-sig").splitlines()
    assert len(file) == 2
    assert ";'=1+1;" in file[1] or ",'=1+1," in file[1]
    assert "35" in file[1]
    assert client.get(reverse("findings:export-sightings"), {"stav": "x"}).status_code == 422


def test_a_report_is_given_to_another_and_closed_at_the_desk_once(
    mentor: Mentor, sighting: Sighting, client_of: Any
) -> None:
    client = client_of(mentor)
    client.post(reverse("findings:assign-sighting", args=[sighting.pk]), {"assistant": ""})
    sighting.refresh_from_db()
    assert (sighting.assistant, sighting.assigned_at) == (None, None)
    url = reverse("findings:close-sighting", args=[sighting.pk])
    assert client.post(url, {"outcome": "not-found"}).status_code == 422
    assert client.post(url, {"outcome": "not-found", "note": "Hlídka MP nic nenašla."}).status_code == 302
    again = client.post(url, {"outcome": "cancelled", "note": "Omyl."})
    assert again.status_code == 422
    assert "Oznámení už je vyřízené: nenalezeno." in again.content.decode()
