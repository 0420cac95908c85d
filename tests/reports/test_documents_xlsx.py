import warnings
import zipfile
from datetime import datetime
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apk import czech
from reports import drilldown
from reports.documents import xlsx
from reports.documents.imprint import Imprint
from reports.documents.wording import headline, one_line
from reports.figures import BREAKDOWNS, FIGURES, PIECES, Unit
from tests.reports import recount
from tests.reports.april import MONTH, PUBLICITY, april, empty

TABLES = [
    "Podle lokalit",
    "Podle městských obvodů",
    "Podle druhu místa",
    "Podle asistentů",
    "Podle dnů",
    "Činnosti podle druhu",
    "Činnosti podle lokalit",
    "Zapsané počty",
    "Pomoc podle organizací",
    "Pomoc podle důvodu",
    "Přivolané hlídky podle druhu",
    "Školení podle druhu",
    "Místa nálezů",
]
SHEETS = ["Přehled", "Grafy", *TABLES]


def opened(summary):
    # openpyxl complains of nothing that a clean file holds.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return openpyxl.load_workbook(BytesIO(xlsx.build(summary)), data_only=True)


def table(sheet):
    """The header, the rows and the totals of a sheet, without the note below."""
    lines = [tuple(cell.value for cell in line) for line in sheet.iter_rows()]
    end = next(number for number, line in enumerate(lines) if line[0] == "Celkem")
    return lines[0], lines[1:end], lines[end]


def whole(figure, value):
    """A cell's value in the summary's unit."""
    return round(value * 3600) if figure.unit is Unit.HOURS else value


def test_workbook_has_a_sheet_for_each_view_of_the_month():
    assert opened(april()).sheetnames == SHEETS
    assert opened(empty()).sheetnames == ["Přehled", *TABLES]


def test_overview_says_what_the_month_is_and_holds_its_totals():
    sheet = opened(april())["Přehled"]
    cells = {line[0].value: line[1].value for line in sheet.iter_rows()}

    assert sheet["A1"].value == f"Měsíční přehled – duben{czech.SPACE}2021"
    assert sheet["A2"].value == headline(april())
    assert cells["Měsíc"] == datetime(2021, 4, 1)  # noqa: DTZ001 (a cell knows no time zone)
    assert cells["Projekt"] == "Ostrava – Asistent prevence kriminality 2021"
    assert cells["Číslo projektu"] == "314D083009247"
    assert cells["Publicita"] == PUBLICITY
    assert cells["Otisk SHA-256"] == april().digest
    totals = {figure.name: whole(figure, cells[figure.label]) for figure in FIGURES.values()}
    assert totals == april().totals
    assert (totals["pieces"], totals["places"]) == (85, 17)


def test_overview_gives_units():
    sheet = opened(april())["Přehled"]
    units = {line[0].value: line[2].value for line in sheet.iter_rows()}

    assert units["Nalezené kusy celkem"] == "kusů"
    assert units["Místa s nálezem"] == "míst"
    assert units["Hodiny ve službě podle plánu"] == "hodiny"


@pytest.mark.parametrize("name", BREAKDOWNS)
def test_breakdown_equals_the_summary(name):
    breakdown, summary = BREAKDOWNS[name], april()
    header, rows, totals = table(opened(summary)[breakdown.label])

    assert header == (breakdown.column, *(figure.short for figure in breakdown.figures))
    assert [row[0] for row in rows] == [
        datetime.fromisoformat(row.key) if name == "day" else row.label for row in summary.breakdowns[name]
    ]
    for cells, values in [*zip(rows, (row.values for row in summary.breakdowns[name]), strict=True)]:
        assert {f.name: whole(f, c) for f, c in zip(breakdown.figures, cells[1:], strict=True)} == dict(values)
    for figure, cell in zip(breakdown.figures, totals[1:], strict=True):
        assert whole(figure, cell) == summary.totals[figure.name]


def test_places_equal_the_summary():
    header, rows, totals = table(opened(april())["Místa nálezů"])

    assert header == ("Místo", "Lokalita", "Zeměpisná šířka", "Zeměpisná délka", "Nálezy", "Kusů")
    assert rows == [
        (place.label, place.locality or "–", place.latitude, place.longitude, place.events, place.pieces)
        for place in april().places
    ]
    assert totals[4:] == (20, 85)


def test_numbers_hours_and_days_are_native_and_czech():
    book = opened(april())
    localities, days = book["Podle lokalit"], book["Podle dnů"]

    assert [(cell.data_type, cell.number_format) for cell in localities[2]] == [
        ("s", "General"),
        *[("n", "#,##0")] * 8,
        ("n", "#,##0.0"),
        ("n", "#,##0"),
    ]
    assert (days["A2"].is_date, days["A2"].number_format) == (True, r"[$-405]ddd\ d\.\ m\.\ yyyy")
    assert book["Přehled"]["B4"].number_format == r"[$-405]mmmm\ yyyy"


def test_note_stands_where_a_total_is_not_the_sum():
    book = opened(april())
    notes = {name: book[name].cell(book[name].max_row, 1).value for name in TABLES}

    assert notes["Podle druhu místa"] == (
        "Ve sloupci „Míst“ není celkem součtem: co je ve více řádcích, počítá se jen jednou."
    )
    assert notes["Místa nálezů"] == "Celkem"


@pytest.mark.parametrize("name", TABLES)
def test_table_stays_readable_on_screen_and_on_paper(name):
    sheet = opened(april())[name]
    header, rows, _ = table(sheet)

    assert sheet.freeze_panes == "B2"
    # The totals stay out of the filter: sorting does not carry them away.
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(len(rows) + 1, len(header)).coordinate}"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == ("landscape" if len(header) > 9 else "portrait")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert PUBLICITY in sheet.oddFooter.left.text
    assert april().digest in sheet.oddFooter.left.text
    assert sheet.oddFooter.right.text.strip() == "Strana &P z &N"
    longest = max(len(str(row[0])) for row in rows)
    assert sheet.column_dimensions["A"].width >= min(longest, 17)


def test_document_names_the_month_and_no_author():
    properties = opened(april()).properties

    assert properties.title == f"Měsíční přehled – duben{czech.SPACE}2021"
    assert properties.subject == "Ostrava – Asistent prevence kriminality 2021"
    assert (properties.creator, properties.lastModifiedBy) == (None, None)
    assert properties.created.isoformat() == properties.modified.isoformat() == "2021-04-30T00:00:00"


def test_workbook_carries_the_digest_as_a_property():
    assert {p.name: p.value for p in opened(april()).custom_doc_props.props} == {"Otisk SHA-256": april().digest}


def test_every_figure_leads_to_its_records_and_a_zero_nowhere():
    issued = Imprint(2, "průběžná čísla", "https://apk.mesto.example")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        book = openpyxl.load_workbook(BytesIO(xlsx.build(april(), issued)))
    checked = 0
    for name, breakdown in BREAKDOWNS.items():
        sheet = book[breakdown.label]
        for number, row in enumerate([*april().breakdowns[name], None], start=2):
            for column, figure in enumerate(breakdown.figures, start=2):
                cell = sheet.cell(number, column)
                address = drilldown.url(figure, MONTH, name, row.key) if row else drilldown.url(figure, MONTH)
                expected = f"{issued.address}{address}" if cell.value else None
                target = cell.hyperlink and f"{cell.hyperlink.target}"
                assert (cell.coordinate, target) == (cell.coordinate, expected)
                checked += 1
    assert checked > 300
    places = book["Místa nálezů"]
    assert places["F2"].hyperlink.target == f"{issued.address}{drilldown.url(PIECES, MONTH, 'place', '0-0')}"
    overview = {line[0].value: line[1] for line in book["Přehled"].iter_rows()}
    assert overview["Nalezené kusy celkem"].hyperlink.target == f"{issued.address}{drilldown.url(PIECES, MONTH)}"
    assert overview["Vydání"].value == "Vydání 2 – průběžná čísla"
    assert "Vydání" in book["Podle lokalit"].oddFooter.right.text


def test_totals_and_tables_have_names():
    book = opened(april())
    named = {name: defined.attr_text for name, defined in book.defined_names.items()}

    def value(name):
        sheet, _, cell = named[name].partition("!")
        return book[sheet.strip("'")][cell.replace("$", "")].value

    assert (value("Nalezene_kusy_celkem"), value("Mista_s_nalezem")) == (85, 17)
    assert named["Podle_lokalit"] == "'Podle lokalit'!$A$1:$K$11"
    assert len(named) == len(FIGURES) + len(TABLES)


def test_charts_are_drawn_from_the_tables():
    with zipfile.ZipFile(BytesIO(xlsx.build(april()))) as parts:
        charts = [parts.read(f"xl/charts/chart{number}.xml").decode() for number in (1, 2)]
        drawing = parts.read("xl/drawings/drawing1.xml").decode()

    assert "<c:f>'Podle lokalit'!$C$2:$C$11</c:f>" in charts[0]
    assert "<c:f>'Podle dnů'!$C$2:$C$21</c:f>" in charts[1]
    assert "Nalezené kusy podle lokalit: Jílová 13, Přednádraží 16" in drawing


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("http://zlo.example")', "@SUM(A1)", "http://zlo.example", "{=1}"])
def test_text_of_people_is_never_a_formula_nor_a_link(text):
    data = april().as_json()
    data["breakdowns"]["locality"][0]["label"] = data["places"][0]["label"] = data["project"]["name"] = text
    file = xlsx.build(april(**data))

    assert openpyxl.load_workbook(BytesIO(file))["Podle lokalit"]["A2"].value == text
    assert openpyxl.load_workbook(BytesIO(file))["Podle lokalit"]["A2"].data_type == "s"
    with zipfile.ZipFile(BytesIO(file)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<f " in sheet or b"hyperlink" in sheet]


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60))
def test_any_text_makes_a_sound_workbook(text):
    data = april().as_json()
    data["places"][0]["label"] = text
    label = opened(april(**data))["Místa nálezů"]["A2"].value

    assert (label or "") == one_line(text)


@pytest.mark.parametrize("length", [0, 100, 180, 230, 300])
def test_footer_is_never_longer_than_a_spreadsheet_reads(length):
    data = april().as_json()
    data["project"]["publicity"] = ("Ministerstvo & město " * 20)[:length].strip()
    sheet = opened(april(**data))["Podle lokalit"]

    assert april(**data).digest[:16] in sheet.oddFooter.left.text
    assert sheet.oddFooter.right.text.strip() == "Strana &P z &N"


def test_empty_month_makes_empty_tables_that_say_so():
    book = opened(empty())

    for name in TABLES:
        _, rows, totals = table(book[name])
        assert rows == []
        assert not any(totals[1:])
        assert book[name].cell(book[name].max_row, 1).value == "V tomto měsíci tu není žádný záznam."
        assert book[name].auto_filter.ref is None


def test_very_long_workbook_keeps_no_row_and_holds_the_same_cells(monkeypatch):
    usual = xlsx.build(april())
    monkeypatch.setattr(xlsx, "MANY", 5)

    long = xlsx.build(april())

    assert long != usual
    assert recount.of_workbook(long) == recount.of_workbook(usual)
    assert xlsx.build(april()) == long
