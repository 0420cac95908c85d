import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from apk.csv_files import csv_lines


def parsed(rows):
    """What a reader of Czech CSV gets back."""
    text = b"".join(csv_lines(rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_csv_begins_with_one_mark_and_ends_its_lines_as_spreadsheets_expect():
    assert b"".join(csv_lines([["místo", "kusů"], ["Jílová", 85]])) == "\ufeffmísto;kusů\r\nJílová;85\r\n".encode()


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (None, ""),
        (1234, "1234"),
        (-5, "-5"),
        (0.1, "0,1"),
        (18.277, "18,277"),
        (1e-7, "0,0000001"),
        (Decimal("812.50"), "812,50"),
        (True, "ano"),
        (False, "ne"),
        (date(2021, 4, 5), "2021-04-05"),
        (datetime(2021, 4, 5, 6, 5, tzinfo=UTC), "2021-04-05 08:05"),
        ("U „Rybníka“; vchod 2\nvlevo", "U „Rybníka“; vchod 2\nvlevo"),
    ],
)
def test_csv_cell_is_written_for_a_czech_spreadsheet(cell, written):
    assert parsed([[cell, "x"]]) == [[written, "x"]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_csv_text_never_becomes_a_formula(start):
    assert parsed([[f"{start}cmd|' /C calc'!A0"]]) == [[f"'{start}cmd|' /C calc'!A0"]]


def test_csv_lines_stream():
    lines = csv_lines([n] for n in iter(int, 1))
    assert [next(lines), next(lines)] == ["\ufeff0\r\n".encode(), b"0\r\n"]
