"""Boundaries and positions against tables of cases and against slow, independent models."""

import copy
import itertools
import json
import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apk.localities.geometry import (
    MAX_VERTICES,
    AreaIndex,
    InvalidArea,
    centre,
    distance_m,
    from_sjtsk,
    position,
    read_area,
    size_m2,
    to_sjtsk,
    vertex_count,
)

OSTRAVA = (49.72, 18.09, 49.91, 18.39)
SQUARE = [[18.27, 49.84], [18.28, 49.84], [18.28, 49.85], [18.27, 49.85], [18.27, 49.84]]
HOLE = [[18.273, 49.843], [18.273, 49.847], [18.277, 49.847], [18.277, 49.843], [18.273, 49.843]]
POLYGON = {"type": "Polygon", "coordinates": [SQUARE]}
# The town hall of Ostrava in S-JTSK, as PROJ 9 gives it with EPSG's operation 5239 written by its code.
TOWN_HALL, TOWN_HALL_SJTSK = (49.8357, 18.2926), (-469883.27, -1101607.94)


def square(west: float, south: float, side: float) -> dict:
    east, north = round(west + side, 6), round(south + side, 6)
    return {
        "type": "MultiPolygon",
        "coordinates": [[[[west, south], [east, south], [east, north], [west, north], [west, south]]]],
    }


def feature(geometry: dict | None) -> dict:
    return {"type": "Feature", "properties": {"nazev": "Jílová"}, "geometry": geometry}


def collection(*geometries: dict | None) -> dict:
    return {"type": "FeatureCollection", "features": [feature(geometry) for geometry in geometries]}


def in_sjtsk(ring: list, order: str) -> list:
    """The ring in S-JTSK as the producer `order` writes it."""
    arranged = {
        "5514": lambda x, y: [x, y],
        "southing first": lambda x, y: [-y, -x],
        "westing first": lambda x, y: [-x, -y],
        "5514 swapped": lambda x, y: [y, x],
    }[order]
    return [arranged(*to_sjtsk(latitude, longitude)) for longitude, latitude in ring]


@pytest.mark.parametrize(
    "source",
    [
        POLYGON,
        json.dumps(POLYGON),
        "\ufeff" + json.dumps(POLYGON),
        {"type": "MultiPolygon", "coordinates": [[SQUARE]]},
        feature(POLYGON),
        collection(POLYGON),
        collection(None, POLYGON),
        {"type": "Polygon", "coordinates": [[[*point, 210.5] for point in SQUARE]]},
        {"type": "Polygon", "coordinates": [SQUARE[:-1]]},
        {"type": "Polygon", "coordinates": [list(reversed(SQUARE))]},
        {"type": "Polygon", "coordinates": [[[x + 1e-8, y - 1e-8] for x, y in SQUARE]]},
        {**POLYGON, "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}},
        {**collection(POLYGON), "crs": {"type": "name", "properties": {"name": "EPSG:4326"}}},
    ],
)
def test_read_area_gives_one_form_for_every_way_of_writing(source):
    assert read_area(source, OSTRAVA) == {"type": "MultiPolygon", "coordinates": [[SQUARE]]}


@pytest.mark.parametrize("order", ["5514", "southing first", "westing first", "5514 swapped"])
@pytest.mark.parametrize("crs", [None, "urn:ogc:def:crs:EPSG::5514", "EPSG:2065"])
def test_read_area_takes_sjtsk_in_any_order_and_sign(order, crs):
    source = collection({"type": "Polygon", "coordinates": [in_sjtsk(SQUARE, order), in_sjtsk(HOLE, order)]})
    if crs is not None:
        source["crs"] = {"type": "name", "properties": {"name": crs}}
    assert read_area(source, OSTRAVA)["coordinates"] == [[SQUARE, HOLE]]


def test_read_area_merges_parts_that_touch_or_overlap():
    left, right = square(18.27, 49.84, 0.01), square(18.28, 49.84, 0.01)
    over = square(18.275, 49.845, 0.01)
    area = read_area(collection(left, right, over), OSTRAVA)
    assert len(area["coordinates"]) == 1
    assert size_m2(area) == pytest.approx(2.5 * size_m2(left), rel=0.001)


def test_read_area_leaves_apart_what_is_apart():
    area = read_area(collection(square(18.27, 49.84, 0.01), square(18.30, 49.84, 0.01)), OSTRAVA)
    assert len(area["coordinates"]) == 2


def test_read_area_does_not_change_its_argument():
    source = collection(POLYGON)
    before = copy.deepcopy(source)
    read_area(source, OSTRAVA)
    assert source == before


BOW_TIE = [[18.27, 49.84], [18.28, 49.85], [18.28, 49.84], [18.27, 49.85], [18.27, 49.84]]
FAR_HOLE = [[18.30, 49.86], [18.30, 49.861], [18.301, 49.861], [18.30, 49.86]]
HOLE_IN_HOLE = [[18.274, 49.844], [18.274, 49.846], [18.276, 49.846], [18.274, 49.844]]
MANY = [[18.25 + 0.01 * math.cos(n / 1000), 49.84 + 0.01 * math.sin(n / 1000)] for n in range(MAX_VERTICES + 1)]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("", "Tohle není GeoJSON: soubor nebo text nejde přečíst."),
        ("{", "Tohle není GeoJSON: soubor nebo text nejde přečíst."),
        ("\x00", "Tohle není GeoJSON: soubor nebo text nejde přečíst."),
        ("[" * 100_000, "Tohle není GeoJSON: soubor nebo text nejde přečíst."),
        ("[]", "Tohle není GeoJSON: chybí v něm popis plochy."),
        ("{}", "Tohle není GeoJSON: chybí v něm popis plochy."),
        ({"type": "Topology"}, "Tohle není GeoJSON: chybí v něm popis plochy."),
        (
            {"type": "Point", "coordinates": [18.27, 49.84]},
            "Hranice lokality musí být jen plocha (polygon), soubor ale obsahuje Point.",
        ),
        (
            collection(POLYGON, {"type": "LineString", "coordinates": SQUARE}),
            "Hranice lokality musí být jen plocha (polygon), soubor ale obsahuje LineString.",
        ),
        (
            collection(),
            "V souboru není žádná plocha. Hranice lokality musí být uzavřená plocha (polygon).",
        ),
        (
            feature(None),
            "V souboru není žádná plocha. Hranice lokality musí být uzavřená plocha (polygon).",
        ),
        ({"type": "Polygon", "coordinates": []}, "Hranice je prázdná. Nakreslete plochu aspoň o třech bodech."),
        ({"type": "Polygon", "coordinates": [[]]}, "Hranice je prázdná. Nakreslete plochu aspoň o třech bodech."),
        (
            {"type": "Polygon", "coordinates": [[SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[1]]]},
            "Hranice je prázdná. Nakreslete plochu aspoň o třech bodech.",
        ),
        (
            {"type": "Polygon", "coordinates": [[[18.27, 49.84], [18.28, 49.84], [18.29, 49.84], [18.27, 49.84]]]},
            (
                "Hranice se kříží sama se sebou v okolí bodu 49,84000° s. š., 18,28000° v. d."
                " Upravte ji, aby se čáry neprotínaly."
            ),
        ),
        (
            {"type": "Polygon", "coordinates": [BOW_TIE]},
            (
                "Hranice se kříží sama se sebou v okolí bodu 49,84500° s. š., 18,27500° v. d."
                " Upravte ji, aby se čáry neprotínaly."
            ),
        ),
        (
            {"type": "Polygon", "coordinates": [SQUARE, FAR_HOLE]},
            (
                "Otvor v ploše leží mimo její hranici v okolí bodu 49,86000° s. š., 18,30000° v. d."
                " Otvor musí být celý uvnitř."
            ),
        ),
        (
            {"type": "Polygon", "coordinates": [SQUARE, HOLE, HOLE_IN_HOLE]},
            (
                "Otvory v ploše leží jeden v druhém v okolí bodu 49,84400° s. š., 18,27400° v. d."
                " Spojte je, nebo jeden smažte."
            ),
        ),
        (
            {"type": "Polygon", "coordinates": [MANY]},
            "Hranice má příliš mnoho bodů (5001). Zjednodušte ji nejvýše na 5000.",
        ),
        (
            {"type": "Polygon", "coordinates": [[[14.42, 50.08], [14.43, 50.08], [14.43, 50.09], [14.42, 50.08]]]},
            "Hranice vybíhá mimo město: bod 50,08000° s. š., 14,42000° v. d.",
        ),
        (
            {"type": "Polygon", "coordinates": [[[y, x] for x, y in SQUARE]]},
            (
                "Hranice vybíhá mimo město: bod 18,27000° s. š., 49,84000° v. d."
                " Není prohozená zeměpisná šířka a délka? V GeoJSON je první délka."
            ),
        ),
        (
            {"type": "Polygon", "coordinates": [[[2_030_000, 6_400_000], [2_031_000, 6_400_000], [2e6, 6e6]]]},
            (
                "Souřadnice nejsou ani ve WGS 84, ani v S-JTSK."
                " Uložte hranici ve WGS 84 (EPSG:4326), nebo v S-JTSK (EPSG:5514)."
            ),
        ),
        (
            {**POLYGON, "crs": {"type": "name", "properties": {"name": "EPSG:3857"}}},
            (
                "Soubor je v souřadnicovém systému, který neumíme přečíst (EPSG:3857)."
                " Uložte hranici ve WGS 84 (EPSG:4326), nebo v S-JTSK (EPSG:5514)."
            ),
        ),
        (
            {**POLYGON, "crs": {"type": "name", "properties": {"name": "EPSG:5514"}}},
            "Soubor uvádí souřadnicový systém S-JTSK, ale čísla v něm vypadají jako WGS 84.",
        ),
    ],
)
def test_read_area_refuses_with_a_sentence(source, sentence):
    with pytest.raises(InvalidArea) as refusal:
        read_area(source, OSTRAVA)
    assert str(refusal.value) == sentence


def test_read_area_repeats_only_what_can_be_written_out():
    text = '{"type": "Polygon", "coordinates": [[]], "crs": {"properties": {"name": "a\\ud800\\u0000b"}}}'
    with pytest.raises(InvalidArea, match=r"neumíme přečíst \(ab\)"):
        read_area(text, OSTRAVA)


@pytest.mark.parametrize(
    "coordinates",
    [
        None,
        "18.27",
        [None],
        [[None]],
        [[18.27, 49.84]],
        [[[18.27]]],
        [[["18.27", "49.84"]] * 4],
        [[[True, False]] * 4],
        [[[10**400, 49.84]] * 4],
        [[[math.nan, 49.84]] * 4],
        [[[math.inf, 49.84]] * 4],
    ],
)
@pytest.mark.parametrize("as_text", [True, False])
def test_read_area_refuses_what_are_not_coordinates(coordinates, as_text):
    source = {"type": "Polygon", "coordinates": coordinates}
    with pytest.raises(InvalidArea, match="každý bod musí být dvojice čísel"):
        read_area(json.dumps(source) if as_text else source, OSTRAVA)


# Python's reader gives up on integers of thousands of digits before anything else sees them.
def test_read_area_refuses_a_number_too_long_to_read():
    with pytest.raises(InvalidArea, match="nejde přečíst"):
        read_area('{"type": "Polygon", "coordinates": [[[' + "9" * 10_000 + ", 1]]]}", OSTRAVA)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.just("Polygon"),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "geometry", "features", "crs", "x"]), inner)
    ),
    max_leaves=12,
)


@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["Polygon", "MultiPolygon", "Feature", "FeatureCollection"])},
        optional=dict.fromkeys(("coordinates", "geometry", "features", "crs"), json_values),
    )
)
def test_read_area_refuses_arbitrary_json_with_a_sentence_only(source):
    with pytest.raises(InvalidArea):
        read_area(source, OSTRAVA)


@given(st.text())
def test_read_area_refuses_arbitrary_text_with_a_sentence_only(source):
    with pytest.raises(InvalidArea):
        read_area(source, OSTRAVA)


@st.composite
def stars(draw: st.DrawFn) -> list[tuple[float, float]]:
    """A simple polygon: corners around a centre by growing angle, no step over 90°."""
    west, south = draw(st.floats(18.2, 18.3)), draw(st.floats(49.78, 49.85))
    count = draw(st.integers(5, 12))
    radii = draw(st.lists(st.floats(0.001, 0.02), min_size=count, max_size=count))
    return [
        (
            round(west + radius * math.cos(2 * math.pi * n / count), 6),
            round(south + radius * math.sin(2 * math.pi * n / count), 6),
        )
        for n, radius in enumerate(radii)
    ]


def as_area(ring: list[tuple[float, float]]) -> dict:
    return read_area({"type": "Polygon", "coordinates": [[list(point) for point in ring]]}, OSTRAVA)


def holds(ring: list[tuple[float, float]], longitude: float, latitude: float) -> bool:
    """Whether a ring holds a point, its boundary included: crossings counted in exact fractions."""
    x, y = Fraction(longitude), Fraction(latitude)
    corners = [(Fraction(a), Fraction(b)) for a, b in ring]
    inside = False
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        side = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        if side == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def surface(ring: list[tuple[float, float]]) -> Fraction:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(Fraction(a) * Fraction(d) - Fraction(c) * Fraction(b) for (a, b), (c, d) in pairs)) / 2


@given(st.lists(stars(), max_size=6), st.data())
def test_area_index_agrees_with_counting_crossings(rings, data):
    corners = [corner for ring in rings for corner in ring]
    anywhere = st.tuples(st.floats(18.15, 18.35), st.floats(49.75, 49.89))
    longitude, latitude = data.draw(st.sampled_from(corners) | anywhere if corners else anywhere)
    index = AreaIndex((number, as_area(ring)) for number, ring in enumerate(rings))
    expected = [(surface(ring), number) for number, ring in enumerate(rings) if holds(ring, longitude, latitude)]
    sizes = sorted(surface(ring) for ring in rings)
    assume(all(float(b - a) > 1e-12 for a, b in itertools.pairwise(sizes)))
    assert index.holding(latitude, longitude) == (min(expected)[1] if expected else None)


@given(stars())
def test_read_area_is_stable(ring):
    area = as_area(ring)
    assert read_area(area, OSTRAVA) == area
    assert read_area(json.dumps(area), OSTRAVA) == area
    assert vertex_count(area) == len(ring)
    latitude, longitude = centre(area)
    assert holds(ring, longitude, latitude)


def test_area_index_prefers_the_smaller_area_and_counts_the_edge_in():
    index = AreaIndex(
        [
            ("city", square(18.20, 49.80, 0.1)),
            ("house", square(18.25, 49.85, 0.001)),
            ("park", square(18.25, 49.85, 0.01)),
        ]
    )
    assert len(index) == 3
    assert index.holding(49.8505, 18.2505) == "house"
    assert index.holding(49.851, 18.251) == "house"
    assert index.holding(49.8505, 18.255) == "park"
    assert index.holding(49.81, 18.21) == "city"
    assert index.holding(49.80, 18.20) == "city"
    assert index.holding(49.799999, 18.20) is None


def test_area_index_gives_the_first_of_equal_areas():
    index = AreaIndex([(7, square(18.25, 49.85, 0.01)), (3, square(18.25, 49.85, 0.01))])
    assert index.holding(49.855, 18.255) == 7


def test_area_index_leaves_out_what_a_hole_leaves_out():
    index = AreaIndex([(1, {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE]]})])
    assert index.holding(49.845, 18.275) is None
    assert index.holding(49.843, 18.275) == 1


@pytest.mark.parametrize("point", [(math.nan, 18.2), (49.8, math.inf), (999.0, 18.2)])
def test_area_index_holds_no_impossible_point(point):
    assert AreaIndex([(1, square(18.2, 49.8, 0.1))]).holding(*point) is None


def test_area_index_of_nothing_holds_nothing():
    assert AreaIndex([]).holding(49.8, 18.2) is None


def test_area_index_overlap_means_a_common_surface():
    index = AreaIndex(
        [(1, square(18.25, 49.85, 0.01)), (2, square(18.26, 49.85, 0.01)), (3, square(18.27, 49.86, 0.01))]
    )
    assert index.overlapping(square(18.25, 49.84, 0.01)) == []
    assert sorted(index.overlapping(square(18.255, 49.855, 0.01))) == [1, 2]
    assert index.overlapping(square(18.275, 49.865, 0.001)) == [3]


def test_to_sjtsk_gives_east_and_north():
    assert to_sjtsk(*TOWN_HALL) == pytest.approx(TOWN_HALL_SJTSK, abs=0.01)
    assert from_sjtsk(*TOWN_HALL_SJTSK) == pytest.approx(TOWN_HALL, abs=1e-6)


@given(st.floats(48.6, 51.0), st.floats(12.1, 18.8))
def test_sjtsk_and_back_moves_a_point_by_less_than_two_millimetres(latitude, longitude):
    assert distance_m(latitude, longitude, *from_sjtsk(*to_sjtsk(latitude, longitude))) < 0.002


def great_circle_m(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Metres on a sphere of the Earth's mean radius, by haversines."""
    a, b = math.radians(latitude), math.radians(other_latitude)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))


city_points = st.tuples(st.floats(49.72, 49.91), st.floats(18.09, 18.39))


@given(city_points, city_points)
def test_distance_agrees_with_a_sphere_within_half_a_percent(one, other):
    assert distance_m(*one, *other) == pytest.approx(great_circle_m(*one, *other), rel=0.005, abs=0.001)


def test_size_of_a_square_is_its_sides_multiplied():
    area = square(18.25, 49.85, 0.01)
    width = distance_m(49.855, 18.25, 49.855, 18.26)
    height = distance_m(49.85, 18.25, 49.86, 18.25)
    assert size_m2(area) == pytest.approx(width * height, rel=0.001)


@pytest.mark.parametrize(
    ("point", "text"),
    [((49.845, 18.277), "49,84500° s. š., 18,27700° v. d."), ((-1.5, -70.25), "1,50000° j. š., 70,25000° z. d.")],
)
def test_position_is_written_in_czech(point, text):
    assert position(*point) == text
