"""Texts with figures put in by reference: what is resolved, what is refused, what is never run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apk.czech import SPACE
from reports.figures import FIGURES
from reports.narrative import Reference, name_of, objections, paragraphs, references

TOTALS = dict.fromkeys(FIGURES, 0) | {"events": 29, "pieces": 85, "places": 17, "patrol_seconds": 2_925_000}
KNOWN = references(TOTALS, [Reference("projekt.nazev", "Název", "APK {{nalezy.kusy}} <b>2021</b>")])


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Našlo se {{nalezy.kusy}}.", "Našlo se 85."),
        ("Našlo se {{nalezy.kusy.slovy}} na {{ nalezy.mista }} místech.", "Našlo se 85 kusů na 17 místech."),
        ("{{sluzba.hodiny.slovy}}", "812,5 hodiny"),
        ("{{nalezy.udalosti.slovy}}", "29 událostí"),
        # What stands in for a reference is never read as one.
        ("{{projekt.nazev}}", "APK {{nalezy.kusy}} <b>2021</b>"),
        ("{{neco.davno.zruseneho}}", "[neznámý odkaz neco.davno.zruseneho]"),
        ("{% load x %} {{ 7|add:1 }} {# #}", "{% load x %} [neznámý odkaz 7|add:1] {# #}"),
        ("{jedna} {{", "{jedna} {{"),
        ("a\u202eb\0c", "abc"),
    ],
)
def test_references_become_figures_and_nothing_else_happens(text, read):
    assert [line.replace(SPACE, " ") for line in paragraphs(text, KNOWN)] == [read]


def test_lines_are_paragraphs_and_dashes_make_items():
    text = "První  odstavec.\r\n\r\n- jedna\n• druhá\n   \n-bez mezery"

    assert paragraphs(text, KNOWN) == ("První odstavec.", "– jedna", "– druhá", "-bez mezery")
    assert paragraphs(" \n\t\n", KNOWN) == ()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Bez odkazu.", []),
        ("{{nalezy.kusy}} a {{projekt.nazev}}", []),
        ("{{nalezy.kus}}", ["Odkaz {{nalezy.kus}} neznáme. Nemělo to být {{nalezy.kusy}}?"]),
        ("{{xyz}} {{xyz}}", ["Odkaz {{xyz}} neznáme. Vyberte některý z odkazů vypsaných u formuláře."]),
        ("{{}}", ["Odkaz {{}} neznáme. Vyberte některý z odkazů vypsaných u formuláře."]),
        ("{{nalezy.kusy", ["Odkaz začíná {{ a končí }} na stejném řádku. Jedna z těch dvojic závorek v textu chybí."]),
        ("nalezy.kusy}}", ["Odkaz začíná {{ a končí }} na stejném řádku. Jedna z těch dvojic závorek v textu chybí."]),
    ],
)
def test_what_cannot_be_resolved_is_said_in_czech(text, sentences):
    assert objections(text, KNOWN) == sentences


def test_every_figure_has_a_name_of_its_own():
    names = [name_of(figure) for figure in FIGURES.values()]

    assert len(set(names)) == len(names) == len(FIGURES)
    assert name_of(FIGURES["pieces"]) == "nalezy.kusy"


@given(st.text(alphabet="{}nalezy.kusy 1\n-%<", max_size=60))
def test_any_text_is_read_or_refused(text):
    read = paragraphs(text, KNOWN)

    assert all(line and "\n" not in line for line in read)
    if not objections(text, KNOWN):
        assert "neznámý odkaz" not in "".join(read)
