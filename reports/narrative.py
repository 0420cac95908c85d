"""What the coordinator writes, with figures put in by reference, so that a text cannot contradict the numbers. Pure.

„Našlo se {{nalezy.kusy.slovy}}." becomes „Našlo se 85 kusů." A reference is a name in double braces and nothing else:
no expression, no filter, no template engine ever sees what people type. Only its value takes its place, so a value
that looks like a reference stays as it is.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from django.utils.text import slugify

from reports.documents.wording import figure_in_words, figure_text, one_line
from reports.figures import FIGURES, Figure, Records

REFERENCE = re.compile(r"\{\{([^{}\n]*)\}\}")
BULLET = re.compile(r"^[-–•*]\s+")

IN_WORDS = "slovy"
"""The last part of a reference that also gives the unit in its right form."""

GROUPS: dict[str, str] = {
    Records.FINDINGS: "nalezy",
    Records.SHIFTS: "sluzba",
    Records.ATTENDANCE: "dochazka",
    Records.ACTIVITIES: "cinnosti",
    Records.HANDOVERS: "likvidace",
    Records.TRAININGS: "skoleni",
}
NAMES = {
    "events": "udalosti",
    "pieces": "kusy",
    "with_needle": "s-jehlou",
    "without_needle": "bez-jehly",
    "needles": "jehly",
    "paraphernalia": "pomucky",
    "places": "mista",
    "child_accessible_events": "dostupne-detem",
    "patrol_seconds": "hodiny",
    "assistants": "asistenti",
    "served_seconds": "hodiny",
    "activities": "pocet",
    "contacts": "kontakty",
    "children": "deti",
    "referrals": "pomoc",
    "called_patrols": "hlidky",
    "counted": "zapsane-pocty",
    "handed_over": "predano",
    "held": "v-drzeni",
    "delivered": "podle-dokladu",
    "trainings": "pocet",
    "trained": "lidi",
}
"""Figures whose names people know; any other is called by its Czech label without accents."""


@dataclass(frozen=True)
class Reference:
    """A reference that may be used: what it means, what stands in its place now."""

    name: str
    label: str
    value: str

    @property
    def written(self) -> str:
        """As it is typed: „{{nalezy.kusy}}"."""
        return f"{{{{{self.name}}}}}"


def name_of(figure: Figure) -> str:
    """The name by which texts refer to a figure: „nalezy.kusy"."""
    group = GROUPS.get(figure.records, str(figure.records))
    return f"{group}.{NAMES.get(figure.name) or slugify(figure.label)}"


def references(totals: Mapping[str, int], others: Iterable[Reference] = ()) -> list[Reference]:
    """Everything that a text over these totals may refer to; `others` are those that are no figures."""
    found = list(others)
    for figure in FIGURES.values():
        if figure.name in totals:
            name, value = name_of(figure), totals[figure.name]
            found.append(Reference(name, figure.label, figure_text(figure.unit, value)))
            in_words = figure_in_words(figure.unit, value)
            found.append(Reference(f"{name}.{IN_WORDS}", f"{figure.label} s jednotkou", in_words))
    return found


def objections(text: str, known: Iterable[Reference]) -> list[str]:
    """What is wrong with a text, in Czech sentences that say what to do; nothing when it can be resolved."""
    names = [reference.name for reference in known]
    sentences = []
    for typed in dict.fromkeys(REFERENCE.findall(text)):
        if typed.strip() in names:
            continue
        near = get_close_matches(typed.strip(), names, n=1)
        advice = f"Nemělo to být {{{{{near[0]}}}}}?" if near else "Vyberte některý z odkazů vypsaných u formuláře."
        sentences.append(f"Odkaz {{{{{typed}}}}} neznáme. {advice}")
    rest = REFERENCE.sub("", text)
    if "{{" in rest or "}}" in rest:
        sentences.append("Odkaz začíná {{ a končí }} na stejném řádku. Jedna z těch dvojic závorek v textu chybí.")
    return sentences


def paragraphs(text: str, known: Iterable[Reference]) -> tuple[str, ...]:
    """The text as it is read: each line that is not empty is a paragraph, „– “ at its start makes it an item.

    A reference that is no longer known says so in its place: the text must not lose it in silence.
    """
    values = {reference.name: reference.value for reference in known}

    def value(match: re.Match[str]) -> str:
        return values.get(match[1].strip(), f"[neznámý odkaz {match[1].strip()}]")

    # The line is tidied first: a value brings no-break spaces that must stay.
    lines = (REFERENCE.sub(value, one_line(line)) for line in text.splitlines())
    return tuple(BULLET.sub("– ", line) for line in lines if line)
