"""`manage.py create_administrator`: the first account of a new installation, from which all others are made."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from apk.people.access import Role
from apk.people.models import User


class Command(BaseCommand):
    help = "Založí účet správce a vypíše jeho jednorázové heslo."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("personal_number", help="osobní číslo")
        parser.add_argument("first_name", help="jméno")
        parser.add_argument("last_name", help="příjmení")
        parser.add_argument("--email", help="e-mail, kterým se také může přihlásit")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        names = ("personal_number", "first_name", "last_name", "email")
        account = User(role=Role.ADMINISTRATOR, **{name: options[name] for name in names})
        account.set_unusable_password()
        try:
            account.full_clean(exclude=["search_text", "sort_key"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        account.save()
        password = account.issue_password(now=timezone.now())
        self.stdout.write(
            f"Správce {account.full_name} se přihlásí osobním číslem {account.personal_number} "
            f"a jednorázovým heslem {password}"
        )
