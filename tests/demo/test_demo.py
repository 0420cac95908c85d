"""The demonstration: the same everywhere, consistent with itself, and April 2021 as the city reported it."""

import html
import json
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader
from pytest_django.plugin import DjangoDbBlocker

from apk import czech
from apk.calendar import Month
from apk.demo import city, records, team, work
from apk.localities.geometry import AreaIndex, distance_m
from apk.localities.models import Locality
from apk.people.access import Role
from apk.people.models import User
from findings.models import Finding, Place
from patrols.attendance_days import unfinished
from patrols.models import Activity, ActivityCount, Attendance, Shift
from reports.counting import count
from reports.models import Job, MonthlySummary
from reports.papers import FORMATS
from tests.factories import UserFactory, local
from tests.reports import comparing, recount

APRIL = Month(2021, 4)


def test_a_past_day_does_not_depend_on_the_day_of_the_making(db: None) -> None:
    people, sites = team.make_team(), city.make_city()
    drawn = []
    for now in (local(2026, 5, 4, 12), local(2026, 5, 25, 12)):
        work.work_lately(now, people, sites)
        noon = local(2026, 5, 4, 12)
        drawn.append(
            (
                list(Finding.objects.filter(found_at__lt=noon).values_list("id", "pieces", "place")),
                list(
                    Shift.objects.filter(end__lt=noon, start__gte=local(2026, 3, 1, 0)).values_list("start", "locality")
                ),
            )
        )
        Finding.objects.all().delete()
        Shift.objects.all().delete()
    # The later making begins with the same months, so that its past must be the same rows.
    assert drawn[0][0] == drawn[1][0]
    assert drawn[0][1] == drawn[1][1]


def test_records_of_a_shift_are_the_same_whenever_they_are_made(db: None) -> None:
    work.work_lately(local(2026, 5, 4, 12), team.make_team(), city.make_city())
    shifts = Shift.objects.filter(start__lt=local(2026, 2, 5)).select_related("assistant__user")
    drawn = []
    for until in (local(2026, 2, 3), local(2026, 2, 4)):
        records.record(shifts, until=until)
        morning = local(2026, 2, 3, 9)
        drawn.append(
            [
                list(Attendance.objects.filter(at__lt=morning).values_list("id", "event", "at")),
                list(Activity.objects.filter(at__lt=morning).values_list("id", "kind", "organisation", "at")),
                list(ActivityCount.objects.filter(activity__at__lt=morning).values_list("counter", "number")),
            ]
        )
        ActivityCount.objects.all().delete()
        Activity.objects.all().delete()
        Attendance.objects.all().delete()
    assert drawn[0] == drawn[1]
    assert all(drawn[0])


@pytest.mark.django_db
def test_demo_leaves_a_database_with_people_alone() -> None:
    UserFactory()
    call_command("demo", "--if-empty")
    with pytest.raises(CommandError, match="už jsou lidé"):
        call_command("demo")
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_demo_is_refused_on_a_public_installation(settings: object) -> None:
    settings.HTTPS = True
    with pytest.raises(CommandError, match="veřejně známé heslo"):
        call_command("demo")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_sign_ins_of_another_team_are_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    UserFactory()
    call_command("demo", "--if-empty", "--sign-ins")
    assert capsys.readouterr().out == ""


@pytest.fixture(scope="module")
def made_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demonstration, made once for the tests that only read it, and rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(made_once: None, db: None) -> None:
    """The demonstration and leave to query it."""


@pytest.mark.usefixtures("demo")
def test_april_2021_has_85_pieces_at_17_places() -> None:
    found = list(Finding.objects.in_month(APRIL).values_list("pieces", "place"))
    assert sum(pieces for pieces, _ in found) == 85
    assert len({place for _, place in found}) == 17
    assert Finding.objects.in_month(APRIL).values("assistant").distinct().count() == 7


@pytest.mark.usefixtures("demo")
def test_april_2021_says_85_and_17_on_the_page_and_in_every_document(client: Client) -> None:
    stored = MonthlySummary.objects.store(count(APRIL), inputs="", by=None)
    client.force_login(User.objects.get(role=Role.COORDINATOR))
    page = client.get(reverse("reports:month", args=[APRIL]))
    shown = {figure.label: value for figure, value in page.context["headline_figures"]}
    files = {extension: kind.build(stored.value) for extension, kind in FORMATS.items()}
    overview = load_workbook(BytesIO(files["xlsx"])).worksheets[0].iter_rows(values_only=True)
    table = {row[0]: row[1] for row in overview}
    lines = [line.split(";") for line in files["csv"].decode("utf-8-sig").splitlines()]
    totals = {line[3]: int(line[5]) for line in lines if line[0] == "Celkem" and line[5].isdecimal()}
    data = json.loads(files["json"])
    text = " ".join(PdfReader(BytesIO(files["pdf"])).pages[0].extract_text().split())

    both = ("Nalezené kusy celkem", "Místa s nálezem")
    assert {
        "page": tuple(shown[label] for label in both),
        "xlsx": tuple(table[label] for label in both),
        "csv": tuple(totals[label] for label in both),
        "json": (data["totals"]["pieces"], data["totals"]["places"]),
    } == dict.fromkeys(("page", "xlsx", "csv", "json"), (85, 17))
    assert "našli asistenti 85 kusů" in html.unescape(page.content.decode()).replace(czech.SPACE, " ")
    assert "našli asistenti 85 kusů" in text
    assert "na 17 místech" in text


@pytest.mark.usefixtures("demo")
def test_april_2021_is_in_every_document_what_plain_sql_says(client: Client) -> None:
    MonthlySummary.objects.store(count(APRIL), inputs="", by=None)
    client.force_login(User.objects.get(role=Role.COORDINATOR))
    month = comparing.compared(APRIL, client)

    for name in FORMATS:
        said, counted = comparing.said_and_counted(month, name)
        assert (name, said) == (name, counted)
        assert (said["Celkem", "", "Nalezené kusy celkem"], said["Celkem", "", "Místa s nálezem"]) == (85, 17)
    assert comparing.numbers_left(month) == []
    on_page, _ = recount.of_page(month.page)
    assert on_page == recount.shown(recount.without(month.cells, columns=recount.DEGREES))


@pytest.mark.usefixtures("demo")
def test_every_month_of_2021_is_what_plain_sql_says() -> None:
    for number in range(1, 13):
        month = Month(2021, number)
        said = recount.of_json(FORMATS["json"].build(count(month)))
        assert said == recount.without_table_totals(recount.again(str(month)))


@pytest.mark.usefixtures("demo")
def test_every_month_of_2021_follows_its_season() -> None:
    for number, season in work.SEASONS.items():
        found = Finding.objects.in_month(Month(2021, number)).values_list("pieces", "place")
        assert (len(found), sum(pieces for pieces, _ in found), len({place for _, place in found})) == (
            season.events,
            season.pieces,
            season.places,
        )


@pytest.mark.usefixtures("demo")
def test_findings_lie_where_and_when_they_say() -> None:
    index = AreaIndex(Locality.objects.values_list("pk", "area"))
    findings = list(Finding.objects.select_related("place", "shift"))
    assert len(findings) > 400
    for finding in findings:
        assert index.holding(finding.latitude, finding.longitude) == finding.locality_id == finding.place.locality_id
        away = distance_m(finding.latitude, finding.longitude, finding.place.latitude, finding.place.longitude)
        assert away < 30
        assert finding.shift.start <= finding.found_at < finding.shift.end
        assert finding.assistant_id == finding.shift.assistant_id
        assert finding.locality_id == finding.shift.locality_id


@pytest.mark.usefixtures("demo")
def test_places_are_more_than_the_radius_apart() -> None:
    places = list(Place.objects.all())
    for n, place in enumerate(places):
        for other in places[n + 1 :]:
            assert distance_m(place.latitude, place.longitude, other.latitude, other.longitude) > 60


@pytest.mark.usefixtures("demo")
def test_recent_plan_reaches_two_weeks_ahead_and_findings_do_not_come_from_the_future() -> None:
    now = timezone.now()
    assert Shift.objects.filter(start__gt=now + timedelta(days=13)).exists()
    assert not Shift.objects.filter(start__gt=now + timedelta(days=15)).exists()
    assert not Finding.objects.filter(found_at__gt=now).exists()


@pytest.mark.usefixtures("demo")
def test_activities_and_attendance_belong_to_the_shifts_of_the_past() -> None:
    activities = list(Activity.objects.select_related("shift"))
    assert len(activities) > 3000
    for activity in activities:
        assert activity.shift.start <= activity.at < activity.shift.end
        assert activity.assistant_id == activity.shift.assistant_id
        assert activity.locality_id in {activity.shift.locality_id, None}
    assert not Activity.objects.filter(at__gt=timezone.now()).exists()
    assert not Attendance.objects.filter(at__gt=timezone.now()).exists()
    totals = count(APRIL).totals
    planned, served = totals["patrol_seconds"], totals["served_seconds"]
    # Half an hour of break in each shift of eight hours, a forgotten end here and there.
    assert 0.88 < served / planned < 0.96
    assert 180 < totals["activities"] < 320
    assert all(totals[name] for name in ("contacts", "children", "referrals", "called_patrols"))
    assert 0 < sum(map(len, unfinished(APRIL).values())) < 10


@pytest.mark.usefixtures("demo")
def test_rest_between_shifts_is_at_least_eleven_hours() -> None:
    ends: dict[int, object] = {}
    for shift in Shift.objects.order_by("assistant", "start"):
        earlier = ends.get(shift.assistant_id)
        assert earlier is None or shift.start - earlier >= timedelta(hours=11)
        ends[shift.assistant_id] = shift.end


@pytest.mark.usefixtures("demo")
def test_summaries_are_asked_for_but_not_made_up() -> None:
    assert Job.objects.filter(month=APRIL.first_day, state=Job.State.QUEUED).count() == 1


@pytest.mark.usefixtures("demo")
def test_sign_ins_name_every_role(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo", "--if-empty", "--sign-ins")
    printed = capsys.readouterr().out
    for person in team.SIGN_INS:
        assert person.email in printed
        assert User.objects.get(email=person.email).check_password(team.PASSWORD)
    assert [person.role.value for person in team.SIGN_INS] == ["assistant", "mentor", "coordinator", "administrator"]
