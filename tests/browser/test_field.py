"""The phone application in a real browser of a phone's size, against the real endpoint."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import BrowserContext, Request, expect
from pytest_django.live_server_helper import LiveServer

from apk.localities.models import Locality
from apk.people.models import Assistant
from findings.models import Finding, Photo
from findings.shell import SCREENS
from tests.browser.accessibility import faults
from tests.browser.field_screens import JILOVA, Open, fill_in, picture, save, sign_in, state
from tests.factories import PASSWORD, AssistantFactory, PlaceFactory

PRAGUE_MAP = (49.9, 14.0, 50.2, 14.8)


@pytest.fixture
def prague(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Makes the server refuse what lies in Ostrava, while phones still believe that they are there; or no longer."""

    def switch(on: bool) -> None:
        bounds = PRAGUE_MAP if on else settings.CITY_BOUNDS
        monkeypatch.setattr("findings.intake.settings", SimpleNamespace(CITY_BOUNDS=bounds))

    return switch


def test_a_finding_goes_from_the_street_to_the_right_row(
    opened: Open, assistant: Assistant, jilova: Locality, tmp_path: Path
) -> None:
    page = opened("capture")
    uploads: list[bytes] = []

    def note_upload(request: Request) -> None:
        if "/sync/photos/" in request.url:
            uploads.append(request.post_data_buffer or b"")

    page.on("request", note_upload)
    fill_in(page, pieces=3)
    page.get_by_role("button", name="Přidat: Samostatné jehly").tap()
    page.get_by_role("button", name="Ubrat: Stříkačky s jehlou").tap()
    page.get_by_label("Dostupné dětem").check()
    page.locator("[data-photo-input]").set_input_files(picture(tmp_path))
    expect(page.get_by_role("img", name="Fotografie 1")).to_be_visible()
    save(page)
    state(page).to_have_text("Odesláno")

    finding = Finding.objects.get()
    assert (finding.assistant, finding.locality) == (assistant, jilova)
    assert (finding.with_needle, finding.needles, finding.pieces) == (2, 1, 3)
    assert (finding.latitude, finding.longitude, finding.accuracy_m) == tuple(JILOVA.values())
    assert (finding.place_kind, finding.child_accessible, finding.id.version) == ("park", True, 7)
    assert Photo.objects.get().finding == finding
    [upload] = uploads
    assert len(upload) <= 300_000
    assert b"Exif" not in upload
    assert b"Vyrobce" not in upload


def test_without_signal_findings_wait_and_go_when_it_returns(
    opened: Open, phone: BrowserContext, jilova: Locality
) -> None:
    page = opened("capture")
    phone.set_offline(True)
    for pieces in (1, 2):
        fill_in(page, pieces)
        save(page)
        state(page).to_have_text("Uloženo v telefonu")
        expect(page.locator("[data-queue-count]")).to_have_text(str(pieces))
        page.get_by_role("button", name="Další nález").tap()
    assert Finding.objects.count() == 0
    phone.set_offline(False)
    expect(page.locator("[data-queue-count]")).to_be_hidden()
    assert sorted(Finding.objects.values_list("pieces", flat=True)) == [1, 2]


def test_what_was_saved_outlives_the_page(
    opened: Open, phone: BrowserContext, jilova: Locality, tmp_path: Path
) -> None:
    page = opened("capture")
    phone.set_offline(True)
    fill_in(page)
    page.locator("[data-photo-input]").set_input_files(picture(tmp_path))
    save(page)
    state(page).to_have_text("Uloženo v telefonu")
    page.close()
    phone.set_offline(False)
    page = opened("queue")
    expect(page.locator(".queue-state")).to_contain_text("Vše odesláno")
    expect(page.locator("[data-sent-list] li")).to_contain_text("1 kus, Park")
    assert Finding.objects.get().photos.count() == 1


def test_a_double_tap_makes_one_record(opened: Open, jilova: Locality) -> None:
    page = opened("capture")
    fill_in(page)
    page.locator("[data-save]").evaluate("button => { button.click(); button.click(); }")
    state(page).to_have_text("Odesláno")
    assert Finding.objects.count() == 1


def test_two_tabs_send_each_record_once(opened: Open, phone: BrowserContext, jilova: Locality) -> None:
    first, second = opened("capture"), opened("capture")
    phone.set_offline(True)
    for page in (first, second):
        fill_in(page)
        save(page)
        state(page).to_have_text("Uloženo v telefonu")
    phone.set_offline(False)
    for page in (first, second):
        state(page).to_have_text("Odesláno")
    assert Finding.objects.count() == 2


def test_a_refused_record_shows_its_reason_and_goes_once_corrected(
    opened: Open, jilova: Locality, prague: Callable[[bool], None]
) -> None:
    page = opened("capture")
    prague(True)
    fill_in(page)
    save(page)
    state(page).to_have_text("Server záznam nepřijal")
    reason = page.locator("[data-saved-reason]").inner_text()
    assert reason.endswith(".")
    assert Finding.objects.count() == 0

    page.goto(reverse("field:queue"))
    entry = page.locator("[data-troubled-list] li")
    expect(entry).to_contain_text(reason)
    record = entry.get_attribute("data-record")
    prague(False)
    entry.get_by_role("link", name="Upravit a poslat znovu").tap()
    expect(page.locator("[data-refusal]")).to_contain_text(reason)
    page.get_by_role("button", name="Přidat: Stříkačky s jehlou").tap()
    save(page)
    state(page).to_have_text("Odesláno")
    finding = Finding.objects.get()
    assert (str(finding.pk), finding.with_needle) == (record, 2)


def test_a_refused_record_is_forgotten_only_when_the_person_says_so_twice(
    opened: Open, jilova: Locality, prague: Callable[[bool], None]
) -> None:
    page = opened("capture")
    prague(True)
    fill_in(page)
    save(page)
    state(page).to_have_text("Server záznam nepřijal")
    page.goto(reverse("field:queue"))
    entry = page.locator("[data-troubled-list] li")
    entry.get_by_text("Smazat z telefonu").tap()
    expect(entry).to_have_count(1)
    entry.get_by_role("button", name="Opravdu smazat").tap()
    expect(entry).to_have_count(0)
    expect(page.locator(".queue-state")).to_contain_text("Vše odesláno")


def test_an_expired_session_keeps_the_record_until_its_owner_signs_in(
    opened: Open, phone: BrowserContext, live_server: LiveServer, assistant: Assistant, mentor: Any, jilova: Locality
) -> None:
    page = opened("capture")
    Session.objects.all().delete()
    fill_in(page)
    save(page)
    state(page).to_have_text("Uloženo v telefonu")
    expect(page.locator("[data-saved-reason]")).to_contain_text("Přihlaste se")
    assert Finding.objects.count() == 0

    # Somebody else takes the phone: the record is neither shown to them nor sent by them.
    other = AssistantFactory(mentor=mentor)
    sign_in(phone, live_server, other)
    page.goto(reverse("field:queue"))
    expect(page.locator(".queue-state")).to_contain_text("Vše odesláno")
    assert Finding.objects.count() == 0

    phone.clear_cookies()
    page.goto(reverse("field:queue"))
    page.locator("[data-signed-out]").get_by_role("link", name="Přihlásit se").tap()
    page.get_by_label("E-mail nebo osobní číslo").fill(assistant.user.personal_number)
    page.get_by_label("Heslo").fill(PASSWORD)
    page.get_by_role("button", name="Přihlásit se").tap()
    page.wait_for_url(f"**{reverse('field:queue')}")
    expect(page.locator("[data-sent-list] li")).to_contain_text("1 kus, Park")
    assert Finding.objects.get().assistant == assistant


def test_a_browser_that_keeps_nothing_says_so_and_sends_at_once(
    opened: Open, phone: BrowserContext, jilova: Locality
) -> None:
    phone.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    page = opened("capture")
    expect(page.get_by_text("nedovolí ukládat záznamy v telefonu")).to_be_visible()
    fill_in(page)
    phone.set_offline(True)
    save(page)
    state(page).to_have_text("Ještě není uloženo, odesílám…")
    questions: list[str] = []
    page.on("dialog", lambda dialog: (questions.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)  # the browser asks in its own time
    assert questions == ["beforeunload"]
    phone.set_offline(False)
    state(page).to_have_text("Odesláno")
    assert Finding.objects.count() == 1


@pytest.fixture
def shrink(phone: BrowserContext, live_server: LiveServer) -> Callable[[int], None]:
    """Leaves the phone so many bytes; before anything is written, for the browser remembers a while what it found."""
    # The screens that a worker keeps would take some of them, sooner or later.
    phone.add_init_script("Object.defineProperty(navigator, 'serviceWorker', { value: undefined })")

    def leave(size: int) -> None:
        quota = {"origin": live_server.url, "quotaSize": size}
        phone.new_cdp_session(phone.new_page()).send("Storage.overrideQuotaForOrigin", quota)

    return leave


def test_a_phone_with_no_room_at_all_opens_and_says_so(
    opened: Open, jilova: Locality, shrink: Callable[[int], None]
) -> None:
    shrink(1)
    page = opened("capture")
    expect(page.locator("[data-storage-full]")).to_contain_text("V telefonu není místo.")
    fill_in(page)
    save(page)
    expect(page.locator("[data-save-problem]")).to_contain_text("Uvolněte místo v telefonu a uložte ho znovu")
    expect(page.get_by_role("button", name="Uložit bez fotografií")).to_be_hidden()
    assert faults(page) == {}
    assert Finding.objects.count() == 0


def test_a_full_phone_says_so_and_offers_to_save_without_the_photo(
    opened: Open, jilova: Locality, shrink: Callable[[int], None], tmp_path: Path
) -> None:
    shrink(500_000)  # an empty database takes up to 300 kB, a photo a little less
    page = opened("capture")
    fill_in(page)
    for number in (1, 2, 3):
        page.locator("[data-photo-input]").set_input_files(picture(tmp_path))
        expect(page.get_by_role("img", name=f"Fotografie {number}")).to_be_visible()
    save(page)
    expect(page.locator("[data-save-problem]")).to_contain_text("Telefon je plný a záznam se neuložil.")
    assert Finding.objects.count() == 0
    # A browser that keeps nothing on the disk gives the room of what it refused back only after a while.
    shrink(1_000_000)
    page.get_by_role("button", name="Uložit bez fotografií").tap()
    state(page).to_have_text("Odesláno")
    assert Finding.objects.get().photos.count() == 0


def test_a_phone_without_gps_opens_the_map_and_a_tap_gives_the_place_which_can_be_moved(
    opened: Open, phone: BrowserContext, jilova: Locality
) -> None:
    phone.clear_permissions()
    page = opened("capture")
    expect(page.locator("[data-position-state]")).to_contain_text("nedovolil zjistit polohu")
    expect(page.locator(".leaflet-control-zoom")).to_be_visible()
    page.get_by_label("Mapa pro určení místa nálezu").tap()
    expect(page.locator("[data-position-state]")).to_have_text("Místo ukázané na mapě")
    pin = page.locator(".map-point")
    pin.scroll_into_view_if_needed()
    before = pin.bounding_box()
    assert before is not None
    x, y = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y, steps=5)
    page.mouse.up()
    page.get_by_role("button", name="Přidat: Stříkačky s jehlou").tap()
    page.get_by_role("radio", name="Park", exact=True).tap()
    save(page)
    state(page).to_have_text("Odesláno")
    finding = Finding.objects.get()
    assert (finding.position_source, finding.accuracy_m) == ("map", None)
    # The tap was in the middle of the city, to half a point of the whole map; 120 points of the near one are 0.0013°.
    _, west, _, east = settings.CITY_BOUNDS
    assert 0.0007 < finding.longitude - (west + east) / 2 < 0.002


def test_a_poor_position_is_called_poor_and_a_known_place_can_be_chosen(
    opened: Open, phone: BrowserContext, jilova: Locality
) -> None:
    place = PlaceFactory(name="Jílová – park", locality=jilova, latitude=49.8455, longitude=18.2775)
    phone.set_geolocation({**JILOVA, "accuracy": 85})
    page = opened("capture")
    expect(page.locator("[data-position-state]")).to_contain_text("Nepřesná poloha, ± 85 m")
    page.get_by_role("button", name="Ukázat na mapě").tap()
    page.get_by_label("Nebo vyberte známé místo").select_option("Jílová – park")
    expect(page.locator("[data-position-where]")).to_have_text("Jílová, známé místo Jílová – park")
    page.get_by_role("button", name="Přidat: Stříkačky s jehlou").tap()
    page.get_by_role("radio", name="Park", exact=True).tap()
    save(page)
    state(page).to_have_text("Odesláno")
    assert Finding.objects.get().place == place


def test_what_is_missing_is_said_and_leaves_the_list_once_mended(opened: Open, jilova: Locality) -> None:
    page = opened("capture")
    expect(page.locator("[data-position-state]")).to_have_text("Poloha z GPS, ± 9 m")
    save(page)
    problems = page.locator("[data-problem-list] li")
    expect(problems).to_have_text(["Zadejte aspoň jeden kus.", "Vyberte druh místa."])
    expect(page.locator("[data-problems]")).to_be_focused()
    page.get_by_role("radio", name="Park", exact=True).tap()
    expect(problems).to_have_text(["Zadejte aspoň jeden kus."])
    page.get_by_label("Stříkačky bez jehly", exact=True).fill("2")
    expect(page.locator("[data-problems]")).to_be_hidden()


@pytest.mark.parametrize("screen", SCREENS)
def test_the_screens_are_accessible_at_any_width_and_theme(opened: Open, jilova: Locality, screen: str) -> None:
    PlaceFactory(locality=jilova, latitude=JILOVA["latitude"], longitude=JILOVA["longitude"])
    page = opened(screen)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    if screen == "capture":
        fill_in(page)
        page.get_by_role("button", name="Ukázat na mapě").tap()
        expect(page.locator(".map-point")).to_be_visible()
        page.get_by_text("Poznámka a další údaje").tap()
    assert faults(page) == {}
    assert complaints == []


def test_it_asks_to_be_kept_and_to_be_put_on_the_home_screen(
    opened: Open, phone: BrowserContext, jilova: Locality
) -> None:
    phone.add_init_script(
        "window.asked = []; navigator.storage.persist = async () => { window.asked.push('persist'); return true; };"
    )
    page = opened("capture")
    fill_in(page)
    save(page)
    state(page).to_have_text("Odesláno")
    assert page.evaluate("window.asked") == ["persist"]
    page.goto(reverse("field:today"))
    hint = page.locator("[data-install-hint]")
    expect(page.locator("[data-content][data-ready]")).to_be_visible()
    expect(hint).to_be_hidden()
    page.evaluate(
        """() => {
          const offer = new Event("beforeinstallprompt");
          offer.prompt = async () => window.asked.push("install");
          window.dispatchEvent(offer);
        }"""
    )
    hint.get_by_role("button", name="Přidat na plochu").tap()
    expect(hint).to_be_hidden()
    assert page.evaluate("window.asked") == ["install"]


def test_whatever_stands_in_the_way_is_said_accessibly(opened: Open) -> None:
    page = opened("today")
    page.locator(".callout").evaluate_all("parts => parts.forEach((part) => (part.hidden = false))")
    expect(page.locator("[data-signed-out]")).to_be_visible()
    assert faults(page) == {}


def test_the_states_of_saving_are_accessible(
    opened: Open, phone: BrowserContext, jilova: Locality, prague: Callable[[bool], None]
) -> None:
    page = opened("capture")
    save(page)
    assert faults(page) == {}
    page.set_viewport_size({"width": 412, "height": 839})
    prague(True)
    fill_in(page)
    save(page)
    state(page).to_have_text("Server záznam nepřijal")
    assert faults(page) == {}
    page.goto(reverse("field:queue"))
    page.get_by_text("Smazat z telefonu").click()
    assert faults(page) == {}
