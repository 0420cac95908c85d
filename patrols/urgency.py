"""How urgent localities are, as those know who stand above the plan: what was found there lately.

The plan must not know of findings, so whoever does registers a source in their `AppConfig.ready`.
"""

from collections.abc import Callable, Mapping
from datetime import date

Source = Callable[[date], Mapping[int, float]]
"""Of a day, for keys of localities, from 0 (nothing) to 1 (the most urgent of all)."""

_sources: list[Source] = []


def register(source: Source) -> None:
    """Called from `AppConfig.ready` of the app that knows."""
    _sources.append(source)


def urgency(day: date) -> dict[int, float]:
    """For each locality that anybody speaks of, the highest that is said."""
    highest: dict[int, float] = {}
    for source in _sources:
        for locality, level in source(day).items():
            highest[locality] = max(highest.get(locality, 0), level)
    return highest
