"""The register kept in memory is never older than the database says."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apk.localities.boundaries import boundaries, edition
from apk.localities.models import District, Locality
from tests.factories import DistrictFactory, LocalityFactory, square

pytestmark = pytest.mark.django_db

TODAY = date(2021, 4, 15)
HERE, THERE = (49.845, 18.277), (49.860, 18.303)


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    boundaries.cache_clear()
    yield
    boundaries.cache_clear()


def current() -> str:
    found = District.objects.values_list(edition(), flat=True).first()
    assert found is not None
    return found


def holding(point: tuple[float, float], day: date = TODAY) -> str | None:
    known = boundaries(current()).holding(*point, day)
    return known.name if known else None


def test_the_smallest_locality_that_holds_the_point_is_found() -> None:
    LocalityFactory(name="Přívoz", area=square(*HERE, half=0.02))
    LocalityFactory(name="Jílová", area=square(*HERE))
    assert holding(HERE) == "Jílová"
    assert holding(THERE) is None


def test_only_localities_open_on_the_day_hold_a_point() -> None:
    LocalityFactory(name="Stará", area=square(*HERE), closed_on=date(2021, 4, 14))
    LocalityFactory(name="Nová", area=square(*HERE, half=0.02), opened_on=date(2021, 4, 15))
    days = [date(2021, 4, 14), date(2021, 4, 15), date(2014, 12, 31)]
    assert [holding(HERE, day) for day in days] == ["Stará", "Nová", None]


def test_without_localities_nothing_holds_a_point() -> None:
    DistrictFactory()
    assert holding(HERE) is None


def test_each_change_is_seen_at_once() -> None:
    locality = LocalityFactory(name="Jílová", area=square(*HERE))
    assert holding(HERE) == "Jílová"
    locality.area = square(*THERE)
    locality.save()
    assert (holding(HERE), holding(THERE)) == (None, "Jílová")
    Locality.objects.update(name="Liščina")
    assert holding(THERE) == "Liščina"
    locality.delete()
    assert holding(THERE) is None


def test_an_unchanged_register_is_read_once() -> None:
    LocalityFactory(area=square(*HERE))
    with CaptureQueriesContext(connection) as captured:
        first, second = boundaries(current()), boundaries(current())
    assert first is second
    assert len(captured) == 3
