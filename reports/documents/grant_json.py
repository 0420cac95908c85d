"""A grant report as JSON: for other programs, and whole, as an edition keeps it. Pure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from apk.calendar import Month
from reports.documents.imprint import UNISSUED, Imprint
from reports.figures import FIGURES
from reports.grant import GrantReport
from reports.summary import in_order

SCHEMA = Path(__file__).with_name("report.schema.json")
"""JSON Schema of what `build` writes."""


def build(report: GrantReport, imprint: Imprint = UNISSUED) -> bytes:
    """The report's JSON form with its edition and its digest beside it, indented, UTF-8."""
    edition = {"number": imprint.edition, "standing": imprint.standing} if imprint.edition else None
    document = {**report.as_json(), "edition": edition, "sha256": report.digest}
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


# --- Kept whole ------------------------------------------------------------------------------------------------------
#
# `as_json` is for readers: a number, a day and a word are all text in it, told apart by the kind of their cell. What is
# kept is to be read back equal to what it was: each dataclass as an object of its fields, each value that JSON does not
# have as an object of one key that says what it is.

READERS: dict[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "day": date.fromisoformat,
    "month": Month.parse,
}


def frozen(value: Any) -> Any:
    """The value as JSON that `thawed` reads back to an equal one."""
    match value:
        case Enum():
            return value.value
        case Decimal():
            return {"decimal": str(value)}
        case Month():
            return {"month": str(value)}
        case date():
            return {"day": value.isoformat()}
        case Mapping():
            return {name: frozen(item) for name, item in value.items()}
        case tuple():
            return [frozen(item) for item in value]
    if is_dataclass(value):
        return {field.name: frozen(getattr(value, field.name)) for field in fields(value)}
    return value


def thawed(data: Mapping[str, Any]) -> GrantReport:
    """The report that `frozen` made the data of."""
    report: GrantReport = _read(GrantReport, data)
    return report


def _read(kind: Any, data: Any) -> Any:
    if get_origin(kind) in {Union, UnionType}:
        return _read_any(get_args(kind), data)
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        kinds = [inner[0]] * len(data) if inner[1:] == (...,) else inner
        return tuple(_read(each, item) for each, item in zip(kinds, data, strict=True))
    if isinstance(data, dict) and len(data) == 1 and (name := next(iter(data))) in READERS:
        return READERS[name](data[name])
    if get_origin(kind) is Mapping:
        # The only mappings are totals; a database does not keep the order of keys.
        return in_order(data, FIGURES)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _read(hints[name], item) for name, item in data.items()})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    return data


def _read_any(kinds: tuple[Any, ...], data: Any) -> Any:
    """A value of one of several kinds: nothing, an object of a dataclass, a tuple, or what says itself what it is."""
    if data is None:
        return None
    compound = [kind for kind in kinds if is_dataclass(kind) or get_origin(kind) is tuple]
    if compound and isinstance(data, dict | list) and not _says_itself(data):
        return _read(compound[0], data)
    return _read(object, data)


def _says_itself(data: Any) -> bool:
    return isinstance(data, dict) and len(data) == 1 and next(iter(data)) in READERS


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
