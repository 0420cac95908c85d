"""What all documents of a month have in common: the same bytes for the same figures, wherever and whenever."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reports.documents import FORMATS
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
from reports.documents import FORMATS
from reports.summary import MonthSummary

summary = MonthSummary.from_json(json.load(sys.stdin))
print(json.dumps({name: sha256(kind.build(summary)).hexdigest() for name, kind in FORMATS.items()}))
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
    here = {name: hashlib.sha256(kind.build(summary)).hexdigest() for name, kind in FORMATS.items()}

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


@pytest.mark.parametrize(("name", "kilobytes"), [("pdf", 120), ("xlsx", 30), ("csv", 40), ("json", 30)])
def test_document_is_small(name, kilobytes):
    assert len(FORMATS[name].build(april())) < kilobytes * 1024
