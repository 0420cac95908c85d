"""The map modules in a real browser, under the strict content security policy."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.map_pages import AREA

Open = Callable[..., Page]


@pytest.fixture
def open_map(live_server: LiveServer, page: Page, settings: Any) -> Iterator[Open]:
    """Opens a page of tests.browser.map_pages; afterwards the console must have stayed silent."""
    settings.ROOT_URLCONF = "tests.browser.map_pages"
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def opened(name: str, *args: int) -> Page:
        page.goto(live_server.url + reverse(name, args=args))
        expect(page.locator(".map.leaflet-container")).to_be_visible()
        return page

    yield opened
    assert complaints == []


def test_a_map_without_tiles_shows_localities_grid_and_scale(open_map: Open) -> None:
    page = open_map("map", 3)
    expect(page.locator(".map-name")).to_have_text("Jílová")
    expect(page.locator(".map-degree.latitude")).to_have_text(["49,8°", "49,85°"])
    expect(page.locator(".leaflet-control-scale-line")).to_have_text("2 km")
    expect(page.get_by_role("button", name="Přiblížit")).to_be_visible()


def test_a_mark_is_a_button_that_opens_by_keyboard_and_shows_text_as_text(open_map: Open) -> None:
    page = open_map("map", 3)
    mark = page.get_by_role("button", name="Místo <b>2</b>, 2\u00a0kusy")
    mark.focus()
    page.keyboard.press("Enter")
    popup = page.locator(".map-popup")
    expect(popup.locator("strong")).to_have_text("Místo <b>2</b>")
    expect(popup.get_by_role("link", name="Otevřít místo")).to_have_attribute("href", "/misto/2")
    expect(page.locator('tr[data-place="2"]')).to_have_class("chosen")
    page.get_by_role("button", name="Zavřít").click()
    expect(page.locator('tr[data-place="2"]')).not_to_have_class("chosen")


def test_the_area_of_a_mark_grows_with_pieces_and_rows_light_it_up(open_map: Open) -> None:
    page = open_map("map", 16)
    one, sixteen = (page.get_by_role("button", name=name) for name in ("</b>, 1\u00a0kus", "</b>, 16\u00a0kusů"))
    sizes = [mark.locator(".map-mark").bounding_box()["width"] for mark in (one, sixteen)]
    assert sizes[1] == pytest.approx(4 * sizes[0])
    page.get_by_role("link", name="Místo <b>16</b>").focus()
    expect(page.locator(".map-place.chosen")).to_have_accessible_name("Místo <b>16</b>, 16\u00a0kusů")


def test_many_places_are_gathered_into_clusters_that_keep_the_sum(open_map: Open) -> None:
    page = open_map("map", 300)
    clusters = page.locator(".map-place.cluster .map-mark")
    expect(clusters.first).to_be_visible()
    alone = page.locator(".map-place:not(.cluster)")
    pieces = sum(int(text) for text in clusters.all_inner_texts())
    pieces += sum(int(name.split(", ")[1].split("\u00a0")[0]) for name in alone.all_inner_texts())
    assert pieces == 300 * 301 // 2


def test_moving_a_corner_is_written_without_closing_the_tool(open_map: Open) -> None:
    page = open_map("map-draw")
    area = page.get_by_label("Hranice", exact=True)
    expect(area).to_have_value(AREA)
    page.get_by_role("link", name="Upravit hranici").click()
    corner = page.locator(".leaflet-editing-icon").first.bounding_box()
    page.mouse.move(corner["x"] + 5, corner["y"] + 5)
    page.mouse.down()
    page.mouse.move(corner["x"] - 25, corner["y"] + 35, steps=4)
    page.mouse.up()
    [[ring]] = json.loads(area.input_value())["coordinates"]
    assert ring[0] == ring[-1]
    assert ring[1:4] == json.loads(AREA)["coordinates"][0][0][1:4]
    assert ring[0][0] < 18.27
    assert ring[0][1] < 49.84


def test_a_drawn_polygon_joins_the_others_and_drawing_speaks_czech(open_map: Open) -> None:
    page = open_map("map-draw")
    page.get_by_role("link", name="Nakreslit hranici").click()
    box = page.locator(".map").bounding_box()
    hints = ["Klepněte na další bod.", "Klepněte na další bod.", "Klepnutím na první bod hranici uzavřete."]
    corners = [(0.7, 0.1), (0.9, 0.1), (0.9, 0.3)]
    for (x, y), hint in zip([*corners, corners[0]], [*hints, None], strict=True):
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=3)
        page.mouse.down()
        page.mouse.up()
        if hint:
            expect(page.locator(".leaflet-draw-tooltip")).to_have_text(hint)
        page.wait_for_timeout(100)  # for 50 ms after a corner Leaflet.draw takes no other, against double clicks
    expect(page.locator("path.map-drawn")).to_have_count(2)
    drawn = json.loads(page.get_by_label("Hranice", exact=True).input_value())
    assert drawn["type"] == "MultiPolygon"
    assert drawn["coordinates"][0] == json.loads(AREA)["coordinates"][0]
    assert len(drawn["coordinates"]) == 2
    assert len(drawn["coordinates"][1][0]) == 4


def test_a_pasted_boundary_is_drawn_and_nonsense_is_refused_with_a_sentence(open_map: Open) -> None:
    page = open_map("map-draw")
    area = page.get_by_label("Hranice", exact=True)
    area.fill("Jílová")
    area.blur()
    expect(page.get_by_role("alert")).to_have_text("Text není platný GeoJSON.")
    expect(area).to_have_value("Jílová")
    area.fill('{"type":"Polygon","coordinates":[[[18.1,49.8],[18.2,49.8],[18.2,49.9],[18.1,49.8]]]}')
    area.blur()
    expect(page.get_by_role("alert")).to_have_text("")
    expect(page.locator("path.map-drawn")).to_have_count(1)
    area.fill("")
    area.blur()
    expect(page.locator("path.map-drawn")).to_have_count(0)


def test_a_point_follows_a_click_the_keyboard_and_typed_numbers(open_map: Open) -> None:
    page = open_map("map-point")
    latitude, longitude = page.get_by_label("Šířka"), page.get_by_label("Délka")
    container = page.locator(".map")
    container.click(position={"x": 300, "y": 200})
    expect(page.locator(".map-point")).to_have_count(1)
    clicked = latitude.input_value()
    container.focus()
    page.keyboard.press("Enter")
    expect(latitude).not_to_have_value(clicked)
    assert float(latitude.input_value()) == pytest.approx(49.84, abs=0.005)
    latitude.fill("49,8512")
    longitude.fill("18,25")
    longitude.blur()
    marker, frame = page.locator(".map-point").bounding_box(), container.bounding_box()
    assert marker["x"] < frame["x"] + frame["width"] / 2
    assert marker["y"] < frame["y"] + frame["height"] / 2
