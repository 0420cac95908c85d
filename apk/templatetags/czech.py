"""Filters over apk.czech. Times come in the current time zone; an empty value stays empty."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django import template

from apk import czech

register = template.Library()


def _forms(argument: str) -> list[str]:
    forms = [form.strip() for form in argument.split(",")]
    if len(forms) != 3:
        raise template.TemplateSyntaxError(f"three forms are needed, as in „nález,nálezy,nálezů“, not {argument!r}")
    return forms


@register.filter
def plural(value: int, forms: str) -> str:
    """`{{ n|plural:"nález,nálezy,nálezů" }}`: the noun alone."""
    return czech.plural(value, *_forms(forms))


@register.filter
def counted(value: int, forms: str) -> str:
    """`{{ n|counted:"nález,nálezy,nálezů" }}`: the number with its noun."""
    return czech.counted(value, *_forms(forms))


@register.filter
def number(value: float | Decimal | None, places: int | None = None) -> str:
    """`{{ hours|number:1 }}`: 1 234,5."""
    return "" if value is None else czech.number(value, places)


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """5. 4. 2021"""
    return czech.day(value) if value else ""


@register.filter(expects_localtime=True)
def day_in_week(value: date | None) -> str:
    """pondělí 5. 4. 2021"""
    return czech.day_in_week(value) if value else ""


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    """5. 4. 2021 8:05"""
    return czech.moment(value) if value else ""


@register.filter(expects_localtime=True)
def month(value: date | None) -> str:
    """duben 2021"""
    return czech.month(value) if value else ""


@register.filter
def lasting(value: timedelta | None) -> str:
    """2 h 5 min; a dash for nothing."""
    return "–" if value is None else czech.lasting(value)
