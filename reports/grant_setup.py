"""The set-up of a project: the parts that a call asks for, where a new project takes them from, and how they go."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.db import models, transaction
from django.db.models import ProtectedError

from apk.refusal import Refused
from reports import grant_forms
from reports.models import CostLine, Deadline, GrantProject, Indicator, ProjectReport, Rate, ReportSection

Content = ReportSection.Content

USUAL_SECTIONS = (
    ("Identifikace projektu", Content.IDENTIFICATION),
    ("Personální zajištění", Content.STAFFING),
    ("Plnění ukazatelů", Content.INDICATORS),
    ("Činnost asistentů", Content.ACTIVITIES),
    ("Nálezy injekčních stříkaček", Content.FINDINGS),
    ("Likvidace nalezených stříkaček", Content.SHARPS),
    ("Vedení mentorem a supervize", Content.MENTORING),
    ("Školení", Content.TRAINING),
    ("Spolupráce a zprostředkovaná pomoc", Content.COOPERATION),
    ("Splnění cílů projektu", Content.GOALS),
    ("Rozpočet a čerpání", Content.BUDGET),
    ("Publicita", Content.PUBLICITY),
    ("Přílohy", Content.ANNEXES),
)
"""What most calls ask for; a beginning that the coordinator changes."""


@dataclass(frozen=True)
class Part:
    """A kind of rows that belong to a project: how they are edited and what the pages call them.

    `rows` is the name of the project's attribute that holds them; `removing` is the question that removing asks and
    `consequence` what will happen.
    """

    rows: str
    model: Callable[..., models.Model]
    form: Callable[..., forms.ModelForm]
    new: str
    change: str
    removing: str
    consequence: str


PARTS: dict[str, Part] = {
    "ukazatele": Part(
        "indicators",
        Indicator,
        grant_forms.IndicatorForm,
        "Nový ukazatel",
        "Upravit ukazatel",
        "Odebrat ukazatel?",
        "Ukazatel zmizí z projektu i ze všech jeho zpráv.",
    ),
    "rozpocet": Part(
        "cost_lines",
        CostLine,
        grant_forms.CostLineForm,
        "Nová položka rozpočtu",
        "Upravit položku rozpočtu",
        "Odebrat položku rozpočtu?",
        "Položka zmizí z rozpočtu i se svým čerpáním.",
    ),
    "sazby": Part(
        "rates",
        Rate,
        grant_forms.RateForm,
        "Nová sazba",
        "Upravit sazbu",
        "Odebrat sazbu?",
        "Projekt o sazbu přijde; položky rozpočtu zůstanou.",
    ),
    "terminy": Part(
        "deadlines",
        Deadline,
        grant_forms.DeadlineForm,
        "Nový termín",
        "Upravit termín",
        "Odebrat termín?",
        "Termín zmizí a nikdo už na něj upozorněn nebude.",
    ),
    "oddily": Part(
        "sections",
        ReportSection,
        grant_forms.ReportSectionForm,
        "Nový oddíl zprávy",
        "Upravit oddíl zprávy",
        "Odebrat oddíl zprávy?",
        "Oddíl zmizí ze všech zpráv projektu.",
    ),
}
"""Every part by its name in addresses."""


NEEDED: dict[type[models.Model], str] = {
    Rate: "Odebrat to nejde: sazbu používá položka rozpočtu.",
    ReportSection: "Odebrat to nejde: v některé zprávě už je k oddílu napsaný text. Nejdřív ho v té zprávě smažte.",
    ProjectReport: "Odebrat to nejde: zpráva už byla odevzdaná a musí zůstat.",
}
"""Why a row that something needs stays."""


def remove(row: models.Model) -> None:
    """Removes a row that nothing needs. Raises Refused when something does."""
    try:
        row.delete()
    except ProtectedError as error:
        raise Refused(NEEDED[type(row)]) from error


@transaction.atomic
def set_up(project: GrantProject, source: GrantProject | None) -> int:
    """Gives the project what it lacks of the set-up of `source`, or the usual sections; how many rows."""
    # Two who press the button at once must not double the set-up.
    GrantProject.objects.select_for_update().get(pk=project.pk)
    if source is None:
        return add_usual_sections(project)
    lacking = [part.rows for part in PARTS.values() if not getattr(project, part.rows).exists()]
    copied = sum(getattr(source, rows).all().copy_to(project) for rows in lacking)
    if "deadlines" in lacking:
        for deadline in project.deadlines.all():
            deadline.due_on += project.starts - source.starts
            deadline.save(update_fields=["due_on"])
    return copied


def add_usual_sections(project: GrantProject) -> int:
    if project.sections.exists():
        return 0
    sections = [
        ReportSection(project=project, position=10 * number, title=title, content=content)
        for number, (title, content) in enumerate(USUAL_SECTIONS, start=1)
    ]
    return len(ReportSection.objects.bulk_create(sections))
