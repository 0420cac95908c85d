"""What a phone keeps to open offline: complete, of one version, and without anything of a person."""

import json
import re
from posixpath import dirname, join, normpath
from typing import Any

import pytest
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse

from apk.people.models import Assistant
from findings import shell
from tests.factories import PlaceFactory, ShiftFactory

LINKS = re.compile(
    r"""(?:src|href)="(/static/[^"#]+)|url\(["']?([^"')]+)|(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+)"""
)


def kept(script: str) -> dict[str, Any]:
    """The list that the server put in front of the worker."""
    match = re.search(r"^const KEPT = (.*);$", script, re.MULTILINE)
    assert match is not None
    listed: dict[str, Any] = json.loads(match[1])
    return listed


def linked(name: str, text: str) -> set[str]:
    """Names of the static files that one of them, or a screen, asks the browser for."""
    found = set()
    for absolute, url, module in LINKS.findall(text):
        if absolute:
            found.add(absolute)
        elif not (url or module).startswith(("data:", "#", "http")):
            found.add(static(normpath(join(dirname(name), url or module)).partition("#")[0]))
    return found


@pytest.mark.parametrize("screen", shell.SCREENS)
def test_a_screen_is_the_same_for_everybody(client: Client, assistant: Assistant, client_of: Any, screen: str) -> None:
    ShiftFactory(assistant=assistant)
    PlaceFactory(name="Jílová – park")
    url = reverse(f"field:{screen}")
    anonymous, signed_in = client.get(url), client_of(assistant).get(url)
    assert anonymous.content == signed_in.content
    assert "csrf" not in anonymous.content.decode().lower()
    for response in (anonymous, signed_in):
        assert not response.cookies
        assert response.headers["Cache-Control"] == "no-cache"


def test_the_phone_keeps_every_file_that_its_screens_ask_for(client: Client) -> None:
    listed = kept(client.get(reverse("field:worker") + "?modul").content.decode())
    assert set(listed["screens"]) == {reverse(f"field:{screen}") for screen in shell.SCREENS}
    asked: set[str] = set()
    for screen in shell.SCREENS:
        asked |= linked("", shell.screen_html(screen))
    for name in shell.files():
        if name.endswith((".css", ".js")):
            asked |= linked(name, shell.content(name).decode())
    # Icons for the home screen are the browser's to fetch and keep; source maps are for developers.
    needed = {url for url in asked if "/icons/" not in url and not url.endswith(".map")}
    assert needed <= set(listed["files"])


def test_a_screen_asks_for_its_modules_at_once() -> None:
    modules = shell.imported("field/capture.js")
    assert {"field/page.js", "field/uuid7.js", "field/store.js", "vendor/idb/index.js"} <= modules
    # The map comes only when it is opened.
    assert "field/today.js" not in modules
    assert not {name for name in modules if "leaflet" in name or "map-view" in name}
    assert f'<link rel="modulepreload" href="{static("field/store.js")}">' in shell.screen_html("capture")


@pytest.mark.django_db
def test_every_kept_file_is_served_for_ever(client: Client) -> None:
    listed = kept(client.get(reverse("field:worker")).content.decode())
    for url in listed["files"]:
        response = client.get(url)
        assert (response.status_code, "immutable" in response.headers["Cache-Control"]) == (200, True), url
        response.close()


def test_the_worker_is_asked_for_anew_and_rules_the_screens_only(client: Client) -> None:
    response = client.get(reverse("field:worker"))
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"
    assert reverse("field:worker") == "/teren/sw.js"


def test_only_a_worker_that_may_import_does(client: Client) -> None:
    plain = client.get(reverse("field:worker")).content.decode()
    module = client.get(reverse("field:worker") + "?modul").content.decode()
    assert not re.search(r"^import ", plain, re.MULTILINE)
    assert module.startswith(f'import "{static("field/background.js")}";')


def test_a_change_of_any_part_is_a_new_version() -> None:
    one = shell.version([b"worker", b"screen", b"file"])
    assert one == shell.version([b"worker", b"screen", b"file"])
    others = [[b"worker2", b"screen", b"file"], [b"worker", b"screen", b"file2"], [b"workers", b"creen", b"file"]]
    assert len({one, *map(shell.version, others)}) == 4


@pytest.mark.django_db
def test_the_manifest_opens_the_form_of_a_finding_and_its_icons_exist(client: Client) -> None:
    response = client.get(reverse("field:manifest"))
    assert response.headers["Content-Type"] == "application/manifest+json"
    manifest = response.json()
    assert (manifest["start_url"], manifest["scope"]) == (reverse("field:capture"), "/teren/")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        answer = client.get(icon["src"])
        assert answer.status_code == 200
        answer.close()
