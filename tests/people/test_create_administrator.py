"""The first account of a new installation."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from apk.people.access import Role
from apk.people.models import User

pytestmark = pytest.mark.django_db


def test_administrator_signs_in_with_the_printed_password(client: Client) -> None:
    printed = StringIO()
    call_command("create_administrator", "a001", "Jana", "Nová", email="Jana.Nova@mesto.example", stdout=printed)
    account = User.objects.get()
    assert (account.role, account.personal_number, account.email) == (
        Role.ADMINISTRATOR,
        "A001",
        "jana.nova@mesto.example",
    )
    password = re.search(r"heslem (\S+)$", printed.getvalue()).group(1)
    client.post("/ucet/login/", {"login": "A001", "password": password})
    assert client.session["_auth_user_id"] == str(account.pk)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("A001", "Petr", "Starý"), "Toto osobní číslo už má jiný účet."),
        (("A002", "", "Starý"), "Pole nemůže být prázdné."),
    ],
)
def test_bad_input_is_refused_with_a_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    call_command("create_administrator", "A001", "Jana", "Nová", stdout=StringIO())
    with pytest.raises(CommandError) as raised:
        call_command("create_administrator", *arguments)
    assert str(raised.value) == sentence
    assert User.objects.count() == 1
