import warnings
import zipfile
from io import BytesIO

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apk import czech
from reports.documents import charts
from reports.documents import docx as document
from reports.documents.imprint import Imprint
from reports.documents.outward import outward
from reports.documents.wording import figure_text, headline, one_line
from reports.figures import BREAKDOWNS, FIGURES
from tests.reports.april import ASSISTANTS, LODGING_HOUSES, PUBLICITY, april, empty

ISSUED = Imprint(2, "průběžná čísla")


def opened(summary, imprint=ISSUED):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return docx.Document(BytesIO(document.build(summary, imprint)))


def lines(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def everything(file):
    texts = [paragraph.text for paragraph in file.paragraphs]
    return "\n".join([*texts, *(text for table in file.tables for line in lines(table) for text in line)])


@pytest.fixture(scope="module")
def file():
    return opened(april())


def test_document_is_made_of_words_own_styles(file):
    styles = [(paragraph.style.name, paragraph.text) for paragraph in file.paragraphs]

    assert ("Title", f"Měsíční přehled – duben{czech.SPACE}2021".replace(czech.SPACE, " ")) in styles
    assert [text for name, text in styles if name == "Heading 1"] == [
        "Ukazatele",
        "Kde se našlo nejvíc",
        "Kdy se našlo nejvíc",
        "Podle lokalit",
        "Podle městských obvodů",
        "Podle druhu místa",
        "Činnosti podle druhu",
        "Činnosti podle lokalit",
        "Zapsané počty",
        "Pomoc podle organizací",
        "Pomoc podle důvodu",
        "Přivolané hlídky podle druhu",
        "Školení podle druhu",
        "Místa nálezů",
        "Poznámky",
    ]
    assert ("Normal", one_line(headline(april()))) in styles
    assert len([name for name, _ in styles if name == "List Bullet"]) == 6


def test_contents_name_every_heading_and_lead_to_it(file):
    links = [link for part in file.paragraphs if part.style.name == "toc 1" for link in part._p.xpath("w:hyperlink")]
    marks = {
        mark.get(docx.oxml.ns.qn("w:name")): part.text
        for part in file.paragraphs
        if part.style.name == "Heading 1"
        for mark in part._p.xpath("w:bookmarkStart")
    }

    assert len(links) == len(marks) == 15
    assert {
        link.get(docx.oxml.ns.qn("w:anchor")): "".join(text.text for text in link.xpath(".//w:t")) for link in links
    } == marks
    # Whoever edits the text lets Word make them anew.
    (made,) = [run.text for part in file.paragraphs for run in part._p.xpath(".//w:instrText")]
    assert made.split()[0] == "TOC"


def test_charts_are_pictures_that_say_what_they_show(file):
    described = [shape._inline.docPr.get("descr") for shape in file.inline_shapes]

    assert described == [chart["alt"] for chart in charts.of_month(outward(april()))]
    assert "Ubytovna 2 11" in described[0]
    images = [part.blob for part in file.part.package.iter_parts() if part.partname.endswith(".png")]
    assert sorted(images) == sorted(charts.picture(chart) for chart in charts.of_month(outward(april())))
    assert not opened(empty()).inline_shapes


def test_tables_hold_the_figures_of_the_summary(file):
    totals, localities, *_, places = file.tables

    assert ["Nalezené kusy celkem", "85 kusů"] in lines(totals)
    assert len(lines(totals)) == 1 + len(FIGURES)
    figures = BREAKDOWNS["locality"].figures
    rows = {line[0]: line[1:] for line in lines(localities)}
    for row in april().breakdowns["locality"]:
        if row.label not in LODGING_HOUSES:
            expected = [one_line(figure_text(figure.unit, row.values[figure.name])) for figure in figures]
            assert rows[row.label] == expected
    assert lines(places)[-1] == ["Celkem 17 míst", "", "20", "85"]


def test_document_names_no_lodging_house_and_nobody(file):
    text = everything(file)

    assert "Ubytovna 1" in text
    assert not [name for name in [*LODGING_HOUSES, *ASSISTANTS, "vchod 3", "Za ubytovnou"] if name in text]


def test_header_of_a_table_is_repeated_and_no_row_is_torn(file):
    for table in file.tables:
        first, *others = (row._tr.trPr for row in table.rows)
        assert first.xpath("w:tblHeader")
        assert not [row for row in others if row.xpath("w:tblHeader")]
        assert all(row.xpath("w:cantSplit") for row in (first, *others))


def test_foot_of_each_page_has_the_digest_the_edition_and_the_page(file):
    foot = file.sections[0].footer
    text = "\n".join(paragraph.text for paragraph in foot.paragraphs)

    assert PUBLICITY in text
    assert f"Otisk hodnot SHA-256: {april().digest}" in text
    assert "Vydání 2 – průběžná čísla" in text
    instructions = foot._element.xpath(".//w:instrText")
    assert [instruction.text.strip() for instruction in instructions] == ["PAGE", "NUMPAGES"]


def test_document_is_czech_and_of_its_month(file):
    about = file.core_properties

    assert (about.language, about.author, about.created.isoformat()[:10]) == ("cs-CZ", "", "2021-04-30")
    assert file.styles["Normal"].element.rPr.find(docx.oxml.ns.qn("w:lang")).get(docx.oxml.ns.qn("w:val")) == "cs-CZ"
    with zipfile.ZipFile(BytesIO(document.build(april()))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2021, 4, 30, 0, 0, 0)}


def test_empty_month_says_so():
    text = everything(opened(empty()))

    assert text.count("V tomto měsíci tu není žádný záznam.") == 4


@settings(max_examples=8, deadline=None)
@given(st.text(max_size=60))
def test_any_text_makes_a_sound_document(text):
    data = april().as_json()
    data["places"][0] |= {"label": text, "events": 3}
    data["project"] = {"name": text, "number": text, "publicity": text}

    assert lines(opened(april(**data)).tables[-1])[1][0] == one_line(text)
