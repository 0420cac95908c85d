"""A real browser for the tests of this folder: Debian's Chromium, or the program that the variable CHROMIUM names."""

import os
import shutil
from typing import Any

import pytest

_QUIET = [
    # Chromium must not call home: tests run where nothing but this machine can be reached.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """How pytest-playwright starts the browser. Root cannot use Chromium's sandbox."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.fail("Chybí Chromium: nainstalujte ho příkazem „sudo apt-get install chromium“.", pytrace=False)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": program, "args": [*sandbox, *_QUIET]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """What every page sees of its surroundings; a test that needs a phone adds a device to it."""
    return {**browser_context_args, "locale": "cs-CZ", "timezone_id": "Europe/Prague"}
