"""Reports that were handed over: kept byte for byte, with what changed since, and verified."""

import io
import json
from dataclasses import replace
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from apk import private_files
from apk.calendar import Month
from apk.refusal import Refused
from reports import annexes, grant_changes, submitting
from reports.documents import grant_json
from reports.grant import Annex, Cell, Kind, MonthState, ReportMonth
from reports.grant_compiling import compiled
from reports.models import Edition, ProjectReport, Submission
from tests.factories import ProjectReportFactory, ReportSectionFactory, ShiftFactory, local
from tests.reports.closed import sealed
from tests.reports.grants import interim

PDF = b"%PDF-1.7\n"


# --- What differs ----------------------------------------------------------------------------------------------------


def with_section(report, number, **changes):
    changed = replace(report.sections[number], **changes)
    return replace(report, sections=(*report.sections[:number], changed, *report.sections[number + 1 :]))


def with_cell(report, value):
    """The report with another value in the first row of its table of findings."""
    table = report.sections[1].tables[0]
    rows = ((table.rows[0][0], Cell(value, Kind.WHOLE), *table.rows[0][2:]), *table.rows[1:])
    return with_section(report, 1, tables=(replace(table, rows=rows), *report.sections[1].tables[1:]))


REPORT = interim()
CHANGED = [
    (with_cell(REPORT, 20), ("Nálezy stříkaček", "Nálezy po měsících: březen 2021, Nálezy", "19", "20")),
    (
        with_section(REPORT, 1, paragraphs=("Jinak.", *REPORT.sections[1].paragraphs[1:])),
        ("Nálezy stříkaček", "1. odstavec", "Za období se našlo 143 kusů.", "Jinak."),
    ),
    (
        with_section(REPORT, 0, facts=(("Podpořená místa", Cell(8, Kind.WHOLE)),)),
        ("Identifikace projektu", "Podpořená místa", "7", "8"),
    ),
    (with_section(REPORT, 3, title="Partneři"), ("Partneři", "Nadpis", "Spolupráce", "Partneři")),
    (replace(REPORT, sections=REPORT.sections[:3]), ("Spolupráce", "Oddíl", "byl", "–")),
    (
        replace(REPORT, months=(*REPORT.months[:2], replace(REPORT.months[2], state=MonthState.PROVISIONAL))),
        ("", "Měsíc květen\u00a02021", "nesestavený", "předběžný"),
    ),
    (
        replace(REPORT, months=(replace(REPORT.months[0], sha256="c" * 64), *REPORT.months[1:])),
        ("", "Měsíc březen\u00a02021", "uzavřený, verze 1", "uzavřený, verze 1, přepočítaný"),
    ),
    (
        replace(REPORT, earlier=(ReportMonth(Month(2021, 2), MonthState.PROVISIONAL, 0, "e" * 64, {}),)),
        ("", "Měsíc únor\u00a02021", "–", "předběžný"),
    ),
    (
        replace(REPORT, annexes=(*REPORT.annexes, Annex("Mapa", "mapa.pdf", "d" * 64, 5))),
        ("", "Příloha", "–", f"Mapa (mapa.pdf, otisk {'d' * 12})"),
    ),
    (
        replace(REPORT, city="Jinde"),
        ("", "Údaje, které čtenář nevidí", "původní", "jiné (odkazy na záznamy nebo pořadí)"),
    ),
]


@pytest.mark.parametrize(("after", "change"), CHANGED)
def test_every_difference_is_said(after, change):
    said = grant_changes.between(REPORT, after)

    assert [(each.section, each.what, each.before, each.after) for each in said] == [change]
    assert grant_changes.between(REPORT, grant_json.thawed(grant_json.frozen(REPORT))) == []


def test_what_was_handed_over_is_read_back_whole():
    content = submitting.Content(2, REPORT, "a" * 64, "Oprava.", tuple(grant_changes.between(REPORT, CHANGED[0][0])))

    assert submitting.Content.from_bytes(content.as_bytes()) == content
    with pytest.raises(ValueError, match="not a report"):
        submitting.Content.from_bytes(b'{"format":"apk-seal"}')


# --- Handing over ----------------------------------------------------------------------------------------------------


@pytest.fixture
def report(assistant, coordinator, media):
    """A report of April 2021, which is sealed, with a section and an annex."""
    ShiftFactory(assistant=assistant, start=local(2021, 4, 15, 8))
    row = ProjectReportFactory(first=date(2021, 4, 1), last=date(2021, 4, 1))
    ReportSectionFactory(project=row.project, title="Kdo jsme", content="identification")
    sealed(row.first_month, coordinator)
    annexes.attach(annex := row.annexes.model(report=row, title="Dohoda"), annexes.taken("dohoda.pdf", PDF))
    annex.save()
    return row


def execute(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def handed_over(row, by, **options):
    seen = compiled(ProjectReport.objects.select_related("project").get(pk=row.pk)).digest
    return submitting.submit(row, by=by, now=timezone.now(), seen=seen, **options)


@pytest.mark.django_db
def test_coordinator_hands_over_and_a_later_change_is_another_version(client_of, coordinator, report):
    client = client_of(coordinator)
    address = reverse("reports:submit-report", args=[report.pk])
    seen = client.get(address).context["form"]["seen"].value()
    first_page = client.post(address, {"seen": seen}, follow=True).content.decode()
    first = Submission.objects.get()
    first_bytes = bytes(first.content)
    assert "odevzdaná verze 1" in first_page
    assert first.edition.standing == "odevzdaná verze 1"
    assert (first.report_sha256, first.is_provisional) == (seen, False)
    assert "Zpráva je od té doby stejná." in client.get(report.get_absolute_url()).content.decode()
    assert "není co odevzdat znovu" in client.get(address).content.decode()
    assert client.post(address, {"seen": seen, "reason": "Znovu."}).status_code == 422

    report.project.posts = 9
    report.project.save()
    report.annexes.all().delete()
    page = client.get(address)
    assert "Zpráva se od té doby změnila." in client.get(report.get_absolute_url()).content.decode()
    assert [(each.what, each.before, each.after) for each in page.context["changes"]] == [
        ("Podpořená místa asistentů", "7", "9"),
        ("Příloha", f"Dohoda (dohoda.pdf, otisk {first_annex(first).sha256[:12]})", "–"),
    ]
    assert client.post(address, {"seen": page.context["form"]["seen"].value()}).status_code == 422
    client.post(address, {"seen": page.context["form"]["seen"].value(), "reason": "Dvě další místa."})

    second = Submission.objects.latest("version")
    assert second.version == 2
    content = submitting.content_of(second)
    assert (content.previous, content.reason, len(content.difference)) == (first.sha256, "Dvě další místa.", 2)
    download = reverse("reports:download-submission", args=[report.pk, 1])
    assert client.get(download).content == first_bytes == bytes(Submission.objects.get(version=1).content)
    assert json.loads(first_bytes)["format"] == "apk-grant-report"
    old_page = client.get(first.get_absolute_url()).content.decode()
    assert "<dd>7</dd>" in old_page.replace("\n", "").replace("  ", "")
    annex = client.get(reverse("reports:submitted-annex", args=[report.pk, 1, 1]))
    assert b"".join(annex.streaming_content) == PDF
    assert client.get(reverse("reports:submitted-annex", args=[report.pk, 1, 2])).status_code == 404
    assert client.get(reverse("reports:submission", args=[report.pk, 3])).status_code == 404
    shown = client.get(reverse("reports:verification")).context["submitted"]
    assert [(verdict.versions, verdict.faults) for verdict in shown] == [(2, ())]


def first_annex(submission):
    return submitting.content_of(submission).report.annexes[0]


@pytest.mark.django_db
def test_documents_of_a_version_that_failed_are_asked_for_again(client_of, coordinator, report):
    handed = handed_over(report, coordinator)
    Edition.objects.filter(pk=handed.edition_id).update(state=Edition.State.FAILED, error="Došlo místo.")
    client = client_of(coordinator)
    again = reverse("reports:rebuild-edition", args=[handed.edition_id])
    assert again in client.get(handed.get_absolute_url()).content.decode()

    page = client.post(again, follow=True)

    assert page.redirect_chain == [(handed.get_absolute_url(), 302)]
    assert "Dokumenty se připravují znovu." in page.content.decode()
    handed.edition.refresh_from_db()
    assert (handed.edition.state, handed.edition.standing) == ("queued", "odevzdaná verze 1")


@pytest.mark.django_db
def test_what_was_handed_over_neither_changes_nor_goes(client_of, coordinator, report):
    handed_over(report, coordinator)

    for sql in ("UPDATE {} SET version = 2", "DELETE FROM {}", "TRUNCATE {}"):
        with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
            execute("SET CONSTRAINTS ALL IMMEDIATE", sql.format("reports_submission"))
    client = client_of(coordinator)
    answer = client.post(reverse("reports:remove-report", args=[report.pk]))
    assert "zpráva už byla odevzdaná" in answer.content.decode()
    editing = reverse("reports:edit-report", args=[report.pk])
    form = client.get(editing).context["form"]
    typed = {name: str(form[name].value()) for name in form.fields}
    moved = client.post(editing, typed | {"first": "2021-03-01"})
    assert "Zpráva už byla odevzdaná za tyto měsíce." in moved.content.decode()
    assert client.post(editing, typed).status_code == 302


@pytest.mark.django_db
def test_report_that_is_not_ready_is_not_handed_over(coordinator, report):
    with pytest.raises(Refused, match="mezitím změnila"):
        submitting.submit(report, by=coordinator, now=timezone.now(), seen="0" * 64)
    paper = report.annexes.create(title="Mapa", file="mapa.pdf")
    with pytest.raises(Refused, match="Přílohám chybí soubor: „Mapa“"):
        handed_over(report, coordinator)
    paper.delete()
    open_too = ProjectReportFactory(project=report.project, first=date(2021, 4, 1), last=date(2021, 5, 1))
    with pytest.raises(Refused, match="Některé měsíce nejsou uzavřené"):
        handed_over(open_too, coordinator)
    assert handed_over(open_too, coordinator, provisional=True).edition.standing == (
        "odevzdaná verze 1, předběžná čísla"
    )
    report.project.sections.all().delete()
    with pytest.raises(Refused, match="není co odevzdat"):
        handed_over(report, coordinator)


@pytest.mark.django_db
def test_verification_names_what_is_no_longer_as_it_was(coordinator, report):
    submission = handed_over(report, coordinator)
    said = io.StringIO()
    call_command("verify_seals", stdout=said)
    assert f"souhlasí  {submission.sha256}" in said.getvalue()

    file = private_files.path_of(annexes.path(first_annex(submission).sha256))
    file.write_bytes(b"%PDF-jiny")
    assert submitting.verify(report).faults == (
        "Odevzdaná verze 1: soubor přílohy „Dohoda“ je jiný, než byl odevzdán.",
    )
    file.unlink()
    assert submitting.verify(report).faults == ("Odevzdaná verze 1: soubor přílohy „Dohoda“ chybí.",)
    execute(
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE reports_submission DISABLE TRIGGER append_only",
        "UPDATE reports_submission SET content = convert_to('{}', 'UTF8')",
    )
    assert submitting.verify(report).faults == ("Odevzdaná verze 1: uložený obsah nemá otisk, se kterým byl odevzdán.",)
    with pytest.raises(CommandError):
        call_command("verify_seals", stdout=said)
    assert "Tabulku reports_submission nehlídá spoušť append_only." in said.getvalue()
