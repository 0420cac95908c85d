"""What is sealed of a month: its records, the names they refer to, and the figures counted from exactly these rows.

The rows are read by one statement, so that all are of one instant. The figures are then counted from the rows read,
not from the tables: `replayed` lays the rows out as temporary tables that stand in the way of the real ones, and the
code that counts every month counts them. Sealed figures can so be counted anew for ever, from the sealed bytes alone.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.db import connection, transaction

from apk.calendar import Month
from patrols.duties import LONGEST
from reports import counting
from reports.canonical import canonical_json
from reports.guards import COLUMNS
from reports.summary import MonthSummary

FORMAT: Final = "apk-seal"
SCHEMA: Final = 2
"""Version of the sealed JSON. Version 1 held, of what lies in boxes, only findings handed over in their own month."""

Rows = dict[str, list[dict[str, Any]]]

ALL: Final = ("*",)

AROUND: Final = f"interval '{LONGEST // timedelta(hours=1)} hours'"
HANDED_IN_MONTH: Final = "record.handed_on BETWEEN month.first_day AND month.last_day"
IN_MONTH: Final = "record.{0} >= month.lower AND record.{0} < month.upper"

# Records of the month: what the database guards, and whose every column is sealed, or those of `COLUMNS`. `lower` and
# `upper` are the instants when the month begins and when the next one does; a table's name means the rows already
# chosen of it.
RECORDS: Final[Mapping[str, str]] = {
    "findings_finding": IN_MONTH.format("found_at"),
    "findings_photo": "record.finding_id IN (SELECT id FROM findings_finding)",
    "patrols_shift": 'record.start < month.upper AND record."end" > month.lower',
    "patrols_announcement": "record.shift_id IN (SELECT id FROM patrols_shift)",
    "patrols_activity": IN_MONTH.format("at"),
    "patrols_activitycount": "record.activity_id IN (SELECT id FROM patrols_activity)",
    "patrols_fieldcheck": IN_MONTH.format("checked_at"),
    "patrols_training": "record.held_on BETWEEN month.first_day AND month.last_day",
    # Those handed over in the month, and earlier ones in which something lies that was found in it.
    "findings_handedbox": (
        f"{HANDED_IN_MONTH} OR (record.stands AND record.handed_on < month.first_day"  # noqa: S608
        " AND record.box_id IN (SELECT box_id FROM public.findings_deposit"
        " WHERE finding_id IN (SELECT id FROM findings_finding)))"
    ),
    # Everything in boxes handed over in the month, and where the month's findings went before.
    "findings_deposit": (
        f"record.box_id IN (SELECT box_id FROM findings_handedbox AS record WHERE stands AND {HANDED_IN_MONTH})"  # noqa: S608
        " OR (record.finding_id IN (SELECT id FROM findings_finding)"
        " AND record.box_id IN (SELECT box_id FROM findings_handedbox WHERE stands))"
    ),
    "reports_monthnarrative": "record.month = month.first_day",
    # A duty over midnight at the month's end is made of events of both months.
    "patrols_attendance": f"record.at > month.lower - {AROUND} AND record.at < month.upper + {AROUND}",
}
SURROUNDED: Final[Mapping[str, str]] = {"patrols_attendance": "at"}
"""Tables whose sealed rows reach into the months beside, and the column that says which are the month's own."""

EARLIER: Final[Mapping[str, Callable[[Rows], list[dict[str, Any]]]]] = {
    # Drafts used to count as well: to such a seal every shift is an announced one.
    "patrols_announcement": lambda rows: [
        {"id": shift["id"], "shift_id": shift["id"]} for shift in rows.get("patrols_shift", [])
    ],
}
"""What a table would have held in seals from before it was sealed, where counting cannot do with an empty one."""

NAME_OF: Final = ("id", "name", "position", "sort_key")

# What the records refer to, with the columns that counting reads of it. Names change later, the seal keeps them.
LABELS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "findings_place": (
        "record.id IN (SELECT place_id FROM findings_finding)",
        ("id", "name", "locality_id", "latitude", "longitude", "sort_key"),
    ),
    "localities_locality": (
        (
            "record.id IN (SELECT locality_id FROM findings_finding UNION SELECT locality_id FROM patrols_shift"
            " UNION SELECT locality_id FROM patrols_activity UNION SELECT locality_id FROM findings_place)"
        ),
        ("id", "name", "kind", "district_id", "sort_key"),
    ),
    "localities_district": (
        "record.id IN (SELECT district_id FROM localities_locality)",
        ("id", "name", "sort_key"),
    ),
    "people_assistant": (
        (
            "record.id IN (SELECT assistant_id FROM findings_finding UNION SELECT assistant_id FROM patrols_shift"
            " UNION SELECT assistant_id FROM patrols_activity UNION SELECT assistant_id FROM patrols_attendance"
            " UNION SELECT assistant_id FROM patrols_training)"
        ),
        ("id", "user_id"),
    ),
    "people_user": (
        "record.id IN (SELECT user_id FROM people_assistant)",
        ("id", "first_name", "last_name", "sort_key"),
    ),
    "people_employment": (
        "record.starts <= month.last_day AND coalesce(record.ends, month.last_day) >= month.first_day",
        ("id", "assistant_id", "starts", "ends", "fte"),
    ),
    "people_mentorship": (
        "record.starts <= month.last_day AND coalesce(record.ends, month.last_day) >= month.first_day",
        ("id", "assistant_id", "mentor_id", "starts", "ends"),
    ),
    "patrols_trainingkind": ("record.id IN (SELECT kind_id FROM patrols_training)", NAME_OF),
    "patrols_activitykind": ("record.id IN (SELECT kind_id FROM patrols_activity)", NAME_OF),
    "patrols_organisation": ("record.id IN (SELECT organisation_id FROM patrols_activity)", NAME_OF),
    "patrols_referralreason": ("record.id IN (SELECT reason_id FROM patrols_activity)", NAME_OF),
    "patrols_calledpatrol": ("record.id IN (SELECT called_patrol_id FROM patrols_activity)", NAME_OF),
    "patrols_counter": ("record.id IN (SELECT counter_id FROM patrols_activitycount)", (*NAME_OF, "measure")),
    "reports_grantproject": (
        "record.starts <= month.last_day AND record.ends >= month.first_day",
        ("id", "name", "number", "sequence", "starts", "ends", "publicity"),
    ),
}


def columns(names: tuple[str, ...]) -> str:
    return ", ".join(f'record."{name}"' if name != "*" else "record.*" for name in names)


def query() -> str:
    """One statement that reads every table of the snapshot; each CTE is called like its table, so that later ones
    refer to the rows chosen before."""
    chosen = {table: (condition, COLUMNS.get(table, ALL)) for table, condition in RECORDS.items()} | dict(LABELS)
    ctes = [
        f"{table} AS (SELECT {columns(names)} FROM public.{table} AS record, month WHERE {condition})"  # noqa: S608
        for table, (condition, names) in chosen.items()
    ]
    rows = "SELECT '{0}', (SELECT coalesce(json_agg(row_to_json(record) ORDER BY id), '[]')::text FROM {0} AS record)"
    parts = [rows.format(table) for table in chosen]
    return (
        "WITH month AS (SELECT %s::timestamptz AS lower, %s::timestamptz AS upper,"
        f" %s::date AS first_day, %s::date AS last_day), {', '.join(ctes)} {' UNION ALL '.join(parts)}"
    )


def gathered(month: Month) -> Rows:
    """The rows of the month as they are now, by table, in the order of their keys."""
    with connection.cursor() as cursor:
        cursor.execute(query(), [month.start, month.end, month.first_day, month.last_day])
        return {table: json.loads(rows) for table, rows in cursor.fetchall()}


@contextmanager
def replayed(rows: Rows) -> Iterator[None]:
    """Inside, the database seems to hold `rows` and nothing else: a table that is no part of snapshots does not exist.

    Tables and columns that were not sealed, or did not exist then, are empty or as `EARLIER` says. Nothing done inside
    stays.
    """
    earlier = {table: made(rows) for table, made in EARLIER.items() if table not in rows}
    with transaction.atomic(), connection.cursor() as cursor:
        for table, sealed in {**{table: [] for table in (*RECORDS, *LABELS)}, **rows, **earlier}.items():
            name = connection.ops.quote_name(table)
            cursor.execute(f"CREATE TEMPORARY TABLE {name} AS TABLE public.{name} WITH NO DATA")
            cursor.execute(
                f"INSERT INTO pg_temp.{name} SELECT * FROM json_populate_recordset(NULL::pg_temp.{name}, %s)",  # noqa: S608
                [json.dumps(sealed)],
            )
        cursor.execute("SET LOCAL search_path = pg_temp")
        try:
            yield
        finally:
            transaction.set_rollback(True)


def counted(month: Month, rows: Rows) -> MonthSummary:
    """The month's figures counted from `rows` alone."""
    with replayed(rows):
        return counting.count(month)


@dataclass(frozen=True)
class Content:
    """What one sealed version says.

    `schema` is the version of the JSON in which it was sealed. `figures` is a `MonthSummary` as JSON, in the schema of
    its time. `previous` is the SHA-256 of the version before, "" for the first; `reason` says why that one was
    corrected and `difference` what it changed (`reports.differences`).
    """

    month: Month
    version: int
    figures: Mapping[str, Any]
    rows: Rows
    previous: str = ""
    reason: str = ""
    difference: Mapping[str, Any] | None = None
    schema: int = SCHEMA

    def as_bytes(self) -> bytes:
        """Canonical JSON in UTF-8: keys sorted, no spaces, a line end. The same content gives the same bytes."""
        data = {
            "format": FORMAT,
            "schema": self.schema,
            "month": str(self.month),
            "version": self.version,
            "figures": self.figures,
            "rows": self.rows,
            "previous": self.previous,
            "reason": self.reason,
            "difference": self.difference,
        }
        return canonical_json(data) + b"\n"

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Reads what `as_bytes` wrote. Raises ValueError for anything else."""
        data = json.loads(content)
        if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("schema") not in range(1, SCHEMA + 1):
            raise ValueError("not a sealed month that this version of the application knows")
        return cls(
            month=Month.parse(data["month"]),
            version=data["version"],
            figures=data["figures"],
            rows=data["rows"],
            previous=data["previous"],
            reason=data["reason"],
            difference=data["difference"],
            schema=data["schema"],
        )

    def comparable(self, rows: Rows) -> Rows:
        """Of the month's rows as `gathered` reads them now, those that a seal of this schema held."""
        if self.schema == SCHEMA:
            return rows
        first, last = str(self.month.first_day), str(self.month.last_day)
        handed = [row for row in rows["findings_handedbox"] if first <= row["handed_on"] <= last]
        boxes = {row["box_id"] for row in handed if row["stands"]}
        found = {row["id"] for row in rows["findings_finding"]}
        lying = [row for row in rows["findings_deposit"] if row["box_id"] in boxes and row["finding_id"] in found]
        return {**rows, "findings_handedbox": handed, "findings_deposit": lying}


def digest_of(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def own(month: Month, table: str, rows: Rows) -> list[dict[str, Any]]:
    """Of the sealed rows of a table those that are the month's own."""
    sealed = rows.get(table, [])
    if table not in SURROUNDED:
        return sealed
    return [row for row in sealed if month.start <= datetime.fromisoformat(row[SURROUNDED[table]]) < month.end]
