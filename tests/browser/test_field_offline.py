"""The phone application without a connection: it opens, it keeps, and it keeps nothing that it should not."""

import json
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from apk.localities.models import Locality
from apk.people.models import Assistant, Mentor
from findings.models import Finding
from tests.browser.field_screens import Open, fill_in, save, state
from tests.factories import PlaceFactory, ShiftFactory

CACHED = """async () => {
  const texts = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      texts.push([new URL(request.url).pathname, await (await cache.match(request)).text()]);
    }
  }
  return texts;
}"""


def installed(page: Page) -> None:
    """Waits until the application could open without a connection."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def test_every_screen_opens_offline_with_what_the_phone_remembers(
    opened: Open, phone: BrowserContext, assistant: Assistant, mentor: Mentor, jilova: Locality
) -> None:
    now = timezone.now()
    ShiftFactory(assistant=assistant, locality=jilova, start=now - timedelta(minutes=5), end=now + timedelta(hours=1))
    PlaceFactory(name="Jílová – park", locality=jilova, latitude=49.8454, longitude=18.2773)
    page = opened("today")
    installed(page)
    page.close()
    phone.set_offline(True)

    page = phone.new_page()
    page.goto(reverse("field:today"))
    expect(page.locator(".shift-row.current")).to_contain_text("Jílová")
    expect(page.locator("[data-mentor]")).to_have_text(mentor.user.full_name)
    assert page.locator("[data-mentor-call]").get_attribute("href") == "tel:+420777000111"
    page.get_by_role("link", name="Píchnutí").tap()
    expect(page.get_by_role("heading", name="Hned na místě")).to_be_visible()
    page.get_by_role("link", name="Nález").tap()
    fill_in(page)
    page.get_by_role("button", name="Jílová – park").tap()
    expect(page.locator("[data-position-where]")).to_have_text("Jílová, známé místo Jílová – park")
    page.get_by_role("button", name="Ukázat na mapě").tap()
    expect(page.locator(".map-point")).to_be_visible()
    save(page)
    state(page).to_have_text("Uloženo v telefonu")
    page.get_by_role("link", name="Fronta").tap()
    expect(page.locator("[data-waiting-list] li")).to_contain_text("1 kus, Park")
    phone.set_offline(False)
    expect(page.get_by_role("status").first).to_contain_text("Vše odesláno")
    assert Finding.objects.get().place.name == "Jílová – park"


def test_the_cache_holds_the_screens_and_nothing_of_anybody(
    opened: Open, assistant: Assistant, mentor: Mentor, jilova: Locality
) -> None:
    PlaceFactory(name="U zastávky", locality=jilova)
    page = opened("today")
    installed(page)
    page.goto(reverse("field:capture"))
    expect(page.locator("[data-content][data-ready]")).to_be_visible()
    texts = page.evaluate(CACHED)
    assert {path for path, _ in texts if not path.startswith("/static/")} == {
        reverse(f"field:{screen}") for screen in ("today", "capture", "queue", "first-aid")
    }
    everything = json.dumps(texts, ensure_ascii=False)
    for personal in (assistant.user.full_name, mentor.user.full_name, mentor.user.phone, "Jílová", "U zastávky"):
        assert personal not in everything
