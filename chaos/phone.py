"""A phone: a browser of its own or a part of a shared one, and the application in it."""

import base64
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright

from chaos.records import JILOVA

HERE = Path(__file__).parent
ATTACH = (HERE / "phone.js").read_text()
STORAGE = (HERE / "storage.js").read_text()
TIMEOUT = 10_000
RELOADS = 5
COOKIE_AGE = 30 * 86_400.0  # seconds
ARGUMENTS = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]

CAPTURE, ACTIVITY, TODAY, QUEUE, FIRST_AID = (
    f"/teren/{path}" for path in ("nalez/", "cinnost/", "", "fronta/", "prvni-pomoc/")
)
READY = "[data-content][data-ready]"

# An older application's database with one record in it.
OLDER_SCHEMA = """(record) => new Promise((resolve, reject) => {
  const request = indexedDB.open("apk-outbox", 1);
  request.onerror = () => reject(request.error);
  request.onupgradeneeded = () => {
    for (const name of ["records", "photos", "sent"]) {
      request.result.createObjectStore(name, { keyPath: "id" }).createIndex("owner", "owner");
    }
    request.result.createObjectStore("bytes");
    request.result.createObjectStore("pauses", { keyPath: "owner" });
    request.transaction.objectStore("records").put(record);
  };
  request.onsuccess = () => {
    request.result.close();
    resolve();
  };
})"""
# What an application of the future does to the database in another tab.
NEWER_SCHEMA = """() => new Promise((resolve, reject) => {
  const request = indexedDB.open("apk-outbox", 99);
  request.onerror = () => reject(request.error);
  request.onupgradeneeded = () => request.result.createObjectStore("something-new");
  request.onsuccess = () => resolve();
})"""


@cache
def photo(side: int, seed: int) -> bytes:
    """A JPEG of noise, which nothing can compress."""
    pixels = Random(seed).randbytes(side * side * 3)
    stream = BytesIO()
    Image.frombytes("RGB", (side, side), pixels).save(stream, "JPEG", quality=70)
    return stream.getvalue()


def launch_options() -> dict[str, Any]:
    """How Chromium starts; root cannot use its sandbox."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"), "args": [*sandbox, *ARGUMENTS]}


class Phone:
    """One phone for one run.

    `profile` is a folder for a browser of its own, which may be killed and comes back with what it had on the disk;
    without it the phone is a part of the shared browser.
    """

    def __init__(
        self,
        playwright: Playwright,
        browser: Browser,
        address: str,
        *,
        with_worker: bool,
        profile: Path | None = None,
        clock: float | None = None,
    ) -> None:
        self._playwright = playwright
        self._browser = browser
        self._address = address
        self._with_worker = with_worker
        self._profile = profile
        self._cookies: list[dict[str, Any]] = []
        self._offline = False
        self.page: Page | None = None
        self.complaints: list[str] = []
        self._start(clock)

    def _start(self, clock: float | None) -> None:
        options = {
            **self._playwright.devices["Pixel 7"],
            "locale": "cs-CZ",
            "timezone_id": "Europe/Prague",
            "geolocation": JILOVA,
            "permissions": ["geolocation"],
            "base_url": self._address,
            "service_workers": "allow" if self._with_worker else "block",
        }
        options.pop("default_browser_type")
        self.context: BrowserContext = (
            self._playwright.chromium.launch_persistent_context(self._profile, **launch_options(), **options)
            if self._profile
            else self._browser.new_context(**options)
        )
        self.context.set_default_timeout(TIMEOUT)
        if clock is not None:
            self.shift_clock(clock)
        if self._cookies:
            self.context.add_cookies(self._cookies)

    # --- The phone as a thing -----------------------------------------------------------------------------------------

    def hold_cookie(self, name: str, value: str) -> None:
        """Gives the browser a cookie, also after it has been killed and started again."""
        self._cookies = [cookie for cookie in self._cookies if cookie["name"] != name]
        # A cookie without an end would go with the browser that is killed.
        end = time.time() + COOKIE_AGE
        self._cookies.append({"name": name, "value": value, "url": self._address, "expires": end})
        self.context.add_cookies(self._cookies)

    def shift_clock(self, seconds: float) -> None:
        """Every page opened from now on believes that it is so much later; its clock goes on by itself."""
        self.context.clock.install(time=time.time() + seconds)

    def go_offline(self, offline: bool) -> None:
        if offline is not self._offline:
            self.context.set_offline(offline)
            self._offline = offline

    def close_pages(self) -> None:
        self.page = None
        for page in self.context.pages:
            with suppress(Error):
                page.close()

    def kill_renderers(self) -> None:
        """Kills every process of the browser that draws pages, by the pids that the browser itself tells."""
        session = self._browser.new_browser_cdp_session()
        processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
        session.detach()
        for process in processes:
            if process["type"] == "renderer":
                with suppress(ProcessLookupError):
                    os.kill(process["id"], signal.SIGKILL)
        self.page = None

    def kill_browser(self) -> None:
        """Kills the whole browser of this phone without a warning."""
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if f"--user-data-dir={self._profile}" in (entry / "cmdline").read_text(errors="replace").split("\0"):
                    os.kill(int(entry.name), signal.SIGKILL)
        self.page = None

    def start_again(self, clock: float | None) -> None:
        """Starts the killed browser over what it left on the disk."""
        with suppress(Error):
            self.context.close()
        self._offline = False
        self.page = None
        self._start(clock)

    def close(self) -> None:
        with suppress(Error):
            self.context.close()

    # --- The application in it ----------------------------------------------------------------------------------------

    def open(self, path: str) -> Page:
        """A new page on a screen of the application, ready to work; it becomes the phone's `page`."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return self._led(page, path)

    def go(self, path: str) -> Page:
        """Leads the open page to another screen and closes the others; opens a new one when there is none."""
        page = self.page
        for other in self.context.pages:
            if other is not page:
                with suppress(Error):
                    other.close()
        return self.open(path) if page is None else self._led(page, path)

    def _led(self, page: Page, path: str) -> Page:
        # A screen that learns that somebody else holds the phone reloads itself, and we may come in between.
        steadily(lambda: page.goto(path))
        page.locator(READY).wait_for(state="attached")
        self.page = page
        return page

    def attach(self, page: Page, owner: int, *, locked: bool = True, forgetting: bool = False) -> None:
        """Puts an outbox of the harness's own into the page."""
        page.evaluate(ATTACH, {"owner": owner, "locked": locked, "forgetting": forgetting})

    def save(self, page: Page, record: dict[str, Any], photos: list[tuple[str, bytes]]) -> str:
        """Saves by the outbox; "saved", or the name of what the phone objects."""
        coded = [{"id": name, "base64": base64.b64encode(content).decode()} for name, content in photos]
        word: str = page.evaluate("([record, photos]) => window.chaos.save(record, photos)", [record, coded])
        return word

    def holders(self, page: Page) -> list[Any]:
        """Ids of those who hold the phone: one or none."""
        return list(self.storage(page)["phone"])

    def storage(self, page: Page) -> dict[str, list[Any]]:
        """What lies in the phone's database: {records, photos, pauses, phone}, whoever owns it."""
        found: dict[str, list[Any]] = steadily(lambda: page.evaluate(STORAGE))
        return found

    def shown(self, page: Page) -> set[str]:
        """Ids of the records that the screen of the queue shows."""
        rows = page.locator("li[data-record]")
        return set(steadily(lambda: rows.evaluate_all("rows => rows.map((row) => row.dataset.record)")))


def steadily(look: Callable[[], Any]) -> Any:
    """What `look` sees in a page that may just be reloading itself."""
    for _ in range(RELOADS):
        try:
            return look()
        except Error:
            time.sleep(0.2)
    return look()


def poll(condition: Callable[[], Any], seconds: float, pause: float = 0.03) -> Any:
    """What `condition` gave when it first gave something, or at the last."""
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(pause)
    return found
