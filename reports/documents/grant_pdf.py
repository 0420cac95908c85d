"""A grant report as a PDF: what is signed, handed over and kept. Pure. PDF/A-2a and PDF/UA-1 like the month's."""

from typing import Any

from reports.documents import charts
from reports.documents.grant_wording import provisional, subtitle
from reports.documents.imprint import UNISSUED, Imprint
from reports.documents.pdf import paragraphs, printed_by
from reports.documents.wording import cell_text, one_line
from reports.grant import GrantReport, Section, Table


def build(report: GrantReport, imprint: Imprint = UNISSUED) -> bytes:
    """The file. Its date is the last day of the report's period."""
    return printed_by("report.typ", _data(report, imprint), report.last.last_day)


def _data(report: GrantReport, imprint: Imprint) -> dict[str, Any]:
    last = report.last.last_day
    return {
        "title": one_line(report.title),
        "description": subtitle(report),
        "date": [last.year, last.month, last.day],
        "digest": report.digest,
        "imprint": imprint.text,
        "publicity": one_line(report.project.publicity),
        "logos": ["Ministerstvo vnitra ČR", one_line(report.city)],
        "project": one_line(subtitle(report)),
        "provisional": provisional(report),
        "sections": [_section(number, section) for number, section in enumerate(report.sections, start=1)],
    }


def _section(number: int, section: Section) -> dict[str, Any]:
    return {
        "title": f"{number}. {one_line(section.title)}",
        "paragraphs": paragraphs(section.paragraphs),
        "facts": [[cell_text(label), cell_text(cell.text)] for label, cell in section.facts],
        "charts": charts.with_bars(section.charts),
        "tables": [_table(table) for table in section.tables],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": one_line(table.caption),
        "columns": [cell_text(column.label) for column in table.columns],
        "texts": [not column.is_number for column in table.columns],
        "rows": [[cell_text(cell.text) for cell in row] for row in table.rows],
        "totals": [cell_text(cell.text) for cell in table.total] if table.total else [],
        "note": one_line(table.note),
    }
