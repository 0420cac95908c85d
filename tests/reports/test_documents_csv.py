import csv
import io
import json

from reports.documents import csv as document
from reports.documents import json as json_document
from reports.documents.wording import INTERNAL
from reports.figures import BREAKDOWNS, FIGURES, Unit
from reports.summary import MonthSummary
from tests.reports.april import april


def read(summary):
    """The file as an analyst reads it: a list of dictionaries by the header."""
    text = document.build(summary).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def number(row):
    """The figure's name and its whole value back from a row."""
    figure = next(figure for figure in FIGURES.values() if figure.label == row["ukazatel"])
    value = float(row["hodnota"].replace(",", "."))
    return figure.name, round(value * 3600) if figure.unit is Unit.HOURS else int(row["hodnota"])


def test_csv_parsed_back_equals_the_summary():
    summary = april(totals={**april().totals, "patrol_seconds": 2_925_001})
    rows = read(summary)

    assert dict(number(row) for row in rows if row["oddíl"] == "Celkem") == summary.totals
    for name, lines in summary.breakdowns.items():
        section = [row for row in rows if row["oddíl"] == BREAKDOWNS[name].label]
        parsed = {}
        for row in section:
            parsed.setdefault((row["klíč"], row["název"]), {}).update([number(row)])
        assert parsed == {(line.key, line.label): dict(line.values) for line in lines}
    places = {}
    for row in rows:
        if row["oddíl"] == "Místa nálezů":
            places.setdefault((row["klíč"], row["název"]), []).append(row["hodnota"])
    assert places == {
        (place.key, place.label): [
            place.locality,
            str(place.latitude).replace(".", ","),
            str(place.longitude).replace(".", ","),
            str(place.events),
            str(place.pieces),
        ]
        for place in summary.places
    }


def test_csv_says_what_it_is_and_of_which_figures():
    facts = {row["ukazatel"]: row["hodnota"] for row in read(april()) if row["oddíl"] == "Přehled"}

    assert facts == {
        "měsíc": "2021-04",
        "město": "Ostrava",
        "projekt": "Ostrava – Asistent prevence kriminality 2021",
        "číslo projektu": "314D083009247",
        "publicita": april().publicity,
        "otisk hodnot SHA-256": april().digest,
        "vydání": "",
        "poznámka": INTERNAL,
    }


def test_csv_holds_no_formula():
    data = april().as_json()
    data["places"][0]["label"] = '=HYPERLINK("http://zlo.example","Jílová")'
    data["project"]["name"] = "@SUM(1+1)"

    cells = [cell for row in read(april(**data)) for cell in row.values()]

    assert '\'=HYPERLINK("http://zlo.example","Jílová")' in cells
    assert "'@SUM(1+1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_json_reads_back_as_the_same_summary():
    data = json.loads(json_document.build(april()))

    assert data["sha256"] == april().digest
    assert MonthSummary.from_json(data) == april()
    assert MonthSummary.from_json(data).digest == data["sha256"]
