"""What the documents of a month say in words, and how they write its numbers. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from apk import czech
from reports.figures import Figure, Unit
from reports.summary import MonthSummary, Row

SECONDS_IN_HOUR = 3600

INTERNAL = "Pracovní podklad: obsahuje jména asistentů a ubytoven. Navenek se předává PDF, které je neuvádí."

EMPTY = "V tomto měsíci tu není žádný záznam."

# A word of so many characters would run out of its column: it may break behind each such run.
ENDLESS = re.compile(r"(\S{24})(?=\S)")

# Control and formatting characters (bidirectional overrides among them), halves of pairs, non-characters.
_INVISIBLE = {"Cc", "Cf", "Cs", "Cn"}


def title(summary: MonthSummary) -> str:
    """„Měsíční přehled – duben 2021"."""
    return f"Měsíční přehled – {czech.month(summary.month.first_day)}"


def figure_text(unit: Unit, value: int) -> str:
    """A figure's value in a column of its like: „1 234"; time in hours with one decimal, „812,5", „8,0"."""
    return czech.number(_hours(value), 1) if unit is Unit.HOURS else czech.number(value)


def unit_text(unit: Unit, value: int) -> str:
    """The unit in the form that goes with a value: „kusů", „hodiny"."""
    return unit.form(float(_hours(value)) if unit is Unit.HOURS else value)


def figure_in_words(unit: Unit, value: int) -> str:
    """A figure's value with its unit, as in a sentence: „85 kusů", „812,5 hodiny", „8 hodin"."""
    number = czech.number(_hours(value) if unit is Unit.HOURS else value)
    return f"{number}{czech.SPACE}{unit_text(unit, value)}"


def _hours(seconds: int) -> Decimal:
    return (Decimal(seconds) / SECONDS_IN_HOUR).quantize(Decimal("0.1"), ROUND_HALF_UP)


def headline(summary: MonthSummary) -> str:
    """The month in two or three sentences, made of its totals."""
    return " ".join(
        sentence for sentence in (_found(summary), _within_reach_of_children(summary), _on_duty(summary)) if sentence
    )


def not_a_sum(figures: Iterable[Figure], rows: Sequence[Row], totals: Mapping[str, int]) -> str:
    """A sentence about the columns of a table whose total is not the sum of its rows; "" when all are."""
    columns = [
        f"„{figure.short}“"
        for figure in figures
        if not figure.additive and sum(row.values[figure.name] for row in rows) != totals[figure.name]
    ]
    if not columns:
        return ""
    where = f"{'sloupci' if len(columns) == 1 else 'sloupcích'} {czech.joined(columns)}"
    return f"Ve {where} není celkem součtem: co je ve více řádcích, počítá se jen jednou."


def one_line(text: str) -> str:
    """Text of people as one printable line: composed accents, no control characters, no runs of spaces."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(" " if c.isspace() else c for c in composed if c.isspace() or not _is_invisible(c))
    return re.sub(" {2,}", " ", visible).strip()


def cell_text(text: str) -> str:
    """Text of people for a narrow column: as `one_line`, and a word without an end may break."""
    return ENDLESS.sub("\\1\u200b", one_line(text))


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE


def month_notes(summary: MonthSummary) -> list[str]:
    """What a reader outside has to know of how the figures were counted."""
    notes = [
        "Kusy jsou stříkačky s jehlou, stříkačky bez jehly a samostatné jehly; jiné pomůcky se do nich nepočítají.",
        "Místo je bod v terénu, k němuž patří všechny nálezy v jeho okolí; každé se za měsíc počítá jednou.",
        "Hodiny ve službě jsou plánované směny v mezích měsíce; směna přes jeho konec je rozdělena.",
        "Odsloužené hodiny jsou ze začátků a konců služby, které zapsali asistenti, bez přestávek.",
    ]
    if summary.totals.get("pieces"):
        notes.append(disposed_of(summary))
    if summary.lodging_houses:
        notes.append("Ubytovny se neuvádějí jménem.")
    return notes


def disposed_of(summary: MonthSummary) -> str:
    """What became of the month's pieces, in a sentence."""
    gone = figure_in_words(Unit.PIECES, summary.totals.get("handed_over", 0))
    held = figure_in_words(Unit.PIECES, summary.totals.get("held", 0))
    return f"Z nalezených kusů bylo do konce měsíce předáno k likvidaci {gone}, ve sběrných boxech zůstává {held}."


def _found(summary: MonthSummary) -> str:
    totals = summary.totals
    when = czech.in_month(summary.month.first_day).capitalize()
    if not totals["pieces"]:
        return f"{when} nenašli asistenti žádnou injekční stříkačku ani jehlu."
    pieces = figure_in_words(Unit.PIECES, totals["pieces"])
    places = czech.counted(totals["places"], "místě", "místech", "místech")
    events = czech.counted(totals["events"], "nálezu", "nálezech", "nálezech")
    sentence = f"{when} našli asistenti {pieces} injekčních stříkaček a jehel na{czech.SPACE}{places} při {events}"
    if totals["with_needle"]:
        with_needle = czech.counted(totals["with_needle"], "stříkačka", "stříkačky", "stříkaček")
        sentence += f", z{czech.SPACE}toho {with_needle} s{czech.SPACE}jehlou"
    return f"{sentence}."


def _within_reach_of_children(summary: MonthSummary) -> str:
    events = summary.totals["child_accessible_events"]
    if not events:
        return ""
    verb = czech.plural(events, "byl dostupný", "byly dostupné", "bylo dostupných")
    return f"Dětem {verb} {czech.counted(events, 'nález', 'nálezy', 'nálezů')}."


def _on_duty(summary: MonthSummary) -> str:
    people, seconds = summary.totals["assistants"], summary.totals["patrol_seconds"]
    if not people:
        return ""
    verb = czech.plural(people, "strávil", "strávili", "strávilo")
    assistants = czech.counted(people, "asistent", "asistenti", "asistentů")
    # Spent what: the only form that differs is that of a single hour.
    hours = figure_in_words(Unit.HOURS, seconds).replace("hodina", "hodinu")
    return f"Ve službě {verb} {assistants} celkem {hours}."
