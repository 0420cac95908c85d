"""Shifts: their verbs, what refuses them, and what the database holds whoever writes."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from apk.calendar import Month
from apk.localities.models import Locality
from apk.people.models import Assistant, Employment, Mentor, Mentorship
from patrols.models import (
    LocalityClosedError,
    NotEmployedError,
    NotLedError,
    OutdatedError,
    OverlapError,
    Shift,
    ShiftError,
    ShiftInUseError,
)
from tests.factories import AssistantFactory, FindingFactory, LocalityFactory, MentorFactory, ShiftFactory, local

pytestmark = pytest.mark.django_db

Assign = Callable[..., Shift]


@pytest.fixture
def locality() -> Locality:
    return LocalityFactory(name="Jílová")


@pytest.fixture
def assign(mentor: Mentor, assistant: Assistant, locality: Locality) -> Assign:
    """Assigns `assistant` to Jílová on Monday 5 April 2021 from 8 to 16, unless told otherwise."""

    def assigned(**changes: Any) -> Shift:
        shift: dict[str, Any] = {
            "by": mentor.user,
            "assistant": assistant,
            "locality": locality,
            "start": local(2021, 4, 5, 8),
            "end": local(2021, 4, 5, 16),
        }
        return Shift.objects.assign(**shift | changes)

    return assigned


def content(shift: Shift) -> tuple[str, datetime, datetime, str]:
    shift = Shift.objects.get(pk=shift.pk)
    return shift.locality.name, shift.start, shift.end, shift.note


def test_assigned_shift_is_in_the_plan(assign: Assign, assistant: Assistant) -> None:
    shift = assign(note="Sraz u školy")
    assert Shift.objects.get() == shift
    assert content(shift) == ("Jílová", local(2021, 4, 5, 8), local(2021, 4, 5, 16), "Sraz u školy")
    assert (
        str(shift)
        == f"{assistant}: Jílová, pondělí\N{NO-BREAK SPACE}5.\N{NO-BREAK SPACE}4.\N{NO-BREAK SPACE}2021 8:00–16:00"
    )


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(local(2021, 4, 5, 8), local(2021, 4, 5, 16), id="the same"),
        pytest.param(local(2021, 4, 5, 9), local(2021, 4, 5, 10), id="inside"),
        pytest.param(local(2021, 4, 5, 6), local(2021, 4, 5, 18), id="around"),
        pytest.param(local(2021, 4, 5, 15, 59), local(2021, 4, 5, 23), id="at its last minute"),
        pytest.param(local(2021, 4, 4, 22), local(2021, 4, 5, 8, 1), id="from the night before"),
    ],
)
def test_overlap_is_refused_and_names_the_other_shift(
    assign: Assign, assistant: Assistant, start: datetime, end: datetime
) -> None:
    first = assign()
    with pytest.raises(OverlapError) as refusal:
        assign(start=start, end=end, locality=LocalityFactory())
    assert str(refusal.value) == f"{assistant} má v tu dobu už směnu: {first.summary}."
    assert refusal.value.other == first
    assert Shift.objects.get() == first


def test_shifts_may_follow_each_other_and_people_work_side_by_side(assign: Assign, mentor: Mentor) -> None:
    assign()
    assign(start=local(2021, 4, 5, 16), end=local(2021, 4, 5, 22))
    assign(start=local(2021, 4, 5, 0), end=local(2021, 4, 5, 8))
    assign(assistant=AssistantFactory(mentor=mentor))
    assert Shift.objects.count() == 4


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        (0, "Konec směny musí být po jejím začátku."),
        (-1, "Konec směny musí být po jejím začátku."),
        (25, "Směna může trvat nejvýš 24 hodin."),
    ],
)
def test_times_that_make_no_shift_are_refused(assign: Assign, hours: int, sentence: str) -> None:
    with pytest.raises(ShiftError) as refusal:
        assign(end=local(2021, 4, 5, 8) + timedelta(hours=hours))
    assert str(refusal.value) == sentence
    assert not Shift.objects.exists()


def test_shift_lasts_a_day_at_most_in_real_time(assign: Assign) -> None:
    assign(start=local(2021, 3, 27, 8), end=local(2021, 3, 28, 8))
    with pytest.raises(ShiftError, match="24 hodin"):
        assign(start=local(2021, 10, 30, 8), end=local(2021, 10, 31, 8))


@pytest.mark.parametrize(("first", "last"), [(date(2021, 4, 6), None), (date(2021, 1, 1), date(2021, 4, 4))])
def test_shift_outside_employment_is_refused(
    assign: Assign, assistant: Assistant, first: date, last: date | None
) -> None:
    Employment.objects.update(starts=first, ends=last)
    with pytest.raises(NotEmployedError) as refusal:
        assign()
    assert "5.\N{NO-BREAK SPACE}4.\N{NO-BREAK SPACE}2021" in str(refusal.value)
    assert not Shift.objects.exists()


def test_night_shift_needs_employment_on_both_days(assign: Assign) -> None:
    Employment.objects.update(ends=date(2021, 4, 5))
    assign(start=local(2021, 4, 5, 16), end=local(2021, 4, 6, 0))
    with pytest.raises(NotEmployedError):
        assign(start=local(2021, 4, 5, 22), end=local(2021, 4, 6, 6))


def test_only_the_mentor_of_that_day_plans(assign: Assign, assistant: Assistant) -> None:
    Mentorship.objects.update(ends=date(2021, 4, 5))
    successor = MentorFactory()
    Mentorship.objects.create(assistant=assistant, mentor=successor, starts=date(2021, 4, 6))
    tuesday = {"start": local(2021, 4, 6, 8), "end": local(2021, 4, 6, 16)}
    with pytest.raises(NotLedError):
        assign(**tuesday)
    with pytest.raises(NotLedError):
        assign(by=successor.user)
    assert [assign(), assign(by=successor.user, **tuesday)] == list(Shift.objects.all())


@pytest.mark.parametrize("dates", [{"opened_on": date(2021, 4, 6)}, {"closed_on": date(2021, 4, 4)}])
def test_locality_must_be_open_that_day(assign: Assign, dates: dict[str, date]) -> None:
    with pytest.raises(LocalityClosedError, match="Vyberte jinou"):
        assign(locality=LocalityFactory(**dates))
    assert not Shift.objects.exists()


def test_changed_shift_is_elsewhere(assign: Assign, mentor: Mentor) -> None:
    shift = assign()
    there = {"locality": LocalityFactory(name="Hrušov"), "start": local(2021, 4, 7, 22), "end": local(2021, 4, 8, 6)}
    shift.change(by=mentor.user, seen=shift.revision, note="Noční", **there)
    assert content(shift) == ("Hrušov", local(2021, 4, 7, 22), local(2021, 4, 8, 6), "Noční")


def test_shift_may_move_within_its_own_time(assign: Assign, mentor: Mentor, locality: Locality) -> None:
    shift = assign()
    shift.change(
        by=mentor.user, seen=shift.revision, locality=locality, start=local(2021, 4, 5, 9), end=local(2021, 4, 5, 17)
    )
    assert content(shift) == ("Jílová", local(2021, 4, 5, 9), local(2021, 4, 5, 17), "")


def test_shift_cannot_move_over_another(assign: Assign, mentor: Mentor, locality: Locality) -> None:
    first, second = assign(), assign(start=local(2021, 4, 6, 8), end=local(2021, 4, 6, 16))
    before = content(second)
    with pytest.raises(OverlapError) as refusal:
        second.change(
            by=mentor.user,
            seen=second.revision,
            locality=locality,
            start=local(2021, 4, 5, 15),
            end=local(2021, 4, 5, 20),
        )
    assert refusal.value.other == first
    assert content(second) == before


def test_two_mentors_never_overwrite_each_other_in_silence(assign: Assign, mentor: Mentor, locality: Locality) -> None:
    shift = assign()
    seen = shift.revision
    mine, theirs = Shift.objects.get(), Shift.objects.get()
    theirs.change(by=mentor.user, seen=seen, locality=locality, start=theirs.start, end=theirs.end, note="Dřív")
    with pytest.raises(OutdatedError) as refusal:
        mine.change(by=mentor.user, seen=seen, locality=locality, start=mine.start, end=mine.end, note="Pozdě")
    assert refusal.value.current == theirs
    with pytest.raises(OutdatedError):
        mine.remove(by=mentor.user, seen=seen)
    assert content(shift)[3] == "Dřív"
    theirs.remove(by=mentor.user, seen=theirs.revision)
    with pytest.raises(OutdatedError) as refusal:
        mine.change(by=mentor.user, seen=seen, locality=locality, start=mine.start, end=mine.end)
    assert refusal.value.current is None
    assert not Shift.objects.exists()


def test_change_beside_the_application_is_noticed_too(assign: Assign, mentor: Mentor) -> None:
    shift = assign()
    with connection.cursor() as cursor:
        cursor.execute('UPDATE patrols_shift SET "end" = "end" + interval \'1 hour\'')
    with pytest.raises(OutdatedError):
        shift.remove(by=mentor.user, seen=shift.revision)


def test_removed_shift_leaves_its_history(assign: Assign, mentor: Mentor) -> None:
    shift = assign()
    events = Shift.pgh_event_models["delete"].objects
    shift.remove(by=mentor.user, seen=shift.revision)
    assert not Shift.objects.exists()
    assert [event.pgh_label for event in events.order_by("pgh_id")] == ["insert", "delete"]


def test_shift_with_findings_stays_and_keeps_them_when_moved(
    assign: Assign, mentor: Mentor, assistant: Assistant, locality: Locality
) -> None:
    shift = assign()
    finding = FindingFactory(assistant=assistant, shift=shift, found_at=local(2021, 4, 5, 10))
    with pytest.raises(ShiftInUseError) as refusal:
        shift.remove(by=mentor.user, seen=shift.revision)
    assert str(refusal.value) == "Směnu nelze odebrat, protože k ní patří 1\N{NO-BREAK SPACE}záznam z terénu."
    shift.change(
        by=mentor.user, seen=shift.revision, locality=locality, start=local(2021, 4, 5, 14), end=local(2021, 4, 5, 22)
    )
    finding.refresh_from_db()
    assert finding.shift == Shift.objects.get() == shift


def test_database_refuses_overlap_written_beside_the_verbs(assistant: Assistant) -> None:
    first = ShiftFactory(assistant=assistant)
    with pytest.raises(IntegrityError, match="shift_never_overlaps"):
        ShiftFactory(assistant=assistant, start=first.start, end=first.end)


def test_shift_covers_its_start_and_not_its_end(assistant: Assistant) -> None:
    shift = ShiftFactory(assistant=assistant, start=local(2021, 4, 5, 22), end=local(2021, 4, 6, 6))
    moments = [local(2021, 4, 5, 21, 59), local(2021, 4, 5, 22), local(2021, 4, 6, 5, 59), local(2021, 4, 6, 6)]
    assert [list(Shift.objects.at(moment)) for moment in moments] == [[], [shift], [shift], []]


def test_shift_knows_its_days_and_hours() -> None:
    night = Shift(start=local(2021, 10, 30, 22), end=local(2021, 10, 31, 6))
    evening = Shift(start=local(2021, 4, 5, 16), end=local(2021, 4, 6, 0))
    assert (night.starts_on, night.last_day, night.ends_next_day) == (date(2021, 10, 30), date(2021, 10, 31), True)
    assert (evening.starts_on, evening.last_day, evening.ends_next_day) == (date(2021, 4, 5), date(2021, 4, 5), False)
    assert (night.length, evening.length) == (timedelta(hours=9), timedelta(hours=8))
    assert (night.clock, evening.clock) == ("22:00–6:00", "16:00–0:00")


def test_shifts_belong_to_the_day_they_begin_on() -> None:
    before = ShiftFactory(start=local(2021, 4, 4, 22), end=local(2021, 4, 5, 6))
    first = ShiftFactory(start=local(2021, 4, 5, 0), end=local(2021, 4, 5, 8))
    last = ShiftFactory(start=local(2021, 4, 11, 23, 59), end=local(2021, 4, 12, 6))
    ShiftFactory(start=local(2021, 4, 12, 0), end=local(2021, 4, 12, 8))
    assert list(Shift.objects.starting_within(date(2021, 4, 5), date(2021, 4, 11))) == [first, last]
    assert list(Shift.objects.starting_within(date(2021, 4, 4), date(2021, 4, 4))) == [before]
    assert Shift.objects.in_month(Month(2021, 4)).count() == 4


def test_planned_by_follows_mentorship_of_the_local_day(assistant: Assistant, mentor: Mentor) -> None:
    Mentorship.objects.update(ends=date(2021, 4, 5))
    late = ShiftFactory(assistant=assistant, start=local(2021, 4, 5, 23, 30), end=local(2021, 4, 6, 0))
    ShiftFactory(assistant=assistant, start=local(2021, 4, 6, 0), end=local(2021, 4, 6, 1))
    ShiftFactory(start=local(2021, 4, 5, 8), end=local(2021, 4, 5, 9))
    assert list(Shift.objects.planned_by(mentor.user)) == [late]
    assert not Shift.objects.planned_by(MentorFactory().user).exists()
