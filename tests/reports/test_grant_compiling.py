"""Reports compiled from months: every number again by plain SQL, what is missing, what must not leave the house."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import jsonschema_rs
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apk.calendar import Month
from apk.people.models import Employment, User
from apk.refusal import Refused
from findings import custody
from findings.models import Finding
from reports import submitting
from reports.documents import grant_json
from reports.documents.grant_json import SCHEMA, frozen, thawed
from reports.documents.grant_wording import provisional
from reports.figures import FIGURES
from reports.grant import GrantReport, MonthState
from reports.grant_compiling import compiled
from reports.models import CostLine, Indicator, MonthlySummary, ProjectReport, ReportSection
from reports.periods import ASKED, MEMBERS
from tests.factories import (
    AssistantFactory,
    BoxFactory,
    FindingFactory,
    GrantProjectFactory,
    LocalityFactory,
    MentorFactory,
    PlaceFactory,
    ProjectReportFactory,
    RecipientFactory,
    ReportSectionFactory,
    ShiftFactory,
    TrainingFactory,
    TrainingKindFactory,
    local,
)
from tests.reports.closed import sealed
from tests.reports.scenes import MONTHS, scatter

pytestmark = pytest.mark.django_db

Content = ReportSection.Content


def with_every_section(report: ProjectReport) -> ProjectReport:
    for content in Content:
        ReportSectionFactory(project=report.project, content=content, title=content.label)
    return report


def table(report: GrantReport, name: str) -> list[list]:
    """The values of a table, its total last."""
    (found,) = [each for section in report.sections for each in section.tables if each.name == name]
    rows = [*found.rows, *([found.total] if found.total else [])]
    assert {len(row) for row in rows} == {len(found.columns)}
    return [[cell.value for cell in row] for row in rows]


def facts(report: GrantReport, content: str) -> dict:
    return {
        label: cell.value for section in report.sections if section.content == content for label, cell in section.facts
    }


def sql(query: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


RECOUNTED = """
SELECT count(*), coalesce(sum(with_needle + without_needle + needles), 0), coalesce(sum(with_needle), 0),
       coalesce(sum(without_needle), 0), coalesce(sum(needles), 0), coalesce(sum(paraphernalia), 0),
       count(DISTINCT place_id), count(*) FILTER (WHERE child_accessible)
  FROM findings_finding
 WHERE to_char(found_at AT TIME ZONE 'Europe/Prague', 'YYYY-MM') BETWEEN %s AND %s
"""
SERVED = """
WITH part AS (
    SELECT assistant_id, locality_id, tstzrange(start, "end")
           * tstzrange(%s::date::timestamp AT TIME ZONE 'Europe/Prague', %s::date::timestamp AT TIME ZONE
                       'Europe/Prague') AS time
      FROM patrols_shift
)
SELECT coalesce(sum(extract(epoch FROM upper(time) - lower(time))), 0)::bigint, count(DISTINCT assistant_id)
  FROM part
 WHERE NOT isempty(time)
"""


def test_every_total_equals_plain_sql_over_the_period(built):
    scatter(seed=31, findings=20)
    for month in MONTHS:
        built(month)
    report = compiled(with_every_section(ProjectReportFactory(first=date(2021, 2, 1), last=date(2021, 11, 1))))

    (found,) = sql(RECOUNTED, "2021-02", "2021-11")
    # Months without a summary add nothing, so shifts are asked about in those that have one.
    served = [sql(SERVED, month.first_day, month.next.first_day)[0] for month in MONTHS]
    assert [row[1:] for row in table(report, "findings-by-month")][-1] == list(found)
    rows = {row[0]: row[1:] for row in table(report, "findings-by-month")}
    for month, name in ((Month(2021, 4), "duben\u00a02021"), (Month(2021, 11), "listopad\u00a02021")):
        assert rows[name] == list(sql(RECOUNTED, str(month), str(month))[0])
    assert rows["květen\u00a02021"] == [None] * 8
    assert report.totals["patrol_seconds"] == sum(seconds for seconds, _ in served)
    assert [row[3:] for row in table(report, "staffing")[:3]] == [[people, time] for time, people in served[:3]]
    assert report.totals["assistants"] == 4
    assert set(report.totals) == set(FIGURES)


def test_districts_and_localities_add_up_over_the_period(built):
    scatter(seed=32, findings=20)
    for month in MONTHS:
        built(month)
    report = compiled(with_every_section(ProjectReportFactory(first=date(2021, 2, 1), last=date(2021, 11, 1))))

    by_sql = dict(
        sql(
            "SELECT coalesce(district.name, 'Mimo lokality'), sum(with_needle + without_needle + needles)::bigint"
            " FROM findings_finding LEFT JOIN localities_locality AS locality ON locality.id = locality_id"
            " LEFT JOIN localities_district AS district ON district.id = district_id GROUP BY 1"
        )
    )
    *districts, total = table(report, "findings-by-district")
    assert {row[0]: row[2] for row in districts} == by_sql
    assert [sum(values) for values in zip(*(row[1:] for row in districts), strict=True)] == total[1:]
    *localities, total = table(report, "activities-by-locality")
    assert [sum(values) for values in zip(*(row[1:] for row in localities), strict=True)] == total[1:]
    assert localities[-1][0] == "Mimo lokality"


def test_place_found_again_in_another_month_is_counted_once(built):
    place, other = PlaceFactory.create_batch(2)
    for number in (3, 4):
        FindingFactory(place=place, found_at=local(2021, number, 3))
        built(Month(2021, number))
    FindingFactory(place=other, found_at=local(2021, 4, 5))
    built(Month(2021, 4))
    report = compiled(with_every_section(ProjectReportFactory()))

    assert (report.totals["places"], report.totals["events"]) == (2, 3)
    months = table(report, "findings-by-month")
    assert [row[7] for row in months[2:4]] == [1, 2]
    assert months[-1][7] == 2


def test_month_without_a_summary_is_missing_and_one_with_it_provisional(built):
    FindingFactory()
    built(Month(2021, 4))
    report = compiled(ProjectReportFactory(first=date(2021, 4, 1), last=date(2021, 5, 1)))

    assert [(str(month.month), month.state) for month in report.months] == [
        ("2021-04", MonthState.PROVISIONAL),
        ("2021-05", MonthState.MISSING),
    ]
    assert report.months[0].sha256 == MonthlySummary.objects.get().sha256
    assert report.months[1].totals == {}
    assert report.is_provisional


def test_sealed_month_is_taken_as_it_was_sealed(built, coordinator, mentor):
    assistant = AssistantFactory(mentor=mentor)
    ShiftFactory(assistant=assistant, start=local(2021, 4, 15, 8))
    FindingFactory(with_needle=85, assistant=assistant)
    seal = sealed(Month(2021, 4), coordinator)
    row = with_every_section(ProjectReportFactory(first=date(2021, 4, 1), last=date(2021, 4, 1)))

    report = compiled(row)
    (month,) = report.months
    assert (month.state, month.version, month.sha256) == (MonthState.SEALED, 1, seal.figures_sha256)
    assert (report.totals["pieces"], report.is_provisional) == (85, False)
    # Whatever is said of people later, what is sealed is what the report says.
    Employment.objects.update(fte="0.5")
    assert compiled(row) == report


def test_months_before_the_report_that_indicators_count_must_be_sealed_too(client_of, built, coordinator, mentor):
    assistant = AssistantFactory(mentor=mentor)
    ShiftFactory(assistant=assistant, start=local(2021, 4, 15, 8))
    FindingFactory(with_needle=58, assistant=assistant, found_at=local(2021, 3, 15))
    built(Month(2021, 3))
    sealed(Month(2021, 4), coordinator)
    project = GrantProjectFactory(starts=date(2021, 2, 1))
    row = with_every_section(ProjectReportFactory(project=project, first=date(2021, 4, 1), last=date(2021, 4, 1)))
    # Nothing in it is counted since the start of the project.
    assert (compiled(row).earlier, compiled(row).is_provisional) == ((), False)
    project.indicators.create(name="Kusy", figure="pieces", target=100)
    row = ProjectReport.objects.select_related("project").get(pk=row.pk)

    report = compiled(row)
    assert [(str(month.month), month.state) for month in report.earlier] == [
        ("2021-02", MonthState.MISSING),
        ("2021-03", MonthState.PROVISIONAL),
    ]
    assert report.is_provisional
    (indicators,) = [section for section in report.sections if section.content == "indicators"]
    assert indicators.tables[0].note == "V součtu od začátku projektu chybí nesestavené měsíce: únor\u00a02021."
    assert provisional(report) == (
        "Zpráva je předběžná: z dřívějších měsíců, které ukazatele započítávají, "
        "1\u00a0měsíc je předběžný a 1\u00a0měsíc není sestavený."
    )
    assert thawed(frozen(report)) == report
    validator = jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text()))
    validator.validate(json.loads(grant_json.build(report)))
    with pytest.raises(Refused, match="potvrďte, že odevzdáváte předběžná čísla"):
        submitting.submit(row, by=coordinator, now=local(2021, 6, 1), seen=report.digest)

    FindingFactory(assistant=assistant, found_at=local(2021, 3, 16))
    page = client_of(coordinator).get(row.get_absolute_url())
    assert page.context["outdated"] == [Month(2021, 3)]
    assert "Ukazatele započítávají i dřívější měsíce projektu: předběžné 1, nesestavené 1." in page.content.decode()


def test_staffing_is_the_average_over_days_and_is_kept_with_the_month(built):
    mentor = MentorFactory()
    first = AssistantFactory(mentor=mentor)
    AssistantFactory(employed__starts=date(2021, 4, 16), employed__fte=Decimal("0.5"), mentor=mentor)
    AssistantFactory(employed__starts=date(2021, 1, 1), employed__ends=date(2021, 3, 31))
    built(Month(2021, 3))
    built(Month(2021, 4))
    # What is said of a month stays as it was counted.
    Employment.objects.filter(assistant=first).update(fte="0.1")
    report = compiled(with_every_section(ProjectReportFactory(first=date(2021, 3, 1), last=date(2021, 4, 1))))

    *months, total = table(report, "staffing")
    assert [row[1:3] for row in months] == [[2, Decimal("2.00")], [2, Decimal("1.25")]]
    assert total[2] == Decimal("1.63")
    assert [row[1:] for row in table(report, "mentoring")] == [[1, 2], [1, 2]]


def test_indicators_are_measured_in_the_units_of_people(built):
    shift = ShiftFactory(start=local(2021, 4, 2, 8))
    FindingFactory(found_at=local(2021, 3, 3), with_needle=58, assistant=shift.assistant)
    FindingFactory(found_at=local(2021, 4, 3), with_needle=85, assistant=shift.assistant)
    built(Month(2021, 3))
    built(Month(2021, 4))
    project = GrantProjectFactory()
    for position, (name, figure, direction, target, entered) in enumerate(
        [
            ("Nalezené kusy", "pieces", "at-least", 100, None),
            ("Hodiny ve službě", "patrol_seconds", "at-least", 16, None),
            ("Nálezy u dětí", "child_accessible_events", "at-most", 0, None),
            ("Besedy", "", "at-least", 4, Decimal(5)),
            ("Stížnosti", "", "at-most", 3, None),
        ]
    ):
        Indicator.objects.create(
            project=project,
            position=position,
            name=name,
            figure=figure,
            direction=direction,
            baseline=Decimal(1),
            target=target,
            entered=entered,
        )
    whole = with_every_section(ProjectReportFactory(project=project))
    later = ProjectReportFactory(project=project, first=date(2021, 4, 1), last=date(2021, 4, 1))

    report = compiled(whole)
    assert [row[1:] for row in table(report, "indicators")] == [
        ["Nalezené kusy celkem (kusů)", 1, "alespoň 100", 143, Decimal("143.0"), "ano"],
        ["Hodiny ve službě podle plánu (hodin)", 1, "alespoň 16", 8 * 3600, Decimal("50.0"), "zatím ne"],
        ["Nálezy dostupné dětem (událostí)", 1, "nejvýše 0", 0, None, "ano"],
        ["zadáno ručně", 1, "alespoň 4", 5, Decimal("125.0"), "ano"],
        ["zadáno ručně", 1, "nejvýše 3", None, None, "nezadáno"],
    ]
    assert facts(report, "goals")["Splněné ukazatele"] == "3 z 5"
    # A report that begins later says both: what the period brought and what there is since the start.
    assert [row[4:6] for row in table(compiled(later), "indicators")][:2] == [[85, 143], [8 * 3600, 8 * 3600]]


def test_budget_adds_up_and_says_what_exceeds_what():
    project = GrantProjectFactory()
    rate = project.rates.create(name="Mzda", amount=Decimal(35_000), unit="úvazek a měsíc")
    for position, (name, planned, used, units) in enumerate(
        [("Mzdy", 3_000_000, 2_500_000, 84), ("Telefony", Decimal("10000.50"), 12_000, None)]
    ):
        CostLine.objects.create(
            project=project,
            position=position,
            name=name,
            planned=planned,
            used=used,
            rate=rate if units else None,
            units=units,
        )
    report = compiled(with_every_section(ProjectReportFactory(project=project)))

    assert [row[1:] for row in table(report, "budget")] == [
        [3_000_000, 2_500_000, 500_000, Decimal("83.3")],
        [Decimal("10000.50"), 12_000, Decimal("-1999.50"), Decimal("120.0")],
        [Decimal("3010000.50"), 2_512_000, Decimal("498000.50"), Decimal("83.5")],
    ]
    (budget,) = [section for section in report.sections if section.content == "budget"]
    assert budget.tables[0].note == (
        "Mzdy: Plán převyšuje uznatelnou sazbu o 60\u00a0000\u00a0Kč."
        " Telefony: Čerpání převyšuje plán o 1\u00a0999,5\u00a0Kč."
    )


def test_no_lodging_house_is_named_and_their_numbers_hold_all_through(built):
    houses = [LocalityFactory(name=name, kind="lodging-house") for name in ("Ubytovna Hulvácká", "HD Hlubina")]
    for number, house in ((4, houses[0]), (5, houses[1]), (6, houses[0])):
        FindingFactory(place__locality=house, found_at=local(2021, number, 3))
        built(Month(2021, number))
    row = with_every_section(ProjectReportFactory())
    row.write(row.project.sections.first(), "U ubytovny HD Hlubina našli {{nalezy.kusy.slovy}}.")
    report = compiled(row)

    said = str(report.as_json())
    assert "Hulvácká" not in said
    assert "Hlubina" not in said
    localities = table(report, "activities-by-locality")
    assert [row[:1] + row[2:] for row in localities[:-1]] == [["Ubytovna 1", 1, 2], ["Ubytovna 2", 2, 4]]
    assert report.sections[0].paragraphs == ("U ubytovny Ubytovna 1 našli 6\u00a0kusů.",)


def test_sections_follow_the_call_and_the_kind_of_report():
    project = GrantProjectFactory()
    ReportSectionFactory(project=project, position=2, title="Druhý", in_final=False)
    ReportSectionFactory(project=project, position=1, title="První")
    ReportSectionFactory(project=project, position=3, title="Třetí", in_interim=False)
    ReportSectionFactory(title="Cizí")

    final = compiled(ProjectReportFactory(project=project))
    interim = compiled(ProjectReportFactory(project=project, kind="interim"))

    assert [section.title for section in final.sections] == ["První", "Třetí"]
    assert [section.title for section in interim.sections] == ["První", "Druhý"]
    assert (final.title, interim.title) == (
        "Závěrečná zpráva: leden až prosinec\u00a02021",
        "Průběžná zpráva: leden až prosinec\u00a02021",
    )


def test_trainings_of_the_period_are_counted_by_kind():
    first, second = AssistantFactory.create_batch(2)
    drugs, aid = (TrainingKindFactory(name=name) for name in ("Zkouška znalostí", "Ámos – první pomoc"))
    for assistant, kind, day, length in (
        (first, drugs, date(2021, 3, 31), 9),
        (first, drugs, date(2021, 4, 1), 4),
        (second, drugs, date(2021, 4, 30), 4),
        (first, aid, date(2021, 4, 9), 2),
        (second, aid, date(2021, 5, 1), 9),
    ):
        TrainingFactory(assistant=assistant, kind=kind, held_on=day, hours=length)
    april = with_every_section(ProjectReportFactory(first=date(2021, 4, 1), last=date(2021, 4, 1)))

    assert table(compiled(april), "training") == [
        ["Ámos – první pomoc", 1, 1, 2],
        ["Zkouška znalostí", 2, 2, 8],
        ["Celkem", 3, 2, 10],
    ]
    nothing = ProjectReportFactory(project=april.project, first=date(2021, 1, 1), last=date(2021, 1, 1))
    assert facts(compiled(nothing), "training") == {"Školení asistentů": "v období žádné není zapsané"}


def test_who_was_trained_in_several_months_is_counted_once(built):
    first, second = AssistantFactory.create_batch(2)
    for assistant, day in ((first, date(2021, 2, 3)), (first, date(2021, 3, 3)), (first, date(2021, 4, 3))):
        TrainingFactory(assistant=assistant, held_on=day)
    TrainingFactory(assistant=second, held_on=date(2021, 2, 4))
    TrainingFactory(assistant=second, held_on=date(2021, 5, 4))
    for number in (2, 3, 4):
        built(Month(2021, number))
    project = GrantProjectFactory()
    project.indicators.create(name="Proškolení", figure="trained", target=2)
    row = with_every_section(ProjectReportFactory(project=project, first=date(2021, 3, 1), last=date(2021, 4, 1)))
    row.write(project.sections.first(), "Školilo se {{skoleni.lidi}} z týmu.")
    report = compiled(row)

    assert (report.totals["trained"], report.totals["trainings"]) == (1, 2)
    assert report.sections[0].paragraphs == ("Školilo se 1 z týmu.",)
    assert table(report, "training")[-1] == ["Celkem", 2, 1, 8]
    assert table(report, "indicators")[0][4:6] == [1, 2]


def test_every_figure_that_does_not_add_up_has_a_way_over_a_period():
    assert {figure.name for figure in FIGURES.values() if not figure.additive} == {*MEMBERS, *ASKED}
    assert not ASKED & MEMBERS.keys()


def test_sharps_say_why_they_do_not_add_up_when_a_month_was_not_built(built):
    FindingFactory(with_needle=80, found_at=local(2021, 3, 15))
    row = with_every_section(ProjectReportFactory(first=date(2021, 3, 1), last=date(2021, 3, 1)))
    without = facts(compiled(row), "sharps")
    built(Month(2021, 3))

    assert list(without.values())[:3] == [0, 0, 80]
    assert without["Proč se součet liší"].startswith("Nalezené kusy jsou z měsíčních přehledů")
    assert list(facts(compiled(row), "sharps").values()) == [80, 0, 80]


def test_mentoring_says_how_many_were_employed_and_not_that_they_were_led(built):
    AssistantFactory()
    built(Month(2021, 4))
    report = compiled(with_every_section(ProjectReportFactory(first=date(2021, 4, 1), last=date(2021, 4, 1))))

    (section,) = [each for each in report.sections if each.content == "mentoring"]
    assert [column.label for column in section.tables[0].columns] == ["Měsíc", "Mentoři", "Zaměstnaní asistenti"]
    assert table(report, "mentoring") == [["duben\u00a02021", 0, 1]]


def test_found_is_handed_over_and_held_when_the_period_ended(built, coordinator):
    finding = FindingFactory(with_needle=80, found_at=local(2021, 3, 15))
    FindingFactory(with_needle=5, assistant=finding.assistant, found_at=local(2021, 4, 15))
    later = FindingFactory(with_needle=7, assistant=finding.assistant, found_at=local(2021, 5, 15))
    for number in (3, 4, 5):
        built(Month(2021, number))
    handed_over([finding], on=date(2021, 4, 20), by=coordinator)
    handed_over([later], on=date(2021, 5, 20), by=coordinator)
    project = GrantProjectFactory()
    spring = with_every_section(ProjectReportFactory(project=project, first=date(2021, 3, 1), last=date(2021, 4, 1)))
    march = ProjectReportFactory(project=project, first=date(2021, 3, 1), last=date(2021, 3, 1))

    assert list(facts(compiled(spring), "sharps").values()) == [85, 80, 5]
    assert list(facts(compiled(march), "sharps").values()) == [80, 0, 80]


def handed_over(findings: list[Finding], *, on: date, by: User) -> None:
    """Puts the findings in a box of their own and hands it over."""
    box = BoxFactory(findings=findings, opened_at=local(2021, 3, 1))
    box.close(at=local(on.year, on.month, on.day))
    pieces = sum(finding.with_needle for finding in findings)
    custody.hand_over({box: (pieces, "")}, recipient=RecipientFactory(), on=on, by=by)


def test_report_is_the_same_whenever_it_is_compiled_and_its_queries_do_not_grow(built):
    small = with_every_section(ProjectReportFactory(first=date(2021, 4, 1), last=date(2021, 4, 1)))
    small = ProjectReport.objects.select_related("project").get(pk=small.pk)
    with CaptureQueriesContext(connection) as few:
        compiled(small)
    scatter(seed=33, findings=5)
    for month in MONTHS:
        built(month)
    large = ProjectReport.objects.select_related("project").get(
        pk=ProjectReportFactory(project=small.project, kind="final").pk
    )
    with CaptureQueriesContext(connection) as many:
        first = compiled(large)

    assert compiled(large).digest == first.digest
    assert replace(first, months=()).digest != first.digest
    assert (len(few), len(many)) == (12, 12)
