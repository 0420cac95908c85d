"""The register of localities, as each role meets it."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from apk.edits import CHANGED_MEANWHILE
from apk.localities.forms import FILE_LIMIT
from apk.localities.geometry import to_sjtsk
from apk.localities.models import District, Locality
from apk.people.models import Assistant, Mentor, User
from tests.factories import DistrictFactory, LocalityFactory, square

pytestmark = pytest.mark.django_db

SignIn = Callable[[object], Client]
RING = [[18.27, 49.84], [18.28, 49.84], [18.28, 49.85], [18.27, 49.85], [18.27, 49.84]]
AREA = {"type": "MultiPolygon", "coordinates": [[RING]]}
BOW_TIE = {"type": "Polygon", "coordinates": [[RING[0], RING[2], RING[1], RING[3], RING[0]]]}
STEPS = ["edit-locality", "close-locality", "reopen-locality"]


def listed(answer: Any) -> list[str]:
    return [locality.name for locality in answer.context["page"].object_list]


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def geojson(shape: object, name: str = "hranice.geojson") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, shape if isinstance(shape, bytes) else json.dumps(shape).encode())


@pytest.fixture
def new(db: None) -> dict[str, str]:
    return {
        "name": "Jílová",
        "kind": "excluded",
        "district": str(DistrictFactory().pk),
        "opened_on": "2021-01-01",
        "note": "Vchod od řeky.",
        "area": json.dumps(AREA),
    }


def test_list_is_in_czech_order_filtered_and_searched(mentor: Mentor, client_of: SignIn):
    south = DistrictFactory(name="Ostrava-Jih")
    for name in ("Hrušov", "Chalupova", "Čapkova", "Cihelní"):
        LocalityFactory(name=name)
    LocalityFactory(name="Ubytovna Hulvácká", kind=Locality.Kind.LODGING_HOUSE, district=south)
    LocalityFactory(name="Bývalá", closed_on=timezone.localdate() - timedelta(days=1))
    client = client_of(mentor)
    names = ["Cihelní", "Čapkova", "Hrušov", "Chalupova", "Ubytovna Hulvácká"]
    assert listed(client.get("/lokality/")) == names
    assert listed(client.get("/lokality/?q=hulvacka+jih")) == ["Ubytovna Hulvácká"]
    assert listed(client.get("/lokality/?druh=lodging-house")) == ["Ubytovna Hulvácká"]
    assert listed(client.get(f"/lokality/?obvod={south.pk}")) == ["Ubytovna Hulvácká"]
    assert listed(client.get("/lokality/?stav=skoncily")) == ["Bývalá"]
    assert len(listed(client.get("/lokality/?stav=vsechny"))) == 6
    assert "Tomuto výběru neodpovídá žádná lokalita." in client.get("/lokality/?q=nikde").content.decode()


@pytest.mark.parametrize("query", ["stav=kdysi", "druh=x", "obvod=999999999999999999999", "obvod=x%00", "q=%00"])
def test_list_with_a_wrong_filter_hides_nothing_and_says_so(mentor: Mentor, client_of: SignIn, query: str):
    LocalityFactory(name="Jílová")
    answer = client_of(mentor).get(f"/lokality/?{query}")
    assert listed(answer) == ["Jílová"]
    assert "Filtr v adrese není platný" in answer.content.decode()


@pytest.mark.parametrize("count", [1, 300])
def test_list_takes_the_same_queries_for_any_length(
    mentor: Mentor, client_of: SignIn, django_assert_num_queries: Any, count: int
):
    LocalityFactory.create_batch(count)
    client = client_of(mentor)
    with django_assert_num_queries(5):
        answer = client.get("/lokality/")
    assert len(listed(answer)) == min(count, 50)
    assert len(answer.context["map"]["localities"]["features"]) == min(count, 50)


def test_detail_shows_facts_neighbours_and_overlaps(mentor: Mentor, coordinator: User, client_of: SignIn):
    locality = LocalityFactory(name="Jílová", area=AREA)
    LocalityFactory(name="Přes", area=square(49.85, 18.28))
    LocalityFactory(name="Vedle", area=square(49.80, 18.25))
    url = reverse("localities:locality", args=[locality.pk])
    answer = client_of(mentor).get(url)
    page = answer.content.decode()
    assert "80,0\u00a0ha".replace("\u00a0", " ") in page.replace("\u00a0", " ")
    assert "4\u00a0body" in page
    assert [other.name for other in answer.context["overlapping"]] == ["Přes"]
    features = answer.context["map"]["localities"]["features"]
    assert [(one["properties"]["name"], one["properties"]["current"]) for one in features] == [
        ("Jílová", True),
        ("Přes", False),
        ("Vedle", False),
    ]
    assert answer.context["map"]["bounds"] == pytest.approx([49.835, 18.265, 49.855, 18.285])
    assert reverse("localities:close-locality", args=[locality.pk]) in page
    assert (
        reverse("localities:close-locality", args=[locality.pk]) not in client_of(coordinator).get(url).content.decode()
    )


@pytest.mark.parametrize("name", ["localities", "add-locality", "districts", "add-district", "locality", *STEPS])
def test_who_may_open_what(
    mentor: Mentor, assistant: Assistant, coordinator: User, administrator: User, client_of: SignIn, name: str
):
    url = reverse(f"localities:{name}", args=[LocalityFactory().pk] if name in ("locality", *STEPS) else [])
    seen_by_all = name in ("localities", "locality")
    for person, status in (
        (mentor, 200),
        (administrator, 200),
        (coordinator, 200 if seen_by_all else 403),
        (assistant, 403),
    ):
        assert client_of(person).get(url).status_code == status
    assert client_of(mentor).put(url).status_code == 405
    assert client_of(coordinator).post(url).status_code == (405 if seen_by_all else 403)
    assert Client().get(url).headers["Location"].startswith("/ucet/login/")


@pytest.mark.parametrize("name", ["locality", *STEPS, "edit-district"])
def test_what_does_not_exist_is_not_found(mentor: Mentor, client_of: SignIn, name: str):
    for pk in (0, 10**30):
        assert client_of(mentor).get(reverse(f"localities:{name}", args=[pk])).status_code == 404


def test_a_locality_is_added_from_what_was_drawn(mentor: Mentor, client_of: SignIn, new: dict[str, str]):
    answer = client_of(mentor).post("/lokality/nova/", new, follow=True)
    locality = Locality.objects.get()
    assert answer.redirect_chain == [(reverse("localities:locality", args=[locality.pk]), 302)]
    assert (locality.name, locality.area, locality.opened_on) == ("Jílová", AREA, date(2021, 1, 1))


@pytest.mark.parametrize("system", ["WGS 84", "S-JTSK"])
def test_a_boundary_from_a_file_takes_the_place_of_the_drawn_one(
    mentor: Mentor, client_of: SignIn, new: dict[str, str], system: str
):
    other = [[18.25, 49.80], [18.26, 49.80], [18.26, 49.81], [18.25, 49.80]]
    ring = other if system == "WGS 84" else [list(to_sjtsk(latitude, longitude)) for longitude, latitude in other]
    collection = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}],
    }
    answer = client_of(mentor).post("/lokality/nova/", new | {"boundary_file": geojson(collection)})
    assert answer.status_code == 302
    assert Locality.objects.get().area == {"type": "MultiPolygon", "coordinates": [[other]]}


def test_a_boundary_may_come_from_a_file_alone(mentor: Mentor, client_of: SignIn, new: dict[str, str]):
    answer = client_of(mentor).post("/lokality/nova/", new | {"area": "", "boundary_file": geojson(AREA)})
    assert answer.status_code == 302
    assert Locality.objects.get().area == AREA


@pytest.mark.parametrize(
    ("content", "field", "sentence"),
    [
        (BOW_TIE, "area", "Hranice se kříží sama se sebou v okolí bodu 49,84500° s. š., 18,27500° v. d."),
        (b"neco", "area", "Tohle není GeoJSON"),
        (b"{\x00", "area", "Nulové znaky nejsou povoleny."),
        (b"\xff\xfe\x00", "boundary_file", "Tohle není GeoJSON: soubor není text v kódování UTF-8."),
        (b"x" * (FILE_LIMIT + 1), "boundary_file", "Soubor je příliš velký"),
        (b"", "boundary_file", "Odeslaný soubor je prázdný."),
    ],
)
def test_a_wrong_file_is_refused_and_everything_kept(
    mentor: Mentor, client_of: SignIn, new: dict[str, str], content: object, field: str, sentence: str
):
    answer = client_of(mentor).post("/lokality/nova/", new | {"boundary_file": geojson(content)})
    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert sentence in form.errors[field][0]
    kept = new["area"] if field == "boundary_file" else geojson(content).read().decode()
    assert form["area"].value() == kept
    assert escape(kept) in answer.content.decode()
    assert form["note"].value() == "Vchod od řeky."
    assert not Locality.objects.exists()


def test_a_file_stays_in_the_text_when_another_field_is_wrong(mentor: Mentor, client_of: SignIn, new: dict[str, str]):
    answer = client_of(mentor).post("/lokality/nova/", new | {"name": "", "area": "", "boundary_file": geojson(AREA)})
    assert list(answer.context["form"].errors) == ["name"]
    assert json.loads(answer.context["form"]["area"].value()) == AREA


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"name": ""}, "name", "Toto pole je třeba vyplnit."),
        ({"name": "Obsazená"}, "name", "Lokalita s tímto názvem už existuje."),
        ({"kind": "palác"}, "kind", "není k dispozici"),
        ({"district": "0"}, "district", "Vyberte platnou možnost"),
        ({"opened_on": "kdysi"}, "opened_on", "Datum napište ve tvaru 5. 4. 2021."),
        ({"area": ""}, "area", "Nakreslete hranici na mapě, nebo ji nahrajte ze souboru."),
        ({"area": "{}"}, "area", "Tohle není GeoJSON: chybí v něm popis plochy."),
        (
            {"area": json.dumps(square(50.08, 14.42))},
            "area",
            "Hranice vybíhá mimo město: bod 50,07800° s. š., 14,41800° v. d.",
        ),
    ],
)
def test_a_wrong_locality_is_refused_and_what_was_typed_kept(
    mentor: Mentor, client_of: SignIn, new: dict[str, str], wrong: dict[str, str], field: str, sentence: str
):
    LocalityFactory(name="Obsazená")
    typed = new | wrong
    answer = client_of(mentor).post("/lokality/nova/", typed)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert sentence in form.errors[field][0]
    assert {name: form[name].value() for name in typed} == typed
    assert Locality.objects.count() == 1


def test_an_overlap_is_allowed_but_said(mentor: Mentor, client_of: SignIn, new: dict[str, str]):
    LocalityFactory(name="Přednádraží", area=square(49.85, 18.28))
    LocalityFactory(name="Hrušov", area=square(49.84, 18.27))
    LocalityFactory(name="Bývalá", area=AREA, closed_on=date(2020, 1, 1))
    LocalityFactory(name="Soused", area=square(49.845, 18.29, half=0.01))
    answer = client_of(mentor).post("/lokality/nova/", new)
    assert said(answer) == [
        "Lokalita Jílová je uložená.",
        ("Hranice se překrývá s lokalitou Hrušov a Přednádraží. Nález ze společné plochy připadne menší z lokalit."),
    ]


def opened(client: Client, url: str) -> dict[str, str]:
    return {field.html_name: field.value() or "" for field in client.get(url).context["form"]}


def test_a_locality_is_edited_and_its_boundary_kept_when_untouched(mentor: Mentor, client_of: SignIn):
    locality = LocalityFactory(area=AREA)
    client, url = client_of(mentor), reverse("localities:edit-locality", args=[locality.pk])
    fields = opened(client, url)
    assert client.post(url, fields | {"name": "Čapkova"}).status_code == 302
    locality.refresh_from_db()
    assert (locality.name, locality.area) == ("Čapkova", AREA)


def test_two_people_editing_at_once_do_not_overwrite_each_other(mentor: Mentor, administrator: User, client_of: SignIn):
    locality = LocalityFactory(name="Jílová", area=AREA)
    url = reverse("localities:edit-locality", args=[locality.pk])
    slow, quick = client_of(mentor), client_of(administrator)
    drawn = json.dumps(square(49.80, 18.25))
    typed = opened(slow, url) | {"area": drawn, "note": "Nový dvůr"}
    moved = json.dumps(square(49.81, 18.25))
    assert quick.post(url, opened(quick, url) | {"area": moved, "name": "Jílová 2"}).status_code == 302
    answer = slow.post(url, typed)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert form.errors == {
        "__all__": [CHANGED_MEANWHILE],
        "name": ["Teď je uloženo: Jílová 2"],
        "note": ["Teď je uloženo: (prázdné)"],
        "area": ["Teď je uloženo: jiná hranice, než je na mapě"],
    }
    assert form["area"].value() == drawn
    assert Locality.objects.get().name == "Jílová 2"
    again = {field.html_name: field.value() or "" for field in form}
    assert slow.post(url, again).status_code == 302
    assert Locality.objects.get().name == "Jílová"


def test_patrols_end_and_begin_again_after_being_asked(mentor: Mentor, client_of: SignIn):
    locality = LocalityFactory(opened_on=date(2021, 1, 1))
    client = client_of(mentor)
    close, reopen = (reverse(f"localities:{name}-locality", args=[locality.pk]) for name in ("close", "reopen"))
    client.get(close)
    assert Locality.objects.get().closed_on is None
    early = client.post(close, {"on": "2020-12-31"})
    assert early.status_code == 422
    assert early.context["form"].errors == {"__all__": ["Lokalita nemůže skončit dřív, než se začala obcházet."]}
    assert client.post(close, {"on": "2021-06-30"}).status_code == 302
    assert Locality.objects.get().closed_on == date(2021, 6, 30)
    client.get(reopen)
    assert Locality.objects.get().closed_on == date(2021, 6, 30)
    assert client.post(reopen).status_code == 302
    assert Locality.objects.get().closed_on is None


def test_districts_are_listed_added_and_renamed(mentor: Mentor, client_of: SignIn):
    client = client_of(mentor)
    assert "Zatím tu není žádný městský obvod" in client.get("/lokality/obvody/").content.decode()
    for name in ("Vítkovice", "Slezská Ostrava", "Hrabová"):
        assert client.post("/lokality/obvody/novy/", {"name": name}).status_code == 302
    assert [found.name for found in client.get("/lokality/obvody/").context["districts"]] == [
        "Hrabová",
        "Slezská Ostrava",
        "Vítkovice",
    ]
    taken = client.post("/lokality/obvody/novy/", {"name": "Hrabová"})
    assert taken.context["form"].errors == {"name": ["Takový městský obvod už existuje."]}
    district = District.objects.get(name="Hrabová")
    url = reverse("localities:edit-district", args=[district.pk])
    stale = opened(client, url)
    assert client.post(url, stale | {"name": "Hrabůvka"}).status_code == 302
    late = client.post(url, stale | {"name": "Hrabová II"})
    assert late.context["form"].errors["name"] == ["Teď je uloženo: Hrabůvka"]
    assert District.objects.get(pk=district.pk).name == "Hrabůvka"


def test_maps_have_no_inline_script(mentor: Mentor, client_of: SignIn):
    page = client_of(mentor).get("/lokality/nova/").content.decode()
    scripts = [part.split(">", 1) for part in page.split("<script")[1:]]
    assert all("src=" in tag or 'type="application/json"' in tag for tag, _ in scripts)
    assert 'data-map-draw="id_area"' in page
    assert 'id="id_area"' in page
