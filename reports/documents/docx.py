"""The month as a Word document: the narrative to be edited, with tables ready. Pure. It leaves the house."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time

from reports.documents import charts
from reports.documents.imprint import UNISSUED, Imprint
from reports.documents.outward import outward, printed
from reports.documents.word import Word
from reports.documents.wording import (
    EMPTY,
    figure_in_words,
    figure_text,
    headline,
    month_notes,
    not_a_sum,
    title,
)
from reports.figures import BREAKDOWNS, EVENTS, FIGURES, PIECES, PLACES, Figure
from reports.summary import MonthSummary


def build(summary: MonthSummary, imprint: Imprint = UNISSUED) -> bytes:
    """The file; its time is the last day of the month."""
    public = outward(summary)
    word = Word(
        title=title(summary), subject=summary.project_name, moment=datetime.combine(summary.month.last_day, time(), UTC)
    )
    word.footer([imprint.text or title(summary), f"Otisk hodnot SHA-256: {summary.digest}", summary.publicity])
    if project := " · ".join(text for text in (summary.project_name, summary.project_number) if text):
        word.soft(project)
    word.title(title(summary))
    word.paragraph(headline(summary))
    word.contents()
    if public.narrative:
        word.heading("Slovní hodnocení")
        for paragraph in public.narrative:
            word.paragraph(paragraph)
    word.heading("Ukazatele")
    word.table(
        [("Ukazatel", False), ("Hodnota", True)],
        [[FIGURES[name].label, figure_in_words(FIGURES[name].unit, value)] for name, value in summary.totals.items()],
    )
    for chart in charts.of_month(public):
        word.heading(chart["title"])
        word.picture(charts.picture(chart), alt=chart["alt"], caption=chart["caption"])
    for name in printed(public):
        breakdown, rows = public.breakdown(name), public.breakdowns[name]
        figures = breakdown.figures
        word.heading(breakdown.label)
        if not rows:
            word.paragraph(EMPTY)
            continue
        word.table(
            [(breakdown.column, False), *((figure.short, True) for figure in figures)],
            [[row.label, *_texts(figures, row.values)] for row in rows],
            ["Celkem", *_texts(figures, public.totals)],
            note=not_a_sum(figures, rows, public.totals),
        )
    word.heading("Místa nálezů")
    if public.places:
        word.table(
            [("Místo", False), ("Lokalita", False), (EVENTS.short, True), (PIECES.short, True)],
            [
                [
                    place.label,
                    place.locality or BREAKDOWNS["locality"].outside,
                    figure_text(EVENTS.unit, place.events),
                    figure_text(PIECES.unit, place.pieces),
                ]
                for place in public.places
            ],
            [
                f"Celkem {figure_in_words(PLACES.unit, public.totals['places'])}",
                "",
                *_texts((EVENTS, PIECES), public.totals),
            ],
        )
    else:
        word.paragraph(EMPTY)
    word.heading("Poznámky")
    for note in month_notes(summary):
        word.paragraph(f"– {note}")
    if summary.publicity:
        word.paragraph(summary.publicity)
    return word.content()


def _texts(figures: Iterable[Figure], values: Mapping[str, int]) -> list[str]:
    return [figure_text(figure.unit, values[figure.name]) for figure in figures]
