"""Whatever is typed into the forms of the plan: an answer with a sentence, never a crash, and never a wrong row."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apk.localities.models import Locality
from apk.people.models import Assistant, Mentor
from patrols.models import Shift
from tests.factories import LocalityFactory, ShiftFactory, local

pytestmark = pytest.mark.django_db

anything = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "\0", "-1", "0", "9" * 30, "1e3", "2021-04-06", "9999-12-31", "22:00-06:00", "other", "24:00", "😀"]
    ),
)


def forms(**sensible: list[str]) -> st.SearchStrategy[dict[str, str]]:
    """Forms whose every field is either sensible, or anything, or missing."""
    fields = {name: st.one_of(st.sampled_from(values), anything) for name, values in sensible.items()}
    return st.fixed_dictionaries({}, optional=fields)


@pytest.fixture
def locality() -> Locality:
    return LocalityFactory()


@pytest.fixture
def client(client_of: Callable[[Mentor], Client], mentor: Mentor) -> Client:
    return client_of(mentor)


shared = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""People and places are made once for all examples; each example begins with the plan that it says."""


@shared
@given(data=st.data())
def test_new_shift_takes_anything(client: Client, assistant: Assistant, locality: Locality, data: Any) -> None:
    Shift.objects.all().delete()
    form = data.draw(
        forms(
            assistant=[str(assistant.pk)],
            day=["2021-04-06", "28. 3. 2021", "2021-10-31"],
            locality=[str(locality.pk)],
            usual=["06:00-14:00", "22:00-06:00", "other"],
            starts=["", "02:30", "8:00"],
            ends=["", "03:00", "16:00"],
            note=["", "Sraz u školy"],
        )
    )
    response = client.post("/plan/smeny/nova/", form)
    assert (response.status_code, Shift.objects.count()) in {(302, 1), (422, 0)}
    prefilled = {"asistent": form.get("assistant", ""), "den": form.get("day", "")}
    assert client.get("/plan/smeny/nova/", prefilled).status_code == 200


@shared
@given(data=st.data())
def test_change_takes_anything(client: Client, assistant: Assistant, data: Any) -> None:
    Shift.objects.all().delete()
    shift = ShiftFactory(assistant=assistant, start=local(2021, 4, 5, 8), end=local(2021, 4, 5, 16))
    form = data.draw(
        forms(
            day=["2021-04-06"],
            locality=[str(shift.locality_id)],
            usual=["06:00-14:00", "other"],
            starts=["8:00"],
            ends=["7:00"],
            note=["Jinak"],
            seen=[shift.revision],
        )
    )
    response = client.post(f"/plan/smeny/{shift.pk}/upravit/", form)
    assert response.status_code in (302, 422)
    if response.status_code == 422:
        assert Shift.objects.get().revision == shift.revision


@shared
@given(data=st.data())
def test_copying_a_week_takes_anything(client: Client, assistant: Assistant, data: Any) -> None:
    Shift.objects.all().delete()
    ShiftFactory(assistant=assistant, start=local(2021, 4, 5, 8), end=local(2021, 4, 5, 16))
    form = data.draw(forms(asistent=["", str(assistant.pk)]))
    shown = client.get("/plan/2021-W15/kopirovat/", form)
    assert (shown.status_code, Shift.objects.count()) in {(200, 1), (422, 1)}
    done = client.post("/plan/2021-W15/kopirovat/", form)
    assert (done.status_code, Shift.objects.count()) == {200: (302, 2), 422: (422, 1)}[shown.status_code]


@shared
@given(day=anything)
def test_week_picker_takes_anything(client: Client, day: str) -> None:
    assert client.get("/plan/", {"den": day}).status_code in (302, 422)
