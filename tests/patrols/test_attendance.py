"""The plan held against attendance: a month at the desk."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from apk.audit.models import AccessLog
from apk.calendar import Month
from apk.people.models import Assistant, Mentor, User
from patrols.attendance_days import served_seconds, unfinished
from patrols.duties import Event
from patrols.models import Attendance
from patrols.month_records import records_of
from tests.factories import AssistantFactory, AttendanceFactory, LocalityFactory, ShiftFactory, local

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]

APRIL = Month(2021, 4)
PAGE = "/dochazka/2021-04/"


def noted(assistant: Assistant, *events: tuple[Event, datetime]) -> None:
    for event, at in events:
        AttendanceFactory(assistant=assistant, event=event, at=at)


def served(assistant: Assistant, start: datetime, end: datetime) -> None:
    noted(assistant, (Event.START, start), (Event.END, end))


def rows(client: Client, **query: Any) -> list[tuple[Any, ...]]:
    """Day, locality of the shift, hours planned and served, difference, what is missing."""
    return [
        (
            shown.row.day.day,
            str(shown.row.shift.locality) if shown.row.shift else None,
            float(shown.planned),
            float(shown.served),
            None if shown.difference is None else float(shown.difference),
            shown.row.missing,
        )
        for shown in client.get(PAGE, query).context["rows"]
    ]


def test_shifts_stand_beside_the_duties_served_on_them(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    def shift(day: int, name: str, hour: int = 8) -> None:
        ShiftFactory(assistant=assistant, start=local(2021, 4, day, hour), locality__name=name)

    shift(1, "Celá")
    noted(
        assistant,
        (Event.START, local(2021, 4, 1, 7, 55)),
        (Event.BREAK_START, local(2021, 4, 1, 12)),
        (Event.BREAK_END, local(2021, 4, 1, 12, 30)),
        (Event.END, local(2021, 4, 1, 16)),
    )
    shift(2, "Bez konce")
    noted(assistant, (Event.START, local(2021, 4, 2, 7)))
    shift(6, "Bez docházky")
    served(assistant, local(2021, 4, 10, 9), local(2021, 4, 10, 11))
    shift(12, "Na dvakrát")
    served(assistant, local(2021, 4, 12, 8), local(2021, 4, 12, 10))
    served(assistant, local(2021, 4, 12, 11), local(2021, 4, 12, 16, 30))
    shift(30, "Přes půlnoc", hour=20)
    served(assistant, local(2021, 4, 30, 20), local(2021, 5, 1, 4))

    client = client_of(mentor)
    everything = [
        (30, "Přes půlnoc", 4, 4, 0, ()),
        (12, "Na dvakrát", 8, 7.5, -0.5, ()),
        (10, None, 0, 2, None, ()),
        (6, "Bez docházky", 8, 0, None, ()),
        (2, "Bez konce", 8, 0, None, ("chybí konec",)),
        (1, "Celá", 8, 7 + 35 / 60, pytest.approx(-25 / 60), ()),
    ]
    assert rows(client) == everything
    assert rows(client, stav="chybi") == [everything[3], everything[4]]
    assert rows(client, den="2021-04-12") == [everything[1]]
    context = client.get(PAGE).context
    assert (context["planned"], context["troubled"]) == (36, 2)
    assert context["counts"] == {"served_seconds": served_seconds(APRIL)[assistant.pk]}
    assert served_seconds(APRIL) == {assistant.pk: round((4 + 7.5 + 2 + 7 + 35 / 60) * 3600)}
    assert [duty.missing for duty in unfinished(APRIL)[assistant.pk]] == [("chybí konec",)]
    both = client.get("/dochazka/2021-04/2021-05/").context["counts"]
    assert both == {"served_seconds": sum(served_seconds(month)[assistant.pk] for month in (APRIL, APRIL.next))}
    assert client.get("/dochazka/2021-05/2021-04/").status_code == 404
    assert served_seconds(APRIL.next) == {assistant.pk: 4 * 3600}


def test_an_event_taken_back_makes_no_duty(assistant: Assistant) -> None:
    served(assistant, local(2021, 4, 1, 8), local(2021, 4, 1, 16))
    Attendance.objects.filter(event=Event.END).update(withdrawn_at=local(2021, 4, 2), withdrawal_reason="Omylem")
    assert served_seconds(APRIL) == {}


def test_a_duty_that_still_runs_lacks_nothing(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    start = timezone.now() - timedelta(minutes=30)
    noted(assistant, (Event.START, start))
    page = client_of(mentor).get(reverse("attendance:month", args=[Month.of(start)]))
    (row,) = page.context["rows"]
    assert (row.is_running, row.is_troubled, page.context["troubled"]) == (True, False, 0)


def test_people_see_what_is_theirs(client_of: ClientOf, assistant: Assistant, mentor: Mentor) -> None:
    served(assistant, local(2021, 4, 1, 8), local(2021, 4, 1, 16))
    served(AssistantFactory(), local(2021, 4, 2, 8), local(2021, 4, 2, 16))
    for person in (assistant, mentor):
        assert [row[0] for row in rows(client_of(person))] == [1]
    assert "asistent" not in client_of(assistant).get(PAGE).context["form"].fields


def test_drafts_are_no_plan_and_assistants_read_what_they_were_told(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    ShiftFactory(assistant=assistant, start=local(2021, 4, 6, 8), announced=False)
    changed = ShiftFactory(assistant=assistant, start=local(2021, 4, 7, 8), locality__name="Oznámená")
    changed.start, changed.end, changed.locality = (
        local(2021, 4, 8, 13),
        local(2021, 4, 8, 17),
        LocalityFactory(name="Nová"),
    )
    changed.save()
    client, own = client_of(mentor), client_of(assistant)
    assert rows(client) == [(8, "Nová", 4, 0, None, ())]
    assert rows(own) == [(7, "Oznámená", 8, 0, None, ())]
    assert client.get(f"{PAGE}export.csv").content.decode().count("2021") == 3
    sheet = records_of([assistant], APRIL, assistant.user)[assistant.pk]
    assert sheet.shifts == [(local(2021, 4, 7, 8), local(2021, 4, 7, 16))]
    for day, plan in ((6, "nic (0,0"), (7, "8:00–16:00 Oznámená (8,0"), (8, "nic (0,0")):
        page = own.get(reverse("attendance:day", args=[assistant.pk, date(2021, 4, day)])).content.decode()
        assert f"<dd>{plan}" in page


def test_the_file_holds_the_filtered_rows_and_is_noted(
    client_of: ClientOf, coordinator: User, assistant: Assistant
) -> None:
    ShiftFactory(assistant=assistant, start=local(2021, 4, 1, 8), locality__name="Jílová")
    served(assistant, local(2021, 4, 1, 8), local(2021, 4, 1, 16, 15))
    noted(AssistantFactory(), (Event.END, local(2021, 4, 3, 16)))
    answer = client_of(coordinator).get(f"{PAGE}export.csv", {"asistent": assistant.pk})
    head, *lines = [line.split(";") for line in answer.content.decode("utf-8-sig").splitlines()]
    (line,) = (dict(zip(head, line, strict=True)) for line in lines)
    assert (line["Den"], line["Lokalita"], line["Služba do"]) == ("2021-04-01", "Jílová", "2021-04-01 16:15")
    assert (line["Plán v měsíci (h)"], line["Odslouženo v měsíci (h)"], line["Rozdíl (h)"]) == ("8", "8,25", "0,25")
    assert AccessLog.objects.get().detail == {"filter": {"asistent": str(assistant.pk)}, "rows": 1}


def test_files_of_a_period_hold_the_same_rows(client_of: ClientOf, coordinator: User, assistant: Assistant) -> None:
    for month in (4, 5):
        served(assistant, local(2021, month, 3, 8), local(2021, month, 3, 16, 15))
    client = client_of(coordinator)
    lines = client.get("/dochazka/2021-04/2021-05/export.csv").content.decode("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in lines] == ["Den", "2021-05-03", "2021-04-03"]
    answer = client.get("/dochazka/2021-04/2021-05/export.xlsx")
    rows = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    line = dict(zip(rows[0], rows[1], strict=True))
    assert (line["Den"], line["Služba do"]) == (datetime(2021, 5, 3), datetime(2021, 5, 3, 16, 15))  # noqa: DTZ001 - of a sheet
    assert (line["Odslouženo v měsíci (h)"], line["Stav dne"]) == (8.25, "čeká na schválení")
    notes = AccessLog.objects.order_by("pk").values_list("what", "detail__rows")
    assert list(notes) == [("Docházka 2021-04 – 2021-05 (CSV)", 2), ("Docházka 2021-04 – 2021-05 (XLSX)", 2)]
    assert client.get("/dochazka/2021-05/2021-04/export.xlsx").status_code == 404


def test_a_month_that_has_not_begun_is_not_found(client_of: ClientOf, mentor: Mentor) -> None:
    ahead = Month.of(timezone.now()).next
    assert client_of(mentor).get(reverse("attendance:month", args=[ahead])).status_code == 404


def test_the_page_takes_the_same_queries_for_few_and_many(client_of: ClientOf, coordinator: User) -> None:
    client = client_of(coordinator)
    served(AssistantFactory(), local(2021, 4, 1, 8), local(2021, 4, 1, 16))
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for _ in range(10):
        assistant = AssistantFactory()
        ShiftFactory(assistant=assistant, start=local(2021, 4, 5, 8))
        served(assistant, local(2021, 4, 5, 8), local(2021, 4, 5, 16))
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)
    # Session, user, choices of people, shifts, events, people.
    assert (len(few), len(many)) == (10, 10)
