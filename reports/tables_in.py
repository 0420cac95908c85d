"""Tables that people bring: CSV and XLSX read into rows of named cells. Pure, except for the file's bytes."""

import csv
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from apk.refusal import Refused
from apk.searching import fold

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_ROWS: Final = 5_000
# A workbook is a ZIP file, and a small one may hold gigabytes.
MAX_UNPACKED: Final = 100 * 1024 * 1024
MOST_EMPTY: Final = 1000
DELIMITERS: Final = (";", ",", "\t")

Cell = str | int | float | bool | date | datetime | time | None

# What openpyxl and the archive under it raise about a file that is not what it claims to be. RuntimeError is an
# encrypted archive or a way of packing that nobody knows; zlib, lzma and EOF are a damaged one, SyntaxError is bad XML.
UNREADABLE: Final = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    struct.error,
    RuntimeError,
    SyntaxError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    OverflowError,
    OSError,
)


@dataclass(frozen=True)
class Column:
    """A column that a table may have: its heading, whether every table needs it, and what it means."""

    name: str
    is_needed: bool
    meaning: str


@dataclass(frozen=True)
class Line:
    """A row of the file: its number there, counted from 1 with the heading, and its cells by the names of columns."""

    number: int
    cells: Mapping[str, Cell]


def lines(name: str, content: bytes, columns: Sequence[Column]) -> list[Line]:
    """The rows of the first sheet or of the CSV file, empty ones left out; headings know no capitals and accents.

    Raises Refused when the file is not such a table.
    """
    if len(content) > MAX_BYTES:
        raise Refused(f"Soubor je větší než {MAX_BYTES // 1024 // 1024} MB. Rozdělte ho na víc souborů.")
    rows = _workbook(content) if content.startswith(b"PK") else _csv(content)
    heading = next(rows, None)
    if heading is None or not any(str(cell or "").strip() for cell in heading):
        raise Refused(f"Soubor {name} je prázdný: v prvním řádku mají být názvy sloupců.")
    names = _headings(heading, columns)
    found = []
    for number, row in enumerate(rows, start=2):
        cells = {name: cell for name, cell in zip(names, row, strict=False) if name and cell not in (None, "")}
        if cells:
            found.append(Line(number, cells))
        if len(found) > MAX_ROWS:
            raise Refused(f"Soubor má víc než {MAX_ROWS} řádků. Rozdělte ho na víc souborů.")
    if not found:
        raise Refused("V souboru nejsou žádné řádky s daty.")
    return found


def _headings(row: Sequence[Cell], columns: Sequence[Column]) -> list[str]:
    """The name of the column in each place, "" where there is none. Raises Refused for a wrong set of headings."""
    known = {fold(column.name): column.name for column in columns}
    names = []
    for cell in row:
        text = str(cell or "").strip()
        if text and fold(text) not in known:
            raise Refused(f"Sloupec „{text[:60]}“ neznáme. Použijte šablonu, nebo sloupec vynechte.")
        names.append(known.get(fold(text), ""))
    for column in columns:
        if column.is_needed and column.name not in names:
            raise Refused(f"V souboru chybí sloupec „{column.name}“.")
        if names.count(column.name) > 1:
            raise Refused(f"Sloupec „{column.name}“ je v souboru víckrát.")
    return names


def _csv(content: bytes) -> Iterator[Sequence[Cell]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What older Czech spreadsheets save.
        text = content.decode("cp1250", errors="replace")
    if "\0" in text:
        raise Refused("Soubor není tabulka XLSX ani CSV.")
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        # The apostrophe is what our own exports put before text that a spreadsheet would take for a formula.
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [cell.strip().removeprefix("'") for cell in row]
    except csv.Error as error:
        raise Refused("Soubor CSV nejde přečíst. Uložte ho znovu jako CSV v kódování UTF-8.") from error


def _workbook(content: bytes) -> Iterator[Sequence[Cell]]:
    try:
        _refuse_bomb(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        # A sheet may claim a million empty rows; what follows so many empty ones is not looked for.
        empty = 0
        for row in book.worksheets[0].iter_rows(values_only=True):
            cells: list[Any] = [cell.strip() if isinstance(cell, str) else cell for cell in row]
            empty = 0 if any(cell not in (None, "") for cell in cells) else empty + 1
            if empty > MOST_EMPTY:
                return
            yield cells
    except Refused:
        raise
    except UNREADABLE as error:
        raise Refused("Soubor XLSX nejde přečíst. Otevřete ho v Excelu a uložte znovu.") from error


def _refuse_bomb(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            raise Refused("Soubor XLSX je po rozbalení příliš velký.")
