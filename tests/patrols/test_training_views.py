"""Pages of the register of training."""

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apk.audit.models import AccessLog
from apk.people.models import Assistant, Mentor, User
from patrols.desk import training_cards
from patrols.models import Training, TrainingKind, TrainingNeed
from tests.factories import AssistantFactory, MentorFactory, TrainingFactory, TrainingKindFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]

LIST, ADD = reverse("training:list"), reverse("training:add")


def sent(*people: Assistant, kind: TrainingKind, **changes: object) -> dict[str, object]:
    return {
        "people": [person.pk for person in people],
        "kind": kind.pk,
        "held_on": "2021-04-15",
        "hours": "4",
        "provider": "Renarkon",
        **changes,
    }


def test_one_course_of_several_people_makes_a_record_of_each_or_of_none(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    colleague, foreign = AssistantFactory(mentor=mentor), AssistantFactory(mentor=MentorFactory())
    kind = TrainingKindFactory(validity_months=24)
    client = client_of(mentor)
    assert client.post(ADD, sent(assistant, foreign, kind=kind)).status_code == 422
    assert client.post(ADD, sent(assistant, colleague, kind=kind)).status_code == 302
    assert set(Training.objects.values_list("assistant", "expires_on")) == {
        (assistant.pk, date(2023, 4, 15)),
        (colleague.pk, date(2023, 4, 15)),
    }
    late = AssistantFactory(mentor=mentor)
    again = client.post(ADD, sent(late, assistant, kind=kind))
    assert (again.status_code, Training.objects.count()) == (422, 2)
    assert f"{assistant}: Toto školení už je" in again.content.decode()
    assert client.post(ADD, sent(late, kind=kind, held_on="2098-01-01")).status_code == 422
    assert client.post(ADD, sent(kind=kind)).status_code == 422


def test_record_is_put_right_and_withdrawn_never_deleted(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    row = TrainingFactory(assistant=assistant)
    client = client_of(mentor)
    edit = reverse("training:edit", args=[row.pk])
    form = client.get(edit).context["form"]
    values = {
        "kind": row.kind.pk,
        "held_on": "2021-04-16",
        "hours": "8",
        "provider": "ČČK",
        "seen": form["seen"].value(),
    }
    assert client.post(edit, values).status_code == 302
    assert client.post(edit, values | {"hours": "2"}).status_code == 422
    row.refresh_from_db()
    assert (row.held_on, row.hours) == (date(2021, 4, 16), 8)
    withdraw = reverse("training:withdraw", args=[row.pk])
    assert client.post(withdraw, {"reason": ""}).status_code == 422
    assert client.post(withdraw, {"reason": "Jiný člověk."}).status_code == 302
    assert client.get(edit).status_code == 404
    assert client.get(row.get_absolute_url()).status_code == 200
    assert client.get(LIST).context["counts"] == {"trainings": 0, "trained": 0, "training_hours": 0}
    assert list(client.get(LIST, {"stav": "zrusena"}).context["page"].object_list) == [row]


def test_list_and_export_agree_and_the_export_is_logged(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(mentor)
    for count in (1, 8):
        for _ in range(count):
            TrainingFactory(assistant=AssistantFactory(mentor=mentor))
        with django_assert_num_queries(7):
            page = client.get(LIST, {"mesic": "2021-04"})
    TrainingFactory(assistant=assistant, held_on=date(2021, 5, 1))
    TrainingFactory()
    assert page.context["counts"] == {
        "trainings": 9,
        "trained": 9,
        "training_hours": sum(training.hours for training in page.context["page"].object_list),
    }
    answer = client.get(reverse("training:export"), {"mesic": "2021-04"})
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 1 + 9
    assert AccessLog.objects.get().detail == {"filter": {"mesic": "2021-04"}, "rows": 9}
    assert client.get(reverse("training:export"), {"mesic": "duben"}).status_code == 422


def test_coordinator_says_what_shifts_need(client_of: ClientOf, coordinator: User) -> None:
    client = client_of(coordinator)
    assert (
        client.post(
            reverse("training:add-kind"), {"name": "Řidičák", "validity_months": "12", "position": "200"}
        ).status_code
        == 302
    )
    kind = TrainingKind.objects.get(name="Řidičák")
    add = reverse("training:add-need")
    assert client.post(add, {"kind": kind.pk, "locality_kind": "lodging-house"}).status_code == 302
    assert client.post(add, {"kind": kind.pk, "locality_kind": "lodging-house"}).status_code == 422
    need = TrainingNeed.objects.get()
    assert (need.kind, need.where) == (kind, "Ubytovna")
    assert client.post(reverse("training:retire-kind", args=[kind.pk])).status_code == 302
    assert client.post(reverse("training:remove-need", args=[need.pk])).status_code == 302
    assert not TrainingNeed.objects.exists()


def test_home_page_names_what_is_missing_before_what_ends_soon(mentor: Mentor, assistant: Assistant) -> None:
    today = timezone.localdate()
    assert list(training_cards(mentor.user, timezone.now())) == []
    TrainingFactory(assistant=assistant, held_on=date(2021, 1, 1), expires_on=today)
    (soon,) = training_cards(mentor.user, timezone.now())
    assert (soon.value, soon.urgent) == ("1", False)
    TrainingNeed.objects.create(kind=TrainingKindFactory(name="Řidičák"))
    (card,) = training_cards(mentor.user, timezone.now())
    assert (card.value, card.urgent, card.rows[0][0]) == ("2", True, f"{assistant}, Řidičák: chybí")
