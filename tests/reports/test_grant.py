"""The frozen value of a grant report: how its cells are written, what its digest covers."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from apk.czech import SPACE
from reports.grant import Cell, GrantReport, Kind, MonthState
from reports.summary import UnknownSchemaError
from tests.reports.grants import EVERY_KIND, interim


def test_cells_are_written_as_czech_readers_write():
    assert [cell.text.replace(SPACE, " ") for cell in EVERY_KIND] == [
        "Jílová",
        "1 234",
        "812,5",
        "6,75",
        "2 450 000,50 Kč",
        "83,3 %",
        "5. 4. 2021",
        "–",
    ]


def test_json_holds_every_value_and_the_digest_names_it():
    report = interim()
    data = json.loads(json.dumps(report.as_json()))

    values = [cell["value"] for cell in data["sections"][1]["tables"][1]["rows"][0]]
    assert values == ["Jílová", 1234, 2_925_000, "6.75", "2450000.50", "83.333", "2021-04-05", None]
    assert data["sections"][0]["facts"] == [{"label": "Podpořená místa", "kind": "whole", "value": 7, "records": None}]
    assert data["annexes"][0] == {"title": "Fotografie z dopravního hřiště", "file": "fotografie.pdf"}
    assert GrantReport.from_json(data) == report
    assert interim().digest == report.digest == GrantReport.from_json(data).digest
    # Reports that were handed over before it was said have the digest that they had.
    assert "earlier" not in data
    further = replace(report, earlier=report.months)
    assert GrantReport.from_json(json.loads(json.dumps(further.as_json()))) == further
    with pytest.raises(UnknownSchemaError, match="verzi 99"):
        GrantReport.from_json(data | {"schema": 99})
    assert len(report.digest) == 64


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Jiná"},
        {"totals": {"pieces": 144}},
        {"sections": ()},
        {"project": replace(interim().project, city_share=Decimal(1))},
        {"months": interim().months[:2]},
        {"annexes": ()},
        {"earlier": interim().months[:1]},
    ],
)
def test_digest_changes_with_anything_that_is_said(change):
    assert replace(interim(), **change).digest != interim().digest


def test_report_is_provisional_until_every_month_is_sealed():
    report = interim()
    sealed = tuple(replace(month, state=MonthState.SEALED) for month in report.months)

    assert report.is_provisional
    assert not replace(report, months=sealed).is_provisional
    assert replace(report, months=sealed, earlier=report.months[2:]).is_provisional


def test_only_numbers_stand_to_the_right():
    assert [kind for kind in Kind if not kind.is_number] == [Kind.TEXT, Kind.DAY]
    assert Cell(None).text == "–"
