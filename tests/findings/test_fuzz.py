"""Whatever a place is to be called: a page with a sentence or a new name, never a crash."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apk.people.models import Mentor
from tests.factories import PlaceFactory

anything = st.one_of(st.text(max_size=40), st.sampled_from(["", " ", "\0", "a\0b", "\n", "x" * 3000, "😀" * 200]))


@pytest.mark.django_db
def test_name_of_a_place_takes_anything(client_of: Callable[[Mentor], Client], mentor: Mentor) -> None:
    client, place = client_of(mentor), PlaceFactory()
    url = reverse("findings:rename-place", args=[place.pk])

    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(typed=st.dictionaries(st.sampled_from(["name", "address"]), anything), seen=st.none() | anything)
    def post(typed: dict[str, str], seen: str | None) -> None:
        place.refresh_from_db()
        if seen is None:
            seen = client.get(url).context["form"].stored_fingerprint
        answer = client.post(url, {"name": place.name, "address": place.address, "seen": seen} | typed)
        assert answer.status_code in {302, 422}
        if answer.status_code == 422:
            form = answer.context["form"]
            assert form.errors
            assert {field: form[field].value() for field in typed} == typed

    post()
