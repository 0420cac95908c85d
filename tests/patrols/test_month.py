"""The month's grid, cover, steps over many shifts and taking them back."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from apk.localities.models import Locality
from apk.people.models import Assistant, Mentor, Mentorship, User
from patrols import steps
from patrols.cover import gaps_within, least_present
from patrols.models import Announcement, Operation, Shift, Stage, TrainingNeed, UndoError
from patrols.steps import Scope
from tests.factories import (
    AssistantFactory,
    CoverNeedFactory,
    FindingFactory,
    LocalityFactory,
    MentorFactory,
    ShiftFactory,
    ShiftTemplateFactory,
    TrainingKindFactory,
    local,
)

ClientOf = Callable[[User | Assistant | Mentor], Client]
MONTH = "/plan/mesic/2021-04/"
APRIL = date(2021, 4, 1), date(2021, 4, 30)

database = pytest.mark.django_db


@pytest.fixture
def jilova(db: None) -> Locality:
    return LocalityFactory(name="Jílová")


@database
def test_month_has_a_cell_for_each_person_and_day(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    night = ShiftFactory(assistant=assistant, start=local(2021, 4, 30, 22), end=local(2021, 5, 1, 6))
    ShiftFactory(assistant=assistant, start=local(2021, 5, 1, 22), end=local(2021, 5, 2, 6))
    plan = client_of(mentor).get(MONTH).context["plan"]
    assert [(len(row.cells), row.shifts) for row in plan.rows] == [(30, [night])]


@database
def test_month_of_fifty_takes_as_many_queries_as_of_one(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The limit for 50 people × 31 days is 20; how long it takes is a benchmark."""
    client = client_of(mentor)
    CoverNeedFactory()
    ShiftTemplateFactory()
    TrainingNeed.objects.create(kind=TrainingKindFactory())
    ShiftFactory(assistant=assistant, start=local(2021, 5, 1, 8))
    with django_assert_num_queries(20):
        client.get("/plan/mesic/2021-05/")
    people = [AssistantFactory(mentor=mentor) for _ in range(49)]
    place = LocalityFactory()
    shifts = [
        Shift(assistant=person, locality=place, start=local(2021, 5, day, 8), end=local(2021, 5, day, 16))
        for person in people
        for day in range(1, 32)
        if day % 7 > 1
    ]
    Shift.objects.bulk_create(shifts)
    with django_assert_num_queries(20):
        response = client.get("/plan/mesic/2021-05/")
    assert len(response.context["plan"].shifts) == len(shifts) + 1 == 49 * 22 + 1


# Cover


@pytest.mark.parametrize(
    ("shifts", "least"),
    [
        ([], 0),
        ([(8, 16)], 1),
        ([(8, 12), (12, 16)], 1),
        ([(8, 12), (13, 16)], 0),
        ([(6, 12), (10, 18)], 1),
        ([(8, 16), (7, 17)], 2),
        ([(9, 16)], 0),
        ([(8, 15)], 0),
    ],
)
def test_least_present_is_at_the_emptiest_moment(shifts: list[tuple[int, int]], least: int) -> None:
    spans = [(local(2021, 4, 6, start), local(2021, 4, 6, end)) for start, end in shifts]
    assert least_present((local(2021, 4, 6, 8), local(2021, 4, 6, 16)), spans) == least


@given(st.lists(st.tuples(st.integers(0, 22), st.integers(1, 12)), max_size=6))
def test_least_present_agrees_with_asking_every_hour(shifts: list[tuple[int, int]]) -> None:
    midnight = local(2021, 4, 6, 0)
    spans = [(midnight + timedelta(hours=start), midnight + timedelta(hours=start + n)) for start, n in shifts]
    hours = [midnight + timedelta(hours=hour) for hour in range(8, 16)]
    assert least_present((midnight + timedelta(hours=8), midnight + timedelta(hours=16)), spans) == min(
        sum(start <= hour < end for start, end in spans) for hour in hours
    )


@database
def test_gaps_say_where_somebody_is_missing(mentor: Mentor, jilova: Locality) -> None:
    CoverNeedFactory(locality=jilova, people=2, starts=time(8), ends=time(16))
    one, other = (AssistantFactory(mentor=mentor) for _ in range(2))
    for day in (6, 7):
        ShiftFactory(assistant=one, locality=jilova, start=local(2021, 4, day, 8))
    ShiftFactory(assistant=other, locality=jilova, start=local(2021, 4, 6, 8))
    week = [(gap.day.day, gap.missing) for gap in gaps_within(date(2021, 4, 5), date(2021, 4, 11))]
    # Monday is Easter Monday; on Tuesday both are there, on Wednesday one, then nobody; the weekend is not asked for.
    assert week == [(7, 1), (8, 2), (9, 2)]


@database
def test_need_over_midnight_is_covered_by_the_night_shift(mentor: Mentor, jilova: Locality) -> None:
    CoverNeedFactory(locality=jilova, weekdays=[6], starts=time(22), ends=time(6))
    assert [gap.day for gap in gaps_within(date(2021, 4, 11), date(2021, 4, 11))] == [date(2021, 4, 11)]
    ShiftFactory(locality=jilova, start=local(2021, 4, 11, 22), end=local(2021, 4, 12, 6))
    assert list(gaps_within(date(2021, 4, 11), date(2021, 4, 11))) == []


@database
def test_week_by_localities_tells_who_is_there_and_who_is_missing(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, jilova: Locality
) -> None:
    CoverNeedFactory(locality=jilova, people=2)
    shift = ShiftFactory(assistant=assistant, locality=jilova, start=local(2021, 4, 9, 8))
    (row,) = client_of(mentor).get("/plan/2021-W14/lokality/").context["plan"].rows
    friday = row.cells[4]
    assert (row.locality, [chip.shift for chip in friday.chips], [gap.missing for gap in friday.gaps]) == (
        jilova,
        [shift],
        [1],
    )
    # Assistants see their own shifts, not what is missing.
    (own,) = client_of(assistant).get("/plan/2021-W14/lokality/").context["plan"].rows
    assert [(len(cell.chips), cell.gaps) for cell in own.cells][4] == (1, ())


# Many at once


@database
def test_assigning_in_bulk_repeats_and_leaves_out_what_stands_in_the_way(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, jilova: Locality
) -> None:
    partner = AssistantFactory(mentor=mentor)
    ShiftFactory(assistant=assistant, start=local(2021, 4, 7, 7), end=local(2021, 4, 7, 9))
    sent = {
        "people": [assistant.pk, partner.pk],
        "template": ShiftTemplateFactory().pk,
        "locality": jilova.pk,
        "first": "2021-04-01",
        "last": "2021-04-09",
        "weekdays": ["0", "2", "4"],
    }
    response = client_of(mentor).post("/plan/hromadne/", sent, follow=True)
    # Good Friday and Easter Monday are holidays, so Wednesday 7 and Friday 9 remain.
    made = Shift.objects.filter(locality=jilova).order_by("start", "assistant")
    assert [(shift.assistant, shift.starts_on.day) for shift in made] == [(partner, 7), (assistant, 9), (partner, 9)]
    said = [str(message) for message in response.context["messages"]]
    assert said[0].replace("\N{NO-BREAK SPACE}", " ") == "Do plánu přibyly 3 směny."
    assert "má v tu dobu už směnu" in said[1]
    assert Operation.objects.get().title.replace("\N{NO-BREAK SPACE}", " ") == "Přidáno: 3 směny"


@database
def test_split_template_gives_two_shifts_a_day(mentor: Mentor, assistant: Assistant, jilova: Locality) -> None:
    crossings = ShiftTemplateFactory(starts=time(7), ends=time(8, 30), then_starts=time(12), then_ends=time(15, 30))
    outcome = steps.grant(mentor.user, steps.wishes_of([assistant], crossings, jilova, [date(2021, 4, 6)]), "Přidáno")
    assert [shift.clock for shift in outcome.done] == ["7:00–8:30", "12:00–15:30"]


@database
def test_time_that_clocks_skip_is_left_out(mentor: Mentor, assistant: Assistant, jilova: Locality) -> None:
    early = ShiftTemplateFactory(starts=time(2, 30), ends=time(10))
    days = [date(2021, 3, 27), date(2021, 3, 28)]
    outcome = steps.grant(mentor.user, steps.wishes_of([assistant], early, jilova, days), "Přidáno")
    assert ([shift.starts_on.day for shift in outcome.done], [wish.day.day for wish, _ in outcome.left_out]) == (
        [27],
        [28],
    )


# Paste, clear, undo


@pytest.fixture
def week_of_work(assistant: Assistant, jilova: Locality) -> list[Shift]:
    """Tuesday to Thursday mornings and a night on Friday, 6–9 April 2021."""
    mornings = [
        ShiftFactory(assistant=assistant, locality=jilova, start=local(2021, 4, day, 6), end=local(2021, 4, day, 14))
        for day in (6, 7, 8)
    ]
    night = ShiftFactory(assistant=assistant, locality=jilova, start=local(2021, 4, 9, 22), end=local(2021, 4, 10, 6))
    return [*mornings, night]


def clocks(person: Assistant, first: int, last: int) -> list[tuple[int, str]]:
    shifts = Shift.objects.filter(assistant=person).starting_within(date(2021, 4, first), date(2021, 4, last))
    return [(shift.starts_on.day, shift.clock) for shift in shifts]


@database
@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("cell", [(20, "6:00–14:00")]),
        ("week", [(20, "6:00–14:00"), (21, "6:00–14:00"), (22, "6:00–14:00"), (23, "22:00–6:00")]),
    ],
)
def test_paste_copies_to_somebody_else(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, week_of_work: list[Shift], scope: str, expected: Any
) -> None:
    other = AssistantFactory(mentor=mentor)
    sent = {
        "rozsah": scope,
        "z_asistenta": assistant.pk,
        "z_dne": "2021-04-06",
        "asistent": other.pk,
        "den": "2021-04-20",
        "zpet": MONTH,
    }
    response = client_of(mentor).post("/plan/vlozit/", sent)
    assert response["Location"] == f"{MONTH}#asistent-{other.pk}-2021-04-20"
    assert clocks(other, 19, 25) == expected


@database
def test_paste_of_a_day_copies_everybody(mentor: Mentor, assistant: Assistant, week_of_work: list[Shift]) -> None:
    other = AssistantFactory(mentor=mentor)
    ShiftFactory(assistant=other, start=local(2021, 4, 6, 14), end=local(2021, 4, 6, 22))
    stranger = AssistantFactory(mentor=MentorFactory())
    ShiftFactory(assistant=stranger, start=local(2021, 4, 6, 14), end=local(2021, 4, 6, 22))
    steps.paste(mentor.user, Scope.DAY, (assistant, date(2021, 4, 6)), (assistant, date(2021, 4, 22)))
    assert [clocks(person, 22, 22) for person in (assistant, other, stranger)] == [
        [(22, "6:00–14:00")],
        [(22, "14:00–22:00")],
        [],
    ]


@database
def test_undo_takes_the_whole_step_back_and_only_once(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, week_of_work: list[Shift]
) -> None:
    before = clocks(assistant, 1, 30)
    steps.paste(mentor.user, Scope.WEEK, (assistant, date(2021, 4, 6)), (assistant, date(2021, 4, 20)))
    operation = Operation.objects.last_of(mentor.user)
    assert operation is not None
    client_of(mentor).post(f"/plan/kroky/{operation.pk}/vratit/", {"zpet": MONTH})
    assert clocks(assistant, 1, 30) == before
    assert Operation.objects.last_of(mentor.user) is None
    with pytest.raises(UndoError):
        operation.undo(by=mentor.user, now=timezone.now())


@database
def test_cleared_cell_comes_back_as_the_assistant_knows_it(
    mentor: Mentor, assistant: Assistant, week_of_work: list[Shift]
) -> None:
    told = week_of_work[0].announcement
    steps.clear(mentor.user, [(week_of_work[0], week_of_work[0].revision)])
    assert clocks(assistant, 6, 6) == []
    Operation.objects.get().undo(by=mentor.user, now=timezone.now())
    (back,) = Shift.objects.starting_within(date(2021, 4, 6), date(2021, 4, 6))
    assert (back.stage, Announcement.objects.get(pk=told.pk).shift) == (Stage.PUBLISHED, back)


@database
def test_undo_after_somebody_elses_change_takes_nothing_back(
    mentor: Mentor, assistant: Assistant, week_of_work: list[Shift]
) -> None:
    outcome = steps.paste(mentor.user, Scope.WEEK, (assistant, date(2021, 4, 6)), (assistant, date(2021, 4, 20)))
    changed = outcome.done[0]
    changed.change(
        by=mentor.user,
        seen=changed.revision,
        locality=changed.locality,
        start=changed.start,
        end=changed.end - timedelta(hours=1),
    )
    with pytest.raises(UndoError):
        Operation.objects.get().undo(by=mentor.user, now=timezone.now())
    assert len(clocks(assistant, 20, 23)) == 4


@database
def test_change_and_removal_of_one_shift_can_be_taken_back(
    client_of: ClientOf, mentor: Mentor, week_of_work: list[Shift]
) -> None:
    shift = week_of_work[0]
    client = client_of(mentor)
    sent = {"day": "2021-04-06", "usual": "08:00-16:00", "locality": shift.locality_id, "seen": shift.revision}
    client.post(f"/plan/smeny/{shift.pk}/upravit/", sent)
    assert clocks(shift.assistant, 6, 6) == [(6, "8:00–16:00")]
    Operation.objects.get().undo(by=mentor.user, now=timezone.now())
    assert clocks(shift.assistant, 6, 6) == [(6, "6:00–14:00")]
    assert Shift.objects.get(pk=shift.pk).stage is Stage.PUBLISHED


@database
def test_shift_with_records_is_not_cleared(mentor: Mentor, assistant: Assistant, week_of_work: list[Shift]) -> None:
    FindingFactory(assistant=assistant, shift=week_of_work[0])
    outcome = steps.clear(mentor.user, [(week_of_work[0], week_of_work[0].revision)])
    assert (outcome.done, len(outcome.left_out)) == ((), 1)
    assert clocks(assistant, 6, 6) == [(6, "6:00–14:00")]


@database
def test_shift_that_changed_since_it_was_seen_is_not_cleared(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, week_of_work: list[Shift]
) -> None:
    shift, client = week_of_work[0], client_of(mentor)
    cell = {"asistent": assistant.pk, "den": "2021-04-06", "zpet": MONTH}
    seen = f"{shift.pk}:{shift.revision}"
    Shift.objects.filter(pk=shift.pk).update(note="jen do poledne")
    answer = client.post("/plan/vyprazdnit/", {**cell, "smena": seen}, follow=True).content.decode()
    assert ("mezitím změnil někdo jiný" in answer, clocks(assistant, 6, 6)) == (True, [(6, "6:00–14:00")])
    client.post("/plan/vyprazdnit/", cell)
    assert clocks(assistant, 6, 6) == [(6, "6:00–14:00")]
    shift.refresh_from_db()
    client.post("/plan/vyprazdnit/", {**cell, "smena": f"{shift.pk}:{shift.revision}"})
    assert clocks(assistant, 6, 6) == []


@database
@pytest.mark.parametrize("back", ["https://example.com/", "//example.com/plan/", "/prehledy/", ""])
def test_step_leads_back_only_into_the_plan(client_of: ClientOf, mentor: Mentor, back: str) -> None:
    assert client_of(mentor).post("/plan/vyprazdnit/", {"zpet": back})["Location"] == "/plan/"


@database
def test_nobody_plans_for_those_whom_they_do_not_lead(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, week_of_work: list[Shift]
) -> None:
    Mentorship.objects.update(ends=date(2021, 4, 15))
    client = client_of(mentor)
    place = {"asistent": assistant.pk, "den": "2021-04-20", "zpet": MONTH}
    quick = {"sablona": ShiftTemplateFactory().pk, "lokalita": week_of_work[0].locality_id}
    client.post("/plan/rychle/", place | quick)
    stranger = AssistantFactory(mentor=MentorFactory())
    client.post("/plan/rychle/", place | quick | {"asistent": stranger.pk})
    assert Shift.objects.count() == 4


# Data


@database
def test_need_is_kept_and_guarded_against_two_editors(client_of: ClientOf, mentor: Mentor, jilova: Locality) -> None:
    client = client_of(mentor)
    sent = {
        "locality": jilova.pk,
        "weekdays": ["0", "4"],
        "starts": "22:00",
        "ends": "06:00",
        "people": 2,
        "weight": 5,
        "valid_from": "2021-04-01",
    }
    assert client.post("/plan/potreby/nova/", sent).status_code == 302
    need = jilova.needs.get()
    assert (need.on_days, need.clock, need.people) == ("po, pá", "22:00–6:00", 2)
    seen = client.get(f"/plan/potreby/{need.pk}/").context["form"]["seen"].value()
    jilova.needs.update(people=3)
    response = client.post(f"/plan/potreby/{need.pk}/", sent | {"seen": seen, "people": 1})
    assert (response.status_code, jilova.needs.get().people) == (422, 3)
    assert client.post(f"/plan/potreby/{need.pk}/smazat/").status_code == 302
    assert not jilova.needs.exists()


@database
@pytest.mark.parametrize(
    ("times", "valid"),
    [
        (("07:00", "08:30", "12:00", "15:30"), True),
        (("22:00", "06:00", "", ""), True),
        (("07:00", "08:30", "08:00", "15:30"), False),
        (("07:00", "08:30", "12:00", ""), False),
        (("07:00", "07:00", "", ""), False),
        (("", "07:00", "", ""), False),
    ],
)
def test_template_has_one_part_or_two_that_follow(
    client_of: ClientOf, mentor: Mentor, times: tuple[str, ...], valid: bool
) -> None:
    sent = dict(zip(("starts", "ends", "then_starts", "then_ends"), times, strict=True)) | {"name": "A", "position": 1}
    assert client_of(mentor).post("/plan/sablony/nova/", sent).status_code == (302 if valid else 422)


# Moving


def handle(shift: Shift) -> str:
    return f"{shift.pk}:{shift.revision}"


@database
def test_moved_shift_stays_announced_to_its_person_and_comes_back(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, week_of_work: list[Shift]
) -> None:
    sent = {"smena": handle(week_of_work[0]), "asistent": assistant.pk, "den": "2021-04-21", "zpet": MONTH}
    response = client_of(mentor).post("/plan/presunout/", sent)
    assert response["Location"] == f"{MONTH}#asistent-{assistant.pk}-2021-04-21"
    moved = Shift.objects.get(pk=week_of_work[0].pk)
    assert (moved.starts_on.day, moved.clock, moved.stage) == (21, "6:00–14:00", Stage.CHANGED)
    Operation.objects.get().undo(by=mentor.user, now=timezone.now())
    assert Shift.objects.get(pk=moved.pk).stage is Stage.PUBLISHED
    assert clocks(assistant, 6, 21)[0] == (6, "6:00–14:00")


@database
def test_shift_moved_to_somebody_else_leaves_a_removal_to_publish(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, week_of_work: list[Shift]
) -> None:
    other = AssistantFactory(mentor=mentor)
    told = week_of_work[0].announcement
    sent = {"smena": handle(week_of_work[0]), "asistent": other.pk, "den": "2021-04-06"}
    client_of(mentor).post("/plan/presunout/", sent)
    assert (clocks(assistant, 6, 6), clocks(other, 6, 6)) == ([], [(6, "6:00–14:00")])
    assert list(Announcement.objects.orphaned()) == [told]
    Operation.objects.get().undo(by=mentor.user, now=timezone.now())
    assert (clocks(assistant, 6, 6), clocks(other, 6, 6)) == ([(6, "6:00–14:00")], [])
    assert list(Announcement.objects.orphaned()) == []


@database
@pytest.mark.parametrize("case", ["overlap", "changed meanwhile", "not led", "with records"])
def test_move_that_cannot_be_changes_nothing(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, week_of_work: list[Shift], case: str
) -> None:
    """Two mentors who drag the same shift: the second one is told, nothing is overwritten."""
    other = AssistantFactory(mentor=MentorFactory() if case == "not led" else mentor)
    sent = {"smena": [handle(shift) for shift in week_of_work[:2]], "asistent": other.pk, "den": "2021-04-20"}
    if case == "changed meanwhile":
        Shift.objects.filter(pk=week_of_work[0].pk).update(note="jinak")
    if case == "with records":
        FindingFactory(assistant=assistant, shift=week_of_work[1])
    if case != "overlap":
        sent["smena"] = sent["smena"][:1] if case != "with records" else [handle(week_of_work[1])]
    response = client_of(mentor).post("/plan/presunout/", sent, follow=True)
    assert (clocks(other, 1, 30), len(clocks(assistant, 6, 9)), Operation.objects.count()) == ([], 4, 0)
    (said,) = (str(message) for message in response.context["messages"])
    assert said.startswith(("Nic se nepřesunulo.", "Tuhle směnu přesunout nejde"))


@database
def test_dragging_with_control_copies(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, week_of_work: list[Shift]
) -> None:
    sent = {"smena": handle(week_of_work[0]), "asistent": assistant.pk, "den": "2021-04-20", "kopirovat": "on"}
    client_of(mentor).post("/plan/presunout/", sent)
    assert (clocks(assistant, 6, 6), clocks(assistant, 20, 20)) == ([(6, "6:00–14:00")], [(20, "6:00–14:00")])
