"""Setting up a project for a call: everything is data, kept on pages; two calls differ without a line of code."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apk.calendar import Month
from apk.edits import CHANGED_MEANWHILE
from reports.grant_compiling import compiled
from reports.models import CostLine, Deadline, GrantProject, Indicator, ProjectReport, Rate, ReportSection
from tests.factories import FindingFactory, GrantProjectFactory, ProjectReportFactory, ReportSectionFactory, local

pytestmark = pytest.mark.django_db

INDICATOR = {"position": "1", "name": "Nálezy", "figure": "pieces", "direction": "at-least", "target": "1 200,5"}
DEADLINE = {"name": "Vyúčtování", "due_on": "2022-02-15", "remind_days": "14"}
SECTION = {"position": "1", "title": "Spolupráce", "content": "text", "in_interim": "on", "in_final": "on"}
COST = {"position": "1", "name": "Mzdy", "planned": "2 450 000,50", "used": "0"}
RATE = {"name": "Mzda", "amount": "30 000", "unit": "úvazek a měsíc"}
VALID = {"ukazatele": INDICATOR, "terminy": DEADLINE, "oddily": SECTION, "rozpocet": COST, "sazby": RATE}


def adding(project: GrantProject, part: str) -> str:
    return reverse("reports:add-part", args=[project.pk, part])


def changing(project: GrantProject, part: str, row: int) -> str:
    return reverse("reports:change-part", args=[project.pk, part, row])


def opened(client: Client, address: str) -> dict[str, str]:
    """What the form at `address` would send when nothing was typed."""
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: str(value) for name, value in values.items() if value not in {None, False}}


@pytest.mark.parametrize("part", VALID)
def test_coordinator_adds_changes_and_removes(part, client_of, coordinator):
    project = GrantProjectFactory()
    client = client_of(coordinator)

    assert client.post(adding(project, part), VALID[part])["Location"] == f"{project.get_absolute_url()}#{part}"
    rows = {"ukazatele": "indicators", "terminy": "deadlines", "oddily": "sections", "rozpocet": "cost_lines"}
    row = getattr(project, rows.get(part, "rates")).get()
    address = changing(project, part, row.pk)
    name = "title" if part == "oddily" else "name"
    assert client.post(address, opened(client, address) | {name: "Přejmenováno"}).status_code == 302
    row.refresh_from_db()
    assert str(getattr(row, name)) == "Přejmenováno"
    assert "Přejmenováno" in client.get(project.get_absolute_url()).content.decode()

    removing = reverse("reports:remove-part", args=[project.pk, part, row.pk])
    assert type(row).objects.count() == 1
    assert client.get(removing).status_code == 200
    assert client.post(removing).status_code == 302
    assert not type(row).objects.exists()
    assert [event.pgh_label for event in row.events.model.objects.filter(pgh_obj_id=row.pk).order_by("pgh_id")] == [
        "insert",
        "update",
        "delete",
    ]


def test_values_are_read_as_they_are_written(client_of, coordinator):
    project = GrantProjectFactory()
    client = client_of(coordinator)
    for part in VALID:
        client.post(adding(project, part), VALID[part])

    assert Indicator.objects.get().target == Decimal("1200.5")
    assert CostLine.objects.get().planned == Decimal("2450000.50")
    assert (Deadline.objects.get().due_on, Rate.objects.get().amount) == (date(2022, 2, 15), 30_000)


@pytest.mark.parametrize(
    ("part", "changes", "sentence"),
    [
        ("ukazatele", {"entered": "5"}, "Ukazatel se buď počítá z evidence, nebo zadává ručně."),
        ("ukazatele", {"figure": "neznamy"}, "Vyberte platnou možnost"),
        ("ukazatele", {"target": "hodně"}, "Zadejte číslo."),
        ("ukazatele", {"target": "-1"}, "0"),
        ("terminy", {"due_on": "někdy"}, "Datum napište ve tvaru 5. 4. 2021."),
        ("terminy", {"remind_days": "400"}, "365"),
        ("rozpocet", {"units": "84"}, "K sazbě patří počet jednotek a k počtu jednotek sazba."),
        ("rozpocet", {"rate": "999999"}, "Vyberte platnou možnost"),
        ("sazby", {"amount": ""}, "Toto pole je třeba vyplnit."),
        ("oddily", {"content": "neco"}, "Vyberte platnou možnost"),
    ],
)
def test_wrong_input_is_refused_in_czech_and_kept(part, changes, sentence, client_of, coordinator):
    project = GrantProjectFactory()
    response = client_of(coordinator).post(adding(project, part), VALID[part] | changes)

    assert response.status_code == 422
    errors = [error for messages in response.context["form"].errors.values() for error in messages]
    assert any(sentence in error for error in errors), errors
    (field, typed), *_ = changes.items()
    assert response.context["form"][field].value() == typed


def test_rate_of_the_same_name_and_of_another_project_are_refused(client_of, coordinator):
    project, other = GrantProjectFactory(), GrantProjectFactory()
    foreign = Rate.objects.create(project=other, name="Mzda", amount=1, unit="měsíc")
    client = client_of(coordinator)

    assert client.post(adding(project, "sazby"), RATE).status_code == 302
    twice = client.post(adding(project, "sazby"), RATE)
    assert "Sazbu s tímto názvem už projekt má." in twice.content.decode()
    assert client.post(adding(project, "rozpocet"), COST | {"rate": foreign.pk, "units": "1"}).status_code == 422
    assert client.get(changing(project, "sazby", foreign.pk)).status_code == 404


def test_two_people_at_once_do_not_overwrite_each_other(client_of, coordinator):
    project = GrantProjectFactory()
    deadline = project.deadlines.create(name="Vyúčtování", due_on=date(2022, 2, 15))
    client = client_of(coordinator)
    address = changing(project, "terminy", deadline.pk)
    typed = opened(client, address) | {"name": "Moje"}
    Deadline.objects.update(name="Cizí")

    refused = client.post(address, typed)

    assert refused.status_code == 422
    assert CHANGED_MEANWHILE in refused.content.decode()
    assert Deadline.objects.get().name == "Cizí"


def test_what_is_used_is_not_removed(client_of, coordinator):
    report = ProjectReportFactory()
    project = report.project
    section = ReportSectionFactory(project=project)
    rate = Rate.objects.create(project=project, name="Mzda", amount=1, unit="měsíc")
    CostLine.objects.create(project=project, name="Mzdy", planned=1, rate=rate, units=1)
    report.write(section, "Text.")
    client = client_of(coordinator)

    for part, row, sentence in (
        ("sazby", rate, "sazbu používá položka rozpočtu"),
        ("oddily", section, "v některé zprávě už je k oddílu napsaný text"),
    ):
        refused = client.post(reverse("reports:remove-part", args=[project.pk, part, row.pk]))
        assert refused.status_code == 422
        assert sentence in refused.content.decode()
    assert (Rate.objects.count(), ReportSection.objects.count()) == (1, 1)


def test_deadline_is_met_once_and_can_be_opened_again(client_of, coordinator, mentor):
    project = GrantProjectFactory()
    deadline = project.deadlines.create(name="Vyúčtování", due_on=date(2022, 2, 15), reminded_at=local(2022, 2, 1))
    address = reverse("reports:finish-deadline", args=[project.pk, deadline.pk])
    client = client_of(coordinator)

    assert client_of(mentor).post(address).status_code == 403
    client.post(address)
    deadline.refresh_from_db()
    assert deadline.done_on is not None
    again = client.post(address, follow=True)
    assert "Termín už je označený jako splněný." in again.content.decode()
    client.post(address, {"otevrit": "ano"})
    deadline.refresh_from_db()
    assert (deadline.done_on, deadline.reminded_at) == (None, None)
    elsewhere = reverse("reports:finish-deadline", args=[GrantProjectFactory().pk, deadline.pk])
    assert client.post(elsewhere).status_code == 404


def test_new_time_of_a_deadline_brings_a_new_reminder(client_of, coordinator):
    project = GrantProjectFactory()
    deadline = project.deadlines.create(name="Vyúčtování", due_on=date(2022, 2, 15), reminded_at=local(2022, 2, 1))
    client = client_of(coordinator)
    address = changing(project, "terminy", deadline.pk)

    client.post(address, opened(client, address) | {"name": "Jinak nazvané"})
    deadline.refresh_from_db()
    assert deadline.reminded_at is not None
    client.post(address, opened(client, address) | {"due_on": "2022-03-15"})
    deadline.refresh_from_db()
    assert (deadline.due_on, deadline.reminded_at) == (date(2022, 3, 15), None)


def test_set_up_is_taken_over_without_what_happened(client_of, coordinator):
    source = GrantProjectFactory()
    rate = source.rates.create(name="Mzda", amount=30_000, unit="měsíc")
    source.cost_lines.create(name="Mzdy", planned=100, used=90, rate=rate, units=12)
    source.indicators.create(name="Besedy", target=10, entered=12)
    source.deadlines.create(
        name="Vyúčtování", due_on=date(2022, 2, 15), done_on=date(2022, 2, 1), reminded_at=local(2022, 2, 1)
    )
    source.sections.create(title="Vlastní oddíl výzvy", content="text", guidance="Nejvýše stranu.")
    project = GrantProjectFactory(starts=date(2022, 1, 1), ends=date(2022, 12, 31))
    project.indicators.create(name="Už tu je", target=1)
    client = client_of(coordinator)
    address = reverse("reports:take-over", args=[project.pk])

    client.post(address, {"source": str(source.pk)})
    client.post(address, {"source": str(source.pk)})

    line, deadline = project.cost_lines.get(), project.deadlines.get()
    assert (line.planned, line.used, line.rate, project.rates.get().amount) == (100, 0, None, 30_000)
    assert (deadline.due_on, deadline.done_on, deadline.reminded_at) == (date(2023, 2, 15), None, None)
    assert [indicator.name for indicator in project.indicators.all()] == ["Už tu je"]
    assert project.sections.get().guidance == "Nejvýše stranu."
    assert source.cost_lines.get().used == 90
    assert client.post(address, {"source": "999999"}).status_code == 422


def test_usual_sections_hold_every_kind_of_computed_content(client_of, coordinator):
    project = GrantProjectFactory()
    address = reverse("reports:take-over", args=[project.pk])

    for _ in range(2):
        client_of(coordinator).post(address, {"source": ""})

    contents = [section.content for section in project.sections.all()]
    assert len(contents) == len(set(contents)) == len(ReportSection.Content) - 1


PROJECT = {
    "number": "314D083009247",
    "programme": "314080, podprogram 314083",
    "sequence": "10",
    "starts": "2021-01-01",
    "ends": "2021-12-31",
    "posts": "7",
    "publicity": "Hrazeno z dotací.",
    "goals": "Klid.",
    "ministry_grant": "2 450 000",
    "city_share": "490 000",
    "conditions": "Vracet nevyčerpané do 30 dnů.",
}


def test_two_calls_with_other_wishes_are_set_up_on_pages_alone(client_of, coordinator, built):
    """The Ministry wants four sections and two indicators, the region two and one; nobody touches the code."""
    FindingFactory(found_at=local(2021, 4, 15), with_needle=85)
    built(Month(2021, 4))
    client = client_of(coordinator)
    calls = {
        "Výzva Ministerstva": {
            "oddily": [("Identifikace", "identification"), ("Nálezy", "findings"), ("Cíle", "indicators")],
            "ukazatele": [("Kusy", "pieces", "80"), ("Místa", "places", "5")],
            "terminy": [("Závěrečná zpráva", "2022-02-15")],
            "sazby": [],
        },
        "Výzva kraje": {
            "oddily": [("Co se podařilo", "goals"), ("Peníze", "budget")],
            "ukazatele": [("Události", "events", "1")],
            "terminy": [("Vyúčtování kraji", "2022-01-05")],
            "sazby": [("Mzda asistenta", "35000")],
        },
    }
    for name, call in calls.items():
        assert client.post(reverse("reports:create-project"), PROJECT | {"name": name}).status_code == 302
        project = GrantProject.objects.get(name=name)
        for title, amount in call["sazby"]:
            client.post(adding(project, "sazby"), {"name": title, "amount": amount, "unit": "úvazek a měsíc"})
            line = {"position": 1, "name": "Mzdy", "planned": "2 940 000", "used": "0", "units": "84"}
            client.post(adding(project, "rozpocet"), line | {"rate": project.rates.get().pk})
        for position, (title, content) in enumerate(call["oddily"]):
            client.post(adding(project, "oddily"), SECTION | {"title": title, "content": content, "position": position})
        for title, figure, target in call["ukazatele"]:
            client.post(adding(project, "ukazatele"), INDICATOR | {"name": title, "figure": figure, "target": target})
        for title, due_on in call["terminy"]:
            client.post(adding(project, "terminy"), DEADLINE | {"name": title, "due_on": due_on})
        sent = {"kind": "final", "first": "2021-04-01", "last": "2021-04-01"}
        assert client.post(reverse("reports:add-report", args=[project.pk]), sent).status_code == 302

    reports = {report.project.name: compiled(report) for report in ProjectReport.objects.select_related("project")}
    ministry, region = (reports[name] for name in calls)
    assert [section.title for section in ministry.sections] == ["Identifikace", "Nálezy", "Cíle"]
    indicators = ministry.sections[2].tables[0].rows
    assert [(row[0].value, row[4].value, row[-1].value) for row in indicators] == [
        ("Kusy", 85, "ano"),
        ("Místa", 1, "zatím ne"),
    ]
    assert [section.title for section in region.sections] == ["Co se podařilo", "Peníze"]
    assert region.sections[0].facts[-1][1].value == "1 z 1"
    assert [fact[1].text.replace("\u00a0", " ") for fact in region.sections[1].facts] == [
        "2 450 000 Kč",
        "490 000 Kč",
        "2 940 000 Kč",
    ]
    ((_, rate, _, units, ceiling, planned),) = region.sections[1].tables[1].rows
    assert (rate.value, units.value, ceiling.value, planned.value) == (35_000, 84, 2_940_000, 2_940_000)
    assert ministry.sections[0].facts[-1][1].value == "Vracet nevyčerpané do 30 dnů."
    shown = {label: cell.text.replace("\u00a0", " ") for label, cell in ministry.sections[0].facts}
    assert (shown["Podíl dotace"], shown["Podíl města v procentech"]) == ("83,3 %", "16,7 %")
    assert [deadline.name for deadline in Deadline.objects.all()] == ["Vyúčtování kraji", "Závěrečná zpráva"]


def test_project_page_costs_the_same_however_much_the_call_asks(client_of, coordinator):
    project = GrantProjectFactory()
    client = client_of(coordinator)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(project.get_absolute_url())
        return len(queries)

    client.get(project.get_absolute_url())
    few = cost()
    for number in range(20):
        rate = project.rates.create(name=f"Sazba {number}", amount=1, unit="měsíc")
        project.cost_lines.create(name="Řádek", planned=2, rate=rate, units=1)
        project.indicators.create(name="Ukazatel", figure="pieces", target=1)
        project.deadlines.create(name="Termín", due_on=date(2021, 5, 1))
        ReportSectionFactory(project=project)
    for number in range(1, 12):
        ProjectReportFactory(project=project, first=date(2021, number, 1), last=date(2021, number, 1))

    assert (few, cost()) == (18, 18)


def test_mentor_sees_the_set_up_and_changes_nothing(client_of, mentor):
    project = GrantProjectFactory()
    project.deadlines.create(name="Vyúčtování", due_on=date(2022, 2, 15))
    page = client_of(mentor).get(project.get_absolute_url()).content.decode()

    assert "Vyúčtování" in page
    assert "/upravit/" not in page
    assert "/pridat/" not in page


def test_unknown_part_is_not_found(client_of, coordinator):
    assert client_of(coordinator).get(adding(GrantProjectFactory(), "cokoli")).status_code == 404
