"""Proposals: what is asked of the search, what is kept of its answer, and taking it over."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apk.localities.models import Locality
from apk.people.models import Assistant, Mentor, User
from apk.refusal import Refused
from apk.work import MAX_ATTEMPTS
from findings.urgency import by_recent_findings
from patrols import proposing, rostering
from patrols.models import Absence, Operation, Pair, Proposal, Shift, Stage
from patrols.rules import concerns
from tests.factories import (
    AbsenceFactory,
    AssistantFactory,
    CoverNeedFactory,
    FindingFactory,
    LocalityFactory,
    MentorFactory,
    ShiftFactory,
    local,
)

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Assistant | Mentor], Client]
WEEK = date(2021, 4, 12), date(2021, 4, 18)


@pytest.fixture
def jilova(db: None) -> Locality:
    return LocalityFactory(name="Jílová")


def proposed(mentor: Mentor) -> Proposal:
    made = Proposal.objects.request(*WEEK, by=mentor.user)
    proposing.build(made.pk, most=5)
    made.refresh_from_db()
    return made


def test_proposal_covers_what_is_missing_and_changes_nothing(
    mentor: Mentor, assistant: Assistant, jilova: Locality
) -> None:
    CoverNeedFactory(locality=jilova)
    ShiftFactory(assistant=assistant, locality=jilova, start=local(2021, 4, 12, 8))
    result = proposed(mentor).result
    assert [(each["assistant"], each["locality"]) for each in result["shifts"]] == [(assistant.pk, jilova.pk)] * 4
    assert (result["open"], result["covered"]) == ([], 1)
    assert assistant.user.full_name in result["shares"][0]
    assert Shift.objects.count() == 1


def test_what_stays_open_says_why_for_each_person(mentor: Mentor, assistant: Assistant, jilova: Locality) -> None:
    CoverNeedFactory(locality=jilova, weekdays=[0])
    AbsenceFactory(assistant=assistant, first=WEEK[0], last=WEEK[0])
    busy = AssistantFactory(mentor=mentor)
    ShiftFactory(assistant=busy, start=local(2021, 4, 12, 6))
    stranger = AssistantFactory(mentor=MentorFactory())
    (left,) = proposed(mentor).result["open"]
    assert (left["missing"], len(left["obstacles"])) == (1, 2)
    said = " ".join(left["obstacles"])
    assert (assistant.user.full_name in said, busy.user.full_name in said) == (True, True)
    assert stranger.user.full_name not in said


def test_taken_proposal_is_a_draft_that_breaks_no_rule(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, jilova: Locality
) -> None:
    """Two people for seven days, mornings and afternoons: more than they may do, so some of it stays open."""
    other = AssistantFactory(mentor=mentor)
    for starts, ends in (("06:00", "14:00"), ("14:00", "22:00")):
        CoverNeedFactory(locality=jilova, weekdays=list(range(7)), starts=starts, ends=ends)
    proposal = proposed(mentor)
    count = len(proposal.result["shifts"])
    assert 0 < count < 14
    sent = {"smena": [str(number) for number in range(count)]}
    assert client_of(mentor).post(f"/plan/navrhy/{proposal.pk}/prevzit/", sent)["Location"] == "/plan/mesic/2021-04/"
    shifts = Shift.objects.with_announcements()
    assert (len(shifts), {shift.stage for shift in shifts}) == (count, {Stage.DRAFT})
    assert [each for each in concerns([assistant, other], *WEEK) if each.matters] == []
    assert Operation.objects.get().by == mentor.user


def test_some_are_taken_and_a_proposal_only_once(mentor: Mentor, assistant: Assistant, jilova: Locality) -> None:
    CoverNeedFactory(locality=jilova)
    proposal = proposed(mentor)
    now = timezone.now()
    outcome = proposing.take(proposal, [1, 3, 99], by=mentor.user, now=now)
    assert [shift.starts_on.day for shift in outcome.done] == [13, 15]
    with pytest.raises(Refused):
        proposing.take(proposal, [0], by=mentor.user, now=now)
    assert Shift.objects.count() == 2


def test_none_is_an_answer(mentor: Mentor, assistant: Assistant, jilova: Locality) -> None:
    CoverNeedFactory(locality=jilova)
    assert proposing.take(proposed(mentor), [], by=mentor.user, now=timezone.now()).done == ()
    assert not Shift.objects.exists()


def test_plan_that_changed_meanwhile_is_not_overwritten(mentor: Mentor, assistant: Assistant, jilova: Locality) -> None:
    CoverNeedFactory(locality=jilova, weekdays=[0, 1])
    proposal = proposed(mentor)
    ShiftFactory(assistant=assistant, start=local(2021, 4, 12, 10))
    outcome = proposing.take(proposal, [0, 1], by=mentor.user, now=timezone.now())
    assert ([shift.starts_on.day for shift in outcome.done], len(outcome.left_out)) == ([13], 1)


def test_who_is_no_longer_seen_is_left_out_and_named(mentor: Mentor, assistant: Assistant, jilova: Locality) -> None:
    CoverNeedFactory(locality=jilova, weekdays=[0, 1])
    proposal = proposed(mentor)
    assistant.mentorships.all().delete()
    outcome = proposing.take(proposal, [0, 1], by=mentor.user, now=timezone.now())
    assert (outcome.done, [left.day.day for left, _ in outcome.left_out]) == ((), [12, 13])
    assert {reason for _, reason in outcome.left_out} == {"Asistent už nepatří mezi ty, které vedete."}


def test_search_has_the_time_of_a_team_of_that_size(
    mentor: Mentor, assistant: Assistant, monkeypatch: pytest.MonkeyPatch, jilova: Locality
) -> None:
    CoverNeedFactory(locality=jilova, weekdays=[0])
    search, asked = rostering.propose, []

    def watched(task: rostering.Task, *, seconds: float, **options: Any) -> rostering.Proposal:
        asked.append((len(task.candidates), seconds))
        return search(task, seconds=seconds, **options)

    monkeypatch.setattr(rostering, "propose", watched)
    proposing.build(Proposal.objects.request(*WEEK, by=mentor.user).pk)
    assert asked == [(1, rostering.seconds_for(1))]


def test_nothing_missing_is_nothing_to_propose(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    sent = {"od": str(WEEK[0]), "do": str(WEEK[1])}
    assert client_of(mentor).post("/plan/navrhy/", sent).status_code == 422
    CoverNeedFactory()
    assert client_of(mentor).post("/plan/navrhy/", sent).status_code == 302
    assert Proposal.objects.get().state == Proposal.State.QUEUED


def test_work_is_asked_for_once_and_claimed_again_until_it_fails_for_good(
    mentor: Mentor, monkeypatch: pytest.MonkeyPatch, jilova: Locality
) -> None:
    CoverNeedFactory(locality=jilova)
    first = Proposal.objects.request(*WEEK, by=mentor.user)
    assert Proposal.objects.request(*WEEK, by=mentor.user) == first

    def broken(*args: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(proposing, "task_of", broken)
        for _ in range(MAX_ATTEMPTS):
            assert Proposal.objects.waiting() == [first]
            with pytest.raises(MemoryError):
                proposing.build(first.pk)
        proposing.build(first.pk)
    first.refresh_from_db()
    assert (first.state, first.result, Proposal.objects.waiting()) == (Proposal.State.FAILED, None, [])


def test_task_knows_absences_history_and_who_else_leads(mentor: Mentor, assistant: Assistant, jilova: Locality) -> None:
    CoverNeedFactory(locality=jilova)
    AbsenceFactory(assistant=assistant, first=WEEK[1], last=WEEK[1], state=Absence.State.REQUESTED)
    ShiftFactory(assistant=assistant, start=local(2021, 3, 20, 22), end=local(2021, 3, 21, 6))
    pinned = ShiftFactory(assistant=assistant, start=local(2021, 4, 19, 8))
    (mentorship,) = assistant.mentorships.all()
    mentorship.starts = date(2021, 4, 13)
    mentorship.save()
    (candidate,) = proposing.task_of(mentor.user, *WEEK).candidates
    assert {absence.label for absence in candidate.absences} == {"nepřítomnost", "vede jiný mentor"}
    assert [pin.shift.key for pin in candidate.pins] == [pinned.pk]
    history = candidate.history
    assert (history.hours, history.nights, history.weekends, history.holidays) == (timedelta(hours=7.5), 1, 1, 0)


def test_where_most_was_found_weighs_twice(mentor: Mentor, assistant: Assistant, jilova: Locality) -> None:
    quiet = LocalityFactory(name="Klid")
    CoverNeedFactory(locality=jilova, weekdays=[0], weight=3)
    CoverNeedFactory(locality=quiet, weekdays=[0], weight=3)
    FindingFactory(place__locality=jilova, found_at=local(2021, 4, 1, 10), with_needle=8)
    FindingFactory(place__locality=quiet, found_at=local(2021, 4, 1, 10), with_needle=2)
    FindingFactory(place__locality=quiet, found_at=local(2020, 4, 1, 10), with_needle=50)
    assert by_recent_findings(WEEK[0]) == {jilova.pk: 1, quiet.pk: 0.25}
    weights = {need.locality: need.weight for need in proposing.task_of(mentor.user, *WEEK).needs}
    assert weights == {"Jílová": 6, "Klid": 3.75}


def test_pair_stays_together_where_two_are_needed(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, jilova: Locality
) -> None:
    """Four people, two places a day: without the pair any two of them would do."""
    others = [AssistantFactory(mentor=mentor) for _ in range(3)]
    CoverNeedFactory(locality=jilova, weekdays=[0, 1], people=2)
    client = client_of(mentor)
    sent = {"one": assistant.pk, "other": others[2].pk, "starts": "2021-04-13"}
    assert client.post("/plan/dvojice/nova/", sent).status_code == 302
    result = proposed(mentor).result
    at = {
        person.pk: {s["start"] for s in result["shifts"] if s["assistant"] == person.pk}
        for person in [assistant, *others]
    }
    assert at[assistant.pk] == at[others[2].pk] != set()
    assert (
        result["pairs"][0].replace("\N{NO-BREAK SPACE}", " ").endswith("spolu 1 směna, kde mají být dva, rozděleně 0.")
    )


def test_person_is_in_one_pair_at_a_time(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    client, (one, two) = client_of(mentor), (AssistantFactory(mentor=mentor) for _ in range(2))
    sent = {"one": assistant.pk, "other": one.pk, "starts": "2021-04-01", "ends": "2021-04-30"}
    assert client.post("/plan/dvojice/nova/", sent | {"other": assistant.pk}).status_code == 422
    assert client.post("/plan/dvojice/nova/", sent).status_code == 302
    again = {"one": two.pk, "other": assistant.pk}
    assert client.post("/plan/dvojice/nova/", again | {"starts": "2021-04-30"}).status_code == 422
    assert client.post("/plan/dvojice/nova/", again | {"starts": "2021-05-01"}).status_code == 302
    stranger = AssistantFactory(mentor=MentorFactory())
    assert client.post("/plan/dvojice/nova/", sent | {"other": stranger.pk}).status_code == 422
    pair = Pair.objects.latest("starts")
    assert client.post(f"/plan/dvojice/{pair.pk}/smazat/").status_code == 302
    assert [str(each) for each in Pair.objects.all()] == [f"{assistant} a {one}"]
