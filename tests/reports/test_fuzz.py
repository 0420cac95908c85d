"""Whatever is typed into the form of a project: a page with a sentence or a project, never a crash."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apk.people.models import User
from tests.factories import GrantProjectFactory

pytestmark = pytest.mark.django_db

anything = st.one_of(
    st.text(max_size=40),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.dates().map(str),
    st.sampled_from(["", "\0", "-1", "1e400", "NaN", "9" * 400, "0001-01-01", "9999-12-31", "1 234,50", "😀" * 200]),
)


@pytest.mark.parametrize("name", ["create-project", "edit-project"])
def test_project_takes_anything(client_of: Callable[[User], Client], coordinator: User, name: str) -> None:
    client = client_of(coordinator)
    project = GrantProjectFactory()
    url = reverse(f"reports:{name}", args=[project.pk] if name == "edit-project" else [])
    example = reverse("reports:edit-project", args=[project.pk])
    fields = {field.html_name: field.value() for field in client.get(example).context["form"]}
    typed_in = sorted(fields.keys() - {"seen"})

    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(typed=st.dictionaries(st.sampled_from(typed_in), anything))
    def post(typed: dict[str, str]) -> None:
        fresh: dict[str, Any] = {field.html_name: field.value() for field in client.get(url).context["form"]}
        answer = client.post(url, fields | {"seen": fresh.get("seen", "")} | typed)
        assert answer.status_code in {302, 422}
        if answer.status_code == 422:
            form = answer.context["form"]
            assert form.errors
            assert {field: form[field].value() for field in typed} == typed

    post()
