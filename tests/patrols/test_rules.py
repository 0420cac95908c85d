"""The rules over the stored plan: each rule reaches the page with its sentence, whatever the size of the team."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apk.calendar import Week
from apk.people.models import Assistant, Employment, Mentor, User
from patrols.labour_code import Rule
from patrols.models import Announcement, Publication, Shift
from patrols.rules import concerns, planned_shifts
from patrols.working_hours import seconds_by_week
from tests.factories import AssistantFactory, LocalityFactory, ShiftFactory, UserFactory, local

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Assistant | Mentor], Client]
APRIL = date(2021, 4, 1), date(2021, 4, 30)


def shift(person: Assistant, start: datetime, hours: float = 8) -> Shift:
    end = start + timedelta(hours=hours)
    return ShiftFactory(assistant=person, start=start, end=end, locality=LocalityFactory())


def rules_said(person: Assistant, first: date, last: date) -> list[tuple[Rule, date]]:
    return [(concern.breach.rule, concern.day) for concern in concerns([person], first, last) if concern.matters]


def test_plan_that_keeps_the_law_is_told_nothing(assistant: Assistant) -> None:
    for day in range(6, 10):
        shift(assistant, local(2021, 4, day, 8))
    assert concerns([assistant], *APRIL) == []


@pytest.mark.parametrize(("morning", "expected"), [(6, [(Rule.REST_SHORTENED, date(2021, 4, 7))]), (7, [])])
def test_rest_of_eleven_hours_is_enough(assistant: Assistant, morning: int, expected: list[tuple[Rule, date]]) -> None:
    shift(assistant, local(2021, 4, 6, 12))
    shift(assistant, local(2021, 4, 7, morning))
    assert [said for said in rules_said(assistant, *APRIL) if said[0] is Rule.REST_SHORTENED] == expected


def test_shift_before_the_period_still_spoils_the_rest_in_it(assistant: Assistant) -> None:
    before = shift(assistant, local(2021, 3, 31, 15))
    after = shift(assistant, local(2021, 4, 1, 6))
    (said,) = [each for each in concerns([assistant], *APRIL) if each.breach.rule is Rule.REST_TOO_SHORT]
    assert said.shift_keys == {before.pk, after.pk}
    assert said.day == date(2021, 4, 1)
    assert not any(
        each.breach.rule is Rule.REST_TOO_SHORT for each in concerns([assistant], date(2021, 3, 1), date(2021, 3, 31))
    )


def test_week_that_begins_in_the_month_before_is_told_at_the_first_day(assistant: Assistant) -> None:
    for n in range(7):
        shift(assistant, local(2021, 3, 29, 8) + timedelta(days=n))
    assert (Rule.WEEKLY_REST, date(2021, 4, 1)) in rules_said(assistant, *APRIL)


def test_average_counts_the_hours_of_the_whole_period(assistant: Assistant) -> None:
    """26 weeks of 40 hours are the limit; an hour more in April is said in April, though March made it so.

    Eight hours and a half hold a break of half an hour.
    """
    Employment.objects.update(starts=date(2020, 1, 1))
    monday = local(2021, 1, 4, 8)
    for week in range(26):
        for day in range(5):
            shift(assistant, monday + timedelta(weeks=week, days=day), hours=8.5)
    last = Week(2021, 26)
    assert rules_said(assistant, last.first_day, last.last_day) == []
    shift(assistant, local(2021, 1, 4, 17), hours=1)
    assert rules_said(assistant, last.first_day, last.last_day) == [(Rule.AVERAGE_HOURS, last.first_day)]


def test_changed_fte_counts_by_the_days_when_it_held(assistant: Assistant) -> None:
    """13 weeks of full time and 13 of half make 780 hours; one more is over."""
    Employment.objects.update(starts=date(2020, 1, 1), ends=date(2021, 4, 4))
    Employment.objects.create(assistant=assistant, starts=date(2021, 4, 5), fte="0.5")
    for week in range(26):
        for day in range(5):
            shift(assistant, local(2021, 1, 4, 8) + timedelta(weeks=week, days=day), hours=8.5 if week < 13 else 4)
    period = date(2021, 6, 28), date(2021, 7, 4)
    assert rules_said(assistant, *period) == []
    shift(assistant, local(2021, 7, 3, 8), hours=1)
    assert (Rule.AVERAGE_HOURS, date(2021, 6, 28)) in rules_said(assistant, *period)


def test_hours_by_week_split_at_the_true_midnight_and_in_real_time(assistant: Assistant) -> None:
    """On Sunday 28 March 2021 1:00–5:00 is three hours; a shift over its midnight belongs to two weeks, its break to
    the second one."""
    shift(assistant, local(2021, 3, 28, 1), hours=4)
    shift(assistant, local(2021, 3, 28, 22), hours=8)
    got = seconds_by_week([assistant], Week(2021, 12), Week(2021, 13), outside=(date(2021, 5, 1), date(2021, 5, 2)))
    assert got[assistant.pk] == {Week(2021, 12): timedelta(hours=5), Week(2021, 13): timedelta(hours=5.5)}


def test_rules_take_the_same_queries_for_few_and_for_many(
    mentor: Mentor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    people = [AssistantFactory(mentor=mentor) for _ in range(3)]
    with django_assert_num_queries(7):
        assert concerns(people[:1], *APRIL) == []
    for person in people:
        shift(person, local(2021, 4, 1, 14))
        shift(person, local(2021, 4, 2, 5))
    with django_assert_num_queries(7):
        said = concerns(people, *APRIL)
    assert [each.assistant for each in said if each.breach.rule is Rule.REST_TOO_SHORT] == people


def test_breach_stands_beside_its_cell_and_in_the_list(client_of: ClientOf, mentor: Mentor) -> None:
    jana = AssistantFactory(mentor=mentor, user=UserFactory(first_name="Jana", last_name="Malá"))
    late, early = shift(jana, local(2021, 4, 6, 14)), shift(jana, local(2021, 4, 7, 5))
    response = client_of(mentor).get("/plan/2021-W14/")
    plan, page = response.context["plan"], response.content.decode()
    wednesday = plan.rows[0].cells[2]
    assert [concern.title for concern in wednesday.concerns][:1] == ["Denní odpočinek"]
    assert [(chip.shift, chip.trouble) for cell in plan.rows[0].cells for chip in cell.chips] == [
        (late, "error"),
        (early, "error"),
    ]
    address = wednesday.concerns[0].id
    assert page.count(f'href="#{address}"') == 2  # in the table and in the list for phones
    assert page.count(f'<li id="{address}">') == 1
    assert wednesday.concerns[0].sentence in page


def test_assistants_are_not_shown_what_the_rules_say(client_of: ClientOf, assistant: Assistant) -> None:
    shift(assistant, local(2021, 4, 6, 14))
    shift(assistant, local(2021, 4, 7, 5))
    response = client_of(assistant).get("/plan/2021-W14/")
    assert response.context["plan"].concerns is None
    assert "Zákoník práce" not in response.content.decode()


@pytest.mark.parametrize(
    ("changes", "announced"),
    [
        ({}, date(2021, 3, 1)),
        ({"note": "Jiná"}, None),
        ({"end": local(2021, 4, 6, 17)}, None),
        ({"start": local(2021, 4, 6, 9)}, None),
        ({"answer": Announcement.Answer.AGREED}, date(2021, 3, 1)),
    ],
)
def test_database_knows_as_the_model_what_was_told(
    assistant: Assistant, changes: dict[str, object], announced: date | None
) -> None:
    """What the rules read without models says the same as the models do."""
    made = shift(assistant, local(2021, 4, 6, 8))
    publication = Publication.objects.create(
        by=UserFactory(), at=local(2021, 3, 1, 8), first=date(2021, 4, 1), last=date(2021, 4, 30)
    )
    told = Announcement.objects.get(shift=made)
    told.publication, told.announced_on = publication, date(2021, 3, 1)
    for name, value in changes.items():
        setattr(told, name, value)
    told.save()
    (seen,) = planned_shifts(Shift.objects.all())[assistant.pk]
    assert (seen.announced, seen.agreed) == (announced, told.tells(made) and told.is_agreed)
    assert (announced is not None) == told.tells(made)
