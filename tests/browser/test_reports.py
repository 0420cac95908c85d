"""The coordinator's month in a real browser, built by a real worker."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from apk.calendar import Month
from apk.children import Child
from apk.people.models import User
from tests.browser.accessibility import faults
from tests.factories import FindingFactory, GrantProjectFactory, PlaceFactory, ShiftFactory, local
from tests.workers import somebody_waits_for, table_locked, wait_until

APRIL = Month(2021, 4)

Desk = Callable[..., Page]


@pytest.fixture
def april(transactional_db: None) -> None:
    """85 pieces at 17 places."""
    GrantProjectFactory()
    shift = ShiftFactory(start=local(2021, 4, 15, 8))
    for place in PlaceFactory.create_batch(17, locality=shift.locality):
        FindingFactory(place=place, assistant=shift.assistant, with_needle=5, child_accessible=True)


@pytest.fixture
def desk(
    browser: Browser, browser_context_args: dict[str, Any], live_server: LiveServer, coordinator: User
) -> Callable[..., Page]:
    """A page for the signed-in coordinator, with JavaScript or without."""

    def opened(**options: Any) -> Page:
        context: BrowserContext = browser.new_context(**browser_context_args, base_url=live_server.url, **options)
        context.set_default_timeout(30_000)
        client = Client()
        client.force_login(coordinator)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return context.new_page()

    return opened


def test_month_is_built_before_the_coordinators_eyes(
    april: None, desk: Desk, start_worker: Callable[[], Child], tmp_path: Path
) -> None:
    start_worker()
    page = desk()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(reverse("reports:month", args=[APRIL]))

    with table_locked("reports_monthlysummary", mode="SHARE"):
        page.get_by_role("button", name="Sestavit přehled").click()
        wait_until(lambda: somebody_waits_for("reports_monthlysummary"), "the build to reach its end")
        expect(page.get_by_role("progressbar", name="Přehled se sestavuje…")).to_have_attribute("value", "100")
    expect(page.get_by_text("našli asistenti 85")).to_be_visible()

    assert faults(page) == {}
    page.get_by_role("button", name="Připravit dokumenty").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel (XLSX)").click()
    workbook = openpyxl.load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    values = {cell.value for row in workbook.worksheets[0] for cell in row}
    assert {85, 17} <= values

    page.goto(reverse("reports:month", args=[APRIL]))
    page.get_by_role("link", name="85 Nalezené kusy celkem").click()
    expect(page.get_by_role("list", name="Souhrn vyfiltrovaných nálezů")).to_contain_text("85")
    assert complaints == []


def test_month_is_built_without_javascript(april: None, desk: Desk, start_worker: Callable[[], Child]) -> None:
    page = desk(java_script_enabled=False)
    page.goto(reverse("reports:month", args=[APRIL]))

    page.get_by_role("button", name="Sestavit přehled").click()
    expect(page.get_by_text("Přehled čeká na sestavení…")).to_be_visible()
    expect(page.get_by_role("link", name="Obnovit stránku")).to_be_visible()
    start_worker()
    headline = page.get_by_text("našli asistenti 85")

    def refreshed() -> bool:
        page.reload()
        return headline.is_visible()

    wait_until(refreshed, "the month")
