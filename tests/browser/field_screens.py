"""What an assistant does with the screens of the phone application; the fixtures for it stand in conftest.py."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from apk.people.models import Assistant

JILOVA = {"latitude": 49.8452, "longitude": 18.2772, "accuracy": 9}

Open = Callable[..., Page]


def sign_in(phone: BrowserContext, live_server: LiveServer, assistant: Assistant) -> None:
    """Gives the phone a session of the assistant, as the sign-in page would."""
    client = Client()
    client.force_login(assistant.user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    phone.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])


def fill_in(page: Page, pieces: int = 1) -> None:
    """What the assistant does between opening the form and saving it."""
    expect(page.locator("[data-position-state]")).to_have_text("Poloha z GPS, ± 9 m")
    for _ in range(pieces):
        page.get_by_role("button", name="Přidat: Stříkačky s jehlou").tap()
    page.get_by_role("radio", name="Park", exact=True).tap()


def save(page: Page) -> None:
    page.get_by_role("button", name="Uložit nález").tap()


def state(page: Page) -> Any:
    return expect(page.locator("[data-saved-state]"))


def picture(folder: Path) -> Path:
    """A large photo that knows where it was taken."""
    path = folder / "photo.jpg"
    exif = Image.Exif()
    exif[0x010F] = "Vyrobce telefonu"
    Image.effect_noise((2000, 3000), 90).convert("RGB").save(path, exif=exif, quality=95)
    return path
