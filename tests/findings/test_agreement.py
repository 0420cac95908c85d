"""One filter: the list, its figures, the map, the files and the interface for programs show the same findings."""

import csv
import io
import json
from itertools import combinations
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pyogrio
import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apk.people.models import Assistant, User
from findings.filters import FindingFilter
from findings.models import AccessKey, Finding, Place, PlaceKind, ReviewState, Source
from tests.factories import (
    AssistantFactory,
    DistrictFactory,
    FindingFactory,
    LocalityFactory,
    PlaceFactory,
    local,
)

pytestmark = pytest.mark.django_db
CITY = "okno=49.6,18.0,50.0,18.6"
PARTS = (
    *("mesic", "od", "do", "den", "lokalita", "obvod", "asistent", "druh", "zdroj", "deti", "stav", "likvidace"),
    *("misto", "vyrez", "drzi_se", "kontrola"),
)


@pytest.fixture
def city(assistant: Assistant) -> dict[str, list[str]]:
    """Findings that differ in everything a filter knows, and for each part of the filter values worth asking for."""
    ostrava, jih = DistrictFactory(), DistrictFactory(name="Ostrava-Jih")
    places = [
        PlaceFactory(latitude=49.80, longitude=18.25, locality=LocalityFactory(district=ostrava)),
        PlaceFactory(latitude=49.84, longitude=18.28, locality=LocalityFactory(district=jih)),
        PlaceFactory(latitude=49.8402, longitude=18.2804, locality=None),
    ]
    kinds, sources = (PlaceKind.PARK, PlaceKind.BENCH), (Source.OWN, Source.CITIZEN)
    finders = (assistant, AssistantFactory())
    before = None
    for n in range(24):
        finding: Finding = FindingFactory(
            place=places[n % 3],
            assistant=finders[n // 3 % 2],
            place_kind=kinds[n // 2 % 2],
            source=sources[n // 5 % 2],
            child_accessible=n % 4 == 0,
            with_needle=1 + n % 5,
            found_at=local(2021, 3 + n // 12, 1 + n % 12 * 2, 0 if n % 2 else 23, 30),
            review=ReviewState.CONFIRMED if n % 2 else ReviewState.NEW,
        )
        if n % 7 == 0:
            finding.withdraw(at=local(2021, 5, 2), reason="Zapsáno dvakrát")
        elif n % 7 == 2 and before:
            finding.merge_into(before)
        before = finding
    return {
        "mesic": ["2021-03", "2021-04"],
        "od": ["2021-03-09", "2021-04-01"],
        "do": ["2021-04-09", "2021-03-31"],
        "den": ["2021-04-05"],
        "lokalita": ["mimo", *(str(place.locality_id) for place in places[:2])],
        "obvod": [str(ostrava.pk)],
        "asistent": [str(finder.pk) for finder in finders],
        "druh": list(kinds),
        "zdroj": list(sources),
        "deti": ["ano"],
        "stav": ["vzate-zpet", "sloucene"],
        "kontrola": ["novy", "potvrzeny"],
        "likvidace": ["bez-boxu", "predano"],
        "misto": [str(places[1].pk)],
        "vyrez": ["49.79,18.2,49.84,18.28", "49.84,18.28,49.9,18.3"],
        "drzi_se": ["2021-04-10"],
    }


def expected(asked: dict[str, str]) -> set[str]:
    """The ids that a filter should let through, by looking at each finding in turn."""
    return {str(finding.pk) for finding in Finding.objects.select_related("place", "locality") if lets(asked, finding)}


def lets(asked: dict[str, str], finding: Finding) -> bool:
    day = finding.found_at.astimezone(local(2021, 1, 1).tzinfo).date().isoformat()
    locality = finding.locality
    place: Place = finding.place
    south, west, north, east = map(float, asked.get("vyrez", "0,0,90,90").split(","))
    rules: dict[str, Any] = {
        "mesic": lambda month: day[:7] == month,
        "od": lambda first: day >= first,
        "do": lambda last: day <= last,
        "den": lambda only: day == only,
        "lokalita": lambda key: locality is None if key == "mimo" else str(finding.locality_id) == key,
        "obvod": lambda key: locality is not None and str(locality.district_id) == key,
        "asistent": lambda key: str(finding.assistant_id) == key,
        "druh": lambda kind: finding.place_kind == kind,
        "zdroj": lambda source: finding.source == source,
        "deti": lambda _: finding.child_accessible,
        # No finding here lies in a box.
        "likvidace": lambda state: state == "bez-boxu",
        "drzi_se": lambda held: day <= held,
        "misto": lambda key: str(finding.place_id) == key,
        "vyrez": lambda _: south <= place.latitude <= north and west <= place.longitude <= east,
        "stav": lambda state: finding.is_merged if state == "sloucene" else finding.is_withdrawn,
        "kontrola": lambda state: finding.review == {"novy": "new", "potvrzeny": "confirmed"}[state],
    }
    counts_nowhere = finding.is_withdrawn or finding.is_merged
    return counts_nowhere == ("stav" in asked) and all(rules[name](value) for name, value in asked.items())


def everywhere(client: Client, key: str, asked: dict[str, str]) -> dict[str, set[str]]:
    """The ids that each way out shows, read by a reader of its own."""
    query = urlencode(asked)
    got = {"list": {str(row.pk) for row in client.get(f"{reverse('findings:list')}?{query}").context["page"]}}
    text = client.get(f"{reverse('findings:export')}?{query}").getvalue().decode("utf-8-sig")
    got["csv"] = {row["Číslo záznamu"] for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=";")}
    collection = json.loads(client.get(f"{reverse('findings:export-geojson')}?{query}").getvalue())
    got["geojson"] = {feature["id"] for feature in collection["features"]}
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{reverse('findings:export-xlsx')}?{query}").getvalue()))
    got["xlsx"] = {row[0] for row in book.active.iter_rows(min_row=2, values_only=True)}
    with NamedTemporaryFile(suffix=".gpkg") as package:
        package.write(client.get(f"{reverse('findings:export-geopackage')}?{query}").getvalue())
        package.flush()
        _, _, _, (ids,) = pyogrio.raw.read(package.name, layer="nalezy", columns=["id"])
    got["gpkg"] = set(ids)
    answer = client.get(f"{reverse('gis:findings')}?{query}&limit=1000", headers={"Authorization": f"Bearer {key}"})
    got["api"] = {feature["id"] for feature in answer.json()["features"]}
    assert answer.json()["numberMatched"] == len(got["api"])
    return got


def sums(client: Client, query: str) -> set[tuple[int, int, int]]:
    """(places, findings, pieces) as the figures of the list and the map in both its drawings say them."""
    counts = client.get(f"{reverse('findings:list')}?{query}").context["counts"]
    said = {(counts["places"], counts["events"], counts["pieces"])} if "stav" not in query else set()
    for way in ("&zoom=11", "&zoom=18", "&zoom=12&mapa=hustota"):
        answer = client.get(f"{reverse('findings:marks')}?{query}&{CITY}{way}").json()
        said.add((answer["places"], answer["events"], answer["pieces"]))
        drawn = answer.get("marks") or [{"pieces": square[2]} for square in answer.get("squares", ())]
        assert sum(mark["pieces"] for mark in drawn) == answer["pieces"]
    return said


def agree(client: Client, key: str, asked: dict[str, str]) -> None:
    right = expected(asked)
    assert everywhere(client, key, asked) == dict.fromkeys(("list", "csv", "geojson", "xlsx", "gpkg", "api"), right)
    rows = Finding.objects.filter(pk__in=right)
    places = len({row.place_id for row in rows})
    assert sums(client, urlencode(asked)) == {(places, len(right), sum(row.pieces for row in rows))}


@pytest.fixture
def key(coordinator: User) -> str:
    return AccessKey.objects.issue("Mapový server", by=coordinator)[1]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_way_out_shows_what_the_filter_lets_through(
    client_of: Any, coordinator: User, city: dict[str, list[str]], key: str, data: st.DataObject, monkeypatch: Any
) -> None:
    monkeypatch.setattr("findings.gis_api.A_MINUTE", 10_000)
    chosen = data.draw(st.lists(st.sampled_from(PARTS), max_size=5, unique=True))
    asked = {name: data.draw(st.sampled_from(city[name])) for name in chosen}
    if asked.get("od", "") > asked.get("do", "9"):
        del asked["od"]
    agree(client_of(coordinator), key, asked)


def test_every_pair_of_parts_lets_through_what_it_should(city: dict[str, list[str]], coordinator: User) -> None:
    """Asked of the filter itself, which every way out uses."""
    findings = list(Finding.objects.select_related("place", "locality"))
    wrong = []
    for one, other in combinations(PARTS, 2):
        for second in city[other]:
            asked = {one: city[one][0], other: second}
            chosen = FindingFilter(QueryDict(urlencode(asked)), user=coordinator)
            if set(chosen.findings()) != {finding for finding in findings if lets(asked, finding)}:
                wrong.append(asked)
    assert wrong == []
