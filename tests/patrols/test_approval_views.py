"""Approving attendance at the desk, and an assistant's own days."""

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apk.calendar import Month
from apk.people.models import Assistant, Mentor, User
from patrols.approval_forms import DutyForm
from patrols.attendance_approval import DayState
from patrols.duties import Duty, Event
from patrols.models import Absence, Attendance, AttendanceStep, CorrectionRequest, LegalLimit
from tests.factories import AbsenceFactory, AssistantFactory, AttendanceFactory, ShiftFactory, local

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]

APRIL = Month(2021, 4)
DAY = date(2021, 4, 15)
GRID = "/dochazka/2021-04/schvalovani/"


def served(assistant: Assistant, day: int, start: float = 8, end: float = 16) -> None:
    for event, hour in ((Event.START, start), (Event.END, end)):
        at = local(2021, 4, day, 0) + timedelta(hours=hour)
        AttendanceFactory(assistant=assistant, event=event, at=at)


def page_of(assistant: Assistant, name: str = "day", day: date = DAY) -> str:
    return reverse(f"attendance:{name}", args=[assistant.pk, day])


def line_of(client: Client) -> dict[int, DayState]:
    (line,) = client.get(GRID).context["lines"]
    return {cell.day.on.day: cell.found.state for cell in line.cells if cell.found}


def test_one_press_approves_a_day_and_one_the_rest(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    for day in (13, 14, 15):
        served(assistant, day)
    AttendanceFactory(assistant=assistant, at=local(2021, 4, 16, 8))
    client = client_of(mentor)
    (line,) = client.get(GRID).context["lines"]
    answer = client.post("/dochazka/2021-04/schvalit/", {"den": line.cells[12].token}, follow=True)
    assert "13. 4. 2021: schváleno" in answer.content.decode().replace("\xa0", " ")
    (line,) = answer.context["lines"]
    client.post("/dochazka/2021-04/schvalit/", {"mesic": line.token})
    approved = DayState.APPROVED
    assert line_of(client) == {13: approved, 14: approved, 15: approved, 16: DayState.MISSING}
    stale = client.post("/dochazka/2021-04/schvalit/", {"mesic": line.token}, follow=True)
    assert "mezitím změnila" in stale.content.decode()
    assert AttendanceStep.objects.count() == 3


def test_the_mentor_corrects_a_day_and_the_original_stays(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    AttendanceFactory(assistant=assistant, at=local(2021, 4, 15, 8) + timedelta(seconds=23))
    client = client_of(mentor)
    first = client.get(page_of(assistant)).context["found"].duties[0].first.isoformat()
    form = f"{page_of(assistant, 'correct')}?{'sluzba'}={first.replace('+', '%2B')}"
    opened = client.get(form).context["form"]
    typed = {"seen": opened["seen"].value(), "starts": "08:00", "ends": "16:30", "pause_1_starts": "12:00"}
    answer = client.post(form, {**typed, "reason": "Vybil se telefon."})
    assert (answer.status_code, "začátek i konec přestávky" in answer.content.decode()) == (422, True)
    client.post(form, {**typed, "pause_1_ends": "12:30", "reason": "Vybil se telefon."})
    found = client.get(page_of(assistant)).context["found"]
    assert found.served == timedelta(hours=8) - timedelta(seconds=23)
    assert Attendance.objects.filter(entered_by=mentor.user).count() == 3

    # Somebody who had opened the form before would overwrite it.
    answer = client.post(form, {**typed, "pause_1_ends": "12:30", "reason": "Vybil se telefon.", "ends": "15:00"})
    assert (answer.status_code, "Mezitím" in answer.content.decode()) == (422, True)

    client.post("/dochazka/2021-04/schvalit/", {"den": f"{assistant.pk}/{DAY}/{found.digest}", "zpet": "den"})
    assert client.post(form, {**typed, "pause_1_ends": "12:30", "reason": "Znovu."}).status_code == 422
    assert client.post(page_of(assistant, "reopen"), {"reason": ""}).status_code == 422
    client.post(page_of(assistant, "reopen"), {"reason": "Konec byl dřív."})
    back = f"{page_of(assistant, 'take-back')}?{'sluzba'}={first.replace('+', '%2B')}"
    client.post(back, {"reason": "Nebyl ve službě."})
    shown = client.get(page_of(assistant))
    assert shown.context["found"].duties == []
    assert "Nebyl ve službě." in shown.content.decode()
    assert len(shown.context["events"]) == 4


def test_a_correction_keeps_every_break_and_the_day_of_the_duty(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    ShiftFactory(assistant=assistant, start=local(2021, 4, 14, 22))
    night = [(Event.START, 0, 10), (Event.END, 6, 0)]
    for hour in (1, 2, 4):
        night += [(Event.BREAK_START, hour, 20), (Event.BREAK_END, hour, 30)]
    for event, hour, minute in night:
        AttendanceFactory(assistant=assistant, event=event, at=local(2021, 4, 15, hour, minute))
    client, shown = client_of(mentor), page_of(assistant, day=date(2021, 4, 14))
    (duty,) = client.get(shown).context["found"].duties
    form = f"{page_of(assistant, 'correct', date(2021, 4, 14))}?sluzba={duty.first.isoformat().replace('+', '%2B')}"
    page = client.get(form)
    assert page.content.decode().count('type="time"') == 8
    opened = page.context["form"]
    typed = {"seen": opened["seen"].value()}
    typed |= {name: f"{clock:%H:%M}" for name, clock in opened.initial.items()}
    client.post(form, {**typed, "starts": "00:05", "ends": "06:15", "reason": "Telefon šel napřed."})
    (mended,) = client.get(shown).context["found"].duties
    assert (mended.start, mended.end) == (local(2021, 4, 15, 0, 5), local(2021, 4, 15, 6, 15))
    assert mended.breaks == duty.breaks
    assert len(mended.breaks) == 3


@pytest.mark.parametrize(
    ("known", "typed", "expected"),
    [
        ((15, 23, 50), time(0, 5), (16, 0, 5)),
        ((14, 23, 50), time(0, 5), (15, 0, 5)),
        ((14, 23, 50), time(23, 55), (14, 23, 55)),
        ((16, 0, 10), time(23, 55), (15, 23, 55)),
        # So far off nobody slipped over midnight: the day is the one that was opened.
        ((15, 6, 0), time(22), (15, 22, 0)),
    ],
)
def test_a_mended_start_stays_near_what_was_noted(
    known: tuple[int, int, int], typed: time, expected: tuple[int, int, int]
) -> None:
    start = local(2021, 4, *known)
    form = DutyForm(day=DAY, duty=Duty(start, start, None, (), ()))
    form.cleaned_data = {"starts": typed, "ends": time(12)}
    assert form.start() == local(2021, 4, *expected)


def test_the_assistant_sees_their_days_and_proposes(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    served(assistant, 15, end=20)
    served(AssistantFactory(), 15)
    own, desk = client_of(assistant), client_of(mentor)
    assert line_of(own) == {15: DayState.READY}
    first = own.get(page_of(assistant)).context["found"].duties[0].first.isoformat()
    form = f"{page_of(assistant, 'propose')}?{'sluzba'}={first.replace('+', '%2B')}"
    typed = {"seen": own.get(form).context["form"]["seen"].value(), "starts": "08:00", "reason": "Zapomněl jsem."}
    own.post(form, {**typed, "ends": "16:00"})
    asked = CorrectionRequest.objects.get()
    assert own.post(form, {**typed, "ends": "17:00"}).status_code == 422
    assert "Zapomněl jsem." in desk.get(GRID).content.decode()
    refusal = reverse("attendance:refuse-request", args=[asked.pk])
    desk.post(refusal, {"reason": "Viděl jsem tě v osm večer."})
    assert "osm večer" in own.get(page_of(assistant)).content.decode()
    own.post(form, {**typed, "ends": "16:00"})
    latest = CorrectionRequest.objects.first()
    desk.post(reverse("attendance:take-request", args=[latest.pk]))
    assert own.get(page_of(assistant)).context["found"].served == timedelta(hours=8)
    desk.post(reverse("attendance:take-request", args=[latest.pk]))
    assert Attendance.objects.standing().filter(assistant=assistant).count() == 2


def test_a_duty_over_the_end_of_a_month_is_parted_in_its_sum(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    AttendanceFactory(assistant=assistant, at=local(2021, 10, 31, 22))
    AttendanceFactory(assistant=assistant, event=Event.END, at=local(2021, 11, 1, 6))
    client = client_of(mentor)
    sums = []
    for month in ("2021-10", "2021-11"):
        (line,) = client.get(f"/dochazka/{month}/schvalovani/").context["lines"]
        sums.append((line.served, sum(cell.hours for cell in line.cells)))
    assert sums == [(2, 8), (6, 0)]


def test_breaks_go_by_the_limits_of_the_day(
    client_of: ClientOf, mentor: Mentor, coordinator: User, assistant: Assistant
) -> None:
    served(assistant, 15, end=13)
    client = client_of(mentor)
    assert client.get(page_of(assistant)).context["breaks"] == []
    LegalLimit.objects.set("work_without_break", Decimal(4), DAY, reason="Předpis", by=coordinator)
    (sentence,) = client.get(page_of(assistant)).context["breaks"]
    assert "5 h" in sentence.replace("\xa0", " ")


def test_an_absence_is_shown_without_its_kind(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    AbsenceFactory(
        assistant=assistant, kind=Absence.Kind.SICK_LEAVE, state=Absence.State.APPROVED, decided_by=mentor.user
    )
    page = client_of(mentor).get(GRID).content.decode()
    assert "nepřítomnost" in page
    assert "neschopnost" not in page


def queries(client: Client) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(GRID)
    return len(captured)


def test_the_month_takes_the_same_queries_for_few_and_many(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    served(assistant, 15)
    ShiftFactory(assistant=assistant, start=local(2021, 4, 15, 8))
    client = client_of(mentor)
    assert queries(client) == 10
    for _ in range(5):
        other = AssistantFactory(mentor=mentor)
        for day in (12, 13):
            ShiftFactory(assistant=other, start=local(2021, 4, day, 8))
            served(other, day)
    assert queries(client) == 10
