"""Limits as data: from which day which holds, and what planned breaks do to real shifts."""

import random
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apk.calendar import Week
from apk.people.models import Assistant, Mentor, User
from patrols import proposing
from patrols.labour_code import LAW, Limits, Person, Rule, Shift, check, planned_breaks
from patrols.limits import ASKS, LIMITS, Change, asks, in_force, nonsense, with_values
from patrols.models import LegalLimit
from patrols.models import Shift as StoredShift
from patrols.rules import concerns
from patrols.working_hours import seconds_by_week
from tests.factories import CoverNeedFactory, LocalityFactory, ShiftFactory, local

ClientOf = Callable[[User | Assistant | Mentor], Client]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
APRIL = date(2021, 4, 1), date(2021, 4, 30)
NOON = datetime(2021, 4, 6, 12, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_every_limit_of_time_is_data_and_every_rule_says_what_it_asks() -> None:
    fixed = {"averaging_from", "night_starts", "night_ends", "rest_days"}
    assert {field.name for field in fields(Limits)} == LIMITS.keys() | fixed
    assert set(ASKS) == set(Rule)
    assert plain(asks(Rule.LONG_WORK, LAW)).startswith("Směna má nejvýš 12 hodin práce")
    assert plain(asks(Rule.LATE_NOTICE, LAW)) == "Asistent zná rozvrh i jeho změnu 14 dní předem, jinak jen po dohodě."


@pytest.mark.parametrize("name", LIMITS)
def test_limit_is_read_back_as_it_was_set(name: str) -> None:
    limit = LIMITS[name]
    for value in (Decimal(limit.least), Decimal(limit.most)):
        assert limit.of(with_values(LAW, {name: value})) == value
    assert with_values(LAW, {name: limit.of(LAW)}) == LAW


def test_half_an_hour_is_a_limit_too() -> None:
    assert with_values(LAW, {"weekly_hours": Decimal("38.75")}).weekly_hours == 38 * HOUR + 45 * MINUTE
    assert plain(LIMITS["weekly_hours"].words(Limits(weekly_hours=38.5 * HOUR))) == "38,5 hodiny"


def test_days_are_judged_by_what_holds_on_them() -> None:
    changes = [
        Change("daily_rest", Decimal(12), date(2021, 4, 16)),
        Change("daily_rest", Decimal(13), date(2020, 1, 1)),
        Change("notice_days", Decimal(21), date(2021, 5, 1)),
    ]
    parts = in_force(changes, *APRIL)
    assert [(part.first.day, part.last.day, part.limits.daily_rest / HOUR) for part in parts] == [
        (1, 15, 13),
        (16, 30, 12),
    ]
    assert {part.limits.notice_days for part in parts} == {14}
    assert in_force([], *APRIL)[0].limits == LAW


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"shortened_rest": 11}, ""),
        ({"shortened_rest": 12}, "„Nejkratší denní odpočinek“ by bylo 12 hodin, víc než „Denní odpočinek“ (11 hodin)."),
        ({"break_after": 7}, "„Plánovaná přestávka začíná po“ by bylo 7 hodin"),
    ],
)
def test_limits_that_cannot_hold_together_are_named(values: dict[str, int], sentence: str) -> None:
    said = plain(nonsense(with_values(LAW, {name: Decimal(value) for name, value in values.items()})))
    assert said.startswith(sentence)
    assert bool(said) == bool(sentence)


# Planned breaks (§ 88)


@pytest.mark.parametrize(
    ("length", "breaks"),
    [
        (6 * HOUR, []),
        (6 * HOUR + MINUTE, [4]),
        (8 * HOUR, [4]),
        (10.5 * HOUR, [4]),
        (10.5 * HOUR + MINUTE, [4, 8.5]),
        (12 * HOUR, [4, 8.5]),
        (24 * HOUR, [4, 8.5, 13, 17.5]),
    ],
)
def test_shift_has_a_break_when_it_is_longer_than_may_go_without(length: timedelta, breaks: list[float]) -> None:
    planned = planned_breaks(NOON, NOON + length)
    assert [(start - NOON) / HOUR for start, _ in planned] == breaks
    assert {end - start for start, end in planned} <= {30 * MINUTE}


def test_breaks_are_counted_in_real_time() -> None:
    """From 22:00 to 5:00 it is six hours when clocks go forward, eight when they go back."""
    assert planned_breaks(local(2021, 3, 27, 22), local(2021, 3, 28, 5)) == ()
    ((start, _),) = planned_breaks(local(2021, 10, 30, 22), local(2021, 10, 31, 5))
    assert start == datetime(2021, 10, 31, 0, tzinfo=UTC)


def made(*spans: tuple[float, float], limits: Limits = LAW) -> list[Shift]:
    """Shifts from–to in hours after noon with their planned breaks."""
    times = [(NOON + start * HOUR, NOON + end * HOUR) for start, end in spans]
    return [Shift(key=start, start=start, end=end, breaks=planned_breaks(start, end, limits)) for start, end in times]


@pytest.mark.parametrize(
    ("spans", "limits", "broken"),
    [
        (((0, 12),), LAW, False),
        (((0, 2), (2, 6)), LAW, False),
        (((0, 3), (3, 6 + 1 / 60)), LAW, True),
        (((0, 3), (3.5, 6.5)), LAW, False),
        (((0, 3), (3 + 29 / 60, 6.5)), LAW, True),
        # The employer's own schedule may be what breaks the rule.
        (((0, 8),), Limits(break_length=30 * MINUTE), False),
        (((0, 8),), Limits(break_length=29 * MINUTE), True),
        (((0, 9),), Limits(break_after=6 * HOUR), False),
        (((0, 9),), Limits(break_after=6 * HOUR + MINUTE), True),
    ],
)  # fmt: skip
def test_breaks_are_judged_on_planned_shifts(
    spans: tuple[tuple[float, float], ...], limits: Limits, broken: bool
) -> None:
    from_code = check_of(made(*spans, limits=limits), limits)
    assert (Rule.BREAK_MISSING in from_code) == broken
    assert Rule.BREAK_AT_EDGE not in from_code


def check_of(shifts: list[Shift], limits: Limits) -> set[Rule]:
    return {breach.rule for breach in check(Person(), shifts, limits=limits)}


@given(
    st.integers(1, 24 * 60),
    st.builds(
        Limits,
        work_without_break=st.integers(60, 720).map(lambda n: n * MINUTE),
        break_after=st.integers(60, 720).map(lambda n: n * MINUTE),
        break_length=st.integers(1, 120).map(lambda n: n * MINUTE),
    ),
)
def test_planned_breaks_lie_inside_and_apart(minutes: int, limits: Limits) -> None:
    end = NOON + minutes * MINUTE
    breaks = planned_breaks(NOON, end, limits)
    assert all(NOON < start < stop < end for start, stop in breaks)
    edges = [NOON, *(moment for span in breaks for moment in span)]
    assert all(after - before == limits.break_after for before, after in zip(edges[::2], edges[1::2], strict=False))


# Stored


database = pytest.mark.django_db


@database
@pytest.mark.parametrize(
    "limits",
    [LAW, Limits(work_without_break=3 * HOUR, break_after=2 * HOUR, break_length=45 * MINUTE)],
    ids=["law", "many breaks"],
)
def test_database_takes_the_same_breaks_off_as_the_rules(assistant: Assistant, limits: Limits) -> None:
    """Over four weeks with both Sundays' midnights and the night when an hour comes twice."""
    dice = random.Random(4)
    moment, spans = local(2021, 10, 18, 5), []
    while moment < local(2021, 11, 8, 0):
        end = moment + dice.randrange(30, 24 * 60) * MINUTE
        spans.append((moment, end))
        moment = end + dice.randrange(600) * MINUTE
    place = LocalityFactory()
    StoredShift.objects.bulk_create(
        StoredShift(assistant=assistant, locality=place, start=start, end=end) for start, end in spans
    )
    weeks = [Week.of(date(2021, 10, 18) + timedelta(weeks=n)) for n in range(4)]
    never = (date(2022, 1, 1), date(2022, 1, 2))
    got = seconds_by_week([assistant], weeks[0], weeks[-1], outside=never, limits=limits)[assistant.pk]
    shifts = [Shift(key=start, start=start, end=end, breaks=planned_breaks(start, end, limits)) for start, end in spans]
    expected = {
        week: sum(
            (
                max(min(until, week.end) - max(since, week.start), timedelta(0))
                for s in shifts
                for since, until in s.worked
            ),
            timedelta(0),
        )
        for week in weeks
    }
    assert got == {week: hours for week, hours in expected.items() if hours}


@database
def test_plan_is_judged_by_the_limits_of_each_day(assistant: Assistant, coordinator: User) -> None:
    """Sixteen hours between two shifts are enough until the middle of the month, from then on they are not."""
    for day in (6, 7, 20, 21):
        ShiftFactory(assistant=assistant, start=local(2021, 4, day, 8), end=local(2021, 4, day, 16))
    LegalLimit.objects.set("daily_rest", Decimal(17), date(2021, 4, 16), reason="KS", by=coordinator)
    said = [each for each in concerns([assistant], *APRIL) if each.breach.rule is Rule.REST_SHORTENED]
    assert [(each.day.day, each.breach.limit) for each in said] == [(21, 17 * HOUR)]


@database
def test_breaks_count_in_the_stored_plan(assistant: Assistant) -> None:
    """Two halves of a day without a pause between them are work of eight hours without a break."""
    ShiftFactory(assistant=assistant, start=local(2021, 4, 6, 6), end=local(2021, 4, 6, 10))
    late = ShiftFactory(assistant=assistant, start=local(2021, 4, 6, 10), end=local(2021, 4, 6, 14))
    said = [each.breach for each in concerns([assistant], *APRIL) if each.matters]
    assert [(breach.rule, breach.measured) for breach in said] == [(Rule.BREAK_MISSING, 8 * HOUR)]
    StoredShift.objects.filter(pk=late.pk).update(start=local(2021, 4, 6, 10, 30))
    assert [each for each in concerns([assistant], *APRIL) if each.matters] == []


@database
def test_coordinator_sets_a_limit_from_a_day_and_the_page_keeps_its_history(
    client_of: ClientOf, coordinator: User, mentor: Mentor
) -> None:
    client = client_of(coordinator)
    sent = {"value": "12", "valid_from": "2021-04-16", "reason": "Kolektivní smlouva, čl. 5"}
    assert client.post("/plan/pravidla/daily_rest/", sent)["Location"] == "/plan/pravidla/"
    client.post("/plan/pravidla/daily_rest/", sent | {"value": "12,5"})
    limit = LegalLimit.objects.get()
    assert (limit.value, limit.set_by, limit.valid_from) == (Decimal("12.5"), coordinator, date(2021, 4, 16))
    page = plain(client_of(mentor).get("/plan/pravidla/").content.decode())
    assert "Kolektivní smlouva, čl. 5" in page
    assert "Mezi směnami je 12,5 hodiny odpočinku" in page
    assert "/plan/pravidla/daily_rest/" not in page
    told = client.get(f"/historie/patrols.legallimit/{limit.pk}/").content.decode()
    assert ("bylo </span>12</del>" in told, "je </span>12,5</ins>" in told) == (True, True)


@database
@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("shortened_rest", "12", "To dohromady nejde"),
        ("longest_work", "25", "Zadejte číslo od 1 do 24."),
        ("notice_days", "13.5", "Zadejte celé číslo."),
        ("notice_days", "", "Toto pole je třeba vyplnit"),
    ],
)
def test_limit_that_makes_no_sense_is_refused(
    client_of: ClientOf, coordinator: User, name: str, value: str, sentence: str
) -> None:
    sent = {"value": value, "valid_from": "2021-04-16", "reason": "KS"}
    response = client_of(coordinator).post(f"/plan/pravidla/{name}/", sent)
    assert (response.status_code, LegalLimit.objects.exists()) == (422, False)
    assert sentence in response.content.decode()


@database
def test_unknown_limit_has_no_page(client_of: ClientOf, coordinator: User) -> None:
    assert client_of(coordinator).get("/plan/pravidla/night_starts/").status_code == 404


@database
def test_proposal_is_not_asked_for_over_a_change_of_limits(
    client_of: ClientOf, coordinator: User, mentor: Mentor, assistant: Assistant
) -> None:
    CoverNeedFactory()
    LegalLimit.objects.set("daily_rest", Decimal(12), date(2021, 4, 16), reason="KS", by=coordinator)
    client = client_of(mentor)
    assert client.post("/plan/navrhy/", {"od": "2021-04-12", "do": "2021-04-18"}).status_code == 422
    assert client.post("/plan/navrhy/", {"od": "2021-04-16", "do": "2021-04-18"}).status_code == 302
    assert proposing.task_of(mentor.user, date(2021, 4, 16), date(2021, 4, 18)).limits.daily_rest == 12 * HOUR
