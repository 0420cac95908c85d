"""Whatever is typed into a form of the registers ends in a page, never in a fault of ours."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apk.people.models import Assistant, Mentor, User
from tests.factories import LocalityFactory, square

pytestmark = pytest.mark.django_db

Urls = dict[str, str]
anything = st.one_of(
    st.text(max_size=50),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.sampled_from(
        ["\0", "a\0b", "😀" * 200, "9" * 400, "\u202e", "1e400", "-0,00", "NaN", "0001-01-01", "9999-12-31"]
    ),
    st.sampled_from(
        [
            "1",
            "0,5",
            "2021-04-01",
            "0001-01-01",
            "9999-12-31",
            "mentor",
            "administrator",
            "excluded",
            "a@b.cz",
            "A1",
            "x" * 3000,
        ]
    ),
    st.sampled_from(["{}", "[[[", '{"type": "Polygon", "coordinates": [[[1e999, 1]]]}', str(square(49.8, 18.2))]),
)


@pytest.fixture
def pages(mentor: Mentor, assistant: Assistant, coordinator: User) -> Urls:
    locality = LocalityFactory()
    one = {"pk": assistant.pk}
    return {
        "add-assistant": reverse("people:add-assistant"),
        "edit-assistant": reverse("people:edit-assistant", kwargs=one),
        "change-fte": reverse("people:change-fte", kwargs=one),
        "move-assistant": reverse("people:move-assistant", kwargs=one),
        "end-assistant": reverse("people:end-assistant", kwargs=one),
        "employ-assistant": reverse("people:employ-assistant", kwargs=one),
        "add-account": reverse("people:add-account"),
        "edit-account": reverse("people:edit-account", kwargs={"pk": coordinator.pk}),
        "add-locality": reverse("localities:add-locality"),
        "edit-locality": reverse("localities:edit-locality", kwargs={"pk": locality.pk}),
        "close-locality": reverse("localities:close-locality", kwargs={"pk": locality.pk}),
        "add-district": reverse("localities:add-district"),
        "edit-district": reverse("localities:edit-district", kwargs={"pk": locality.district_id}),
    }


# Takes the stored fingerprint when it is refused; a file is not shown again, its content is.
UNTYPED = {"seen", "boundary_file"}
FORMS = [
    "add-assistant",
    "edit-assistant",
    "change-fte",
    "move-assistant",
    "end-assistant",
    "employ-assistant",
    "add-account",
    "edit-account",
    "add-locality",
    "edit-locality",
    "close-locality",
    "add-district",
    "edit-district",
]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_withstands_anything(
    administrator: User, pages: Urls, client_of: Callable[[User], Client], name: str
) -> None:
    client = client_of(administrator)
    fields = {field.html_name: field.value() or "" for field in client.get(pages[name]).context["form"]}

    @settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
    @given(typed=st.dictionaries(st.sampled_from(sorted(fields)), anything), kept=st.booleans())
    def post(typed: dict[str, str], kept: bool) -> None:
        answer = client.post(pages[name], fields | typed if kept else typed)
        assert answer.status_code in {302, 422}
        if answer.status_code == 422:
            form = answer.context["form"]
            assert form.errors
            assert {field: form[field].value() for field in typed if field not in UNTYPED} == {
                field: value for field, value in typed.items() if field not in UNTYPED
            }

    post()


@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=200) | anything.map(str.encode))
def test_a_boundary_file_withstands_anything(
    mentor: Mentor, client_of: Callable[[Any], Client], content: bytes
) -> None:
    answer = client_of(mentor).post(
        reverse("localities:add-locality"), {"boundary_file": SimpleUploadedFile("hranice.geojson", content)}
    )
    assert answer.status_code == 422


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(query=st.dictionaries(st.sampled_from(["q", "stav", "role", "druh", "obvod", "page"]), anything))
@pytest.mark.parametrize("name", ["people:assistants", "people:accounts", "localities:localities"])
def test_a_filter_withstands_anything(
    administrator: User, client_of: Callable[[User], Client], name: str, query: dict[str, str]
) -> None:
    assert client_of(administrator).get(reverse(name), query).status_code == 200
