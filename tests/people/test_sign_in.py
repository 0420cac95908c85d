"""Sign-in, sign-out and passwords, as a person meets them."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from apk.people.accounts import NOT_RECOGNISED
from apk.people.models import User
from tests.factories import PASSWORD

SignIn = Callable[[User], Client]


def csrf_free(html: str) -> str:
    return re.sub(r'(X-CSRFToken": "|csrfmiddlewaretoken" value=")\w+', r"\1", html)


@pytest.mark.parametrize("name", ["email", "personal_number"])
def test_a_person_signs_in_by_email_or_personal_number(coordinator: User, client: Client, name: str) -> None:
    answer = client.post(
        reverse("account_login"), {"login": getattr(coordinator, name), "password": PASSWORD}, follow=True
    )
    assert answer.redirect_chain == [(reverse("home"), 302)]
    assert answer.context["user"] == coordinator


@pytest.mark.parametrize("login", ["nikdo@example.cz", "9999", "known"])
def test_a_wrong_sign_in_keeps_what_was_typed_and_tells_no_more(coordinator: User, client: Client, login: str) -> None:
    login = coordinator.email if login == "known" else login
    answer = client.post(reverse("account_login"), {"login": login, "password": "spatne-heslo"})
    form = answer.context["form"]
    assert form.errors == {"__all__": [NOT_RECOGNISED]}
    assert form["login"].value() == login
    assert "Přihlášení se nepodařilo" in answer.content.decode()


def test_sign_in_fields_have_labels_and_no_placeholders(client: Client) -> None:
    html = client.get(reverse("account_login")).content.decode()
    assert re.findall(r"<label[^>]*>([^<]+)</label>", html) == ["E-mail nebo osobní číslo", "Heslo"]
    assert "placeholder" not in html


def test_signing_out_asks_first_and_ends_the_session(coordinator: User, client_of: SignIn) -> None:
    client = client_of(coordinator)
    assert "Opravdu se odhlásit?" in client.get(reverse("account_logout")).content.decode()
    answer = client.post(reverse("account_logout"), follow=True)
    assert not answer.context["user"].is_authenticated
    assert [str(message) for message in answer.context["messages"]] == ["Jste odhlášeni."]


def test_a_password_is_changed_with_the_old_one(coordinator: User, client_of: SignIn) -> None:
    client = client_of(coordinator)
    url = reverse("account_change_password")
    new = "nove-dlouhe-heslo-7"
    refused = client.post(url, {"oldpassword": "jine", "password1": new, "password2": new})
    assert refused.context["form"].errors == {"oldpassword": ["Nynější heslo nesouhlasí."]}
    client.post(url, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    coordinator.refresh_from_db()
    assert coordinator.check_password(new)


def test_a_forgotten_password_is_replaced_through_the_mailed_address(coordinator: User, client: Client) -> None:
    done = client.post(reverse("account_reset_password"), {"email": coordinator.email}, follow=True)
    assert "Odkaz je na cestě" in done.content.decode()
    [message] = mail.outbox
    assert message.subject == "Nové heslo do aplikace APK"
    address = re.search(r"http\S+", message.body)[0]
    form_page = client.get(address, follow=True)
    assert "Nastavit heslo" in form_page.content.decode()
    new = "nove-dlouhe-heslo-7"
    client.post(form_page.context["action_url"], {"password1": new, "password2": new})
    coordinator.refresh_from_db()
    assert coordinator.check_password(new)
    assert "Odkaz už neplatí" in Client().get(address, follow=True).content.decode()


def test_a_stranger_asking_for_a_password_sees_the_same_page(coordinator: User, client: Client) -> None:
    url = reverse("account_reset_password")
    known = client.post(url, {"email": coordinator.email}, follow=True)
    unknown = client.post(url, {"email": "nikdo@example.cz"}, follow=True)
    assert csrf_free(unknown.content.decode()) == csrf_free(known.content.decode())
    assert "Takový účet v aplikaci není." in mail.outbox[-1].body


def test_nobody_registers_by_themselves(db: None, client: Client) -> None:
    answer = client.get(reverse("account_signup"))
    assert "Účty zakládá mentor nebo správce" in answer.content.decode()
