"""Marks of a map, gathered by the database, against the same done slowly by hand."""

import math
from collections import defaultdict
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apk.people.models import Assistant, Mentor, User
from findings import clusters
from findings.clusters import Grid, Mark, gather, grid
from findings.models import Finding, Place
from tests.factories import AssistantFactory, FindingFactory, PlaceFactory

pytestmark = pytest.mark.django_db
CITY = (49.7, 18.0, 49.95, 18.5)

degrees = st.integers(0, 40)
# Places on a coarse lattice, so that edges of boxes and cells are hit; with the pieces of each of their findings.
places = st.lists(
    st.tuples(degrees, degrees, st.lists(st.integers(1, 9), min_size=1, max_size=3)), min_size=1, max_size=12
)


def slowly(rows: list[Any], box: clusters.Box, cells: Grid, together_above: int | None) -> set[tuple[Any, ...]]:
    """The marks as (row, column, places, events, pieces, key of the only place), each place looked at in turn."""
    south, west, north, east = box
    seen = [row for row in rows if south <= row[1] <= north and west <= row[2] <= east]
    gathered = defaultdict(list)
    for pk, latitude, longitude, pieces in seen:
        cell = (math.floor(latitude / cells.height), math.floor(longitude / cells.width))
        alone = 0 if together_above is not None and len(seen) > together_above else pk
        gathered[(*cell, alone)].append((pk, pieces))
    return {
        (
            row,
            column,
            len(inside),
            sum(len(pieces) for _, pieces in inside),
            sum(sum(pieces) for _, pieces in inside),
            inside[0][0] if len(inside) == 1 else 0,
        )
        for (row, column, _), inside in gathered.items()
    }


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    layout=places,
    edges=st.tuples(degrees, degrees, degrees, degrees),
    cell=st.sampled_from([0.0007, 0.004, 0.01, 0.5]),
    together_above=st.sampled_from([None, 0, 3]),
)
def test_marks_are_what_a_slow_look_at_each_place_gives(
    assistant: Assistant, layout: Any, edges: Any, cell: float, together_above: int | None
) -> None:
    Finding.objects.all().delete()
    Place.objects.all().delete()
    rows = []
    for n, (north, east, pieces) in enumerate(layout):
        latitude, longitude = round(49.8 + north / 1000, 6), round(18.2 + east / 1000, 6)
        place = Place.objects.create(name=f"Místo {n}", locality=None, latitude=latitude, longitude=longitude)
        for count in pieces:
            # GPS puts findings beside their place; the mark stands at the place.
            FindingFactory(
                place=place, assistant=assistant, latitude=latitude + 0.0002, with_needle=count, locality=None
            )
        rows.append((place.pk, latitude, longitude, pieces))
    south, north = sorted((49.8 + edges[0] / 1000, 49.8 + edges[1] / 1000))
    west, east = sorted((18.2 + edges[2] / 1000, 18.2 + edges[3] / 1000))
    for box in ((south, west, north, east), CITY):
        cells = Grid(cell, cell)
        marks = gather(Finding.objects.all(), box, cells, together_above=together_above)
        got = [(mark.row, mark.column, mark.places, mark.events, mark.pieces, mark.place) for mark in marks]
        assert len(got) == len(set(got))
        assert set(got) == slowly(rows, box, cells, together_above)
        assert [mark.pieces for mark in marks] == sorted((mark.pieces for mark in marks), reverse=True)
        assert Finding.objects.count() == sum(len(pieces) for *_, pieces in rows)
        assert clusters.within(Finding.objects.all(), box).count() == sum(mark.events for mark in marks)


def test_a_mark_of_several_places_stands_where_most_pieces_are() -> None:
    near, far = PlaceFactory(latitude=49.8, longitude=18.2), PlaceFactory(latitude=49.8004, longitude=18.2008)
    FindingFactory(place=near, with_needle=3)
    FindingFactory(place=far, with_needle=1)
    [mark] = gather(Finding.objects.all(), CITY, Grid(0.3, 0.3), together_above=0)
    assert (mark.latitude, mark.longitude) == (pytest.approx(49.8001), pytest.approx(18.2002))
    assert (mark.places, mark.place, mark.name) == (2, 0, "")


def test_bounds_hold_the_places_and_nothing_more() -> None:
    assert clusters.bounds(Finding.objects.all()) is None
    PlaceFactory(latitude=49.9, longitude=18.39)
    FindingFactory(place=PlaceFactory(latitude=49.8, longitude=18.3))
    FindingFactory(place=PlaceFactory(latitude=49.85, longitude=18.2))
    assert clusters.bounds(Finding.objects.order_by("place__sort_key")) == (49.8, 18.2, 49.85, 18.3)


def test_cells_are_square_on_the_screen() -> None:
    cells = grid(12, 64, 60.0)
    assert cells.height == pytest.approx(cells.width / 2)
    assert grid(13, 64, 60.0).width == pytest.approx(cells.width / 2)


def test_the_hottest_square_is_the_fullest_and_one_heap_leaves_the_others_seen() -> None:
    marks = [Mark(0, 0, 0, 0, 1, 1, pieces) for pieces in (1000, 30, 1)]
    assert clusters.levels(marks) == [5, 3, 1]
    assert clusters.levels([Mark(0, 0, 0, 0, 1, 1, 1)]) == [5]
    assert clusters.levels([]) == []


# --- The address that the map asks ------------------------------------------------------------------------------------

MARKS = reverse("findings:marks")
WINDOW = "okno=49.7,18.0,49.95,18.5&zoom=12"


def test_the_map_is_told_of_the_filtered_findings_that_its_reader_may_see(
    client_of: Any, mentor: Mentor, assistant: Assistant
) -> None:
    park = PlaceFactory(name="Jílová – park", latitude=49.845, longitude=18.277)
    FindingFactory(assistant=assistant, place=park, with_needle=5)
    FindingFactory(assistant=assistant, child_accessible=True)
    FindingFactory(assistant=AssistantFactory())
    client = client_of(mentor)
    assert client.get(f"{MARKS}?{WINDOW}").json()["events"] == 2
    answer = client.get(f"{MARKS}?{WINDOW}&misto={park.pk}").json()
    assert (answer["places"], answer["events"], answer["pieces"]) == (1, 1, 5)
    [mark] = answer["marks"]
    assert (mark["id"], mark["label"], mark["url"]) == (park.pk, "Jílová – park", f"/nalezy/mista/{park.pk}/")
    assert mark["cell"] == [math.floor(49.845 / answer["cells"][0]), math.floor(18.277 / answer["cells"][1])]


def test_density_is_squares_that_keep_the_sum(client_of: Any, coordinator: User) -> None:
    for n in range(5):
        FindingFactory(place=PlaceFactory(latitude=49.8 + n / 10_000, longitude=18.2), with_needle=n + 1)
    answer = client_of(coordinator).get(f"{MARKS}?{WINDOW}&mapa=hustota").json()
    assert sum(square[2] for square in answer["squares"]) == answer["pieces"] == 15
    assert len(answer["squares"]) < 5
    assert "marks" not in answer


@pytest.mark.parametrize(
    ("window", "sentence"),
    [
        ("zoom=12", "Toto pole je třeba vyplnit."),
        ("okno=49.8,18.2,49.7,18.3&zoom=12", "Výřez mapy se píše jih,západ,sever,východ"),
        ("okno=49.8,18.2,nan,18.3&zoom=12", "Výřez mapy se píše jih,západ,sever,východ"),
        ("okno=1,2,3&zoom=12", "Výřez mapy se píše jih,západ,sever,východ"),
        ("okno=49.7,18.0,49.95,18.5&zoom=99", "menší nebo rov"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(client_of: Any, coordinator: User, window: str, sentence: str) -> None:
    answer = client_of(coordinator).get(f"{MARKS}?{window}")
    assert answer.status_code == 422
    assert sentence in answer.json()["message"]
