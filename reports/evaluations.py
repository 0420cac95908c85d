"""The figures that stand beside a monthly evaluation: the month's hours, findings and activities of one assistant."""

from datetime import datetime
from typing import Final

from apk import czech
from apk.calendar import Month
from apk.people.models import Assistant, User
from patrols.models import FieldCheck
from reports import timesheets
from reports.documents.wording import figure_text
from reports.figures import BREAKDOWNS, Unit
from reports.models import MonthlySummary
from reports.timesheet import FACTS

HOURS: Final = ("planned", "worked", "overtime", "night")


def figures_of(assistant: Assistant, month: Month, reader: User, now: datetime) -> list[list[str]]:
    """Pairs of a label and a value in words; of the month's summary only when it was counted."""
    (sheet,) = timesheets.compiled(month, [assistant], reader, now).sheets
    found = [[f"{FACTS[name]} (h)", figure_text(Unit.HOURS, sheet.sums[name])] for name in HOURS]
    found.append(["Dny docházky ke schválení", czech.number(sheet.unapproved)])
    checks = FieldCheck.objects.standing().in_month(month).of(assistant.pk).counts()["field_checks"]
    found.append(["Kontroly v terénu", czech.number(checks)])
    summary = MonthlySummary.objects.readable().of(month).first()
    if summary is None:
        return found
    rows = summary.value.breakdowns["assistant"]
    row = next((row for row in rows if row.key == str(assistant.pk)), None)
    counted = [
        [figure.label, figure_text(figure.unit, row.values[figure.name] if row else 0)]
        for figure in BREAKDOWNS["assistant"].figures
    ]
    return found + counted
