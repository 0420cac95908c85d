"""A process that builds editions in children which die at a step they are told.

Run as a module, it reads lines "edition step" and answers each with a line: "killed", or the number of steps when the
build came to its end before. A step is a statement of SQL, a flush to the disk or a renaming: all that leaves a trace
outside a process. The process itself opens no connection and builds nothing, so that its children start clean.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import django

NEVER = 10**9


def build_and_die(edition: int, at: int) -> int:
    """Builds the edition and kills this process at the step `at`; the number of steps when there were fewer."""
    from django.db import connection  # noqa: PLC0415  # needs Django to be set up

    from reports import editions  # noqa: PLC0415

    done = 0
    flush, rename = os.fsync, Path.rename

    def step() -> None:
        nonlocal done
        done += 1
        if done == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def flushed(descriptor: int) -> None:
        step()
        flush(descriptor)

    def renamed(path: Path, target: Path) -> Path:
        step()
        return rename(path, target)

    def executed(execute: Any, *arguments: Any) -> Any:
        step()
        return execute(*arguments)

    os.fsync, Path.rename = flushed, renamed  # type: ignore[assignment]
    with connection.execute_wrapper(executed):
        editions.build(edition)
    return done


def main() -> None:
    django.setup()
    for line in sys.stdin:
        edition, at = map(int, line.split())
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            os.write(writing, str(build_and_die(edition, at)).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answer:
            said = answer.read()
        os.waitpid(pid, 0)
        sys.stdout.write(f"{said or 'killed'}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
