"""A pytest plugin that gives the tests real PostgreSQL and Valkey.

It must be loaded before anything reads Django's settings, hence as ``-p tests.servers`` and not in ``conftest.py``.
With ``DATABASE_URL`` and ``REDIS_URL`` set, the tests use those servers and none is started.
"""

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from apk import embedded
from apk.children import Child

_servers = pytest.StashKey[list[Child]]()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Starts the servers ahead of every other plugin's reading of the settings; stops them at the very end."""
    stack = ExitStack()
    early_config.add_cleanup(stack.close)
    try:
        running = stack.enter_context(embedded.throwaway_servers())
    except embedded.ServerError as error:
        raise pytest.UsageError(str(error)) from error
    os.environ.update(running.urls)
    # The environment wins over a developer's `.env`, so that tests mean the same everywhere.
    os.environ.update(
        SECRET_KEY=secrets.token_urlsafe(50),
        DEBUG="false",
        HTTPS="false",
        VAR_DIR=str(running.home),
        ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
        # Playwright keeps an event loop in the main thread, which Django would take for asynchronous code.
        DJANGO_ALLOW_ASYNC_UNSAFE="true",
    )
    early_config.stash[_servers] = running.running
    return (yield)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Says which PostgreSQL the tests ran on: a run on an old one must be seen to be that."""
    versions = [subprocess.check_output([server.program, "--version"], text=True) for server in config.stash[_servers]]
    return [f"server: {version.strip()}" for version in versions]
