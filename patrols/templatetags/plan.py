"""What templates of the plan ask about the rules."""

from collections.abc import Iterable, Iterator, Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from patrols import cover
from patrols.cover import Gap
from patrols.planning import Cell, Chip, Row
from patrols.rules import Concern

register = template.Library()


@register.filter
def of_severity(concerns: Iterable[Concern], severity: str) -> list[Concern]:
    """Those that are „error", „warning" or „note"."""
    return [concern for concern in concerns if concern.severity == severity]


@register.filter
def that_matter(concerns: Iterable[Concern]) -> list[Concern]:
    """Errors first, then warnings; each by person and day."""
    return sorted((concern for concern in concerns if concern.matters), key=lambda each: -each.breach.severity)


@register.filter
def unexcused(concerns: Iterable[Concern]) -> list[Concern]:
    """Those without a reason why the plan holds in spite of them."""
    return [concern for concern in concerns if not concern.excused]


@register.filter
def total_missing(gaps: Sequence[Gap]) -> int:
    """How many people are missing at all of the gaps."""
    return cover.total_missing(gaps)


@register.simple_tag
def month_cells(row: Row, add_url: str) -> SafeString:
    """One person's cells of a month. By code and not by a template: 50 people × 31 days are 1 550 cells, and looking up
    twenty names in each takes longer than all that the database does for the page."""
    return mark_safe("".join(_month_cell(row, cell, add_url) for cell in row.cells))  # noqa: S308  # of escaped parts


def _month_cell(row: Row, cell: Cell, add_url: str) -> str:
    place = f' data-person="{row.assistant.pk}" data-day="{cell.iso}"' if cell.open else ""
    return f'<td id="{cell.id}" class="{cell.look}"{place}>{"".join(_in_cell(row, cell, add_url))}</td>'


def _in_cell(row: Row, cell: Cell, add_url: str) -> Iterator[str]:
    if cell.absence:
        yield format_html('<span class="away" title="{}">{}</span>', cell.absence.get_kind_display(), cell.away)
    for chip in cell.chips:
        yield _brief(chip, is_open=cell.open)
    for told in cell.gone:
        yield f'<s class="gone" title="odebráno, asistent to zatím neví">{told.brief}</s>'
    for concern in cell.concerns:
        yield format_html(
            '<a class="mark {}" href="#{}" title="{title}">!<span class="visually-hidden"> {title}</span></a>',
            concern.severity,
            concern.id,
            title=concern.title,
        )
    if cell.open and not cell.shifts:
        yield format_html(
            '<a class="add no-print" href="{}?asistent={}&amp;den={}"><span aria-hidden="true">+</span>'
            '<span class="visually-hidden">Přidat: {}, {}</span></a>',
            add_url,
            row.assistant.pk,
            cell.iso,
            row.name,
            cell.day.label,
        )


def _brief(chip: Chip, *, is_open: bool) -> str:
    where, state = chip.shift.locality.name, chip.state
    return format_html(
        '<a class="brief {}" href="{}" title="{}{}"{}>{}<span class="visually-hidden"> {}{}</span></a>',
        chip.look,
        chip.edit_url if is_open else chip.url,
        where,
        f" – {state}" if state else "",
        format_html(' draggable="true" data-shift="{}"', chip.handle) if is_open else "",
        chip.shift.brief,
        where,
        f", {state}" if state else "",
    )
