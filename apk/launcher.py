"""What `make run` does: servers, migrations, demonstration data, then web, worker and beat, and all of them stopped.

Parts live and die together. A crash of one stops the others; whatever ends this process, SIGKILL included, ends them
too. People read Czech sentences here, details go to logs under ``var/log``.
"""

import argparse
import fcntl
import hashlib
import http.client
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType

import environ

from apk import children, embedded
from apk.children import Child

ROOT = Path(__file__).resolve().parent.parent
environ.Env.read_env(ROOT / ".env")
VAR = Path(os.environ.get("VAR_DIR") or ROOT / "var")
LOGS = VAR / "log"
SERVERS_FILE = VAR / "servers.env"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_LOG_LIMIT = 5_000_000  # bytes after which a log gives way to a new one at the next start
_READY_PATIENCE = 120.0  # seconds from starting the web to its readiness


class Refusal(Exception):
    """Why the application cannot start or go on; the message is for the person at the terminal."""


class Stopped(BaseException):
    """Somebody asked us to finish. It must pass through every ``except Exception``."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--reset", action="store_true", help="delete all data instead of starting")
    arguments = parser.parse_args()
    if "MAKELEVEL" in os.environ:  # a killed `make` must not leave us behind
        children.die_with_parent(os.getppid(), signal.SIGTERM)
    for sig in STOP_SIGNALS:
        if signal.getsignal(sig) is not signal.SIG_IGN:  # as `nohup` asks
            signal.signal(sig, _stop)
    try:
        with _only_launcher():
            reset() if arguments.reset else run()
    except (Refusal, embedded.ServerError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except Stopped:
        print("Aplikace je zastavena, data zůstala ve složce var.")
    return 0


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # One request is enough; later ones must not interrupt the stopping.
    for sig in STOP_SIGNALS:
        signal.signal(sig, signal.SIG_IGN)
    os.write(sys.stdout.fileno(), "\nZastavuji…\n".encode())  # print could be what was interrupted
    raise Stopped


def run() -> None:
    """Starts every part and watches them. Raises Stopped when asked to finish, Refusal when a part fails."""
    port = _chosen_port()
    environment = _environment(port)
    os.environ.update(environment)
    with ExitStack() as stack:
        servers = stack.enter_context(embedded.servers(VAR, logs=LOGS))
        environment |= servers.urls
        stack.enter_context(_servers_file(environment))
        _manage(environment, "migrate", "--no-input", step="Příprava databáze")
        _collect_static_files(environment)

        parts = list(servers.running)
        # The last one in is the first one out: web, beat, worker, and only then the servers.
        for start in (_start_worker, _start_beat, _start_web):
            part = start(environment, port)
            stack.callback(part.stop)
            parts.append(part)
        # Meanwhile the parts are getting up, and the worker may already have work from the demonstration data.
        sign_ins = _manage(environment, "demo", "--if-empty", "--sign-ins", step="Příprava ukázkových dat")
        _wait_until_ready(parts, port)
        _announce(port, sign_ins)
        while True:
            _check(parts)
            time.sleep(0.3)


def reset() -> None:
    """Deletes everything that `make run` keeps, after the person confirms it."""
    print(f"Smažou se všechna data této instalace: databáze, fotografie i záznamy ve složce {VAR}.")
    try:
        answer = input("Napište „smazat“ a potvrďte: ")
    except EOFError:
        answer = ""
    if answer.strip().strip("„“\"'") != "smazat":
        raise Refusal("Nic se nesmazalo.")
    embedded.remove(VAR)
    for entry in VAR.iterdir():
        if entry.name not in {"run.lock", "bootstrap.lock"}:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    print("Data jsou smazána, „make run“ začne znovu s ukázkovými.")


@contextmanager
def _only_launcher() -> Iterator[None]:
    """Holds the checkout's lock. Raises Refusal when another launcher holds it or the folder cannot be written to."""
    try:
        LOGS.mkdir(parents=True, exist_ok=True)
        lock = (VAR / "run.lock").open("w")
    except OSError as error:
        raise Refusal(
            f"Do složky {VAR} nelze zapisovat ({error.strerror}): změňte její práva, "
            "nebo si projekt naklonujte do své domovské složky."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refusal("Aplikace už z této složky běží: nejdříve ji ukončete klávesami Ctrl+C.") from error
        yield


def _chosen_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Refusal(f"PORT={text} není číslo portu: zvolte číslo od 1024 do 65535, například „make run PORT=8001“.")
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise Refusal(f"Port {port} smí otevřít jen root: zvolte jiný, například „make run PORT=8000“.") from error
        except OSError as error:
            raise Refusal(
                f"Port {port} už používá jiný program: zvolte jiný, například „make run PORT={port % 65535 + 1}“."
            ) from error
    return port


def _environment(port: int) -> dict[str, str]:
    """The environment of every part: what the person or ``.env`` set, and for the rest what suits one computer."""
    defaults = {
        "HTTPS": "false",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "PUBLIC_URL": f"http://localhost:{port}",
        "PYTHONUNBUFFERED": "1",
    }
    environment = {**defaults, **os.environ}
    if not environment.get("SECRET_KEY"):
        environment["SECRET_KEY"] = _secret_key()
    return environment


def _secret_key() -> str:
    """A key of this installation alone, so that sessions survive a restart."""
    file = VAR / "secret_key"
    if not file.exists():
        partial = file.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_urlsafe(50))
        partial.rename(file)
    return file.read_text()


@contextmanager
def _servers_file(environment: Mapping[str, str]) -> Iterator[None]:
    """While the servers run, ``manage.py`` in another terminal finds them by this file."""
    names = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "HTTPS")
    SERVERS_FILE.unlink(missing_ok=True)
    SERVERS_FILE.touch(mode=0o600)
    SERVERS_FILE.write_text("".join(f"{name}={environment[name]}\n" for name in names))
    try:
        yield
    finally:
        SERVERS_FILE.unlink(missing_ok=True)


def _manage(environment: Mapping[str, str], *arguments: str, step: str) -> str:
    """Runs a management command to its end and returns what it printed. Raises Refusal with the end of its log."""
    print(f"{step}…", flush=True)
    log = LOGS / f"{arguments[0]}.log"
    log.unlink(missing_ok=True)
    manage: list[str | Path] = [sys.executable, ROOT / "manage.py", *arguments]
    printed = log.with_suffix(".out")
    with printed.open("wb") as output:
        command = children.start(step, manage, log=log, stdout=output.fileno(), environment=environment, directory=ROOT)
    try:
        failed = command.process.wait()
    finally:
        command.stop()
    if failed:
        raise Refusal(f"{step}: nepodařilo se. Konec záznamu {log}:\n{command.log_tail()}")
    return printed.read_text()


def _collect_static_files(environment: Mapping[str, str]) -> None:
    """Gathers static files where the web serves them from, unless nothing has changed since the last time."""
    stamp = VAR / "static.digest"
    current = hashlib.sha256()
    for lock in (ROOT / "requirements.lock", ROOT / "package-lock.json"):
        current.update(lock.read_bytes())
    for file in sorted(path for path in (ROOT / "static").rglob("*") if path.is_file()):
        current.update(f"{file} {file.stat().st_mtime_ns} {file.stat().st_size}\n".encode())
    for code in (ROOT / "apk" / "settings.py", ROOT / "apk" / "staticfiles.py"):
        current.update(code.read_bytes())
    if (VAR / "static").is_dir() and stamp.exists() and stamp.read_text() == current.hexdigest():
        return
    stamp.unlink(missing_ok=True)
    _manage(environment, "collectstatic", "--no-input", "--clear", step="Příprava stylů a skriptů")
    stamp.write_text(current.hexdigest())


def _log(name: str) -> Path:
    log = LOGS / f"{name}.log"
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    return log


def _start_worker(environment: Mapping[str, str], _port: int) -> Child:
    # There is one worker: it need not look for others when it starts, which takes a second.
    alone = ["--without-mingle", "--without-gossip"]
    options = ["--concurrency=2", "--loglevel=INFO", *alone]
    return _start(environment, "worker", "celery", "-A", "apk.celery", "worker", *options)


def _start_beat(environment: Mapping[str, str], _port: int) -> Child:
    return _start(environment, "beat", "celery", "-A", "apk.celery", "beat", "--loglevel=INFO")


def _start_web(environment: Mapping[str, str], port: int) -> Child:
    web = {**environment, "WEB_BIND": f"127.0.0.1:{port}", "DATABASE_POOL": "true"}
    return _start(web, "web", "gunicorn", "--config", "deploy/gunicorn.conf.py")


def _start(environment: Mapping[str, str], name: str, module: str, *arguments: str) -> Child:
    command = [sys.executable, "-m", module, *arguments]
    return children.start(name, command, log=_log(name), environment=environment, directory=ROOT)


def _check(parts: list[Child]) -> None:
    for part in parts:
        if not part.is_running:
            raise Refusal(
                f"Část „{part.name}“ nečekaně skončila (kód {part.process.returncode}), proto se zastavuje vše. "
                f"Konec záznamu {part.log}:\n{part.log_tail()}"
            )


def _wait_until_ready(parts: list[Child], port: int) -> None:
    deadline = time.monotonic() + _READY_PATIENCE
    answer = ""
    while True:
        _check(parts)
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                connection.request("GET", "/readyz", headers={"Host": "localhost"})
                response = connection.getresponse()
                answer = response.read().decode(errors="replace")
                if response.status == http.client.OK:
                    return
            finally:
                connection.close()
        if time.monotonic() > deadline:
            raise Refusal(f"Aplikace není připravena ani po {_READY_PATIENCE:.0f} s: {answer or 'web neodpovídá'}.")
        time.sleep(0.2)


def _announce(port: int, sign_ins: str) -> None:
    """Prints the one block that tells where the application is and who may sign in."""
    line = "─" * 78
    print(f"\n{line}\n  Aplikace běží na adrese  http://localhost:{port}\n")
    if sign_ins.strip():
        print("  Ukázková přihlášení:")
        print("".join(f"    {row}\n" for row in sign_ins.splitlines()))
    print(f"  Záznamy jsou ve složce {LOGS}. Aplikaci ukončíte klávesami Ctrl+C.\n{line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
