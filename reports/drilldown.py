"""From a figure to the records behind it: addresses of lists that count the same rows."""

from urllib.parse import urlencode

from django.urls import reverse

from apk.calendar import Month
from reports.figures import CHILD_ACCESSIBLE, Figure, Records

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


def url(figure: Figure, month: Month, breakdown: str = "", key: str = "") -> str:
    """The address of the records that `figure` counts in `month`, or in one row of a breakdown; "" is outside all."""
    narrowed = dict([(PARAMETERS[breakdown], key) if key else OUTSIDE]) if breakdown else {}
    if figure.records is Records.SHIFTS:
        address, query = reverse("reports:shifts", args=[month]), narrowed
    else:
        address, query = reverse("findings:list"), {"mesic": str(month), **narrowed}
        if figure is CHILD_ACCESSIBLE:
            query["deti"] = "ano"
    return f"{address}?{urlencode(query)}" if query else address
