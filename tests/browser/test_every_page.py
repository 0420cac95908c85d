"""Every page that anybody may open, in a real browser: accessible, quiet, and within the security policy.

Addresses and who may open them come from the table of `tests/test_access.py`, so that a new page is looked at too.
"""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests import test_access
from tests.browser.accessibility import violations
from tests.test_access import ROWS, VISITORS, World

world = test_access.world

LOOKS = ((1280, "light"), (320, "dark"))

# What the browser does not show as a page: data, files, and fragments of pages.
NOT_PAGES = {name for name in ROWS if name.startswith(("sync:", "gis:"))} | {
    "healthz",
    "readyz",
    "field:data",
    "field:manifest",
    "field:worker",
    "findings:marks",
    "findings:photo",
    "findings:waiting-photo",
    "reports:annex-file",
    "reports:building",
    "patrols:proposal-progress",
    "reports:edition",
    "timesheets:progress",
    "reports:schema",
    "reports:submitted-annex",
}


def visitor_of(name: str) -> str | None:
    """Who is shown the page first, in the order of the table; the phone's screens say something only to assistants."""
    if name.startswith("field:"):
        return "assistant"
    shown = (visitor for visitor, status in zip(VISITORS, ROWS[name].split(), strict=True) if status == "200")
    return next(shown, None)


@pytest.fixture
def open_as(
    browser: Browser, browser_context_args: dict[str, object], live_server: LiveServer, world: World
) -> Iterator[Callable[[str], Page]]:
    """Gives the tab of a visitor, signed in once."""
    tabs: dict[str, Page] = {}
    contexts: list[BrowserContext] = []

    def tab(visitor: str) -> Page:
        if visitor not in tabs:
            context = browser.new_context(**browser_context_args, base_url=live_server.url, reduced_motion="reduce")
            contexts.append(context)
            user = world.visitors[visitor]
            if user is not None:
                client = Client()
                client.force_login(user)
                cookie = client.cookies[settings.SESSION_COOKIE_NAME]
                context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
            tabs[visitor] = listened_to(context.new_page())
        return tabs[visitor]

    yield tab
    for context in contexts:
        context.close()


said: dict[Page, list[str]] = {}
"""What a tab's console and scripts complained about since it was last asked."""


def listened_to(page: Page) -> Page:
    said[page] = []
    page.on("console", lambda message: said[page].append(message.text))
    page.on("pageerror", lambda error: said[page].append(str(error)))
    return page


def objections(page: Page) -> list[str]:
    """What axe and the width of the screen object to, on a desk by day and on a small phone by night."""
    found = []
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        found += [f"{width} {theme}: {fault}" for fault in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{width} {theme}: the page is wider than the screen")
    return found


def test_every_page_is_accessible_and_quiet(world: World, open_as: Callable[[str], Page]) -> None:
    faults: dict[str, list[str]] = {}
    seen = set()
    for name in ROWS:
        visitor = visitor_of(name)
        if visitor is None or name in NOT_PAGES or "export" in name or "download" in name:
            continue
        page = open_as(visitor)
        page.goto(world.url(name))
        page.wait_for_load_state("load")
        if found := objections(page) + said[page]:
            faults[name] = list(found)
        said[page].clear()
        seen.add(name)
    assert faults == {}
    assert len(seen) > 40
