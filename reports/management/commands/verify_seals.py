"""`manage.py verify_seals`: do sealed months and reports that were handed over still hold what they held?

Ends with code 1 when anything differs.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apk import czech
from apk.calendar import Month
from reports import submitting, verifying
from reports.management.commands.summary import month
from reports.models import ProjectReport, Seal


class Command(BaseCommand):
    help = "Ověří uzavřené měsíce a odevzdané zprávy: otisky, čísla, záznamy v databázi a její hlídky. Nic nemění."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", type=month, nargs="?", metavar="měsíc", help="jen tento, například 2021-04")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = options["month"]
        days = Seal.objects.order_by("month").values_list("month", flat=True).distinct()
        months = [chosen] if chosen else [Month.of(day) for day in days]
        faults = 0
        for sentence in verifying.missing_guards():
            faults += 1
            self.stdout.write(sentence)
        if not months:
            self.stdout.write("Uzavřený není žádný měsíc.")
        for each in months:
            verdict = verifying.verify(each)
            if not verdict.versions:
                self.stdout.write(f"{each}  není uzavřený, není co ověřit")
                continue
            versions = czech.counted(verdict.versions, "verze", "verze", "verzí")
            self.stdout.write(f"{each}  {versions}  {'souhlasí' if verdict.agrees else 'NESOUHLASÍ'}  {verdict.sha256}")
            for fault in verdict.faults:
                faults += 1
                self.stdout.write(f"  {fault}")
        for report in [] if chosen else ProjectReport.objects.submitted().select_related("project"):
            handed_over = submitting.verify(report)
            said = "souhlasí" if handed_over.agrees else "NESOUHLASÍ"
            versions = czech.counted(handed_over.versions, "verze", "verze", "verzí")
            self.stdout.write(f"{report} ({report.project})  {versions}  {said}  {handed_over.sha256}")
            for fault in handed_over.faults:
                faults += 1
                self.stdout.write(f"  {fault}")
        if faults:
            raise CommandError(f"Nesouhlasí: {czech.counted(faults, 'rozdíl', 'rozdíly', 'rozdílů')}.")
