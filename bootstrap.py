"""Prepares this checkout: virtual environment, locked packages, browser libraries. The Makefile runs it first.

It uses the standard library alone and does nothing when everything is in place. What stands in its way it names in one
Czech sentence.
"""

import argparse
import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
PACKAGES = ROOT / "requirements-dev.lock"
BROWSER_LIBRARIES = ROOT / "node_modules"
LOGS = ROOT / "var" / "log"


class Obstacle(Exception):
    """Why the checkout cannot be prepared; the message is a Czech sentence that says what to do."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--with-chromium", action="store_true", help="also make sure of Chromium for browser tests")
    arguments = parser.parse_args()
    try:
        prepare()
        if arguments.with_chromium:
            ensure_chromium()
    except Obstacle as obstacle:
        print(obstacle, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def prepare() -> None:
    try:
        LOGS.mkdir(parents=True, exist_ok=True)
        lock = (ROOT / "var" / "bootstrap.lock").open("w")
    except OSError as error:
        raise Obstacle(
            f"Do složky {ROOT} nelze zapisovat ({error.strerror}): "
            "změňte její práva, nebo si projekt naklonujte do své domovské složky."
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install_packages()
        install_browser_libraries()


def install_packages() -> None:
    """Makes the virtual environment and installs what the lock file names, checked by hashes, from wheels alone."""
    stamp = ENVIRONMENT / "installed"
    # Its programs remember both the interpreter and the folder's full name, so a change of either breaks them.
    made_for = f"{platform.python_version()} in {ENVIRONMENT.resolve()}"
    wanted = f"{made_for}\n{digest(PACKAGES)}"
    if PYTHON.exists() and read(stamp) == wanted:
        return
    report("Instaluji balíčky Pythonu (poprvé to trvá asi minutu)…")
    if not PYTHON.exists() or (stamp.exists() and not read(stamp).startswith(made_for)):
        make_environment()
    stamp.unlink(missing_ok=True)
    install = ["install", "--require-hashes", "--no-deps", "--only-binary=:all:", "--no-input", "-r", str(PACKAGES)]
    run(
        [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *install],
        log=LOGS / "pip.log",
        failure="Balíčky Pythonu se nepodařilo nainstalovat: "
        "zkontrolujte připojení k internetu a spusťte příkaz znovu.",
    )
    stamp.write_text(wanted)


def make_environment() -> None:
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it in a package of its own
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Obstacle(
            "Pythonu chybí modul venv: nainstalujte ho "
            f"(v Debianu a Ubuntu příkazem „apt install python{version}-venv“) a spusťte příkaz znovu."
        )
    try:
        venv.create(ENVIRONMENT.resolve(), clear=True, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Obstacle(f"Virtuální prostředí {ENVIRONMENT} nelze vytvořit ({error}).") from error


def install_browser_libraries() -> None:
    """Installs browser libraries by npm; without running any script of theirs."""
    lock = ROOT / "package-lock.json"
    stamp = BROWSER_LIBRARIES / ".installed"
    wanted = digest(lock)
    if read(stamp) == wanted:
        return
    report("Instaluji knihovny pro prohlížeč…")
    npm = ENVIRONMENT / "bin" / "npm"
    if not npm.exists():
        raise Obstacle("Chybí npm, které má být ve virtuálním prostředí: smažte složku .venv a spusťte příkaz znovu.")
    run(
        [str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        log=LOGS / "npm.log",
        failure="Knihovny pro prohlížeč se nepodařilo nainstalovat: "
        "zkontrolujte připojení k internetu a spusťte příkaz znovu.",
        environment=node_environment(),
    )
    stamp.write_text(wanted)


def node_environment() -> Mapping[str, str]:
    """Node from the virtual environment goes first; npm's cache stays here where the home folder takes no writes."""
    path = f"{ENVIRONMENT / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    environment = {**os.environ, "PATH": path}
    if not os.access(Path("~").expanduser(), os.W_OK):
        environment |= {"HOME": str(ROOT / "var"), "npm_config_cache": str(ROOT / "var" / "cache" / "npm")}
    return environment


def ensure_chromium() -> None:
    """Browser tests drive Debian's Chromium, or the program that the variable CHROMIUM names."""
    if chosen := os.environ.get("CHROMIUM"):
        if not os.access(chosen, os.X_OK):
            raise Obstacle(f"Proměnná CHROMIUM ukazuje na {chosen}, což nelze spustit: opravte ji, nebo ji zrušte.")
        return
    if shutil.which("chromium"):
        return
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        raise Obstacle("Testům v prohlížeči chybí Chromium: nainstalujte ho příkazem „sudo apt-get install chromium“.")
    report("Instaluji Chromium pro testy v prohlížeči…")
    failure = "Chromium se nepodařilo nainstalovat: zkuste to sami příkazem „apt-get install chromium“."
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        run([apt, "--quiet", *command], log=LOGS / "chromium.log", failure=failure, environment=environment)


def run(command: list[str], *, log: Path, failure: str, environment: Mapping[str, str] | None = None) -> None:
    """Runs a command with its output in ``log``. Raises Obstacle with ``failure`` and the log's last lines."""
    with log.open("wb") as output:
        result = subprocess.run(
            command,
            check=False,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if result.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-10:])
        raise Obstacle(f"{failure}\nKonec záznamu {log}:\n{tail}")


def report(sentence: str) -> None:
    print(sentence, flush=True)


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
