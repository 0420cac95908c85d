"""The week plan in a real browser, at a desk and in a hand."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apk.audit.models import AccessLog
from apk.calendar import Week
from apk.people.models import Assistant, Mentor, User
from patrols.models import Shift
from tests.browser.accessibility import faults
from tests.factories import AssistantFactory, LocalityFactory, ShiftFactory, local

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(page: Page, live_server: LiveServer, person: Mentor | User) -> Page:
    client = Client()
    client.force_login(person if isinstance(person, User) else person.user)
    cookie = client.cookies["session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return page


def test_mentor_adds_a_shift_from_its_cell_with_the_keyboard(
    page: Page, live_server: LiveServer, mentor: Mentor, assistant: Assistant
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    LocalityFactory(name="Jílová")
    signed_in(page, live_server, mentor).goto(f"{live_server.url}/plan/2021-W14/")

    page.get_by_role("link", name=f"Přidat směnu: {assistant}, středa").press("Enter")
    page.get_by_label("Lokalita").select_option("Jílová")
    page.get_by_label("Jiný čas od", exact=True).fill("20:00")
    page.get_by_label("Jiný čas do", exact=True).fill("04:00")
    expect(page.get_by_role("radio", name="Jiný čas")).to_be_checked()
    page.get_by_role("button", name="Přidat směnu").press("Enter")

    cell = page.locator(f"#asistent-{assistant.pk}-2021-04-07")
    expect(cell).to_be_in_viewport()
    expect(cell).to_contain_text("20:00–4:00 +1")
    expect(page.get_by_role("status")).to_contain_text("končí následující den")
    shift = Shift.objects.get()
    assert (shift.start, shift.end) == (local(2021, 4, 7, 20), local(2021, 4, 8, 4))
    assert complaints == []


def test_usual_time_replaces_a_typed_one(
    page: Page, live_server: LiveServer, mentor: Mentor, assistant: Assistant
) -> None:
    address = f"{live_server.url}/plan/smeny/nova/?asistent={assistant.pk}&den=2021-04-07"
    signed_in(page, live_server, mentor).goto(address)
    page.get_by_label("Jiný čas od", exact=True).fill("20:00")
    page.get_by_label("Ranní 6:00–14:00").check()
    expect(page.get_by_label("Jiný čas od", exact=True)).to_have_value("")


def test_plan_goes_day_by_day_on_a_phone(
    browser: Browser, live_server: LiveServer, mentor: Mentor, assistant: Assistant
) -> None:
    shift = ShiftFactory(assistant=assistant, start=local(2021, 4, 7, 8), end=local(2021, 4, 7, 16))
    page = browser.new_page(viewport={"width": 320, "height": 640})
    signed_in(page, live_server, mentor).goto(f"{live_server.url}/plan/2021-W14/")
    expect(page.get_by_role("table")).to_be_hidden()
    wednesday = page.get_by_role("region", name="středa 7. 4. 2021")
    expect(wednesday.get_by_role("link", name=f"8:00–16:00 {assistant}, {shift.locality}")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.close()


def test_week_is_chosen_by_a_day(page: Page, live_server: LiveServer, mentor: Mentor) -> None:
    signed_in(page, live_server, mentor).goto(f"{live_server.url}/plan/")
    expect(page).to_have_url(f"{live_server.url}/plan/{Week.of(timezone.now())}/")
    page.get_by_label("Týden, do kterého patří den").fill(str(date(2021, 4, 8)))
    page.get_by_role("button", name="Zobrazit").click()
    expect(page).to_have_url(f"{live_server.url}/plan/2021-W14/")


def test_pages_of_the_plan_are_accessible(
    page: Page, live_server: LiveServer, mentor: Mentor, assistant: Assistant
) -> None:
    shift = ShiftFactory(assistant=assistant, start=local(2021, 4, 5, 22), end=local(2021, 4, 6, 6), note="Sraz")
    closed = LocalityFactory(closed_on=date(2021, 4, 8))
    ShiftFactory(assistant=assistant, locality=closed, start=local(2021, 4, 8, 8), end=local(2021, 4, 8, 16))
    one = f"/plan/smeny/{shift.pk}/"
    addresses = [
        "/plan/2021-W14/",
        "/plan/2019-W14/",
        "/plan/?den=nikdy",
        "/plan/2021-W15/kopirovat/",
        "/plan/2021-W40/kopirovat/",
        "/plan/smeny/nova/",
        one,
        f"{one}upravit/",
        f"{one}odebrat/",
        f"/historie/patrols.shift/{shift.pk}/",
    ]
    signed_in(page, live_server, mentor)
    for address in addresses:
        page.goto(live_server.url + address)
        assert faults(page) == {}, address
    page.goto(f"{live_server.url}/plan/smeny/nova/")
    page.get_by_role("button", name="Přidat směnu").click()
    page.wait_for_selector("[data-error-summary]")
    assert faults(page) == {}


def test_access_log_is_accessible(page: Page, live_server: LiveServer, administrator: User) -> None:
    for _ in range(3):
        AccessLog.objects.note(user=administrator, action="export", what="Plán směn", filter={"mesic": "2021-04"})
    signed_in(page, live_server, administrator)
    for query in ("", "?od=nikdy", "?od=2090-01-01"):
        page.goto(f"{live_server.url}/protokol/{query}")
        assert faults(page) == {}, query


def test_shift_is_dragged_to_another_person_and_day(
    page: Page, live_server: LiveServer, mentor: Mentor, assistant: Assistant
) -> None:
    """In the week by mouse; in the month the same by keyboard, and taken back."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    other = AssistantFactory(mentor=mentor)
    ShiftFactory(assistant=assistant, start=local(2021, 4, 7, 8), end=local(2021, 4, 7, 16))
    signed_in(page, live_server, mentor).goto(f"{live_server.url}/plan/2021-W14/")
    target = page.locator(f"#asistent-{other.pk}-2021-04-09")
    with page.expect_navigation():
        page.locator(f"#asistent-{assistant.pk}-2021-04-07 a.shift").drag_to(target)
    expect(target.locator("a.shift")).to_contain_text("8:00–16:00")
    assert [(shift.assistant, shift.starts_on.day) for shift in Shift.objects.all()] == [(other, 9)]

    page.goto(f"{live_server.url}/plan/mesic/2021-04/#asistent-{other.pk}-2021-04-09")
    expect(page.locator(f"#asistent-{other.pk}-2021-04-09")).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    with page.expect_navigation():
        page.keyboard.press("v")
    expect(page.locator(f"#asistent-{other.pk}-2021-04-10 a.brief")).to_contain_text("8–16")
    with page.expect_navigation():
        page.keyboard.press("z")
    expect(page.locator(f"#asistent-{other.pk}-2021-04-09 a.brief")).to_contain_text("8–16")
    assert Shift.objects.count() == 1
    assert complaints == []
