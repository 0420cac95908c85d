"""What a correction changed in a sealed month: which records, and which figures because of them. Pure.

Works on the JSON of figures and rows, so that versions sealed long ago can be compared too.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from apk.calendar import Month
from reports.snapshots import RECORDS, Rows, own

Figures = Mapping[str, Any]


def between(month: Month, before: tuple[Figures, Rows], after: tuple[Figures, Rows]) -> dict[str, Any]:
    """The difference as JSON: `figures` is a list of {breakdown, key, label, figure, before, after}, breakdown "" for
    the totals; `records` of {table, id, change, columns}, change one of added, changed and removed, columns what
    changed as {name: [before, after]}."""
    return {
        "figures": list(of_figures(before[0], after[0])),
        "records": [record for table in RECORDS for record in of_records(month, table, before[1], after[1])],
    }


def of_figures(before: Figures, after: Figures) -> Iterator[dict[str, Any]]:
    """Figures that both know and that differ. A row that only one of them has counts as zeros in the other."""
    yield from changed("", "", "", before["totals"], after["totals"])
    for name, rows in after["breakdowns"].items():
        if name not in before["breakdowns"]:
            continue
        former = {row["key"]: row for row in before["breakdowns"][name]}
        current = {row["key"]: row for row in rows}
        for key in [*current, *(key for key in former if key not in current)]:
            row = current.get(key) or former[key]
            zeros = dict.fromkeys(row["values"], 0)
            was = former[key]["values"] if key in former else zeros
            is_now = current[key]["values"] if key in current else zeros
            yield from changed(name, key, row["label"], was, is_now)


def changed(
    breakdown: str, key: str, label: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    for figure, value in after.items():
        if figure in before and before[figure] != value:
            yield {
                "breakdown": breakdown,
                "key": key,
                "label": label,
                "figure": figure,
                "before": before[figure],
                "after": value,
            }


def of_records(month: Month, table: str, before: Rows, after: Rows) -> Iterator[dict[str, Any]]:
    """Rows of one table that were added, changed or removed, in the order of their keys. A table that was not sealed
    before has nothing to compare with; a column that only one of them has, neither."""
    if table not in before:
        return
    former, current = ({row["id"]: row for row in own(month, table, rows)} for rows in (before, after))
    for key in sorted(former.keys() | current.keys()):
        if key not in former:
            yield {"table": table, "id": key, "change": "added", "columns": {}}
        elif key not in current:
            yield {"table": table, "id": key, "change": "removed", "columns": {}}
        else:
            was, is_now = former[key], current[key]
            columns = {
                name: [was[name], is_now[name]] for name in was.keys() & is_now.keys() if was[name] != is_now[name]
            }
            if columns:
                yield {"table": table, "id": key, "change": "changed", "columns": columns}
