"""A mentor's Monday: twenty findings reviewed by keyboard, two places that are one, a sharps box closed."""

from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from apk.people.models import Assistant, Mentor
from findings.models import BoxState, Finding, Place, Question, ReviewState
from tests.browser.accessibility import faults
from tests.factories import BoxFactory, FindingFactory, PlaceFactory, local


def test_a_mentors_monday(live_server: LiveServer, page: Page, mentor: Mentor, assistant: Assistant) -> None:
    here = PlaceFactory(latitude=49.845, longitude=18.277, name="Jílová – park 1")
    beside = PlaceFactory(latitude=49.8453, longitude=18.277, name="Jílová – park 2", locality=here.locality)
    weekend = local(2021, 4, 16, 8)
    found = [
        FindingFactory(assistant=assistant, place=here if n % 2 else beside, found_at=weekend + timedelta(hours=2 * n))
        for n in range(19)
    ]
    # The same event once more, four minutes later.
    again = FindingFactory(assistant=assistant, place=here, found_at=found[3].found_at + timedelta(minutes=4))
    box = BoxFactory(label="B-012", carrier=assistant, findings=found[:2])
    client = Client()
    client.force_login(mentor.user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    page.goto(live_server.url + reverse("findings:review-queue"))
    expect(page.get_by_text("20 nálezů čeká na vaše slovo")).to_be_visible()
    page.get_by_role("link", name="Začít od nejstaršího").press("Enter")
    for finding in sorted([*found, again], key=lambda finding: finding.found_at):
        page.wait_for_url(f"**{reverse('findings:review', args=[finding.pk])}")
        expect(page.locator("[data-review].with-keys")).to_be_visible()
        if finding is again:
            page.keyboard.press("s")  # the one similar finding is chosen beforehand
        elif finding is found[5]:
            assert faults(page) == {}
            page.keyboard.press("v")
            page.keyboard.type("Patří ta stříkačka k popelnicím?")
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Čeká se na odpověď asistenta")).to_be_visible()
    states = dict(Finding.objects.values_list("pk", "review"))
    assert states.pop(again.pk) == ReviewState.MERGED
    assert states.pop(found[5].pk) == ReviewState.RETURNED
    assert set(states.values()) == {ReviewState.CONFIRMED}
    assert Question.objects.get().finding == found[5]

    page.goto(live_server.url + reverse("findings:places"))
    page.get_by_role("link", name="Sloučit Jílová – park 1 a Jílová – park 2").click()
    expect(page.get_by_role("radio", name="Jílová – park 1")).to_be_checked()
    page.get_by_role("button", name="Sloučit místa").click()
    expect(page.get_by_text("10 nálezů přešlo k místu Jílová – park 1")).to_be_visible()
    assert set(Finding.objects.values_list("place", flat=True)) == {here.pk}
    assert Place.objects.get(pk=beside.pk).merged_into == here

    page.goto(live_server.url + box.get_absolute_url())
    page.get_by_role("link", name="Uzavřít box").click()
    page.get_by_role("button", name="Uzavřít box").click()
    expect(page.get_by_text("Box B-012 je uzavřený")).to_be_visible()
    box.refresh_from_db()
    assert box.state == BoxState.CLOSED
