"""What the phone application may cost: taps, seconds and kilobytes."""

import gzip

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Response, expect

from apk.localities.models import Locality
from findings.models import Finding
from tests.browser.field_screens import Open, save, state

FIRST_LOAD = 150_000
JAVASCRIPT = 60_000
OFFLINE_START = 1.0
CPU_SLOWDOWN = 4
MOST_TAPS = 3

# Seconds from the start of the navigation until the screen knows whose it is and can save.
READY = """() => new Promise((resolve) => {
  const look = () => document.querySelector("[data-content][data-ready]")
    ? resolve(performance.now() / 1000) : requestAnimationFrame(look);
  look();
})"""


def weighed(page: Page, screen: str) -> dict[str, int]:
    """Bytes of everything that a first visit of a screen loads, by its address, text as gzip makes it.

    Compression is the work of the server in front; that of the tests does without.
    """
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    page.goto(reverse(f"field:{screen}"))
    expect(page.locator("[data-content][data-ready]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    packed = (".woff2", ".png")
    return {
        answer.url: len(answer.body() if answer.url.endswith(packed) else gzip.compress(answer.body()))
        for answer in answers
        if answer.ok
    }


@pytest.mark.parametrize("screen", ["capture", "today"])
def test_the_first_load_is_small(opened: Open, phone: BrowserContext, jilova: Locality, screen: str) -> None:
    # The worker, which fetches the other screens afterwards, is kept out: what counts is how soon the first one works.
    phone.add_init_script("Object.defineProperty(navigator, 'serviceWorker', { value: undefined })")
    sizes = weighed(phone.new_page(), screen)
    scripts = {url: size for url, size in sizes.items() if url.endswith(".js")}
    assert len(scripts) > 10
    assert sum(sizes.values()) <= FIRST_LOAD, sizes
    assert sum(scripts.values()) <= JAVASCRIPT, scripts


def test_offline_it_starts_within_a_second_on_a_slow_phone(
    opened: Open, phone: BrowserContext, jilova: Locality
) -> None:
    page = opened("capture")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.set_offline(True)
    phone.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    # The machine of the tests does other work too: the best of a few starts is the phone's own.
    starts = []
    for _ in range(5):
        page.goto(reverse("field:capture"))
        starts.append(page.evaluate(READY))
    assert min(starts) <= OFFLINE_START, starts


def test_from_the_icon_to_a_saved_finding_in_three_taps(opened: Open, phone: BrowserContext, jilova: Locality) -> None:
    manifest = phone.request.get(reverse("field:manifest")).json()
    page = opened("first-aid")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.add_init_script(
        "sessionStorage.taps = 0; addEventListener('touchstart', () => sessionStorage.taps++, { capture: true });"
    )
    page.goto(manifest["start_url"])
    expect(page.locator("[data-position-state]")).to_have_text("Poloha z GPS, ± 9 m")
    page.get_by_role("button", name="Přidat: Stříkačky s jehlou").tap()
    page.get_by_role("radio", name="Park", exact=True).tap()
    save(page)
    state(page).to_have_text("Odesláno")
    assert page.evaluate("Number(sessionStorage.taps)") <= MOST_TAPS
    assert page.evaluate("performance.now()") <= 10_000
    assert Finding.objects.count() == 1
