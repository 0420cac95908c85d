"""The main job from end to end, as its people do it: in real browsers, over real servers, with a real worker.

The mentor assigns a shift, the assistant finds syringes with a phone, the worker counts the month, and the
coordinator downloads it; the finding is in every document's totals.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from pytest_django.live_server_helper import LiveServer

from apk.calendar import Month, local_date
from apk.people.models import Assistant, Mentor, User
from findings.models import Finding
from tests import workers
from tests.factories import PASSWORD, GrantProjectFactory, LocalityFactory, square

JILOVA = {"latitude": 49.8455, "longitude": 18.2785, "accuracy": 8}


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    workers.flush_broker()
    process = workers.start_worker(tmp_path)
    yield
    process.stop()


def sign_in(page: Page, user: User) -> None:
    page.goto("/ucet/login/")
    page.get_by_label("E-mail nebo osobní číslo").fill(user.personal_number)
    page.get_by_label("Heslo", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Přihlásit se").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Přihlášení")


@pytest.fixture
def desk(browser: Browser, browser_context_args: dict[str, Any], live_server: LiveServer) -> Iterator[BrowserContext]:
    context = browser.new_context(**browser_context_args, base_url=live_server.url)
    yield context
    context.close()


@pytest.fixture
def phone(
    browser: Browser, playwright: Playwright, browser_context_args: dict[str, Any], live_server: LiveServer
) -> Iterator[BrowserContext]:
    context = browser.new_context(
        **{
            **browser_context_args,
            **playwright.devices["Pixel 7"],
            "geolocation": JILOVA,
            "permissions": ["geolocation"],
            "base_url": live_server.url,
        }
    )
    yield context
    context.close()


def half_of_today() -> tuple[str, str]:
    """From when until when a shift lasts today that goes on now; the law allows twelve hours."""
    return ("0:00", "12:00") if timezone.localtime().hour < 12 else ("12:00", "23:59")


def assign_today(page: Page, assistant: Assistant) -> None:
    """The mentor gives the assistant a shift in Jílová that goes on now, and publishes it."""
    start, end = half_of_today()
    page.goto("/plan/")
    page.get_by_role("link", name=re.compile(f"Přidat směnu: {assistant}")).nth(
        local_date(timezone.now()).weekday()
    ).click()
    page.get_by_label("Lokalita").select_option(label="Jílová")
    page.get_by_label(re.compile("Jiný čas od–do")).check()
    page.get_by_label("Jiný čas od", exact=True).fill(start)
    page.get_by_label("Jiný čas do", exact=True).fill(end)
    page.get_by_role("button", name=re.compile("Přidat směnu|Uložit směnu")).click()
    expect(page.get_by_role("table").get_by_role("link", name=re.compile(f"{start}–{end}"))).to_be_visible()
    page.get_by_role("link", name="Zveřejnit 1 změnu").click()
    expect(page.get_by_label("Proč plán platí").first).to_be_visible()
    for reason in page.get_by_label("Proč plán platí").all():
        reason.fill("Zastupuje nemocného kolegu.")
    page.get_by_role("button", name="Zveřejnit").click()
    expect(page.get_by_role("link", name="Zveřejnit")).to_have_count(0)


def find_three(page: Page) -> None:
    """The assistant finds three syringes with a needle in a park."""
    expect(page.get_by_text("–".join(half_of_today()))).to_be_visible()
    page.get_by_role("link", name="Nový nález").tap()
    expect(page.locator("[data-position-state]")).to_contain_text("8 m")
    for _ in range(3):
        page.get_by_role("button", name="Přidat: Stříkačky s jehlou").tap()
    page.get_by_role("radio", name="Park", exact=True).tap()
    page.get_by_role("button", name="Uložit nález").tap()
    expect(page.locator("[data-saved-state]")).to_have_text("Odesláno")


def download(page: Page, name: str) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile(name)).first.click()
    return started.value.path().read_bytes()


@pytest.mark.usefixtures("worker")
def test_from_the_plan_to_the_downloaded_report(
    desk: BrowserContext, phone: BrowserContext, mentor: Mentor, assistant: Assistant, coordinator: User
) -> None:
    today = local_date(timezone.now())
    LocalityFactory(name="Jílová", area=square(JILOVA["latitude"], JILOVA["longitude"]))
    GrantProjectFactory(starts=today.replace(month=1, day=1), ends=today.replace(month=12, day=31))

    page = desk.new_page()
    sign_in(page, mentor.user)
    assign_today(page, assistant)

    street = phone.new_page()
    sign_in(street, assistant.user)
    find_three(street)
    finding = Finding.objects.get()
    assert (finding.shift.assistant, finding.locality.name, finding.pieces) == (assistant, "Jílová", 3)

    desk.clear_cookies()
    sign_in(page, coordinator)
    page.goto(f"/prehledy/{Month.of(today)}/")
    page.get_by_role("button", name="Sestavit přehled").click()
    expect(page.locator(".headline")).to_contain_text("3", timeout=30_000)
    summary_page = page.url
    page.get_by_role("button", name=re.compile("dokumenty")).click()
    expect(page.get_by_role("link", name="XLSX")).to_be_visible(timeout=60_000)

    workbook = load_workbook(BytesIO(download(page, "XLSX|Excel|sešit")), data_only=True)
    overview = {row[0]: row[1] for row in workbook.worksheets[0].iter_rows(values_only=True) if row[0]}
    assert (overview["Nálezy"], overview["Nalezené kusy celkem"], overview["Místa s nálezem"]) == (1, 3, 1)
    text = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(BytesIO(download(page, "PDF"))).pages)
    assert re.search(r"3\s+kusy", text), text

    # The figure opens the very record behind it.
    page.goto(summary_page)
    page.locator(".figures a").nth(1).click()
    expect(page.get_by_role("table")).to_contain_text("Jílová")
    assert page.get_by_role("table").locator("tbody tr").count() == 1
