"""A mentor closes a sharps box and hands it over, in a real browser."""

from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from apk.people.models import Assistant, Mentor
from findings.models import BoxState, HandedBox, Handover
from tests.browser.accessibility import faults
from tests.factories import BoxFactory, FindingFactory, RecipientFactory


def test_mentor_closes_a_box_and_hands_it_over(
    live_server: LiveServer, page: Page, mentor: Mentor, assistant: Assistant
) -> None:
    recipient = RecipientFactory(name="Kontaktní centrum Renarkon")
    box = BoxFactory(label="B-012", carrier=assistant, findings=[FindingFactory(assistant=assistant, with_needle=5)])
    client = Client()
    client.force_login(mentor.user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    page.goto(live_server.url + reverse("findings:boxes"))
    expect(page.get_by_role("row", name="B-012")).to_contain_text("otevřený")
    page.get_by_role("link", name="B-012").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Box B-012")
    page.get_by_role("link", name="Uzavřít box").click()
    assert faults(page) == {}
    page.get_by_role("button", name="Uzavřít box").click()
    expect(page.get_by_text("Box B-012 je uzavřený")).to_be_visible()

    page.get_by_role("link", name="Předat k likvidaci").click()
    expect(page.get_by_role("checkbox", name="Box B-012")).to_be_checked()
    page.get_by_label("Kusů podle dokladu, Box B-012").fill("4")
    page.get_by_label("Komu").select_option(str(recipient.pk))
    page.get_by_role("button", name="Zapsat předání").click()
    expect(page.get_by_role("alert")).to_contain_text("Podle nálezů je v boxu 5")
    assert faults(page) == {}
    page.get_by_label("Proč se počet liší, Box B-012").fill("Jedna stříkačka byla jen píst.")
    page.get_by_role("button", name="Zapsat předání").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Předání")
    expect(page.get_by_role("row", name="B-012")).to_contain_text("Jedna stříkačka byla jen píst.")
    assert faults(page) == {}

    page.get_by_role("link", name="Potvrdit převzetí").click()
    page.get_by_label("Číslo dokladu").fill("P 4/2021")
    page.get_by_role("button", name="Potvrdit převzetí").click()
    expect(page.get_by_text("Převzetí je potvrzené.")).to_be_visible()

    box.refresh_from_db()
    handed = HandedBox.objects.get()
    assert (box.state, handed.pieces, handed.recorded) == (BoxState.HANDED_OVER, 4, 5)
    assert Handover.objects.get().document_number == "P 4/2021"
