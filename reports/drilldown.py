"""From a figure to the records behind it: addresses of lists that count the same rows."""

from urllib.parse import urlencode

from django.urls import reverse

from apk.calendar import Month
from reports.figures import (
    CALLED_PATROLS,
    CHILD_ACCESSIBLE,
    COUNTED,
    FIGURES,
    GONE_BY_END,
    HANDED_OVER,
    HELD,
    HELD_AT_END,
    OF_REPORTS,
    REFERRALS,
    Figure,
    Records,
)
from reports.grant import Behind

# What a breakdown, or the list of places, is called in the address of a list.
PARAMETERS = {
    "locality": "lokalita",
    "district": "obvod",
    "assistant": "asistent",
    "place_kind": "druh",
    "day": "den",
    "place": "misto",
    "activity_kind": "druh",
    "activity_locality": "lokalita",
    "counter": "pocet",
    "organisation": "organizace",
    "reason": "duvod",
    "called_patrol": "hlidka",
    "training_kind": "druh",
}
# Figures that count only some of the records of their list.
ONLY = {
    CHILD_ACCESSIBLE: {"deti": "ano"},
    REFERRALS: {"organizace": "ano"},
    CALLED_PATROLS: {"hlidka": "ano"},
    COUNTED: {"pocet": "ano"},
    HANDED_OVER: {"likvidace": "predano"},
    HELD: {"likvidace": "drzeno"},
}
# Figures that ask where the pieces were when the period ended: its last day in the address of the list.
AT_END = {GONE_BY_END: "predano_do", HELD_AT_END: "drzi_se"}
OUTSIDE = ("lokalita", "mimo")
# Lists of records that have a moment, over any time.
LISTS = {
    Records.FINDINGS: "findings:list",
    Records.ACTIVITIES: "activities:list",
    Records.HANDOVERS: "findings:handovers",
    Records.TRAININGS: "training:list",
    Records.FIELD_CHECKS: "checks:list",
}


def of_period(behind: Behind) -> str:
    """The address of the records behind a number of a report: the same lists, over several months."""
    figure = FIGURES.get(behind.figure) or OF_REPORTS[behind.figure]
    query: dict[str, str] = {}
    if figure in AT_END:
        query = {name: day.isoformat() for name, day in (("od", behind.first.first_day), ("do", behind.last.last_day))}
        return addressed(reverse(LISTS[figure.records]), query | {AT_END[figure]: behind.last.last_day.isoformat()})
    if behind.first == behind.last:
        return url(figure, behind.first, behind.breakdown, behind.key)
    match figure.records:
        case Records.SHIFTS:
            address = reverse("reports:period-shifts", args=[behind.first, behind.last])
        case Records.ATTENDANCE:
            address = reverse("attendance:period", args=[behind.first, behind.last])
        case _:
            address = reverse(LISTS[figure.records])
            query = {"od": behind.first.first_day.isoformat(), "do": behind.last.last_day.isoformat()}
    return addressed(address, query | narrowed(figure, behind.breakdown, behind.key))


def url(figure: Figure, month: Month, breakdown: str = "", key: str = "") -> str:
    """The address of the records that `figure` counts in `month`, or in one row of a breakdown; "" is outside all."""
    query: dict[str, str] = {}
    match figure.records:
        case Records.SHIFTS:
            address = reverse("reports:shifts", args=[month])
        case Records.ATTENDANCE:
            address = reverse("attendance:month", args=[month])
        case Records.STAFF:
            address = reverse("reports:staff", args=[month])
        case _:
            address, query = reverse(LISTS[figure.records]), {"mesic": str(month)}
    return addressed(address, query | narrowed(figure, breakdown, key))


def narrowed(figure: Figure, breakdown: str, key: str) -> dict[str, str]:
    """What the address says of a row of a breakdown, and of a figure that counts some of the records only."""
    row = dict([(PARAMETERS[breakdown], key) if key else OUTSIDE]) if breakdown else {}
    return ONLY.get(figure, {}) | row


def addressed(address: str, query: dict[str, str]) -> str:
    return f"{address}?{urlencode(query)}" if query else address
