"""Which place a finding belongs to: against a slow model, at the very radius, and for eight at once."""

import math
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apk.localities.boundaries import Known
from apk.localities.geometry import ELLIPSOID, distance_m
from apk.localities.models import District
from findings.models import Place, PlaceKind
from findings.places import NAMED_WITHIN_M, Spot, choice, place_for, spots_around, within
from tests.crowd import at_once
from tests.factories import DistrictFactory, LocalityFactory, PlaceFactory

pytestmark = pytest.mark.django_db

HERE = (49.845, 18.277)
CROWD = 8
COMPASS = [0, 45, 90, 135, 180, 225, 270, 315]


def away(metres: float, azimuth: float = 0, start: tuple[float, float] = HERE) -> tuple[float, float]:
    """The position so many metres from `start` towards `azimuth` (degrees from north)."""
    longitude, latitude, _ = ELLIPSOID.fwd(start[1], start[0], azimuth, metres)
    return latitude, longitude


def known(**fields: Any) -> Known:
    locality = LocalityFactory(**fields)
    return Known(locality.pk, locality.name, locality.opened_on, locality.closed_on)


def found(position: tuple[float, float] = HERE, **how: Any) -> Place:
    pk = place_for(*position, **{"locality": None, "kind": PlaceKind.PARK, **how})
    return Place.objects.get(pk=pk)


def seen_from(position: tuple[float, float], named: int | None = None) -> list[Spot]:
    """The places that a query made along with another one sees."""
    DistrictFactory()
    around = District.objects.values_list(spots_around(*position, named), flat=True).first()
    return [Spot(**spot) for spot in around]


@pytest.mark.parametrize("azimuth", COMPASS)
def test_the_radius_is_thirty_metres_in_every_direction(azimuth: float) -> None:
    place = PlaceFactory(latitude=HERE[0], longitude=HERE[1])
    assert found(away(29.9, azimuth)) == place
    assert found(away(30.1, azimuth)) != place


def test_the_radius_is_a_setting(settings: Any) -> None:
    settings.PLACE_RADIUS_M = 100
    place = PlaceFactory(latitude=HERE[0], longitude=HERE[1])
    assert found(away(99)) == place
    assert found(away(101)) != place


def test_the_nearest_place_takes_the_finding() -> None:
    PlaceFactory(latitude=away(20, 0)[0], longitude=HERE[1])
    nearer = PlaceFactory(latitude=away(19, 180)[0], longitude=HERE[1])
    assert found() == nearer


def test_of_two_places_equally_near_the_older_takes_the_finding() -> None:
    older, _ = (PlaceFactory(latitude=HERE[0], longitude=HERE[1]) for _ in range(2))
    assert found() == older


OFFSETS = st.tuples(st.floats(0, 60), st.floats(0, 360))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(OFFSETS, max_size=8), finding=OFFSETS)
def test_the_place_is_the_one_a_slow_search_finds(
    places: list[tuple[float, float]], finding: tuple[float, float]
) -> None:
    Place.objects.all().delete()
    rows = [PlaceFactory(latitude=lat, longitude=lon, locality=None) for lat, lon in (away(*place) for place in places)]
    position = away(*finding)

    near = [(distance_m(*position, place.latitude, place.longitude), place.pk) for place in rows]
    expected = min([pair for pair in near if pair[0] <= 30], default=(0, None))[1]

    assert choice(*position, seen_from(position), None) == expected
    chosen = found(position)
    assert chosen.pk == expected if expected is not None else chosen not in rows


@settings(max_examples=200, deadline=None)
@given(latitude=st.floats(-80, 80), longitude=st.floats(-170, 170), azimuth=st.floats(0, 360), radius=st.floats(1, 500))
def test_the_box_holds_the_whole_circle(latitude: float, longitude: float, azimuth: float, radius: float) -> None:
    box = dict(within(latitude, longitude, radius).children)
    north, east = away(radius, azimuth, (latitude, longitude))
    assert box["latitude__range"][0] <= north <= box["latitude__range"][1]
    assert box["longitude__range"][0] <= east <= box["longitude__range"][1]
    corner = distance_m(latitude, longitude, box["latitude__range"][1], box["longitude__range"][1])
    assert corner < radius * math.sqrt(2) * 1.03


def test_a_new_place_is_where_the_finding_is() -> None:
    locality = known(name="Jílová")
    place = found(locality=locality)
    assert (place.latitude, place.longitude, place.locality_id) == (*HERE, locality.id)


def test_new_places_are_called_apart() -> None:
    jilova, hrusov = known(name="Jílová"), known(name="Hrušov (u trati) 50 %")
    spots = iter([away(100 * n) for n in range(1, 20)])
    named = [
        found(next(spots), locality=jilova),
        found(next(spots), locality=jilova),
        found(next(spots), locality=jilova, kind=PlaceKind.STATION),
        found(next(spots), locality=jilova, kind=PlaceKind.OTHER),
        found(next(spots), locality=jilova, kind=PlaceKind.PLAYGROUND),
        found(next(spots), locality=hrusov),
        found(next(spots), locality=hrusov),
        found(next(spots)),
        found(next(spots)),
    ]
    assert [place.name for place in named] == [
        "Jílová – park 1",
        "Jílová – park 2",
        "Jílová – zastávka 1",
        "Jílová – místo 1",
        "Jílová – dětské hřiště 1",
        "Hrušov (u trati) 50 % – park 1",
        "Hrušov (u trati) 50 % – park 2",
        "Mimo lokality – park 1",
        "Mimo lokality – park 2",
    ]


def test_numbers_go_on_whatever_people_called_the_places() -> None:
    jilova = known(name="Jílová")
    first, second, third = (found(away(100 * n), locality=jilova) for n in range(3))
    Place.objects.filter(pk=third.pk).update(name="U školky")
    Place.objects.filter(pk=first.pk).update(name="Jílová – park 7 u lavičky")
    assert second.name == "Jílová – park 2"
    assert found(away(900), locality=jilova).name == "Jílová – park 3"


def test_a_place_nearby_does_not_lend_its_number_to_another_series() -> None:
    jilova = known(name="Jílová")
    found(away(35), locality=jilova)
    assert found(locality=None).name == "Mimo lokality – park 1"


def test_the_longest_name_fits() -> None:
    locality = known(name="Ž" * 100)
    for kind in PlaceKind:
        place = found(away(100 * (1 + list(PlaceKind).index(kind))), locality=locality, kind=kind)
        place.full_clean(exclude=["sort_key"])


def test_a_named_place_is_used_before_a_nearer_one() -> None:
    PlaceFactory(latitude=HERE[0], longitude=HERE[1])
    chosen = PlaceFactory(latitude=away(NAMED_WITHIN_M - 1)[0], longitude=HERE[1])
    assert found(named=chosen.pk) == chosen
    assert choice(*HERE, seen_from(HERE, chosen.pk), chosen.pk) == chosen.pk


def test_a_named_place_too_far_off_is_not_used() -> None:
    near = PlaceFactory(latitude=HERE[0], longitude=HERE[1])
    far = PlaceFactory(latitude=away(NAMED_WITHIN_M + 1)[0], longitude=HERE[1])
    assert found(named=far.pk) == near


def test_a_named_place_that_is_gone_is_not_used() -> None:
    near = PlaceFactory(latitude=HERE[0], longitude=HERE[1])
    assert [found(named=near.pk + 1), found(named=2**63 - 1)] == [near, near]


@pytest.mark.django_db(transaction=True)
def test_eight_findings_at_once_make_one_place() -> None:
    jilova = known(name="Jílová")

    def look(n: int) -> int:
        with transaction.atomic():
            return place_for(*away(n), locality=jilova, kind=PlaceKind.PARK)

    assert len(set(at_once(CROWD, look))) == 1
    assert Place.objects.get().name == "Jílová – park 1"


@pytest.mark.django_db(transaction=True)
def test_eight_places_made_at_once_have_eight_names() -> None:
    jilova = known(name="Jílová")

    def look(n: int) -> int:
        with transaction.atomic():
            return place_for(*away(100 * n), locality=jilova, kind=PlaceKind.PARK)

    at_once(CROWD, look)
    names = sorted(Place.objects.values_list("name", flat=True))
    assert names == [f"Jílová – park {n}" for n in range(1, CROWD + 1)]
