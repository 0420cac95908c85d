"""Timesheets as a workbook: all people on the first sheet, then a sheet for each with places to sign. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from io import BytesIO

from xlsxwriter import Workbook

from apk import czech
from reports.documents.imprint import UNISSUED
from reports.documents.timesheet_pdf import OF_DAY, SIGNATURES
from reports.documents.wording import SECONDS_IN_HOUR, one_line
from reports.documents.xlsx import OPTIONS, Column, Kind, Sheets, Value
from reports.timesheet import COLUMNS, FACTS, Sheet, Timesheet

OVERVIEW = "Přehled"
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
LONGEST_NAME = 31


def build(timesheet: Timesheet) -> bytes:
    """The workbook, the same bytes for the same timesheets. Time is in hours."""
    file = BytesIO()
    workbook = Workbook(file, OPTIONS)
    workbook.set_properties(
        {"title": timesheet.title, "created": datetime.combine(timesheet.month.last_day, time(), UTC)}
    )
    workbook.set_custom_property("Otisk SHA-256", timesheet.digest, "text")
    sheets = Sheets(
        workbook,
        period=czech.month(timesheet.month.first_day),
        publicity=timesheet.publicity,
        digest=timesheet.digest,
        imprint=UNISSUED,
    )
    overview(sheets, timesheet)
    taken = {OVERVIEW.casefold()}
    for sheet in timesheet.sheets:
        person(sheets, sheet, sheet_name(sheet.name, taken))
    workbook.close()
    return file.getvalue()


def overview(sheets: Sheets, timesheet: Timesheet) -> None:
    """A row for each person: the sums of the month, absences together."""
    columns = [
        Column("Asistent", Kind.TEXT),
        Column("Osobní číslo", Kind.TEXT),
        Column("Úvazek", Kind.TEXT),
        *(Column(label, Kind.HOURS) for label in FACTS.values()),
        Column("Nezapočteno", Kind.HOURS),
        Column("Docházka", Kind.TEXT),
    ]
    rows: list[list[Value]] = [
        [
            one_line(sheet.name),
            sheet.personal_number,
            sheet.fte,
            *(sheet.sums[name] / SECONDS_IN_HOUR for name in FACTS),
            sum(seconds for _, seconds in sheet.not_credited) / SECONDS_IN_HOUR,
            sheet.standing,
        ]
        for sheet in timesheet.sheets
    ]
    sheets.table(OVERVIEW, columns, rows, [], links=blanks(rows))


def person(sheets: Sheets, sheet: Sheet, name: str) -> None:
    """The days of one person, the sums below them, and places for signatures."""
    columns = [
        Column("Den", Kind.DAY),
        Column("Plán", Kind.TEXT),
        Column("Služba", Kind.TEXT),
        *(Column(COLUMNS[figure], Kind.HOURS) for figure in OF_DAY),
        Column("Poznámka", Kind.TEXT),
    ]
    rows: list[list[Value]] = [
        [
            line.day,
            line.plan,
            line.duty,
            *(getattr(line, figure) / SECONDS_IN_HOUR for figure in OF_DAY),
            line.note,
        ]
        for line in sheet.lines
    ]
    totals: list[Value] = ["Celkem", "", "", *(sheet.sums[figure] / SECONDS_IN_HOUR for figure in OF_DAY), ""]
    sheets.table(name, columns, rows, totals, links=blanks([*rows, totals]), is_named=False)
    page = sheets.workbook.get_worksheet_by_name(name)
    row = len(rows) + 3
    below: list[tuple[str, Value]] = [
        ("Osobní číslo", sheet.personal_number),
        ("Úvazek", sheet.fte),
        ("Vede", one_line(sheet.mentors) or "–"),
        ("Stav", sheet.standing),
    ]
    hours = [
        *((label, sheet.sums[figure]) for figure, label in FACTS.items()),
        *sheet.away,
        *((f"{label} (nezapočteno)", seconds) for label, seconds in sheet.not_credited),
    ]
    for number, (label, text) in enumerate(below, start=row):
        page.write_string(number, 0, label, sheets.fact)
        page.write_string(number, 1, str(text), sheets.fact)
    for number, (label, seconds) in enumerate(hours, start=row + len(below)):
        page.merge_range(number, 0, number, 1, label, sheets.fact)
        page.write_number(number, 3, seconds / SECONDS_IN_HOUR, sheets.body[Kind.HOURS])
    last = row + len(below) + len(hours) + 3
    for column, who in zip((0, 2, 6), SIGNATURES, strict=True):
        page.write_string(last, column, f"{who}: ……………………", sheets.fact)
    page.print_area(0, 0, last, len(columns) - 1)
    page.fit_to_pages(1, 1)


def blanks(rows: Iterable[list[Value]]) -> list[list[str]]:
    """No cell leads anywhere."""
    return [[""] * len(row) for row in rows]


def sheet_name(name: str, taken: set[str]) -> str:
    """What a person's sheet is called, unlike every other: a spreadsheet takes 31 characters and few marks."""
    base = " ".join(one_line(name).translate(FORBIDDEN).split())[:LONGEST_NAME] or "Asistent"
    found, number = base, 1
    while found.casefold() in taken:
        number += 1
        found = f"{base[: LONGEST_NAME - 4]} {number}"
    taken.add(found.casefold())
    return found
