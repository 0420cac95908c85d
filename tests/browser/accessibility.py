"""What is wrong with a page for people who see, hear or hold a phone differently, as text a failed test can show."""

from collections.abc import Iterator
from itertools import product

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_axe = Axe()


def faults(page: Page) -> dict[str, list[str]]:
    """What axe and the width of the screen object to, by look; empty for a good page.

    Leaves the page in the last look: 320 px, dark.
    """
    found = {}
    for look in looks(page):
        wrong = violations(page)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong.append("the page is wider than the screen")
        if wrong:
            found[look] = wrong
    return found


def looks(page: Page) -> Iterator[str]:
    """The page as it is, in every width and theme that must work; gives the name of each."""
    for width, theme in product([1280, 320], ["light", "dark"]):
        page.set_viewport_size({"width": width, "height": 700})
        # Without motion a change of theme is over at once, and axe sees no colour half way.
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        yield f"{width} {theme}"


def violations(page: Page) -> list[str]:
    """Each broken rule with the first element that breaks it."""
    found = _axe.run(page).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html']} {rule['nodes'][0]['failureSummary']}" for rule in found]
