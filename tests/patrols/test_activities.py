"""Activities at the desk: the list with its filter and figures, the file, one activity."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apk.audit.models import AccessLog
from apk.people.models import Assistant, Mentor, User
from patrols.models import Activity, Counter
from tests.factories import (
    ActivityFactory,
    ActivityKindFactory,
    AssistantFactory,
    CalledPatrolFactory,
    CounterFactory,
    LocalityFactory,
    ShiftFactory,
    local,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]

LIST = "/cinnosti/"


@pytest.fixture
def scene(assistant: Assistant) -> dict[str, Activity]:
    """Four activities in April, of two people, one taken back; one in May."""
    contacts, children, dumps = (
        CounterFactory(measure="contacts"),
        CounterFactory(measure="children"),
        CounterFactory(name="Černé skládky v okolí"),
    )
    street = LocalityFactory(name="Jílová")
    walk, school = ActivityKindFactory(name="Obchůzka"), ActivityKindFactory(name="Škola")
    mine = {"assistant": assistant}
    return {
        "walk": ActivityFactory(
            **mine, kind=walk, locality=street, at=local(2021, 4, 1, 0), numbers={contacts: 12, dumps: 2}
        ),
        "school": ActivityFactory(
            **mine, kind=school, locality=None, at=local(2021, 4, 30, 23, 59), numbers={contacts: 1, children: 30}
        ),
        "help": ActivityFactory(kind=walk, referral=True, called_patrol=CalledPatrolFactory()),
        "withdrawn": ActivityFactory(
            **mine,
            kind=walk,
            at=local(2021, 4, 9),
            numbers={contacts: 500},
            withdrawn_at=local(2021, 4, 10),
            withdrawal_reason="Zapsáno dvakrát",
        ),
        "may": ActivityFactory(**mine, kind=walk, at=local(2021, 5, 1, 0), called_patrol=CalledPatrolFactory()),
    }


def listed(client: Client, scene: dict[str, Activity], **query: Any) -> list[str]:
    names = {activity: name for name, activity in scene.items()}
    return [names[activity] for activity in client.get(LIST, query).context["page"].object_list]


def test_each_part_of_the_filter_narrows_the_list(
    client_of: ClientOf, coordinator: User, scene: dict[str, Activity], assistant: Assistant
) -> None:
    def show(**query: Any) -> list[str]:
        return listed(client_of(coordinator), scene, **query)

    help_ = scene["help"]
    assert show() == ["may", "school", "help", "walk"]
    assert show(mesic="2021-04") == ["school", "help", "walk"]
    assert show(od="2021-04-15", do="2021-04-30") == ["school", "help"]
    assert show(druh=scene["school"].kind_id) == ["school"]
    assert show(lokalita=scene["walk"].locality_id) == ["walk"]
    assert show(lokalita="mimo") == ["school"]
    assert show(asistent=assistant.pk) == ["may", "school", "walk"]
    assert show(pocet="ano") == ["school", "walk"]
    assert show(organizace="ano") == show(duvod=help_.reason_id) == show(organizace=help_.organisation_id) == ["help"]
    assert show(hlidka="ano") == ["may", "help"]
    assert show(hlidka=help_.called_patrol_id) == ["help"]
    assert show(stav="vzate-zpet") == ["withdrawn"]
    assert show(mesic="2021-04", razeni="cas") == ["walk", "help", "school"]


def test_the_figures_are_those_of_the_filtered_rows(
    client_of: ClientOf, coordinator: User, scene: dict[str, Activity]
) -> None:
    counts = client_of(coordinator).get(LIST, {"mesic": "2021-04"}).context["counts"]
    assert counts == {
        "activities": 3,
        "referrals": 1,
        "called_patrols": 1,
        "contacts": 13,
        "children": 30,
        "counted": 45,
    }
    dumps = Counter.objects.get(name="Černé skládky v okolí")
    narrowed = client_of(coordinator).get(LIST, {"pocet": dumps.pk}).context["counts"]
    assert (narrowed["activities"], narrowed["contacts"], narrowed["counted"]) == (1, 12, 2)
    assert set(client_of(coordinator).get(LIST, {"mesic": "2020-04"}).context["counts"].values()) == {0}


def test_people_see_what_is_theirs(
    client_of: ClientOf, assistant: Assistant, mentor: Mentor, scene: dict[str, Activity]
) -> None:
    assert listed(client_of(assistant), scene) == ["may", "school", "walk"]
    assert listed(client_of(mentor), scene) == ["may", "school", "walk"]
    assert "asistent" not in client_of(assistant).get(LIST).context["form"].fields


def test_what_makes_no_sense_in_the_filter_is_named_and_narrows_nothing(
    client_of: ClientOf, coordinator: User, scene: dict[str, Activity]
) -> None:
    query = {"mesic": "duben", "druh": "x", "razeni": "nahodne", "od": "2021-05-02", "do": "2021-05-01"}
    page = client_of(coordinator).get(LIST, query)
    assert set(page.context["form"].errors) == {"mesic", "druh", "razeni", "do"}
    assert client_of(coordinator).get(LIST, {"druh": "x"}).context["page"].paginator.count == 4
    assert client_of(coordinator).get(reverse("activities:export"), {"druh": "x"}).status_code == 422


def test_the_file_holds_the_filtered_rows_and_is_noted(
    client_of: ClientOf, coordinator: User, scene: dict[str, Activity]
) -> None:
    Activity.objects.filter(pk=scene["school"].pk).update(note="=1+1")
    answer = client_of(coordinator).get(reverse("activities:export"), {"mesic": "2021-04"})
    head, *rows = [line.split(";") for line in answer.getvalue().decode("utf-8-sig").splitlines()]
    contacts, children = head.index("Kontakty s občany"), head.index("Děti a mládež")
    assert [(row[0], row[1], row[contacts], row[children]) for row in rows] == [
        (str(scene["school"].pk), "2021-04-30 23:59", "1", "30"),
        (str(scene["help"].pk), "2021-04-15 10:00", "0", "0"),
        (str(scene["walk"].pk), "2021-04-01 00:00", "12", "0"),
    ]
    assert rows[0][head.index("Poznámka")] == "'=1+1"
    assert rows[1][head.index("Komu předáno")] == str(scene["help"].organisation)
    noted = AccessLog.objects.get()
    assert (noted.what, noted.detail) == ("Činnosti (CSV)", {"filter": {"mesic": "2021-04"}, "rows": 3})


def test_the_list_takes_the_same_queries_for_few_and_many(client_of: ClientOf, coordinator: User) -> None:
    client = client_of(coordinator)
    contacts = CounterFactory(measure="contacts")
    ActivityFactory(referral=True, numbers={contacts: 2})
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for n in range(12):
        ActivityFactory(referral=True, called_patrol=CalledPatrolFactory(), numbers={contacts: n + 1})
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    # Session, user, seven lists of choices, two of figures, count, rows, their numbers.
    assert (len(few), len(many)) == (14, 14)


def test_one_activity_says_everything_and_leads_to_its_history(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    shift = ShiftFactory(assistant=assistant, start=local(2021, 4, 15, 8))
    activity = ActivityFactory(assistant=assistant, shift=shift, referral=True, note="Klid")
    text = client_of(mentor).get(activity.get_absolute_url()).content.decode()
    for said in (activity.kind.name, activity.organisation.name, activity.reason.name.lower(), "Klid"):
        assert said in text
    assert reverse("patrols:shift", args=[shift.pk]) in text
    history = reverse("audit:history", args=["patrols.activity", activity.pk])
    assert history in text
    assert client_of(mentor).get(history).status_code == 200
    stranger = ActivityFactory(assistant=AssistantFactory())
    assert client_of(mentor).get(stranger.get_absolute_url()).status_code == 404


def test_the_coordinator_comes_from_here_to_the_code_lists(
    client_of: ClientOf, coordinator: User, mentor: Mentor
) -> None:
    link = f'href="{reverse("codes:lists")}"'
    assert link in client_of(coordinator).get(LIST).content.decode()
    assert link not in client_of(mentor).get(LIST).content.decode()


def test_what_was_taken_back_says_why(client_of: ClientOf, coordinator: User, scene: dict[str, Activity]) -> None:
    text = client_of(coordinator).get(scene["withdrawn"].get_absolute_url()).content.decode()
    assert "Důvod: Zapsáno dvakrát" in text
    assert Activity.objects.between(None, date(2021, 4, 30)).standing().count() == 3
