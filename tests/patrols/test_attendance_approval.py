"""Corrections of attendance leave the original; approval holds until a day is opened again."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from apk.calendar import Month
from apk.people.models import Assistant, Mentor
from apk.refusal import Refused
from patrols import attendance_approval
from patrols.attendance_approval import Correction, DayState, approve, approve_month, correct, day_of, reopen
from patrols.attendance_days import Days, served_seconds
from patrols.duties import Event
from patrols.models import Attendance, AttendanceError, AttendanceStep
from tests.factories import AttendanceFactory, MentorFactory, ShiftFactory, local

pytestmark = pytest.mark.django_db

APRIL = Month(2021, 4)
DAY = date(2021, 4, 15)
NOW = local(2021, 5, 3, 9)
WORDS = {"start": Event.START, "end": Event.END, "away": Event.BREAK_START, "back": Event.BREAK_END}


def noted(assistant: Assistant, *events: str, day: int = 15) -> None:
    """Events such as "start 8", "end 16.5" in April."""
    for event in events:
        name, hour = event.split()
        at = local(2021, 4, day, 0) + timedelta(hours=float(hour))
        AttendanceFactory(assistant=assistant, event=WORDS[name], at=at)


def at(hour: float, day: int = 15) -> datetime:
    return local(2021, 4, day, 0) + timedelta(hours=hour)


def seconds(assistant: Assistant) -> int:
    return served_seconds(APRIL).get(assistant.pk, 0)


def approved(assistant: Assistant, mentor: Mentor, day: date = DAY) -> None:
    approve(assistant, day, by=mentor.user, seen=day_of(assistant, day, NOW).digest, now=NOW)


def corrected(assistant: Assistant, mentor: Mentor, correction: Correction, now: datetime = NOW) -> None:
    correct(assistant, DAY, correction, by=mentor.user, reason="Vybitý telefon.", now=now)


def test_a_missing_end_is_added_and_what_was_noted_stays(assistant: Assistant, mentor: Mentor) -> None:
    noted(assistant, "start 8", "away 12", "back 12.5")
    kept = set(Attendance.objects.values_list("pk", flat=True))
    corrected(assistant, mentor, Correction(at(8), (at(8), at(16)), ((at(12), at(12.5)),)))
    assert seconds(assistant) == 7.5 * 3600
    assert kept <= set(Attendance.objects.standing().values_list("pk", flat=True))
    added = Attendance.objects.get(entered_by=mentor.user)
    assert (added.event, added.at, added.entry_reason) == (Event.END, at(16), "Vybitý telefon.")


def test_a_wrong_time_is_taken_back_and_stays_readable(assistant: Assistant, mentor: Mentor) -> None:
    noted(assistant, "start 8", "end 20")
    corrected(assistant, mentor, Correction(at(8), (at(8), at(16))))
    gone = Attendance.objects.get(withdrawn_at__isnull=False)
    assert (gone.at, gone.withdrawn_by, gone.withdrawal_reason) == (at(20), mentor.user, "Vybitý telefon.")
    assert seconds(assistant) == 8 * 3600


def test_a_duty_that_was_none_is_taken_back_whole(assistant: Assistant, mentor: Mentor) -> None:
    noted(assistant, "start 8", "end 9", "start 10", "end 11")
    corrected(assistant, mentor, Correction(at(8), None))
    assert seconds(assistant) == 3600
    assert Attendance.objects.standing().count() == 2


@pytest.mark.parametrize(
    ("correction", "words"),
    [
        (Correction(None, (at(15), at(17))), "V té době už má asistent zapsanou jinou službu"),
        (Correction(None, (at(16), at(17))), "navazující služby zapište jako jednu"),
        (Correction(at(8), (at(1), at(17))), "Služba může trvat nejvýš 16 hodin"),
        (Correction(at(8), (at(8), at(16)), ((at(7), at(9)),)), "Přestávka musí ležet uvnitř služby"),
        (Correction(at(8), (at(8), at(16)), ((at(9), at(10)), (at(9.5), at(11)))), "Přestávky se překrývají"),
        (Correction(at(9), (at(8), at(16))), "se mezitím změnila"),
    ],
)
def test_what_cannot_be_is_refused(assistant: Assistant, mentor: Mentor, correction: Correction, words: str) -> None:
    noted(assistant, "start 8", "end 16")
    with pytest.raises(AttendanceError, match=words):
        corrected(assistant, mentor, correction)
    with pytest.raises(AttendanceError, match="až když služba skončila"):
        corrected(assistant, mentor, Correction(at(8), (at(8), at(17))), now=at(16.5))
    assert seconds(assistant) == 8 * 3600


def test_only_the_mentor_of_the_day_decides(assistant: Assistant, mentor: Mentor) -> None:
    noted(assistant, "start 8", "end 16")
    stranger = MentorFactory()
    with pytest.raises(AttendanceError, match="nepatří"):
        approved(assistant, stranger)
    with pytest.raises(AttendanceError, match="nepatří"):
        corrected(assistant, stranger, Correction(at(8), None))
    approved(assistant, mentor)
    with pytest.raises(AttendanceError, match="nepatří"):
        reopen(assistant, DAY, by=stranger.user, reason="Omyl.", now=NOW)


def test_what_is_approved_changes_only_after_it_is_opened_again(assistant: Assistant, mentor: Mentor) -> None:
    noted(assistant, "start 8", "end 16")
    approved(assistant, mentor)
    assert day_of(assistant, DAY, NOW).state is DayState.APPROVED
    with pytest.raises(AttendanceError, match="už je schválený"):
        approved(assistant, mentor)
    with pytest.raises(AttendanceError, match="znovu otevřete"):
        corrected(assistant, mentor, Correction(at(8), (at(8), at(15))))
    reopen(assistant, DAY, by=mentor.user, reason="Odešel dřív.", now=NOW)
    with pytest.raises(AttendanceError, match="není schválený"):
        reopen(assistant, DAY, by=mentor.user, reason="Odešel dřív.", now=NOW)
    corrected(assistant, mentor, Correction(at(8), (at(8), at(15))))
    approved(assistant, mentor)
    moves = list(AttendanceStep.objects.values_list("move", "reason"))
    assert moves == [("approve", ""), ("reopen", "Odešel dřív."), ("approve", "")]


def test_a_late_event_takes_the_approval_away(assistant: Assistant, mentor: Mentor) -> None:
    noted(assistant, "start 8", "end 16")
    approved(assistant, mentor)
    noted(assistant, "away 12", "back 12.5")
    assert day_of(assistant, DAY, NOW).state is DayState.CHANGED
    approved(assistant, mentor)
    assert day_of(assistant, DAY, NOW).state is DayState.APPROVED


def test_nobody_approves_what_they_did_not_see(assistant: Assistant, mentor: Mentor) -> None:
    noted(assistant, "start 8", "end 16")
    seen = day_of(assistant, DAY, NOW).digest
    noted(assistant, "away 12", "back 12.5")
    with pytest.raises(AttendanceError, match="mezitím změnila"):
        approve(assistant, DAY, by=mentor.user, seen=seen, now=NOW)


def test_a_day_that_lacks_something_or_is_not_over_is_not_approved(assistant: Assistant, mentor: Mentor) -> None:
    noted(assistant, "start 8")
    with pytest.raises(AttendanceError, match="chybí konec"):
        approved(assistant, mentor)
    today = timezone.localdate()
    start = timezone.now() - timedelta(minutes=5)
    AttendanceFactory(assistant=assistant, event=Event.START, at=start)
    found = day_of(assistant, today, timezone.now())
    assert found.state is DayState.RUNNING
    with pytest.raises(AttendanceError):
        approve(assistant, today, by=mentor.user, seen=found.digest, now=timezone.now())


def test_a_month_is_approved_at_once_as_far_as_it_is_ready(assistant: Assistant, mentor: Mentor) -> None:
    for day in (12, 13):
        ShiftFactory(assistant=assistant, start=at(8, day))
        noted(assistant, "start 8", "end 16", day=day)
    noted(assistant, "start 8", day=14)
    ShiftFactory(assistant=assistant, start=at(8, 16))
    # A night over the end of the month is its day's, also with a part that lies in May alone.
    ShiftFactory(assistant=assistant, start=at(20, 30))
    noted(assistant, "start 20", "end 23", "start 24.5", "end 28", day=30)
    days = Days(APRIL.first_day, APRIL.last_day)

    def states() -> dict[int, DayState]:
        found = attendance_approval.people_days([assistant], days, NOW)[assistant.pk]
        return {day.day: each.state for day, each in sorted(found.items())}

    assert states() == {
        12: DayState.READY,
        13: DayState.READY,
        14: DayState.MISSING,
        16: DayState.ABSENT,
        30: DayState.READY,
    }
    found = attendance_approval.people_days([assistant], days, NOW)[assistant.pk]
    seen = attendance_approval.digest_of_days(attendance_approval.ready_days(found, [days]))
    assert approve_month(assistant, APRIL, by=mentor.user, seen=seen, now=NOW) == 3
    assert [day for day, state in states().items() if state is DayState.APPROVED] == [12, 13, 30]
    assert day_of(assistant, date(2021, 4, 30), NOW).state is DayState.APPROVED
    with pytest.raises(Refused, match="mezitím změnila"):
        approve_month(assistant, APRIL, by=mentor.user, seen=seen, now=NOW)
