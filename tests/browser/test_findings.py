"""The findings' pages at the desk in a real browser."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from apk.people.models import Assistant, Mentor
from findings.models import Finding
from tests.browser.accessibility import faults
from tests.factories import FindingFactory, LocalityFactory, PlaceFactory, square

Open = Callable[[str], Page]
FINDING = UUID("0179d5a0-0000-7000-8000-000000000001")


@pytest.fixture
def finding(mentor: Mentor, assistant: Assistant) -> Finding:
    jilova = LocalityFactory(name="Jílová", area=square(49.845, 18.277))
    park = PlaceFactory(pk=1, name="Jílová – park", locality=jilova, latitude=49.845, longitude=18.277)
    FindingFactory(assistant=assistant, place=park, with_needle=5)
    return FindingFactory(id=FINDING, assistant=assistant, place=park, child_accessible=True)


@pytest.fixture
def opened(live_server: LiveServer, finding: Finding, mentor: Mentor, page: Page) -> Open:
    """Opens an address for the mentor."""
    client = Client()
    client.force_login(mentor.user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    def at(url: str) -> Page:
        page.goto(live_server.url + url)
        return page

    return at


@pytest.mark.parametrize(
    "url",
    [
        f"{reverse('findings:list')}?mesic=2021-04",
        f"{reverse('findings:list')}?lokalita=x",
        reverse("findings:detail", args=[FINDING]),
        reverse("findings:place", args=[1]),
        reverse("findings:rename-place", args=[1]),
    ],
    ids=["list", "wrong filter", "detail", "place", "rename"],
)
def test_the_pages_are_accessible_at_any_width_and_theme(opened: Open, url: str) -> None:
    assert faults(opened(url)) == {}


def test_every_row_of_a_place_lights_its_mark_and_a_filter_keeps_the_order(opened: Open) -> None:
    page = opened(reverse("findings:list"))
    mark = page.get_by_role("button", name="Jílová – park, 7\u00a0kusů")
    for row in page.locator("tr[data-place]").all():
        row.hover()
        expect(mark).to_have_class("leaflet-marker-icon map-place leaflet-zoom-animated leaflet-interactive chosen")
        page.mouse.move(0, 0)
        expect(page.locator(".map-place.chosen")).to_have_count(0)
    page.get_by_role("link", name="Kusů").click()
    expect(page.locator("td.num")).to_have_text(["5", "2"])
    page.locator("details.filter-panel summary").click()
    page.get_by_label("Druh místa").select_option("Park")
    page.get_by_role("button", name="Filtrovat").click()
    expect(page).to_have_url(re.compile(r"[?&]druh=park&(.*&)?razeni=-kusu$"))
    expect(page.locator("td.num")).to_have_text(["5", "2"])
