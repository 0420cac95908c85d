"""Counting a month against raw SQL, how both grow, and how much memory the counting takes.

The first gives the whole summary: totals, every breakdown, places, hours, labels, and the fingerprint of what it was
made of. The second gives eight sums of findings in one statement; the third gives the same breakdowns as the first, of
findings and of a tenth as many activities with a number each, by statements written by hand. Twice: when the month
itself grows, and when only the years around it do. `LARGEST=10000000` measures a size more.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from math import log

from django.db import connection

from apk.calendar import Month
from apk.localities.models import District, Locality
from apk.people.access import Role
from apk.people.models import Assistant, User
from benchmarks.ground import conditions, median_ratio, seconds
from patrols.models import Announcement, Shift
from reports import counting
from reports.inputs import fingerprints

MONTH = Month(2021, 4)
LARGEST = int(os.environ.get("LARGEST") or 1_000_000)
SIZES = tuple(size for size in (1_000, 10_000, 100_000, 1_000_000, 10_000_000) if size <= LARGEST)
MEASURED_IN_MEMORY = (10_000, 1_000_000)
ORDINARY_MONTH = 1_000
ROUNDS = 5

# Eight sums of one month, written by hand.
AGGREGATE = """
    SELECT count(*), sum(pieces), sum(with_needle), sum(without_needle), sum(needles), sum(paraphernalia),
           count(DISTINCT place_id), count(*) FILTER (WHERE child_accessible)
      FROM findings_finding AS finding
 LEFT JOIN localities_locality AS locality ON locality.id = finding.locality_id
     WHERE found_at >= %s AND found_at < %s
"""
KEYS = (
    "finding.locality_id", "district_id", "place_kind", "assistant_id", "place_id",
    "(found_at AT TIME ZONE 'Europe/Prague')::date",
)  # fmt: skip

OF_ACTIVITIES = """
    SELECT count(*), count(organisation_id), count(called_patrol_id),
           sum(number) FILTER (WHERE measure = 'contacts'), sum(number) FILTER (WHERE measure = 'children'), sum(number)
      FROM patrols_activity AS activity
 LEFT JOIN patrols_activitycount AS numbers ON numbers.activity_id = activity.id
 LEFT JOIN patrols_counter AS counter ON counter.id = numbers.counter_id
     WHERE at >= %s AND at < %s
"""
KEYS_OF_ACTIVITIES = (
    "activity.assistant_id", "activity.kind_id", "activity.locality_id", "organisation_id", "reason_id",
    "called_patrol_id", "counter_id",
)  # fmt: skip

# Rows of `number` findings spread evenly over the time between two instants, at 500 places in 20 localities.
FILL = """
    INSERT INTO findings_finding (
        id, found_at, assistant_id, locality_id, place_id, latitude, longitude, place_kind, source, position_source,
        with_needle, without_needle, needles, paraphernalia, child_accessible, note, recorded_at
    )
    SELECT gen_random_uuid(), %(lower)s::timestamptz + (%(upper)s::timestamptz - %(lower)s::timestamptz)
               * (n::float8 / %(number)s),
           (SELECT min(id) FROM people_assistant) + n %% 7,
           CASE WHEN n %% 50 > 0 THEN (SELECT min(id) FROM localities_locality) + (n * 7 %% 500) %% 20 END,
           (SELECT min(id) FROM findings_place) + n * 7 %% 500,
           49.8, 18.2, (ARRAY['park', 'bench', 'passage', 'squat'])[1 + n %% 4], 'own', 'gps',
           1 + n %% 3, n %% 2, n %% 2, n %% 5 / 4, n %% 6 = 0, '', now()
      FROM generate_series(0, %(number)s - 1) AS n
"""

ACT = """
    WITH done AS (
        INSERT INTO patrols_activity (id, assistant_id, locality_id, kind_id, at, note, recorded_at)
        SELECT gen_random_uuid(), (SELECT min(id) FROM people_assistant) + n %% 7,
               (SELECT min(id) FROM localities_locality) + n %% 20,
               (SELECT id FROM patrols_activitykind ORDER BY id LIMIT 1 OFFSET n %% 5),
               %(lower)s::timestamptz + (%(upper)s::timestamptz - %(lower)s::timestamptz) * (n::float8 / %(number)s),
               '', now()
          FROM generate_series(0, %(number)s - 1) AS n
     RETURNING id
    )
    INSERT INTO patrols_activitycount (activity_id, counter_id, number)
    SELECT id, (SELECT min(id) FROM patrols_counter), 3 FROM done
"""


def run() -> None:
    """Prints what a month costs in multiples of the raw aggregate."""
    make_city()
    print(f"\nCounting a month, median of {ROUNDS} rounds ({conditions()})")
    print("\nThe month grows, and the table is that month:")
    show(grown_months())
    print(f"\nThe table grows around a month of {ORDINARY_MONTH} findings (ten years, evenly):")
    show(grown_tables())
    print("\nThe most memory that a process has while it counts a month of so many findings:")
    for size in MEASURED_IN_MEMORY:
        refill([(MONTH.start, MONTH.end, size)])
        print(f"{size:>10}{memory():>10.0f} MB")


def memory() -> float:
    """Megabytes at the peak of a fresh process that counts the month once."""
    code = (
        "import django; django.setup(); import resource; from benchmarks import build_month; build_month.count();"
        " print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


def grown_months() -> Iterator[int]:
    for size in SIZES:
        refill([(MONTH.start, MONTH.end, size)])
        yield size


def grown_tables() -> Iterator[int]:
    earlier, later = Month(2016, 4), Month(2026, 4)
    for size in SIZES:
        around = (size - ORDINARY_MONTH) // 2
        refill(
            [
                (MONTH.start, MONTH.end, ORDINARY_MONTH),
                (earlier.start, MONTH.start, around),
                (MONTH.end, later.start, around),
            ]
        )
        yield size


def show(sizes: Iterator[int]) -> None:
    print(f"{'findings':>10}{'one SQL ms':>12}{'all SQL ms':>12}{'count ms':>10}{'× one':>8}{'× all':>8}{'growth':>9}")
    before: tuple[int, float] | None = None
    for size in sizes:
        count()  # the first one warms the caches up
        rounds = [(seconds(count), seconds(aggregate), seconds(aggregates)) for _ in range(ROUNDS)]
        built, one, every = (sorted(times)[ROUNDS // 2] for times in zip(*rounds, strict=True))
        to_one, to_every = (median_ratio([(times[0], times[n]) for times in rounds]) for n in (1, 2))
        growth = f"{log(built / before[1]) / log(size / before[0]):.2f}" if before else ""
        print(
            f"{size:>10}{one * 1000:>12.1f}{every * 1000:>12.1f}{built * 1000:>10.1f}"
            f"{to_one:>7.1f}×{to_every:>7.1f}×{growth:>9}"
        )
        before = size, built


def count() -> None:
    with counting.snapshot():
        counting.count(MONTH)
        fingerprints([MONTH])


def aggregate() -> None:
    with connection.cursor() as cursor:
        cursor.execute(AGGREGATE, [MONTH.start, MONTH.end])
        cursor.fetchall()


def aggregates() -> None:
    with connection.cursor() as cursor:
        cursor.execute(AGGREGATE, [MONTH.start, MONTH.end])
        for key in KEYS:
            cursor.execute(
                AGGREGATE.replace("SELECT", f"SELECT {key}, ", 1) + f"GROUP BY {key}", [MONTH.start, MONTH.end]
            )
            cursor.fetchall()
        cursor.execute(OF_ACTIVITIES, [MONTH.start, MONTH.end])
        for key in KEYS_OF_ACTIVITIES:
            query = OF_ACTIVITIES.replace("SELECT", f"SELECT {key}, ", 1)
            cursor.execute(f"{query} GROUP BY {key}", [MONTH.start, MONTH.end])
            cursor.fetchall()


def refill(spans: list[tuple[object, object, int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE findings_finding, patrols_activity CASCADE")
        # The history of a million rows is not what is measured.
        cursor.execute("SET session_replication_role = replica")
        for lower, upper, number in spans:
            if number:
                cursor.execute(FILL, {"lower": lower, "upper": upper, "number": number})
                cursor.execute(ACT, {"lower": lower, "upper": upper, "number": max(number // 10, 1)})
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")


def make_city() -> None:
    """Seven assistants, twenty localities, five hundred places, and a month of shifts."""
    district = District.objects.create(name="Ostrava")
    square = {"type": "MultiPolygon", "coordinates": [[[[18.2, 49.8], [18.3, 49.8], [18.3, 49.9], [18.2, 49.8]]]]}
    for n in range(20):
        Locality.objects.create(
            name=f"Lokalita {n}",
            kind=Locality.Kind.EXCLUDED,
            district=district,
            area=square,
            opened_on=date(2015, 1, 1),
        )
    for n in range(7):
        user = User.objects.create_user(
            personal_number=f"b{n}", first_name="Jana", last_name="Nová", role=Role.ASSISTANT
        )
        Assistant.objects.create(user=user)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO findings_place (name, address, locality_id, latitude, longitude, created_at, sort_key)"
            " SELECT 'Místo ' || n, '', (SELECT min(id) FROM localities_locality) + n %% 20, 49.8, 18.2, now(), ''"
            " FROM generate_series(0, 499) AS n",
            [],
        )
        cursor.execute(
            'INSERT INTO patrols_shift (assistant_id, locality_id, start, "end", note)'
            " SELECT (SELECT min(id) FROM people_assistant) + n %% 7,"
            " (SELECT min(id) FROM localities_locality) + n %% 20,"
            " day + interval '8 hours', day + interval '16 hours', ''"
            " FROM generate_series(0, 6) AS n,"
            " generate_series(%s::timestamptz, %s::timestamptz, '1 day') AS day",
            [MONTH.start, MONTH.end],
        )
    Announcement.objects.note_worked(Shift.objects.all())
