"""`manage.py summary 2021-04`: a month's figures counted from the records as they are now, for people and scripts."""

from argparse import ArgumentTypeError
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apk import czech
from apk.calendar import Month
from reports import counting
from reports.documents import json
from reports.documents.wording import figure_text, headline, one_line, title, unit_text
from reports.figures import BREAKDOWNS, FIGURES
from reports.summary import MonthSummary


def month(text: str) -> Month:
    """The month of an argument; argparse ends with code 2 and this sentence when it is none."""
    try:
        return Month.parse(text)
    except ValueError as error:
        raise ArgumentTypeError(f"„{text}“ není měsíc. Píše se rok-měsíc, například 2021-04.") from error


class Command(BaseCommand):
    help = "Spočítá přehled měsíce z toho, co je teď v evidenci. Nic neukládá."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", type=month, metavar="měsíc", help="například 2021-04")
        parser.add_argument("--json", action="store_true", help="vypsat jako JSON, stejný jako ke stažení na stránce")

    def handle(self, *args: Any, **options: Any) -> None:
        with counting.snapshot():
            summary = counting.count(options["month"])
        if options["json"]:
            self.stdout.write(json.build(summary).decode(), ending="")
        else:
            self.stdout.write("\n".join(readable(summary)))


def readable(summary: MonthSummary) -> Iterator[str]:
    """The summary as lines of text: the headline, then every figure, then every breakdown."""
    yield title(summary)
    yield summary.project_name or "Měsíc nepatří do doby žádného projektu."
    yield headline(summary)
    yield ""
    yield from table(
        (figure.label, figure_text(figure.unit, value), unit_text(figure.unit, value))
        for figure, value in ((FIGURES[name], value) for name, value in summary.totals.items())
    )
    for name, rows in summary.breakdowns.items():
        breakdown = BREAKDOWNS[name]
        yield ""
        yield breakdown.label
        head = (breakdown.column, *(figure.short for figure in breakdown.figures))
        lines = (
            (one_line(row.label), *(figure_text(figure.unit, row.values[figure.name]) for figure in breakdown.figures))
            for row in rows
        )
        yield from table([head, *lines])


def table(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Rows as columns of text, the first one to the left, the others to the right."""
    lines = [tuple(cell.replace(czech.SPACE, " ") for cell in row) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))] if lines else []
    for first, *others in lines:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()
