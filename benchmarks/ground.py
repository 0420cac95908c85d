"""Where benchmarks run: an empty, migrated database of their own on servers that are thrown away afterwards."""

import logging
import os
import platform
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

from apk import embedded


@contextmanager
def ground() -> Iterator[None]:
    """Servers, settings and an empty database for as long as the block runs.

    The servers write as durably as in production: without fsync a commit would cost nothing.
    """
    # The environment wins over any `.env`: a benchmark must not write into a database that somebody uses.
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REDIS_URL", None)
    with tempfile.TemporaryDirectory(prefix="apk-bench-", ignore_cleanup_errors=True) as directory:
        home = Path(directory)
        home.chmod(0o711)
        with embedded.servers(home, durable=True) as running:
            os.environ.update(running.urls)
            os.environ.update(
                DJANGO_SETTINGS_MODULE="apk.settings",
                SECRET_KEY=secrets.token_urlsafe(50),
                HTTPS="false",
                VAR_DIR=str(home),
                LOG_LEVEL="CRITICAL",
                ALLOWED_HOSTS="testserver",
            )
            (home / "static").mkdir()
            django.setup()
            logging.disable()
            call_command("migrate", verbosity=0)
            try:
                yield
            finally:
                connection.close()
        embedded.remove(home)


def conditions() -> str:
    """One line about the machine and the servers, without which no figure means anything."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
    return f"PostgreSQL {version}, Python {platform.python_version()}, {os.cpu_count()} cores, fsync on"


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median_ratio(pairs: list[tuple[float, float]]) -> float:
    """The median of what each pair's first time is of its second; pairs were measured one right after the other."""
    return statistics.median(first / second for first, second in pairs)
