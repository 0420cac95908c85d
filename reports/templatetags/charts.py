"""Numbers in SVG: coordinates have a decimal point, whatever the language of the page."""

from django import template

register = template.Library()


@register.filter
def unlocalized(number: float) -> str:
    """`{{ bar.x|unlocalized }}`: 12.5, never 12,5."""
    return repr(number)
