"""How often noise of the GPS makes two places of one, and one of two, by the radius of a place.

One spot is found twelve times, each time at a position that is off as phones say: within the accuracy with a chance of
68 %. Two spots, so many metres apart, are found six times each. The code that assigns findings to places is the very
one of the application; only the database is left out.
"""

import math
from collections.abc import Callable
from random import Random
from typing import Final

from django.test import override_settings

from apk.localities.geometry import ELLIPSOID
from findings.places import Spot, choice

SPOT: Final = (49.845, 18.277)
FINDINGS: Final = 12
SPOTS: Final = 400
RADII: Final = (15, 20, 30, 45, 60)
ACCURACIES: Final = (5, 10, 15, 20, 30, 50)
APART: Final = (40, 60, 100)
# Of a position that is off by the same chance in both directions 68 % lie within so many standard deviations.
DEVIATIONS: Final = math.sqrt(-2 * math.log(1 - 0.68))

Point = tuple[float, float]


def run() -> None:
    print(f"Jak často se z jednoho místa stane víc ({FINDINGS} nálezů na místě, {SPOTS} míst, v závorce průměr míst):")
    print(table("přesnost", [f"{radius} m" for radius in RADII], [row_of_one(accuracy) for accuracy in ACCURACIES]))
    for apart in APART:
        print(f"Jak často místo obsahuje nálezy obou, když jsou dvě {apart} m od sebe:")
        rows = [row_of_two(accuracy, apart) for accuracy in ACCURACIES]
        print(table("přesnost", [f"{radius} m" for radius in RADII], rows))


def row_of_one(accuracy: float) -> list[str]:
    row = [f"± {accuracy} m"]
    for radius in RADII:
        counts = [len(set(assigned([SPOT] * FINDINGS, accuracy, radius, seed))) for seed in range(SPOTS)]
        row.append(f"{share(counts, lambda n: n > 1)} ({sum(counts) / SPOTS:.1f})".replace(".", ","))
    return row


def row_of_two(accuracy: float, apart: float) -> list[str]:
    longitude, latitude, _ = ELLIPSOID.fwd(SPOT[1], SPOT[0], 90, apart)
    truth = [SPOT, (latitude, longitude)] * (FINDINGS // 2)
    row = [f"± {accuracy} m"]
    for radius in RADII:
        mixed = []
        for seed in range(SPOTS):
            places = assigned(truth, accuracy, radius, seed)
            mixed.append(len(set(places[::2]) & set(places[1::2])))
        row.append(share(mixed, lambda n: n > 0))
    return row


def share(values: list[int], wanted: Callable[[int], bool]) -> str:
    return f"{100 * sum(map(wanted, values)) / len(values):.0f} %"


def assigned(truth: list[Point], accuracy: float, radius: float, seed: int) -> list[int]:
    """The places that findings at `truth` get, one after another; a new place lies where its first finding does."""
    random = Random(f"{accuracy}/{radius}/{seed}")  # an experiment, no secret
    spots: list[Spot] = []
    places = []
    with override_settings(PLACE_RADIUS_M=float(radius)):
        for latitude, longitude in truth:
            position = off(latitude, longitude, accuracy, random)
            place = choice(*position, spots, None)
            if place is None:
                place = len(spots) + 1
                spots.append(Spot(place, *position))
            places.append(place)
    return places


def off(latitude: float, longitude: float, accuracy: float, random: Random) -> Point:
    """A position as a phone with that accuracy (metres, 68 %) says it."""
    east, north = (random.gauss(0, accuracy / DEVIATIONS) for _ in range(2))
    distance, azimuth = math.hypot(east, north), math.degrees(math.atan2(east, north))
    there, here, _ = ELLIPSOID.fwd(longitude, latitude, azimuth, distance)
    return here, there


def table(corner: str, heads: list[str], rows: list[list[str]]) -> str:
    lines = [[f"{corner} \\ poloměr", *heads], ["---"] * (len(heads) + 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
