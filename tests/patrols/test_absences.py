"""Absences: asked for, decided, and who may know of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import product

import pytest
from django.test import Client

from apk.people.models import Assistant, Mentor, Mentorship, User
from patrols.labour_code import Rule
from patrols.models import Absence, AbsenceError
from patrols.models.absences import ALLOWED
from patrols.rules import concerns
from tests.factories import AbsenceFactory, AssistantFactory, MentorFactory, ShiftFactory, local

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Assistant | Mentor], Client]
NOW = datetime(2021, 4, 1, 9, tzinfo=UTC)
State, Kind = Absence.State, Absence.Kind


def ask(client: Client, **changes: object) -> int:
    sent = {"kind": "vacation", "first": "2021-04-19", "last": "2021-04-23"} | changes
    return client.post("/plan/nepritomnosti/nova/", sent).status_code


def test_assistant_asks_and_the_mentor_approves(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    assert ask(client_of(assistant)) == 302
    absence = Absence.objects.get()
    assert (absence.assistant, absence.state) == (assistant, State.REQUESTED)
    client_of(mentor).post(f"/plan/nepritomnosti/{absence.pk}/rozhodnout/", {"rozhodnuti": "approve"})
    absence.refresh_from_db()
    assert (absence.state, absence.decided_by) == (State.APPROVED, mentor.user)


def test_assistant_decides_nothing_but_takes_a_request_back(client_of: ClientOf, assistant: Assistant) -> None:
    absence = AbsenceFactory(assistant=assistant)
    client = client_of(assistant)
    client.post(f"/plan/nepritomnosti/{absence.pk}/rozhodnout/", {"rozhodnuti": "approve"})
    absence.refresh_from_db()
    assert absence.state == State.REQUESTED
    client.post(f"/plan/nepritomnosti/{absence.pk}/rozhodnout/", {"rozhodnuti": "cancel"})
    absence.refresh_from_db()
    assert absence.state == State.CANCELLED


def test_mentor_writes_an_absence_down_at_once(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    assert ask(client_of(mentor), assistant=assistant.pk, kind="sick-leave") == 302
    assert Absence.objects.get().state == State.APPROVED
    stranger = AssistantFactory(mentor=MentorFactory())
    assert ask(client_of(mentor), assistant=stranger.pk) == 422


@pytest.mark.parametrize(("first", "last", "status"), [(23, 25, 422), (17, 19, 422), (24, 25, 302), (16, 18, 302)])
def test_absences_of_one_person_do_not_overlap(
    client_of: ClientOf, assistant: Assistant, first: int, last: int, status: int
) -> None:
    AbsenceFactory(assistant=assistant)
    assert ask(client_of(assistant), first=f"2021-04-{first}", last=f"2021-04-{last}") == status


def test_refused_request_stands_in_nobodys_way(client_of: ClientOf, assistant: Assistant) -> None:
    AbsenceFactory(assistant=assistant, state=State.REFUSED)
    assert ask(client_of(assistant)) == 302


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_only_moves_of_the_table_are_made(
    mentor: Mentor, assistant: Assistant, before: Absence.State, after: Absence.State
) -> None:
    absence = AbsenceFactory(assistant=assistant, state=before)
    verbs = {State.APPROVED: absence.approve, State.REFUSED: absence.refuse, State.CANCELLED: absence.cancel}
    if after not in verbs:
        assert after not in ALLOWED[before]
        return
    if after in ALLOWED[before]:
        verbs[after](by=mentor.user, now=NOW)
    else:
        with pytest.raises(AbsenceError):
            verbs[after](by=mentor.user, now=NOW)
    absence.refresh_from_db()
    assert absence.state == (after if after in ALLOWED[before] else before)


def test_sick_leave_is_seen_by_the_mentor_of_those_days_and_the_coordinator_alone(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, coordinator: User
) -> None:
    former = mentor
    Mentorship.objects.update(ends=date(2021, 4, 18))
    now = MentorFactory()
    Mentorship.objects.create(assistant=assistant, mentor=now, starts=date(2021, 4, 19))
    absence = AbsenceFactory(assistant=assistant, kind=Kind.SICK_LEAVE, state=State.APPROVED)
    ShiftFactory(assistant=assistant, start=local(2021, 4, 20, 8))
    page = f"/plan/nepritomnosti/{absence.pk}/"
    colleague = AssistantFactory(mentor=now)
    seen = {who: client_of(who).get(page).status_code for who in (former, now, coordinator, colleague, assistant)}
    assert list(seen.values()) == [404, 200, 200, 404, 200]
    # Nor does the plan tell: the former mentor sees the shift in the way, and that it is, not why.
    text = client_of(former).get("/plan/mesic/2021-04/").content.decode()
    assert "neschopnost" not in text
    assert "PN" not in text
    assert "Směna v době nepřítomnosti" in text
    assert "Pracovní neschopnost" in client_of(now).get("/plan/mesic/2021-04/").content.decode()


@pytest.mark.parametrize(("state", "errors"), [(State.APPROVED, 1), (State.REQUESTED, 0), (State.CANCELLED, 0)])
def test_shift_in_an_approved_absence_is_an_error(assistant: Assistant, state: Absence.State, errors: int) -> None:
    AbsenceFactory(assistant=assistant, state=state)
    ShiftFactory(assistant=assistant, start=local(2021, 4, 23, 8))
    said = concerns([assistant], date(2021, 4, 1), date(2021, 4, 30))
    assert sum(each.breach.rule is Rule.ABSENCE for each in said) == errors


def test_shifts_in_the_way_are_shown(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    absence = AbsenceFactory(assistant=assistant)
    shift = ShiftFactory(assistant=assistant, start=local(2021, 4, 23, 8))
    ShiftFactory(assistant=assistant, start=local(2021, 4, 24, 8))
    assert list(client_of(mentor).get(absence.get_absolute_url()).context["shifts"]) == [shift]
