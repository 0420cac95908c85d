"""A grant report as one frozen value: what its page shows, documents print and the Ministry is handed. Pure.

It knows neither the database nor how anything is counted: `grant_compiling.py` makes it of the months of a project.
Everything in it may leave the house: no assistant and no lodging house is named.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from apk import czech
from apk.calendar import Month
from reports.canonical import canonical_json
from reports.documents.wording import figure_text
from reports.figures import FIGURES, Unit
from reports.summary import UnknownSchemaError, in_order

SCHEMA = 1
"""Version of the JSON form."""


class Kind(StrEnum):
    """What a cell holds, which says the type of its value and how it is written.

    TEXT str · WHOLE int · TIME int, whole seconds, shown as hours with one decimal · DECIMAL Decimal, shown with as
    many decimals as it has · MONEY Decimal, Kč, with hellers only where there are some · PERCENT Decimal, shown with
    one decimal · DAY date.
    """

    TEXT = "text"
    WHOLE = "whole"
    TIME = "time"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"
    DAY = "day"

    @property
    def is_number(self) -> bool:
        """Whether its column is set to the right."""
        return self not in {Kind.TEXT, Kind.DAY}


@dataclass(frozen=True)
class Behind:
    """Which records a number is made of: `figure` (a name in `figures.FIGURES`) from the month `first` to `last`.

    `breakdown` and `key` narrow it to one row of a breakdown, as in a month's summary. `drilldown.of_period` makes
    the address of the list from it.
    """

    figure: str
    first: Month
    last: Month
    breakdown: str = ""
    key: str = ""


@dataclass(frozen=True)
class Cell:
    """One value of a table or of a fact; None is a value that there is not, written as a dash.

    `behind` are the records it is made of; None when there is no list of them (money, a percentage, a text).
    """

    value: str | int | Decimal | date | None
    kind: Kind = Kind.TEXT
    behind: Behind | None = None

    @property
    def text(self) -> str:
        """The value as Czech readers write it: „1 234", „812,5", „2 450 000 Kč", „83,3 %", „5. 4. 2021"."""
        match self.value:
            case None:
                return "–"
            case str():
                return self.value
            case date():
                return czech.day(self.value)
        match self.kind:
            case Kind.TIME:
                return figure_text(Unit.HOURS, int(self.value))
            case Kind.MONEY:
                return f"{czech.number(self.value, 2 if self.value % 1 else 0)}{czech.SPACE}Kč"
            case Kind.PERCENT:
                return f"{czech.number(self.value, 1)}{czech.SPACE}%"
            case _:
                return czech.number(self.value)


@dataclass(frozen=True)
class Column:
    """A column of a table; a column of numbers is set to the right."""

    label: str
    is_number: bool = True


@dataclass(frozen=True)
class Table:
    """A table: `rows` have as many cells as there are `columns`; the first cell of a row names it.

    `total` is the last row, None when nothing adds up; `note` a sentence below, "" for none. `name` is unique within
    the report, of ASCII letters and hyphens.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """Columns of one figure by month; the table `table` of the same section holds the same numbers.

    `bars` are (label, short label for the axis, whole number); `unit` is one of `figures.Unit` by name.
    """

    name: str
    title: str
    unit: str
    bars: tuple[tuple[str, str, int], ...]
    table: str


@dataclass(frozen=True)
class Section:
    """One section of the report, in the order in which the call wants them.

    `key` is unique within the report; `content` is the kind of section (`models.ReportSection.Content`). Facts are
    (label, cell), tables and charts are computed; `paragraphs` are what the coordinator wrote, with every figure in
    them already put in from the same values as the tables: plain text, a paragraph may begin with „– “ as an item of
    a list. An empty section has neither.
    """

    key: str
    content: str
    title: str
    paragraphs: tuple[str, ...] = ()
    facts: tuple[tuple[str, Cell], ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()


class MonthState(StrEnum):
    """What a month of the report was taken from."""

    SEALED = "sealed"
    PROVISIONAL = "provisional"
    MISSING = "missing"

    @property
    def label(self) -> str:
        return {"sealed": "uzavřený", "provisional": "předběžný", "missing": "nesestavený"}[self]


@dataclass(frozen=True)
class ReportMonth:
    """One month of the period. `version` and `sha256` name the summary taken: 0 and "" when there is none.

    `version` is that of the seal, 0 of a provisional month. `totals` are the month's, empty when it is missing.
    """

    month: Month
    state: MonthState
    version: int
    sha256: str
    totals: Mapping[str, int]


@dataclass(frozen=True)
class ProjectCard:
    """The project as the report names it; amounts in Kč, both days of the realisation included."""

    name: str
    number: str
    programme: str
    sequence: int
    starts: date
    ends: date
    posts: int
    ministry_grant: Decimal
    city_share: Decimal
    publicity: str

    @property
    def total_cost(self) -> Decimal:
        return self.ministry_grant + self.city_share


@dataclass(frozen=True)
class Annex:
    """An annex of the report: `title` says what it is; `file` names the file, "" for one that is on paper.

    `sha256` and `size` (bytes) are of the file that goes with the report, "" and 0 when there is none.
    """

    title: str
    file: str
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True)
class GrantReport:
    """A report to the grant for whole months `first`–`last` of one project.

    `kind` is „interim" or „final", `title` its Czech heading. `months` holds every month of the period in order;
    `totals` are the figures of the whole period, named by `figures.FIGURES`, time in seconds: additive ones are sums
    of the months, places and assistants are counted once however many months they appear in. Months that are missing
    count as nothing, and then as well as with open months the report `is_provisional`. `earlier` are the project's
    months before the period, in order, when indicators count them too; else there are none.

    Documents need nothing else: heading from `title`, `project` and `publicity`, then `sections` one after another,
    each with its facts, paragraphs, charts and tables; `digest` and `months` for the footer and the manifest.
    """

    kind: str
    title: str
    city: str
    project: ProjectCard
    first: Month
    last: Month
    months: tuple[ReportMonth, ...]
    totals: Mapping[str, int]
    sections: tuple[Section, ...]
    annexes: tuple[Annex, ...]
    earlier: tuple[ReportMonth, ...] = ()
    schema: int = SCHEMA

    @property
    def taken(self) -> tuple[ReportMonth, ...]:
        """Every month that a number of the report is taken from, in order."""
        return (*self.earlier, *self.months)

    @property
    def is_provisional(self) -> bool:
        """Whether a number may still change, because a month is not sealed."""
        return any(month.state is not MonthState.SEALED for month in self.taken)

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values in a fixed order; amounts are strings such as "2450000.00"."""
        project = {
            "name": self.project.name,
            "number": self.project.number,
            "programme": self.project.programme,
            "sequence": self.project.sequence,
            "starts": self.project.starts.isoformat(),
            "ends": self.project.ends.isoformat(),
            "posts": self.project.posts,
            "ministry_grant": str(self.project.ministry_grant),
            "city_share": str(self.project.city_share),
            "publicity": self.project.publicity,
        }
        return {
            "schema": self.schema,
            "kind": self.kind,
            "title": self.title,
            "city": self.city,
            "project": project,
            "first": str(self.first),
            "last": str(self.last),
            "months": list(map(_month, self.months)),
            # A report that counts nothing else says nothing of it, as reports did before they could.
            **({"earlier": list(map(_month, self.earlier))} if self.earlier else {}),
            "totals": dict(self.totals),
            "sections": [_section(section) for section in self.sections],
            "annexes": list(map(_annex, self.annexes)),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Reads what `as_json` wrote; restores the order that a database does not keep. Raises UnknownSchemaError."""
        if data["schema"] != SCHEMA:
            raise UnknownSchemaError(f"Zpráva má verzi {data['schema']}, tato aplikace zná jen verzi {SCHEMA}.")
        project = dict(data["project"])
        project |= {name: date.fromisoformat(project[name]) for name in ("starts", "ends")}
        project |= {name: Decimal(project[name]) for name in ("ministry_grant", "city_share")}
        return cls(
            kind=data["kind"],
            title=data["title"],
            city=data["city"],
            project=ProjectCard(**project),
            first=Month.parse(data["first"]),
            last=Month.parse(data["last"]),
            months=tuple(map(_read_month, data["months"])),
            earlier=tuple(map(_read_month, data.get("earlier", ()))),
            totals=in_order(data["totals"], FIGURES),
            sections=tuple(map(_read_section, data["sections"])),
            annexes=tuple(Annex(**annex) for annex in data["annexes"]),
        )

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal of the canonical JSON: keys sorted, no spaces, UTF-8."""
        return hashlib.sha256(canonical_json(self.as_json())).hexdigest()


def _month(month: ReportMonth) -> dict[str, Any]:
    return {
        "month": str(month.month),
        "state": str(month.state),
        "version": month.version,
        "sha256": month.sha256,
        "totals": dict(month.totals),
    }


def _read_month(data: Mapping[str, Any]) -> ReportMonth:
    return ReportMonth(
        Month.parse(data["month"]),
        MonthState(data["state"]),
        data["version"],
        data["sha256"],
        in_order(data["totals"], FIGURES),
    )


def _annex(annex: Annex) -> dict[str, Any]:
    """An annex without a file says nothing of one, as annexes did before files could be brought."""
    file = {"sha256": annex.sha256, "size": annex.size} if annex.sha256 else {}
    return {"title": annex.title, "file": annex.file, **file}


def _section(section: Section) -> dict[str, Any]:
    return {
        "key": section.key,
        "content": section.content,
        "title": section.title,
        "paragraphs": list(section.paragraphs),
        "facts": [{"label": label, **_cell(cell)} for label, cell in section.facts],
        "charts": [
            {
                "name": chart.name,
                "title": chart.title,
                "unit": chart.unit,
                "bars": [{"label": label, "tick": tick, "value": value} for label, tick, value in chart.bars],
                "table": chart.table,
            }
            for chart in section.charts
        ],
        "tables": [
            {
                "name": table.name,
                "caption": table.caption,
                "columns": [{"label": column.label, "is_number": column.is_number} for column in table.columns],
                "rows": [[_cell(cell) for cell in row] for row in table.rows],
                "total": [_cell(cell) for cell in table.total] if table.total else None,
                "note": table.note,
            }
            for table in section.tables
        ],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    value = str(cell.value) if isinstance(cell.value, Decimal | date) else cell.value
    behind = cell.behind
    records = (
        {
            "figure": behind.figure,
            "first": str(behind.first),
            "last": str(behind.last),
            "breakdown": behind.breakdown,
            "key": behind.key,
        }
        if behind
        else None
    )
    return {"kind": str(cell.kind), "value": value, "records": records}


def _read_cell(data: Mapping[str, Any]) -> Cell:
    kind, value, records = Kind(data["kind"]), data["value"], data["records"]
    if isinstance(value, str) and kind in {Kind.DECIMAL, Kind.MONEY, Kind.PERCENT}:
        value = Decimal(value)
    elif isinstance(value, str) and kind is Kind.DAY:
        value = date.fromisoformat(value)
    return Cell(value, kind, _read_behind(records) if records else None)


def _read_behind(data: Mapping[str, Any]) -> Behind:
    months = {name: Month.parse(data[name]) for name in ("first", "last")}
    return Behind(figure=data["figure"], breakdown=data["breakdown"], key=data["key"], **months)


def _read_row(cells: Iterable[Mapping[str, Any]]) -> tuple[Cell, ...]:
    return tuple(map(_read_cell, cells))


def _read_section(data: Mapping[str, Any]) -> Section:
    return Section(
        key=data["key"],
        content=data["content"],
        title=data["title"],
        paragraphs=tuple(data["paragraphs"]),
        facts=tuple((fact["label"], _read_cell(fact)) for fact in data["facts"]),
        charts=tuple(
            Chart(
                name=chart["name"],
                title=chart["title"],
                unit=chart["unit"],
                bars=tuple((bar["label"], bar["tick"], bar["value"]) for bar in chart["bars"]),
                table=chart["table"],
            )
            for chart in data["charts"]
        ),
        tables=tuple(
            Table(
                name=table["name"],
                caption=table["caption"],
                columns=tuple(Column(column["label"], column["is_number"]) for column in table["columns"]),
                rows=tuple(map(_read_row, table["rows"])),
                total=_read_row(table["total"]) if table["total"] else None,
                note=table["note"],
            )
            for table in data["tables"]
        ),
    )
