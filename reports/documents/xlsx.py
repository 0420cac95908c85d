"""The month as a workbook: the working paper, complete, with native numbers and dates. Pure.

A workbook is a record of what was counted: it holds values and no formula. Totals are those of the summary, for a
total need not be the sum of its column (one place may lie under two kinds of place). Where the imprint has an address,
every figure leads to the list of its records. Totals and tables have names, by which other workbooks can refer to them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import Enum
from io import BytesIO
from itertools import chain
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from apk import czech
from reports import drilldown
from reports.documents.imprint import UNISSUED, Imprint
from reports.documents.wording import EMPTY, INTERNAL, SECONDS_IN_HOUR, headline, not_a_sum, one_line, title, unit_text
from reports.figures import EVENTS, FIGURES, PIECES, Breakdown, Figure, Unit
from reports.summary import MonthSummary, Row

OPTIONS = {
    "in_memory": True,
    # Whatever people typed stays text.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

MANY = 20_000
"""With more rows than this the workbook keeps none in memory; its charts then hold no copy of their numbers."""

LINKS_AT_MOST = 65_000
"""Links of one sheet; a program that opens it stops at 65 530."""

A4 = 9
WIDE = 9  # A sheet with more columns than this is printed on its side.
FOOTER_LIMIT = 255  # Characters (UTF-16) that a spreadsheet reads of a footer.
NARROWEST, WIDEST, NUMBER_WIDTH, MONEY_WIDTH = 12, 42, 11, 18  # Columns, in characters.

ACCENT, LINE, SUNK = "#2362A2", "#B8C4D0", "#EEF3F8"


class Kind(Enum):
    """What a column holds: the number format, "" for text.

    The comma of a format stands for whatever parts thousands where the file is opened, in Czech a space. Days and
    months are Czech everywhere.
    """

    TEXT = ""
    COUNT = "#,##0"
    HOURS = "#,##0.0"
    DEGREES = "0.00000"
    DECIMAL = "#,##0.##"
    MONEY = '#,##0.00\\ "Kč"'
    PERCENT = '0.0\\ "%"'
    DATE = r"d\.\ m\.\ yyyy"
    DAY = r"[$-405]ddd\ d\.\ m\.\ yyyy"
    MONTH = r"[$-405]mmmm\ yyyy"


Value = str | int | float | date

Link = Callable[..., str]
"""From (figure, breakdown, key) to the address of the records behind; "" when there is none."""

CHARTS = "Grafy"


@dataclass(frozen=True)
class Column:
    header: str
    kind: Kind


class Lines(Sequence[Any]):
    """What `line` makes of each item, made when it is asked for: a long table is never in memory twice."""

    def __init__(self, items: Sequence[Any], line: Callable[[Any], Any]) -> None:
        self.items, self.line = items, line

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: Any) -> Any:
        return self.line(self.items[index])


def build(summary: MonthSummary, imprint: Imprint = UNISSUED) -> bytes:
    """The workbook: „Přehled", a sheet for each breakdown, „Místa nálezů". Time is in hours."""
    file = BytesIO()
    rows_in_all = len(summary.places) + sum(len(rows) for rows in summary.breakdowns.values())
    options = OPTIONS if rows_in_all <= MANY else {**OPTIONS, "in_memory": False, "constant_memory": True}
    workbook = Workbook(file, options)
    workbook.set_properties(
        {
            "title": title(summary),
            "subject": one_line(summary.project_name),
            # A document of the month, not of the moment at which it was built.
            "created": datetime.combine(summary.month.last_day, time(), UTC),
        }
    )
    workbook.set_custom_property("Otisk SHA-256", summary.digest, "text")
    paper = _MonthSheets(workbook, summary, imprint)
    paper.overview(summary, imprint)
    if summary.totals["pieces"]:
        paper.charts(summary)
    for name, rows in summary.breakdowns.items():
        breakdown = summary.breakdown(name)
        paper.table(
            breakdown.label,
            [_label_column(breakdown), *(_figure_column(figure) for figure in breakdown.figures)],
            [_breakdown_row(breakdown, row) for row in rows],
            ["Celkem", *(_value(figure, summary.totals[figure.name]) for figure in breakdown.figures)],
            not_a_sum(breakdown.figures, rows, summary.totals),
            links=[
                *(_links_of_row(paper.link, breakdown, row) for row in rows),
                ["", *(_linked(paper.link(figure), summary.totals[figure.name]) for figure in breakdown.figures)],
            ],
        )
    paper.table(
        "Místa nálezů",
        [
            Column("Místo", Kind.TEXT),
            Column("Lokalita", Kind.TEXT),
            Column("Zeměpisná šířka", Kind.DEGREES),
            Column("Zeměpisná délka", Kind.DEGREES),
            _figure_column(EVENTS),
            _figure_column(PIECES),
        ],
        Lines(
            summary.places,
            lambda place: [
                place.label,
                place.locality or "–",
                place.latitude,
                place.longitude,
                place.events,
                place.pieces,
            ],
        ),
        ["Celkem", "", "", "", summary.totals["events"], summary.totals["pieces"]],
        links=Lines(
            [*(place.key for place in summary.places), None],
            lambda key: ["", "", "", "", *(paper.link(f, *(["place", key] if key else [])) for f in (EVENTS, PIECES))],
        ),
    )
    workbook.close()
    return file.getvalue()


def _label_column(breakdown: Breakdown) -> Column:
    return Column(breakdown.column, Kind.DAY if breakdown.name == "day" else Kind.TEXT)


def _figure_column(figure: Figure) -> Column:
    return Column(figure.short, Kind.HOURS if figure.unit is Unit.HOURS else Kind.COUNT)


def _breakdown_row(breakdown: Breakdown, row: Row) -> list[Value]:
    label = date.fromisoformat(row.key) if breakdown.name == "day" else row.label
    return [label, *(_value(figure, row.values[figure.name]) for figure in breakdown.figures)]


def _links_of_row(link: Link, breakdown: Breakdown, row: Row) -> list[str]:
    figures = breakdown.figures
    return ["", *(_linked(link(figure, breakdown.name, row.key), row.values[figure.name]) for figure in figures)]


def _linked(address: str, value: int) -> str:
    """The address, unless there is nothing behind it."""
    return address if value else ""


def range_name(label: str) -> str:
    """What a range is called: „Nalezené kusy celkem" is Nalezene_kusy_celkem."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    return re.sub("[^A-Za-z0-9]+", "_", plain).strip("_")


def _value(figure: Figure, value: int) -> Value:
    return value / SECONDS_IN_HOUR if figure.unit is Unit.HOURS else value


class Sheets:
    """The workbook's sheets: their look and how they print."""

    def __init__(self, workbook: Workbook, *, period: str, publicity: str, digest: str, imprint: Imprint) -> None:
        """`period` stands in the header of each page, the rest in its footer."""
        self.workbook = workbook
        self.header = f"&L&B&A&B – {period}"
        self.footer = _footer(publicity, digest, imprint)
        self.heading = workbook.add_format({"bold": True, "font_size": 18, "font_color": ACCENT})
        self.section = workbook.add_format({"bold": True, "font_size": 13, "font_color": ACCENT})
        self.lead = workbook.add_format({"font_size": 12, "text_wrap": True, "valign": "top"})
        self.note = workbook.add_format({"italic": True, "text_wrap": True, "valign": "top"})
        self.fact = workbook.add_format({"text_wrap": True, "valign": "top", "align": "left"})
        self.month = workbook.add_format({"num_format": Kind.MONTH.value, "valign": "top", "align": "left"})
        head = {"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT, "text_wrap": True, "valign": "vcenter"}
        self.head_text = workbook.add_format(head)
        self.head_number = workbook.add_format({**head, "align": "right"})
        self.head_unit = workbook.add_format({**head, "indent": 1})
        body = {"bottom": 1, "bottom_color": LINE}
        foot = {"bold": True, "bg_color": SUNK, "top": 2, "top_color": ACCENT}
        self.unit = workbook.add_format({**body, "indent": 1})
        self.body = {kind: self._numeric(kind, body) for kind in Kind}
        self.foot = {kind: self._numeric(kind, foot) for kind in Kind}
        leading = {"font_color": ACCENT, "underline": 1}
        self.linked_body = {kind: self._numeric(kind, {**body, **leading}) for kind in Kind}
        self.linked_foot = {kind: self._numeric(kind, {**foot, **leading}) for kind in Kind}

    def table(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Value]],
        totals: Sequence[Value],
        note: str = "",
        *,
        links: Sequence[Sequence[str]],
        kinds: Sequence[Sequence[Kind]] | None = None,
        is_named: bool = True,
    ) -> None:
        """A sheet with one table: header, rows, totals (none when empty), and a note where a total is not the sum.

        `links` has the addresses of the rows and of the totals, "" where a cell has none; `kinds` those of cells that
        are not of their column's. The table has the name of its sheet unless `is_named` says that it has none: not
        every name of a sheet can be one.
        """
        sheet = self.sheet(name, columns=len(columns))
        sheet.set_row(0, 32)
        for index, column in enumerate(columns):
            is_text = column.kind in {Kind.TEXT, Kind.DAY, Kind.DATE}
            sheet.write_string(0, index, column.header, self.head_text if is_text else self.head_number)
            sheet.set_column(index, index, _width(column, (row[index] for row in rows)))
        for number, row in enumerate(chain(rows, [totals] if totals else []), start=1):
            plain, linked = (self.foot, self.linked_foot) if number > len(rows) else (self.body, self.linked_body)
            for index, value in enumerate(row):
                kind = kinds[number - 1][index] if kinds else columns[index].kind
                if isinstance(value, str):
                    kind = Kind.TEXT
                link = links[number - 1][index] if number * len(columns) <= LINKS_AT_MOST else ""
                self.write(sheet, number, index, value, (linked if link else plain)[kind], link)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)
            last_cell = xl_rowcol_to_cell(len(rows), len(columns) - 1, row_abs=True, col_abs=True)
            if is_named:
                self.workbook.define_name(range_name(name), f"='{name}'!$A$1:{last_cell}")
        last = len(rows) + bool(totals)
        below = note if rows else EMPTY
        if below:
            last += 1
            sheet.merge_range(last, 0, last, len(columns) - 1, "")
            sheet.write_string(last, 0, below, self.note)
            sheet.set_row(last, 32)
        sheet.print_area(0, 0, last, len(columns) - 1)

    def sheet(self, name: str, *, columns: int) -> Worksheet:
        sheet = self.workbook.add_worksheet(name)
        sheet.set_paper(A4)
        if columns > WIDE:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.9)
        sheet.set_header(self.header)
        sheet.set_footer(self.footer, {"scale_with_doc": False})
        return sheet

    def facts(self, sheet: Worksheet, row: int, facts: Sequence[tuple[str, Value]]) -> int:
        """Writes one fact a row from `row` on; gives the first row behind them."""
        for number, (label, value) in enumerate(facts, start=row):
            sheet.write_string(number, 0, label, self.fact)
            sheet.merge_range(number, 1, number, 2, "")
            self.write(sheet, number, 1, value, self.fact if isinstance(value, str) else self.month)
            lines = len(value) // 66 + 1 if isinstance(value, str) else 1
            sheet.set_row(number, 16 * lines)
        return row + len(facts)

    @staticmethod
    def write(sheet: Worksheet, row: int, column: int, value: Value, style: Format, link: str = "") -> None:
        if link:
            # The number written over it keeps the link.
            sheet.write_url(row, column, link, style, tip="Zobrazit záznamy")
        match value:
            case "":
                sheet.write_blank(row, column, None, style)
            case str():
                sheet.write_string(row, column, one_line(value), style)
            case date():
                sheet.write_datetime(row, column, datetime.combine(value, time()), style)
            case _:
                sheet.write_number(row, column, value, style)

    def _numeric(self, kind: Kind, properties: dict[str, object]) -> Format:
        align = {"align": "left"} if kind in {Kind.DAY, Kind.DATE} else {}
        return self.workbook.add_format({**properties, **align, **({"num_format": kind.value} if kind.value else {})})


class _MonthSheets(Sheets):
    """The sheets of a month."""

    def __init__(self, workbook: Workbook, summary: MonthSummary, imprint: Imprint) -> None:
        period = czech.month(summary.month.first_day)
        super().__init__(workbook, period=period, publicity=summary.publicity, digest=summary.digest, imprint=imprint)
        self.month_of_figures = summary.month
        self.address = imprint.address

    def link(self, figure: Figure, breakdown: str = "", key: str = "") -> str:
        """The address of the records that a figure counts; "" when the application's own is not known."""
        if not self.address:
            return ""
        return self.address + drilldown.url(figure, self.month_of_figures, breakdown, key)

    def overview(self, summary: MonthSummary, imprint: Imprint) -> None:
        """„Přehled": what the month is, its headline and totals, and by what the figures can be recognised."""
        sheet = self.sheet("Přehled", columns=3)
        sheet.set_column(0, 0, 42)
        sheet.set_column(1, 1, 14)
        sheet.set_column(2, 2, 54)
        sheet.write_string(0, 0, title(summary), self.heading)
        sheet.set_row(0, 28)
        sheet.merge_range(1, 0, 1, 2, "")
        sheet.write_string(1, 0, headline(summary), self.lead)
        sheet.set_row(1, 50)
        facts: list[tuple[str, Value]] = [
            ("Měsíc", summary.month.first_day),
            ("Město", summary.city),
            ("Projekt", summary.project_name or "–"),
            ("Číslo projektu", summary.project_number or "–"),
        ]
        row = self.facts(sheet, 3, facts)
        first = row + 1
        for column, header in enumerate(("Ukazatel", "Hodnota", "Jednotka")):
            sheet.write_string(first, column, header, (self.head_text, self.head_number, self.head_unit)[column])
        for row, (name, value) in enumerate(summary.totals.items(), start=first + 1):
            figure = FIGURES[name]
            self.write(sheet, row, 0, figure.label, self.body[Kind.TEXT])
            link = _linked(self.link(figure), value)
            styles = self.linked_body if link else self.body
            self.write(sheet, row, 1, _value(figure, value), styles[_figure_column(figure).kind], link)
            self.workbook.define_name(range_name(figure.label), f"='Přehled'!$B${row + 1}")
            self.write(sheet, row, 2, unit_text(figure.unit, value), self.unit)
        row = self.facts(sheet, row + 2, self._closing_facts(summary, imprint))
        sheet.merge_range(row + 1, 0, row + 1, 2, "")
        sheet.write_string(row + 1, 0, INTERNAL, self.note)
        sheet.set_row(row + 1, 32)
        sheet.print_area(0, 0, row + 1, 2)

    @staticmethod
    def _closing_facts(summary: MonthSummary, imprint: Imprint) -> list[tuple[str, Value]]:
        edition: list[tuple[str, Value]] = [("Vydání", imprint.text)] if imprint.text else []
        return [("Publicita", summary.publicity or "–"), *edition, ("Otisk SHA-256", summary.digest)]

    def charts(self, summary: MonthSummary) -> None:
        """„Grafy": pieces by locality and by day, drawn from the tables of the workbook."""
        sheet = self.sheet(CHARTS, columns=1)
        sheet.hide_gridlines(2)
        sheet.fit_to_pages(1, 1)
        top = 0
        for kind, title_, name, height in (
            ("bar", "Nalezené kusy podle lokalit", "locality", 90 + 24 * len(summary.breakdowns["locality"])),
            ("column", "Nalezené kusy podle dnů", "day", 320),
        ):
            breakdown, rows = summary.breakdown(name), summary.breakdowns[name]
            column = 1 + breakdown.figures.index(PIECES)
            chart = self.workbook.add_chart({"type": kind})
            chart.add_series(
                {
                    "name": title_,
                    "categories": [breakdown.label, 1, 0, len(rows), 0],
                    "values": [breakdown.label, 1, column, len(rows), column],
                    "fill": {"color": ACCENT},
                    "gap": 40,
                    "data_labels": {"value": True} if kind == "bar" else {},
                }
            )
            chart.set_title({"name": title_, "name_font": {"size": 13, "color": ACCENT}, "overlay": False})
            chart.set_legend({"none": True})
            names, numbers = (
                (chart.set_y_axis, chart.set_x_axis) if kind == "bar" else (chart.set_x_axis, chart.set_y_axis)
            )
            numbers({"major_gridlines": {"visible": True, "line": {"color": LINE}}, "num_format": "0", "min": 0})
            # The first row stands on top, as in the table; days are marked by their number alone.
            names({"reverse": kind == "bar", "num_format": "d." if name == "day" else "General", "text_axis": True})
            chart.set_size({"width": 640, "height": height})
            described = czech.joined(f"{row.label} {row.values['pieces']}" for row in rows if row.values["pieces"])
            sheet.insert_chart(top, 0, chart, {"description": one_line(f"{title_}: {described}.")[:2000]})
            top += height // 20 + 2
        sheet.print_area(0, 0, top, 9)


def _width(column: Column, values: Iterable[Value]) -> float:
    if column.kind is Kind.DAY:
        return 17
    if column.kind is not Kind.TEXT:
        return MONEY_WIDTH if column.kind is Kind.MONEY else NUMBER_WIDTH
    longest = max((len(str(value)) + 3 for value in values), default=0)
    return min(max(NARROWEST, longest, len(column.header) + 3), WIDEST)


def _footer(publicity: str, digest: str, imprint: Imprint) -> str:
    """The page's footer. Of a long publicity sentence and the digest the digest gives way, then the sentence,
    which also stands on the first sheet."""
    return next(
        footer
        for footer in _footers(publicity, digest, imprint)
        if len(footer.encode("utf-16-le")) // 2 <= FOOTER_LIMIT
    )


def _footers(publicity: str, digest: str, imprint: Imprint) -> Iterator[str]:
    sentence = one_line(publicity).replace("&", "&&")
    edition = f"{imprint.text}\n" if imprint.text else ""
    for text in (
        f"{sentence}\nOtisk SHA-256: {digest}",
        f"{sentence}\nOtisk SHA-256: {digest[:16]}…",
        f"Otisk SHA-256: {digest}",
    ):
        # The space parts the size from a text that may begin with a digit.
        yield f"&L&8 {text.strip()}&R&8 {edition}Strana &P z &N"
