"""The registers of assistants, accounts and localities in a real browser."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apk.localities.geometry import to_sjtsk
from apk.localities.models import Locality
from apk.people.models import Assistant, Mentor, User
from tests.browser.accessibility import faults
from tests.factories import DistrictFactory, LocalityFactory, square

Open = Callable[[str], Page]
OLD, NEW = "?stav=kdysi", "?q=nikdo"


@pytest.fixture
def opened(live_server: LiveServer, mentor: Mentor, page: Page) -> Open:
    """Opens an address for the mentor."""
    return lambda url: at(live_server, page, mentor.user, url)


def at(server: LiveServer, page: Page, user: User, url: str) -> Page:
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server.url}])
    page.goto(server.url + url)
    return page


def send(page: Page) -> Page:
    page.locator("main form[method=post] button[type=submit]").click()
    page.wait_for_load_state()
    return page


def test_pages_about_assistants_are_accessible(opened: Open, assistant: Assistant) -> None:
    list_url = reverse("people:assistants")
    steps = ["assistant", "edit-assistant", "change-fte", "move-assistant", "end-assistant", "employ-assistant"]
    urls = [list_url, list_url + OLD, list_url + NEW, reverse("people:add-assistant")]
    urls += [reverse(f"people:{name}", args=[assistant.pk]) for name in [*steps, "issue-assistant-password"]]
    assert {url: found for url in urls if (found := faults(opened(url)))} == {}
    assert faults(send(opened(reverse("people:add-assistant")))) == {}
    assert faults(send(opened(reverse("people:issue-assistant-password", args=[assistant.pk])))) == {}


def test_pages_about_localities_are_accessible(opened: Open) -> None:
    locality = LocalityFactory(name="Jílová", area=square(49.845, 18.277), note="Vchod od řeky.")
    list_url = reverse("localities:localities")
    urls = [list_url, list_url + OLD, list_url + NEW]
    urls += [reverse(f"localities:{name}") for name in ("add-locality", "districts", "add-district")]
    steps = ["locality", "edit-locality", "close-locality", "reopen-locality"]
    urls += [reverse(f"localities:{name}", args=[locality.pk]) for name in steps]
    urls.append(reverse("localities:edit-district", args=[locality.district_id]))
    assert {url: found for url in urls if (found := faults(opened(url)))} == {}
    assert faults(send(opened(reverse("localities:add-locality")))) == {}


def test_pages_about_accounts_are_accessible(
    live_server: LiveServer, administrator: User, mentor: Mentor, page: Page
) -> None:
    urls = [reverse("people:accounts"), reverse("people:accounts") + NEW, reverse("people:add-account"), "/"]
    steps = ["account", "edit-account", "close-account", "reopen-account", "issue-account-password"]
    urls += [reverse(f"people:{name}", args=[mentor.user.pk]) for name in steps]
    assert {url: found for url in urls if (found := faults(at(live_server, page, administrator, url)))} == {}


def test_a_boundary_is_drawn_on_the_map(opened: Open) -> None:
    DistrictFactory(name="Vítkovice")
    page = opened(reverse("localities:add-locality"))
    page.get_by_label("Název").fill("Nový dvůr")
    page.get_by_label("Druh").select_option("Riziková oblast")
    page.get_by_label("Městský obvod").select_option("Vítkovice")
    page.get_by_role("link", name="Nakreslit hranici").click()
    drawing = page.locator(".map")
    drawing.scroll_into_view_if_needed()
    corners = [(200, 230), (320, 230), (320, 340), (200, 340)]  # beside the tools
    for x, y in [*corners, corners[0]]:
        drawing.hover(position={"x": x, "y": y})
        page.mouse.down()
        page.mouse.up()
        page.wait_for_timeout(100)  # for 50 ms after a corner Leaflet.draw takes no other, against double clicks
    expect(page.get_by_label("Hranice", exact=True)).to_have_value(re.compile("MultiPolygon"))
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Nový dvůr")
    [[ring]] = Locality.objects.get().area["coordinates"]
    assert len(ring) == 5


def test_a_crossed_boundary_from_a_file_is_refused_and_mended(opened: Open, tmp_path: Path) -> None:
    DistrictFactory(name="Vítkovice")
    crossed = [(49.84, 18.27), (49.85, 18.28), (49.84, 18.28), (49.85, 18.27), (49.84, 18.27)]
    file = tmp_path / "hranice.geojson"
    file.write_text(json.dumps({"type": "Polygon", "coordinates": [[to_sjtsk(*corner) for corner in crossed]]}))
    page = opened(reverse("localities:add-locality"))
    page.get_by_label("Název").fill("Nový dvůr")
    page.get_by_label("Druh").select_option("Riziková oblast")
    page.get_by_label("Městský obvod").select_option("Vítkovice")
    page.get_by_label("Hranice ze souboru").set_input_files(file)
    send(page)
    expect(page.locator("[data-error-summary]")).to_contain_text("Hranice se kříží sama se sebou v okolí bodu 49,845")
    expect(page.get_by_label("Název")).to_have_value("Nový dvůr")
    boundary = page.get_by_label("Hranice", exact=True)
    expect(boundary).to_have_value(file.read_text())
    boundary.fill(json.dumps(square(49.845, 18.275)))
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Nový dvůr")


def test_a_new_assistant_gets_a_password_and_chooses_their_own(
    opened: Open, live_server: LiveServer, browser: Browser, mentor: Mentor
) -> None:
    page = opened(reverse("people:add-assistant"))
    for label, text in (("Jméno", "Žofie"), ("Příjmení", "Říhová"), ("Osobní číslo", "1077"), ("Úvazek", "0,5")):
        page.get_by_label(label, exact=True).fill(text)
    send(page)
    page.get_by_role("link", name="Nové heslo").click()
    send(page)
    password = page.locator(".secret code").inner_text()
    page.get_by_role("link", name="Hotovo").click()
    expect(page.get_by_text("jednorázové heslo", exact=True)).to_be_visible()

    with browser.new_context(locale="cs-CZ", viewport={"width": 390, "height": 844}) as phone:
        hers = phone.new_page()
        hers.goto(live_server.url)
        hers.get_by_label("E-mail nebo osobní číslo").fill("1077")
        hers.get_by_label("Heslo").fill(password)
        send(hers)
        expect(hers.get_by_text("Přihlásili jste se jednorázovým heslem.")).to_be_visible()
        assert faults(hers) == {}
        hers.goto(f"{live_server.url}/teren/")
        expect(hers.get_by_role("heading", level=1)).to_have_text("Změna hesla")
        hers.get_by_label("Nynější heslo").fill(password)
        for label in ("Nové heslo", "Nové heslo ještě jednou"):
            hers.get_by_label(label, exact=True).fill("zelena-tramvaj-42")
        send(hers)
        expect(hers).to_have_url(f"{live_server.url}/teren/")
