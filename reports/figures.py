"""What is counted and how it is called: one definition per figure, for pages, documents, drill-down and commands.

The measure itself stands with the rows it measures (`findings.models.COUNTS`, `patrols.models.COUNTS`,
`ACTIVITY_COUNTS`, `NUMBER_COUNTS`, `TRAINING_COUNTS`, `FIELD_CHECK_COUNTS`, `findings.custody.figures` and
`patrols.attendance_days.served_seconds`); a figure names it and says what it means to the reader. Pure: no query
is made here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum, StrEnum

HUNDREDTH = Decimal("0.01")


class Unit(Enum):
    """What a figure is counted in: the forms after 1, after 2–4 and after everything else."""

    EVENTS = ("událost", "události", "událostí")
    PIECES = ("kus", "kusy", "kusů")
    PLACES = ("místo", "místa", "míst")
    HOURS = ("hodina", "hodiny", "hodin")
    PEOPLE = ("osoba", "osoby", "osob")
    ACTIVITIES = ("činnost", "činnosti", "činností")
    CONTACTS = ("kontakt", "kontakty", "kontaktů")
    CHILDREN = ("dítě", "děti", "dětí")
    CASES = ("případ", "případy", "případů")
    TRAININGS = ("školení", "školení", "školení")
    CALLS = ("hlídka", "hlídky", "hlídek")
    CHECKS = ("kontrola", "kontroly", "kontrol")

    def form(self, number: float) -> str:
        """The form that goes with `number`: 1 kus, 2 kusy, 5 kusů; 1,5 hodiny, for only hours are ever broken."""
        one, few, many = self.value
        if number == 1:
            return one
        return few if number in {2, 3, 4} or number % 1 else many


class Records(StrEnum):
    """Which rows a figure counts, so which list opens behind it."""

    FINDINGS = "findings"
    SHIFTS = "shifts"
    ACTIVITIES = "activities"
    ATTENDANCE = "attendance"
    HANDOVERS = "handovers"
    TRAININGS = "trainings"
    STAFF = "staff"
    FIELD_CHECKS = "field_checks"


@dataclass(frozen=True)
class Figure:
    """One figure.

    `name` is its key in a summary, `label` its Czech name in full, `short` for a table's header. `additive` says
    whether the rows of a breakdown add up to the total: one place may appear under two kinds of place. Time is kept
    in whole seconds and shown in hours.
    """

    name: str
    label: str
    short: str
    unit: Unit
    records: Records
    additive: bool = True


@dataclass(frozen=True)
class Rate:
    """How much of one figure falls on so many hours of service."""

    name: str
    label: str
    figure: Figure
    hours: int

    def of(self, totals: Mapping[str, int]) -> Decimal | None:
        """The rate to hundredths; None when nobody served."""
        seconds = totals[PATROL_TIME.name]
        if not seconds:
            return None
        return (Decimal(totals[self.figure.name]) * self.hours * 3600 / seconds).quantize(HUNDREDTH, ROUND_HALF_UP)


EVENTS = Figure("events", "Nálezy", "Nálezy", Unit.EVENTS, Records.FINDINGS)
PIECES = Figure("pieces", "Nalezené kusy celkem", "Kusů", Unit.PIECES, Records.FINDINGS)
WITH_NEEDLE = Figure("with_needle", "Stříkačky s jehlou", "S jehlou", Unit.PIECES, Records.FINDINGS)
WITHOUT_NEEDLE = Figure("without_needle", "Stříkačky bez jehly", "Bez jehly", Unit.PIECES, Records.FINDINGS)
NEEDLES = Figure("needles", "Samostatné jehly", "Jehly", Unit.PIECES, Records.FINDINGS)
PARAPHERNALIA = Figure("paraphernalia", "Jiné pomůcky", "Jiné pomůcky", Unit.PIECES, Records.FINDINGS)
PLACES = Figure("places", "Místa s nálezem", "Míst", Unit.PLACES, Records.FINDINGS, additive=False)
CHILD_ACCESSIBLE = Figure(
    "child_accessible_events", "Nálezy dostupné dětem", "Dostupné dětem", Unit.EVENTS, Records.FINDINGS
)
HANDED_OVER = Figure(
    "handed_over", "Z nich předáno k likvidaci do konce měsíce", "Předáno", Unit.PIECES, Records.FINDINGS
)
HELD = Figure("held", "Z nich na konci měsíce v držení", "V držení", Unit.PIECES, Records.FINDINGS)
DELIVERED = Figure("delivered", "Předáno v měsíci podle dokladů", "Podle dokladů", Unit.PIECES, Records.HANDOVERS)
PATROL_TIME = Figure("patrol_seconds", "Hodiny ve službě podle plánu", "Hodin", Unit.HOURS, Records.SHIFTS)
ASSISTANTS = Figure("assistants", "Asistenti ve službě", "Asistentů", Unit.PEOPLE, Records.SHIFTS, additive=False)
SERVED_TIME = Figure("served_seconds", "Hodiny odsloužené podle docházky", "Odslouženo", Unit.HOURS, Records.ATTENDANCE)
ACTIVITIES = Figure("activities", "Činnosti", "Činností", Unit.ACTIVITIES, Records.ACTIVITIES)
CONTACTS = Figure("contacts", "Kontakty s občany", "Kontaktů", Unit.CONTACTS, Records.ACTIVITIES)
CHILDREN = Figure("children", "Děti a mládež", "Dětí", Unit.CHILDREN, Records.ACTIVITIES)
REFERRALS = Figure("referrals", "Zprostředkovaná pomoc", "Pomoc", Unit.CASES, Records.ACTIVITIES)
CALLED_PATROLS = Figure("called_patrols", "Přivolané hlídky", "Hlídek", Unit.CALLS, Records.ACTIVITIES)
TRAININGS = Figure("trainings", "Absolvovaná školení", "Školení", Unit.TRAININGS, Records.TRAININGS)
TRAINED = Figure("trained", "Proškolení lidé", "Lidí", Unit.PEOPLE, Records.TRAININGS, additive=False)
COUNTED = Figure("counted", "Zapsané počty dohromady", "Počet", Unit.CASES, Records.ACTIVITIES)

FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        EVENTS,
        PIECES,
        WITH_NEEDLE,
        WITHOUT_NEEDLE,
        NEEDLES,
        PARAPHERNALIA,
        PLACES,
        CHILD_ACCESSIBLE,
        HANDED_OVER,
        HELD,
        DELIVERED,
        PATROL_TIME,
        ASSISTANTS,
        SERVED_TIME,
        ACTIVITIES,
        CONTACTS,
        CHILDREN,
        REFERRALS,
        CALLED_PATROLS,
        COUNTED,
        TRAININGS,
        TRAINED,
    )
}
"""Every figure of a month's totals, in the order in which they are shown."""

EMPLOYED = Figure("employed", "Zaměstnaní asistenti", "Zaměstnaní", Unit.PEOPLE, Records.STAFF, additive=False)
FTE = Figure("fte_hundredths", "Úvazek", "Úvazek", Unit.PEOPLE, Records.STAFF)
MENTORS = Figure("mentors", "Mentoři", "Mentoři", Unit.PEOPLE, Records.STAFF, additive=False)
TRAINING_HOURS = Figure("training_hours", "Hodiny školení", "Hodin", Unit.HOURS, Records.TRAININGS)
GONE_BY_END = Figure("gone_by_end", "Předáno do konce období", "Předáno", Unit.PIECES, Records.FINDINGS)
HELD_AT_END = Figure("held_at_end", "Na konci období v držení", "V držení", Unit.PIECES, Records.FINDINGS)
FIELD_CHECKS = Figure("field_checks", "Kontroly v terénu", "Kontroly", Unit.CHECKS, Records.FIELD_CHECKS)

OF_REPORTS: dict[str, Figure] = {
    figure.name: figure for figure in (EMPLOYED, FTE, MENTORS, TRAINING_HOURS, GONE_BY_END, HELD_AT_END, FIELD_CHECKS)
}
"""Figures that only reports to grants show: beside the totals of a month, or asked about a whole period."""

RATES = (Rate("events_per_hours", "Nálezy na 100 hodin služby", EVENTS, hours=100),)
"""What is found for the time spent; one hour alone would be a hundredth of a finding."""

HEADLINE = (EVENTS, PIECES, PLACES, PATROL_TIME)
"""The figures a reader wants first."""

DISPOSAL = (HANDED_OVER, HELD, DELIVERED)
"""Of the month as a whole only: a box is of no locality. The first two add up to the pieces found."""

OF_FINDINGS = tuple(
    figure for figure in FIGURES.values() if figure.records is Records.FINDINGS and figure not in DISPOSAL
)
OF_SHIFTS = tuple(figure for figure in FIGURES.values() if figure.records is Records.SHIFTS)
OF_ACTIVITIES = (ACTIVITIES, CONTACTS, CHILDREN, REFERRALS, CALLED_PATROLS)


@dataclass(frozen=True)
class Breakdown:
    """A way in which a month's figures are divided.

    `label` heads the table, `column` its first column; `figures` are its columns; `outside` is the label of the row
    with the empty key, where there can be one.
    """

    name: str
    label: str
    column: str
    figures: tuple[Figure, ...]
    outside: str = ""


BREAKDOWNS: dict[str, Breakdown] = {
    breakdown.name: breakdown
    for breakdown in (
        Breakdown("locality", "Podle lokalit", "Lokalita", (*OF_FINDINGS, *OF_SHIFTS), outside="Mimo lokality"),
        Breakdown("district", "Podle městských obvodů", "Městský obvod", (*OF_FINDINGS, *OF_SHIFTS), "Mimo lokality"),
        Breakdown("place_kind", "Podle druhu místa", "Druh místa", OF_FINDINGS),
        Breakdown("assistant", "Podle asistentů", "Asistent", (*OF_FINDINGS, PATROL_TIME, SERVED_TIME, ACTIVITIES)),
        Breakdown("day", "Podle dnů", "Den", OF_FINDINGS),
        Breakdown("activity_kind", "Činnosti podle druhu", "Druh činnosti", OF_ACTIVITIES),
        Breakdown("activity_locality", "Činnosti podle lokalit", "Lokalita", OF_ACTIVITIES, outside="Bez lokality"),
        Breakdown("counter", "Zapsané počty", "Co se počítalo", (COUNTED,)),
        Breakdown("organisation", "Pomoc podle organizací", "Organizace", (REFERRALS,)),
        Breakdown("reason", "Pomoc podle důvodu", "Důvod", (REFERRALS,)),
        Breakdown("called_patrol", "Přivolané hlídky podle druhu", "K čemu", (CALLED_PATROLS,)),
        Breakdown("training_kind", "Školení podle druhu", "Druh školení", (TRAININGS, TRAINED)),
    )
}
"""Every breakdown of a summary, in the order in which they are shown."""
