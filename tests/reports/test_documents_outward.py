import json
from io import BytesIO

import docx
import pypdf

from reports.documents import docx as word
from reports.documents import pdf
from reports.documents.outward import outward
from reports.figures import BREAKDOWNS
from reports.summary import MonthSummary
from tests.reports.april import ASSISTANTS, LODGING_HOUSES, april, empty


def test_outward_names_no_lodging_house_and_nobody():
    inside = json.dumps(april().as_json(), ensure_ascii=False)
    outside = json.dumps(outward(april()).as_json(), ensure_ascii=False)

    for name in [*LODGING_HOUSES, *ASSISTANTS, "HD Hlubina, vchod 3", "Za ubytovnou"]:
        assert name in inside
        assert name not in outside


def test_outward_keeps_every_figure_of_localities():
    def figures(summary):
        return sorted(tuple(row.values.items()) for row in summary.breakdowns["locality"])

    assert figures(outward(april())) == figures(april())
    assert outward(april()).totals == april().totals


def test_outward_puts_lodging_houses_behind_the_named_and_before_what_lies_outside():
    assert [row.label for row in outward(april()).breakdowns["locality"]][-4:] == [
        "Kunčičky",
        "Ubytovna 1",
        "Ubytovna 2",
        "Mimo lokality",
    ]


def with_events(number: int) -> MonthSummary:
    """April with so many findings at each place."""
    return april(places=[place | {"events": number} for place in april().as_json()["places"]])


def test_outward_keeps_places_but_not_where_a_lodging_house_stands():
    places = outward(with_events(3)).places

    assert sum(place.pieces for place in places) == 85
    assert [(place.label, place.locality) for place in places[-3:]] == [
        ("Ubytovna 1, místo 1", "Ubytovna 1"),
        ("Ubytovna 2, místo 1", "Ubytovna 2"),
        ("Ubytovna 2, místo 2", "Ubytovna 2"),
    ]
    assert len({place.key for place in places}) == 17
    assert {round(place.latitude, 2) for place in places} == {place.latitude for place in places}
    assert {round(place.longitude, 2) for place in places} == {place.longitude for place in places}


def test_outward_puts_places_with_few_findings_together():
    inside = with_events(2)
    data = inside.as_json()
    data["places"][0]["events"] = 3
    places = outward(april(**data)).places

    assert (places[0].label, places[0].events) == (inside.places[0].label, 3)
    together = places[1:]
    assert {place.label.replace("\u00a0", " ").partition(" (")[0] for place in together} == {
        "Místa s méně než 3 nálezy"
    }
    assert len({place.locality for place in together}) == len(together)
    assert sum(int(place.label.rpartition("(")[2].rstrip(")")) for place in together) == 16
    assert sum(place.pieces for place in places) == 85
    assert sum(place.events for place in places) == 16 * 2 + 3
    said = json.dumps([place.label for place in together], ensure_ascii=False)
    assert not [place.label for place in inside.places if place.label in said]


def test_outward_replaces_a_lodging_house_in_the_names_of_others():
    data = with_events(3).as_json()
    data["places"][0]["label"] = "Parkoviště u hd hlubina"
    data["breakdowns"]["locality"][0]["label"] = "Okolí HD Hlubina"
    summary = outward(april(**data))

    assert summary.places[0].label == "Parkoviště u Ubytovna 1"
    assert summary.breakdowns["locality"][0].label == "Okolí Ubytovna 1"


def test_outward_of_an_empty_month_is_empty():
    assert outward(empty()).as_json() == {
        **empty().as_json(),
        "breakdowns": {name: [] for name in BREAKDOWNS if name != "assistant"},
    }


def test_narrative_names_no_lodging_house_in_papers_for_others():
    text = ["V ubytovně HD Hlubina jsme hovořili s obyvateli.", "– nalezeno 85 kusů"]
    summary = april(narrative=text)

    assert outward(summary).narrative == ("V ubytovně Ubytovna 1 jsme hovořili s obyvateli.", "– nalezeno 85 kusů")
    pages = " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf.build(summary))).pages)
    assert "Slovní hodnocení" in pages
    assert "hovořili s obyvateli" in pages
    paragraphs = {(part.style.name, part.text) for part in docx.Document(BytesIO(word.build(summary))).paragraphs}
    assert ("List Bullet", "nalezeno 85 kusů") in paragraphs
    assert not [part for _, part in paragraphs if "Hlubina" in part]
