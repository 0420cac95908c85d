"""Timesheets as a PDF to be signed: a page for each person, PDF/A-2a and PDF/UA-1. Pure."""

from typing import Any

from apk import czech
from reports.documents.pdf import printed_by
from reports.documents.wording import figure_text, one_line
from reports.figures import Unit
from reports.timesheet import COLUMNS, FACTS, Line, Sheet, Timesheet

SIGNATURES = ("Zaměstnanec", "Mentor", "Koordinátor")
OF_DAY = ("worked", "night", "weekend", "on_holiday")


def build(timesheet: Timesheet) -> bytes:
    """The file. Its date is the last day of the month; neither the clock nor the system's fonts are looked at."""
    return printed_by("timesheet.typ", _data(timesheet), timesheet.month.last_day)


def _data(timesheet: Timesheet) -> dict[str, Any]:
    """What the template shows: words and numbers ready to be printed."""
    last = timesheet.month.last_day
    project = [one_line(timesheet.project_name), one_line(timesheet.project_number)]
    return {
        "title": timesheet.title,
        "description": f"Odpracované hodiny podle dnů: {czech.joined(sheet.name for sheet in timesheet.sheets)}",
        "date": [last.year, last.month, last.day],
        "city": one_line(timesheet.city),
        "project": " · ".join(text for text in project if text),
        "publicity": one_line(timesheet.publicity),
        "digest": timesheet.digest,
        "columns": ["Den", "Plán", "Služba", *(COLUMNS[name] for name in OF_DAY), "Poznámka"],
        "signatures": SIGNATURES,
        "sheets": [_sheet(sheet) for sheet in timesheet.sheets],
    }


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": one_line(sheet.name),
        "facts": [
            ["Osobní číslo", one_line(sheet.personal_number)],
            ["Úvazek", sheet.fte],
            ["Vede", one_line(sheet.mentors) or "–"],
            ["Stav", sheet.standing],
        ],
        "rows": [_line(line) for line in sheet.lines],
        "off": [line.day.weekday() >= 5 or bool(line.on_holiday) for line in sheet.lines],
        "totals": ["Celkem", "", "", *(hours(sheet.sums[name]) for name in OF_DAY), ""],
        "sums": [[label, hours(sheet.sums[name])] for name, label in FACTS.items()],
        "away": [
            *([label, hours(value)] for label, value in sheet.away),
            *([f"{label} (nezapočteno)", hours(value)] for label, value in sheet.not_credited),
        ],
    }


def _line(line: Line) -> list[str]:
    weekday = czech.WEEKDAYS_SHORT[line.day.weekday()]
    figures = (getattr(line, name) for name in OF_DAY)
    return [
        f"{weekday} {line.day.day}.",
        line.plan,
        line.duty,
        *(hours(value) if value else "" for value in figures),
        one_line(line.note),
    ]


def hours(seconds: int) -> str:
    """„7,5": hours with one decimal, as everywhere on paper."""
    return figure_text(Unit.HOURS, seconds)
