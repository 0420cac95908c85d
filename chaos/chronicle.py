"""The log of runs, one JSON document a line, and the table that sums them up. Pure but for the writing."""

import json
from collections import defaultdict
from dataclasses import asdict
from typing import Any, TextIO

from chaos.run import Outcome
from chaos.schedule import Blow, Break, Schedule

COLUMNS = ("runs", "said", "on the server", "in the queue", "lost", "duplicated", "stuck", "leaked")

MODULES, SCREENS, ALL = "outbox modules", "whole screens", "all"


def line(outcome: Outcome) -> dict[str, Any]:
    """What the log says of a run."""
    schedule = outcome.schedule
    return {
        "seed": schedule.seed,
        "good": outcome.verdict.good,
        "blow": schedule.blow,
        "fell": outcome.blown,
        "struck": outcome.struck,
        "way": SCREENS if schedule.on_screen else MODULES,
        "said": outcome.said,
        "server": sorted(outcome.found.server),
        "queue": sorted(outcome.found.queue),
        **asdict(outcome.verdict),
        "complaints": outcome.complaints,
        "seconds": outcome.seconds,
    }


def unfinished(schedule: Schedule, error: str) -> dict[str, Any]:
    """What the log says of a run that did not come to its end."""
    way = SCREENS if schedule.on_screen else MODULES
    names = ("struck", "said", "server", "queue", "lost", "duplicated", "stuck", "leaked")
    empty: dict[str, Any] = {name: [] for name in names}
    return {"seed": schedule.seed, "good": False, "blow": schedule.blow, "way": way, **empty, "error": error}


def write(file: TextIO, document: dict[str, Any]) -> None:
    file.write(json.dumps(document, ensure_ascii=False) + "\n")
    file.flush()


def repeat(seed: int) -> str:
    return f"make chaos FROM={seed} SEEDS=1"


class Table:
    """How often each kind of fault was met and what came of it."""

    def __init__(self) -> None:
        self._rows: dict[str, list[int]] = defaultdict(lambda: [0] * len(COLUMNS))

    def add(self, document: dict[str, Any]) -> None:
        numbers = [1, *(len(document[name]) for name in ("said", "server", "queue"))]
        numbers += [len(document[name]) for name in ("lost", "duplicated", "stuck", "leaked")]
        breakages = {struck.partition(": ")[2] for struck in document["struck"]}
        for trait in [ALL, document["blow"], document["way"], *breakages]:
            self._rows[trait] = [a + b for a, b in zip(self._rows[trait], numbers, strict=True)]

    def text(self) -> str:
        """As Markdown, what befell first, then what the connection did."""
        order = [*map(str, Blow), *map(str, Break), MODULES, SCREENS, ALL]
        names = [name for name in order if name in self._rows]
        head = ["| fault | " + " | ".join(COLUMNS) + " |", "|---|" + "---:|" * len(COLUMNS)]
        return "\n".join(head + [f"| {name} | {' | '.join(map(str, self._rows[name]))} |" for name in names])
