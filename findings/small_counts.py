"""Counts for the public, from which no small one can be worked out. Pure.

Hiding the small rows is not enough: when the sum stands below, one hidden row is the sum less the others, and two that
sum up to two are one and one. So rows are hidden until what is hidden could be many things.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

LEAST: Final = 5
"""A count from 1 to LEAST - 1 is not told; a hidden one may be any of at least LEAST numbers."""

Key = TypeVar("Key")


@dataclass(frozen=True)
class Published(Generic[Key]):
    """`rows` hold None for a hidden count; `total` is None when it would give one away."""

    rows: dict[Key, int | None]
    total: int | None


def published(counts: Mapping[Key, int]) -> Published[Key]:
    """The counts as they may be told. Zeros are told: that nothing was found is about nobody."""
    hidden = {key for key, count in counts.items() if 0 < count < LEAST}
    # The least first; of two alike the one that comes first.
    others = sorted((count, number, key) for number, (key, count) in enumerate(counts.items()) if count >= LEAST)
    while hidden and not uncertain(len(hidden), sum(counts[key] for key in hidden)) and others:
        hidden.add(others.pop(0)[2])
    safe = not hidden or uncertain(len(hidden), sum(counts[key] for key in hidden))
    rows = {key: None if key in hidden else count for key, count in counts.items()}
    return Published(rows, sum(counts.values()) if safe else None)


def uncertain(rows: int, total: int) -> bool:
    """Whether each of so many hidden rows, none of them zero, may be any of LEAST numbers when they give `total`."""
    return rows > 1 and total - rows + 1 >= LEAST
