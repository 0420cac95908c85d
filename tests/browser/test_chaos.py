"""A short part of the fault harness: the same as `make chaos`, with few seeds."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Their blows are: service worker updated, database stopped, browser killed, renderer killed, storage full, and others.
FIRST, SEEDS = 41, 6
BACKLOG = 10


def test_nothing_is_lost_nor_doubled_and_a_broken_phone_is_noticed(tmp_path: Path) -> None:
    log = tmp_path / "chaos.jsonl"
    arguments = {"--seeds": SEEDS, "--from": FIRST, "--backlog": BACKLOG, "--log": log}
    words = [str(word) for argument in arguments.items() for word in argument]
    command = [sys.executable, "-m", "chaos", *words]
    # Servers of its own: it stops and crashes them.
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    broken = {line["broken phone"]: line["noticed"] for line in lines if "broken phone" in line}
    assert broken == {"forgetting": True, "minting": True}, done.stdout + done.stderr
    [backlog] = [line for line in lines if "backlog" in line]
    assert (backlog["said"], backlog["findings"], backlog["photos"]) == (BACKLOG, BACKLOG, BACKLOG)
    runs = [line for line in lines if "seed" in line]
    assert [run["seed"] for run in runs] == list(range(FIRST, FIRST + SEEDS)), done.stdout + done.stderr
    assert done.returncode == 0, done.stdout + done.stderr
