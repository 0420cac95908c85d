"""`make run`: real servers, web, worker and beat, started, looked at, broken and stopped."""

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from apk import embedded
from tests.test_children import runs, wait_until

ROOT = Path(__file__).resolve().parent.parent
READY = re.compile(r"http://localhost:(\d+)")


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder for everything that runs, which everybody may pass through."""
    var = Path(tempfile.mkdtemp(prefix="apk-var-"))
    var.chmod(0o711)
    yield var
    embedded.remove(var)
    shutil.rmtree(var)


def environment(var: Path, **values: str) -> dict[str, str]:
    """That of a fresh terminal: no servers, no settings."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}
    return {**kept, "VAR_DIR": str(var), **values}


def launch(var: Path, **values: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "apk.launcher"]
    return subprocess.run(
        command, cwd=ROOT, env=environment(var, **values), check=False, capture_output=True, text=True, timeout=30
    )


class Launched:
    """A launcher that has announced itself."""

    def __init__(self, var: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "apk.launcher"],
            cwd=ROOT,
            env=environment(var, PORT=str(self.port)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.block = ""
        for line in self.process.stdout:
            self.block += line
            if "Ctrl+C" in line:
                break
        self.parts = descendants(self.process.pid)

    def end(self) -> tuple[int, str]:
        """Its exit code and what it said at the end."""
        with self.process.stdout:
            said = self.process.stdout.read()
        return self.process.wait(30), said


def descendants(pid: int) -> dict[int, str]:
    """Pids of everything that the process started, with its command line."""
    found: dict[int, str] = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found[child] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
            found |= descendants(child)
    return found


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read().decode()


def test_parts_live_and_die_together(var: Path) -> None:
    first = Launched(var)
    assert READY.search(first.block).group(1) == str(first.port), first.block
    for role in ("Asistent", "Mentor", "Koordinátor", "Správce"):
        assert role in first.block
    assert 'lang="cs"' in fetch(f"http://localhost:{first.port}/")
    for part in ("postgres ", "valkey-server", "celery -A apk.celery worker", "celery -A apk.celery beat", "gunicorn"):
        assert any(part in command for command in first.parts.values()), part
    listed = subprocess.check_output(
        [sys.executable, "manage.py", "showmigrations", "people"], cwd=ROOT, env=environment(var), text=True
    )
    assert "[X] 0001_initial" in listed

    worker = next(pid for pid, command in first.parts.items() if "apk.celery worker" in command)
    os.kill(worker, signal.SIGKILL)
    code, said = first.end()
    assert code == 1
    assert "Část „worker“ nečekaně skončila" in said
    assert (var / "log" / "worker.log").read_text().splitlines()[-1] in said
    assert wait_until(lambda: not any(map(runs, first.parts)))
    assert not (var / "servers.env").exists()

    second = Launched(var)
    assert "Příprava stylů" not in second.block
    second.process.send_signal(signal.SIGTERM)
    code, said = second.end()
    assert (code, "data zůstala" in said) == (0, True)
    assert wait_until(lambda: not any(map(runs, second.parts)))


def test_second_launcher_in_one_checkout_is_refused(var: Path) -> None:
    with (var / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = launch(var)
    assert (result.returncode, result.stderr.strip()) == (
        1,
        "Aplikace už z této složky běží: nejdříve ji ukončete klávesami Ctrl+C.",
    )


def test_taken_port_gets_one_sentence(var: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = launch(var, PORT=str(port))
    assert result.returncode == 1
    assert result.stderr.strip() == (
        f"Port {port} už používá jiný program: zvolte jiný, například „make run PORT={port % 65535 + 1}“."
    )


@pytest.mark.parametrize("port", ["web", "0", "65536", "-1"])
def test_port_that_is_none_gets_one_sentence(var: Path, port: str) -> None:
    result = launch(var, PORT=port)
    assert (result.returncode, result.stderr.count("\n")) == (1, 2)
    assert f"PORT={port} není číslo portu" in result.stderr


def test_folder_that_cannot_be_written_gets_one_sentence(var: Path) -> None:
    (var / "file").touch()
    result = launch(var / "file" / "var")
    assert result.returncode == 1
    assert f"Do složky {var}/file/var nelze zapisovat" in result.stderr


@pytest.mark.parametrize(("answer", "deletes"), [("smazat\n", True), ("ano\n", False), ("", False)])
def test_reset_deletes_only_after_a_plain_yes(var: Path, answer: str, deletes: bool) -> None:
    (var / "media").mkdir()
    (var / "media" / "photo.jpg").touch()
    command = [sys.executable, "-m", "apk.launcher", "--reset"]
    subprocess.run(command, cwd=ROOT, env=environment(var), check=False, input=answer, text=True, capture_output=True)
    assert (var / "media" / "photo.jpg").exists() != deletes
