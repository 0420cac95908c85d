"""A mentor plans a month for the team of the demonstration without touching a mouse."""

from datetime import time

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from apk.calendar import Month, holiday
from apk.demo.team import ASSISTANTS
from apk.people.models import Mentor
from patrols.models import Announcement, Shift
from tests.factories import AssistantFactory, LocalityFactory, ShiftTemplateFactory, UserFactory

PATIENT = 30_000
"""Milliseconds: a month of a team is a thousand questions to the database, which a busy machine answers slowly."""

pytestmark = pytest.mark.django_db(transaction=True)


def tab_to(page: Page, there: Locator, most: int = 90) -> None:
    """Presses Tab until the focus is there."""
    expect(there).to_be_visible(timeout=PATIENT)
    for _ in range(most):
        if there.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{there} is not reached by {most} presses of Tab")


def focused_cell(page: Page) -> str:
    """The name of the cell in which the focus is."""
    return str(page.evaluate("document.activeElement.closest('td')?.id ?? ''"))


def test_mentor_plans_a_month_by_keyboard_alone(page: Page, live_server: LiveServer, mentor: Mentor) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    month = Month.of(timezone.now()).next.next
    team = [
        AssistantFactory(mentor=mentor, user=UserFactory(first_name=one.first_name, last_name=one.last_name))
        for one in ASSISTANTS
    ]
    LocalityFactory(name="Jílová")
    ShiftTemplateFactory(name="Ranní", position=1)
    ShiftTemplateFactory(name="Odpolední", starts=time(14), ends=time(22), position=2)
    client = Client()
    client.force_login(mentor.user)
    cookie = client.cookies["session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(f"{live_server.url}/plan/mesic/{month}/")
    page.set_default_timeout(PATIENT)
    keys = page.keyboard

    # The whole team on every working day of the month, in the morning.
    tab_to(page, page.get_by_role("link", name="Přidat hromadně"))
    keys.press("Enter")
    for person in team:
        tab_to(page, page.get_by_role("checkbox", name=str(person)))
        keys.press("Space")
    tab_to(page, page.get_by_role("radio", name="Ranní"))
    keys.press("Space")
    tab_to(page, page.get_by_label("Lokalita"))
    keys.type("Jílová")
    tab_to(page, page.get_by_role("button", name="Přidat směny"))
    keys.press("Enter")
    working = [day for day in month.days if day.weekday() < 5 and not holiday(day)]
    expect(page.get_by_role("status").first).to_contain_text("Do plánu přibylo", timeout=PATIENT)
    assert Shift.objects.count() == 7 * len(working)

    # Into the grid: the first person's first working day becomes an afternoon.
    grid = page.locator("table[data-plan]")
    first = team[0]
    start = grid.locator(f"#asistent-{first.pk}-{month.first_day}")
    tab_to(page, grid.locator("td[tabindex='0']"))
    keys.press("PageUp")
    keys.press("Home")
    assert focused_cell(page) == start.get_attribute("id")
    for _ in range(working[0].day - 1):
        keys.press("ArrowRight")
    cell = f"asistent-{first.pk}-{working[0]}"
    assert focused_cell(page) == cell
    with page.expect_navigation():
        keys.press("Delete")
    expect(page.locator(f"#{cell} a.brief")).to_have_count(0, timeout=PATIENT)
    assert focused_cell(page) == cell
    with page.expect_navigation():
        keys.press("2")
    expect(page.locator(f"#{cell} a.brief")).to_contain_text("14–22", timeout=PATIENT)

    # Copied a day further it is left out, because the morning is there; taken away and pasted again it fits.
    keys.press("c")
    keys.press("ArrowRight")
    with page.expect_navigation():
        keys.press("Delete")
    with page.expect_navigation():
        keys.press("v")
    following = focused_cell(page)
    expect(page.locator(f"#{following} a.brief")).to_contain_text("14–22", timeout=PATIENT)
    # And back: the pasted shift goes, the step before it stays.
    with page.expect_navigation():
        keys.press("z")
    expect(page.locator(f"#{following} a.brief")).to_have_count(0, timeout=PATIENT)
    assert Shift.objects.count() == 7 * len(working) - 1

    # Published by keyboard, too.
    tab_to(page, page.get_by_role("link", name="Zveřejnit"))
    keys.press("Enter")
    tab_to(page, page.get_by_role("button", name="Zveřejnit"))
    keys.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Zveřejněno", timeout=PATIENT)
    assert Announcement.objects.standing().count() == Shift.objects.count()
    assert complaints == []
