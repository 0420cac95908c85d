"""A grant report's numbers as one tidy CSV file: one value a row. Pure."""

from collections.abc import Iterator
from decimal import Decimal

from apk import csv_files
from apk.csv_files import csv_lines
from reports.documents.csv import HOURS
from reports.documents.imprint import UNISSUED, Imprint
from reports.documents.wording import SECONDS_IN_HOUR
from reports.grant import Cell, GrantReport, Kind

HEADER = ("oddíl", "tabulka", "řádek", "ukazatel", "jednotka", "hodnota")
UNITS = {Kind.TIME: "hodin", Kind.MONEY: "Kč", Kind.PERCENT: "%"}


def build(report: GrantReport, imprint: Imprint = UNISSUED) -> bytes:
    """The file: what the report is, its facts, its tables with their totals. Hours have up to four decimals."""
    return b"".join(csv_lines([HEADER, *_rows(report, imprint)]))


def _rows(report: GrantReport, imprint: Imprint) -> Iterator[tuple[csv_files.Cell, ...]]:
    for label, text in (
        ("název", report.title),
        ("město", report.city),
        ("projekt", report.project.name),
        ("číslo projektu", report.project.number),
        ("publicita", report.project.publicity),
        ("vydání", imprint.text),
        ("otisk hodnot SHA-256", report.digest),
    ):
        yield "Zpráva", "", "", label, "", text
    for heading, months in (("Měsíce před obdobím zprávy", report.earlier), ("Měsíce", report.months)):
        for month in months:
            yield heading, "", str(month.month), "stav", "", month.state.label
            yield heading, "", str(month.month), "otisk hodnot SHA-256", "", month.sha256
    for section in report.sections:
        for label, cell in section.facts:
            yield section.title, "", "", label, *_value(cell)
        for table in section.tables:
            for row in [*table.rows, *([table.total] if table.total else [])]:
                for column, cell in zip(table.columns[1:], row[1:], strict=True):
                    yield section.title, table.caption, row[0].text, column.label, *_value(cell)


def _value(cell: Cell) -> tuple[str, csv_files.Cell]:
    unit = UNITS.get(cell.kind, "")
    if cell.kind is Kind.TIME and isinstance(cell.value, int):
        return unit, (Decimal(cell.value) / SECONDS_IN_HOUR).quantize(HOURS).normalize()
    return unit, cell.value
