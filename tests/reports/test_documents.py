"""What all documents of a month have in common: the same bytes for the same figures, wherever and whenever."""

import hashlib
import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import jsonschema_rs
import pypdf
import pytest

from apk import czech
from reports.documents.imprint import UNISSUED, Imprint
from reports.documents.json import SCHEMA
from reports.papers import FORMATS
from tests.reports.april import april, empty

ROOT = Path(__file__).resolve().parents[2]

# Reads a summary, builds every document at the time given, writes the digests. Django is not set up: builders are pure.
BUILD = """
import datetime, json, sys, time

at = float(sys.argv[1])
time.time = lambda: at

class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(at, tz)

datetime.datetime = Clock

from hashlib import sha256
from reports.papers import FORMATS
from reports.summary import MonthSummary

from reports.documents.imprint import Imprint

summary = MonthSummary.from_json(json.load(sys.stdin))
issued = Imprint(2, "průběžná čísla")
print(json.dumps({name: sha256(kind.build(summary, issued)).hexdigest() for name, kind in FORMATS.items()}))
"""


def built_elsewhere(summary, *, at, **environment):
    """SHA-256 of every document as another process builds it, at the second `at` of Unix time."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(at)],
        input=json.dumps(summary.as_json()),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **environment},
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("summary", [april(), empty()], ids=["april", "empty"])
def test_documents_are_the_same_bytes_in_other_processes_time_zones_and_years(summary):
    issued = Imprint(2, "průběžná čísla")
    here = {name: hashlib.sha256(kind.build(summary, issued)).hexdigest() for name, kind in FORMATS.items()}

    # 2 May 2021 in New Zealand is still 1 May in Prague; 2031 comes after every release used today.
    tomorrow = built_elsewhere(summary, at=1619877600, TZ="Pacific/Auckland", PYTHONHASHSEED="1", LANG="C")
    in_years = built_elsewhere(summary, at=1924991999, TZ="America/Los_Angeles", PYTHONHASHSEED="2", LANG="cs_CZ.UTF-8")

    assert here == tomorrow == in_years


@pytest.mark.parametrize("name", FORMATS)
def test_document_changes_when_a_figure_does(name):
    changed = april(totals={**april().totals, "pieces": 86})

    assert FORMATS[name].build(changed) != FORMATS[name].build(april())


@pytest.mark.parametrize("name", FORMATS)
def test_document_does_not_depend_on_the_order_that_a_database_kept(name):
    data = april().as_json()
    reordered = april(
        totals=dict(reversed(data["totals"].items())), breakdowns=dict(reversed(data["breakdowns"].items()))
    )

    assert FORMATS[name].build(reordered) == FORMATS[name].build(april())


@pytest.mark.parametrize(("name", "kilobytes"), [("pdf", 200), ("docx", 100), ("xlsx", 35), ("csv", 40), ("json", 30)])
def test_document_is_small(name, kilobytes):
    assert len(FORMATS[name].build(april())) < kilobytes * 1024


@pytest.mark.parametrize("summary", [april(), empty()], ids=["april", "empty"])
@pytest.mark.parametrize("imprint", [UNISSUED, Imprint(3, "průběžná čísla")], ids=["alone", "in an edition"])
def test_json_is_what_its_schema_says(summary, imprint):
    validator = jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text()))

    assert [error.message for error in validator.iter_errors(json.loads(FORMATS["json"].build(summary, imprint)))] == []


@pytest.mark.parametrize(
    "change",
    [{"month": "2021-4"}, {"extra": 1}, {"totals": {"pieces": 85}}, {"sha256": "x"}, {"places": [{"key": "1"}]}],
)
def test_schema_refuses_what_is_not_a_summary(change):
    validator = jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text()))

    assert not validator.is_valid({**json.loads(FORMATS["json"].build(april())), **change})


def test_every_document_says_which_edition_it_is():
    built = {name: kind.build(april(), Imprint(7, "uzavřená verze 2")) for name, kind in FORMATS.items()}

    pages = [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(built["pdf"])).pages]
    assert all("Vydání 7 – uzavřená verze 2" in page for page in pages)
    assert json.loads(built["json"])["edition"] == {"number": 7, "standing": "uzavřená verze 2"}
    assert f"vydání;;Vydání{czech.SPACE}7 – uzavřená verze 2" in built["csv"].decode()
    assert all(built[name] != kind.build(april()) for name, kind in FORMATS.items())
