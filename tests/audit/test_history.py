"""The change history: written by triggers, told in Czech, shown to those who may see the row."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import UUIDField
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apk.audit import tracked
from apk.audit.history import Entry
from apk.people.models import Assistant, Employment, Mentor, Mentorship, User
from patrols.models import Shift
from reports.models import MonthlySummary
from tests.factories import (
    AssistantFactory,
    DistrictFactory,
    FindingFactory,
    LocalityFactory,
    MentorFactory,
    PlaceFactory,
    ShiftFactory,
    UserFactory,
    local,
    record_id,
    square,
)

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Assistant | Mentor], Client]


@pytest.fixture
def jana(mentor: Mentor) -> Assistant:
    return AssistantFactory(mentor=mentor, user=UserFactory(first_name="Jana", last_name="Malá"))


@pytest.fixture
def shift(jana: Assistant) -> Shift:
    """Jana's shift in Jílová on 5 April 2021, 8:00–16:00."""
    return ShiftFactory(
        announced=False,
        assistant=jana,
        locality=LocalityFactory(name="Jílová"),
        start=local(2021, 4, 5, 8),
        end=local(2021, 4, 5, 16),
    )


def address(row: Any) -> str:
    return reverse("audit:history", args=[row._meta.label_lower, row.pk])


def told(response: Any) -> list[Entry]:
    return list(response.context["page"].object_list)


def plain(entry: Entry) -> tuple[str, str, list[tuple[str, str, str]]]:
    """Who, what and the changes of an entry, with ordinary spaces."""
    changes = [(change.label, change.before, change.after) for change in entry.changes]
    return entry.who, entry.title, [tuple(text.replace("\N{NO-BREAK SPACE}", " ") for text in c) for c in changes]


def test_history_tells_who_changed_what_from_what_to_what(client_of: ClientOf, mentor: Mentor, shift: Shift) -> None:
    client = client_of(mentor)
    form = {
        "day": "2021-04-06",
        "locality": LocalityFactory(name="Hrušov").pk,
        "usual": "22:00-06:00",
        "note": "Noční",
        "seen": shift.revision,
    }
    assert client.post(f"/plan/smeny/{shift.pk}/upravit/", form).status_code == 302
    changed, made = told(client.get(address(shift)))
    assert plain(changed) == (
        mentor.user.full_name,
        "Změna",
        [
            ("Začátek", "5. 4. 2021 8:00", "6. 4. 2021 22:00"),
            ("Konec", "5. 4. 2021 16:00", "7. 4. 2021 6:00"),
            ("Poznámka", "–", "Noční"),
            ("Lokalita", "Jílová", "Hrušov"),
        ],
    )
    assert plain(made) == (
        "systém",
        "Vytvoření",
        [
            ("Začátek", "", "5. 4. 2021 8:00"),
            ("Konec", "", "5. 4. 2021 16:00"),
            ("Asistent", "", "Jana Malá"),
            ("Lokalita", "", "Jílová"),
        ],
    )


def test_name_of_who_changed_it_stays_as_it_was_then(client_of: ClientOf, mentor: Mentor, shift: Shift) -> None:
    client = client_of(mentor)
    name = mentor.user.full_name
    client.post(f"/plan/smeny/{shift.pk}/odebrat/", {"seen": shift.revision})
    User.objects.filter(pk=mentor.user.pk).update(last_name="Provdaná")
    assert [entry.who for entry in told(client.get(address(shift)))] == [name, "systém"]


def test_change_by_raw_sql_is_recorded_too(client_of: ClientOf, mentor: Mentor, shift: Shift) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE patrols_shift SET note = 'obešel aplikaci' WHERE id = %s", [shift.pk])
        cursor.execute("DELETE FROM patrols_shift WHERE id = %s", [shift.pk])
    removed, changed, _ = told(client_of(mentor).get(address(shift)))
    assert plain(changed) == ("systém", "Změna", [("Poznámka", "–", "obešel aplikaci")])
    assert plain(removed) == ("systém", "Odstranění", [])


@pytest.mark.parametrize("model", [Shift, Assistant, User, Employment, Mentorship])
@pytest.mark.parametrize("statement", ["UPDATE {} SET pgh_label = 'update'", "DELETE FROM {}"])
def test_history_cannot_be_rewritten(shift: Shift, model: Any, statement: str) -> None:
    events = model.pgh_event_model
    assert events.objects.filter(pgh_label="insert").exists()
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(statement.format(events._meta.db_table))


def test_triggers_watch_every_tracked_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled = 'O' AND NOT tgisinternal"
        )
        triggers = {(table, name.split("_")[1]) for table, name in cursor.fetchall()}
    models = [model for model in apps.get_models() if hasattr(model, "pgh_event_model")]
    wanted = {(model._meta.db_table, what) for model in models for what in ("insert", "update", "delete")}
    wanted |= {(model.pgh_event_model._meta.db_table, "append") for model in models}
    assert len(models) >= 12
    assert wanted - triggers == set()


def test_assistants_story_holds_account_employment_and_mentors(client_of: ClientOf, mentor: Mentor) -> None:
    jana = AssistantFactory(mentor=mentor, user=UserFactory(first_name="Jana", last_name="Malá", phone=""))
    other = AssistantFactory(mentor=mentor)
    Employment.objects.filter(assistant=jana).update(fte="0.5")
    Employment.objects.filter(assistant=other).update(fte="0.7")
    jana.user.phone = "777 123 456"
    jana.user.save()
    Mentorship.objects.filter(assistant=jana).update(ends=date(2021, 12, 31))
    entries = told(client_of(mentor).get(address(jana)))
    changed = [entry for entry in entries if entry.kind == "update"]
    # All of one transaction happened at one time, so only the order within one table is known.
    assert sorted((entry.about, *plain(entry)[2]) for entry in changed) == [
        ("vedení asistenta", ("Do", "–", "31. 12. 2021")),
        ("zaměstnání", ("Úvazek", "1", "0,5")),
        ("účet", ("Telefon", "–", "777 123 456")),
    ]
    made = [entry.about for entry in entries if entry.kind == "insert"]
    assert sorted(made) == ["", "vedení asistenta", "zaměstnání", "účet"]


def test_choices_booleans_and_boundaries_are_told_in_czech(client_of: ClientOf, administrator: User) -> None:
    locality = LocalityFactory(name="Jílová", kind="excluded", district=DistrictFactory(name="Poruba"))
    locality.kind, locality.area, locality.name = "lodging-house", square(49.8, 18.3), "Nová Jílová"
    locality.save()
    client = client_of(administrator)
    changed, made = told(client.get(address(locality)))
    assert plain(changed)[2] == [
        ("Název", "Jílová", "Nová Jílová"),
        ("Druh", "Sociálně vyloučená lokalita", "Ubytovna"),
        ("Hranice", "upraveno", "upraveno"),
    ]
    assert ("Městský obvod", "", "Poruba") in plain(made)[2]
    account = UserFactory(is_active=True)
    User.objects.filter(pk=account.pk).update(is_active=False)
    assert plain(told(client.get(address(account)))[0])[2] == [("Smí se přihlásit", "ano", "ne")]


def test_secrets_and_computed_columns_are_left_out(client_of: ClientOf, administrator: User) -> None:
    account = UserFactory(last_name="Dřívější")
    account.set_password("uplne-jine-tajne-heslo")
    account.last_name = "Jiná"
    account.save()
    response = client_of(administrator).get(address(account))
    entries = told(response)
    assert plain(entries[0])[2] == [("Příjmení", "Dřívější", "Jiná")]
    labels = {change.label for entry in entries for change in entry.changes}
    assert not labels & {"Sort key", "Password", "Heslo", "Search text", "Účet založen"}
    assert account.password not in response.content.decode()


def test_history_of_others_rows_does_not_exist(client_of: ClientOf, shift: Shift, jana: Assistant) -> None:
    stranger = client_of(MentorFactory())
    assert [stranger.get(address(row)).status_code for row in (shift, jana)] == [404, 404]


def test_history_of_a_removed_row_is_for_those_who_saw_it(
    client_of: ClientOf, mentor: Mentor, coordinator: User, administrator: User, shift: Shift
) -> None:
    gone = address(shift)
    shift.delete()
    response = client_of(mentor).get(gone)
    assert "Odstraněno" in response.content.decode()
    assert "Jana Malá: Jílová" in response.content.decode()
    assert [entry.title for entry in told(response)] == ["Odstranění", "Vytvoření"]
    assert client_of(coordinator).get(gone).status_code == 200
    # Administrators keep accounts; they see no shifts, removed ones neither.
    assert client_of(administrator).get(gone).status_code == 404
    assert client_of(MentorFactory()).get(gone).status_code == 404


def test_reference_to_a_row_that_is_gone_keeps_its_number(client_of: ClientOf, administrator: User) -> None:
    locality, old = LocalityFactory(), DistrictFactory(name="Starý obvod")
    locality.district = old
    locality.save()
    locality.district = DistrictFactory(name="Nový obvod")
    locality.save()
    number = old.pk
    old.delete()
    [change] = told(client_of(administrator).get(address(locality)))[0].changes
    assert (change.before, change.after) == (f"č. {number} (už neexistuje)", "Nový obvod")


@pytest.mark.parametrize(
    "path",
    [
        "/historie/patrols.shift/999999/",
        "/historie/patrols.shift/abc/",
        "/historie/patrols.shift/1e3/",
        f"/historie/patrols.shift/{10**30}/",
        "/historie/findings.finding/abc/",
        "/historie/people.employment/1/",
        "/historie/auth.group/1/",
        "/historie/nonsense/1/",
    ],
)
def test_history_of_nothing_is_not_found(client_of: ClientOf, mentor: Mentor, path: str) -> None:
    assert client_of(mentor).get(path).status_code == 404


def test_history_is_not_for_assistants(client_of: ClientOf, jana: Assistant, shift: Shift, client: Client) -> None:
    assert client_of(jana).get(address(shift)).status_code == 403
    assert client.get(address(shift)).status_code == 302


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_history_is_read_only(client_of: ClientOf, mentor: Mentor, shift: Shift, method: str) -> None:
    assert getattr(client_of(mentor), method)(address(shift)).status_code == 405


def test_long_history_is_paged_at_a_constant_cost(
    client_of: ClientOf, mentor: Mentor, shift: Shift, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(mentor)
    with django_assert_num_queries(7):
        client.get(address(shift))
    for n in range(70):
        shift.locality = LocalityFactory()
        shift.end += timedelta(minutes=1)
        shift.note = str(n)
        shift.save()
    with django_assert_num_queries(7):
        first = client.get(address(shift))
    second = client.get(address(shift), {"page": 2})
    assert (len(told(first)), len(told(second))) == (50, 21)
    assert {change.label: change.after for change in told(first)[0].changes}["Poznámka"] == "69"
    assert told(second)[-1].title == "Vytvoření"


def test_every_registered_model_has_a_page(client_of: ClientOf, coordinator: User, administrator: User) -> None:
    """Whatever an app registers is tracked and can be asked who may see it."""
    clients = [client_of(coordinator), client_of(administrator)]
    for label in tracked.labels():
        story = tracked.find(label)
        assert story is not None
        assert hasattr(story.model._meta.default_manager, "visible_to")
        assert all(rows.model.pgh_event_model for rows in (story, *story.rows))
        key = record_id() if isinstance(story.model._meta.pk, UUIDField) else 1
        for client in clients:
            assert client.get(reverse("audit:history", args=[label, key])).status_code in (200, 404)


def test_findings_story_holds_its_photos_and_is_scoped(client_of: ClientOf, mentor: Mentor, shift: Shift) -> None:
    finding = FindingFactory(assistant=shift.assistant, shift=shift, place=PlaceFactory(name="Jílová – park 1"))
    finding.with_needle, finding.child_accessible = 5, True
    finding.save()
    changed, made = told(client_of(mentor).get(address(finding)))
    assert plain(changed)[2] == [("Stříkačky s jehlou", "2", "5"), ("Dostupné dětem", "ne", "ano")]
    values = {label: after for label, _, after in plain(made)[2]}
    assert values["Místo nálezu"] == "Jílová – park 1"
    assert values["Druh místa"] == "Park"
    assert made.at <= changed.at
    assert values["Směna"] == "Jana Malá: Jílová, pondělí 5. 4. 2021 8:00–16:00"
    assert client_of(MentorFactory()).get(address(finding)).status_code == 404
    assert client_of(mentor).get(address(finding.place)).status_code == 200


def test_summary_tells_that_its_figures_changed(client_of: ClientOf, coordinator: User, administrator: User) -> None:
    summary = MonthlySummary.objects.create(month=date(2021, 4, 1), figures={"pieces": 84}, built_at=local(2021, 5, 1))
    summary.figures = {"pieces": 85}
    summary.save()
    changed, _ = told(client_of(coordinator).get(address(summary)))
    assert plain(changed)[2] == [("Hodnoty", "upraveno", "upraveno")]
    assert client_of(administrator).get(address(summary)).status_code == 404


def test_history_leads_back_to_what_it_is_about(client_of: ClientOf, mentor: Mentor, shift: Shift) -> None:
    client = client_of(mentor)
    for row in (shift, shift.assistant, shift.locality, FindingFactory(assistant=shift.assistant)):
        back = row.get_absolute_url()
        assert f'href="{back}"' in client.get(address(row)).content.decode()
        assert f'href="{address(row)}"' in client.get(back).content.decode()
