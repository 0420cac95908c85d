"""From a figure to the records behind it: addresses of lists that count the same rows."""

from urllib.parse import urlencode

from django.urls import reverse

from apk.calendar import Month
from reports.figures import CHILD_ACCESSIBLE, FIGURES, Figure, Records
from reports.grant import Behind

# What a breakdown, or the list of places, is called in the address of a list.
PARAMETERS = {
    "locality": "lokalita",
    "district": "obvod",
    "assistant": "asistent",
    "place_kind": "druh",
    "day": "den",
    "place": "misto",
}
OUTSIDE = ("lokalita", "mimo")


def of_period(behind: Behind) -> str:
    """The address of the records behind a number of a report: the same lists, over several months."""
    figure = FIGURES[behind.figure]
    if behind.first == behind.last:
        return url(figure, behind.first, behind.breakdown, behind.key)
    if figure.records is Records.SHIFTS:
        address, query = reverse("reports:period-shifts", args=[behind.first, behind.last]), {}
    else:
        address = reverse("findings:list")
        query = {"od": behind.first.first_day.isoformat(), "do": behind.last.last_day.isoformat()}
    return addressed(address, query | narrowed(figure, behind.breakdown, behind.key))


def url(figure: Figure, month: Month, breakdown: str = "", key: str = "") -> str:
    """The address of the records that `figure` counts in `month`, or in one row of a breakdown; "" is outside all."""
    if figure.records is Records.SHIFTS:
        address, query = reverse("reports:shifts", args=[month]), {}
    else:
        address, query = reverse("findings:list"), {"mesic": str(month)}
    return addressed(address, query | narrowed(figure, breakdown, key))


def narrowed(figure: Figure, breakdown: str, key: str) -> dict[str, str]:
    """What the address says of a row of a breakdown, and of a figure that counts some of the records only."""
    query = dict([(PARAMETERS[breakdown], key) if key else OUTSIDE]) if breakdown else {}
    return query | ({"deti": "ano"} if figure is CHILD_ACCESSIBLE else {})


def addressed(address: str, query: dict[str, str]) -> str:
    return f"{address}?{urlencode(query)}" if query else address
