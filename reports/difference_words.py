"""A correction's difference as people read it: figures before and after, records with links, columns by their names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import reverse

from apk import czech
from apk.calendar import LOCAL
from reports.figures import BREAKDOWNS, FIGURES, Figure, Records
from reports.snapshots import Content

TABLES = {
    Records.FINDINGS: ("findings_finding", "findings_photo"),
    Records.SHIFTS: ("patrols_shift", "patrols_announcement"),
}
"""Which tables hold the records that figures count; figures of other kinds take all."""

ADDRESSES = {
    "findings_finding": "findings:detail",
    "patrols_shift": "patrols:shift",
    "patrols_activity": "activities:detail",
}
CHANGES = {"added": "přidáno", "changed": "změněno", "removed": "odebráno"}
HIDDEN = frozenset({"sort_key", "upload_digest", "recorded_at"})


@dataclass(frozen=True)
class FigureChange:
    """One figure, or one cell of a breakdown, before and after; `where` is "" for the month's total."""

    figure: Figure
    where: str
    before: int
    after: int
    records: tuple["RecordChange", ...]


@dataclass(frozen=True)
class RecordChange:
    """One record; `url` is "" when it has no page of its own or is gone; `columns` are (name, before, after)."""

    table: str
    name: str
    change: str
    url: str
    columns: tuple[tuple[str, str, str], ...]


def figures(content: Content) -> list[FigureChange]:
    """The figures that a version changed, totals first, each with the records behind the change."""
    records = list(record_changes(content))
    found = []
    for change in (content.difference or {}).get("figures", []):
        figure = FIGURES.get(change["figure"])
        if figure is None:
            continue
        breakdown = BREAKDOWNS.get(change["breakdown"])
        where = f"{breakdown.column}: {change['label']}" if breakdown else ""
        tables = TABLES.get(figure.records)
        behind = tuple(record for record in records if tables is None or record.table in tables)
        found.append(FigureChange(figure, where, change["before"], change["after"], behind))
    return found


def record_changes(content: Content) -> Iterator[RecordChange]:
    """The records that a version changed."""
    names = {model._meta.db_table: model for model in apps.get_models()}
    for record in (content.difference or {}).get("records", []):
        table = record["table"]
        model = names.get(table)
        is_there = record["change"] != "removed"
        url = reverse(ADDRESSES[table], args=[record["id"]]) if is_there and table in ADDRESSES else ""
        columns = tuple(
            (column_name(model, column), text(content, column, before), text(content, column, after))
            for column, (before, after) in record["columns"].items()
            if column not in HIDDEN
        )
        name = str(model._meta.verbose_name) if model else table
        yield RecordChange(table, name[:1].upper() + name[1:], CHANGES[record["change"]], url, columns)


def column_name(model: type[models.Model] | None, column: str) -> str:
    if model is not None:
        for field in model._meta.concrete_fields:
            if field.column == column:
                return str(field.verbose_name)
    return column


# Which sealed table the values of a column name.
REFERENCES: Mapping[str, str] = {
    "place_id": "findings_place",
    "locality_id": "localities_locality",
    "kind_id": "patrols_activitykind",
    "organisation_id": "patrols_organisation",
    "reason_id": "patrols_referralreason",
    "called_patrol_id": "patrols_calledpatrol",
    "counter_id": "patrols_counter",
}


def text(content: Content, column: str, value: Any) -> str:
    """A column's value in Czech."""
    if column in REFERENCES and value is not None:
        named = {row["id"]: row["name"] for row in content.rows.get(REFERENCES[column], [])}
        return str(named.get(value, f"č. {value}"))
    match value:
        case None | "":
            return "–"
        case bool():
            return "ano" if value else "ne"
        case int() | float():
            return czech.number(value)
        case str() if len(value) > 18 and value[10:11] == "T":
            return czech.moment(datetime.fromisoformat(value).astimezone(LOCAL))
    return str(value)
