"""What the plan says on the home page. Today is Wednesday 7 April 2021, 10:00."""

from datetime import date

import pytest

from apk.people.desk import Card
from apk.people.models import Assistant, Employment, Mentor, Mentorship, User
from patrols import desk
from tests.factories import AssistantFactory, LocalityFactory, MentorFactory, ShiftFactory, UserFactory, local

pytestmark = pytest.mark.django_db

NOW = local(2021, 4, 7, 10)


@pytest.fixture
def jana(mentor: Mentor) -> Assistant:
    return AssistantFactory(mentor=mentor, user=UserFactory(first_name="Jana", last_name="Malá"))


@pytest.fixture
def petr(mentor: Mentor) -> Assistant:
    return AssistantFactory(mentor=mentor, user=UserFactory(first_name="Petr", last_name="Čech"))


def cards_of(mentor: Mentor) -> dict[str, Card]:
    return {card.title: card for card in desk.mentor_cards(mentor.user, NOW)}


def test_card_of_today_names_who_is_on_shift(mentor: Mentor, jana: Assistant, petr: Assistant) -> None:
    there = LocalityFactory(name="Jílová")
    morning = ShiftFactory(assistant=jana, locality=there, start=local(2021, 4, 7, 6), end=local(2021, 4, 7, 14))
    night = ShiftFactory(assistant=petr, locality=there, start=local(2021, 4, 6, 22), end=local(2021, 4, 7, 6))
    ShiftFactory(assistant=petr, start=local(2021, 4, 8, 0), end=local(2021, 4, 8, 6))
    ShiftFactory(assistant=AssistantFactory(mentor=MentorFactory()), start=morning.start, end=morning.end)
    card = cards_of(mentor)["Dnes ve směně"]
    assert card.value == "2\N{NO-BREAK SPACE}směny"
    assert card.detail == "Právě teď je v terénu 1\N{NO-BREAK SPACE}asistent."
    assert card.rows == (
        ("22:00–6:00 Petr Čech, Jílová", f"/plan/smeny/{night.pk}/"),
        ("6:00–14:00 Jana Malá, Jílová", f"/plan/smeny/{morning.pk}/"),
    )
    assert card.url == "/plan/2021-W14/"


def test_card_of_today_says_that_nobody_is_on_shift(mentor: Mentor) -> None:
    card = cards_of(mentor)["Dnes ve směně"]
    assert (card.value, card.rows) == ("Nikdo", ())


def test_working_days_without_a_shift_are_named(mentor: Mentor, jana: Assistant) -> None:
    for day in (7, 8, 9, 12, 14, 15, 16, 19):
        ShiftFactory(assistant=jana, start=local(2021, 4, day, 8), end=local(2021, 4, day, 16))
    ShiftFactory(start=local(2021, 4, 13, 8), end=local(2021, 4, 13, 16))
    card = cards_of(mentor)["Dny bez směny"]
    assert card.value == "2\N{NO-BREAK SPACE}pracovní dny"
    assert [url for _, url in card.rows] == ["/plan/2021-W15/", "/plan/2021-W16/"]
    assert [label.replace("\N{NO-BREAK SPACE}", " ") for label, _ in card.rows] == [
        "úterý 13. 4. 2021",
        "úterý 20. 4. 2021",
    ]
    assert card.urgent


def test_no_card_when_every_working_day_has_a_shift(mentor: Mentor, jana: Assistant) -> None:
    for day in range(7, 21):
        ShiftFactory(assistant=jana, start=local(2021, 4, day, 8), end=local(2021, 4, day, 16))
    assert set(cards_of(mentor)) == {"Dnes ve směně"}


def test_people_without_a_shift_next_week_are_named(mentor: Mentor, jana: Assistant, petr: Assistant) -> None:
    ShiftFactory(assistant=petr, start=local(2021, 4, 18, 22), end=local(2021, 4, 19, 6))
    Employment.objects.filter(assistant=AssistantFactory(mentor=mentor)).update(ends=date(2021, 4, 11))
    Mentorship.objects.filter(assistant=AssistantFactory(mentor=mentor)).update(ends=date(2021, 4, 11))
    card = cards_of(mentor)["Příští týden bez směny"]
    assert card.rows == (("Jana Malá", f"/plan/smeny/nova/?asistent={jana.pk}&den=2021-04-12"),)


def test_coordinator_sees_hours_of_the_month(coordinator: User, jana: Assistant) -> None:
    ShiftFactory(assistant=jana, start=local(2021, 3, 31, 22), end=local(2021, 4, 1, 6))
    ShiftFactory(assistant=jana, start=local(2021, 4, 7, 6), end=local(2021, 4, 7, 14))
    ShiftFactory(start=local(2021, 4, 30, 22), end=local(2021, 5, 1, 6))
    ShiftFactory(assistant=jana, start=local(2021, 4, 8, 6), announced=False)
    [card] = desk.coordinator_cards(coordinator, NOW)
    assert card.value == "10,0 h"
    assert card.detail == "Do konce měsíce je v plánu celkem 16,0 h, slouží 2\N{NO-BREAK SPACE}asistenti."
