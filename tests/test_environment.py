"""`.env.example` is complete, and an installation made from it is safe."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = (ROOT / ".env.example").read_text()


def read_by_settings() -> set[str]:
    return set(re.findall(r"""\benv(?:\.\w+)?\(\s*"([A-Z_]+)\"""", (ROOT / "apk/settings.py").read_text()))


def read_by_gunicorn() -> set[str]:
    return set(re.findall(r"""environ\.get\("([A-Z_]+)\"""", (ROOT / "deploy/gunicorn.conf.py").read_text()))


def read_by_compose() -> set[str]:
    names = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    return names - {"APK_VERSION"}  # which image to run belongs to a release, not to an installation


def example_values() -> dict[str, str]:
    """What the example sets as it stands, without what it merely mentions."""
    return dict(line.split("=", 1) for line in EXAMPLE.splitlines() if re.match(r"[A-Z_]+=", line))


def test_example_names_every_variable_and_no_other() -> None:
    named = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert named == read_by_settings() | read_by_gunicorn() | read_by_compose()


def deploy_check(values: dict[str, str]) -> subprocess.CompletedProcess[str]:
    servers = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **servers, **values},
        check=False,
        capture_output=True,
        text=True,
    )


def test_installation_from_the_example_passes_the_deployment_check() -> None:
    result = deploy_check({**example_values(), "SECRET_KEY": secrets.token_urlsafe(50)})
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "apk.E002"),
        ({"SECRET_KEY": secrets.token_urlsafe(50), "DEBUG": "true"}, "apk.E001"),
        ({"SECRET_KEY": secrets.token_urlsafe(50), "HTTPS": "false"}, "security.W"),
    ],
)
def test_deployment_check_refuses_unsafe_values(values: dict[str, str], complaint: str) -> None:
    result = deploy_check({**example_values(), **values})
    assert result.returncode != 0
    assert complaint in result.stderr
