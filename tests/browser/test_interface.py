"""What every page has in common: frame, menu, forms, errors; with axe, by keyboard and without scripts."""

from collections.abc import Callable, Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path, reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apk.people.access import Permission, requires
from apk.people.models import Mentor, User
from tests.browser.accessibility import faults
from tests.factories import PASSWORD

SignIn = Callable[[Page, User], None]


@requires(Permission.BE_SIGNED_IN)
def waiting(request: HttpRequest) -> HttpResponse:
    """A page that waits for a job by asking for a fragment each second."""
    template = engines["django"].from_string(
        """{% extends "base.html" %}{% block content %}<h1>Práce</h1>
        {% include "parts/progress.html" with url="/waiting/part" label="Sestavuje se" done=done total=2 %}
        {% endblock %}"""
    )
    return HttpResponse(template.render({"done": 0}, request))


@requires(Permission.BE_SIGNED_IN)
def waiting_part(request: HttpRequest) -> HttpResponse:
    context = {"url": "/waiting/part", "label": "Skoro hotovo", "done": 1, "total": 2}
    return render(request, "parts/progress.html", context)


urlpatterns = [
    path("", include("apk.urls")),
    path("waiting", waiting),
    path("waiting/part", waiting_part),
]


@pytest.fixture
def quiet_page(page: Page) -> Iterator[Page]:
    """A page whose console reports no breach of the content security policy."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Policy" in message.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


@pytest.fixture
def sign_in(live_server: LiveServer) -> SignIn:
    def signed_in(page: Page, user: User) -> None:
        page.goto(live_server.url + reverse("account_login"))
        page.get_by_label("E-mail nebo osobní číslo").fill(user.personal_number)
        page.get_by_label("Heslo").fill(PASSWORD)
        page.get_by_role("button", name="Přihlásit se").click()
        expect(page.get_by_role("heading", name="Co je teď potřeba")).to_be_visible()

    return signed_in


def test_pages_before_sign_in_are_accessible(live_server: LiveServer, quiet_page: Page) -> None:
    for name in ["account_login", "account_reset_password", "account_signup", "account_inactive"]:
        quiet_page.goto(live_server.url + reverse(name))
        assert faults(quiet_page) == {}


def test_pages_after_sign_in_are_accessible_with_their_menu_open(
    live_server: LiveServer, quiet_page: Page, mentor: Mentor, sign_in: SignIn
) -> None:
    page = quiet_page
    sign_in(page, mentor.user)
    for address in [reverse("home"), reverse("account_change_password"), reverse("account_logout"), "/neni-tu"]:
        page.goto(live_server.url + address)
        page.evaluate("for (const menu of document.querySelectorAll('details.menu')) menu.open = true")
        assert faults(page) == {}


def test_a_refused_form_takes_the_focus_and_leads_to_its_fields(live_server: LiveServer, quiet_page: Page) -> None:
    page = quiet_page
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_label("Heslo").fill("tajne")
    page.get_by_role("button", name="Přihlásit se").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page).to_have_title("Chyba: Přihlášení – APK")
    assert faults(page) == {}
    page.get_by_role("link", name="E-mail nebo osobní číslo").click()
    expect(page.get_by_label("E-mail nebo osobní číslo")).to_be_focused()
    expect(page.get_by_label("E-mail nebo osobní číslo")).to_have_accessible_description(
        "Chyba: Toto pole je třeba vyplnit."
    )


def test_the_first_key_leads_past_the_navigation(live_server: LiveServer, quiet_page: Page) -> None:
    page = quiet_page
    page.goto(live_server.url + reverse("account_login"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Přejít k obsahu")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("E-mail nebo osobní číslo")).to_be_focused()


def test_the_menu_closes_by_escape_and_gives_the_focus_back(quiet_page: Page, mentor: Mentor, sign_in: SignIn) -> None:
    page = quiet_page
    page.set_viewport_size({"width": 320, "height": 700})
    sign_in(page, mentor.user)
    menu = page.locator("details.menu-narrow")
    menu.locator("summary").click()
    menu.get_by_role("link", name="Změnit heslo").focus()
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_a_form_is_sent_once_however_often_it_is_clicked(live_server: LiveServer, quiet_page: Page) -> None:
    page = quiet_page
    page.goto(live_server.url + reverse("account_login"))
    expect(page.get_by_role("button", name="Přihlásit se")).to_be_enabled()
    sent = page.evaluate(
        """() => {
          let sent = 0;
          // Last to hear of it: counts what the page would have let through, and holds it back.
          window.addEventListener("submit", (event) => {
            if (event.defaultPrevented) return;
            sent += 1;
            event.preventDefault();
          });
          const button = document.querySelector("main button[type=submit]");
          button.click();
          button.click();
          return sent;
        }"""
    )
    assert sent == 1
    expect(page.get_by_role("button", name="Přihlásit se")).to_have_attribute("aria-disabled", "true")


def test_signing_in_and_out_needs_no_script(
    live_server: LiveServer, browser: Browser, mentor: Mentor, sign_in: SignIn
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    sign_in(page, mentor.user)
    page.locator("details.menu-narrow summary").click()
    page.get_by_role("button", name="Odhlásit se").click()
    expect(page.get_by_role("status")).to_have_text("Jste odhlášeni.")
    context.close()


@pytest.mark.urls("tests.browser.test_interface")
def test_a_waiting_page_moves_on_and_asks_to_sign_in_again(
    live_server: LiveServer, quiet_page: Page, mentor: Mentor, sign_in: SignIn
) -> None:
    page = quiet_page
    sign_in(page, mentor.user)
    page.goto(live_server.url + "/waiting")
    expect(page.get_by_role("progressbar", name="Skoro hotovo")).to_have_attribute("value", "1")
    assert faults(page) == {}
    page.context.clear_cookies()
    expect(page.get_by_role("heading", name="Přihlášení")).to_be_visible()
    expect(page).to_have_url(live_server.url + reverse("account_login") + "?next=/waiting")
