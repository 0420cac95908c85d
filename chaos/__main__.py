"""`python -m chaos`: runs seeds, writes the log and the table, and fails when anything was lost or doubled."""

import argparse
import platform
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from playwright.sync_api import Error, sync_playwright

from chaos import backlog, chronicle
from chaos.ground import ROOT, ground
from chaos.phone import launch_options
from chaos.proxy import Proxy
from chaos.run import Stage, run
from chaos.schedule import Blow, Kind, Record, Schedule, schedule

# Seeds of the runs with a phone broken on purpose; no other run has such.
BROKEN = -1


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first of them")
    parser.add_argument("--backlog", type=int, default=0, help="first so many findings with photos at once")
    parser.add_argument("--log", type=Path, default=ROOT / "var" / "chaos.jsonl", help="where the log goes")
    arguments = parser.parse_args()
    arguments.log.parent.mkdir(parents=True, exist_ok=True)
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    with ExitStack() as stack:
        log = stack.enter_context(arguments.log.open("w"))
        standing = stack.enter_context(ground())
        playwright = stack.enter_context(sync_playwright())
        proxy = Proxy(standing.web_port)
        stack.callback(proxy.close)
        browser = playwright.chromium.launch(**launch_options())
        stack.callback(browser.close)
        # Only now: the module imports models, which need settings, which need servers.
        people = import_module("chaos.people").People()
        stage = Stage(standing, proxy, playwright, browser, people)
        header = conditions(browser.version, seeds, stage)
        chronicle.write(log, header)
        print(f"Chromium {browser.version}, seeds {seeds.start}–{seeds.stop - 1}", flush=True)
        noticed = all([notices(stage, log, forgetting=True), notices(stage, log, minting=True)])
        sent = not arguments.backlog or sends(stage, log, arguments.backlog)
        bad = run_all(stage, seeds, log)
    return 0 if noticed and sent and not bad else 1


def conditions(browser: str, seeds: range, stage: Stage) -> dict[str, Any]:
    """Without which a record of runs means little."""
    git = shutil.which("git") or "git"
    commit = subprocess.run(
        [git, "rev-parse", "--short", "HEAD"], check=False, cwd=ROOT, capture_output=True, text=True
    )
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "browser": f"Chromium {browser}",
        "seeds": [seeds.start, seeds.stop - 1],
        "accepts": sorted(stage.people.accepts),
    }


def notices(stage: Stage, log: TextIO, **broken: bool) -> bool:
    """Whether the harness sees what a phone that is broken on purpose loses or doubles; else its word means nothing."""
    plain = schedule(0)
    only = Schedule(
        **{
            **{name: getattr(plain, name) for name in Schedule.__dataclass_fields__},
            "seed": BROKEN,
            "blow": Blow.NOTHING,
            "on_screen": False,
            "with_worker": False,
            "own_browser": False,
            "records": (Record(Kind.FINDING, 0),),
            "faults": (),
            "offline": False,
            "clock": 0,
        }
    )
    verdict = run(stage, only, **broken).verdict
    seen = bool(verdict.lost if broken.get("forgetting") else verdict.duplicated)
    [name] = broken
    chronicle.write(log, {"broken phone": name, "noticed": seen, "lost": verdict.lost, "doubled": verdict.duplicated})
    print(f"A phone broken on purpose ({name}) is {'noticed' if seen else 'NOT NOTICED'}.", flush=True)
    return seen


def sends(stage: Stage, log: TextIO, number: int) -> bool:
    """Whether a long queue is sent whole and soon."""
    document = backlog.run(stage, number)
    chronicle.write(log, document)
    print(f"{number} findings with photos saved offline, browser killed: {document}", flush=True)
    return bool(document["good"])


def run_all(stage: Stage, seeds: range, log: TextIO) -> list[int]:
    """Runs the seeds; the bad ones."""
    table, bad, began = chronicle.Table(), [], time.monotonic()
    for seed in seeds:
        try:
            document = chronicle.line(run(stage, schedule(seed)))
        except Error as error:
            # The browser did not do what the run needs; whether anything was lost is not known, and that is bad too.
            document = chronicle.unfinished(schedule(seed), str(error))
        chronicle.write(log, document)
        table.add(document)
        if not document["good"]:
            bad.append(seed)
            print(f"seed {seed} is bad: {document}\n  repeat it: {chronicle.repeat(seed)}", flush=True)
    seconds = time.monotonic() - began
    print(table.text())
    print(f"{len(seeds)} runs in {seconds:.0f} s, {len(bad)} bad", flush=True)
    return bad


if __name__ == "__main__":
    sys.exit(main())
