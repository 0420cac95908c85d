"""A real browser for the tests of this folder: Debian's Chromium, or the program that the variable CHROMIUM names.

Also a phone for the application of the street.
"""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from pytest_django.live_server_helper import LiveServer

from apk.localities.models import Locality
from apk.people.models import Assistant
from tests.browser.field_screens import JILOVA, Open, sign_in
from tests.factories import LocalityFactory, square

_QUIET = [
    # Chromium must not call home: tests run where nothing but this machine can be reached.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """How pytest-playwright starts the browser. Root cannot use Chromium's sandbox."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.fail("Chybí Chromium: nainstalujte ho příkazem „sudo apt-get install chromium“.", pytrace=False)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": program, "args": [*sandbox, *_QUIET]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """What every page sees of its surroundings; a test that needs a phone adds a device to it."""
    return {**browser_context_args, "locale": "cs-CZ", "timezone_id": "Europe/Prague"}


@pytest.fixture
def jilova(transactional_db: None) -> Locality:
    return LocalityFactory(name="Jílová", area=square(JILOVA["latitude"], JILOVA["longitude"]))


@pytest.fixture
def phone(
    browser: Browser, playwright: Playwright, browser_context_args: dict[str, Any], live_server: LiveServer
) -> Iterator[BrowserContext]:
    """A phone in Jílová that knows where it is."""
    device = playwright.devices["Pixel 7"]
    context = browser.new_context(
        **{**browser_context_args, **device, "geolocation": JILOVA, "permissions": ["geolocation"]},
        base_url=live_server.url,
    )
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def opened(phone: BrowserContext, live_server: LiveServer, assistant: Assistant) -> Open:
    """Opens a screen for the signed-in assistant."""
    sign_in(phone, live_server, assistant)

    def screen(name: str) -> Page:
        page = phone.new_page()
        page.goto(reverse(f"field:{name}"))
        # The phone knows whose it is, so that from now on it can do without a connection.
        expect(page.locator("[data-content][data-ready]")).to_be_visible()
        return page

    return screen
