"""The coordinator's way from a new project to a report with words in it, in a real browser."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from apk.calendar import Month
from reports.counting import count
from reports.models import MonthlySummary
from tests.browser import test_reports
from tests.factories import FindingFactory, GrantProjectFactory, PlaceFactory, ShiftFactory, local

APRIL = Month(2021, 4)

desk = test_reports.desk


@pytest.fixture
def project(transactional_db: None) -> Any:
    """April 2021 with 85 pieces at 17 places, counted; nothing of what the call asks for is set up yet."""
    project = GrantProjectFactory(starts=date(2021, 4, 1), ends=date(2021, 4, 30))
    shift = ShiftFactory(start=local(2021, 4, 15, 8))
    for place in PlaceFactory.create_batch(17, locality=shift.locality):
        FindingFactory(place=place, assistant=shift.assistant, with_needle=5)
    MonthlySummary.objects.store(count(APRIL), inputs="", by=None)
    return project


def test_coordinator_sets_up_a_call_and_writes_the_report(project: Any, desk: Callable[..., Page]) -> None:
    page = desk(java_script_enabled=False)
    page.goto(reverse("reports:project", args=[project.pk]))
    page.get_by_role("link", name="Převzít nastavení").click()
    page.get_by_role("button", name="Převzít").click()
    page.get_by_role("link", name="Přidat ukazatel").click()
    page.get_by_label("Název").fill("Nalezené stříkačky")
    page.get_by_label("Počítá se z ukazatele").select_option(label="Nalezené kusy celkem (kusů)")
    page.get_by_label("Cílová hodnota").fill("80")
    page.get_by_role("button", name="Uložit").click()
    page.get_by_role("link", name="Nová zpráva").click()
    page.get_by_role("button", name="Uložit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Průběžná zpráva: duben\u00a02021")

    section = page.get_by_role("region", name="Nálezy injekčních stříkaček")
    section.get_by_role("link", name="Napsat text").click()
    page.get_by_label("Text").fill("Našli jsme {{nalezy.kus}}.")
    page.get_by_role("button", name="Zobrazit náhled").click()
    expect(page.get_by_role("alert")).to_contain_text("Nemělo to být {{nalezy.kusy}}?")
    page.get_by_label("Text").fill("Našli jsme {{nalezy.kusy.slovy}} na {{nalezy.mista}} místech.")
    page.get_by_role("button", name="Zobrazit náhled").click()
    expect(page.get_by_text("Našli jsme 85\u00a0kusů na 17 místech.")).to_be_visible()
    page.get_by_role("button", name="Uložit text").click()
    expect(page.get_by_text("Našli jsme 85\u00a0kusů na 17 místech.")).to_be_visible()
    expect(page.get_by_role("row", name="Nalezené stříkačky")).to_contain_text("106,3\u00a0%")
    page.get_by_role("region", name="Nálezy po měsících").get_by_role("link", name="85", exact=True).first.click()
    expect(page.get_by_role("list", name="Souhrn vyfiltrovaných nálezů")).to_contain_text("85")
