"""The pages of hotspots and of the walk: what they count, for whom, and how many queries that takes."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apk.audit.models import AccessLog
from apk.people.models import Assistant, Mentor, User
from findings.models import Place, PositionSource
from tests.factories import (
    AssistantFactory,
    FindingFactory,
    LocalityFactory,
    MentorFactory,
    PlaceFactory,
    ShiftFactory,
    local,
)

pytestmark = pytest.mark.django_db
PAGE, SWEEP = reverse("findings:hotspots"), reverse("findings:sweep")
APRIL = "od=2021-04-01&do=2021-04-30"


def walked(assistant: Assistant, place: Place, days: int, **options: Any) -> None:
    """Eight hours of patrols a day in the place's locality."""
    start = local(2021, 4, 1, 8)
    for day in range(days):
        ShiftFactory(assistant=assistant, locality=place.locality, start=start + timedelta(days=day), **options)


@pytest.fixture
def hot(assistant: Assistant) -> Place:
    """A place with twelve findings in April 2021 and one a year before; its locality was walked for eighty hours."""
    place = PlaceFactory(name="Jílová – park", latitude=49.845, longitude=18.277)
    FindingFactory.create_batch(12, place=place, assistant=assistant)
    FindingFactory(place=place, assistant=assistant, found_at=local(2020, 4, 16))
    walked(assistant, place, 10)
    return place


@pytest.fixture
def cold(hot: Place, assistant: Assistant) -> list[Place]:
    """Six places with a finding each, walked for eighty hours each by others."""
    places = PlaceFactory.create_batch(6)
    for place in places:
        FindingFactory(place=place, assistant=assistant)
        walked(AssistantFactory(mentor=assistant.mentorships.get().mentor), place, 10)
    return places


def rows(client: Any, query: str = APRIL) -> dict[str, dict[str, Any]]:
    return {row["place"].name: row for row in client.get(f"{PAGE}?{query}").context["rows"]}


def test_a_place_beyond_chance_is_called_so_and_few_findings_are_not(
    client_of: Any, mentor: Mentor, hot: Place, cold: list[Place]
) -> None:
    found = rows(client_of(mentor))
    spot = found["Jílová – park"]["spot"]
    assert (spot.findings, spot.before, spot.pieces, spot.hours, spot.rate) == (12, 1, 24, 80, 0.15)
    assert (spot.level, spot.trend) == ("more", "rising")
    assert {found[place.name]["level"] for place in cold} == {"málo dat"}
    assert found["Jílová – park"]["sentence"] in client_of(mentor).get(f"{PAGE}?{APRIL}").content.decode()


def test_shifts_nobody_was_told_of_and_alien_ones_are_no_patrols(
    client_of: Any, mentor: Mentor, assistant: Assistant, hot: Place
) -> None:
    walked(AssistantFactory(mentor=mentor), hot, 3, announced=False)
    alien = AssistantFactory(mentor=MentorFactory())
    walked(alien, hot, 3)
    FindingFactory(place=hot, assistant=alien)
    spot = rows(client_of(mentor))["Jílová – park"]["spot"]
    assert (spot.findings, spot.hours) == (12, 80)


def test_a_position_shown_on_the_map_weighs_whole_and_a_poor_one_less(
    client_of: Any, coordinator: User, assistant: Assistant
) -> None:
    place = PlaceFactory()
    FindingFactory(place=place, assistant=assistant, accuracy_m=60)
    FindingFactory(place=place, assistant=assistant, accuracy_m=60, position_source=PositionSource.MAP)
    FindingFactory(place=place, assistant=assistant).withdraw(at=local(2021, 4, 20), reason="Omyl")
    assert rows(client_of(coordinator))[place.name]["spot"].weighed == 1.25


def test_the_chosen_locality_is_compared_with_the_whole_city(
    client_of: Any, coordinator: User, hot: Place, cold: list[Place]
) -> None:
    found = rows(client_of(coordinator), f"{APRIL}&lokalita={hot.locality_id}")
    assert list(found) == ["Jílová – park"]
    assert found["Jílová – park"]["spot"].level == "more"


@pytest.mark.parametrize("places", [1, 30])
def test_hotspots_take_the_same_queries_for_any_number_of_places(
    client_of: Any, coordinator: User, django_assert_num_queries: DjangoAssertNumQueries, places: int
) -> None:
    for place in PlaceFactory.create_batch(places):
        FindingFactory(place=place)
    client = client_of(coordinator)
    # Session and user; choices of locality; findings, those a year ago, hours, places; localities of the map.
    with django_assert_num_queries(8):
        client.get(f"{PAGE}?{APRIL}")
    # The same, and when a place was searched last.
    with django_assert_num_queries(10):
        client.get(f"{SWEEP}?{APRIL}")


def test_empty_and_wrong_filters_say_what_to_do(client_of: Any, coordinator: User) -> None:
    client = client_of(coordinator)
    assert "Zvolte delší dobu" in client.get(PAGE).content.decode()
    assert "není kam jít" in client.get(SWEEP).content.decode()
    assert "Poslední den je před prvním." in client.get(f"{PAGE}?od=2021-04-30&do=2021-04-01").content.decode()
    assert client.get(reverse("findings:export-hotspots") + "?lokalita=neni").status_code == 422


def test_the_file_holds_the_rows_and_leaves_a_trace(
    client_of: Any, coordinator: User, hot: Place, cold: list[Place]
) -> None:
    answer = client_of(coordinator).get(reverse("findings:export-hotspots") + f"?{APRIL}")
    text = answer.content.decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    assert len(read) == 7
    assert (read[0]["Místo nálezu"], read[0]["Proti městu"], read[0]["Vývoj"]) == (
        "Jílová – park",
        "víc než obvykle",
        "roste",
    )
    assert AccessLog.objects.get().detail["rows"] == 7


def test_a_sweep_begins_where_most_is_due_and_passes_what_was_searched_today(
    client_of: Any, mentor: Mentor, assistant: Assistant
) -> None:
    locality = LocalityFactory()
    near = [PlaceFactory(latitude=49.80 + n / 1000, longitude=18.2, locality=locality) for n in range(3)]
    far = PlaceFactory(latitude=49.90, longitude=18.38, locality=LocalityFactory())
    for place, count in zip([*near, far], [2, 6, 3, 4], strict=True):
        FindingFactory.create_batch(count, place=place, assistant=assistant)
    answer = client_of(mentor).get(f"{SWEEP}?{APRIL}")
    names = [row["place"].name for row in answer.context["rows"]]
    assert names[0] == near[1].name
    assert set(names) == {place.name for place in near}
    assert answer.context["left"] == 1
    assert len(answer.context["map"]["route"]) == 3
    assert answer.context["minutes"] <= 120
