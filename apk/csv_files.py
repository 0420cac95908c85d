"""CSV the way a Czech spreadsheet opens it with a double click: UTF-8 with a mark, semicolons, decimal commas.

Pure: rows in, lines out, one at a time, so that a long list streams. No text becomes a formula of the reader's
spreadsheet.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from apk.calendar import LOCAL

CONTENT_TYPE = "text/csv; charset=utf-8"

# A cell that begins with one of these is a formula, or becomes one, in some spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

BYTE_ORDER_MARK = "\ufeff"

Cell = str | int | float | Decimal | date | datetime | None


class _Echo:
    """A file that gives back what is written, which is how a csv writer yields its lines."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """The rows as lines of a CSV file; the first one carries the byte order mark by which Excel knows UTF-8.

    Numbers have a decimal comma and no thousands apart, days are 2021-04-05, moments 2021-04-05 08:05 in local time,
    None is empty. Text that would be a formula gets an apostrophe before it.
    """
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    mark = BYTE_ORDER_MARK
    for row in rows:
        line: str = writer.writerow([_text(cell) for cell in row])
        yield (mark + line).encode()
        mark = ""


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
        case bool():
            return "ano" if cell else "ne"
        case datetime():
            return f"{cell.astimezone(LOCAL):%Y-%m-%d %H:%M}"
        case date():
            return cell.isoformat()
        case int():
            return str(cell)
        case _:
            return f"{Decimal(str(cell)):f}".replace(".", ",")
