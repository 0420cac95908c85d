"""Code lists at the desk: added, renamed, ordered, retired; never deleted, never an officer's power."""

from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apk.people.models import User
from patrols.models import ActivityKind, CalledPatrol, Counter, Organisation, ReferralReason
from tests.factories import ActivityFactory, ActivityKindFactory, CounterFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def address(step: str, pk: int | None = None, slug: str = "druhy-cinnosti") -> str:
    return reverse(f"codes:{step}", args=[slug] if pk is None else [slug, pk])


def test_the_first_lists_come_with_a_migration_that_can_be_taken_back() -> None:
    first = import_module("patrols.migrations.0003_first_code_lists")
    models = (ActivityKind, Counter, Organisation, ReferralReason, CalledPatrol)
    for model in models:
        model.objects.all().delete()

    first.fill(apps, None)

    assert [model.objects.count() for model in models] == [14, 8, 8, 5, 6]
    assert ActivityKind.objects.first().name == "Pochůzka v lokalitě"
    assert dict(Counter.objects.exclude(measure="").values_list("name", "measure")) == {
        "Kontakty s občany": "contacts",
        "Děti a mládež": "children",
    }
    for model in models:
        for entry in model.objects.all():
            entry.full_clean()
    first.empty(apps, None)
    assert [model.objects.count() for model in models] == [0] * 5


def test_an_entry_is_added_renamed_retired_and_returned(client_of: ClientOf, coordinator: User) -> None:
    client = client_of(coordinator)
    assert client.post(address("add"), {"name": "Noční klid", "position": 5}).headers["Location"] == address("list")
    entry = ActivityKind.objects.get(name="Noční klid")
    seen = client.get(address("edit", entry.pk)).context["form"]["seen"].initial
    client.post(address("edit", entry.pk), {"name": "Noční dohled", "position": 7, "seen": seen})
    entry.refresh_from_db()
    assert (entry.name, entry.position) == ("Noční dohled", 7)
    client.post(address("retire", entry.pk))
    assert entry not in ActivityKind.objects.in_use()
    assert client.post(address("retire", entry.pk)).status_code == 404
    page = client.get(address("list"))
    assert entry in page.context["retired"]
    client.post(address("restore", entry.pk))
    assert entry in ActivityKind.objects.in_use()
    assert list(entry.events.values_list("pgh_label", flat=True)) == ["insert", *["update"] * 3]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Bloková pokuta", "Asistent nemá pravomoci strážníka"),
        ("ZJIŠTĚNÍ TOTOŽNOSTI", "Asistent nemá pravomoci strážníka"),
        ("Pochůzka", "Takový název už v číselníku je."),
        ("", "Toto pole je třeba vyplnit."),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_a_sentence(
    client_of: ClientOf, coordinator: User, name: str, sentence: str
) -> None:
    ActivityKindFactory(name="Pochůzka")
    answer = client_of(coordinator).post(address("add"), {"name": name, "position": 5})
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"][0].startswith(sentence)


def test_nobody_overwrites_a_name_unseen(client_of: ClientOf, coordinator: User) -> None:
    entry = ActivityKindFactory(name="Stará")
    seen = client_of(coordinator).get(address("edit", entry.pk)).context["form"]["seen"].initial
    ActivityKind.objects.filter(pk=entry.pk).update(name="Mezitím jiná")
    answer = client_of(coordinator).post(address("edit", entry.pk), {"name": "Nová", "position": 100, "seen": seen})
    assert answer.status_code == 422
    assert ActivityKind.objects.get(pk=entry.pk).name == "Mezitím jiná"


def test_an_unknown_list_is_not_found(client_of: ClientOf, coordinator: User) -> None:
    assert client_of(coordinator).get(address("list", slug="neznamy")).status_code == 404


def test_a_list_counts_use_and_takes_the_same_queries_for_any_length(client_of: ClientOf, coordinator: User) -> None:
    contacts = CounterFactory(name="Řeči s lidmi")
    ActivityFactory.create_batch(2, numbers={contacts: 3})
    client = client_of(coordinator)
    with CaptureQueriesContext(connection) as few:
        page = client.get(address("list", slug="pocty"))
    assert {entry: entry.count for entry in page.context["entries"]}[contacts] == 2
    CounterFactory.create_batch(20)
    with CaptureQueriesContext(connection) as many:
        client.get(address("list", slug="pocty"))
    # Session, user, entries.
    assert (len(few), len(many)) == (3, 3)
