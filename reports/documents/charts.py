"""The charts of documents: what they show, in the words and numbers that templates draw, and drawn as pictures. Pure.

A chart is {kind, title, caption, alt, bars}; a bar {label, value, text}. `alt` says all of it in a sentence.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from apk import czech
from apk.typesetting import drawn
from reports import grant
from reports.documents.wording import cell_text, figure_text, one_line
from reports.figures import PIECES, Unit
from reports.summary import MonthSummary

TEMPLATE = Path(__file__).parent / "chart.typ"
PIXELS_PER_INCH = 200

BARS_AT_MOST = 15


def of_month(summary: MonthSummary) -> Iterator[dict[str, Any]]:
    """Charts of what was found; a month without findings has none."""
    if not summary.totals["pieces"]:
        return
    rows = sorted(
        (row for row in summary.breakdowns["locality"] if row.values["pieces"]), key=lambda row: -row.values["pieces"]
    )
    rest = len(rows) - BARS_AT_MOST
    more = f" Ostatní lokality ({rest}) jsou v tabulce." if rest > 0 else ""
    bars = [_bar(cell_text(row.label), row.values["pieces"]) for row in rows[:BARS_AT_MOST]]
    yield {
        "kind": "bars",
        "title": "Kde se našlo nejvíc",
        "caption": f"Nalezené kusy podle lokalit.{more}",
        "alt": f"Pruhový graf, nalezené kusy podle lokalit: {_described(bars)}.{more}",
        "bars": bars,
    }
    found = {row.key: row.values["pieces"] for row in summary.breakdowns["day"]}
    days = [_bar(f"{day.day}.", found.get(day.isoformat(), 0)) for day in summary.month.days]
    yield {
        "kind": "columns",
        "title": "Kdy se našlo nejvíc",
        "caption": "Nalezené kusy podle dnů v měsíci.",
        "alt": f"Sloupcový graf, nalezené kusy podle dnů: {_described(days)}. V ostatní dny se nenašlo nic.",
        "bars": days,
    }


def of_report(chart: grant.Chart) -> dict[str, Any]:
    """A chart of a grant report."""
    unit = Unit[chart.unit]
    title = one_line(chart.title)
    described = czech.joined(f"{one_line(label)} {figure_text(unit, value)}" for label, _, value in chart.bars)
    return {
        "kind": "columns",
        "title": title,
        "caption": title,
        "alt": f"Sloupcový graf, {title}: {described}.",
        "bars": [
            {"label": one_line(short), "value": value, "text": figure_text(unit, value)}
            for _, short, value in chart.bars
        ],
    }


def with_bars(charts: Iterable[grant.Chart]) -> list[dict[str, Any]]:
    """The charts that have anything to draw."""
    return [of_report(chart) for chart in charts if any(value for _, _, value in chart.bars)]


def picture(chart: dict[str, Any]) -> bytes:
    """The chart as a PNG, 170 mm wide: the same bytes for the same chart."""
    return drawn(TEMPLATE, chart, pixels_per_inch=PIXELS_PER_INCH)


def _bar(label: str, pieces: int) -> dict[str, Any]:
    return {"label": label, "value": pieces, "text": figure_text(PIECES.unit, pieces)}


def _described(bars: Iterable[dict[str, Any]]) -> str:
    return czech.joined(f"{bar['label']} {bar['text']}" for bar in bars if bar["value"])
