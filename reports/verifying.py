"""Verifying sealed months: are the sealed bytes what was sealed, do the figures follow from the rows, do the records
still stand as they were sealed? Reads everything, changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError, transaction

from apk.calendar import Month
from reports import differences, guards, snapshots
from reports.canonical import canonical_json
from reports.models import MonthlySummary, Seal
from reports.snapshots import RECORDS, Content


@dataclass(frozen=True)
class Verdict:
    """What was found about a month; `faults` are Czech sentences, none when everything agrees, the first one first."""

    month: Month
    versions: int
    sha256: str
    faults: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return not self.faults


def verify(month: Month) -> Verdict:
    """Everything about one sealed month, all of one instant."""
    with transaction.atomic():
        seals = list(Seal.objects.of(month).order_by("version"))
        faults = tuple(faults_of(month, seals))
    return Verdict(month, len(seals), seals[-1].sha256 if seals else "", faults)


def missing_guards() -> list[str]:
    """What the database ought to guard and does not, as sentences."""
    return [f"Tabulku {table} nehlídá spoušť {trigger}." for table, trigger in guards.missing()]


def faults_of(month: Month, seals: list[Seal]) -> Iterator[str]:
    previous = ""
    last: Content | None = None
    for number, seal in enumerate(seals, start=1):
        named = f"Verze {seal.version}"
        content_bytes = bytes(seal.content)
        if seal.version != number:
            yield f"Verze {number} chybí."
        if snapshots.digest_of(content_bytes) != seal.sha256:
            # What else differs in it says nothing any more.
            yield f"{named}: uložený obsah nemá otisk, se kterým byl uzavřen."
            return
        try:
            last = Content.from_bytes(content_bytes)
            wrong = list(wrong_figures(named, seal, last))
        except (ValueError, LookupError, TypeError, DatabaseError):
            yield f"{named}: uložený obsah není uzavřený měsíc."
            return
        if (last.month, last.version) != (month, seal.version):
            yield f"{named}: obsah patří jinému měsíci nebo jiné verzi."
        if last.previous != previous:
            yield f"{named}: nenavazuje na předchozí verzi."
        previous = seal.sha256
        yield from wrong
    if last is not None:
        yield from changed_records(month, last)
        stored = MonthlySummary.objects.of(month).values_list("sha256", flat=True).first()
        if stored != seals[-1].figures_sha256:
            yield "Přehled měsíce má jiná čísla než poslední uzavřená verze."


def wrong_figures(named: str, seal: Seal, content: Content) -> Iterator[str]:
    """Whether the sealed figures are those that the sealed rows give."""
    if digest_of_figures(content) != seal.figures_sha256:
        yield f"{named}: čísla nemají otisk, se kterým byla uzavřena."
    counted = snapshots.counted(content.month, content.rows).as_json()
    nothing: snapshots.Rows = {}
    difference = differences.between(content.month, (content.figures, nothing), (counted, nothing))
    for change in difference["figures"]:
        where = f" ({change['label']})" if change["label"] else ""
        yield (
            f"{named}: ukazatel {change['figure']}{where} je {change['before']}, ze záznamů vychází {change['after']}."
        )


def digest_of_figures(content: Content) -> str:
    """The digest of a summary as it was sealed, whatever its schema: that of its canonical JSON."""
    return snapshots.digest_of(canonical_json(content.figures))


def changed_records(month: Month, content: Content) -> Iterator[str]:
    """Whether the records in the database are those that were sealed."""
    now = content.comparable(snapshots.gathered(month))
    known = {table: now[table] for table in RECORDS if table in content.rows}
    for change in differences.between(month, (content.figures, content.rows), (content.figures, known))["records"]:
        columns = ", ".join(
            f"{name}: uzavřeno {before}, teď {after}" for name, (before, after) in change["columns"].items()
        )
        words = {"added": "přibyl", "removed": "chybí", "changed": "se liší"}[change["change"]]
        yield f"Záznam {change['table']} {change['id']} {words}{f' ({columns})' if columns else ''}."
