"""Pages of the reports: every figure leads to its records, words agree with numbers, nothing is lost or overwritten."""

import html
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from apk.audit.models import AccessLog
from apk.calendar import Month
from apk.edits import CHANGED_MEANWHILE
from apk.people.models import Assistant, User
from findings import custody
from findings.filters import FindingFilter
from findings.models import Finding
from patrols.activity_filters import ActivityFilter
from patrols.attendance_days import Months
from patrols.attendance_filters import AttendanceFilter
from patrols.attendance_views import counts_of
from patrols.check_forms import FieldCheckFilter
from patrols.training_forms import TrainingFilter
from reports import drilldown, verifying
from reports.filters import ShiftFilter
from reports.grant import Cell, GrantReport
from reports.grant_compiling import compiled
from reports.grant_setup import add_usual_sections
from reports.models import (
    Job,
    MonthlySummary,
    MonthNarrative,
    ProjectReport,
    ReportSection,
    Seal,
    SectionText,
)
from reports.snapshots import Content
from reports.staffing import staff
from tests.factories import (
    BoxFactory,
    FieldCheckFactory,
    FindingFactory,
    GrantProjectFactory,
    MentorFactory,
    ProjectReportFactory,
    RecipientFactory,
    ReportSectionFactory,
    ShiftFactory,
    TrainingFactory,
    TrainingKindFactory,
    local,
)
from tests.reports.closed import sealed
from tests.reports.scenes import scatter

pytestmark = pytest.mark.django_db

APRIL = Month(2021, 4)


def cells(report: GrantReport) -> Iterator[Cell]:
    for section in report.sections:
        yield from (cell for _, cell in section.facts)
        for table in section.tables:
            yield from (cell for row in [*table.rows, table.total or ()] for cell in row)


def counted(address: str, user: User) -> dict[str, int]:
    """The figures over the rows that the list at the address lets through."""
    path, _, query = address.partition("?")
    if path == reverse("findings:list"):
        counts = FindingFilter(QueryDict(query), user=user).findings().counts()
        # Of those that are gone, or held, the pieces are the figure.
        return counts | ({"gone_by_end": counts["pieces"], "held_at_end": counts["pieces"]} if "&" in query else {})
    if path.endswith("/obsazeni/"):
        staffed = staff(resolve(path).kwargs["month"], Assistant.objects.visible_to(user)).counts
        return staffed | {"fte_hundredths": Decimal(staffed["fte_hundredths"]) / 100}
    if path == reverse("activities:list"):
        return ActivityFilter(QueryDict(query), user=user).counts()
    if path == reverse("training:list"):
        return TrainingFilter(QueryDict(query), user=user).trainings().counts()
    if path == reverse("checks:list"):
        return FieldCheckFilter(QueryDict(query), user=user).checks().counts()
    months = resolve(path).kwargs
    first, last = months.get("first", months.get("month")), months.get("last", months.get("month"))
    if path.startswith("/dochazka/"):
        attendance = AttendanceFilter(QueryDict(query), user=user, months=Months(first, last))
        return counts_of(attendance.rows(timezone.now()))
    form = ShiftFilter(QueryDict(query), user=user, month=first, until=last)
    return form.shifts().counts(form.start, form.end)


def test_every_figure_of_a_report_equals_what_lies_behind_it(client_of, coordinator, built):
    months = [Month(2021, number) for number in (2, 3, 4)]
    scatter(seed=41, findings=15, months=tuple(months))
    project = GrantProjectFactory(starts=date(2021, 2, 1))
    for figure in ("pieces", "places", "patrol_seconds", "assistants", "trained"):
        project.indicators.create(name=figure, figure=figure, target=1)
    add_usual_sections(project)
    people = list(Assistant.objects.all())
    people[0].mentorships.create(mentor=MentorFactory(), starts=date(2021, 3, 15))
    for number, kind in enumerate(TrainingKindFactory.create_batch(2)):
        for day in (date(2021, 2, 3), date(2021, 4, 30), date(2021, 5, 1)):
            TrainingFactory(kind=kind, held_on=day, hours=3 + number, assistant=people[number])
    for day in (date(2021, 2, 1), date(2021, 4, 30), date(2021, 5, 1)):
        FieldCheckFactory(checked_at=local(day.year, day.month, day.day, 23))
    gone = list(Finding.objects.filter(found_at__gte=months[0].start, found_at__lt=local(2021, 4, 20))[::3])
    box = BoxFactory(findings=gone)
    box.close(at=local(2021, 4, 29))
    counted_pieces = sum(finding.pieces for finding in gone)
    custody.hand_over({box: (counted_pieces, "")}, recipient=RecipientFactory(), on=date(2021, 4, 30), by=coordinator)
    for month in months:
        built(month)
    row = ProjectReportFactory(project=project, first=date(2021, 2, 1), last=date(2021, 4, 1))
    report = compiled(row)
    page = html.unescape(client_of(coordinator).get(row.get_absolute_url()).content.decode())

    claims = [cell for cell in cells(report) if cell.behind]
    addresses = {cell.behind: drilldown.of_period(cell.behind) for cell in claims}
    counts = {address: counted(address, coordinator) for address in set(addresses.values())}
    wrong = [
        (cell.behind, cell.value, counts[addresses[cell.behind]])
        for cell in claims
        if counts[addresses[cell.behind]][cell.behind.figure] != cell.value
    ]
    assert wrong == []
    shown = {addresses[cell.behind] for cell in claims if cell.value}
    assert {address for address in shown if f'href="{address}"' not in page} == set()
    # The scene is rich enough to prove something.
    assert len(claims) > 90
    assert {cell.behind.breakdown for cell in claims} == {
        "",
        "district",
        "locality",
        "activity_kind",
        "activity_locality",
        "counter",
        "organisation",
        "reason",
        "called_patrol",
        "training_kind",
    }
    assert {cell.behind.figure for cell in claims if cell.value} >= {
        *("employed", "fte_hundredths", "mentors", "trainings", "trained", "training_hours"),
        *("gone_by_end", "held_at_end", "field_checks"),
    }


def test_list_of_several_months_shows_its_sum_and_is_exported(client_of, coordinator, mentor):
    shift = ShiftFactory(start=local(2021, 1, 31, 20), end=local(2021, 2, 1, 4))
    ShiftFactory(assistant=shift.assistant, start=local(2021, 3, 31, 22), end=local(2021, 4, 1, 6))
    ShiftFactory(start=local(2021, 4, 1, 8))
    address = reverse("reports:period-shifts", args=[Month(2021, 2), Month(2021, 3)])
    client = client_of(coordinator)

    response = client.get(address)
    assert response.context["counts"] == {"patrol_seconds": 6 * 3600, "assistants": 1}
    assert "Směny: únor\u00a02021 až březen\u00a02021" in response.content.decode()
    lines = client.get(f"{address}export.csv").content.decode("utf-8-sig").splitlines()
    assert [line.rpartition(";")[2] for line in lines] == ["Hodin v období 2021-02 až 2021-03", "4", "2"]
    assert AccessLog.objects.get().detail["rows"] == 2
    assert client_of(mentor).get(f"{address}export.csv").status_code == 403
    assert client.get(reverse("reports:period-shifts", args=[Month(2021, 3), Month(2021, 2)])).status_code == 404
    assert client.get(reverse("reports:period-shifts", args=[Month(2021, 3), Month(2098, 2)])).status_code == 404


def test_coordinator_founds_a_report_of_months_that_have_begun(client_of, coordinator):
    project = GrantProjectFactory(starts=date(2021, 2, 15), ends=date(2098, 12, 31))
    address = reverse("reports:add-report", args=[project.pk])
    client = client_of(coordinator)

    months = client.get(address).context["form"].fields["first"].choices
    assert months[0] == ("2021-02-01", "únor\u00a02021")
    assert months[-1][0] <= date.today().isoformat()  # noqa: DTZ011  # a day, not a moment
    sent = {"kind": "interim", "first": "2021-02-01", "last": "2021-06-01"}
    answer = client.post(address, sent)
    report = ProjectReport.objects.get()
    assert answer["Location"] == report.get_absolute_url()
    assert (report.project, str(report)) == (project, "Průběžná zpráva: únor až červen\u00a02021")
    assert "Taková zpráva za tyto měsíce už je založená." in client.post(address, sent).content.decode()
    assert client.post(address, sent | {"kind": "final"}).status_code == 302


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last": "2021-02-01"}, "Poslední měsíc nesmí být před prvním."),
        ({"first": "2020-12-01"}, "Vyberte platnou možnost"),
        ({"first": "\0"}, "Vyberte platnou možnost"),
        ({"kind": "jina"}, "Vyberte platnou možnost"),
    ],
)
def test_report_with_wrong_months_is_refused(changes, sentence, client_of, coordinator):
    project = GrantProjectFactory()
    sent = {"kind": "interim", "first": "2021-03-01", "last": "2021-06-01"} | changes
    response = client_of(coordinator).post(reverse("reports:add-report", args=[project.pk]), sent)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not ProjectReport.objects.exists()


def test_project_that_has_not_begun_has_nothing_to_report(client_of, coordinator):
    project = GrantProjectFactory(starts=date(2098, 1, 1), ends=date(2098, 12, 31))
    page = client_of(coordinator).get(reverse("reports:add-report", args=[project.pk])).content.decode()

    assert "Žádný měsíc projektu ještě nezačal" in page


def test_report_is_changed_and_removed_with_its_words(client_of, coordinator):
    report = ProjectReportFactory()
    report.write(ReportSectionFactory(project=report.project), "Text.")
    client = client_of(coordinator)
    address = reverse("reports:edit-report", args=[report.pk])
    form = client.get(address).context["form"]
    typed = {name: str(form[name].value()) for name in form.fields}

    assert client.post(address, typed | {"last": "2021-06-01"}).status_code == 302
    report.refresh_from_db()
    assert report.last == date(2021, 6, 1)
    removing = reverse("reports:remove-report", args=[report.pk])
    assert "Smazat zprávu?" in client.get(removing).content.decode()
    client.post(removing)
    assert not ProjectReport.objects.exists()
    assert not SectionText.objects.exists()
    assert ReportSection.objects.exists()


def test_page_with_the_same_content_in_two_sections_names_every_part_once(client_of, coordinator, built):
    FindingFactory(found_at=local(2021, 4, 5, 10))
    built(APRIL)
    report = ProjectReportFactory(first=date(2021, 3, 1), last=date(2021, 4, 1))
    for title in ("Nálezy", "Nálezy ještě jednou"):
        ReportSectionFactory(project=report.project, title=title, content="findings")

    page = client_of(coordinator).get(report.get_absolute_url()).content.decode()

    names = re.findall(r'\sid="([^"]+)"', page)
    assert len([name for name in names if name.endswith("findings-by-month")]) == 2
    assert len(set(names)) == len(names)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(names)


def writing(report: ProjectReport, section: ReportSection) -> str:
    return reverse("reports:write-section", args=[report.pk, section.pk])


def test_words_are_previewed_stored_and_read_with_todays_figures(client_of, coordinator, built):
    finding = FindingFactory(with_needle=85)
    built(APRIL)
    report = ProjectReportFactory()
    section = ReportSectionFactory(project=report.project, guidance="Nejvýše stranu.")
    client = client_of(coordinator)
    address = writing(report, section)
    opened = client.get(address)
    assert "Nejvýše stranu." in opened.content.decode()
    typed = {"seen": opened.context["form"]["seen"].value(), "text": "Našli jsme {{nalezy.kusy.slovy}}.\n<b>Tučně</b>"}

    preview = client.post(address, typed | {"nahled": "ano"})
    assert preview.context["preview"] == ("Našli jsme 85\u00a0kusů.", "<b>Tučně</b>")
    assert "&lt;b&gt;Tučně&lt;/b&gt;" in preview.content.decode()
    assert not SectionText.objects.exists()

    assert client.post(address, typed)["Location"] == f"{report.get_absolute_url()}#oddil-{section.pk}"
    page = client.get(report.get_absolute_url()).content.decode()
    assert "Našli jsme 85\u00a0kusů." in page
    assert "&lt;b&gt;Tučně&lt;/b&gt;" in page
    # The text cannot contradict the numbers: they change together.
    FindingFactory(with_needle=3, assistant=finding.assistant)
    built(APRIL)
    assert "Našli jsme 88\u00a0kusů." in client.get(report.get_absolute_url()).content.decode()


def test_section_whose_words_were_emptied_can_be_removed(client_of, coordinator):
    report = ProjectReportFactory()
    section = ReportSectionFactory(project=report.project)
    report.write(section, "Text.")
    client = client_of(coordinator)
    removing = reverse("reports:remove-part", args=[report.project.pk, "oddily", section.pk])
    assert "už je k oddílu napsaný text" in client.post(removing, follow=True).content.decode()
    seen = client.get(writing(report, section)).context["form"]["seen"].value()

    assert client.post(writing(report, section), {"seen": seen, "text": " "}).status_code == 302

    assert not SectionText.objects.exists()
    assert client.post(removing).status_code == 302
    assert not ReportSection.objects.exists()


def test_unknown_reference_is_refused_in_a_sentence_and_the_text_is_kept(client_of, coordinator):
    report = ProjectReportFactory()
    section = ReportSectionFactory(project=report.project)
    address = writing(report, section)
    client = client_of(coordinator)
    seen = client.get(address).context["form"]["seen"].value()

    for button in ({}, {"nahled": "ano"}):
        refused = client.post(address, {"seen": seen, "text": "Našlo se {{nalezy.kus}}."} | button)
        assert refused.status_code == 422
        assert "Odkaz {{nalezy.kus}} neznáme. Nemělo to být {{nalezy.kusy}}?" in refused.content.decode()
        assert refused.context["form"]["text"].value() == "Našlo se {{nalezy.kus}}."
    assert not SectionText.objects.exists()


def test_words_of_two_people_do_not_overwrite_each_other(client_of, coordinator):
    report = ProjectReportFactory()
    section = ReportSectionFactory(project=report.project)
    client = client_of(coordinator)
    seen = client.get(writing(report, section)).context["form"]["seen"].value()
    report.write(section, "Napsal někdo jiný.")

    refused = client.post(writing(report, section), {"seen": seen, "text": "Moje."})

    assert CHANGED_MEANWHILE in refused.content.decode()
    assert SectionText.objects.get().text == "Napsal někdo jiný."


def test_section_of_another_project_or_kind_of_report_is_not_found(client_of, coordinator):
    report = ProjectReportFactory()
    client = client_of(coordinator)

    assert client.get(writing(report, ReportSectionFactory())).status_code == 404
    interim_only = ReportSectionFactory(project=report.project, in_final=False)
    assert client.get(writing(report, interim_only)).status_code == 404


def test_words_of_a_month_are_counted_in_and_ask_for_a_new_build(client_of, coordinator, mentor, built):
    FindingFactory(with_needle=85)
    built(APRIL)
    address = reverse("reports:write-month", args=[APRIL])
    client = client_of(coordinator)
    seen = client.get(address).context["form"]["seen"].value()

    answer = client.post(address, {"seen": seen, "text": "V dubnu {{nalezy.kusy.slovy}}."})

    assert answer["Location"] == reverse("reports:month", args=[APRIL])
    assert (MonthNarrative.objects.get().period, Job.objects.get().period) == (APRIL, APRIL)
    assert built(APRIL).value.narrative == ("V dubnu 85\u00a0kusů.",)
    assert "V dubnu 85\u00a0kusů." in client.get(reverse("reports:month", args=[APRIL])).content.decode()
    assert client_of(mentor).get(address).status_code == 403
    assert client.get(reverse("reports:write-month", args=[Month(2021, 5)])).status_code == 404


def test_words_of_a_sealed_month_change_by_a_correction_alone(client_of, coordinator, assistant):
    ShiftFactory(assistant=assistant, start=local(2021, 4, 15, 8))
    MonthNarrative.objects.create(month=APRIL.first_day, text="Takhle to bylo.")
    writing = reverse("reports:write-month", args=[APRIL])
    client = client_of(coordinator)
    seen = client.get(writing).status_code == 404  # nothing is counted yet
    first = bytes(sealed(APRIL, coordinator).content)

    assert seen
    assert client.post(writing, {"text": "Jinak."}).status_code == 422
    for change in (
        lambda: MonthNarrative.objects.update(text="Jinak."),
        lambda: MonthNarrative.objects.all().delete(),
        lambda: MonthNarrative.objects.bulk_update(
            [MonthNarrative(pk=MonthNarrative.objects.get().pk, text="x")], ["text"]
        ),
    ):
        with pytest.raises(IntegrityError, match="2021-04 is sealed"), transaction.atomic():
            change()
    address = client.get(writing)["Location"]
    page = client.get(address)
    sent = {
        "seen": page.context["form"]["seen"].value(),
        "text": "V dubnu {{nalezy.kusy.slovy}}.",
        "reason": "Překlep.",
    }
    preview = client.post(address, sent | {"step": "preview"})
    assert "Takhle to bylo. → V dubnu" in preview.content.decode()
    assert MonthNarrative.objects.get().text == "Takhle to bylo."
    answer = client.post(address, sent | {"step": "seal", "preview": preview.context["preview"]})

    assert answer["Location"] == reverse("reports:seal", args=[APRIL, 2])
    one, two = Seal.objects.order_by("version")
    assert bytes(one.content) == first
    assert Content.from_bytes(bytes(two.content)).figures["narrative"] == ["V dubnu 0\u00a0kusů."]
    assert MonthlySummary.objects.get().value.narrative == ("V dubnu 0\u00a0kusů.",)
    assert verifying.verify(APRIL).agrees


def test_page_says_what_is_missing_and_what_to_do(client_of, coordinator, mentor):
    report = ProjectReportFactory(first=date(2021, 4, 1), last=date(2021, 4, 1))
    empty = client_of(coordinator).get(report.get_absolute_url()).content.decode()
    assert "Projekt zatím nemá žádné oddíly zprávy" in empty
    assert "Měsíce: nesestavené 1." in empty
    ReportSectionFactory(project=report.project)

    assert "Napsat text" in client_of(coordinator).get(report.get_absolute_url()).content.decode()
    page = client_of(mentor).get(report.get_absolute_url()).content.decode()
    assert "Oddíl je zatím prázdný." in page
    assert "Napsat text" not in page


def test_page_names_open_months_that_are_to_be_counted_anew(client_of, coordinator, built):
    report = ProjectReportFactory()
    finding = FindingFactory(found_at=local(2021, 3, 3))
    for number in (3, 4):
        built(Month(2021, number))
    client = client_of(coordinator)
    assert client.get(report.get_absolute_url()).context["outdated"] == []

    FindingFactory(found_at=local(2021, 3, 4), assistant=finding.assistant)

    response = client.get(report.get_absolute_url())
    assert response.context["outdated"] == [Month(2021, 3)]
    assert "Od posledního sestavení se změnily záznamy měsíců" in response.content.decode()


def test_page_costs_the_same_for_one_month_and_for_a_year(client_of, coordinator, built):
    project = GrantProjectFactory()
    add_usual_sections(project)
    small = ProjectReportFactory(project=project, first=date(2021, 1, 1), last=date(2021, 1, 1))
    large = ProjectReportFactory(project=project)
    client = client_of(coordinator)
    costs = []
    client.get(small.get_absolute_url())
    for report in (small, large):
        with CaptureQueriesContext(connection) as queries:
            client.get(report.get_absolute_url())
        costs.append(len(queries))

    assert costs == [17, 17]
