"""Whose pictures pages may show: ours, and those of the base map that the installation names."""

import os
import subprocess
import sys

import pytest

PRINT_SOURCES = """
from apk import settings
print(*settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"])
"""


@pytest.mark.parametrize(
    ("tiles_url", "sources"),
    [
        ("", "'self' data: blob:"),
        ("/mapy/{z}/{x}/{y}.png", "'self' data: blob:"),
        ("https://mapy.mesto.example/{z}/{x}/{y}.png", "'self' data: blob: https://mapy.mesto.example"),
    ],
)
def test_pictures_come_from_here_and_from_the_base_map_alone(tiles_url: str, sources: str) -> None:
    environment = {**os.environ, "TILES_URL": tiles_url}
    printed = subprocess.run(
        [sys.executable, "-c", PRINT_SOURCES], env=environment, capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == sources
