"""What prepares a fresh checkout, and the sentences that it says when it cannot."""

import importlib.util
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout that bootstrap takes for its own."""
    environment = tmp_path / ".venv"
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", environment)
    monkeypatch.setattr(bootstrap, "PYTHON", environment / "bin" / "python")
    monkeypatch.setattr(bootstrap, "BROWSER_LIBRARIES", tmp_path / "node_modules")
    monkeypatch.setattr(bootstrap, "LOGS", tmp_path)
    (tmp_path / "package-lock.json").write_text("{}")
    return tmp_path


def test_old_python_gets_one_sentence() -> None:
    result = subprocess.run(
        ["make", "-C", str(ROOT), "run", "PYTHON=/no/such/python"], check=False, capture_output=True, text=True
    )
    assert result.returncode != 0
    assert "Chybí Python 3.11 nebo novější" in result.stderr


def test_help_lists_every_command_from_any_folder(tmp_path: Path) -> None:
    makefile = ROOT / "Makefile"
    listed = subprocess.check_output(["make", "--no-print-directory", "-f", str(makefile)], cwd=tmp_path, text=True)
    for command in ("run", "test", "lint", "bench", "reset", "help"):
        assert f"  make {command} " in listed


def test_folder_that_cannot_be_written_gets_one_sentence(tmp_path: Path) -> None:
    shutil.copy(bootstrap.__file__, tmp_path)
    (tmp_path / "var").touch()  # a file where the folder should be stops even root
    result = subprocess.run([sys.executable, "bootstrap.py"], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert f"Do složky {tmp_path} nelze zapisovat" in result.stderr


def test_python_without_venv_gets_one_sentence(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(bootstrap.Obstacle, match=r"apt install python3\.\d+-venv"):
        bootstrap.install_packages()


def test_missing_npm_gets_one_sentence(checkout: Path) -> None:
    with pytest.raises(bootstrap.Obstacle, match="Chybí npm"):
        bootstrap.install_browser_libraries()


def test_missing_chromium_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(bootstrap.Obstacle, match="sudo apt-get install chromium"):
        bootstrap.ensure_chromium()


def test_chosen_chromium_must_be_a_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "chromium"))
    with pytest.raises(bootstrap.Obstacle, match="nelze spustit"):
        bootstrap.ensure_chromium()
    (tmp_path / "chromium").touch(mode=0o755)
    bootstrap.ensure_chromium()


def test_failed_step_shows_the_end_of_its_log(checkout: Path) -> None:
    command = ["sh", "-c", "seq 50; echo something broke; exit 3"]
    with pytest.raises(bootstrap.Obstacle) as raised:
        bootstrap.run(command, log=checkout / "step.log", failure="Krok selhal.")
    lines = str(raised.value).splitlines()
    assert lines[0] == "Krok selhal."
    assert lines[-2:] == ["50", "something broke"]
    assert len(lines) == 12


def test_second_run_installs_nothing(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it would: every step goes through `run`, which refuses here."""

    def refuse(command: list[str], **_: object) -> None:
        raise bootstrap.Obstacle(f"would run {command[0]}")

    monkeypatch.setattr(bootstrap, "run", refuse)
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / ".venv/bin/python").touch()
    (checkout / ".venv/bin/npm").touch()
    (checkout / "node_modules").mkdir()
    for install in (bootstrap.install_packages, bootstrap.install_browser_libraries):
        with pytest.raises(bootstrap.Obstacle, match="would run"):
            install()

    packages = f"{platform.python_version()} in {checkout / '.venv'}\n{bootstrap.digest(bootstrap.PACKAGES)}"
    (checkout / ".venv/installed").write_text(packages)
    bootstrap.install_packages()
    (checkout / "node_modules/.installed").write_text(bootstrap.digest(checkout / "package-lock.json"))
    bootstrap.install_browser_libraries()
