"""Pages of the months: who sees what, in which state a month is, what may be downloaded and what that leaves behind."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apk.audit.models import AccessLog
from apk.calendar import Month
from apk.people.models import Assistant, Mentor, User
from reports import months, progress
from reports.models import Job, MonthlySummary
from reports.months import Condition
from tests.factories import (
    AssistantFactory,
    FindingFactory,
    GrantProjectFactory,
    LocalityFactory,
    MentorFactory,
    ShiftFactory,
    local,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]

APRIL = Month(2021, 4)
MONTHS = reverse("reports:months")
PAGE = reverse("reports:month", args=[APRIL])
BUILD = reverse("reports:build", args=[APRIL])
BUILDING = reverse("reports:building", args=[APRIL])
SHIFTS = reverse("reports:shifts", args=[APRIL])
READ_BY_ALL_DESKS = [MONTHS, PAGE, BUILDING, SHIFTS]
EXPORTS = [reverse("reports:export-months"), reverse("reports:export-shifts", args=[APRIL])]


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Jobs that a worker was called to; nobody comes."""
    calls: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda _, kwargs, **__: calls.append(kwargs["job_id"]))
    return calls


# --- Who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*READ_BY_ALL_DESKS, *EXPORTS])
def test_coordinator_opens_every_page(address, client_of, coordinator):
    assert client_of(coordinator).get(address).status_code == 200


@pytest.mark.parametrize("address", READ_BY_ALL_DESKS)
def test_mentor_reads(address, client_of, mentor):
    assert client_of(mentor).get(address).status_code == 200


@pytest.mark.parametrize("address", EXPORTS)
def test_mentor_may_not_take_data_away(address, client_of, mentor, built):
    built(APRIL)

    assert client_of(mentor).get(address).status_code == 403


def test_mentor_may_not_build(client_of, mentor):
    assert client_of(mentor).post(BUILD).status_code == 403
    assert not Job.objects.exists()


@pytest.mark.parametrize("address", [*READ_BY_ALL_DESKS, *EXPORTS])
def test_assistants_and_administrators_may_not_open_summaries(address, client_of, assistant, administrator):
    assert client_of(assistant).get(address).status_code == 403
    assert client_of(administrator).get(address).status_code == 403


@pytest.mark.parametrize("address", [*READ_BY_ALL_DESKS, *EXPORTS, BUILD])
def test_anonymous_visitors_are_sent_to_sign_in(address, client):
    method = client.post if address == BUILD else client.get
    response = method(address)

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("address", [*READ_BY_ALL_DESKS, *EXPORTS])
def test_reading_pages_refuse_other_methods(address, client_of, coordinator):
    assert client_of(coordinator).post(address).status_code == 405


def test_building_is_never_done_by_a_link(client_of, coordinator):
    assert client_of(coordinator).get(BUILD).status_code == 405


@pytest.mark.parametrize("name", ["month", "building", "shifts", "export-shifts"])
@pytest.mark.parametrize("month", ["2021-13", "duben", "1998-12"])
def test_month_that_does_not_exist_is_not_found(name, month, client_of, coordinator):
    address = reverse(f"reports:{name}", args=[APRIL]).replace("2021-04", month)

    assert client_of(coordinator).get(address).status_code == 404


def test_month_that_has_not_begun_is_not_found(client_of, coordinator):
    future = Month.of(timezone.now()).next
    client = client_of(coordinator)

    for name in ("month", "building", "shifts", "export-shifts"):
        assert client.get(reverse(f"reports:{name}", args=[future])).status_code == 404
    assert client.post(reverse("reports:build", args=[future])).status_code == 404


# --- The list --------------------------------------------------------------------------------------------------------


def listed(client: Client, query: str = "") -> list[tuple[str, Condition]]:
    records = client.get(MONTHS + query).context["records"]
    return [(str(record.month), record.condition) for record in records]


def test_list_shows_months_with_records_and_what_became_of_them(client_of, coordinator, built):
    for number in (1, 2, 3, 5, 7):
        finding = FindingFactory(found_at=local(2021, number, 15))
    ShiftFactory(start=local(2021, 9, 30, 22))
    built(Month(2021, 1))
    built(Month(2021, 2))
    FindingFactory(found_at=local(2021, 2, 16), assistant=finding.assistant)
    Job.objects.request(Month(2021, 3), by=coordinator)
    Job.objects.create(month=Month(2021, 5).first_day, state=Job.State.FAILED, error="Nešlo to.")

    assert listed(client_of(coordinator)) == [
        ("2021-09", Condition.NOT_BUILT),
        ("2021-07", Condition.NOT_BUILT),
        ("2021-05", Condition.FAILED),
        ("2021-03", Condition.BUILDING),
        ("2021-02", Condition.OUTDATED),
        ("2021-01", Condition.CURRENT),
    ]


def test_list_shows_a_built_month_whose_records_are_gone(client_of, coordinator, built):
    built(APRIL)

    assert listed(client_of(coordinator)) == [("2021-04", Condition.CURRENT)]


def test_list_narrows_to_a_year(client_of, coordinator):
    FindingFactory(found_at=local(2020, 12, 31, 23))
    FindingFactory(found_at=local(2021, 1, 1, 0))
    client = client_of(coordinator)

    assert listed(client, "?rok=2020") == [("2020-12", Condition.NOT_BUILT)]
    assert [month for month, _ in listed(client)] == ["2021-01", "2020-12"]


@pytest.mark.parametrize("year", ["letos", "1", "\0", "-2021", "9" * 30])
def test_wrong_year_is_named_and_hides_nothing(year, client_of, coordinator):
    FindingFactory()
    response = client_of(coordinator).get(MONTHS, {"rok": year})

    assert "Z takového roku žádný měsíc není." in response.content.decode()
    assert len(response.context["records"]) == 1


def test_empty_list_says_what_fills_it(client_of, coordinator):
    text = client_of(coordinator).get(MONTHS).content.decode()

    assert "Zatím není co počítat" in text


def test_list_costs_the_same_for_one_month_and_for_thirty(client_of, coordinator, built):
    client = client_of(coordinator)
    client.get(MONTHS)
    FindingFactory()
    built(APRIL)
    with CaptureQueriesContext(connection) as one:
        client.get(MONTHS)
    month = Month(2018, 1)
    for _ in range(30):
        FindingFactory(found_at=month.start)
        built(month)
        month = month.next
    with CaptureQueriesContext(connection) as thirty:
        assert len(client.get(MONTHS).context["records"]) == 24

    assert (len(one), len(thirty)) == (17, 17)


def test_list_is_exported_and_the_export_is_logged(client_of, coordinator, built):
    GrantProjectFactory()
    FindingFactory(with_needle=3)
    ShiftFactory(start=local(2021, 4, 30, 20), end=local(2021, 5, 1, 4))
    built(APRIL)
    response = client_of(coordinator).get(EXPORTS[0], {"rok": "2021"})

    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    april = rows[-1]
    assert (april["Měsíc"], april["Stav"], april["Nalezené kusy celkem (kusů)"]) == ("2021-04", "sestaveno", "3")
    assert april["Hodiny ve službě podle plánu (hodin)"] == "4"
    entry = AccessLog.objects.get()
    assert (entry.user, entry.action, entry.detail) == (coordinator, "export", {"filter": {"rok": "2021"}, "rows": 1})


def test_export_of_a_wrong_filter_is_refused(client_of, coordinator):
    FindingFactory()

    assert client_of(coordinator).get(EXPORTS[0], {"rok": "letos"}).status_code == 422
    assert client_of(coordinator).get(EXPORTS[1], {"asistent": "x"}).status_code == 422
    assert not AccessLog.objects.exists()


# --- One month -------------------------------------------------------------------------------------------------------


def state(client: Client) -> Condition:
    return client.get(PAGE).context["record"].condition


def test_month_goes_from_nothing_through_building_to_its_figures(client_of, coordinator, built, rung):
    FindingFactory(with_needle=85)
    client = client_of(coordinator)
    assert state(client) is Condition.NOT_BUILT

    response = client.post(BUILD, follow=True)

    job = Job.objects.get()
    assert response.redirect_chain == [(PAGE, 302)]
    assert (job.requested_by, job.state) == (coordinator, Job.State.QUEUED)
    assert "Přehled čeká na sestavení" in response.content.decode()

    Job.objects.update(state=Job.State.RUNNING)
    progress.note(job.pk, 60)
    fragment = client.get(BUILDING, headers={"HX-Request": "true"}).content.decode()
    assert 'value="60"' in fragment
    assert "<html" not in fragment

    Job.objects.update(state=Job.State.DONE)
    built(APRIL, by=coordinator)
    ended = client.get(BUILDING, headers={"HX-Request": "true"})
    assert ended["HX-Refresh"] == "true"
    page = client.get(PAGE).content.decode()
    assert state(client) is Condition.CURRENT
    assert "V\u00a0dubnu\u00a02021 našli asistenti 85\u00a0kusů" in page
    assert f"na žádost: {coordinator.full_name}" in page


def test_pressing_the_button_twice_asks_once(client_of, coordinator):
    client = client_of(coordinator)

    client.post(BUILD)
    client.post(BUILD)

    assert Job.objects.count() == 1


def test_month_out_of_date_says_so_and_offers_to_count_again(client_of, coordinator, mentor, built):
    FindingFactory(with_needle=1)
    built(APRIL)
    FindingFactory(with_needle=1)

    text = client_of(coordinator).get(PAGE).content.decode()

    assert state(client_of(coordinator)) is Condition.OUTDATED
    assert "Přepočítat" in text
    assert BUILD not in client_of(mentor).get(PAGE).content.decode()


def test_failed_job_shows_its_reason_beside_the_last_good_figures(client_of, coordinator, built):
    FindingFactory(with_needle=3)
    built(APRIL)
    Job.objects.create(month=APRIL.first_day, state=Job.State.FAILED, error="Nepodařilo se to ani na 5. pokus.")

    text = client_of(coordinator).get(PAGE).content.decode()

    assert "Nepodařilo se to ani na 5. pokus." in text
    assert "Zkusit znovu" in text
    assert "našli asistenti 3" in text


def test_page_works_without_javascript_while_building(client_of, coordinator):
    Job.objects.request(APRIL, by=coordinator)

    response = client_of(coordinator).get(BUILDING)

    assert response.status_code == 200
    assert "<noscript>" in response.content.decode()


def test_page_of_a_month_costs_the_same_however_much_it_holds(client_of, coordinator, built):
    client = client_of(coordinator)
    FindingFactory()
    built(APRIL)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for number in range(30):
        shift = ShiftFactory(start=local(2021, 4, 1 + number, 8), locality=LocalityFactory())
        FindingFactory(assistant=shift.assistant, place__locality=shift.locality)
    built(APRIL)
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)

    assert (len(few), len(many)) == (15, 15)


def test_month_leads_to_where_more_is_found_than_elsewhere(client_of, coordinator, built):
    FindingFactory(found_at=local(2021, 4, 5, 9))
    built(APRIL)
    client = client_of(coordinator)
    hotspots = f"{reverse('findings:hotspots')}?od=2021-04-01&do=2021-04-30"

    assert f'href="{hotspots.replace("&", "&amp;")}"' in client.get(PAGE).content.decode()
    assert "málo dat" in client.get(hotspots).content.decode()


def test_summary_of_a_name_with_markup_stays_text(client_of, coordinator, built):
    FindingFactory(place__name="<script>alert(1)</script>", place__locality__name="</script><b>")
    built(APRIL)

    text = client_of(coordinator).get(PAGE).content.decode()

    assert "<script>alert" not in text
    assert "</script><b>" not in text


# --- Behind the hours ------------------------------------------------------------------------------------------------


def shifts_of(client: Client, **query: Any) -> dict[str, Any]:
    response = client.get(SHIFTS, query)
    return {"ids": [shift.pk for shift in response.context["page"]], **response.context["counts"]}


def test_shifts_show_their_time_inside_the_month(client_of, coordinator):
    before = ShiftFactory(start=local(2021, 3, 31, 20), end=local(2021, 4, 1, 4))
    inside = ShiftFactory(start=local(2021, 4, 2, 8), end=local(2021, 4, 2, 16))
    after = ShiftFactory(start=local(2021, 4, 30, 22), end=local(2021, 5, 1, 6))
    ShiftFactory(start=local(2021, 4, 5, 8), announced=False)
    ShiftFactory(start=local(2021, 5, 1, 8), end=local(2021, 5, 1, 16))
    client = client_of(coordinator)

    shown = shifts_of(client)

    assert shown == {"ids": [before.pk, inside.pk, after.pk], "patrol_seconds": 14 * 3600, "assistants": 3}
    assert client.get(SHIFTS).content.decode().count("část směny") == 2


def test_shifts_are_narrowed_by_the_address(client_of, coordinator):
    first = ShiftFactory(start=local(2021, 4, 2, 8))
    second = ShiftFactory(start=local(2021, 4, 3, 8), locality__district__name="Vítkovice")
    client = client_of(coordinator)

    assert shifts_of(client, lokalita=first.locality_id)["ids"] == [first.pk]
    assert shifts_of(client, asistent=second.assistant_id)["ids"] == [second.pk]
    assert shifts_of(client, obvod=second.locality.district_id)["ids"] == [second.pk]
    assert shifts_of(client, lokalita=first.locality_id, asistent=second.assistant_id)["ids"] == []


@pytest.mark.parametrize("name", ["lokalita", "obvod", "asistent"])
@pytest.mark.parametrize("value", ["x", "0", "-1", "9" * 30, "\0", "1'"])
def test_wrong_part_of_the_filter_is_named_and_hides_nothing(name, value, client_of, coordinator):
    shift = ShiftFactory(start=local(2021, 4, 2, 8))
    response = client_of(coordinator).get(SHIFTS, {name: value})

    assert "neznáme." in response.content.decode()
    assert [row.pk for row in response.context["page"]] == [shift.pk]


def test_mentor_sees_shifts_of_those_they_lead(client_of, mentor, assistant):
    mine = ShiftFactory(assistant=assistant, start=local(2021, 4, 2, 8))
    alien = ShiftFactory(assistant=AssistantFactory(mentor=MentorFactory()), start=local(2021, 4, 2, 8))
    client = client_of(mentor)

    assert shifts_of(client)["ids"] == [mine.pk]
    # Somebody else's assistant is no choice of the filter either.
    assert "Takového asistenta neznáme." in client.get(SHIFTS, {"asistent": alien.assistant_id}).content.decode()


def test_mentor_learns_of_shifts_that_only_the_summary_counts(client_of, mentor, coordinator, assistant):
    sentence = "přehled měsíce počítá všechny"
    ShiftFactory(assistant=assistant, start=local(2021, 4, 2, 8))
    ShiftFactory(assistant=AssistantFactory(mentor=MentorFactory()), start=local(2021, 5, 2, 8))
    assert sentence not in client_of(mentor).get(SHIFTS).content.decode()

    ShiftFactory(assistant=AssistantFactory(mentor=MentorFactory()), start=local(2021, 4, 2, 8))
    assert sentence in client_of(mentor).get(SHIFTS, {"asistent": assistant.pk}).content.decode()
    assert sentence not in client_of(coordinator).get(SHIFTS).content.decode()


def test_shifts_cost_the_same_for_one_and_for_thirty(client_of, coordinator):
    client = client_of(coordinator)
    ShiftFactory(start=local(2021, 4, 1, 8))
    client.get(SHIFTS)
    with CaptureQueriesContext(connection) as one:
        client.get(SHIFTS)
    for number in range(30):
        ShiftFactory(start=local(2021, 4, 1 + number, 8))
    with CaptureQueriesContext(connection) as many:
        client.get(SHIFTS)

    assert (len(one), len(many)) == (9, 9)


def test_shifts_are_exported_and_the_export_is_logged(client_of, coordinator):
    shift = ShiftFactory(start=local(2021, 4, 30, 22), end=local(2021, 5, 1, 6, 30), locality__name="=1+1")
    ShiftFactory(start=local(2021, 4, 2, 8))

    response = client_of(coordinator).get(EXPORTS[1], {"lokalita": shift.locality_id})

    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert rows == [
        {
            "Začátek": "2021-04-30 22:00",
            "Konec": "2021-05-01 06:30",
            "Asistent": str(shift.assistant),
            "Lokalita": "'=1+1",
            "Městský obvod": shift.locality.district.name,
            "Hodin v období 2021-04": "2",
        }
    ]
    assert AccessLog.objects.get().detail == {"filter": {"lokalita": str(shift.locality_id)}, "rows": 1}


def test_summary_of_another_version_is_to_be_built_anew(client_of, coordinator, built):
    stored = built(APRIL)
    stored.figures["schema"] = 99
    stored.save()
    client = client_of(coordinator)

    assert listed(client) == [("2021-04", Condition.NOT_BUILT)]
    assert state(client) is Condition.NOT_BUILT
    assert client.post(reverse("reports:publish", args=[APRIL])).status_code == 404


def test_only_one_summary_a_month_is_kept(built):
    built(APRIL)
    built(APRIL)

    assert MonthlySummary.objects.count() == 1


def test_a_build_that_ends_while_the_page_is_read_shows_its_figures(
    coordinator: User,
    client_of: Callable[[User], Client],
    built: Callable[..., MonthlySummary],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = months.records

    def read_and_build(asked: list[Month]) -> list[months.MonthRecord]:
        built(asked[0])
        return read(asked)

    monkeypatch.setattr(months, "records", read_and_build)
    page = client_of(coordinator).get(reverse("reports:month", args=[Month(2021, 4)]))
    assert page.context["summary"] is not None
