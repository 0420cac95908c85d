"""The ground that a run stands on: database, broker and web server, all real, all thrown away afterwards.

Database and web server can be taken away and brought back. What the database holds is read by plain SQL, so that the
oracle trusts none of the code under test.
"""

import logging
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import django
import psycopg
from django.core.management import call_command

from apk import children, embedded

if TYPE_CHECKING:
    from apk.children import Child

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0


class Ground:
    """Servers that can be taken away and brought back; `starts` counts how often the web server was started."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._database = ExitStack()
        self._postgres: Child | None = None
        self._web: Child | None = None
        self.database_url = ""
        self.web_port = _free_port()
        self.starts = 0

    # --- Coming and going ---------------------------------------------------------------------------------------------

    def start_database(self) -> None:
        """The database as durable as in production: what it has confirmed must outlive its crash."""
        if self._postgres is not None:
            return
        with _without("DATABASE_URL"):
            servers = self._database.enter_context(embedded.servers(self.home / "database", durable=True))
        [self._postgres] = servers.running
        self.database_url = servers.urls["DATABASE_URL"]

    def stop_database(self) -> None:
        """Stops it politely: it throws everybody out and writes its data down."""
        self._database.close()
        self._database = ExitStack()
        self._postgres = None

    def crash_database(self) -> None:
        """Stops it as a power cut would; it will find out from its log what it had promised."""
        if self._postgres is not None:
            self._postgres.process.send_signal(signal.SIGQUIT)
            self._postgres.process.wait(PATIENCE)
        self.stop_database()

    def start_web(self) -> None:
        if self._web is not None and self._web.is_running:
            return
        environment = {**os.environ, "WEB_BIND": f"127.0.0.1:{self.web_port}", "WEB_THREADS": "8", "WEB_WORKERS": "2"}
        command: list[str | Path] = [sys.executable, "-m", "gunicorn", "--config", ROOT / "deploy/gunicorn.conf.py"]
        self._web = children.start(
            "web", command, log=self.home / "web.log", environment=environment, directory=ROOT, patience=5.0
        )
        self.starts += 1
        self.wait_for_web()

    def wait_for_web(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.web_port}/healthz", timeout=5):
                return
            if time.monotonic() > deadline or self._web is None or not self._web.is_running:
                raise RuntimeError(f"the web server did not start:\n{(self.home / 'web.log').read_text()[-3000:]}")
            time.sleep(0.05)

    def kill_web(self) -> None:
        """Takes the web server away in the middle of whatever it does."""
        if self._web is not None:
            os.killpg(self._web.process.pid, signal.SIGKILL)
            self._web.process.wait()

    def kill_web_workers(self) -> None:
        """Kills the processes that serve; their parent starts others."""
        if self._web is not None:
            pids = Path(f"/proc/{self._web.process.pid}/task/{self._web.process.pid}/children").read_text().split()
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)

    def stop_web(self) -> None:
        if self._web is not None:
            self._web.stop()

    def close(self) -> None:
        self.stop_web()
        self.stop_database()

    # --- The database -------------------------------------------------------------------------------------------------

    def connection(self) -> psycopg.Connection:
        return psycopg.connect(self.database_url, autocommit=True)

    @contextmanager
    def table_locked(self, table: str) -> Iterator[None]:
        """Keeps everybody else from the table; a server that wants to write into it waits in its transaction."""
        connection = psycopg.connect(self.database_url)
        try:
            connection.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
            yield
        finally:
            with suppress(psycopg.Error):
                connection.rollback()
            connection.close()

    def forget_session(self, key: str) -> None:
        with self.connection() as connection:
            connection.execute("DELETE FROM django_session WHERE session_key = %s", [key])


@contextmanager
def ground() -> Iterator[Ground]:
    """Everything started and migrated for as long as the block runs."""
    home = Path(tempfile.mkdtemp(prefix="apk-chaos-"))
    home.chmod(0o711)
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    standing = Ground(home)
    try:
        with ExitStack() as stack:
            os.environ["DATABASE_URL"] = "not yet"
            broker = stack.enter_context(embedded.servers(home / "broker", durable=False))
            os.environ.update(broker.urls)
            stack.callback(standing.close)
            standing.start_database()
            os.environ.update(
                DATABASE_URL=standing.database_url,
                DJANGO_SETTINGS_MODULE="apk.settings",
                DJANGO_ALLOW_ASYNC_UNSAFE="true",  # Playwright keeps an event loop in this thread
                SECRET_KEY=secrets.token_urlsafe(50),
                DEBUG="false",
                HTTPS="false",
                VAR_DIR=str(home),
                LOG_LEVEL="WARNING",
                ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
            )
            django.setup()
            logging.disable()
            call_command("migrate", verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)
            standing.start_web()
            yield standing
    finally:
        for part in ("database", "broker"):
            embedded.remove(home / part)
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _without(name: str) -> Iterator[None]:
    value = os.environ.pop(name, None)
    try:
        yield
    finally:
        if value is not None:
            os.environ[name] = value


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
