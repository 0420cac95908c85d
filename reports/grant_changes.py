"""What differs between two compilations of one report, as people read it. Pure.

Two reports with different digests always differ in something here: what no rule below names is said in a sentence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from apk import czech
from reports.grant import Annex, Cell, GrantReport, ReportMonth, Section, Table

NOTHING = "–"


@dataclass(frozen=True)
class Change:
    """One value: `section` is the title of its section, "" of the report as a whole; `before` or `after` is a dash
    where there was, or is, nothing."""

    section: str
    what: str
    before: str
    after: str


def between(before: GrantReport, after: GrantReport) -> list[Change]:
    """Every difference, in the order of the report; none when both have the same digest."""
    if before.digest == after.digest:
        return []
    found = [
        *compared("", "Název zprávy", before.title, after.title),
        *months(before.taken, after.taken),
        *sections(before.sections, after.sections),
        *annexes(before.annexes, after.annexes),
    ]
    return found or [Change("", "Údaje, které čtenář nevidí", "původní", "jiné (odkazy na záznamy nebo pořadí)")]


def compared(section: str, what: str, before: str, after: str) -> Iterator[Change]:
    if before != after:
        yield Change(section, what, before or NOTHING, after or NOTHING)


def months(before: Sequence[ReportMonth], after: Sequence[ReportMonth]) -> Iterator[Change]:
    """From what each month is taken; of one that is counted anew that it is another count."""
    former, current = ({month.month: month for month in each} for each in (before, after))
    for month in sorted(former.keys() | current.keys()):
        was, is_now = (said(each[month]) if month in each else "" for each in (former, current))
        both = month in former and month in current
        if both and was == is_now and former[month].sha256 != current[month].sha256:
            is_now = f"{is_now}, přepočítaný"
        yield from compared("", f"Měsíc {czech.month(month.first_day)}", was, is_now)


def said(month: ReportMonth) -> str:
    return f"{month.state.label}, verze {month.version}" if month.version else month.state.label


def sections(before: Sequence[Section], after: Sequence[Section]) -> Iterator[Change]:
    former = {section.key: section for section in before}
    current = {section.key: section for section in after}
    for section in after:
        if section.key not in former:
            yield Change(section.title, "Oddíl", NOTHING, "přibyl")
        else:
            yield from within(former[section.key], section)
    yield from (Change(section.title, "Oddíl", "byl", NOTHING) for section in before if section.key not in current)


def within(before: Section, after: Section) -> Iterator[Change]:
    yield from compared(after.title, "Nadpis", before.title, after.title)
    for number, (was, is_now) in enumerate(zip_longest(before.paragraphs, after.paragraphs, fillvalue=""), start=1):
        yield from compared(after.title, f"{number}. odstavec", was, is_now)
    yield from cells(after.title, dict(before.facts), dict(after.facts))
    former, current = ({table.name: table for table in section.tables} for section in (before, after))
    for name in dict.fromkeys([*former, *current]):
        yield from tables(after.title, former.get(name), current.get(name))


def tables(section: str, before: Table | None, after: Table | None) -> Iterator[Change]:
    former, current = (values_of(table) if table else {} for table in (before, after))
    yield from cells(section, former, current)
    was, is_now = (table.note if table else "" for table in (before, after))
    table = after or before
    yield from compared(section, f"{table.caption if table else ''}, poznámka", was, is_now)


def values_of(table: Table) -> dict[str, Cell]:
    """Every value by its row and its column; of rows with the same name the later ones have their number."""
    values: dict[str, Cell] = {}
    rows = [*table.rows, *([table.total] if table.total else [])]
    seen: dict[str, int] = {}
    for row in rows:
        name = row[0].text
        seen[name] = seen.get(name, 0) + 1
        numbered = f"{name} ({seen[name]})" if seen[name] > 1 else name
        for column, cell in zip(table.columns[1:], row[1:], strict=True):
            values[f"{table.caption}: {numbered}, {column.label}"] = cell
    return values


def cells(section: str, before: Mapping[str, Cell], after: Mapping[str, Cell]) -> Iterator[Change]:
    """Values by name that differ, in the order of the later report, those that are gone last."""
    for name in [*after, *(name for name in before if name not in after)]:
        was, is_now = (each[name].text if name in each else NOTHING for each in (before, after))
        yield from compared(section, name, was, is_now)


def annexes(before: Sequence[Annex], after: Sequence[Annex]) -> Iterator[Change]:
    former, current = ([named(annex) for annex in each] for each in (before, after))
    for name in current:
        if name not in former:
            yield Change("", "Příloha", NOTHING, name)
    for name in former:
        if name not in current:
            yield Change("", "Příloha", name, NOTHING)


def named(annex: Annex) -> str:
    digest = f", otisk {annex.sha256[:12]}" if annex.sha256 else ""
    return f"{annex.title} ({annex.file}{digest})" if annex.file else annex.title
