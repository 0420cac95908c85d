"""A month's workbook with very many rows against the same cells written by xlsxwriter alone, in time and memory.

Each is made in a process of its own, which measures its own peak of memory: what the workbook adds to the figures that
are in memory already.
"""

import json
import resource
import subprocess
import sys
import time
from io import BytesIO

from xlsxwriter import Workbook

from apk.calendar import Month
from benchmarks.ground import conditions
from reports.documents import xlsx
from reports.figures import BREAKDOWNS, FIGURES
from reports.summary import MonthSummary, PlacePoint

SIZES = (1_000, 10_000, 100_000)
COLUMNS = ("Místo", "Lokalita", "Zeměpisná šířka", "Zeměpisná délka", "Nálezy", "Kusů")


def run() -> None:
    """Prints the time and the memory of both."""
    print(f"\nA workbook with many places, the better of two processes ({conditions()})")
    print(f"{'rows':>10}{'ours s':>10}{'bare s':>10}{'×':>8}{'ours MB':>10}{'bare MB':>10}")
    for size in SIZES:
        ours, bare = (min(elsewhere(how, size) for _ in range(2)) for how in ("ours", "bare"))
        print(f"{size:>10}{ours[0]:>10.2f}{bare[0]:>10.2f}{ours[0] / bare[0]:>7.2f}×{ours[1]:>10.0f}{bare[1]:>10.0f}")


def elsewhere(how: str, size: int) -> tuple[float, float]:
    """Seconds and megabytes of one workbook, made by a process of its own."""
    code = f"import django; django.setup(); from benchmarks import workbook; workbook.measure({how!r}, {size})"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes


def measure(how: str, size: int) -> None:
    """Makes the workbook and prints [seconds, megabytes above what the figures take]."""
    summary = month_of(size)
    # What the digest takes, a copy of the figures as JSON, is not measured.
    vars(summary)["digest"] = "0" * 64
    before, start = peak(), time.perf_counter()
    content = xlsx.build(summary) if how == "ours" else bare(summary)
    print(json.dumps([time.perf_counter() - start, peak() - before]))
    if len(content) < size:
        raise ValueError("the workbook is too small to hold the rows")


def peak() -> float:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def month_of(size: int) -> MonthSummary:
    """A month with so many places."""
    places = tuple(
        PlacePoint(str(n), f"Park u domu číslo {n}", f"Lokalita {n % 200}", 49.8 + n / 10**6, 18.2 + n / 10**6, 2, 5)
        for n in range(size)
    )
    totals = dict.fromkeys(FIGURES, 0) | {"events": 2 * size, "pieces": 5 * size, "places": size}
    return MonthSummary(
        month=Month(2021, 4),
        city="Ostrava",
        project_name="",
        project_number="",
        publicity="",
        totals=totals,
        breakdowns=dict.fromkeys(BREAKDOWNS, ()),
        places=places,
        lodging_houses=(),
    )


def bare(summary: MonthSummary) -> bytes:
    """The same rows with the same number formats, and nothing else, in the mode that keeps no row."""
    file = BytesIO()
    workbook = Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    text = workbook.add_format({"bottom": 1})
    degrees, count = (workbook.add_format({"bottom": 1, "num_format": form}) for form in ("0.00000", "#,##0"))
    sheet = workbook.add_worksheet("Místa nálezů")
    for column, header in enumerate(COLUMNS):
        sheet.write_string(0, column, header)
    for row, place in enumerate(summary.places, start=1):
        sheet.write_string(row, 0, place.label, text)
        sheet.write_string(row, 1, place.locality, text)
        sheet.write_number(row, 2, place.latitude, degrees)
        sheet.write_number(row, 3, place.longitude, degrees)
        sheet.write_number(row, 4, place.events, count)
        sheet.write_number(row, 5, place.pieces, count)
    workbook.close()
    return file.getvalue()
