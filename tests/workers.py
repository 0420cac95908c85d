"""Real Celery workers over the test database and the test broker, and what tests do to them."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from apk import children
from apk.children import Child
from apk.tasks import HEART_KEY

PATIENCE = 60.0
"""Seconds that anything may take on a slow machine before a test gives up."""


def environment() -> dict[str, str]:
    """What a process of ours needs to work on the database of this very test run."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    return {**os.environ, "DATABASE_URL": database, "LOG_LEVEL": "INFO"}


def start_worker(folder: Path) -> Child:
    """Starts a worker that does two tasks at a time and waits until it works. Its log lies in `folder`."""
    cache.delete(HEART_KEY)
    command = [sys.executable, "-m", "celery", "-A", "apk.celery", "worker", "--concurrency=2", "--loglevel=INFO"]
    command += ["--without-gossip", "--without-mingle"]
    root = Path(settings.BASE_DIR)
    worker = children.start(
        "worker",
        command,
        log=folder / "worker.log",
        stop_signal=signal.SIGQUIT,  # nothing that it does is worth waiting for
        environment=environment(),
        directory=root,
    )
    wait_until(lambda: cache.get(HEART_KEY) is not None or not worker.is_running, "the worker to start")
    assert worker.is_running, worker.log_tail()
    return worker


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Returns as soon as `condition` holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"Waited {PATIENCE:.0f} s for {what}"
        time.sleep(0.05)


def flush_broker() -> None:
    """Makes the broker forget everything, as when its machine is lost."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()


@contextmanager
def table_locked(table: str, mode: str = "ACCESS EXCLUSIVE") -> Iterator[None]:
    """Nobody else gets at the rows of `table` inside: whoever needs them waits at this exact point.

    In `mode` "SHARE" the rows can still be read, not written.
    """
    elsewhere = connection.copy()
    try:
        elsewhere.set_autocommit(False)
        with elsewhere.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {connection.ops.quote_name(table)} IN {mode} MODE")
        yield
    finally:
        elsewhere.close()


def somebody_waits_for(table: str) -> bool:
    """Whether a connection waits for a lock on `table`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = %s::regclass)", [table])
        return bool(cursor.fetchone()[0])
