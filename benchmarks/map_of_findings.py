"""The map, the table and the files of findings in a table of a million, over ten years at ten thousand places.

The map against one SQL statement that only adds the same findings up; every window through the whole application, with
its session and its filter. Files are written of ten thousand and of a hundred thousand findings: memory must not grow.
"""

import resource
import statistics
import tempfile
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apk.calendar import Month
from apk.people.access import Role
from apk.people.models import User
from benchmarks.build_month import FILL, make_city
from benchmarks.ground import conditions, seconds
from findings import exports
from findings.models import Finding

ROWS, PLACES, ROUNDS = 1_000_000, 10_000, 20
CITY = "okno=49.70,18.05,49.93,18.43&zoom=12"
WINDOWS = {
    "the city, ten years": CITY,
    "the city, one year (10⁵)": f"{CITY}&od=2020-01-01&do=2020-12-31",
    "the city, one month": f"{CITY}&mesic=2021-04",
    "the city, ten years, one kind of place": f"{CITY}&druh=park",
    "a quarter of the city, one year": "okno=49.80,18.20,49.86,18.30&zoom=14&od=2020-01-01&do=2020-12-31",
    "a few streets, ten years": "okno=49.820,18.240,49.828,18.256&zoom=17",
    "density of the city, one year": f"{CITY}&mapa=hustota&od=2020-01-01&do=2020-12-31",
}
SUM = "SELECT count(*), sum(pieces) FROM findings_finding WHERE withdrawn_at IS NULL AND merged_into_id IS NULL"
WRITERS = {
    "CSV": lambda found, path: path.write_text(str(sum(1 for _ in exports.table(found)))),
    "GeoJSON": lambda found, path: path.write_text(str(sum(len(part) for part in exports.geojson_file(found)))),
    "XLSX": exports.write_workbook,
    "GeoPackage": exports.write_geopackage,
}


def run() -> None:
    """Prints how long a window takes, how many queries a page, how much memory a file."""
    # Pages name static files by the hash of their content.
    call_command("collectstatic", interactive=False, verbosity=0)
    client = fill()
    print(f"\nA map over {ROWS:,} findings, {ROUNDS} rounds ({conditions()})")
    yardstick = statistics.median(seconds(add_up) for _ in range(5))
    print(f"{'one SQL sum of everything':44}{yardstick * 1000:>10.0f} ms")
    print(f"{'':44}{'median ms':>12}{'p95 ms':>10}{'× the sum':>12}{'marks':>8}")
    for name, query in WINDOWS.items():
        show_window(client, name, f"/nalezy/mapa.json?{query}", yardstick)
    for name, query in {"the table, ten years": "", "the table, one year": "?od=2020-01-01&do=2020-12-31"}.items():
        with CaptureQueriesContext(connection) as queries:
            took = seconds(lambda query=query: client.get(f"/nalezy/{query}"))  # type: ignore[misc]
        print(f"{name:44}{took * 1000:>10.0f} ms{len(queries):>6} queries")
    print("\nFiles: seconds, and the most memory of the process (MB) when it had written 10⁴ and then 10⁵ rows")
    for name, write in WRITERS.items():
        small, large = (written(write, number) for number in (10_000, 100_000))
        print(f"{name:12}{small[0]:>8.1f} s {small[1]:>6.0f} MB{large[0]:>10.1f} s {large[1]:>6.0f} MB")


def show_window(client: Client, name: str, url: str, yardstick: float) -> None:
    answer = client.get(url)
    assert answer.status_code == 200, answer.content
    times = sorted(seconds(lambda: client.get(url)) for _ in range(ROUNDS))
    median, worst = statistics.median(times), times[int(0.95 * ROUNDS) - 1]
    drawn = answer.json()
    marks = len(drawn.get("marks") or drawn.get("squares") or ())
    print(f"{name:44}{median * 1000:>12.0f}{worst * 1000:>10.0f}{median / yardstick:>11.1f}×{marks:>8}")


def add_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SUM)
        cursor.fetchall()


def fill() -> Client:
    """A million findings at places spread over the city; gives a coordinator's browser."""
    if not User.objects.filter(personal_number="b0").exists():
        make_city()
    places = FILL.replace("n * 7 %% 500", f"(random() * {PLACES - 1})::int")
    # The locality of the other benchmark's city comes from the number of the place; here any will do.
    places = places.replace(f"((random() * {PLACES - 1})::int) %% 20", "n %% 20")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE findings_place CASCADE")
        cursor.execute(
            "INSERT INTO findings_place (name, address, locality_id, latitude, longitude, created_at, sort_key)"
            " SELECT 'Místo ' || n, '', (SELECT min(id) FROM localities_locality) + n %% 20,"
            " 49.72 + random() * 0.19, 18.09 + random() * 0.3, now(), '' FROM generate_series(1, %s) AS n",
            [PLACES],
        )
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(places, {"lower": Month(2016, 1).start, "upper": Month(2025, 12).end, "number": ROWS})
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")
    user = User.objects.create_user(personal_number="map", first_name="Jana", last_name="Nová", role=Role.COORDINATOR)
    client = Client()
    client.force_login(user)
    return client


def written(write: Any, number: int) -> tuple[float, float]:
    """Seconds that a file of so many findings takes, and the most megabytes this process had so far."""
    with tempfile.TemporaryDirectory() as folder:
        found = Finding.objects.order_by("found_at")[:number]
        took = seconds(lambda: write(found, Path(folder) / "nalezy.gpkg"))
    return took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
