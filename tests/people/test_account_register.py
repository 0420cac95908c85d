"""The administrator's register of accounts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apk.audit.models import AccessLog
from apk.edits import CHANGED_MEANWHILE
from apk.people.access import Role
from apk.people.models import Assistant, Mentor, User
from tests.factories import AssistantFactory, MentorFactory, UserFactory

pytestmark = pytest.mark.django_db

SignIn = Callable[[object], Client]
STEPS = ["edit-account", "close-account", "reopen-account", "issue-account-password"]
NEW = {"first_name": "Jan", "last_name": "Malý", "personal_number": "500", "email": "", "phone": "", "role": "mentor"}


def listed(answer: Any) -> list[str]:
    return [account.last_name for account in answer.context["page"].object_list]


def test_list_is_filtered_and_searched(administrator: User, mentor: Mentor, client_of: SignIn):
    AssistantFactory(user__last_name="Čáp", user__is_active=False)
    UserFactory(is_coordinator=True, last_name="Chytil", last_login=timezone.now())
    client = client_of(administrator)
    everybody = {administrator.last_name, mentor.user.last_name, "Čáp", "Chytil"}
    assert set(listed(client.get("/sprava/ucty/"))) == everybody
    assert listed(client.get("/sprava/ucty/?role=coordinator")) == ["Chytil"]
    assert listed(client.get("/sprava/ucty/?stav=uzavrene")) == ["Čáp"]
    assert set(listed(client.get("/sprava/ucty/?stav=otevrene"))) == everybody - {"Čáp"}
    assert "Chytil" not in listed(client.get("/sprava/ucty/?stav=bez-prihlaseni"))
    assert listed(client.get("/sprava/ucty/?q=cap")) == ["Čáp"]
    wrong = client.get("/sprava/ucty/?role=kral&q=cap")
    assert set(listed(wrong)) == everybody
    assert "Filtr v adrese není platný" in wrong.content.decode()
    assert "Tomuto výběru neodpovídá žádný účet." in client.get("/sprava/ucty/?q=nikdo").content.decode()


@pytest.mark.parametrize("count", [1, 300])
def test_list_takes_the_same_queries_for_any_length(
    administrator: User, client_of: SignIn, django_assert_num_queries: Any, count: int
):
    AssistantFactory.create_batch(count)
    client = client_of(administrator)
    with django_assert_num_queries(4):
        assert len(listed(client.get("/sprava/ucty/"))) == min(count + 1, 50)


@pytest.mark.parametrize("name", ["accounts", "add-account", "account", *STEPS])
def test_accounts_are_the_administrators_only(
    administrator: User, mentor: Mentor, coordinator: User, assistant: Assistant, client_of: SignIn, name: str
):
    url = reverse(f"people:{name}", args=[] if name in ("accounts", "add-account") else [assistant.user.pk])
    for person in (mentor, coordinator, assistant):
        assert client_of(person).get(url).status_code == 403
        assert client_of(person).post(url).status_code == 403
    client = client_of(administrator)
    assert client.get(url).status_code == 200
    assert client.put(url).status_code == 405
    assert Client().get(url).headers["Location"].startswith("/ucet/login/")


@pytest.mark.parametrize("name", ["account", *STEPS])
def test_an_account_that_does_not_exist_is_not_found(administrator: User, client_of: SignIn, name: str):
    for pk in (0, 10**30):
        assert client_of(administrator).get(reverse(f"people:{name}", args=[pk])).status_code == 404


@pytest.mark.parametrize("role", ["mentor", "coordinator", "administrator"])
def test_an_account_is_made_with_its_role(administrator: User, client_of: SignIn, role: str):
    answer = client_of(administrator).post("/sprava/ucty/novy/", {**NEW, "role": role})
    made = User.objects.get(personal_number="500")
    assert answer.headers["Location"] == reverse("people:account", args=[made.pk])
    assert (made.role, made.email, made.has_usable_password()) == (role, None, False)
    assert Mentor.objects.filter(user=made).exists() == (role == "mentor")


@pytest.mark.parametrize(
    ("wrong", "field"), [({"role": "assistant"}, "role"), ({"role": ""}, "role"), ({"last_name": "\0"}, "last_name")]
)
def test_a_wrong_new_account_is_refused(administrator: User, client_of: SignIn, wrong: dict[str, str], field: str):
    answer = client_of(administrator).post("/sprava/ucty/novy/", {**NEW, **wrong})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"]["first_name"].value() == "Jan"
    assert User.objects.count() == 1


def opened(client: Client, url: str) -> dict[str, str]:
    return {field.html_name: field.value() or "" for field in client.get(url).context["form"]}


def test_an_account_is_edited_and_given_another_role(administrator: User, coordinator: User, client_of: SignIn):
    client, url = client_of(administrator), reverse("people:edit-account", args=[coordinator.pk])
    assert client.post(url, opened(client, url) | {"last_name": "Šírová", "role": "mentor"}).status_code == 302
    coordinator.refresh_from_db()
    assert (coordinator.last_name, coordinator.role) == ("Šírová", Role.MENTOR)
    assert Mentor.objects.get().user == coordinator


def test_a_refused_role_changes_nothing_and_keeps_what_was_typed(
    administrator: User, assistant: Assistant, client_of: SignIn
):
    mentor = Mentor.objects.get()
    client, url = client_of(administrator), reverse("people:edit-account", args=[mentor.user.pk])
    answer = client.post(url, opened(client, url) | {"last_name": "Jiná", "role": "coordinator"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "__all__": ["Tento mentor vede asistenty. Nejdřív je převeďte k jinému mentorovi."]
    }
    assert answer.context["form"]["last_name"].value() == "Jiná"
    assert User.objects.get(pk=mentor.user.pk).last_name == mentor.user.last_name
    assert f"Upravit účet: {mentor.user}" in answer.content.decode()


def test_an_assistants_account_offers_no_role(administrator: User, assistant: Assistant, client_of: SignIn):
    client, url = client_of(administrator), reverse("people:edit-account", args=[assistant.user.pk])
    fields = opened(client, url)
    assert "role" not in fields
    assert client.post(url, fields | {"role": "administrator", "phone": "777"}).status_code == 302
    stored = User.objects.get(pk=assistant.user.pk)
    assert (stored.role, stored.phone) == (Role.ASSISTANT, "777")


def test_a_change_made_meanwhile_is_not_overwritten(administrator: User, coordinator: User, client_of: SignIn):
    client, url = client_of(administrator), reverse("people:edit-account", args=[coordinator.pk])
    typed = opened(client, url) | {"role": "mentor"}
    User.objects.filter(pk=coordinator.pk).update(role=Role.ADMINISTRATOR)
    answer = client.post(url, typed)
    assert answer.context["form"].errors == {"__all__": [CHANGED_MEANWHILE], "role": ["Teď je uloženo: Správce"]}
    coordinator.refresh_from_db()
    assert coordinator.role == Role.ADMINISTRATOR


def test_an_account_is_closed_and_opened_again(administrator: User, coordinator: User, client_of: SignIn):
    client = client_of(administrator)
    for name, active in (("close-account", False), ("reopen-account", True)):
        url = reverse(f"people:{name}", args=[coordinator.pk])
        client.get(url)
        assert User.objects.get(pk=coordinator.pk).is_active is not active
        assert client.post(url).status_code == 302
        assert User.objects.get(pk=coordinator.pk).is_active is active


def test_closing_a_mentor_says_whom_they_lead(administrator: User, mentor: Mentor, client_of: SignIn):
    client, url = client_of(administrator), reverse("people:close-account", args=[mentor.user.pk])
    assert "dnes vede" not in client.get(url).content.decode()
    AssistantFactory.create_batch(2, mentor=mentor)
    assert "Tento mentor dnes vede 2\u00a0asistenty." in client.get(url).content.decode()


def test_an_administrator_cannot_close_or_reset_themselves(administrator: User, client_of: SignIn):
    UserFactory(is_administrator=True)
    client = client_of(administrator)
    answer = client.post(reverse("people:close-account", args=[administrator.pk]))
    assert answer.status_code == 422
    assert "Svůj vlastní účet uzavřít nemůžete" in answer.content.decode()
    assert client.post(reverse("people:issue-account-password", args=[administrator.pk])).status_code == 403
    assert User.objects.get(pk=administrator.pk).is_active


def test_a_one_time_password_is_shown_once_and_written_down(administrator: User, client_of: SignIn):
    mentor = MentorFactory()
    answer = client_of(administrator).post(reverse("people:issue-account-password", args=[mentor.user.pk]))
    [password] = re.findall(r"<code>([a-z-]{24})</code>", answer.content.decode())
    assert User.objects.get(pk=mentor.user.pk).check_password(password)
    assert AccessLog.objects.get().what == f"jednorázové heslo k účtu {mentor.user}"
