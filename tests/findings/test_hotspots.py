"""Hotspots and sweeps against slow models; what few numbers must not say."""

import math
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from findings import hotspots
from findings.hotspots import LEAST, Level, Seen, Spot, Stop, Trend

latitudes = st.floats(49.80, 49.81)
longitudes = st.floats(18.20, 18.22)
spots = st.lists(st.tuples(latitudes, longitudes), min_size=1, max_size=6)
findings = st.lists(
    st.tuples(latitudes, longitudes, st.one_of(st.none(), st.floats(1, 200)), st.integers(0, 5)), max_size=15
)


@settings(max_examples=60)
@given(spots=spots, findings=findings)
def test_densities_are_what_a_look_at_every_pair_gives(spots: list, findings: list) -> None:
    places = [Spot(n, None, *at) for n, at in enumerate(spots)]
    seen = [Seen(n % len(spots), lat, lon, accuracy, 1) for lat, lon, accuracy, n in findings]
    got = hotspots.densities(places, seen)
    for place in places:
        slow = 0.0
        for each in seen:
            distance = hotspots.metres(place.latitude, place.longitude, each.latitude, each.longitude)
            share = 1.0 if each.accuracy_m is None or each.accuracy_m <= 30 else 900 / each.accuracy_m**2
            slow += share * (1 - distance / 150) if distance < 150 else 0
        assert got[place.place] == pytest.approx(slow, abs=1e-9)


def test_a_poor_position_weighs_less() -> None:
    assert [hotspots.weight(accuracy) for accuracy in (None, 5, 30, 60, 240)] == [1, 1, 1, 0.25, 1 / 64]


def seen_at(place: int, count: int, accuracy: float = 5.0) -> list[Seen]:
    return [Seen(place, 49.8 + place / 100, 18.2, accuracy, 2)] * count


def city(counts: dict[int, int], before: dict[int, int] | None = None) -> dict[int, hotspots.Hotspot]:
    """Places each in a locality of its own with a hundred hours of patrols; the first lies outside all."""
    places = [Spot(n, n or None, 49.8 + n / 100, 18.2) for n in counts]
    seen = [each for place, count in counts.items() for each in seen_at(place, count)]
    made = hotspots.hotspots(places, seen, before or {}, {n: 100.0 for n in counts if n})
    return {spot.place: spot for spot in made}


def test_a_place_is_called_more_only_beyond_chance_and_with_enough_findings() -> None:
    found = city({0: 50, 1: 40, 2: 11, 3: LEAST - 1, 4: 9, 5: 0, 6: 1})
    assert {place: spot.level for place, spot in found.items()} == {
        0: Level.UNWALKED,
        1: Level.MORE,
        2: Level.USUAL,
        3: Level.FEW,
        4: Level.USUAL,
        6: Level.FEW,
    }
    assert (found[1].rate, found[0].rate) == (0.4, None)
    assert found[1].pieces == 80


def test_less_than_usual_needs_proof_too() -> None:
    assert city({1: 40, 2: 40, 3: 6})[3].level is Level.LESS


def test_the_highest_rate_comes_first_and_places_without_hours_last() -> None:
    assert list(city({0: 50, 1: 10, 2: 20})) == [2, 1, 0]


@given(st.integers(0, 400))
def test_the_interval_holds_the_count_and_narrows(count: int) -> None:
    low, high = hotspots.interval(count)
    assert 0 <= low <= count < high
    # The square root of a hundred is ten: about sixteen to each side at 90 %.
    assert (high - low) < 4 * math.sqrt(count + 1) + 3


def test_the_interval_is_that_of_the_tables() -> None:
    """Exact 90 % limits of Poisson counts from published tables."""
    for count, exact in {5: (1.97, 10.51), 10: (5.43, 16.96), 20: (13.25, 29.06)}.items():
        assert hotspots.interval(count) == pytest.approx(exact, abs=0.05)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [(4, 5, Trend.FEW), (9, 0, Trend.FEW), (10, 0, Trend.RISING), (12, 10, Trend.STEADY), (5, 20, Trend.FALLING)],
)
def test_a_trend_is_against_the_same_days_a_year_before(now: int, before: int, expected: Trend) -> None:
    assert hotspots.trend(now, before) is expected


@given(now=st.integers(0, 100), before=st.integers(0, 100))
def test_the_trend_turns_round_with_its_sides(now: int, before: int) -> None:
    turned = {Trend.RISING: Trend.FALLING, Trend.FALLING: Trend.RISING}
    there, back = hotspots.trend(now, before), hotspots.trend(before, now)
    assert back is turned.get(there, there)


def test_every_level_is_explained_in_one_sentence() -> None:
    found = city({0: 7, 1: 40, 2: 11, 3: 4, 4: 60})
    for spot in found.values():
        words = hotspots.sentence(spot)
        assert words.endswith(".")
        assert words.count(".") == 1
    assert hotspots.sentence(found[3]).replace("\xa0", " ") == (
        "4 nálezy za 100,0 hodin pochůzek v lokalitě: na srovnání s městem je potřeba aspoň 5."
    )


# --- Sweeps -----------------------------------------------------------------------------------------------------------

stops = st.lists(st.tuples(latitudes, longitudes, st.floats(0, 5)), max_size=7)


@settings(max_examples=60)
@given(stops=stops, minutes=st.floats(0, 150))
def test_a_sweep_fits_its_time_and_passes_no_place_twice(stops: list, minutes: float) -> None:
    places = [Stop(n, *each) for n, each in enumerate(stops)]
    walk = hotspots.sweep(places, minutes)
    assert walk.minutes <= minutes
    assert len({stop.place for stop in walk.stops}) == len(walk.stops) == len(walk.legs)
    assert all(stop.due > 0 for stop in walk.stops)
    assert walk.minutes == pytest.approx(sum(walk.legs) / hotspots.PACE + 6 * len(walk.stops))
    if walk.stops:
        assert walk.stops[0].due == max(place.due for place in places)
        # What is left out does not fit any more, wherever it were put.
        left = [place for place in places if place.due > 0 and place not in walk.stops]
        for place in left:
            assert hotspots.lasts(walk.stops) + hotspots.cheapest(walk.stops, place)[0] / hotspots.PACE + 6 > minutes


@settings(max_examples=40)
@given(stops=st.lists(st.tuples(latitudes, longitudes), min_size=2, max_size=6, unique=True))
def test_an_order_is_near_the_best_of_all_orders(stops: list) -> None:
    """Against every order there is: turning parts round may miss the best one, but not by much."""
    places = [Stop(n, *at, due=10.0 - n) for n, at in enumerate(stops)]
    walk = hotspots.sweep(places, 10_000)
    assert set(walk.stops) == set(places)
    best = min(hotspots.length([walk.stops[0], *rest]) for rest in permutations(walk.stops[1:]))
    assert sum(walk.legs) <= best * 1.35 + 1


def test_nothing_due_is_no_walk() -> None:
    assert hotspots.sweep([Stop(1, 49.8, 18.2, 0.0)]).stops == ()
    assert hotspots.expected(6, 90, 15) == 1
