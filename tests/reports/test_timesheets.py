"""Timesheets: hours of a month for their reader, documents that are always the same bytes."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from apk import private_files
from apk.audit.models import AccessLog
from apk.calendar import Month
from apk.people.models import Assistant, Mentor, User
from patrols.duties import Event
from patrols.models import Absence, LegalLimit
from reports import timesheets
from reports.documents import timesheet_pdf, timesheet_xlsx
from reports.models import TimesheetPrint
from reports.timesheet import Timesheet
from tests.factories import (
    AbsenceFactory,
    AssistantFactory,
    AttendanceFactory,
    GrantProjectFactory,
    MentorFactory,
    ShiftFactory,
    local,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]

APRIL = Month(2021, 4)
NOW = local(2021, 5, 3, 9)
HOUR = 3600


def served(assistant: Assistant, day: int, start: float, end: float) -> None:
    """A duty of April, planned as it was served."""
    midnight = local(2021, 4, day, 0)
    for event, hour in ((Event.START, start), (Event.END, end)):
        AttendanceFactory(assistant=assistant, event=event, at=midnight + timedelta(hours=hour))
    ShiftFactory(assistant=assistant, start=midnight + timedelta(hours=start), end=midnight + timedelta(hours=end))


def of(reader: User, *people: Assistant) -> Timesheet:
    return timesheets.compiled(APRIL, people, reader, NOW)


@pytest.fixture
def month(assistant: Assistant, mentor: Mentor) -> Assistant:
    """A day, a night over the end of the month, an illness and a vacation."""
    GrantProjectFactory()
    served(assistant, 14, 8, 16)
    served(assistant, 30, 22, 30)
    for kind, first, last in (("sick-leave", 19, 21), ("vacation", 22, 22)):
        AbsenceFactory(
            assistant=assistant,
            kind=kind,
            first=date(2021, 4, first),
            last=date(2021, 4, last),
            state=Absence.State.APPROVED,
            decided_by=mentor.user,
        )
    return assistant


def test_the_days_make_up_the_sums(month: Assistant, coordinator: User) -> None:
    (sheet,) = of(coordinator, month).sheets
    assert {name: seconds / HOUR for name, seconds in sheet.sums.items()} == {
        "fund": 176,
        "planned": 10,
        "worked": 10,
        "breaks": 0,
        "overtime": 0,
        "night": 2,
        "weekend": 0,
        "on_holiday": 0,
        "holiday_off": 16,
        "credited": 16 + 24 + 8,
        "balance": 10 + 48 - 176,
    }
    assert sheet.away == (("Pracovní neschopnost", 24 * HOUR), ("Dovolená", 8 * HOUR))
    assert (sheet.unapproved, sheet.standing) == (2, "2\xa0dny docházky neschváleno")
    for name in ("worked", "night", "weekend", "on_holiday"):
        assert sum(getattr(line, name) for line in sheet.lines) == sheet.sums[name]
    assert (sheet.lines[29].plan, sheet.lines[29].duty) == ("22:00–6:00", "22:00–6:00")
    assert (sheet.lines[4].note, sheet.lines[18].note) == ("Velikonoční pondělí", "Pracovní neschopnost")


def test_hours_go_by_the_limits_of_each_day(month: Assistant, coordinator: User) -> None:
    LegalLimit.objects.set("weekly_hours", Decimal("37.5"), date(2021, 4, 19), reason="Předpis", by=coordinator)
    (sheet,) = of(coordinator, month).sheets
    # 12 days of 8 hours, then 10 days of 7.5 hours; three of these are of illness and one of vacation.
    assert sheet.sums["fund"] == (12 * 8 + 10 * 7.5) * HOUR
    assert sheet.sums["credited"] == (2 * 8 + 4 * 7.5) * HOUR


def test_an_illness_is_told_to_the_mentor_of_those_days_and_the_coordinator_alone(
    month: Assistant, mentor: Mentor, coordinator: User, client_of: ClientOf
) -> None:
    """The mentor changes in the middle of the month: the other one sees that somebody was away, not why."""
    other = MentorFactory()
    month.move_to(other, on=date(2021, 4, 23))
    secret = "Pracovní neschopnost"
    for reader, known in ((mentor.user, True), (coordinator, True), (month.user, True), (other.user, False)):
        value = of(reader, month)
        (sheet,) = value.sheets
        assert (secret in str(value.as_json())) is known
        assert sum(seconds for _, seconds in sheet.away) == 32 * HOUR
        page = client_of(reader).get(reverse("timesheets:person", args=[APRIL, month.pk]))
        assert (secret in page.content.decode()) is known
    later = MentorFactory()
    month.move_to(later, on=date(2021, 5, 10))
    assert client_of(later).get(reverse("timesheets:person", args=[APRIL, month.pk])).status_code == 404


def test_documents_are_the_same_bytes_and_hold_the_figures(month: Assistant, coordinator: User) -> None:
    colleague = AssistantFactory(user__first_name="=1+1", user__last_name="Novák/Malý")
    value = of(coordinator, month, colleague)
    again = Timesheet.from_json(value.as_json())
    assert again == value
    for build in (timesheet_pdf.build, timesheet_xlsx.build):
        assert build(value) == build(again)
    pages = PdfReader(BytesIO(timesheet_pdf.build(value))).pages
    assert len(pages) == 2
    text = pages[0].extract_text()
    assert all(word in text for word in (str(month), "Pracovní neschopnost", "datum a podpis", "22:00–6:00"))
    book = load_workbook(BytesIO(timesheet_xlsx.build(value)))
    assert book.sheetnames == ["Přehled", str(month), "=1+1 Novák Malý"]
    head = [cell.value for cell in book["Přehled"][1]]
    row = dict(zip(head, [cell.value for cell in book["Přehled"][2]], strict=True))
    assert (row["Odpracováno"], row["Fond hodin"], row["Započteno celkem"]) == (10, 176, 48)
    assert book["Přehled"]["A3"].data_type == "s"


def test_documents_are_asked_for_built_and_taken(month: Assistant, mentor: Mentor, client_of: ClientOf) -> None:
    client = client_of(mentor)
    page = reverse("timesheets:month", args=[APRIL])
    for _ in range(2):
        client.post(reverse("timesheets:prepare", args=[APRIL]))
    asked = TimesheetPrint.objects.get()
    assert "Připravují se" in client.get(page).content.decode()
    timesheets.build(asked.pk)
    asked.refresh_from_db()
    assert asked.state == TimesheetPrint.State.DONE
    answer = client.get(reverse("timesheets:download", args=[asked.pk, "pdf"]))
    assert b"".join(answer).startswith(b"%PDF")
    assert "vykazy-2021-04.pdf" in answer["Content-Disposition"]
    note = AccessLog.objects.latest("pk")
    assert (note.action, note.detail["file_sha256"]) == ("download", asked.files["pdf"]["sha256"])
    assert client.get(reverse("timesheets:download", args=[asked.pk, "exe"])).status_code == 404

    file = private_files.path_of(asked.files["pdf"]["file"])
    timesheets.sweep(timezone.now())
    assert file.exists()
    timesheets.sweep(timezone.now() + timesheets.KEPT_FOR + timedelta(days=2))
    assert (TimesheetPrint.objects.count(), file.exists()) == (0, False)


def test_the_page_takes_the_same_queries_for_few_and_many(
    month: Assistant, mentor: Mentor, client_of: ClientOf
) -> None:
    client = client_of(mentor)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("timesheets:month", args=[APRIL])).status_code == 200
        return len(captured)

    assert queries() == 17
    for _ in range(4):
        served(AssistantFactory(mentor=mentor), 15, 8, 16)
    assert queries() == 17
