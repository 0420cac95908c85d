"""Child processes that never outlive the process that started them.

The launcher, the embedded servers and the tests all start long-running programs. Three promises hold for each of them:
a child dies with its parent even when the parent is killed by SIGKILL; it can be stopped politely and, if it does not
listen, for certain together with everything it started; its output is kept in a log. This module knows nothing of
Django nor of what the programs do.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

_PR_SET_PDEATHSIG = 1

# Loaded here, in the parent: between fork and exec nothing may be imported or allocated that takes a lock.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int, sig: signal.Signals) -> None:
    """Asks the kernel to send ``sig`` to this process when the thread that started it ends. Linux only.

    Must be called after any change of user, which clears the request. ``parent`` is the expected parent's pid: if it
    is no longer the parent, it died before the request was made, and this process exits at once.
    """
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


@dataclass(frozen=True)
class Account:
    """An operating-system user that a child runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Child:
    """A running program.

    ``stop_signal`` asks it to finish; ``patience`` is how many seconds it then has before it is killed together with
    its process group.
    """

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals
    patience: float

    @property
    def program(self) -> str:
        return str(self.process.args[0])  # type: ignore[index]  # always started from a list of words

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Asks the program to finish, waits, and kills what is left of its process group."""
        if self.is_running:
            self.process.send_signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(self.patience)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def log_tail(self, lines: int = 20) -> str:
        """The last lines that the program wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    stop_signal: signal.Signals = signal.SIGTERM,
    orphan_signal: signal.Signals | None = None,
    patience: float = 10.0,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    directory: Path | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: int | None = None,
) -> Child:
    """Starts a program in a process group of its own, so that the terminal's Ctrl-C reaches only the launcher.

    ``orphan_signal`` is what the kernel sends to the program when its parent dies (by default ``stop_signal``).
    ``account`` may be given only by root. Output goes to the end of ``log``, what is meant for ``stdout`` only when no
    other descriptor is given for it.

    Raises OSError when the program cannot be executed.
    """
    parent = os.getpid()
    orphan = orphan_signal or stop_signal
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=stdin,
            stdout=output if stdout is None else stdout,
            stderr=output,
            env=dict(environment) if environment is not None else None,
            cwd=directory,
            start_new_session=True,
            # The kernel offers no other way; the function takes no lock, so other threads cannot block it.
            preexec_fn=lambda: die_with_parent(parent, orphan),  # noqa: PLW1509
            **run_as(account),
        )
    return Child(name, process, log, stop_signal, patience)


class RunAs(TypedDict, total=False):
    """Arguments for ``subprocess``."""

    user: int
    group: int
    extra_groups: list[int]


def run_as(account: Account | None) -> RunAs:
    """Arguments for ``subprocess`` that make a program run as ``account``, with no group of ours left to it."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def running_in(directory: Path, programs: Iterable[str]) -> set[int]:
    """Pids of processes of the given programs whose working directory is ``directory``. Linux only, else empty.

    It recognises a server whose launcher was killed: pid files lie after a crash, a working directory cannot. Processes
    of other users are seen only by root.
    """
    wanted = set(programs)
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "cwd").readlink() == directory:
                program = Path(str((entry / "exe").readlink()).removesuffix(" (deleted)")).name
                if program in wanted:
                    found.add(int(entry.name))
    return found


def stop_all_in(directory: Path, programs: Sequence[str], stop_signal: signal.Signals, patience: float) -> bool:
    """Stops what ``running_in`` finds, politely first. Returns whether there was anything to stop."""
    pids = running_in(directory, programs)
    if not pids:
        return False
    for sig, seconds in ((stop_signal, patience), (signal.SIGKILL, 5.0)):
        for pid in running_in(directory, programs):
            with suppress(ProcessLookupError):
                os.kill(pid, sig)
        deadline = time.monotonic() + seconds
        while running_in(directory, programs) and time.monotonic() < deadline:
            time.sleep(0.05)
    return True
