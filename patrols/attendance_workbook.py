"""Rows of attendance as a workbook: the same columns as the CSV file, with native days, times and numbers. Pure."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import BytesIO

from xlsxwriter import Workbook

from apk.calendar import LOCAL
from apk.csv_files import Cell

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {
    "in_memory": True,
    # Whatever people typed stays text.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}


def workbook(rows: Iterable[Iterable[Cell]], name: str, day: date) -> bytes:
    """One sheet called `name`; the first row is its head, `day` the date of the file."""
    file = BytesIO()
    with Workbook(file, OPTIONS) as book:
        book.set_properties({"title": name, "created": datetime.combine(day, time(), UTC)})
        sheet = book.add_worksheet(name)
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        formats = {
            datetime: book.add_format({"num_format": r"d\.\ m\.\ yyyy\ h:mm"}),
            date: book.add_format({"num_format": r"d\.\ m\.\ yyyy"}),
            Decimal: book.add_format({"num_format": "#,##0.00"}),
        }
        last_row, last_column = 0, 0
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                last_row, last_column = number, max(last_column, column)
                match value:
                    case None | "":
                        pass
                    case datetime():
                        sheet.write_datetime(number, column, value.astimezone(LOCAL), formats[datetime])
                    case date():
                        sheet.write_datetime(number, column, datetime.combine(value, time()), formats[date])
                    case Decimal():
                        sheet.write_number(number, column, value, formats[Decimal])
                    case _:
                        sheet.write(number, column, value, None if number else head)
        sheet.set_column(0, last_column, 16)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last_row, last_column)
    return file.getvalue()
