"""`manage.py demo`: fills an empty database with the demonstration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from apk.calendar import Month, local_date
from apk.demo import city, closings, custody, plan, projects, records, team, training, work
from apk.people.models import User
from patrols.models import Shift


class Command(BaseCommand):
    help = "Naplní prázdnou databázi ukázkovým týmem: celý rok 2021 a období kolem dneška."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="když databáze prázdná není, nic do ní nedat")
        parser.add_argument("--sign-ins", action="store_true", help="vypsat, jak se do ukázky přihlásit")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HTTPS:
            if options["if_empty"]:
                return
            raise CommandError(
                "Ukázkové účty mají veřejně známé heslo, na ostrou instalaci (HTTPS=true) nepatří. "
                "Zkuste je na počítači, kde běží `make run`."
            )
        if not User.objects.exists():
            self.fill()
        elif not options["if_empty"] and not options["sign_ins"]:
            raise CommandError("V databázi už jsou lidé. Ukázka se plní jen do prázdné databáze.")
        if options["sign_ins"]:
            self.print_sign_ins()

    def fill(self) -> None:
        now = timezone.now()
        with transaction.atomic():
            people = team.make_team()
            sites = city.make_city()
            work.work_year(2021, people, sites)
            ended = work.work_lately(now, people, sites)
            begun = Shift.objects.filter(start__lt=now).select_related("assistant__user").order_by("start", "pk")
            records.record(begun, until=now)
            mentor = User.objects.get(personal_number=team.MENTOR.personal_number)
            plan.make_plan_data(local_date(now), people, sites, mentor)
            custody.make_custody([Month(2021, number) for number in range(1, 13)], people, mentor, now)
            custody.make_custody([*ended, Month.of(now)], people, mentor, now)
            training.make_training(people, mentor, local_date(now))
            projects.make_projects(now)
            closings.close_first_months()
            projects.request_summaries(ended)

    def print_sign_ins(self) -> None:
        """Prints a line for each role, but only accounts that are really there: a city's own data has none."""
        there = set(
            User.objects.filter(email__in=[person.email for person in team.SIGN_INS]).values_list("email", flat=True)
        )
        for person in team.SIGN_INS:
            if person.email in there:
                self.stdout.write(
                    f"{person.role.label:<12} {person.email:<28} {person.personal_number:<6} {team.PASSWORD}"
                )
