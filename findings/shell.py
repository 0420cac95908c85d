"""What a phone keeps to open without a connection: the screens of the application and the files they need.

The screens are shells, the same for everybody: nothing of a person stands in them, so they may lie in the browser's
cache. They are rendered without a request, so that no session, message or token can slip in. What a person sees in
them comes from `findings.field.data` and stays in the phone's own database.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse

from findings.models import PlaceKind, Source

# Screen → its template is field/<screen>.html, its address field:<screen>.
SCREENS = ("today", "capture", "activity", "queue", "records", "first-aid", "phone")
# Screens whose script has another name.
SCRIPTS = {"records": "own-records"}
IMPORT = re.compile(r"""^(?:import .*|\}) from "(\.{1,2}/[^"]+)";$""", re.MULTILINE)
WORKER = "field/service-worker.js"
# What the screens need beside the scripts of static/field; a test follows every link of theirs to prove it complete.
FILES = (
    "css/base.css",
    "css/forms.css",
    "css/layout.css",
    "css/map.css",
    "css/parts.css",
    "css/tokens.css",
    "field/field.css",
    "field/pictograms.svg",
    "img/favicon.svg",
    "img/icons.svg",
    "img/mark.svg",
    "js/map-view.js",
    "js/mapmarks.js",
    "leaflet/images/layers-2x.png",
    "leaflet/images/layers.png",
    "leaflet/images/marker-icon.png",
    "leaflet/leaflet.css",
    "leaflet/leaflet.js",
    "vendor/gov-design-system/tokens.css",
    "vendor/idb/index.js",
    "vendor/roboto/roboto-medium-ext.woff2",
    "vendor/roboto/roboto-medium.woff2",
    "vendor/roboto/roboto-regular-ext.woff2",
    "vendor/roboto/roboto-regular.woff2",
)


def screen_html(screen: str) -> str:
    """One screen without anything of a person."""
    return render_to_string(
        f"field/{screen}.html",
        {
            "screen": screen,
            "kinds": PlaceKind.choices,
            "sources": Source.choices,
            "own": Source.OWN,
            "config": configuration(),
            "modules": sorted(imported(f"field/{SCRIPTS.get(screen, screen)}.js")),
        },
    )


@cache
def imported(module: str) -> frozenset[str]:
    """Names of the modules that a module imports at its start, itself or through others.

    The screen asks for all of them at once instead of finding them one behind another.
    """
    names = {normpath(join(dirname(module), path)) for path in IMPORT.findall(content(module).decode())}
    return frozenset(names.union(*map(imported, names)))


def configuration() -> dict[str, Any]:
    """What the scripts of every screen need to know about this installation."""
    return {
        "sync": reverse("sync:session").removesuffix("session"),
        "data": reverse("field:data"),
        "worker": reverse("field:worker"),
        "scope": reverse("field:today"),
        "capture": reverse("field:capture"),
        "activity": reverse("field:activity"),
        "signIn": reverse("account_login"),
        "signOut": reverse("account_logout"),
        "kinds": dict(PlaceKind.choices),
        "cityBounds": settings.CITY_BOUNDS,
    }


def files() -> list[str]:
    """Names of the static files that the phone keeps."""
    scripts = (settings.BASE_DIR / "static/field").glob("*.js")
    return sorted({*FILES, *(f"field/{path.name}" for path in scripts if f"field/{path.name}" != WORKER)})


def content(name: str) -> bytes:
    """The bytes of a static file as the project has it."""
    found = finders.find(name)
    if found is None:
        raise FileNotFoundError(name)
    return Path(str(found)).read_bytes()


def version(parts: Iterable[bytes]) -> str:
    """A name that changes whenever any of the parts does."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16]


def worker_script(*, background: bool) -> str:
    """The service worker with the list of what it keeps.

    A worker that may import (`background`) also sends the queue while no screen is open.
    """
    if settings.DEBUG:
        return build_worker(background=background)
    return cached_worker(background=background)


def build_worker(*, background: bool) -> str:
    names = files()
    source = content(WORKER).decode()
    screens = {reverse(f"field:{screen}"): screen_html(screen) for screen in SCREENS}
    kept = {
        "version": version([source.encode(), *map(str.encode, screens.values()), *map(content, names)]),
        "screens": list(screens),
        "files": [static(name) for name in names],
    }
    imported = f"import {json.dumps(static('field/background.js'))};\n" if background else ""
    return f"{imported}const KEPT = {json.dumps(kept)};\n{source}"


# The files of a running process do not change.
cached_worker = cache(build_worker)
