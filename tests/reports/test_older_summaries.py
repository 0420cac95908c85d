"""Months sealed by older versions: what was stored then is read, shown, printed and verified as it was.

The files in `older` were written by the application as it was at that time and are never written again.
"""

import json
from pathlib import Path

import jsonschema_rs
import pytest
from django.urls import reverse

from apk.calendar import Month
from reports import snapshots, verifying
from reports.documents.json import SCHEMA as MONTH_SCHEMA
from reports.grant_compiling import compiled
from reports.models import MonthlySummary, ProjectReport, Seal
from reports.papers import FORMATS
from reports.snapshots import Content
from reports.summary import SCHEMA, MonthSummary
from tests.factories import GrantProjectFactory
from tests.reports import recount

OLDER = Path(__file__).parent / "older"
APRIL = Month(2021, 4)
STORED = json.loads((OLDER / "summary-1.json").read_text())


@pytest.fixture(scope="module")
def first() -> MonthSummary:
    """April 2021 in the first schema: findings and shifts, no activities, trainings, staffing and words."""
    return MonthSummary.from_json(STORED["figures"])


def test_summary_of_the_first_schema_is_read_and_written_as_it_was(first):
    assert (first.schema, SCHEMA > 1) == (1, True)
    assert first.digest == STORED["sha256"]
    assert first.as_json() == STORED["figures"]
    assert [figure.name for figure in first.breakdown("assistant").figures][-1] == "patrol_seconds"


def test_documents_of_an_older_month_say_what_it_counted_and_nothing_else(first):
    files = {name: kind.build(first) for name, kind in FORMATS.items()}

    counted = set(STORED["figures"]["totals"])
    expected = {("Celkem", "", recount.IN_FULL[recount.ENGLISH[name]]) for name in counted}
    for read, name in ((recount.of_workbook, "xlsx"), (recount.of_csv, "csv"), (recount.of_json, "json")):
        cells = read(files[name])
        assert {cell for cell in cells if cell[0] == "Celkem"} == expected
        assert cells["Celkem", "", "Nalezené kusy celkem"] == 85
        assert {cell[2] for cell in cells if cell[0] == "Podle asistentů"} == {*recount.FOUND, "Hodin"}
    word = recount.of_word(files["docx"])
    assert {cell for cell in word if cell[0] == "Celkem"} == expected
    assert "Činnosti podle druhu" not in {cell[0] for cell in word}
    assert files["pdf"].startswith(b"%PDF")
    validator = jsonschema_rs.Draft202012Validator(json.loads(MONTH_SCHEMA.read_text()))
    assert validator.is_valid(json.loads(files["json"]))


def test_older_month_is_shown_compared_listed_and_reported(first, client_of, coordinator, db):
    project = GrantProjectFactory()
    MonthlySummary.objects.store(first, inputs="", by=None)
    client = client_of(coordinator)

    cells, _ = recount.of_page(client.get(reverse("reports:month", args=[APRIL])).content)
    assert cells["Celkem", "", "Nalezené kusy celkem"] == 85
    assert ("Celkem", "", "Absolvovaná školení") not in cells
    assert client.get(reverse("reports:months")).status_code == 200
    assert client.get(reverse("reports:closing", args=[APRIL])).status_code == 200
    exported = client.get(reverse("reports:export-months")).content.decode()
    assert ";85;" in exported
    report = ProjectReport.objects.create(project=project, first=APRIL.first_day, last=APRIL.first_day)
    made = compiled(report)
    assert made.totals["pieces"] == 85
    assert made.months[0].sha256 == STORED["sha256"]


def test_month_sealed_before_custody_and_trainings_is_counted_anew_from_its_rows(db):
    content_bytes = (OLDER / "seal-2.json").read_bytes()
    content = Content.from_bytes(content_bytes)

    assert content.as_bytes() == content_bytes
    figures = MonthSummary.from_json(content.figures)
    assert verifying.digest_of_figures(content) == figures.digest
    again = snapshots.counted(content.month, content.rows)
    assert {name: again.totals[name] for name in figures.totals} == dict(figures.totals)
    for name, rows in figures.breakdowns.items():
        assert [{key: row.values[key] for key in row.values} for row in rows] == [
            {key: row.values[key] for key in was.values} for row, was in zip(again.breakdowns[name], rows, strict=True)
        ]
    seal = Seal(month=APRIL.first_day, version=1, figures_sha256=figures.digest)
    assert list(verifying.wrong_figures("Verze 1", seal, content)) == []
