"""The desk's review: which steps are possible, what counts, which findings wait and in which order, what is similar."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apk.calendar import Month
from apk.people.models import Assistant, Mentor, User
from apk.refusal import Refused
from findings import reviewing
from findings.models import REVIEW_MOVES, Finding, Place, Question, ReviewMove, ReviewState
from reports.counting import count
from reports.inputs import fingerprints
from tests import factories, phones
from tests.factories import FindingFactory, PlaceFactory, ShiftFactory, local
from tests.reports import closed

pytestmark = pytest.mark.django_db

APRIL = Month(2021, 4)


@pytest.fixture
def shift(assistant: Assistant) -> Any:
    return ShiftFactory(assistant=assistant, start=local(2021, 4, 15, 8))


@pytest.fixture
def finding(assistant: Assistant, shift: Any) -> Finding:
    finding: Finding = FindingFactory(assistant=assistant, shift=shift, place__locality=shift.locality)
    return finding


@pytest.fixture
def twin(finding: Finding, mentor: Mentor) -> Finding:
    """The same event by a colleague, ten minutes later and a few metres away."""
    other: Finding = FindingFactory(
        assistant=factories.AssistantFactory(mentor=mentor),
        place=finding.place,
        found_at=finding.found_at + timedelta(minutes=10),
        latitude=finding.latitude + 0.0001,
    )
    return other


def in_state(finding: Finding, state: ReviewState, other: Finding) -> Finding:
    merged = {"merged_into": other} if state == ReviewState.MERGED else {}
    Finding.objects.filter(pk=finding.pk).update(review=state, **merged)
    return Finding.objects.get(pk=finding.pk)


@pytest.mark.parametrize("step", [move for move in ReviewMove if move is not ReviewMove.RECONSIDER])
@pytest.mark.parametrize("state", list(ReviewState))
def test_each_step_starts_from_its_states_only(
    finding: Finding, twin: Finding, mentor: Mentor, state: ReviewState, step: ReviewMove
) -> None:
    found = in_state(finding, state, twin)
    steps = {
        ReviewMove.CONFIRM: found.confirm,
        ReviewMove.RETURN: lambda: Question.ask(found, "Kolik?", by=mentor.user, at=local(2021, 4, 16)),
        ReviewMove.MERGE: lambda: found.merge_into(twin),
        ReviewMove.SEPARATE: found.separate,
    }
    before, after = REVIEW_MOVES[step]
    if state in before:
        steps[step]()
        assert Finding.objects.get(pk=found.pk).review == after
    else:
        with pytest.raises(Refused):
            steps[step]()
        assert Finding.objects.get(pk=found.pk).review == state


def test_all_count_but_the_merged_one(finding: Finding, twin: Finding, mentor: Mentor) -> None:
    Question.ask(finding, "Kolik jich bylo?", by=mentor.user, at=local(2021, 4, 16))
    assert count(APRIL).totals["events"] == 2
    twin.merge_into(finding)
    totals = count(APRIL).totals
    assert (totals["events"], totals["pieces"]) == (1, finding.pieces)
    twin.separate()
    assert count(APRIL).totals["events"] == 2


def test_a_summary_learns_of_a_merged_duplicate(finding: Finding, twin: Finding) -> None:
    from_rows = count(APRIL).totals
    before = fingerprints([APRIL])
    finding.confirm()
    assert fingerprints([APRIL]) == before
    twin.merge_into(finding)
    assert fingerprints([APRIL]) != before
    assert count(APRIL).totals != from_rows


def test_what_was_merged_goes_along_and_never_in_a_circle(finding: Finding, twin: Finding, mentor: Mentor) -> None:
    third = FindingFactory(assistant=finding.assistant, place=finding.place)
    third.merge_into(twin)
    twin.merge_into(finding)
    assert Finding.objects.get(pk=third.pk).merged_into == finding
    with pytest.raises(Refused, match="sám neplatí"):
        finding.merge_into(Finding.objects.get(pk=twin.pk))
    with pytest.raises(Refused, match="sám se sebou"):
        finding.merge_into(finding)


def test_findings_of_two_months_are_not_merged(finding: Finding) -> None:
    later = FindingFactory(place=finding.place, found_at=local(2021, 5, 1, 0, 5))
    with pytest.raises(Refused, match="téhož měsíce"):
        later.merge_into(finding)


def test_an_event_stays_when_the_record_it_was_merged_into_is_taken_back(finding: Finding, twin: Finding) -> None:
    twin.merge_into(finding)
    finding.withdraw(at=local(2021, 4, 16), reason="Zapsáno omylem.")
    again = Finding.objects.get(pk=twin.pk)
    assert (again.review, again.merged_into, count(APRIL).totals["events"]) == (ReviewState.NEW, None, 1)


def test_the_oldest_waits_first_and_a_sealed_month_for_nobody(
    finding: Finding, twin: Finding, mentor: Mentor, coordinator: User
) -> None:
    earlier = FindingFactory(assistant=finding.assistant, found_at=local(2021, 3, 15))
    FindingFactory(assistant=finding.assistant, review=ReviewState.CONFIRMED)
    FindingFactory()  # another mentor's
    assert list(reviewing.waiting(mentor.user)) == [earlier, finding, twin]
    assert reviewing.after(reviewing.waiting(mentor.user), finding) == twin
    assert reviewing.after(reviewing.waiting(mentor.user), twin) == earlier
    closed.sealed(Month(2021, 3), coordinator)
    assert list(reviewing.waiting(mentor.user)) == [finding, twin]


def test_a_sealed_month_refuses_decisions(finding: Finding, mentor: Mentor, coordinator: User, client_of: Any) -> None:
    closed.sealed(APRIL, coordinator)
    client = client_of(mentor)
    answer = send(client, finding, "potvrdit")
    assert answer.status_code == 422
    assert "Měsíc duben 2021 je uzavřený" in answer.content.decode().replace("\xa0", " ")
    assert Finding.objects.get(pk=finding.pk).review == ReviewState.NEW


def test_similar_are_those_near_in_place_time_and_month(finding: Finding, twin: Finding, mentor: Mentor) -> None:
    far = {"place": finding.place, "assistant": finding.assistant}
    FindingFactory(**far, latitude=finding.latitude + 0.001)
    FindingFactory(**far, found_at=finding.found_at + timedelta(minutes=61))
    FindingFactory(place=finding.place)  # of somebody whom this mentor does not lead
    [considered] = reviewing.considered([finding], mentor.user)
    [(other, metres)] = considered.similar
    assert other == twin
    assert metres == pytest.approx(11.1, abs=0.1)


def test_flags_come_from_the_shift_the_phone_and_the_limits(
    assistant: Assistant, shift: Any, mentor: Mentor, settings: Any
) -> None:
    settings.REVIEW_PIECES = 1
    finding = FindingFactory(
        assistant=assistant, shift=shift, locality=None, accuracy_m=80, latitude=49.9, longitude=18.35
    )
    factories.ReceiptFactory(id=finding.pk, user=assistant.user, clock_skew=timedelta(minutes=20))
    [considered] = reviewing.considered([finding], mentor.user)
    words = [flag.word for flag in considered.flags]
    assert words == ["nepřesná poloha", "daleko od směny", "mimo lokality", "hodiny telefonu", "neobvyklý počet"]


# --- Pages -----------------------------------------------------------------------------------------------------------


def send(client: Client, finding: Finding, step: str, **said: Any) -> Any:
    seen = reviewing.content_mark(Finding.objects.get(pk=finding.pk))
    return client.post(reverse("findings:decide", args=[finding.pk, step]), {"seen": seen, **said})


def test_the_queue_takes_the_same_queries_for_few_and_many(
    finding: Finding, mentor: Mentor, client_of: Any, django_assert_num_queries: Any
) -> None:
    client = client_of(mentor)
    url = reverse("findings:review-queue")
    with django_assert_num_queries(9):
        client.get(url)
    for _ in range(20):
        FindingFactory(assistant=finding.assistant, place=finding.place)
    with django_assert_num_queries(9):
        page = client.get(url)
    assert "21 nálezů ke kontrole" in page.content.decode().replace("\xa0", " ")
    assert "možná dvakrát" in page.content.decode()


def test_a_decision_opens_the_next_finding(finding: Finding, twin: Finding, mentor: Mentor, client_of: Any) -> None:
    client = client_of(mentor)
    answer = send(client, finding, "potvrdit")
    assert answer.headers["Location"] == reverse("findings:review", args=[twin.pk])
    answer = send(client, twin, "sloucit", into=str(finding.pk))
    assert answer.headers["Location"] == reverse("findings:review-queue")
    states = dict(Finding.objects.values_list("pk", "review"))
    assert states == {finding.pk: ReviewState.CONFIRMED, twin.pk: ReviewState.MERGED}
    answer = send(client, twin, "oddelit")
    assert answer.headers["Location"] == reverse("findings:review", args=[twin.pk])
    assert Finding.objects.get(pk=twin.pk).review == ReviewState.NEW


def test_nobody_decides_about_what_they_have_not_seen(finding: Finding, mentor: Mentor, client_of: Any) -> None:
    client = client_of(mentor)
    seen = reviewing.content_mark(Finding.objects.get(pk=finding.pk))
    Finding.objects.filter(pk=finding.pk).update(with_needle=7)
    answer = client.post(reverse("findings:decide", args=[finding.pk, "potvrdit"]), {"seen": seen})
    assert answer.status_code == 422
    assert "Nález se mezitím změnil" in answer.content.decode()
    assert Finding.objects.get(pk=finding.pk).review == ReviewState.NEW


@pytest.mark.parametrize(
    ("step", "said", "sentence"),
    [
        ("vratit", {"text": " "}, "Napište, na co se ptáte."),
        ("sloucit", {}, "Vyberte nález, který zůstane."),
        ("sloucit", {"into": "0"}, "Takový nález tu už není."),
    ],
)
def test_an_unfinished_decision_says_what_is_missing(
    finding: Finding, twin: Finding, mentor: Mentor, client_of: Any, step: str, said: Any, sentence: str
) -> None:
    FindingFactory(assistant=finding.assistant, place=finding.place)  # two are similar: none is chosen beforehand
    answer = send(client_of(mentor), finding, step, **said)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_an_unknown_step_is_not_there(finding: Finding, mentor: Mentor, client_of: Any) -> None:
    assert send(client_of(mentor), finding, "smazat").status_code == 404


def test_a_place_is_put_right_and_a_new_one_made(finding: Finding, mentor: Mentor, client_of: Any) -> None:
    client = client_of(mentor)
    near = PlaceFactory(latitude=finding.latitude + 0.0005, longitude=finding.longitude, locality=finding.locality)
    far = PlaceFactory(latitude=finding.latitude + 0.01, longitude=finding.longitude)
    url = reverse("findings:relocate", args=[finding.pk])
    page = client.get(url)
    assert [choice[0] for choice in page.context["form"].fields["place"].choices] == [
        str(finding.place_id), str(near.pk), "nove",
    ]  # fmt: skip
    seen = page.context["form"].stored_fingerprint
    refused = client.post(url, {"seen": seen, "place": far.pk, "locality": ""})
    assert refused.status_code == 422
    answer = client.post(f"{url}?z=kontrola", {"seen": seen, "place": near.pk, "locality": ""})
    assert answer.headers["Location"] == reverse("findings:review", args=[finding.pk])
    moved = Finding.objects.get(pk=finding.pk)
    assert (moved.place, moved.locality, moved.latitude) == (near, None, finding.latitude)
    seen = client.get(url).context["form"].stored_fingerprint
    client.post(url, {"seen": seen, "place": "nove", "locality": finding.locality_id})
    made = Place.objects.latest("pk")
    assert Finding.objects.get(pk=finding.pk).place == made
    assert (made.latitude, made.locality) == (finding.latitude, finding.locality)


def test_a_correction_from_the_phone_asks_for_another_look(assistant: Assistant) -> None:
    phone = phones.Phone(assistant.user)
    record = phones.record()
    phone.send(record)
    Finding.objects.get().confirm()
    said = {"corrects": record["id"], "payload": phones.finding(with_needle=5), "reason": "Přehlédl jsem tři."}
    phone.send(phones.record(said, kind="correction"))
    assert Finding.objects.get().review == ReviewState.NEW
