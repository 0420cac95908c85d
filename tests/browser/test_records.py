"""A shift in the street as the assistant writes it down without a signal, and as the desk sees it afterwards."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from apk.calendar import Month
from apk.localities.models import Locality
from apk.people.models import Assistant, Mentor
from patrols.models import Activity, Attendance
from tests.browser.field_screens import Open
from tests.factories import (
    ActivityKindFactory,
    CalledPatrolFactory,
    CounterFactory,
    OrganisationFactory,
    ReferralReasonFactory,
    ShiftFactory,
)


@pytest.fixture
def desk(browser: Browser, browser_context_args: dict[str, object], live_server: LiveServer, mentor: Mentor) -> Page:
    client = Client()
    client.force_login(mentor.user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context(**browser_context_args, base_url=live_server.url)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return context.new_page()


def choose(page: Page, kind: str) -> None:
    page.get_by_role("radio", name=kind).tap()


def save(page: Page) -> None:
    page.get_by_role("button", name="Uložit činnost").tap()
    expect(page.locator("[data-saved-state]")).to_contain_text("uloženo v telefonu", ignore_case=True)


def test_a_shift_written_down_offline_stands_at_the_desk(
    opened: Open, phone: BrowserContext, desk: Page, jilova: Locality, assistant: Assistant
) -> None:
    now = timezone.now()
    ShiftFactory(assistant=assistant, locality=jilova, start=now - timedelta(hours=1), end=now + timedelta(hours=3))
    ActivityKindFactory(name="Obchůzka", position=1)
    CounterFactory(name="Rozhovory", position=1)
    OrganisationFactory(name="Poradna pro dluhy")
    ReferralReasonFactory(name="Exekuce")
    CalledPatrolFactory(name="Hlídka k dopravě")
    today, activity = opened("today"), opened("activity")
    phone.set_offline(True)

    today.get_by_role("button", name="Začít službu").tap()
    expect(today.locator("[data-duty-state]")).to_contain_text("Ve službě od")

    # The kind and the button: two taps.
    choose(activity, "Obchůzka")
    save(activity)

    activity.get_by_role("button", name="Další činnost").tap()
    choose(activity, "Obchůzka")
    for _ in range(3):
        activity.get_by_role("button", name="Přidat: Rozhovory").tap()
    activity.get_by_text("Zprostředkovaná pomoc, hlídka, poznámka").tap()
    activity.get_by_label("Komu jste člověka předali").select_option("Poradna pro dluhy")
    activity.get_by_label("S čím").select_option("Exekuce")
    activity.get_by_label("Přivolána hlídka").select_option("Hlídka k dopravě")
    save(activity)

    today.get_by_role("button", name="Ukončit službu").tap()
    expect(today.locator("[data-duty-state]")).to_have_text("Služba neběží.")
    assert not Activity.objects.exists()

    phone.set_offline(False)
    expect(activity.locator("[data-saved-state]")).to_contain_text("odesláno", ignore_case=True, timeout=30_000)
    expect(today.locator("[data-queue-line]")).not_to_contain_text("čeká", timeout=30_000)

    assert list(Attendance.objects.values_list("event", flat=True)) == ["start", "end"]
    plain, full = Activity.objects.order_by("at")
    assert (plain.locality, plain.organisation, plain.numbers.count()) == (jilova, None, 0)
    assert (full.organisation.name, full.reason.name, full.called_patrol.name) == (
        "Poradna pro dluhy",
        "Exekuce",
        "Hlídka k dopravě",
    )
    assert list(full.numbers.values_list("counter__name", "number")) == [("Rozhovory", 3)]

    desk.goto(f"/cinnosti/?mesic={Month.of(now)}")
    row = desk.get_by_role("row").filter(has_text="Poradna pro dluhy (exekuce), Hlídka k dopravě")
    expect(row).to_contain_text("Rozhovory: 3")
    desk.goto(f"/dochazka/{Month.of(now)}/")
    expect(desk.get_by_role("row").filter(has_text="Jílová")).not_to_contain_text("chybí")
    desk.context.close()
