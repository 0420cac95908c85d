"""Accepting a batch of findings against bare psycopg that inserts the same rows into the same tables.

The first goes the whole way: middleware, session, JSON, validation, then for each record a transaction with its
receipt, shift, locality and place. The second has the finished values in its hands and only writes the receipt and the
finding; the triggers that write the history run for both.
"""

import json
import statistics
import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import count
from typing import Any

import psycopg
from django.db import connection
from django.test import Client
from django.utils import timezone
from psycopg import sql
from psycopg.types.json import Jsonb

from apk.localities.models import District, Locality
from apk.people.access import Role
from apk.people.models import Assistant, User
from apk.sync.models import Receipt
from benchmarks.ground import conditions, median_ratio, seconds
from findings.models import Finding
from patrols.models import Shift

BATCH = 50
ROUNDS = 15
ordinals = count(1)


def run() -> None:
    """Prints what a batch of fifty costs in multiples of the bare inserts."""
    client, owner = assistant_on_shift()
    parameters = {**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}
    with psycopg.connect(**parameters, autocommit=True) as bare:
        times = [one_round(client, owner, bare) for _ in range(ROUNDS + 2)][2:]  # the first two warm everything up
    print(f"\nAccepting findings in batches of {BATCH}, median of {ROUNDS} rounds ({conditions()})")
    print(f"{'':36}{'ms a finding':>14}{'× a commit each':>18}{'× one commit':>15}")
    for name in times[0]:
        each = statistics.median(measured[name] for measured in times) / BATCH * 1000
        ratios = [
            median_ratio([(measured[name], measured[yardstick]) for measured in times])
            for yardstick in ("bare psycopg, a commit for each", "bare psycopg, one commit for all")
        ]
        print(f"{name:36}{each:>14.2f}{ratios[0]:>17.1f}×{ratios[1]:>14.1f}×")


def one_round(client: Client, owner: int, bare: psycopg.Connection) -> dict[str, float]:
    """Seconds that each way takes for the same findings; the bare ones get copies under new ids."""
    body = batch(owner)
    accepted = seconds(lambda: send(client, body, "accepted"))
    known = seconds(lambda: send(client, body, "known"))
    ids = [sent["id"] for sent in json.loads(body)["records"]]
    first, second = copies(ids), copies(ids)

    def insert_together() -> None:
        with bare.transaction():
            insert(bare, second)

    def insert_each() -> None:
        for pair in first:
            with bare.transaction():
                insert(bare, [pair])

    return {
        "the endpoint, new findings": accepted,
        "the endpoint, the same once more": known,
        "bare psycopg, a commit for each": seconds(insert_each),
        "bare psycopg, one commit for all": seconds(insert_together),
    }


def assistant_on_shift() -> tuple[Client, int]:
    """A signed-in assistant on a shift in a city with twelve localities."""
    district = District.objects.create(name="Moravská Ostrava a Přívoz")
    for n in range(12):
        locality = Locality.objects.create(
            name=f"Lokalita {n}",
            kind=Locality.Kind.EXCLUDED,
            district=district,
            area=square(49.80 + 0.005 * n, 18.27),
            opened_on=date(2020, 1, 1),
        )
    user = User.objects.create_user(personal_number="1", first_name="Jana", last_name="Nová", role=Role.ASSISTANT)
    now = timezone.now()
    Shift.objects.create(
        assistant=Assistant.objects.create(user=user),
        locality=locality,
        start=now - timedelta(hours=4),
        end=now + timedelta(hours=4),
    )
    client = Client()
    client.force_login(user)
    return client, user.pk


def square(latitude: float, longitude: float) -> dict[str, Any]:
    south, north, west, east = latitude - 0.002, latitude + 0.002, longitude - 0.002, longitude + 0.002
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "MultiPolygon", "coordinates": [[ring]]}


def new_id() -> uuid.UUID:
    """A UUIDv7 of this moment, such as phones mint."""
    milliseconds = int(timezone.now().timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | next(ordinals))


def batch(owner: int) -> str:
    """Findings at forty places that repeat, as places do."""
    now = timezone.now()
    records = [
        {
            "id": str(new_id()),
            "kind": "finding",
            "version": 1,
            "recorded_at": (now - timedelta(minutes=n)).isoformat(),
            "payload": {
                "latitude": 49.80 + 0.0015 * (n % 40),
                "longitude": 18.27,
                "accuracy_m": 7.5,
                "position_source": "gps",
                "place": None,
                "place_kind": "park",
                "with_needle": 1 + n % 3,
                "without_needle": 0,
                "needles": n % 2,
                "note": "U lavičky",
            },
        }
        for n in range(BATCH)
    ]
    return json.dumps({"owner": owner, "device_time": now.isoformat(), "records": records})


def send(client: Client, body: str, outcome: str) -> None:
    results = client.post("/sync/records", body, content_type="application/json").json()["results"]
    assert {result["outcome"] for result in results} == {outcome}


Rows = list[tuple[dict[str, Any], dict[str, Any]]]


def copies(ids: list[str]) -> Rows:
    """The rows of those receipts and findings under new ids, as (receipt, finding)."""
    receipts = {str(row["id"]): row for row in Receipt.objects.filter(pk__in=ids).values()}
    findings = {str(row["id"]): row for row in Finding.objects.filter(pk__in=ids).values()}
    pairs: Rows = []
    for old in ids:
        identifier = new_id()
        receipt = {**receipts[old], "id": identifier, "payload": Jsonb(receipts[old]["payload"])}
        finding = {**findings[old], "id": identifier}
        del finding["pieces"]  # the database computes it
        pairs.append((receipt, finding))
    return pairs


def insert(bare: psycopg.Connection, pairs: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    for receipt, finding in pairs:
        bare.execute(statement("sync_receipt", receipt), list(receipt.values()))
        bare.execute(statement("findings_finding", finding), list(finding.values()))


def statement(table: str, row: dict[str, Any]) -> sql.Composed:
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
    )
