"""Swaps: offered, taken by one of many, approved under the rules; and the calendar feed that follows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apk.people.models import Assistant, Mentor, User
from patrols import swapping
from patrols.feeds import escaped, folded
from patrols.models import Announcement, CalendarFeed, Override, Publication, Shift, Swap, SwapError
from patrols.models.swaps import ALLOWED
from tests.factories import AssistantFactory, LocalityFactory, MentorFactory, ShiftFactory, local

ClientOf = Callable[[User | Assistant | Mentor], Client]
NOW = local(2021, 4, 1, 9)
State = Swap.State

database = pytest.mark.django_db


@pytest.fixture
def colleague(mentor: Mentor) -> Assistant:
    return AssistantFactory(mentor=mentor)


@pytest.fixture
def shift(assistant: Assistant) -> Shift:
    """Tuesday 20 April 2021, 8–16."""
    return ShiftFactory(assistant=assistant, start=local(2021, 4, 20, 8), end=local(2021, 4, 20, 16))


def offered(shift: Shift) -> Swap:
    return Swap.objects.offer(shift.announcement, by=shift.assistant, now=NOW)


@database
def test_shift_changes_hands_and_both_know(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, colleague: Assistant
) -> None:
    start = timezone.now() + timedelta(days=20)
    shift = ShiftFactory(assistant=assistant, start=start, end=start + timedelta(hours=8))
    told = shift.announcement
    client_of(assistant).post(f"/plan/muj/{told.pk}/nabidnout/")
    swap = Swap.objects.get()
    client_of(colleague).post(f"/plan/vymeny/{swap.pk}/", {"krok": "take"})
    client_of(mentor).post(f"/plan/vymeny/{swap.pk}/", {"krok": "approve", "zduvodneni": "dohodli se"})
    swap.refresh_from_db()
    shift.refresh_from_db()
    assert (swap.state, swap.taken_by, shift.assistant) == (State.APPROVED, colleague, colleague)
    told.refresh_from_db()
    assert (told.withdrawn, told.shift) == (True, None)
    fresh = Announcement.objects.standing().get()
    assert (fresh.assistant, fresh.shift, fresh.answer) == (colleague, shift, Announcement.Answer.AGREED)
    assert not Announcement.objects.unanswered().exists()


@database
def test_offer_is_seen_by_colleagues_of_the_same_mentor(
    client_of: ClientOf, shift: Shift, colleague: Assistant
) -> None:
    swap = offered(shift)
    stranger = AssistantFactory(mentor=MentorFactory())
    seen = {
        who: [swap for swap, _ in client_of(who).get("/plan/vymeny/").context["open"]] for who in (colleague, stranger)
    }
    assert list(seen.values()) == [[swap], []]
    assert client_of(stranger).post(f"/plan/vymeny/{swap.pk}/", {"krok": "take"}).status_code == 404


@database
def test_offer_is_only_of_ones_own_shift_to_come(shift: Shift, colleague: Assistant) -> None:
    with pytest.raises(SwapError):
        Swap.objects.offer(shift.announcement, by=colleague, now=NOW)
    with pytest.raises(SwapError):
        Swap.objects.offer(shift.announcement, by=shift.assistant, now=shift.start)
    assert offered(shift) == offered(shift)


@database
def test_taker_is_free_at_that_time_and_somebody_else(shift: Shift, colleague: Assistant) -> None:
    swap = offered(shift)
    with pytest.raises(SwapError):
        swap.take(by=shift.assistant, now=NOW)
    ShiftFactory(assistant=colleague, start=local(2021, 4, 20, 15))
    with pytest.raises(SwapError, match="už máte směnu"):
        swap.take(by=colleague, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_take_a_shift_at_once_one_succeeds() -> None:
    mentor = MentorFactory()
    start = local(2021, 4, 20, 8)
    shift = ShiftFactory(assistant=AssistantFactory(mentor=mentor), start=start, end=start + timedelta(hours=8))
    swap = offered(shift)
    people = [AssistantFactory(mentor=mentor) for _ in range(8)]

    def take(person: Assistant) -> bool:
        try:
            Swap.objects.select_related("shift").get(pk=swap.pk).take(by=person, now=NOW)
        except SwapError:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(take, people))
    swap.refresh_from_db()
    assert won.count(True) == 1
    assert swap.taken_by == people[won.index(True)]


@database
def test_rules_are_checked_when_it_is_approved(mentor: Mentor, shift: Shift, colleague: Assistant) -> None:
    swap = offered(shift)
    swap.take(by=colleague, now=NOW)
    late = ShiftFactory(assistant=colleague, start=local(2021, 4, 19, 17), end=local(2021, 4, 20, 1))
    with pytest.raises(SwapError, match="porušila pravidlo"):
        swapping.approve(swap, by=mentor.user, reason="nutné", now=NOW)
    swap.refresh_from_db()
    assert (swap.state, Shift.objects.get(pk=shift.pk).assistant) == (State.TAKEN, shift.assistant)
    Shift.objects.filter(pk=late.pk).update(start=local(2021, 4, 19, 15), end=local(2021, 4, 19, 23))
    with pytest.raises(SwapError, match="Napište, proč"):
        swapping.approve(swap, by=mentor.user, reason=" ", now=NOW)
    swap.refresh_from_db()
    swapping.approve(swap, by=mentor.user, reason="dohodli se", now=NOW)
    assert set(Override.objects.values_list("reason", flat=True)) == {"dohodli se"}
    assert Shift.objects.get(pk=shift.pk).assistant == colleague


@database
def test_assistants_see_what_was_announced_and_the_desk_what_it_plans(
    client_of: ClientOf, mentor: Mentor, shift: Shift, colleague: Assistant
) -> None:
    swap = offered(shift)
    Shift.objects.filter(pk=shift.pk).update(start=local(2021, 4, 20, 10), end=local(2021, 4, 20, 18))

    def clocks(who: Assistant | Mentor) -> list[bool]:
        text = client_of(who).get("/plan/vymeny/").content.decode()
        return [clock in text for clock in ("8:00–16:00", "10:00–18:00")]

    people = colleague, shift.assistant, mentor
    assert [clocks(who) for who in people] == [[True, False], [True, False], [False, True]]
    swap.withdraw()
    assert [clocks(who) for who in people[1:]] == [[True, False], [False, True]]


@database
def test_what_is_not_announced_is_neither_taken_nor_approved(
    mentor: Mentor, shift: Shift, colleague: Assistant
) -> None:
    swap = offered(shift)
    rows = Shift.objects.filter(pk=shift.pk)
    rows.update(end=local(2021, 4, 20, 18))
    with pytest.raises(SwapError, match="plán se na ní mění"):
        swap.take(by=colleague, now=NOW)
    rows.update(end=shift.end)
    swap.take(by=colleague, now=NOW)
    rows.update(end=local(2021, 4, 20, 18))
    with pytest.raises(SwapError, match="změna není zveřejněná"):
        swapping.approve(swap, by=mentor.user, reason="nutné", now=NOW)
    again = Publication.objects.create(
        by=mentor.user, at=NOW + timedelta(hours=1), first=shift.starts_on, last=shift.starts_on
    )
    Announcement.objects.update(end=local(2021, 4, 20, 18), publication=again)
    with pytest.raises(SwapError, match="až potom, co si ji kolega vzal"):
        swapping.approve(swap, by=mentor.user, reason="nutné", now=NOW)
    Announcement.objects.update(publication=None)
    with pytest.raises(SwapError, match="už začala"):
        swapping.approve(swap, by=mentor.user, reason="nutné", now=shift.start)
    assert Announcement.objects.get().assistant == shift.assistant


@database
def test_taker_learns_nothing_of_drafts_and_the_mentor_does(mentor: Mentor, shift: Shift, colleague: Assistant) -> None:
    swap = offered(shift)
    ShiftFactory(assistant=colleague, start=local(2021, 4, 20, 15), announced=False)
    swap.take(by=colleague, now=NOW)
    with pytest.raises(SwapError, match="už má v tu dobu jinou směnu"):
        swapping.approve(swap, by=mentor.user, reason="nutné", now=NOW)


@database
def test_mentor_of_others_decides_nothing(shift: Shift, colleague: Assistant) -> None:
    swap = offered(shift)
    swap.take(by=colleague, now=NOW)
    for decide in (
        lambda: swapping.approve(swap, by=MentorFactory().user, reason="", now=NOW),
        lambda: swapping.refuse(swap, by=MentorFactory().user, now=NOW),
    ):
        with pytest.raises(SwapError):
            decide()
    assert Swap.objects.get().state == State.TAKEN


@database
@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_only_moves_of_the_table_are_made(
    shift: Shift, colleague: Assistant, before: Swap.State, after: Swap.State
) -> None:
    swap = Swap.objects.create(shift=shift, offered_by=shift.assistant, state=before)
    verbs: dict[Swap.State, Callable[[], None]] = {
        State.TAKEN: lambda: swap.take(by=colleague, now=NOW),
        State.WITHDRAWN: swap.withdraw,
        State.APPROVED: lambda: swap.decide(State.APPROVED, now=NOW),
        State.REFUSED: lambda: swap.decide(State.REFUSED, now=NOW),
    }
    if after not in verbs:
        assert all(after not in following for following in ALLOWED.values())
    elif after in ALLOWED[before]:
        verbs[after]()
        assert Swap.objects.get().state == after
    else:
        with pytest.raises(SwapError):
            verbs[after]()
        assert Swap.objects.get().state == before


# The calendar


@database
def test_calendar_holds_what_was_told_until_its_address_is_revoked(client_of: ClientOf, assistant: Assistant) -> None:
    start = (timezone.now() + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    place = LocalityFactory(name="Jílová, park; u školy")
    ShiftFactory(assistant=assistant, locality=place, start=start, end=start + timedelta(hours=8))
    ShiftFactory(assistant=assistant, start=start + timedelta(days=1), announced=False)
    ShiftFactory(start=start)
    client = client_of(assistant)
    address = client.post("/plan/muj/kalendar/", {"vydat": "1"}).context["address"]
    path = address.removeprefix("http://testserver")
    answer = Client().get(path)
    text = answer.content.decode().replace("\r\n ", "")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert text.count("BEGIN:VEVENT") == 1
    assert f"DTSTART:{start:%Y%m%dT%H%M%SZ}\r\n" in text
    assert "LOCATION:Jílová\\, park\\; u školy\r\n" in text
    assert CalendarFeed.objects.get().digest not in path
    assert address not in client.get("/plan/muj/kalendar/").content.decode()
    client.post("/plan/muj/kalendar/", {"zrusit": "1"})
    assert Client().get(path).status_code == 404


@database
def test_new_address_ends_the_old_one_and_a_closed_account_both(assistant: Assistant) -> None:
    old, new = (CalendarFeed.objects.issue(assistant) for _ in range(2))
    statuses = [Client().get(f"/plan/kalendar/{token}.ics").status_code for token in (old, new)]
    assert statuses == [404, 200]
    assistant.user.is_active = False
    assistant.user.save()
    assert Client().get(f"/plan/kalendar/{new}.ics").status_code == 404


def test_long_lines_fold_between_characters() -> None:
    line = "SUMMARY:" + "ěščřžýáíé" * 20
    parts = list(folded(line))
    assert max(map(len, parts)) <= 75
    assert b"".join([parts[0], *(part[1:] for part in parts[1:])]).decode() == line


def test_text_is_escaped() -> None:
    assert escaped("a,b;c\\d\r\ne") == "a\\,b\\;c\\\\d\\ne"
