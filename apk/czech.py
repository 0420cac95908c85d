"""Czech as it is written: three plural forms, numbers, dates, order of words.

Pure: knows no settings, no time zone and no model. Inside a number or a date stand no-break spaces (U+00A0), so that
a line never ends between „5." and „dubna".
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import czech_sort

SPACE = "\u00a0"
MINUS = "\u2212"

MONTHS = (
    "leden", "únor", "březen", "duben", "květen", "červen",
    "červenec", "srpen", "září", "říjen", "listopad", "prosinec",
)  # fmt: skip
# As they stand after „v": the preposition never becomes „ve" before any of them.
MONTHS_LOCATIVE = (
    "lednu", "únoru", "březnu", "dubnu", "květnu", "červnu",
    "červenci", "srpnu", "září", "říjnu", "listopadu", "prosinci",
)  # fmt: skip
WEEKDAYS = ("pondělí", "úterý", "středa", "čtvrtek", "pátek", "sobota", "neděle")
WEEKDAYS_SHORT = ("po", "út", "st", "čt", "pá", "so", "ne")


def plural(n: int, one: str, few: str, many: str) -> str:
    """The form of a noun that goes with a whole number: 1 nález, 2–4 nálezy, 0 and 5+ nálezů (also −1 nález)."""
    match abs(n):
        case 1:
            return one
        case 2 | 3 | 4:
            return few
        case _:
            return many


def counted(n: int, one: str, few: str, many: str) -> str:
    """The number and its noun: „1 nález", „1 234 nálezů"."""
    return f"{number(n)}{SPACE}{plural(n, one, few, many)}"


def number(value: float | Decimal, places: int | None = None) -> str:
    """„1 234,5": decimal comma, thousands apart, a true minus.

    `places` decimals, halves rounded away from zero; when None, as many as the value has, without trailing zeros.
    """
    exact = Decimal(str(value))
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    digits = f"{abs(exact):,f}"
    if places is None and "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    sign = MINUS if exact < 0 and any(digit in digits for digit in "123456789") else ""
    return sign + digits.replace(",", SPACE).replace(".", ",")


def day(value: date) -> str:
    """„5. 4. 2021"; of a datetime its date, as it stands in its own time zone."""
    return f"{value.day}.{SPACE}{value.month}.{SPACE}{value.year}"


def day_in_week(value: date) -> str:
    """„pondělí 5. 4. 2021"."""
    return f"{WEEKDAYS[value.weekday()]}{SPACE}{day(value)}"


def moment(value: datetime) -> str:
    """„5. 4. 2021 8:05", in the time zone the value carries."""
    return f"{day(value)}{SPACE}{value.hour}:{value.minute:02}"


def days(first: date, last: date) -> str:
    """A span of days, both included: „5.–11. 4. 2021", „29. 3. – 4. 4. 2021", „28. 12. 2020 – 3. 1. 2021"."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}.–{day(last)}"
    start = f"{first.day}.{SPACE}{first.month}." if first.year == last.year else day(first)
    return f"{start} – {day(last)}"


def month(value: date) -> str:
    """„duben 2021", of any day in it."""
    return f"{MONTHS[value.month - 1]}{SPACE}{value.year}"


def in_month(value: date) -> str:
    """„v dubnu 2021", of any day in it."""
    return f"v{SPACE}{MONTHS_LOCATIVE[value.month - 1]}{SPACE}{value.year}"


def joined(words: Iterable[str]) -> str:
    """„Jílová", „Jílová a Hrušov", „Jílová, Zárubek a Hrušov"."""
    *leading, last = [*words] or [""]
    return f"{', '.join(leading)} a {last}" if leading else last


def sort_key(text: str) -> bytes:
    """A key that sorts as a Czech index does: Č after C, Ch after H. For `sorted`, and for a stored column."""
    key: bytes = czech_sort.bytes_key(text)
    return key


def lasting(time: timedelta) -> str:
    """A time that something took, as people say it: "35 min", "2 h 5 min", "3 dny 4 h"; never less than a minute."""
    minutes = max(1, round(time / timedelta(minutes=1)))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return counted(days, "den", "dny", "dní") + (f" {hours}{SPACE}h" if hours else "")
    if hours:
        return f"{hours}{SPACE}h" + (f" {minutes}{SPACE}min" if minutes else "")
    return f"{minutes}{SPACE}min"
