"""The coordinator closes April 2021 in a real browser: from an open month to the downloaded ZIP."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apk.calendar import Month
from apk.children import Child
from apk.demo import city, projects, team, work
from apk.people.access import Role
from apk.people.models import User
from findings.models import Finding
from patrols.models import Shift
from reports import verifying
from tests.browser.accessibility import faults

APRIL = Month(2021, 4)


@pytest.fixture
def april(transactional_db: None) -> None:
    """April 2021 of the demonstration: 29 findings, 85 pieces, 17 places, seven assistants, one mentor."""
    people, sites = team.make_team(), city.make_city()
    projects.make_projects(timezone.now())
    shifts = Shift.objects.bulk_create(work.plan_days(APRIL.days, people, sites))
    Finding.objects.bulk_create(work.find_in_month(APRIL, work.SEASONS[4], shifts, sites))


@pytest.fixture
def desk(browser: Browser, browser_context_args: dict[str, Any], live_server: LiveServer, april: None) -> Page:
    """A page for the signed-in coordinator."""
    context = browser.new_context(**browser_context_args, base_url=live_server.url)
    context.set_default_timeout(30_000)
    client = Client()
    client.force_login(User.objects.get(role=Role.COORDINATOR))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return context.new_page()


def sees_85_at_17(page: Page, figures: str) -> None:
    shown = page.get_by_role("list", name=figures)
    expect(shown.get_by_role("listitem").filter(has_text="Nalezené kusy celkem")).to_contain_text("85")
    expect(shown.get_by_role("listitem").filter(has_text="Místa s nálezem")).to_contain_text("17")


def test_coordinator_closes_april_from_open_to_the_zip(desk: Page, start_worker: Callable[[], Child]) -> None:
    start_worker()
    page, wrong = desk, {}
    page.goto(reverse("reports:month", args=[APRIL]))
    page.get_by_role("button", name="Sestavit přehled").click()
    sees_85_at_17(page, "Hlavní čísla měsíce")

    page.get_by_role("link", name="Uzavření měsíce").click()
    sees_85_at_17(page, "Čísla, o která jde")
    expect(page.get_by_text("7 asistentů ještě nepotvrdilo")).to_be_visible()
    wrong["open"] = faults(page)
    page.get_by_role("link", name="Potvrdit za nepřítomného").click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Proč asistent nepotvrzuje sám").fill("Telefony a fronty v nich jsou zkontrolované.")
    page.get_by_role("button", name="Potvrdit").click()

    page.get_by_role("link", name="Schválit za mentora").click()
    page.get_by_label("Proč mentor neschvaluje sám").fill("Mentor je dlouhodobě nemocný.")
    page.get_by_role("button", name="Schválit v zastoupení").click()
    sees_85_at_17(page, "Čísla, o která jde")

    page.get_by_role("link", name="Uzavřít měsíc").click()
    sees_85_at_17(page, "Čísla, která se uzavřou")
    page.get_by_role("button", name="Uzavřít měsíc").click()
    expect(page.get_by_text("Měsíc je uzavřený. Dokumenty se připravují.")).to_be_visible()
    wrong["sealed"] = faults(page)

    page.get_by_role("link", name="Verze 1").click()
    sees_85_at_17(page, "Hlavní čísla této verze")
    wrong["version"] = faults(page)

    page.goto(reverse("reports:documents", args=[APRIL]))
    with page.expect_download() as download:
        page.get_by_role("link", name="ZIP").click()
    with zipfile.ZipFile(Path(download.value.path())) as bundle:
        (name,) = [name for name in bundle.namelist() if name.startswith("prehled") and name.endswith(".json")]
        totals = json.loads(bundle.read(name))["totals"]
    assert (totals["pieces"], totals["places"]) == (85, 17)

    page.goto(reverse("reports:month", args=[APRIL]))
    sees_85_at_17(page, "Hlavní čísla měsíce")
    expect(page.get_by_text("Měsíc je uzavřený")).to_be_visible()
    assert wrong == {"open": {}, "sealed": {}, "version": {}}
    assert verifying.verify(APRIL).agrees
