"""The month as a PDF for the grant: what is signed, handed over and kept. Pure.

PDF/A-2a for the archive and PDF/UA-1 for every reader in one file, set by typst, whose own checks refuse to write a
file that is neither. It leaves the house, hence `outward`.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from apk.typesetting import typeset
from reports.documents import charts
from reports.documents.imprint import UNISSUED, Imprint
from reports.documents.outward import outward, printed
from reports.documents.wording import (
    cell_text,
    figure_in_words,
    figure_text,
    headline,
    month_notes,
    not_a_sum,
    one_line,
    title,
)
from reports.figures import BREAKDOWNS, EVENTS, FIGURES, HEADLINE, PIECES, PLACES, Figure
from reports.summary import MonthSummary

HERE = Path(__file__).parent


def build(summary: MonthSummary, imprint: Imprint = UNISSUED) -> bytes:
    """The file. Its date is the last day of the month; neither the clock nor the system's fonts are looked at."""
    return printed_by("summary.typ", _data(summary, imprint), summary.month.last_day)


def printed_by(template: str, data: dict[str, Any], day: date) -> bytes:
    """A PDF of the data by a template of this folder; its date is `day`."""
    return typeset(HERE / template, data, moment=datetime.combine(day, time(), UTC), standards=("a-2a", "ua-1"))


def _data(summary: MonthSummary, imprint: Imprint) -> dict[str, Any]:
    """What the template shows: words and numbers ready to be printed."""
    public = outward(summary)
    last = summary.month.last_day
    project = [one_line(summary.project_name), one_line(summary.project_number)]
    return {
        "title": title(summary),
        "description": headline(summary),
        "date": [last.year, last.month, last.day],
        "digest": summary.digest,
        "imprint": imprint.text,
        "publicity": one_line(summary.publicity),
        "logos": ["Ministerstvo vnitra ČR", one_line(summary.city)],
        "project": " · ".join(text for text in project if text),
        "headline": headline(summary),
        "key_figures": [
            {"label": figure.label, "value": figure_text(figure.unit, summary.totals[figure.name])}
            for figure in HEADLINE
        ],
        "narrative": paragraphs(public.narrative),
        "charts": list(charts.of_month(public)),
        "tables": [_totals(summary), *(_breakdown(public, name) for name in printed(public)), _places(public)],
        "notes": month_notes(summary),
    }


def paragraphs(texts: Iterable[str]) -> list[dict[str, Any]]:
    """Paragraphs of people; one that begins with „– “ is an item of a list."""
    lines = [cell_text(text) for text in texts]
    return [{"text": line.removeprefix("– "), "is_item": line.startswith("– ")} for line in lines if line]


def _totals(summary: MonthSummary) -> dict[str, Any]:
    """Every figure of the month with its unit."""
    return {
        "title": "Ukazatele",
        "columns": ["Ukazatel", "Hodnota"],
        "texts": [True, False],
        "rows": [
            [FIGURES[name].label, figure_in_words(FIGURES[name].unit, value)] for name, value in summary.totals.items()
        ],
        "totals": [],
        "note": "",
    }


def _breakdown(summary: MonthSummary, name: str) -> dict[str, Any]:
    breakdown, rows = summary.breakdown(name), summary.breakdowns[name]
    figures = breakdown.figures
    return {
        "title": breakdown.label,
        "columns": [breakdown.column, *(figure.short for figure in figures)],
        "texts": [True, *(False for _ in figures)],
        "rows": [[cell_text(row.label), *_texts(figures, row.values)] for row in rows],
        "totals": ["Celkem", *_texts(figures, summary.totals)],
        "note": not_a_sum(figures, rows, summary.totals),
    }


def _places(summary: MonthSummary) -> dict[str, Any]:
    return {
        "title": "Místa nálezů",
        "columns": ["Místo", "Lokalita", EVENTS.short, PIECES.short],
        "texts": [True, True, False, False],
        "rows": [
            [
                cell_text(place.label),
                cell_text(place.locality) or BREAKDOWNS["locality"].outside,
                figure_text(EVENTS.unit, place.events),
                figure_text(PIECES.unit, place.pieces),
            ]
            for place in summary.places
        ],
        "totals": [
            f"Celkem {figure_in_words(PLACES.unit, summary.totals['places'])}",
            "",
            *_texts((EVENTS, PIECES), summary.totals),
        ],
        "note": "",
    }


def _texts(figures: Iterable[Figure], values: Mapping[str, int]) -> list[str]:
    return [figure_text(figure.unit, values[figure.name]) for figure in figures]
