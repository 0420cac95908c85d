"""Programs that we start: they stop when asked, are killed when deaf, and die with whoever started them."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from apk import children

PARENT = """
import signal, sys, time
from pathlib import Path
from apk import children
child = children.start("spáč", ["sleep", "60"], log=Path(sys.argv[1]))
print(child.process.pid, flush=True)
time.sleep(60)
"""


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def runs(pid: int) -> bool:
    """Whether the process lives; a zombie, which only waits for its parent to notice, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_child_dies_with_a_parent_killed_without_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        assert runs(pid)
        parent.kill()
    assert wait_until(lambda: not runs(pid))


def test_stop_asks_first(tmp_path: Path) -> None:
    script = "trap 'echo goodbye; exit 0' USR1; echo hello; while :; do sleep 0.05; done"
    child = children.start("shell", ["sh", "-c", script], log=tmp_path / "log", stop_signal=signal.SIGUSR1)
    assert wait_until(lambda: child.log_tail() == "hello")
    child.stop()
    assert child.process.returncode == 0
    assert child.log_tail() == "hello\ngoodbye"


def test_stop_kills_the_deaf_with_all_they_started(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 60 & echo $!; while :; do sleep 0.05; done"
    child = children.start("shell", ["sh", "-c", script], log=tmp_path / "log", patience=0.2)
    assert wait_until(lambda: child.log_tail() != "")
    grandchild = int(child.log_tail())
    assert runs(grandchild)
    child.stop()
    assert child.process.returncode == -signal.SIGKILL
    assert wait_until(lambda: not runs(grandchild))


def test_log_tail_gives_the_last_lines(tmp_path: Path) -> None:
    child = children.start("seq", ["seq", "100"], log=tmp_path / "log")
    child.process.wait()
    assert child.log_tail(3) == "98\n99\n100"


@pytest.mark.parametrize(("program", "is_found"), [("sleep", True), ("postgres", False)])
def test_running_in_finds_a_program_by_its_working_directory(tmp_path: Path, program: str, is_found: bool) -> None:
    child = children.start("sleeper", ["sleep", "60"], log=tmp_path / "log", directory=tmp_path)
    try:
        assert wait_until(lambda: Path(f"/proc/{child.process.pid}/exe").readlink().name == "sleep")
        assert children.running_in(tmp_path, [program]) == ({child.process.pid} if is_found else set())
    finally:
        child.stop()


def test_stop_all_in_stops_what_nobody_owns_any_more(tmp_path: Path) -> None:
    child = children.start("sleeper", ["sleep", "60"], log=tmp_path / "log", directory=tmp_path)
    assert wait_until(lambda: bool(children.running_in(tmp_path, ["sleep"])))
    children.stop_all_in(tmp_path, ["sleep"], signal.SIGTERM, patience=5)
    assert child.process.wait(1) == -signal.SIGTERM
