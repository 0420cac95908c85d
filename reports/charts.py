"""Geometry of charts: numbers in, coordinates out, for SVG templates. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 12, 30


@dataclass(frozen=True)
class Bar:
    """A bar and the tick below it; `tick` is "" where labels would crowd."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    tick: str
    label: str
    value: int


@dataclass(frozen=True)
class Line:
    """A line of the grid at a round value."""

    y: float
    value: int


@dataclass(frozen=True)
class BarChart:
    """Bars on a grid, in units of a `width` × `height` view box."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    ticks_at: int = HEIGHT - BOTTOM + 7


def bar_chart(items: Sequence[tuple[str, str, int]]) -> BarChart:
    """A chart of (label, tick, value) with values of zero or more; the grid ends at a round number."""
    step = round_step(max((value for _, _, value in items), default=0))
    top = max(step, step * ceil(max((value for _, _, value in items), default=0) / step))
    inner_width, inner_height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    slot = inner_width / max(len(items), 1)
    bars = []
    for number, (label, tick, value) in enumerate(items):
        height = inner_height * value / top
        x = LEFT + slot * number
        bars.append(
            Bar(
                x=round(x + slot * 0.12, 2),
                y=round(TOP + inner_height - height, 2),
                width=round(slot * 0.76, 2),
                height=round(height, 2),
                middle=round(x + slot / 2, 2),
                tick=tick,
                label=label,
                value=value,
            )
        )
    lines = [Line(round(TOP + inner_height * (1 - value / top), 2), value) for value in range(0, top + step, step)]
    return BarChart(tuple(bars), tuple(lines))


def round_step(highest: int) -> int:
    """The step of a grid with at most five lines above zero: 1, 2 or 5 times a power of ten."""
    least = max(1, highest / 5)
    power = 10 ** int(log10(least))
    return next(int(factor * power) for factor in (1, 2, 5, 10) if factor * power >= least)
