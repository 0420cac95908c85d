import pytest

from apk import czech
from apk.calendar import Month
from reports.documents.wording import figure_in_words, figure_text, headline, one_line, title, unit_text
from reports.figures import Unit
from tests.reports.april import april, empty


def plain(text):
    return text.replace(czech.SPACE, " ")


def april_with(**totals):
    return april(totals={**april().totals, **totals})


def test_title_names_the_month():
    assert plain(title(april())) == "Měsíční přehled – duben 2021"


def test_headline_tells_the_month_in_sentences():
    assert plain(headline(april())) == (
        "V dubnu 2021 našli asistenti 85 kusů injekčních stříkaček a jehel na 17 místech při 20 nálezech,"
        " z toho 52 stříkaček s jehlou. Dětem bylo dostupných 6 nálezů. Ve službě strávilo 7 asistentů celkem"
        " 812,5 hodiny."
    )


def test_headline_of_an_empty_month_says_so():
    assert plain(headline(empty())) == "V únoru 2022 nenašli asistenti žádnou injekční stříkačku ani jehlu."


def test_headline_in_the_singular():
    alone = {"pieces": 1, "places": 1, "events": 1, "with_needle": 1, "child_accessible_events": 1}

    assert plain(headline(april_with(**alone, assistants=1, patrol_seconds=3600))) == (
        "V dubnu 2021 našli asistenti 1 kus injekčních stříkaček a jehel na 1 místě při 1 nálezu,"
        " z toho 1 stříkačka s jehlou. Dětem byl dostupný 1 nález. Ve službě strávil 1 asistent celkem 1 hodinu."
    )


def test_headline_leaves_out_what_did_not_happen():
    few = {"pieces": 3, "places": 2, "events": 2, "with_needle": 0, "child_accessible_events": 0, "assistants": 0}

    assert plain(headline(april_with(**few))) == (
        "V dubnu 2021 našli asistenti 3 kusy injekčních stříkaček a jehel na 2 místech při 2 nálezech."
    )


@pytest.mark.parametrize(
    ("number", "beginning"),
    [
        (1, "V lednu"),
        (2, "V únoru"),
        (3, "V březnu"),
        (4, "V dubnu"),
        (5, "V květnu"),
        (6, "V červnu"),
        (7, "V červenci"),
        (8, "V srpnu"),
        (9, "V září"),
        (10, "V říjnu"),
        (11, "V listopadu"),
        (12, "V prosinci"),
    ],
)
def test_headline_declines_the_month(number, beginning):
    assert plain(headline(april(month=str(Month(2021, number))))).startswith(f"{beginning} 2021 ")


@pytest.mark.parametrize(
    ("unit", "value", "column", "words"),
    [
        (Unit.PIECES, 1, "1", "1 kus"),
        (Unit.PIECES, 1234, "1 234", "1 234 kusů"),
        (Unit.HOURS, 0, "0,0", "0 hodin"),
        (Unit.HOURS, 3600, "1,0", "1 hodina"),
        (Unit.HOURS, 2 * 3600, "2,0", "2 hodiny"),
        (Unit.HOURS, 8 * 3600, "8,0", "8 hodin"),
        (Unit.HOURS, 8 * 3600 + 1800, "8,5", "8,5 hodiny"),
        (Unit.HOURS, 3420, "1,0", "1 hodina"),
        (Unit.HOURS, 2_925_000, "812,5", "812,5 hodiny"),
    ],
)
def test_figure_agrees_with_its_unit(unit, value, column, words):
    assert plain(figure_text(unit, value)) == column
    assert plain(figure_in_words(unit, value)) == words
    assert words.endswith(f" {unit_text(unit, value)}")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Za garážemi", "Za garážemi"),
        ("Jı\u0301lova\u0301", "Jı\u0301lov\u00e1"),
        ("Ji\u0301lova\u0301", "Jílová"),
        ("  dvě\r\nřádky\t a  mezery ", "dvě řádky a mezery"),
        ("\u202eobráceně\u200b\x07\ufffe", "obráceně"),
        ("\ud800", ""),
    ],
)
def test_text_of_people_becomes_one_printable_line(text, line):
    assert one_line(text) == line
