"""The phone application without a connection: it opens, it keeps, and it keeps nothing that it should not."""

import json
from base64 import b64decode
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from apk.localities.models import Locality
from apk.people.models import Assistant, Mentor, User
from apk.sync.models import Held
from chaos.phone import ATTACH, NEWER_SCHEMA, OLDER_SCHEMA
from findings import shell
from findings.models import Finding
from findings.shell import SCREENS
from tests import phones
from tests.browser.accessibility import faults
from tests.browser.field_screens import JILOVA, Open, fill_in, picture, save, state
from tests.factories import PlaceFactory, ShiftFactory, record_id

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
    expect(page.locator(".queue-state")).to_contain_text("Vše odesláno", timeout=15_000)
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
        reverse(f"field:{screen}") for screen in SCREENS
    }
    everything = json.dumps(texts, ensure_ascii=False)
    for personal in (assistant.user.full_name, mentor.user.full_name, mentor.user.phone, "Jílová", "U zastávky"):
        assert personal not in everything


def test_the_lock_covers_the_screen_and_a_wrong_pin_costs_time_only(
    opened: Open, phone: BrowserContext, jilova: Locality
) -> None:
    page = opened("phone")
    page.get_by_label("Nový PIN", exact=True).fill("4711")
    page.get_by_label("Nový PIN ještě jednou").fill("4711")
    page.get_by_role("button", name="Zapnout zámek").tap()
    expect(page.locator("[data-pin-state]")).to_contain_text("Zámek je zapnutý.")
    page.evaluate("localStorage.clear()")
    page.goto(reverse("field:capture"))
    expect(page.get_by_role("heading", name="Zamčeno")).to_be_visible()
    expect(page.get_by_role("button", name="Uložit nález")).to_be_hidden()
    assert faults(page) == {}
    page.get_by_label("PIN").fill("1111")
    page.get_by_role("button", name="Odemknout").click()
    expect(page.locator("[data-lock-problem]")).to_contain_text("Tento PIN nesedí.")
    page.get_by_label("PIN").fill("4711")
    page.get_by_role("button", name="Odemknout").click()
    expect(page.get_by_role("button", name="Uložit nález")).to_be_visible()


def test_what_waits_can_be_carried_away_in_a_file_and_signing_out_warns_and_keeps_it(
    opened: Open, phone: BrowserContext, assistant: Assistant, jilova: Locality, tmp_path: Path
) -> None:
    page = opened("capture")
    installed(page)
    phone.set_offline(True)
    fill_in(page)
    page.locator("[data-photo-input]").set_input_files(picture(tmp_path))
    save(page)
    state(page).to_have_text("Uloženo v telefonu")
    page.goto(reverse("field:queue"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Uložit do souboru").tap()
    rescued = json.loads(download.value.path().read_text())
    assert (rescued["format"], rescued["version"], rescued["owner"]) == ("apk-rescue", 1, assistant.user_id)
    [record], [photo] = rescued["records"], rescued["photos"]
    assert (record["kind"], record["payload"]["with_needle"]) == ("finding", 1)
    assert photo["record"] == record["id"]
    assert Image.open(BytesIO(b64decode(photo["data"]))).format == "JPEG"

    page.goto(reverse("field:phone"))
    expect(page.locator("[data-leaving]")).to_contain_text("neodeslan")
    page.route("**/sync/records", lambda route: route.abort())
    phone.set_offline(False)
    page.get_by_role("link", name="Odhlásit se").tap()
    expect(page.locator("[data-unsent-count]")).to_have_text("1 záznam v tomto telefonu čeká na odeslání.")
    page.locator("form[data-leaving]").get_by_role("button", name="Odhlásit se").click()
    page.wait_for_url("**/ucet/login/**")
    page.goto(reverse("field:today"))
    expect(page.get_by_role("heading", name="Přihlaste se")).to_be_visible()
    assert assistant.user.full_name not in page.content()
    assert (
        page.evaluate(
            """() => new Promise((resolve) => {
          indexedDB.open("apk-outbox").onsuccess = ({ target }) => {
            target.result.transaction("records").objectStore("records").count().onsuccess = (event) =>
              resolve(event.target.result);
          };
        })"""
        )
        == 1
    )


def test_the_queue_of_a_closed_account_leaves_the_phone_and_waits_for_a_decision(
    opened: Open, phone: BrowserContext, assistant: Assistant, jilova: Locality
) -> None:
    page = opened("capture")
    installed(page)
    phone.set_offline(True)
    fill_in(page)
    save(page)
    state(page).to_have_text("Uloženo v telefonu")
    User.objects.filter(pk=assistant.user_id).update(is_active=False)
    phone.set_offline(False)
    state(page).to_have_text("Odesláno")
    expect(page.locator("[data-saved-reason]")).to_contain_text("o zápisu se teprve rozhodne")
    assert Finding.objects.count() == 0
    assert Held.objects.get().receipt.user == assistant.user


def finding_in_store(owner: int) -> dict[str, Any]:
    """A record as the first version of the application kept it."""
    return {
        "id": str(record_id()),
        "owner": owner,
        "kind": "finding",
        "version": 1,
        "recordedAt": timezone.now().isoformat(),
        "payload": {
            "latitude": JILOVA["latitude"],
            "longitude": JILOVA["longitude"],
            "accuracy_m": 9,
            "position_source": "gps",
            "place": None,
            "place_kind": "park",
            "with_needle": 1,
            "without_needle": 0,
            "needles": 0,
        },
        "caption": "1 kus, Park",
        "savedAt": 0,
        "state": "waiting",
        "reason": "",
        "field": "",
        "attempts": 0,
    }


def test_one_spoilt_record_stays_with_its_reason_and_holds_back_none_of_the_others(
    opened: Open, phone: BrowserContext, assistant: Assistant, jilova: Locality
) -> None:
    page = opened("first-aid")
    page.evaluate(ATTACH, {"owner": assistant.user_id, "locked": True, "forgetting": False})
    phone.set_offline(True)
    records = [finding_in_store(assistant.user_id) for _ in range(50)]
    poison = records[23]
    poison["payload"] = {**records[23]["payload"], "with_needle": 10**6}
    for record in records:
        assert page.evaluate("(record) => window.chaos.save(record, [])", record) == "saved"
    phone.set_offline(False)
    page.goto(reverse("field:queue"))
    entry = page.locator("[data-record]")
    expect(entry).to_have_count(1)
    expect(page.locator("[data-troubled-list] [data-record]")).to_have_attribute("data-record", str(poison["id"]))
    expect(entry.locator("[data-reason]")).to_contain_text("Stříkačky s jehlou")
    expect(page.locator(".queue-state")).to_contain_text("1× potřebuje vaši pozornost")
    assert Finding.objects.count() == 49
    assert not Finding.objects.filter(pk=str(poison["id"])).exists()


def test_two_versions_of_a_record_are_shown_side_by_side(
    opened: Open, phone: BrowserContext, assistant: Assistant, jilova: Locality
) -> None:
    record = finding_in_store(assistant.user_id)
    other = phones.record(phones.finding(with_needle=5), id=str(record["id"]))
    assert phones.Phone(assistant.user).outcomes(other) == ["accepted"]
    page = opened("first-aid")
    page.evaluate(ATTACH, {"owner": assistant.user_id, "locked": True, "forgetting": False})
    assert page.evaluate("(record) => window.chaos.save(record, [])", record) == "saved"
    page.goto(reverse("field:queue"))
    entry = page.locator("[data-troubled-list] [data-record]")
    expect(entry.locator("[data-reason]")).to_contain_text("rozhodne mentor")
    expect(entry.locator("[data-ours]")).to_contain_text(str(record["caption"]))
    expect(entry.locator("[data-theirs]")).to_contain_text("6 kusů, Park")
    assert faults(page) == {}
    assert Finding.objects.get().with_needle == 5


def test_a_queue_of_the_first_version_is_taken_over_and_sent(
    opened: Open, phone: BrowserContext, assistant: Assistant, jilova: Locality
) -> None:
    before = phone.new_page()
    before.goto(reverse("healthz"))
    record = finding_in_store(assistant.user_id)
    before.evaluate(OLDER_SCHEMA, record)
    before.close()
    page = opened("queue")
    expect(page.locator(".queue-state")).to_contain_text("Vše odesláno")
    assert str(Finding.objects.get().pk) == record["id"]


def test_a_tab_left_open_goes_on_saving_after_a_newer_version_has_changed_the_database(
    opened: Open, phone: BrowserContext, jilova: Locality
) -> None:
    page = opened("capture")
    newer = phone.new_page()
    newer.goto(reverse("healthz"))
    newer.evaluate(NEWER_SCHEMA)
    fill_in(page)
    save(page)
    state(page).to_have_text("Odesláno")
    assert Finding.objects.count() == 1


def test_an_update_is_offered_and_loses_nothing_of_the_queue(
    opened: Open,
    phone: BrowserContext,
    jilova: Locality,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    request.addfinalizer(shell.cached_worker.cache_clear)
    page = opened("capture")
    installed(page)
    page.goto(reverse("field:capture"))
    phone.set_offline(True)
    fill_in(page)
    save(page)
    state(page).to_have_text("Uloženo v telefonu")
    page.route("**/sync/**", lambda route: route.abort())
    phone.set_offline(False)

    monkeypatch.setattr(shell, "version", lambda parts: "next")
    shell.cached_worker.cache_clear()
    page.evaluate("navigator.serviceWorker.ready.then((registration) => registration.update()).then(() => true)")
    with page.expect_navigation():
        page.get_by_role("button", name="Obnovit aplikaci").click()
    expect(page.locator("[data-queue-count]")).to_have_text("1")
    assert page.evaluate("caches.keys()") == ["apk-teren-next"]
    page.unroute("**/sync/**")
    page.goto(reverse("field:queue"))
    expect(page.locator(".queue-state")).to_contain_text("Vše odesláno")
    assert Finding.objects.count() == 1


def test_the_queue_is_sent_while_no_screen_is_open(
    opened: Open, phone: BrowserContext, live_server: LiveServer, jilova: Locality
) -> None:
    phone.grant_permissions(["geolocation", "background-sync"])
    page = opened("capture")
    installed(page)
    phone.set_offline(True)
    fill_in(page)
    save(page)
    state(page).to_have_text("Uloženo v telefonu")
    aside = phone.new_page()
    session = phone.new_cdp_session(aside)
    registrations: list[str] = []

    def note(event: dict[str, Any]) -> None:
        registrations.extend(found["registrationId"] for found in event["registrations"])

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    page.close()
    phone.set_offline(False)
    aside.goto(reverse("healthz"))
    session.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": live_server.url, "registrationId": registrations[0], "tag": "apk-outbox", "lastChance": False},
    )
    for _ in range(50):
        if Finding.objects.exists():
            break
        aside.wait_for_timeout(100)
    assert Finding.objects.count() == 1


def test_without_a_service_worker_the_screens_work_online_and_say_so(
    opened: Open, phone: BrowserContext, jilova: Locality
) -> None:
    phone.add_init_script("Object.defineProperty(navigator, 'serviceWorker', { value: undefined })")
    page = opened("capture")
    expect(page.get_by_text("se v tomto prohlížeči neotevře bez spojení")).to_be_visible()
    fill_in(page)
    save(page)
    state(page).to_have_text("Odesláno")
    assert Finding.objects.count() == 1


def test_what_was_sent_can_be_corrected_and_taken_back(opened: Open, jilova: Locality) -> None:
    page = opened("capture")
    fill_in(page)
    save(page)
    state(page).to_have_text("Odesláno")
    page.goto(reverse("field:records"))
    entry = page.locator("[data-records] li")
    expect(entry).to_contain_text("1 kus, Park")
    record = entry.get_attribute("data-record")

    entry.get_by_role("link", name="Opravit").tap()
    expect(page.get_by_label("Stříkačky s jehlou", exact=True)).to_have_value("1")
    page.get_by_role("button", name="Přidat: Stříkačky s jehlou").tap()
    save(page)
    expect(page.locator("[data-problem-list]")).to_have_text("Napište, proč záznam opravujete.")
    page.get_by_label("Proč ho opravujete").fill("Byly dvě.")
    save(page)
    state(page).to_have_text("Odesláno")
    finding = Finding.objects.get()
    assert (str(finding.pk), finding.with_needle) == (record, 2)

    page.goto(reverse("field:records"))
    expect(entry).to_contain_text("2 kusy, Park")
    expect(entry).to_contain_text("opraveno")
    entry.get_by_text("Vzít zpět").tap()
    entry.get_by_role("button", name="Vzít záznam zpět").tap()
    expect(entry.locator("[data-problem]")).to_have_text("Napište důvod.")
    entry.get_by_label("Proč záznam neplatí").fill("Byl to jiný park.")
    entry.get_by_role("button", name="Vzít záznam zpět").tap()
    expect(entry).to_contain_text("vzato zpět")
    expect(entry.get_by_role("link", name="Opravit")).to_be_hidden()
    finding.refresh_from_db()
    assert finding.withdrawal_reason == "Byl to jiný park."
