"""A grant report as a workbook: an overview with the texts, a sheet for each table, native numbers. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import BytesIO

from xlsxwriter import Workbook

from apk import czech
from reports import drilldown
from reports.documents.grant_wording import provisional
from reports.documents.imprint import UNISSUED, Imprint
from reports.documents.wording import SECONDS_IN_HOUR, one_line
from reports.documents.xlsx import ACCENT, LINE, OPTIONS, Column, Kind, Sheets, Value
from reports.grant import Cell, Chart, GrantReport, Section, Table
from reports.grant import Kind as CellKind

KINDS = {
    CellKind.TEXT: Kind.TEXT,
    CellKind.WHOLE: Kind.COUNT,
    CellKind.TIME: Kind.HOURS,
    CellKind.DECIMAL: Kind.DECIMAL,
    CellKind.MONEY: Kind.MONEY,
    CellKind.PERCENT: Kind.PERCENT,
    CellKind.DAY: Kind.DATE,
}

OVERVIEW = "Zpráva"
LONGEST_NAME = 31  # characters of a sheet's name
FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


def build(report: GrantReport, imprint: Imprint = UNISSUED) -> bytes:
    """The workbook. Time is in hours; a chart stands on a sheet of its own, beside the table that it is drawn from."""
    file = BytesIO()
    workbook = Workbook(file, OPTIONS)
    workbook.set_properties(
        {
            "title": one_line(report.title),
            "subject": one_line(report.project.name),
            "created": datetime.combine(report.last.last_day, time(), UTC),
        }
    )
    workbook.set_custom_property("Otisk SHA-256", report.digest, "text")
    sheets = _Sheets(
        workbook,
        period=f"{czech.month(report.first.first_day)} až {czech.month(report.last.first_day)}",
        publicity=report.project.publicity,
        digest=report.digest,
        imprint=imprint,
    )
    sheets.address = imprint.address
    names = dict(_names(report))  # of a table or a chart by its section's place and its own name
    sheets.overview(report, imprint)
    for place, section in enumerate(report.sections):
        for table in section.tables:
            sheets.part(names[place, table.name], table)
            for chart in section.charts:
                if chart.table == table.name:
                    sheets.chart(names[place, chart.name], chart, names[place, table.name], table)
    workbook.close()
    return file.getvalue()


def _names(report: GrantReport) -> Iterator[tuple[tuple[int, str], str]]:
    """What the sheet of each table and chart is called: its caption, made short, and unlike every other.

    A call may want the same content in two sections, so that a table's name says which one it is in its section only.
    """
    taken = {OVERVIEW.casefold()}
    for place, section in enumerate(report.sections):
        for key, caption in (
            *((table.name, table.caption) for table in section.tables),
            *((chart.name, f"Graf – {chart.title}") for chart in section.charts),
        ):
            plain = FORBIDDEN.sub("", one_line(caption)) or key
            name, number = plain[:LONGEST_NAME].strip(), 1
            while name.casefold() in taken:
                number += 1
                name = f"{plain[: LONGEST_NAME - 4].strip()} {number}"
            taken.add(name.casefold())
            yield (place, key), name


class _Sheets(Sheets):
    """The sheets of a report."""

    address = ""

    def overview(self, report: GrantReport, imprint: Imprint) -> None:
        """„Zpráva": what it is, its texts and facts, section by section."""
        sheet = self.sheet(OVERVIEW, columns=3)
        for column, width in enumerate((34, 22, 48)):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, one_line(report.title), self.heading)
        sheet.set_row(0, 28)
        row = self.facts(
            sheet,
            1,
            [
                ("Město", report.city),
                ("Projekt", report.project.name),
                ("Číslo projektu", report.project.number or "–"),
                *([("Stav", provisional(report))] if report.is_provisional else []),
                *([("Vydání", imprint.text)] if imprint.text else []),
                ("Publicita", report.project.publicity or "–"),
                ("Otisk SHA-256", report.digest),
            ],
        )
        for number, section in enumerate(report.sections, start=1):
            sheet.write_string(row + 1, 0, one_line(f"{number}. {section.title}"), self.section)
            row = self._section(sheet, row + 2, section)
        sheet.print_area(0, 0, row, 2)

    def _section(self, sheet: object, row: int, section: Section) -> int:
        for paragraph in section.paragraphs:
            text = one_line(paragraph)
            sheet.merge_range(row, 0, row, 2, "")  # type: ignore[attr-defined]
            sheet.write_string(row, 0, text, self.fact)  # type: ignore[attr-defined]
            sheet.set_row(row, 16 * (len(text) // 95 + 1))  # type: ignore[attr-defined]
            row += 1
        for label, cell in section.facts:
            self.write(sheet, row, 0, label, self.fact)
            styles = self.linked_body if self._link(cell) else self.body
            self.write(sheet, row, 1, _value(cell), styles[_kind(cell)], self._link(cell))
            row += 1
        return row

    def part(self, name: str, table: Table) -> None:
        """One table on a sheet of its own."""
        rows = [*table.rows, *([table.total] if table.total else [])]
        self.table(
            name,
            [
                Column(column.label, _widest(table, index) if column.is_number else Kind.TEXT)
                for index, column in enumerate(table.columns)
            ],
            [[_value(cell) for cell in row] for row in table.rows],
            [_value(cell) for cell in table.total] if table.total else [],
            table.note,
            links=[[self._link(cell) for cell in row] for row in rows],
            kinds=[[_kind(cell) for cell in row] for row in rows],
        )

    def chart(self, name: str, chart: Chart, of: str, table: Table) -> None:
        """A chart drawn from its table: the column whose values are those of the bars."""
        values = [value for _, _, value in chart.bars]
        column = next(
            (
                index
                for index in range(1, len(table.columns))
                if [row[index].value or 0 for row in table.rows] == values
            ),
            None,
        )
        if column is None:
            return
        sheet = self.sheet(name, columns=1)
        sheet.hide_gridlines(2)
        drawn = self.workbook.add_chart({"type": "column"})
        drawn.add_series(
            {
                "name": chart.title,
                "categories": [of, 1, 0, len(table.rows), 0],
                "values": [of, 1, column, len(table.rows), column],
                "fill": {"color": ACCENT},
                "gap": 40,
                "data_labels": {"value": True},
            }
        )
        drawn.set_title({"name": chart.title, "name_font": {"size": 13, "color": ACCENT}, "overlay": False})
        drawn.set_legend({"none": True})
        drawn.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": LINE}}, "num_format": "0", "min": 0})
        drawn.set_size({"width": 640, "height": 360})
        described = czech.joined(f"{label} {value}" for label, _, value in chart.bars)
        sheet.insert_chart(0, 0, drawn, {"description": one_line(f"{chart.title}: {described}.")[:2000]})
        sheet.print_area(0, 0, 20, 9)

    def _link(self, cell: Cell) -> str:
        if not self.address or cell.behind is None or not cell.value:
            return ""
        return self.address + drilldown.of_period(cell.behind)


def _widest(table: Table, column: int) -> Kind:
    """The kind that decides how wide a column of numbers is: money, if there is any."""
    kinds = [_kind(row[column]) for row in table.rows]
    return Kind.MONEY if Kind.MONEY in kinds else next(iter(kinds), Kind.COUNT)


def _kind(cell: Cell) -> Kind:
    return KINDS[cell.kind]


def _value(cell: Cell) -> Value:
    match cell.value:
        case None:
            return ""
        case Decimal():
            return float(cell.value)
        case int() if cell.kind is CellKind.TIME:
            return cell.value / SECONDS_IN_HOUR
        case str() | int() | date():
            return cell.value
