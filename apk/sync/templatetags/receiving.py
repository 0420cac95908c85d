"""Words of the receiving for templates."""

from datetime import timedelta

from django import template

from apk import czech

register = template.Library()


@register.filter
def clock(skew: timedelta) -> str:
    """How a phone's clock went, from how far it was behind the server's: „napřed o 7 min", „pozadu o 1 den 2 h"."""
    behind = skew > timedelta(0)
    minutes = round(abs(skew) / timedelta(minutes=1))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [czech.counted(days, "den", "dny", "dní")] if days else []
    parts += [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes and not days else []
    return f"{'pozadu' if behind else 'napřed'} o {' '.join(parts)}"
