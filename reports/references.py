"""What a text may refer to besides figures: the period and the project, of a month or of a report."""

from collections.abc import Mapping

from apk import czech
from apk.calendar import Month
from reports.documents.wording import one_line
from reports.models import GrantProject
from reports.narrative import Reference, references


def of_month(month: Month, totals: Mapping[str, int], project: GrantProject | None) -> list[Reference]:
    """What the words of a month may refer to."""
    others = [Reference("obdobi", "Měsíc", czech.month(month.first_day))]
    if project:
        others += of_project(project)
    return references(totals, others)


def of_project(project: GrantProject) -> list[Reference]:
    return [
        Reference("projekt.nazev", "Název projektu", one_line(project.name)),
        Reference("projekt.cislo", "Číslo projektu", one_line(project.number)),
    ]
