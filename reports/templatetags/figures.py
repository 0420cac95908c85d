"""Figures on pages: values as people read them, and the way to the records behind."""

from collections.abc import Mapping, Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apk.calendar import Month
from reports import drilldown
from reports.documents.wording import figure_text, unit_text
from reports.documents.wording import not_a_sum as sentence_about_sums
from reports.figures import FIGURES, Figure, Unit
from reports.grant import Cell
from reports.summary import Row

register = template.Library()


@register.filter
def amount(value: int, figure: Figure) -> str:
    """`{{ value|amount:figure }}`: the value alone, time in hours: 1 234 or 812,5."""
    return figure_text(figure.unit, value)


@register.filter
def hours_of_seconds(seconds: int) -> str:
    """`{{ seconds|hours_of_seconds }}`: time as hours with one decimal: 812,5."""
    return figure_text(Unit.HOURS, seconds)


@register.filter
def behind(cell: Cell) -> str:
    """`{{ cell|behind }}`: the address of the records that a cell of a report is made of; "" when there is none."""
    return drilldown.of_period(cell.behind) if cell.behind and cell.value else ""


@register.filter
def figure_label(name: str) -> str:
    """`{{ indicator.figure|figure_label }}`: what a figure is called; one without a name is entered by hand."""
    return FIGURES[name].label if name in FIGURES else "zadává se ručně"


@register.filter
def unit(value: int, figure: Figure) -> str:
    """`{{ value|unit:figure }}`: the unit that goes with the value: kusů."""
    return unit_text(figure.unit, value)


@register.simple_tag
def records_url(figure: Figure | str, month: Month, breakdown: str = "", key: str = "") -> str:
    """`{% records_url figure month "locality" row.key %}`: the address of the records behind; a figure or its name."""
    return drilldown.url(FIGURES[figure] if isinstance(figure, str) else figure, month, breakdown, key)


@register.simple_tag
def value_of(figure: Figure, values: Mapping[str, int]) -> str:
    """`{% value_of figure row.values %}`: the figure's value among others, as people read it."""
    return figure_text(figure.unit, values[figure.name])


@register.simple_tag
def record_link(figure: Figure, month: Month, breakdown: str, key: str, values: Mapping[str, int]) -> SafeString | str:
    """A figure's value among `values` as a link to its records; a zero has none."""
    value = values[figure.name]
    text = figure_text(figure.unit, value)
    if not value:
        return text
    return format_html('<a href="{}">{}</a>', drilldown.url(figure, month, breakdown, key), text)


@register.simple_tag
def not_a_sum(figures: Sequence[Figure], rows: Sequence[Row], totals: Mapping[str, int]) -> str:
    """A sentence about the columns whose total is not the sum of the rows, "" when all are."""
    return sentence_about_sums(figures, rows, totals)
