import re
import unicodedata
from io import BytesIO

import pikepdf
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apk import typesetting
from reports.documents import pdf
from reports.documents.wording import headline
from tests.reports.april import ASSISTANTS, LODGING_HOUSES, PUBLICITY, april, empty

OF_LOCALITIES = (
    "Pruhový graf, nalezené kusy podle lokalit: Hrušov 22, Přednádraží 16, Jílová 13, Ubytovna 2 11, Sirotčí 7,"
    " Mimo lokality 6, Chemik 4, Zárubek 3 a Ubytovna 1 3."
)
OF_DAYS = (
    "Sloupcový graf, nalezené kusy podle dnů: 1. 6, 2. 2, 3. 5, 4. 6, 5. 1, 6. 2, 7. 7, 8. 3, 9. 4, 10. 3, 11. 17,"
    " 12. 4, 13. 1, 14. 4, 15. 3, 16. 7, 17. 4, 18. 2, 19. 3 a 20. 1. V ostatní dny se nenašlo nic."
)


def words(text):
    """Text with every space alike: lines of a page end where they must."""
    return " ".join(text.split())


def pages(summary):
    return [words(page.extract_text()) for page in pypdf.PdfReader(BytesIO(pdf.build(summary))).pages]


@pytest.fixture(scope="module")
def april_pages():
    return pages(april())


def structure(file):
    """The standard structure types of the document's tags in reading order, with their alternative texts."""
    root = file.Root.StructTreeRoot
    roles = root.get("/RoleMap", {})
    waiting, found = [root], []
    while waiting:
        node = waiting.pop(0)
        if not isinstance(node, pikepdf.Dictionary):
            continue
        if "/S" in node:
            found.append((str(roles.get(node.S, node.S)), str(node.get("/Alt", ""))))
        children = node.get("/K", [])
        waiting = [*(children if isinstance(children, pikepdf.Array) else [children]), *waiting]
    return found


@pytest.fixture(scope="module")
def opened():
    with pikepdf.open(BytesIO(pdf.build(april()))) as file:
        yield file


def test_pdf_is_an_archive_file_that_everybody_can_read(opened):
    metadata = opened.open_metadata()
    stated = {name: metadata[name] for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")}

    assert stated == {"pdfaid:part": "2", "pdfaid:conformance": "A", "pdfuaid:part": "1"}
    assert opened.Root.MarkInfo.Marked
    assert str(opened.Root.Lang) == "cs-CZ"
    assert opened.Root.ViewerPreferences.DisplayDocTitle


def test_pdf_has_the_date_of_its_month_and_of_nothing_else(opened):
    assert str(opened.docinfo.CreationDate).startswith("D:20210430")
    assert set(re.findall(rb"20[0-9]{2}-[0-9]{2}-[0-9]{2}T", opened.Root.Metadata.read_bytes())) == {b"2021-04-30T"}


def test_pdf_is_tagged_with_headings_tables_and_described_charts(opened):
    tags = structure(opened)
    names = [name for name, _ in tags]

    assert names.count("/H1") == 15
    assert names.count("/Table") == 12
    assert names.count("/THead") == names.count("/TBody") == 12
    # The list of figures has no total.
    assert names.count("/TFoot") == 11
    assert names.count("/TH") == 2 + 11 + 11 + 9 + 6 + 6 + 2 + 2 + 2 + 2 + 3 + 4
    assert [alt for name, alt in tags if name == "/Figure"] == [OF_LOCALITIES, OF_DAYS]


def test_pdf_has_bookmarks_of_its_parts(opened):
    with opened.open_outline() as outline:
        assert [item.title for item in outline.root] == [
            "Kde se našlo nejvíc",
            "Kdy se našlo nejvíc",
            "Ukazatele",
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


def test_pdf_begins_with_its_contents(opened, april_pages):
    names = [name for name, _ in structure(opened)]

    assert (names.count("/TOC"), names.count("/TOCI")) == (1, 15)
    assert re.search(r"Podle lokalit[ .]*3 Podle městských obvodů[ .]*3 ", april_pages[0])


def test_pdf_embeds_its_typeface_alone(opened):
    fonts = {str(item.get("/BaseFont")) for item in opened.objects if isinstance(item, pikepdf.Dictionary)}

    assert {name.split("+")[-1] for name in fonts if name != "None"} == {"Roboto-Regular"}


def test_pdf_tells_the_month_in_text_with_diacritics(april_pages):
    text = april_pages

    assert "Měsíční přehled – duben 2021" in text[0]
    assert "Ostrava – Asistent prevence kriminality 2021 · 314D083009247" in text[0]
    assert words(headline(april())) in text[0]
    assert "85 kusů injekčních stříkaček a jehel na 17 místech" in text[0]
    assert "místo pro logo Ministerstvo vnitra ČR" in text[0]
    assert "Celkem 20 85 52 25 8 40 17 6 812,5 7" in " ".join(text)
    assert "Celkem 17 míst 20 85" in " ".join(text)


def test_pdf_states_on_every_page_who_pays_the_digest_and_the_page(april_pages):
    text = april_pages

    for number, page in enumerate(text, start=1):
        assert PUBLICITY in page
        assert f"Otisk hodnot SHA-256: {april().digest}" in page
        assert f"Strana {number} z {len(text)}" in page


def test_pdf_names_no_lodging_house_and_nobody(april_pages):
    text = " ".join(april_pages)

    assert "Ubytovna 1" in text
    assert not [name for name in [*LODGING_HOUSES, *ASSISTANTS, "vchod 3", "Za ubytovnou"] if name in text]


def test_pdf_says_which_total_is_not_a_sum(april_pages):
    text = " ".join(april_pages)

    assert text.count("není celkem součtem") == 3
    assert "812,5 7 Ve sloupci „Asistentů“ není celkem součtem: co je ve více řádcích, počítá se jen jednou." in text
    assert "17 6 Ve sloupci „Míst“ není celkem součtem: co je ve více řádcích, počítá se jen jednou." in text


def test_pdf_of_an_empty_month_says_so():
    text = " ".join(pages(empty()))

    assert "V únoru 2022 nenašli asistenti žádnou injekční stříkačku ani jehlu." in text
    assert text.count("V tomto měsíci tu není žádný záznam.") == 4
    assert "Kde se našlo nejvíc" not in text


@pytest.mark.parametrize(
    "text",
    ["#panic(1)", "*tučně* _kurzíva_ `kód`", "$ x^2 $", "= Nadpis", "\\ #[sys] <a> @b // c", '" + panic() + "', "]["],
)
def test_text_of_people_is_never_markup(text):
    data = april().as_json()
    data["places"][0] |= {"label": text, "events": 3}
    data["project"]["name"] = text
    data["project"]["publicity"] = f"Hradí {text} a město."
    first, *others = pages(april(**data))

    assert f"{words(text)} · 314D083009247" in first
    assert f"{words(text)} Jílová 3 8" in " ".join(others)
    assert f"Hradí {words(text)} a město." in others[-1]


def test_pdf_draws_every_character_it_allows():
    allowed = [chr(code) for code in range(0x3000) if not typesetting.UNDRAWABLE.match(chr(code))]
    drawn = [character for character in allowed if unicodedata.category(character)[0] in "LNPS"]
    data = april().as_json()
    data["places"][0]["events"] = 3
    for start in range(0, len(drawn), 20):
        data["places"].append({**data["places"][0], "label": "".join(drawn[start : start + 20])})
    text = "".join(pages(april(**data)))

    assert len(drawn) > 500
    assert [character for character in drawn if character not in text] == []


def test_pdf_replaces_what_its_typeface_lacks():
    data = april().as_json()
    data["places"][0] |= {"label": "Hřiště 😀 中 עברית", "events": 3}

    assert "Hřiště \ufffd \ufffd \ufffd\ufffd\ufffd\ufffd\ufffd Jílová" in " ".join(pages(april(**data)))


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80))
def test_any_text_makes_a_sound_pdf(text):
    data = april().as_json()
    data["places"][0] |= {"label": text, "events": 3}
    data["breakdowns"]["locality"][0]["label"] = text
    data["project"] = {"name": text, "number": text, "publicity": text}
    data["city"] = text

    assert "Celkem 17 míst 20 85" in " ".join(pages(april(**data)))


def test_pdf_of_a_large_city_goes_over_pages_with_the_header_repeated():
    data = april().as_json()
    row = data["breakdowns"]["locality"][0]
    data["breakdowns"]["locality"] = [{**row, "key": str(n), "label": f"Lokalita {n}"} for n in range(1, 121)]
    text = pages(april(**data))

    assert [number for number, page in enumerate(text) if "Lokalita Nálezy Kusů S jehlou" in page] == [2, 3, 4]
    assert sum(page.count("Celkem 20 85 52") for page in text) == 3
    assert "Ostatní lokality (105) jsou v tabulce." in text[1]
