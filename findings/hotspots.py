"""Where syringes lie more than elsewhere, said only when the numbers carry it; and a walk over such places. Pure.

A place is compared with the city by findings per hour of patrols in its locality, because where nobody walks nothing
is found. What a few findings could just as well be by chance is called „málo dat“, never coloured.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from apk import czech

# Findings by which a place may be judged at all.
LEAST: Final = 5
# Two-sided 90 %: of ten places like the city, one is called otherwise by mistake.
Z: Final = 1.645
# A position this good (metres) counts whole: within it findings belong to one place.
GOOD_M: Final = 30.0
# How far a finding still adds to the density around a place, metres.
REACH_M: Final = 150.0

METRES_A_DEGREE: Final = 111_320.0

# A walk: metres a minute among houses (4 km/h), and minutes to search a place.
PACE: Final = 4000 / 60
SEARCH_MINUTES: Final = 6.0
SWEEP_MINUTES: Final = 120.0


class Level(StrEnum):
    """How a place stands against the city."""

    FEW = "few"
    UNWALKED = "unwalked"
    LESS = "less"
    USUAL = "usual"
    MORE = "more"


class Trend(StrEnum):
    """How a period stands against the same days a year before."""

    FEW = "few"
    FALLING = "falling"
    STEADY = "steady"
    RISING = "rising"


@dataclass(frozen=True)
class Seen:
    """A finding: at which place, where by its own position in degrees, how exact that is in metres (None: shown by
    hand)."""

    place: int
    latitude: float
    longitude: float
    accuracy_m: float | None
    pieces: int


@dataclass(frozen=True)
class Spot:
    """A place and the locality whose patrols pass it (None: none do)."""

    place: int
    locality: int | None
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Hotspot:
    """What is known of a place in a period.

    `weighed` are its findings weighed by the accuracy of their positions, `density` those of all findings within
    REACH_M, nearer ones more. `hours` of patrols in its locality, `rate` is `weighed` per hour, None without hours.
    """

    place: int
    findings: int
    before: int
    pieces: int
    weighed: float
    density: float
    hours: float
    rate: float | None
    level: Level
    trend: Trend


def weight(accuracy_m: float | None) -> float:
    """What a finding counts for: 1 up to GOOD_M, then the share of its circle of error that such a circle covers."""
    if accuracy_m is None or accuracy_m <= GOOD_M:
        return 1.0
    return (GOOD_M / accuracy_m) ** 2


def metres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Metres between two points of one city; the curve of the earth makes millimetres there."""
    north = (other_latitude - latitude) * METRES_A_DEGREE
    east = (other_longitude - longitude) * METRES_A_DEGREE * math.cos(math.radians((latitude + other_latitude) / 2))
    return math.hypot(north, east)


def densities(spots: Iterable[Spot], seen: Iterable[Seen]) -> dict[int, float]:
    """Around each place the weights of the findings within REACH_M, falling evenly from 1 there to 0 at the edge."""
    # Squares as large as the reach: what adds to a place lies in its square or beside it.
    high = REACH_M / METRES_A_DEGREE
    squares: dict[tuple[int, int], list[Seen]] = defaultdict(list)
    spots = list(spots)
    # The northernmost parallel has the narrowest degrees.
    farthest = max((abs(spot.latitude) for spot in spots), default=0.0) + 1
    wide = high / math.cos(math.radians(min(farthest, 89.0)))
    for each in seen:
        squares[math.floor(each.latitude / high), math.floor(each.longitude / wide)].append(each)
    found = {}
    for spot in spots:
        row, column = math.floor(spot.latitude / high), math.floor(spot.longitude / wide)
        near = (
            each
            for rows in (row - 1, row, row + 1)
            for columns in (column - 1, column, column + 1)
            for each in squares.get((rows, columns), ())
        )
        found[spot.place] = math.fsum(
            weight(each.accuracy_m)
            * max(0.0, 1 - metres(spot.latitude, spot.longitude, each.latitude, each.longitude) / REACH_M)
            for each in near
        )
    return found


def hotspots(
    spots: Iterable[Spot], seen: Iterable[Seen], before: Mapping[int, int], hours: Mapping[int, float]
) -> list[Hotspot]:
    """The places where anything was found in the period or `before`: those above the city first, the highest
    rate first among alike.

    `before` are findings of places in the same days a year ago, `hours` of patrols by locality in the period.
    """
    spots, seen = list(spots), list(seen)
    by_place: dict[int, list[Seen]] = defaultdict(list)
    for each in seen:
        by_place[each.place].append(each)
    around = densities(spots, seen)
    walked = sum(hours.values())
    inside = [each for spot in spots if spot.locality in hours for each in by_place[spot.place]]
    # What a place of the city has on average for an hour of patrols around it.
    spread = sum(hours.get(spot.locality, 0.0) for spot in spots if spot.locality is not None)
    usual = sum(weight(each.accuracy_m) for each in inside) / spread if walked and spread else 0.0
    made = []
    for spot in spots:
        here = by_place[spot.place]
        count, ago = len(here), before.get(spot.place, 0)
        if not count and not ago:
            continue
        spent = hours.get(spot.locality, 0.0) if spot.locality is not None else 0.0
        weighed = math.fsum(weight(each.accuracy_m) for each in here)
        made.append(
            Hotspot(
                place=spot.place,
                findings=count,
                before=ago,
                pieces=sum(each.pieces for each in here),
                weighed=weighed,
                density=around[spot.place],
                hours=spent,
                rate=weighed / spent if spent else None,
                level=level(count, weighed, spent, usual),
                trend=trend(count, ago),
            )
        )
    return sorted(made, key=lambda spot: (ORDER.index(spot.level), -(spot.rate or 0.0), -spot.density, spot.place))


def level(count: int, weighed: float, hours: float, usual: float) -> Level:
    """Whether `weighed` findings in so many hours are more or less than `usual` an hour beyond chance."""
    if not hours:
        return Level.UNWALKED
    if count < LEAST:
        return Level.FEW
    low, high = interval(weighed)
    if low / hours > usual:
        return Level.MORE
    return Level.LESS if high / hours < usual else Level.USUAL


def interval(count: float) -> tuple[float, float]:
    """The counts that a Poisson count may stand for, with 90 % certainty (Byar's approximation)."""
    low = count * (1 - 1 / (9 * count) - Z / (3 * math.sqrt(count))) ** 3 if count > 0 else 0.0
    more = count + 1
    return max(0.0, low), more * (1 - 1 / (9 * more) + Z / (3 * math.sqrt(more))) ** 3


def trend(now: int, before: int) -> Trend:
    """Against the same days a year before, so that summer is not compared with winter."""
    if now + before < 2 * LEAST:
        return Trend.FEW
    beyond_chance = (now - before) / math.sqrt(now + before)
    if beyond_chance > Z:
        return Trend.RISING
    return Trend.FALLING if beyond_chance < -Z else Trend.STEADY


# What can be said comes before what cannot.
ORDER: Final = (Level.MORE, Level.USUAL, Level.LESS, Level.FEW, Level.UNWALKED)
LEVELS: Final = {
    Level.FEW: "málo dat",
    Level.UNWALKED: "bez pochůzek",
    Level.LESS: "méně než obvykle",
    Level.USUAL: "obvyklé",
    Level.MORE: "víc než obvykle",
}
TRENDS: Final = {
    Trend.FEW: "málo dat",
    Trend.FALLING: "klesá",
    Trend.STEADY: "beze změny",
    Trend.RISING: "roste",
}


def sentence(spot: Hotspot) -> str:
    """Why a place is called what it is called, in one sentence."""
    found = czech.counted(spot.findings, "nález", "nálezy", "nálezů")
    walked = f"{czech.number(spot.hours, 1)} hodin pochůzek v lokalitě"
    match spot.level:
        case Level.UNWALKED:
            return f"{found}, ale pochůzky tudy v té době nevedly, není s čím srovnat."
        case Level.FEW:
            return f"{found} za {walked}: na srovnání s městem je potřeba aspoň {LEAST}."
        case Level.MORE:
            return f"{found} za {walked} je víc, než se dá u obvyklého místa města čekat náhodou."
        case Level.LESS:
            return f"{found} za {walked} je méně, než se dá u obvyklého místa města čekat náhodou."
        case _:
            return f"{found} za {walked}: rozdíl proti obvyklému místu města může být náhoda."


# --- A walk over places that are due ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stop:
    """A place to search; `due` are findings to be expected there by now."""

    place: int
    latitude: float
    longitude: float
    due: float


@dataclass(frozen=True)
class Sweep:
    """A walk: stops in order, metres to each from the one before (0 to the first), minutes with the searching."""

    stops: tuple[Stop, ...]
    legs: tuple[float, ...]
    minutes: float


def expected(findings: int, days: float, since: float) -> float:
    """Findings to be expected at a place `since` days after it was last searched, by `findings` in `days`."""
    return findings * since / days if days > 0 else 0.0


def sweep(stops: Sequence[Stop], minutes: float = SWEEP_MINUTES) -> Sweep:
    """The walk over the places most due that fits into `minutes`, beginning at the most due one.

    A place is added where it lengthens the walk least, as long as it fits, the most expected findings for an added
    minute first; then the walk is straightened until turning no part of it round makes it shorter.
    """
    left = sorted((stop for stop in stops if stop.due > 0), key=lambda stop: (-stop.due, stop.place))
    if not left or minutes < SEARCH_MINUTES:
        return Sweep((), (), 0.0)
    walk = [left.pop(0)]
    while left:
        options = []
        for stop in left:
            added, position = cheapest(walk, stop)
            if lasts(walk) + added / PACE + SEARCH_MINUTES <= minutes:
                options.append((stop.due / (added / PACE + SEARCH_MINUTES), -stop.place, stop, position))
        if not options:
            break
        _, _, chosen, position = max(options, key=lambda option: option[:2])
        walk.insert(position, chosen)
        left.remove(chosen)
        walk = straightened(walk)
    legs = (0.0, *(between(one, other) for one, other in pairwise(walk)))
    return Sweep(tuple(walk), legs, lasts(walk))


def between(one: Stop, other: Stop) -> float:
    return metres(one.latitude, one.longitude, other.latitude, other.longitude)


def length(walk: Sequence[Stop]) -> float:
    return math.fsum(between(one, other) for one, other in pairwise(walk))


def lasts(walk: Sequence[Stop]) -> float:
    """Minutes of a walk with the searching."""
    return length(walk) / PACE + SEARCH_MINUTES * len(walk)


def cheapest(walk: Sequence[Stop], stop: Stop) -> tuple[float, int]:
    """Metres that a stop adds to a walk at its best position behind the first, and that position."""
    best = between(walk[-1], stop), len(walk)
    for position in range(1, len(walk)):
        one, other = walk[position - 1], walk[position]
        best = min(best, (between(one, stop) + between(stop, other) - between(one, other), position))
    return best


def straightened(walk: list[Stop]) -> list[Stop]:
    """The walk with parts behind its first stop turned round for as long as that makes it shorter."""
    shorter = True
    while shorter:
        shorter = False
        for first in range(1, len(walk) - 1):
            for last in range(first + 1, len(walk)):
                turned = [*walk[:first], *reversed(walk[first : last + 1]), *walk[last + 1 :]]
                if length(turned) < length(walk) - 1e-6:
                    walk, shorter = turned, True
    return walk
