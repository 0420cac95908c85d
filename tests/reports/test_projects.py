"""Pages of the grant projects: who may keep them, what is refused, whose months they own."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apk.audit.models import AccessLog
from apk.calendar import Month
from apk.edits import CHANGED_MEANWHILE
from reports.models import GrantProject
from tests.factories import FindingFactory, GrantProjectFactory, local

pytestmark = pytest.mark.django_db

LIST = reverse("reports:projects")
CREATE = reverse("reports:create-project")

VALID = {
    "name": "Ostrava – Asistent prevence kriminality 2022",
    "number": "314D083009300",
    "sequence": "11",
    "starts": "2022-01-01",
    "ends": "2022-12-31",
    "posts": "8",
    "ministry_grant": "2500000",
    "city_share": "500000,50",
    "publicity": "Projekt je hrazen z dotací Ministerstva vnitra ČR a statutárního města Ostravy.",
}


def page(project: GrantProject) -> str:
    return reverse("reports:project", args=[project.pk])


def editing(project: GrantProject) -> str:
    return reverse("reports:edit-project", args=[project.pk])


def typed(client, project: GrantProject, **changes: str) -> dict[str, str]:
    """What the form sends when it was opened now and `changes` were typed."""
    form = client.get(editing(project)).context["form"]
    return {name: str(form[name].value()) for name in form.fields} | changes


def test_coordinator_founds_a_project(client_of, coordinator):
    client = client_of(coordinator)
    response = client.post(CREATE, VALID)

    project = GrantProject.objects.get()
    assert response["Location"] == page(project)
    assert (project.starts, project.city_share, project.posts) == (date(2022, 1, 1), Decimal("500000.50"), 8)
    assert "11. perioda" in client.get(page(project)).content.decode()


def test_coordinator_changes_a_project(client_of, coordinator):
    project = GrantProjectFactory()
    client = client_of(coordinator)

    response = client.post(editing(project), typed(client, project, posts="9"))

    project.refresh_from_db()
    assert (response.status_code, project.posts) == (302, 9)
    assert [event.posts for event in project.events.order_by("pgh_id")] == [7, 9]


def test_amounts_are_read_as_they_are_written(client_of, coordinator):
    project = GrantProjectFactory()
    client = client_of(coordinator)
    opened = typed(client, project)
    assert opened["ministry_grant"] == "2\u00a0100\u00a0000"

    client.post(editing(project), opened | {"city_share": "1 234 567,5"})

    project.refresh_from_db()
    assert (project.ministry_grant, project.city_share) == (Decimal(2_100_000), Decimal("1234567.5"))


def test_two_people_at_once_do_not_overwrite_each_other(client_of, coordinator):
    project = GrantProjectFactory()
    client = client_of(coordinator)
    opened = typed(client, project, posts="9")
    GrantProject.objects.update(name="Jinak")

    refused = client.post(editing(project), opened)

    project.refresh_from_db()
    assert (refused.status_code, project.posts, project.name) == (422, 7, "Jinak")
    assert CHANGED_MEANWHILE in refused.content.decode()
    # What was typed is kept, and sent again knowingly it is saved.
    form = refused.context["form"]
    assert form["posts"].value() == "9"
    again = {name: str(form[name].value()) for name in form.fields}
    assert client.post(editing(project), again).status_code == 302


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends": "2021-12-31"}, "Konec realizace nesmí být před začátkem."),
        ({"name": ""}, "Toto pole je třeba vyplnit."),
        ({"posts": "-1"}, "0"),
        ({"posts": "501"}, "500"),
        ({"ministry_grant": "milion"}, "Zadejte číslo."),
        ({"ministry_grant": "-5"}, "0"),
        ({"city_share": "1" * 13}, "12 číslic"),
        ({"starts": "včera"}, "Datum napište ve tvaru 5. 4. 2021."),
        ({"starts": "0202-01-01"}, "Nejdřívější možný den je"),
        ({"ends": "20222-12-31"}, "Datum napište ve tvaru 5. 4. 2021."),
        ({"ends": "9999-12-31"}, "Nejpozdější možný den je"),
        ({"name": "nul\0"}, "Nulové znaky"),
        ({"sequence": "9" * 30}, "32767"),
    ],
)
def test_wrong_input_is_refused_in_words_and_kept(changes, sentence, client_of, coordinator):
    client = client_of(coordinator)
    response = client.post(CREATE, VALID | changes)

    assert response.status_code == 422
    errors = [error for messages in response.context["form"].errors.values() for error in messages]
    assert any(sentence in error for error in errors), errors
    assert response.context["form"]["publicity"].value() == VALID["publicity"]
    assert not GrantProject.objects.exists()


def test_mentor_reads_projects_and_may_not_change_them(client_of, mentor):
    project = GrantProjectFactory()
    client = client_of(mentor)

    assert [client.get(address).status_code for address in (LIST, page(project))] == [200, 200]
    assert [client.get(address).status_code for address in (CREATE, editing(project))] == [403, 403]
    assert client.post(editing(project), VALID).status_code == 403
    assert editing(project) not in client.get(page(project)).content.decode()


def test_assistants_and_administrators_have_no_business_here(client_of, assistant, administrator):
    project = GrantProjectFactory()

    for person in (assistant, administrator):
        statuses = {client_of(person).get(address).status_code for address in (LIST, page(project), editing(project))}
        assert statuses == {403}


def test_project_that_is_not_there_is_not_found(client_of, coordinator):
    client = client_of(coordinator)

    assert client.get(reverse("reports:project", args=[99])).status_code == 404
    assert client.post(reverse("reports:edit-project", args=[99]), VALID).status_code == 404


def test_pages_refuse_other_methods(client_of, coordinator):
    project = GrantProjectFactory()
    client = client_of(coordinator)

    assert [client.post(address).status_code for address in (LIST, page(project))] == [405, 405]
    assert [client.put(address).status_code for address in (CREATE, editing(project))] == [405, 405]


def test_empty_list_says_what_to_do(client_of, coordinator, mentor):
    assert "Založte ho podle rozhodnutí o dotaci" in client_of(coordinator).get(LIST).content.decode()
    assert "Zakládá je koordinátor." in client_of(mentor).get(LIST).content.decode()


def test_project_shows_its_own_months_that_have_begun(client_of, coordinator, built):
    earlier = GrantProjectFactory(name="Dřívější", starts=date(2020, 6, 1), ends=date(2021, 2, 15))
    later = GrantProjectFactory(name="Pozdější", starts=date(2021, 2, 16), ends=date(2021, 4, 30))
    FindingFactory(found_at=local(2021, 3, 5), with_needle=4)
    built(Month(2021, 3))
    client = client_of(coordinator)

    shown = {
        project.name: [str(record.month) for record in client.get(page(project)).context["records"]]
        for project in (earlier, later)
    }

    assert shown == {
        "Dřívější": [f"2020-{number:02}" for number in range(6, 13)] + ["2021-01", "2021-02"],
        "Pozdější": ["2021-03", "2021-04"],
    }
    assert client.get(page(later)).context["records"][0].totals["pieces"] == 4


def test_list_costs_the_same_for_one_project_and_for_thirty(client_of, coordinator):
    client = client_of(coordinator)
    GrantProjectFactory()
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    GrantProjectFactory.create_batch(29)
    with CaptureQueriesContext(connection) as thirty:
        client.get(LIST)

    assert (len(one), len(thirty)) == (4, 4)


def test_months_of_a_project_are_exported_and_the_export_is_logged(client_of, coordinator, mentor):
    project = GrantProjectFactory(starts=date(2021, 4, 1), ends=date(2021, 6, 30))
    address = reverse("reports:export-project-months", args=[project.pk])
    client = client_of(coordinator)
    assert f'href="{address}"' in client.get(page(project)).content.decode()
    assert f'href="{address}"' not in client_of(mentor).get(page(project)).content.decode()

    rows = list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig")), delimiter=";"))

    assert [row["Měsíc"] for row in rows] == ["2021-04", "2021-05", "2021-06"]
    assert {row["Projekt"] for row in rows} == {project.name}
    entry = AccessLog.objects.get()
    assert (entry.user, entry.action, entry.detail) == (coordinator, "export", {"project": project.pk, "rows": 3})
    assert client.post(address).status_code == 405
    assert client.get(reverse("reports:export-project-months", args=[0])).status_code == 404


def test_shares_of_a_project_are_percents_of_its_whole_cost():
    project = GrantProjectFactory.build(ministry_grant=Decimal(300), city_share=Decimal(100))
    free = GrantProjectFactory.build(ministry_grant=Decimal(0), city_share=Decimal(0))

    assert (project.total_cost, project.ministry_percent, project.city_percent) == (400, 75, 25)
    assert (free.ministry_percent, free.city_percent) == (0, 0)
