"""The month as one tidy CSV file for the city's analysts: one value a row. Pure."""

from collections.abc import Iterator
from decimal import Decimal

from apk.csv_files import Cell, csv_lines
from reports.documents.imprint import UNISSUED, Imprint
from reports.documents.wording import INTERNAL, SECONDS_IN_HOUR
from reports.figures import BREAKDOWNS, EVENTS, FIGURES, PIECES, Figure, Unit
from reports.summary import MonthSummary

HEADER = ("oddíl", "klíč", "název", "ukazatel", "jednotka", "hodnota")

# Enough to give back every whole second.
HOURS = Decimal("0.0001")


def build(summary: MonthSummary, imprint: Imprint = UNISSUED) -> bytes:
    """The file. Hours have up to four decimals; keys are those by which the records behind are filtered."""
    return b"".join(csv_lines([HEADER, *_rows(summary, imprint)]))


def _rows(summary: MonthSummary, imprint: Imprint) -> Iterator[tuple[Cell, ...]]:
    for label, text in (
        ("měsíc", str(summary.month)),
        ("město", summary.city),
        ("projekt", summary.project_name),
        ("číslo projektu", summary.project_number),
        ("publicita", summary.publicity),
        ("vydání", imprint.text),
        ("otisk hodnot SHA-256", summary.digest),
        ("poznámka", INTERNAL),
    ):
        yield "Přehled", "", "", label, "", text
    for name, value in summary.totals.items():
        yield "Celkem", "", "", *_figure(FIGURES[name], value)
    for name, rows in summary.breakdowns.items():
        for row in rows:
            for figure, value in row.values.items():
                yield BREAKDOWNS[name].label, row.key, row.label, *_figure(FIGURES[figure], value)
    for place in summary.places:
        beginning = ("Místa nálezů", place.key, place.label)
        yield *beginning, "Lokalita", "", place.locality
        yield *beginning, "Zeměpisná šířka", "°", place.latitude
        yield *beginning, "Zeměpisná délka", "°", place.longitude
        yield *beginning, *_figure(EVENTS, place.events)
        yield *beginning, *_figure(PIECES, place.pieces)


def _figure(figure: Figure, value: int) -> tuple[Cell, Cell, Cell]:
    return figure.label, figure.unit.form(0), cell(value, figure.unit)


def cell(value: int, unit: Unit) -> Cell:
    """A figure's value for a spreadsheet: time in hours."""
    return (Decimal(value) / SECONDS_IN_HOUR).quantize(HOURS).normalize() if unit is Unit.HOURS else value
