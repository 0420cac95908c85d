"""The table for the public: what it tells, what it hides, what it never names."""

from typing import Any

import pytest
from django.urls import reverse

from apk.audit.models import AccessLog
from apk.localities.models import Locality
from apk.people.models import User
from tests.factories import DistrictFactory, FindingFactory, LocalityFactory, PlaceFactory, local

pytestmark = pytest.mark.django_db


def test_a_year_by_districts_hides_small_counts_and_names_no_house(client_of: Any, coordinator: User) -> None:
    for name, count in {"Ostrava-Jih": 12, "Poruba": 2, "Vítkovice": 6}.items():
        house = LocalityFactory(
            name=f"Ubytovna {name}", kind=Locality.Kind.LODGING_HOUSE, district=DistrictFactory(name=name)
        )
        FindingFactory.create_batch(count, place=PlaceFactory(name=f"U vchodu {name}", locality=house))
    FindingFactory(found_at=local(2022, 1, 1, 0), place=PlaceFactory(locality=house))
    client = client_of(coordinator)
    answer = client.get(reverse("findings:for-public") + "?rok=2021")
    assert dict(answer.context["rows"]) == {
        "Ostrava-Jih": 12,
        "Poruba": None,
        "Vítkovice": None,
        "Mimo sledované lokality": 0,
    }
    assert answer.context["total"] == 20
    text = client.get(reverse("findings:export-for-public") + "?rok=2021").content.decode("utf-8-sig")
    assert text.splitlines() == [
        "Městský obvod;Nálezů",
        "Ostrava-Jih;12",
        "Poruba;neuvádí se",
        "Vítkovice;neuvádí se",
        "Mimo sledované lokality;0",
        "Celkem;20",
    ]
    assert "U vchodu" not in answer.content.decode()
    assert "Ubytovna " not in answer.content.decode()
    assert AccessLog.objects.get().what == "Nálezy podle obvodů pro veřejnost"


def test_a_year_that_makes_no_sense_is_named(client_of: Any, coordinator: User) -> None:
    client = client_of(coordinator)
    assert "Rok napište čtyřmi číslicemi" in client.get(reverse("findings:for-public") + "?rok=loni").content.decode()
    assert client.get(reverse("findings:export-for-public") + "?rok=1").status_code == 422
