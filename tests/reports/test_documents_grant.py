"""Documents of a grant report: every value of the frozen report in every format, and the same bytes each time."""

import csv
import io
import json
import warnings
from dataclasses import replace
from datetime import datetime

import docx
import jsonschema_rs
import openpyxl
import pikepdf
import pypdf
import pytest

from reports.documents import grant_json
from reports.documents.imprint import UNISSUED, Imprint
from reports.documents.wording import one_line
from reports.drilldown import of_period
from reports.grant import Annex, Behind, Cell, Kind
from reports.papers import GRANT_FORMATS, GRANT_REPORT
from tests.reports.grants import FIRST, LAST, interim

ISSUED = Imprint(3, "předběžná", "https://apk.mesto.example")


@pytest.fixture(scope="module")
def built():
    return {name: kind.build(interim(), ISSUED) for name, kind in GRANT_FORMATS.items()}


def words(text):
    return " ".join(text.split())


def test_report_is_kept_whole_and_in_order():
    stored = json.dumps(grant_json.frozen(interim()), sort_keys=True)

    again = grant_json.thawed(json.loads(stored))

    assert again == interim()
    for name, kind in GRANT_FORMATS.items():
        assert kind.build(again, ISSUED) == kind.build(interim(), ISSUED), name


@pytest.mark.parametrize("name", GRANT_FORMATS)
def test_document_changes_with_the_report(name, built):
    card = replace(interim().project, posts=8)

    assert GRANT_FORMATS[name].build(replace(interim(), project=card), ISSUED) != built[name]


def test_bundle_bears_the_last_day_of_the_period(built):
    assert GRANT_REPORT.last_day(interim()).isoformat() == "2021-05-31"


def test_pdf_is_an_archive_file_with_every_value(built):
    with pikepdf.open(io.BytesIO(built["pdf"])) as file:
        metadata = file.open_metadata()
        stated = [metadata[name] for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")]
        with file.open_outline() as outline:
            bookmarks = [words(item.title) for item in outline.root]
    pages = [words(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(built["pdf"])).pages]
    text = " ".join(pages)

    assert stated == ["2", "A", "1"]
    assert bookmarks == ["1. Identifikace projektu", "2. Nálezy stříkaček", "3. Školení", "4. Spolupráce"]
    assert "Zpráva je předběžná: 1 měsíc není sestavený." in text
    assert "=1+1 <b>není značka</b>" in text
    for section in interim().sections:
        for table in section.tables:
            for row in [*table.rows, *([table.total] if table.total else [])]:
                # A number may be broken within its narrow cell; nothing of it may be missing.
                assert "".join("".join(cell.text.split()) for cell in row) in "".join(text.split())
    assert all(interim().digest in page and "Vydání 3 – předběžná" in page for page in pages)


def test_word_has_every_section_and_every_table(built):
    file = docx.Document(io.BytesIO(built["docx"]))

    headings = [paragraph.text for paragraph in file.paragraphs if paragraph.style.name == "Heading 1"]
    assert headings == ["1. Identifikace projektu", "2. Nálezy stříkaček", "3. Školení", "4. Spolupráce"]
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in file.tables]
    for section in interim().sections:
        for table in section.tables:
            rows = [*table.rows, *([table.total] if table.total else [])]
            expected = [[column.label for column in table.columns], *([one_line(c.text) for c in row] for row in rows)]
            assert expected in tables


def test_workbook_has_native_values_with_links_and_no_formula(built):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        book = openpyxl.load_workbook(io.BytesIO(built["xlsx"]))

    assert book.sheetnames == [
        "Zpráva",
        "Nálezy po měsících",
        "Graf – Nalezené kusy po měsících"[:31],
        "Všechny druhy hodnot",
    ]
    sheet = book["Nálezy po měsících"]
    assert [cell.value for cell in sheet[3]] == ["duben 2021", 28, 85]
    assert [cell.value for cell in sheet[5]] == ["Celkem", 47, 143]
    behind = Behind("pieces", FIRST, LAST)
    assert sheet["C5"].hyperlink.target == f"{ISSUED.address}{of_period(behind)}"
    kinds = [cell.value for cell in book["Všechny druhy hodnot"][2]]
    day = datetime(2021, 4, 5)  # noqa: DTZ001 (a cell knows no time zone)
    assert kinds == ["Jílová", 1234, 812.5, 6.75, 2450000.5, pytest.approx(83.333), day, None]
    assert not [cell for sheet in book for row in sheet for cell in row if cell.data_type == "f"]


def test_csv_and_json_have_every_number(built):
    rows = list(csv.DictReader(io.StringIO(built["csv"].decode("utf-8-sig"), newline=""), delimiter=";"))
    of_months = {
        (row["řádek"], row["ukazatel"]): row["hodnota"] for row in rows if row["tabulka"] == "Nálezy po měsících"
    }
    data = json.loads(built["json"])

    assert of_months == {
        ("březen 2021", "Nálezy"): "19",
        ("březen 2021", "Kusů"): "58",
        ("duben 2021", "Nálezy"): "28",
        ("duben 2021", "Kusů"): "85",
        ("květen 2021", "Nálezy"): "",
        ("květen 2021", "Kusů"): "",
        ("Celkem", "Nálezy"): "47",
        ("Celkem", "Kusů"): "143",
    }
    kinds = {
        row["ukazatel"]: (row["hodnota"], row["jednotka"]) for row in rows if row["tabulka"] == "Všechny druhy hodnot"
    }
    assert (kinds["time"], kinds["money"], kinds["percent"]) == (
        ("812,5", "hodin"),
        ("2450000,50", "Kč"),
        ("83,333", "%"),
    )
    assert {name: data[name] for name in interim().as_json()} == interim().as_json()
    assert (data["edition"], data["sha256"]) == ({"number": 3, "standing": "předběžná"}, interim().digest)


def test_sheets_never_share_a_name_and_no_name_is_too_long():
    section = interim().sections[1]
    table = replace(section.tables[0], caption="Nálezy podle měsíců a městských obvodů: [vše] / celé období")
    twins = tuple(replace(table, name=f"twin-{number}") for number in range(3))
    report = replace(interim(), sections=(replace(section, tables=twins, charts=()),))

    names = openpyxl.load_workbook(io.BytesIO(GRANT_FORMATS["xlsx"].build(report))).sheetnames

    assert len(set(names)) == 4
    assert max(map(len, names)) <= 31


def test_two_sections_with_the_same_content_have_each_its_own_sheets():
    first = interim().sections[1]
    row, *others = first.tables[0].rows
    other = replace(first.tables[0], rows=((row[0], Cell(77, Kind.WHOLE), *row[2:]), *others))
    second = replace(first, key="99", tables=(other, *first.tables[1:]))
    report = replace(interim(), sections=(first, second))

    book = openpyxl.load_workbook(io.BytesIO(GRANT_FORMATS["xlsx"].build(report)))

    sheets = [name for name in book.sheetnames if name.startswith("Nálezy po měsících")]
    assert [book[name]["B2"].value for name in sheets] == [19, 77]
    assert sum(name.startswith("Graf") for name in book.sheetnames) == 2 * len(first.charts)


@pytest.mark.parametrize(
    "text", ["=1+1", "#panic()", "@SUM(A1)", "\ud83d\ude00 emoji".encode("utf-16", "surrogatepass").decode("utf-16")]
)
def test_text_of_people_is_text_everywhere(text):
    section = replace(interim().sections[1], title=text, paragraphs=(text,), facts=((text, Cell(text)),))
    report = replace(interim(), title=f"Zpráva {text}", sections=(section,))
    book = openpyxl.load_workbook(io.BytesIO(GRANT_FORMATS["xlsx"].build(report)))

    assert text in [cell.value for row in book["Zpráva"] for cell in row]
    assert not [cell for sheet in book for row in sheet for cell in row if cell.data_type == "f"]
    assert GRANT_FORMATS["pdf"].build(report)
    assert text in [part.text for part in docx.Document(io.BytesIO(GRANT_FORMATS["docx"].build(report))).paragraphs]


@pytest.mark.parametrize("imprint", [UNISSUED, ISSUED], ids=["alone", "in an edition"])
def test_json_is_what_its_schema_says(imprint):
    validator = jsonschema_rs.Draft202012Validator(json.loads(grant_json.SCHEMA.read_text()))
    document = json.loads(grant_json.build(interim(), imprint))

    assert [error.message for error in validator.iter_errors(document)] == []
    card = interim().project
    assert validator.is_valid(
        json.loads(grant_json.build(replace(interim(), project=replace(card, number=""), annexes=())))
    )
    brought = Annex("Dohoda", "dohoda.pdf", "a" * 64, 5)
    assert validator.is_valid(json.loads(grant_json.build(replace(interim(), annexes=(brought,)))))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("kind",), "yearly"),
        (("months", 0, "month"), "2021-13"),
        (("project", "ministry_grant"), 2450000.5),
        (("sections", 1, "tables", 1, "rows", 0, 1, "value"), "1234"),
        (("sections", 1, "tables", 1, "rows", 0, 3, "value"), 6.75),
        (("sections", 1, "tables", 1, "rows", 0, 0, "extra"), 1),
        (("sections", 0, "facts", 0, "records"), {}),
        (("sha256",), "x"),
        (("annexes", 0, "sha256"), "a" * 64),
        (("extra",), 1),
    ],
)
def test_schema_refuses_what_is_not_a_report(path, value):
    validator = jsonschema_rs.Draft202012Validator(json.loads(grant_json.SCHEMA.read_text()))
    document = json.loads(grant_json.build(interim()))
    part = document
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value

    assert not validator.is_valid(document)
