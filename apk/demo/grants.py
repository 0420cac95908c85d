"""What the demonstration's call asks of its projects, and the reports that its coordinator writes. All invented."""

from datetime import date, timedelta
from decimal import Decimal

from reports.grant_setup import add_usual_sections
from reports.models import (
    CostLine,
    Deadline,
    GrantProject,
    Indicator,
    MonthNarrative,
    ProjectReport,
    Rate,
    ReportSection,
)

PROGRAMME = "314080 Prevence sociálně patologických jevů, podprogram 314083"
GOALS = """Snížit počet injekčních stříkaček na místech, kam chodí děti.
Být v sociálně vyloučených lokalitách a u ubytoven každý den v týdnu.
Zprostředkovat lidem pomoc dřív, než bude pozdě."""
CONDITIONS = """Všechny výstupy nesou větu o publicitě.
Změny rozpočtu nad 10 % položky se předem oznamují poskytovateli."""

WAGES, MENTOR = "Mzda asistenta", "Odměna mentora"
RATES = ((WAGES, 30_000, "úvazek a měsíc"), (MENTOR, 10_000, "měsíc"))

# Name, planned Kč, rate and how many of its units.
COSTS: tuple[tuple[str, int, str, int | None], ...] = (
    ("Mzdy asistentů", 2_520_000, WAGES, 84),
    ("Odměna mentora", 120_000, MENTOR, 12),
    ("Školení", 140_000, "", None),
    ("Supervize", 60_000, "", None),
    ("Telefony", 40_000, "", None),
    ("Oblečení a výstroj", 60_000, "", None),
)

AT_LEAST, AT_MOST = Indicator.Direction.AT_LEAST, Indicator.Direction.AT_MOST

# Name, figure, direction, baseline, target, what was entered by hand.
INDICATORS = (
    ("Nalezené a odstraněné stříkačky a jehly", "pieces", AT_LEAST, 760, 800, None),
    ("Hodiny asistentů ve službě", "patrol_seconds", AT_LEAST, 11_000, 12_000, None),
    ("Kontakty s občany", "contacts", AT_LEAST, 4_500, 5_000, None),
    ("Místa, kde se nacházejí stříkačky", "places", AT_MOST, 40, 35, None),
    ("Nálezy dostupné dětem", "child_accessible_events", AT_MOST, 75, 60, None),
    ("Besedy na základních školách", "", AT_LEAST, 8, 10, 12),
)

TEXTS = {
    ReportSection.Content.STAFFING: (
        "Ve službě se vystřídalo {{sluzba.asistenti}} asistentů, kteří odpracovali {{sluzba.hodiny.slovy}}."
    ),
    ReportSection.Content.FINDINGS: (
        "Za období {{obdobi}} našli asistenti {{nalezy.kusy.slovy}} na {{nalezy.mista}} místech"
        " při {{nalezy.udalosti}} nálezech.\n"
        "- stříkaček s jehlou: {{nalezy.s-jehlou}}\n"
        "- nálezů na místech dostupných dětem: {{nalezy.dostupne-detem}}"
    ),
    ReportSection.Content.COOPERATION: (
        "Asistenti pracují s terénními pracovníky neziskových organizací a se sociálním odborem. O závislostech mluví"
        " s lidmi přímo na ulici a předávají je kontaktnímu centru.\n"
        "- kontakty s občany: {{cinnosti.kontakty}}\n"
        "- zprostředkovaná pomoc: {{cinnosti.pomoc}}\n"
        "- přivolané hlídky: {{cinnosti.hlidky}}"
    ),
    ReportSection.Content.BUDGET: "Z plánovaných {{rozpocet.planovano}} bylo vyčerpáno {{rozpocet.cerpano}}.",
    ReportSection.Content.PUBLICITY: "Větu o publicitě nese web městské policie, vizitky i oblečení asistentů.",
}

APRIL_2021 = (
    "Asistenti našli {{nalezy.kusy.slovy}} na {{nalezy.mista}} místech; {{nalezy.dostupne-detem}} nálezů bylo tam,"
    " kam chodí děti.\n"
    "S oteplením se lidé vrátili do parků, pochůzky proto začínaly u dětských hřišť a pískovišť."
)


def describe(project: GrantProject) -> None:
    """Fills in what the call says of the project."""
    project.programme, project.goals, project.conditions = PROGRAMME, GOALS, CONDITIONS
    project.save()


def set_up(project: GrantProject, today: date) -> None:
    """Rates, budget, indicators, deadlines and sections; costs are used as the months of the project pass."""
    describe(project)
    passed = sum(month.last_day < today for month in project.months)
    rates = {
        name: Rate.objects.create(project=project, name=name, amount=amount, unit=unit) for name, amount, unit in RATES
    }
    for position, (name, planned, rate, units) in enumerate(COSTS, start=1):
        CostLine.objects.create(
            project=project,
            position=position,
            name=name,
            planned=planned,
            # To whole thousands, a little less than planned.
            used=Decimal(planned * passed * 98 // (12 * 100) // 1000 * 1000),
            rate=rates.get(rate),
            units=units,
        )
    for position, (name, figure, direction, baseline, target, entered) in enumerate(INDICATORS, start=1):
        Indicator.objects.create(
            project=project,
            position=position,
            name=name,
            figure=figure,
            direction=direction,
            baseline=baseline,
            target=target,
            entered=entered,
        )
    year = project.starts.year
    for name, due_on in (
        ("Průběžná zpráva Ministerstvu vnitra", date(year, 7, 15)),
        ("Závěrečná zpráva a vyúčtování dotace", date(year + 1, 2, 15)),
    ):
        Deadline.objects.create(project=project, name=name, due_on=due_on, done_on=due_on if due_on < today else None)
    add_usual_sections(project)


def write_reports(project: GrantProject, today: date) -> None:
    """The report of the first half-year, and the final one of a project that has ended."""
    year = project.starts.year
    halves = [(ProjectReport.Kind.INTERIM, date(year, 1, 1), date(year, 6, 1))]
    if project.ends < today:
        halves.append((ProjectReport.Kind.FINAL, date(year, 1, 1), date(year, 12, 1)))
    for kind, first, last in halves:
        report = ProjectReport.objects.create(project=project, kind=kind, first=first, last=last)
        for section in project.sections.all():
            if text := TEXTS.get(ReportSection.Content(section.content)):
                report.write(section, text)
        report.annexes.create(position=1, title="Fotografie z akce na dětském dopravním hřišti")
        report.annexes.create(position=2, title="Prezenční listiny ze školení asistentů")


def remind_soon(project: GrantProject, today: date) -> None:
    """A deadline that is always near, so that the coordinator's home page shows one."""
    due_on = (today.replace(day=1) + timedelta(days=31)).replace(day=10)
    Deadline.objects.create(project=project, name="Podklady pro zastupitelstvo města", due_on=due_on, remind_days=45)


def write_april() -> None:
    """The coordinator's words about April 2021."""
    MonthNarrative.objects.create(month=date(2021, 4, 1), text=APRIL_2021)
