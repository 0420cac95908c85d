"""The findings' pages at the desk: who sees what, what the filter lets through, what the export holds."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apk.audit.models import AccessLog
from apk.edits import CHANGED_MEANWHILE
from apk.people.models import Assistant, Mentor, User
from findings.models import Finding, Photo, Place, PlaceKind
from tests.factories import (
    AssistantFactory,
    DistrictFactory,
    FindingFactory,
    LocalityFactory,
    MentorFactory,
    PlaceFactory,
    ShiftFactory,
    local,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]

LIST = reverse("findings:list")
EXPORT = reverse("findings:export")


def shown(client: Client, **query: Any) -> list[UUID]:
    """Ids of the findings in the table, in its order."""
    response = client.get(f"{LIST}?{urlencode(query)}")
    assert response.status_code == 200
    return [finding.pk for finding in response.context["page"].object_list]


def alien_finding() -> Finding:
    """A finding of an assistant whom another mentor leads."""
    return FindingFactory(assistant=AssistantFactory(mentor=MentorFactory()))


# --- Who sees what ----------------------------------------------------------------------------------------------------


def test_an_assistant_sees_their_own_findings_alone(client_of: ClientOf, assistant: Assistant) -> None:
    mine = FindingFactory(assistant=assistant)
    colleague = FindingFactory(assistant=AssistantFactory(mentor=assistant.mentorships.get().mentor))
    client = client_of(assistant)
    assert shown(client) == [mine.pk]
    assert client.get(reverse("findings:detail", args=[mine.pk])).status_code == 200
    assert client.get(reverse("findings:detail", args=[colleague.pk])).status_code == 404


def test_a_mentor_sees_findings_of_those_they_lead(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    mine, alien = FindingFactory(assistant=assistant), alien_finding()
    client = client_of(mentor)
    assert shown(client) == [mine.pk]
    assert client.get(reverse("findings:detail", args=[mine.pk])).status_code == 200
    assert client.get(reverse("findings:detail", args=[alien.pk])).status_code == 404


def test_a_coordinator_sees_all_and_an_administrator_may_not(
    client_of: ClientOf, coordinator: User, administrator: User
) -> None:
    finding = FindingFactory()
    assert shown(client_of(coordinator)) == [finding.pk]
    for name, args in (("list", []), ("detail", [finding.pk]), ("place", [finding.place_id]), ("export", [])):
        assert client_of(administrator).get(reverse(f"findings:{name}", args=args)).status_code == 403


def test_a_withdrawn_finding_leaves_the_list_and_stays_readable_with_its_reason(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    kept, withdrawn = FindingFactory(assistant=assistant), FindingFactory(assistant=assistant)
    withdrawn.withdraw(at=local(2021, 4, 16, 9), reason="Zapsáno dvakrát")
    client = client_of(mentor)
    assert shown(client) == [kept.pk]
    assert shown(client, stav="vzate-zpet") == [withdrawn.pk]
    page = client.get(withdrawn.get_absolute_url()).content.decode()
    assert "Důvod: Zapsáno dvakrát" in page
    assert "16. 4. 2021 9:00" in page.replace("\xa0", " ")
    rows = list(
        csv.reader(io.StringIO(client.get(f"{EXPORT}?stav=vzate-zpet").getvalue().decode("utf-8-sig")), delimiter=";")
    )
    assert rows[1][-1] == "Zapsáno dvakrát"


@pytest.mark.parametrize("name", ["list", "export"])
def test_anonymous_visitors_are_sent_to_sign_in(client: Client, name: str) -> None:
    response = client.get(reverse(f"findings:{name}"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_nothing_here_is_changed_by_other_methods(client_of: ClientOf, coordinator: User) -> None:
    finding = FindingFactory()
    client = client_of(coordinator)
    for name, args in (("list", []), ("detail", [finding.pk]), ("place", [finding.place_id]), ("export", [])):
        assert client.post(reverse(f"findings:{name}", args=args)).status_code == 405


# --- The list ---------------------------------------------------------------------------------------------------------


def test_the_figures_above_the_table_count_all_filtered_rows_not_the_page(
    client_of: ClientOf, coordinator: User
) -> None:
    places = PlaceFactory.create_batch(3)
    for n in range(60):
        FindingFactory(place=places[n % 3], with_needle=1, needles=2)
    FindingFactory(found_at=local(2021, 5, 1), with_needle=9)
    response = client_of(coordinator).get(f"{LIST}?mesic=2021-04")
    counts = response.context["counts"]
    assert (counts["events"], counts["pieces"], counts["places"]) == (60, 180, 3)
    assert len(response.context["page"].object_list) == 50
    assert len(response.context["map"]["rows"]) == 3


def test_the_map_opens_on_all_filtered_findings_and_knows_where_the_rows_of_the_page_lie(
    client_of: ClientOf, coordinator: User
) -> None:
    park = PlaceFactory(latitude=49.845, longitude=18.277)
    FindingFactory(place=park, with_needle=2)
    FindingFactory(found_at=local(2021, 5, 1), place__latitude=49.9)
    response = client_of(coordinator).get(f"{LIST}?mesic=2021-04")
    shown_map = response.context["map"]
    assert shown_map["bounds"] == pytest.approx([49.843, 18.274, 49.847, 18.28])
    assert shown_map["rows"] == {park.pk: (49.845, 18.277)}
    assert f'data-map-marks="{reverse("findings:marks")}?mesic=2021-04"' in response.content.decode()


@pytest.mark.parametrize("rows", [1, 300])
def test_the_list_takes_the_same_queries_for_any_number_of_rows(
    client_of: ClientOf, coordinator: User, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    FindingFactory.create_batch(rows)
    client = client_of(coordinator)
    # Session and user; choices of locality, assistant and district; figures, count and rows of the page; localities and
    # edges of the map.
    with django_assert_num_queries(10):
        client.get(f"{LIST}?mesic=2021-04")


def test_the_empty_list_says_what_to_do(client_of: ClientOf, coordinator: User) -> None:
    client = client_of(coordinator)
    assert "Zapisují je asistenti na telefonu v terénu." in client.get(LIST).content.decode()
    assert "Tomuto filtru neodpovídá žádný nález." in client.get(f"{LIST}?mesic=2021-04").content.decode()


@pytest.fixture
def various() -> dict[str, Finding]:
    """Findings each of which one part of the filter singles out."""
    ostrava, jih = DistrictFactory(), DistrictFactory(name="Ostrava-Jih")
    jilova, hlubina = LocalityFactory(name="Jílová", district=ostrava), LocalityFactory(name="Hlubina", district=jih)
    return {
        "plain": FindingFactory(place=PlaceFactory(locality=jilova), found_at=local(2021, 4, 15, 10)),
        "may": FindingFactory(place=PlaceFactory(locality=jilova), found_at=local(2021, 5, 1, 0)),
        "south": FindingFactory(place=PlaceFactory(locality=hlubina), found_at=local(2021, 4, 16)),
        "stray": FindingFactory(place=PlaceFactory(locality=None), found_at=local(2021, 4, 17)),
        "school": FindingFactory(
            place=PlaceFactory(locality=jilova),
            place_kind=PlaceKind.SCHOOL,
            found_at=local(2021, 4, 18),
            with_needle=7,
            child_accessible=True,
        ),
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (lambda _: {"mesic": "2021-05"}, ["may"]),
        (lambda _: {"den": "2021-04-15"}, ["plain"]),
        (lambda _: {"od": "2021-04-17", "do": "2021-04-18"}, ["school", "stray"]),
        (lambda _: {"od": "2021-04-18"}, ["may", "school"]),
        (lambda f: {"lokalita": f["south"].locality_id}, ["south"]),
        (lambda _: {"lokalita": "mimo"}, ["stray"]),
        (lambda f: {"obvod": f["plain"].locality.district_id}, ["may", "school", "plain"]),
        (lambda f: {"asistent": f["plain"].assistant_id}, ["plain"]),
        (lambda _: {"druh": "school"}, ["school"]),
        (lambda _: {"deti": "ano"}, ["school"]),
        (lambda f: {"misto": f["stray"].place_id}, ["stray"]),
        (lambda f: {"mesic": "2021-04", "obvod": f["plain"].locality.district_id}, ["school", "plain"]),
        (lambda _: {"mesic": "2021-04", "razeni": "-kusu"}, ["school", "stray", "south", "plain"]),
        (lambda _: {"mesic": "2021-04", "razeni": "cas"}, ["plain", "south", "stray", "school"]),
        (lambda _: {"razeni": "lokalita"}, ["south", "may", "school", "plain", "stray"]),
    ],
)
def test_the_filter_in_the_address_chooses_and_orders_rows(
    client_of: ClientOf,
    coordinator: User,
    various: dict[str, Finding],
    query: Callable[[dict[str, Finding]], dict[str, Any]],
    expected: list[str],
) -> None:
    names = {finding.pk: name for name, finding in various.items()}
    assert [names[pk] for pk in shown(client_of(coordinator), **query(various))] == expected


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"mesic": "duben"}, "Měsíc se píše rok-měsíc, například 2021-04."),
        ({"mesic": "2021-13"}, "Měsíc se píše rok-měsíc, například 2021-04."),
        ({"od": "duben"}, "Datum napište ve tvaru 5. 4. 2021."),
        ({"den": "9999-12-31"}, "Nejpozdější možný den je"),
        ({"od": "2021-04-10", "do": "2021-04-01"}, "Poslední den je před prvním."),
        ({"lokalita": "1'"}, "Takovou lokalitu neznáme."),
        ({"obvod": "0"}, "Takový městský obvod neznáme."),
        ({"asistent": "-1"}, "Takového asistenta neznáme."),
        ({"druh": "hřiště"}, "Takový druh místa neznáme."),
        ({"deti": "1"}, "U dostupnosti dětem jde vybrat jen"),
        ({"misto": "9" * 30}, "Takové místo nálezu neznáme."),
        ({"misto": "²"}, "Takové místo nálezu neznáme."),
        ({"razeni": "heslo"}, "Takové řazení neznáme."),
        ({"mesic": "2021\0"}, "Nulové znaky nejsou povoleny."),
    ],
)
def test_a_wrong_part_of_the_filter_is_named_and_hides_nothing(
    client_of: ClientOf, coordinator: User, query: dict[str, str], sentence: str
) -> None:
    finding = FindingFactory(found_at=local(2021, 4, 15))
    response = client_of(coordinator).get(f"{LIST}?{urlencode(query)}")
    assert sentence in response.content.decode()
    assert [row.pk for row in response.context["page"].object_list] == [finding.pk]


def test_an_assistant_of_another_mentor_is_unknown_to_the_filter(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    alien = alien_finding()
    response = client_of(mentor).get(f"{LIST}?asistent={alien.assistant_id}")
    assert "Takového asistenta neznáme." in response.content.decode()
    assert str(alien.assistant) not in response.content.decode()


def test_an_assistants_filter_names_no_other_people(client_of: ClientOf, assistant: Assistant) -> None:
    mine = FindingFactory(assistant=assistant)
    other = FindingFactory()
    response = client_of(assistant).get(f"{LIST}?asistent={other.assistant_id}")
    assert [row.pk for row in response.context["page"].object_list] == [mine.pk]
    assert str(other.assistant) not in response.content.decode()


# --- The export -------------------------------------------------------------------------------------------------------


def exported(client: Client, **query: Any) -> list[dict[str, str]]:
    response = client.get(f"{EXPORT}?{urlencode(query)}")
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_the_export_holds_both_coordinate_systems_and_guards_against_formulas(
    client_of: ClientOf, coordinator: User
) -> None:
    finding = FindingFactory(
        place=PlaceFactory(latitude=49.845, longitude=18.277), note="=HYPERLINK(1)", child_accessible=True
    )
    FindingFactory(found_at=local(2021, 5, 1))
    [row] = exported(client_of(coordinator), mesic="2021-04")
    assert row["Číslo záznamu"] == str(finding.pk)
    assert row["Nalezeno"] == "2021-04-15 10:00"
    assert row["Poznámka"] == "'=HYPERLINK(1)"
    assert (row["Kusů"], row["Dostupné dětem"]) == ("2", "ano")
    assert (row["Zeměpisná šířka (WGS84)"], row["Zeměpisná délka (WGS84)"]) == ("49,845", "18,277")
    x, y = (float(row[name].replace(",", ".")) for name in ("X (S-JTSK)", "Y (S-JTSK)"))
    assert (x, y) == (pytest.approx(-470914, abs=5), pytest.approx(-1100481, abs=5))


def test_the_export_is_written_to_the_access_log(client_of: ClientOf, coordinator: User) -> None:
    FindingFactory()
    exported(client_of(coordinator), mesic="2021-04", druh="park")
    entry = AccessLog.objects.get()
    assert (entry.user, entry.action, entry.what) == (coordinator, "export", "Nálezy (CSV)")
    assert entry.detail == {"filter": {"mesic": "2021-04", "druh": "park"}, "rows": 1}


def test_the_export_holds_only_what_its_reader_may_see(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    mine = FindingFactory(assistant=assistant)
    alien_finding()
    assert [row["Číslo záznamu"] for row in exported(client_of(mentor))] == [str(mine.pk)]
    assert client_of(assistant).get(EXPORT).status_code == 403


def test_an_export_with_a_wrong_filter_is_refused_with_its_sentence(client_of: ClientOf, coordinator: User) -> None:
    response = client_of(coordinator).get(f"{EXPORT}?mesic=duben")
    assert response.status_code == 422
    assert "Měsíc se píše rok-měsíc, například 2021-04." in response.content.decode()
    assert AccessLog.objects.count() == 0


# --- One finding, one place -------------------------------------------------------------------------------------------


def test_the_detail_shows_facts_shift_and_photos(
    client_of: ClientOf, assistant: Assistant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shift = ShiftFactory(assistant=assistant, start=local(2021, 4, 15, 8))
    finding = FindingFactory(assistant=assistant, shift=shift, with_needle=2, needles=3, note="pod lavičkou")
    photo = Photo.objects.create(
        id=UUID(int=7), finding=finding, file="photos/x.jpg", width=4, height=3, upload_digest=b"x", sha256="0" * 64
    )
    client = client_of(assistant)
    # Session, user, finding with its names, photos, locality on the map.
    with django_assert_num_queries(6):
        page = client.get(reverse("findings:detail", args=[finding.pk])).content.decode()
    assert "pod lavičkou" in page
    assert "<dt>Kusů celkem</dt><dd><strong>5</strong></dd>" in page
    assert reverse("findings:photo", args=[photo.pk]) in page
    assert reverse("patrols:shift", args=[shift.pk]) in page


def test_the_history_is_offered_to_those_who_may_open_it(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    finding = FindingFactory(assistant=assistant)
    for label, pk, url in (
        ("findings.finding", finding.pk, reverse("findings:detail", args=[finding.pk])),
        ("findings.place", finding.place_id, reverse("findings:place", args=[finding.place_id])),
    ):
        history = reverse("audit:history", args=[label, pk])
        assert history in client_of(mentor).get(url).content.decode()
        assert client_of(mentor).get(history).status_code == 200
        assert history not in client_of(assistant).get(url).content.decode()


def test_what_people_wrote_is_shown_as_text(client_of: ClientOf, assistant: Assistant) -> None:
    place = PlaceFactory(name="<script>alert(1)</script>")
    finding = FindingFactory(assistant=assistant, place=place, note="<img src=x>")
    for url in (reverse("findings:detail", args=[finding.pk]), reverse("findings:place", args=[place.pk]), LIST):
        page = client_of(assistant).get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x>" not in page


def test_a_place_shows_only_the_findings_its_reader_may_see(client_of: ClientOf, assistant: Assistant) -> None:
    place = PlaceFactory()
    mine = FindingFactory(assistant=assistant, place=place, with_needle=1)
    FindingFactory(place=place, with_needle=5)
    response = client_of(assistant).get(reverse("findings:place", args=[place.pk]))
    assert [row.pk for row in response.context["page"].object_list] == [mine.pk]
    assert response.context["counts"]["pieces"] == 1


def test_an_unknown_place_and_finding_are_not_found(client_of: ClientOf, coordinator: User) -> None:
    client = client_of(coordinator)
    assert client.get(reverse("findings:place", args=[404])).status_code == 404
    assert client.get(reverse("findings:detail", args=[UUID(int=404)])).status_code == 404


def test_a_mentor_renames_a_place_and_history_keeps_the_old_name(client_of: ClientOf, mentor: Mentor) -> None:
    place = PlaceFactory(name="Jílová – park 1")
    url = reverse("findings:rename-place", args=[place.pk])
    client = client_of(mentor)
    seen = client.get(url).context["form"].stored_fingerprint
    response = client.post(url, {"name": "Park u školy", "address": "Jílová 7", "seen": seen})
    assert response.status_code == 302
    place.refresh_from_db()
    assert (place.name, place.address) == ("Park u školy", "Jílová 7")
    [first, last] = place.events.order_by("pgh_id")
    assert (first.name, last.name) == ("Jílová – park 1", "Park u školy")
    assert last.pgh_context.metadata["name"] == mentor.user.full_name


def test_a_place_renamed_meanwhile_is_not_overwritten_unseen(client_of: ClientOf, mentor: Mentor) -> None:
    place = PlaceFactory(name="Jílová – park 1")
    url = reverse("findings:rename-place", args=[place.pk])
    client = client_of(mentor)
    seen = client.get(url).context["form"].stored_fingerprint
    Place.objects.filter(pk=place.pk).update(name="Park u kostela")
    refused = client.post(url, {"name": "Park u školy", "seen": seen})
    assert refused.status_code == 422
    assert refused.context["form"].errors == {
        "__all__": [CHANGED_MEANWHILE],
        "name": ["Teď je uloženo: Park u kostela"],
    }
    assert 'value="Park u školy"' in refused.content.decode()
    again = client.post(url, {"name": "Park u školy", "seen": refused.context["form"].stored_fingerprint})
    assert again.status_code == 302
    place.refresh_from_db()
    assert place.name == "Park u školy"


@pytest.mark.parametrize("name", ["", "x" * 121, "park\0"])
def test_a_wrong_name_of_a_place_is_refused_and_kept(client_of: ClientOf, mentor: Mentor, name: str) -> None:
    place = PlaceFactory(name="Jílová – park 1")
    url = reverse("findings:rename-place", args=[place.pk])
    client = client_of(mentor)
    seen = client.get(url).context["form"].stored_fingerprint
    response = client.post(url, {"name": name, "seen": seen})
    assert response.status_code == 422
    place.refresh_from_db()
    assert place.name == "Jílová – park 1"


def test_only_those_who_manage_localities_rename_places(
    client_of: ClientOf, assistant: Assistant, coordinator: User, administrator: User
) -> None:
    url = reverse("findings:rename-place", args=[PlaceFactory().pk])
    assert client_of(assistant).get(url).status_code == 403
    assert client_of(coordinator).post(url, {"name": "x"}).status_code == 403
    # An administrator manages localities but sees no findings, and so no places of theirs.
    assert client_of(administrator).get(url).status_code == 404
    assert client_of(coordinator).put(url).status_code == 403


# --- The home page ----------------------------------------------------------------------------------------------------


def test_the_home_page_counts_the_week_and_what_lies_outside(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    now = timezone.now()
    FindingFactory(assistant=assistant, found_at=now - timedelta(days=1), with_needle=3, child_accessible=True)
    FindingFactory(assistant=assistant, found_at=now - timedelta(days=20), place=PlaceFactory(locality=None))
    FindingFactory(assistant=AssistantFactory(mentor=MentorFactory()), found_at=now)
    week, stray = [
        card
        for card in client_of(mentor).get(reverse("home")).context["cards"]
        if card.title in {"Nálezy za 7 dní", "Nálezy mimo lokality"}
    ]
    assert (week.value, week.detail) == ("1", "3\u00a0kusy na 1\u00a0místě, 1× dostupné dětem.")
    assert (stray.title, stray.value) == ("Nálezy mimo lokality", "1")
    assert shown(client_of(mentor), **dict(pair.split("=") for pair in stray.url.split("?")[1].split("&"))) != []
