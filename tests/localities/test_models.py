from datetime import date

import pytest

from apk.localities.models import District, Locality

pytestmark = pytest.mark.django_db


def square(west: float, south: float, side: float) -> dict:
    east, north = west + side, south + side
    return {
        "type": "MultiPolygon",
        "coordinates": [[[[west, south], [east, south], [east, north], [west, north], [west, south]]]],
    }


def test_index_answers_for_the_chosen_localities_in_one_query(django_assert_num_queries):
    district = District.objects.create(name="Moravská Ostrava a Přívoz")
    common = {"kind": Locality.Kind.RISK_AREA, "district": district, "opened_on": date(2021, 1, 1)}
    large = Locality.objects.create(name="Přívoz", area=square(18.26, 49.84, 0.02), **common)
    small = Locality.objects.create(
        name="Jílová", area=square(18.265, 49.845, 0.005), closed_on=date(2021, 6, 30), **common
    )
    with django_assert_num_queries(1):
        index = Locality.objects.open_on(date(2021, 6, 30)).index()
    assert index.holding(49.847, 18.267) == small.pk
    assert index.holding(49.842, 18.262) == large.pk
    assert Locality.objects.open_on(date(2021, 7, 1)).index().holding(49.847, 18.267) == large.pk
