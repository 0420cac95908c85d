"""The main navigation: each app adds its pages, each person sees those they may open."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apk.people.access import Permission


@dataclass(frozen=True)
class Page:
    """One entry of the navigation; `order` sorts them, small numbers first."""

    label: str
    url_name: str
    permission: Permission
    order: int


ROW = 6
"""Entries that stand in the row of a wide screen when there are more than fit; the others wait under „Další“."""

_pages: list[Page] = []


def register(page: Page) -> None:
    """Called from `AppConfig.ready` of the app that owns the page."""
    _pages.append(page)
    _pages.sort(key=lambda page: page.order)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `nav`, a list of {label, url, current} for the signed-in person. Runs no query.

    `nav_row` and `nav_more` are the same entries as a wide screen shows them: in its row, and in a menu beside it.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": []}
    entries = []
    for page in _pages:
        if user.may(page.permission):
            url = reverse(page.url_name)
            entries.append({"label": page.label, "url": url, "current": request.path.startswith(url)})
    in_row = ROW if len(entries) > ROW + 1 else len(entries)
    more = entries[in_row:]
    return {
        "nav": entries,
        "nav_row": entries[:in_row],
        "nav_more": more,
        "nav_more_current": any(entry["current"] for entry in more),
    }
