"""Dated rows of people and their verbs: who was employed and led on which day, and what the rules refuse."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection

from apk.people.access import Role
from apk.people.models import Assistant, Employment, Mentor, Mentorship, User
from apk.people.passwords import typeable_password
from apk.people.tasks import close_ended_accounts
from apk.refusal import Refused
from tests.factories import AssistantFactory, MentorFactory, UserFactory

pytestmark = pytest.mark.django_db

HALF, FULL = Decimal("0.50"), Decimal("1.00")
NEW_YEAR = date(2021, 1, 1)


def employments(assistant: Assistant) -> list[tuple[date, date | None, Decimal]]:
    return list(assistant.employments.order_by("starts").values_list("starts", "ends", "fte"))


def mentorships(assistant: Assistant) -> list[tuple[date, date | None, Mentor]]:
    return [(row.starts, row.ends, row.mentor) for row in assistant.mentorships.order_by("starts")]


def test_employ_opens_the_account_and_both_periods(mentor: Mentor):
    assistant = AssistantFactory(employed=False, user__is_active=False)
    assistant.employ(starts=date(2021, 4, 1), fte=HALF, mentor=mentor)
    assert employments(assistant) == [(date(2021, 4, 1), None, HALF)]
    assert mentorships(assistant) == [(date(2021, 4, 1), None, mentor)]
    assert User.objects.get(pk=assistant.user.pk).is_active


def test_employ_is_refused_while_employed(assistant: Assistant, mentor: Mentor):
    with pytest.raises(Refused, match="už je asistent zaměstnán"):
        assistant.employ(starts=date(2030, 1, 1), fte=FULL, mentor=mentor)
    assert employments(assistant) == [(NEW_YEAR, None, FULL)]


def test_change_fte_keeps_the_days_before(assistant: Assistant):
    assistant.change_fte(HALF, on=date(2021, 5, 1))
    assert employments(assistant) == [(NEW_YEAR, date(2021, 4, 30), FULL), (date(2021, 5, 1), None, HALF)]


def test_change_fte_from_the_first_day_changes_the_row_itself(assistant: Assistant):
    assistant.change_fte(HALF, on=NEW_YEAR)
    assert employments(assistant) == [(NEW_YEAR, None, HALF)]


def test_change_fte_leaves_a_later_change_planned(assistant: Assistant):
    assistant.change_fte(HALF, on=date(2021, 7, 1))
    assistant.change_fte(Decimal("0.75"), on=date(2021, 5, 1))
    assert employments(assistant) == [
        (NEW_YEAR, date(2021, 4, 30), FULL),
        (date(2021, 5, 1), date(2021, 6, 30), Decimal("0.75")),
        (date(2021, 7, 1), None, HALF),
    ]


@pytest.mark.parametrize(
    ("fte", "on", "sentence"),
    [
        (FULL, date(2021, 5, 1), "Takový úvazek už asistent v ten den má."),
        (HALF, date(2020, 12, 31), "V tento den není asistent zaměstnán."),
        (Decimal("1.50"), date(2021, 5, 1), "1"),
    ],
)
def test_change_fte_refused_changes_nothing(assistant: Assistant, fte: Decimal, on: date, sentence: str):
    with pytest.raises(Refused, match=sentence):
        assistant.change_fte(fte, on=on)
    assert employments(assistant) == [(NEW_YEAR, None, FULL)]


def test_move_to_keeps_the_former_mentor_for_the_days_before(assistant: Assistant, mentor: Mentor):
    other = MentorFactory()
    assistant.move_to(other, on=date(2021, 4, 15))
    assert mentorships(assistant) == [(NEW_YEAR, date(2021, 4, 14), mentor), (date(2021, 4, 15), None, other)]


def test_move_to_fills_a_gap_up_to_the_next_mentor(assistant: Assistant, mentor: Mentor):
    other = MentorFactory()
    Mentorship.objects.filter(assistant=assistant).update(starts=date(2021, 9, 1))
    assistant.move_to(other, on=date(2021, 4, 1))
    assert mentorships(assistant) == [
        (date(2021, 4, 1), date(2021, 8, 31), other),
        (date(2021, 9, 1), None, mentor),
    ]


def test_move_to_fills_a_gap_up_to_the_end_of_employment(assistant: Assistant, mentor: Mentor):
    Mentorship.objects.all().delete()
    Employment.objects.update(ends=date(2021, 6, 30))
    assistant.move_to(mentor, on=date(2021, 4, 1))
    assert mentorships(assistant) == [(date(2021, 4, 1), date(2021, 6, 30), mentor)]


def test_move_to_the_same_mentor_or_outside_employment_is_refused(assistant: Assistant, mentor: Mentor):
    with pytest.raises(Refused, match="Tento mentor už asistenta"):
        assistant.move_to(mentor, on=date(2021, 4, 1))
    with pytest.raises(Refused, match="není asistent zaměstnán"):
        assistant.move_to(MentorFactory(), on=date(2020, 4, 1))
    assert mentorships(assistant) == [(NEW_YEAR, None, mentor)]


@pytest.mark.parametrize(
    ("on", "still_signs_in"), [(date(2021, 4, 14), False), (date(2021, 4, 15), True), (date(2021, 5, 31), True)]
)
def test_end_closes_the_account_only_once_the_day_has_passed(assistant: Assistant, on: date, still_signs_in: bool):
    assistant.change_fte(HALF, on=date(2021, 7, 1))
    assistant.end(on=on, today=date(2021, 4, 15))
    assert employments(assistant) == [(NEW_YEAR, on, FULL)]
    assert [ends for _, ends, _ in mentorships(assistant)] == [on]
    assert User.objects.get(pk=assistant.user.pk).is_active == still_signs_in


def test_end_is_refused_on_a_day_without_employment(assistant: Assistant):
    with pytest.raises(Refused, match="není asistent zaměstnán"):
        assistant.end(on=date(2020, 12, 31), today=date(2021, 4, 15))
    assert employments(assistant) == [(NEW_YEAR, None, FULL)]


def test_daily_task_closes_exactly_the_accounts_of_ended_assistants():
    today = datetime.now(UTC).date()
    ended, lasting, future, never = (AssistantFactory(employed=False) for _ in range(4))
    for assistant, starts, ends in (
        (ended, NEW_YEAR, today - timedelta(days=3)),
        (lasting, NEW_YEAR, today + timedelta(days=1)),
        (future, today + timedelta(days=30), None),
    ):
        Employment.objects.create(assistant=assistant, starts=starts, ends=ends)
    close_ended_accounts()
    active = set(Assistant.objects.filter(user__is_active=True))
    assert active == {lasting, future, never}


def test_verbs_leave_their_trace_in_the_history(assistant: Assistant):
    assistant.change_fte(HALF, on=date(2021, 5, 1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgh_label, ends, fte FROM people_employmentevent ORDER BY pgh_id")
        rows = cursor.fetchall()
    assert rows == [
        ("insert", None, FULL),
        ("update", date(2021, 4, 30), FULL),
        ("insert", None, HALF),
    ]


def test_manageable_by_follows_the_latest_mentor(assistant: Assistant, mentor: Mentor, coordinator: User):
    other, administrator = MentorFactory(), UserFactory(is_administrator=True)
    manages = Assistant.objects.manageable_by
    today = date(2021, 4, 15)
    assistant.move_to(other, on=date(2021, 4, 20))
    assert list(manages(mentor.user, today)) == [assistant]
    assert list(manages(other.user, today)) == [assistant]
    assert list(manages(mentor.user, date(2021, 4, 20))) == []
    assistant.end(on=date(2021, 4, 30), today=today)
    assert list(manages(other.user, date(2021, 6, 1))) == [assistant]
    assert list(manages(mentor.user, date(2021, 6, 1))) == []
    assert list(manages(administrator, today)) == [assistant]
    assert list(manages(coordinator, today)) == []
    assert list(manages(assistant.user, today)) == []
    assert list(Assistant.objects.visible_to(mentor.user)) == [assistant]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rihova", True),
        ("ŽOFIE", True),
        ("zofie říhová", True),
        ("A-77", True),
        ("zofie@mesto", True),
        ("zofie nováková", False),
        ("100%", False),
        ("", True),
    ],
)
def test_search_needs_neither_accents_nor_capitals(text: str, found: bool):
    AssistantFactory(
        user__first_name="Žofie",
        user__last_name="Říhová",
        user__personal_number="a-77",
        user__email="Zofie@Mesto.cz",
    )
    assert Assistant.objects.matching(text).exists() == found
    assert User.objects.matching(text).exists() == found


def test_sign_in_names_are_kept_in_one_case():
    user = UserFactory(email="Jana.Mala@Mesto.CZ", personal_number="k-12")
    assert User.objects.get(email="JANA.mala@mesto.cz", personal_number="K-12") == user
    user.refresh_from_db()
    assert (user.email, user.personal_number) == ("jana.mala@mesto.cz", "K-12")


def test_one_time_password_is_long_typeable_and_never_the_same():
    passwords = {typeable_password() for _ in range(200)}
    assert len(passwords) == 200
    assert {len(password) for password in passwords} == {24}
    assert all(password.replace("-", "").isalpha() and password.isascii() for password in passwords)


def test_issue_password_sets_what_it_returns_and_when_it_ends(coordinator: User):
    now = datetime(2021, 4, 15, 8, tzinfo=UTC)
    password = coordinator.issue_password(now=now)
    stored = User.objects.get(pk=coordinator.pk)
    assert stored.check_password(password)
    assert stored.one_time_password_until == now + timedelta(days=7)


def test_close_refuses_oneself_and_the_last_administrator(administrator: User):
    mentor = MentorFactory().user
    with pytest.raises(Refused, match="vlastní účet"):
        administrator.close(by=administrator)
    with pytest.raises(Refused, match="poslední správce"):
        administrator.close(by=mentor)
    second = UserFactory(is_administrator=True)
    administrator.close(by=second)
    assert not User.objects.get(pk=administrator.pk).is_active
    administrator.reopen()
    assert User.objects.get(pk=administrator.pk).is_active


def test_change_role_makes_a_mentor_with_a_profile(administrator: User, coordinator: User):
    coordinator.change_role(Role.MENTOR, by=administrator, today=NEW_YEAR)
    assert User.objects.get(pk=coordinator.pk).role == Role.MENTOR
    assert coordinator.mentor == Mentor.objects.get()


def test_change_role_refuses_what_would_leave_somebody_alone(
    administrator: User, coordinator: User, mentor: Mentor, assistant: Assistant
):
    def refusal(user: User, role: Role, by: User) -> str:
        with pytest.raises(Refused) as refused:
            user.change_role(role, by=by, today=date(2021, 4, 15))
        return str(refused.value)

    assert "poslední správce" in refusal(administrator, Role.MENTOR, coordinator)
    assert "vlastní roli" in refusal(administrator, Role.MENTOR, administrator)
    assert "vede asistenty" in refusal(mentor.user, Role.COORDINATOR, administrator)
    assert "registru asistentů" in refusal(assistant.user, Role.MENTOR, administrator)
    assert "registru asistentů" in refusal(coordinator, Role.ASSISTANT, administrator)
    assistant.end(on=date(2021, 4, 10), today=date(2021, 4, 15))
    mentor.user.change_role(Role.COORDINATOR, by=administrator, today=date(2021, 4, 15))
    assert User.objects.get(pk=mentor.user.pk).role == Role.COORDINATOR


def at_once(*steps: Callable[[], None]) -> list[str]:
    """Runs steps in threads of their own, each with its own connection; gives the sentences of those refused."""
    barrier, refused = Barrier(len(steps)), []

    def run(step: Callable[[], None]) -> None:
        try:
            barrier.wait(timeout=10)
            step()
        except Refused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return refused


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_close_each_other_at_once(administrator: User):
    second = UserFactory(is_administrator=True)
    refused = at_once(lambda: administrator.close(by=second), lambda: second.close(by=administrator))
    assert len(refused) == 1
    assert User.objects.administrators().active().count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_change_made_twice_at_once_is_made_once(assistant: Assistant):
    def change() -> None:
        Assistant.objects.get(pk=assistant.pk).change_fte(HALF, on=date(2021, 5, 1))

    assert at_once(change, change, change) == ["Takový úvazek už asistent v ten den má."] * 2
    assert employments(assistant) == [(NEW_YEAR, date(2021, 4, 30), FULL), (date(2021, 5, 1), None, HALF)]
