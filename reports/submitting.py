"""Handing a report over: from then on what was handed over is kept byte for byte, whatever becomes of the report.

The report itself stays open: figures, words and annexes may go on changing. What has changed since can be read as a
difference and handed over as the next version, which names the digest of the one before.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Self

from django.db import transaction

from apk import czech
from apk.people.models import User
from apk.refusal import Refused
from reports import annexes, editions, grant_changes
from reports.canonical import canonical_json
from reports.documents import grant_json
from reports.grant import GrantReport
from reports.grant_changes import Change
from reports.grant_compiling import compiled
from reports.models import ProjectReport, Submission

FORMAT: Final = "apk-grant-report"
SCHEMA: Final = 1
"""Version of the JSON of what was handed over."""

CHANGED_MEANWHILE: Final = "Zpráva se mezitím změnila. Prohlédněte si ji znovu a odevzdání zopakujte."


@dataclass(frozen=True)
class Content:
    """What one version says: the report, why it was handed over again, and what changed since the version before.

    `previous` is the SHA-256 of that version's bytes, "" for the first one. No time and no person is in it.
    """

    version: int
    report: GrantReport
    previous: str = ""
    reason: str = ""
    difference: tuple[Change, ...] = ()

    def as_bytes(self) -> bytes:
        """Canonical JSON in UTF-8: keys sorted, no spaces, a line end. The same content gives the same bytes."""
        data = {
            "format": FORMAT,
            "schema": SCHEMA,
            "version": self.version,
            "report": grant_json.frozen(self.report),
            "previous": self.previous,
            "reason": self.reason,
            "difference": [asdict(change) for change in self.difference],
        }
        return canonical_json(data) + b"\n"

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Reads what `as_bytes` wrote. Raises ValueError for anything else."""
        data = json.loads(content)
        if not isinstance(data, dict) or (data.get("format"), data.get("schema")) != (FORMAT, SCHEMA):
            raise ValueError("not a report that this version of the application knows")
        return cls(
            version=data["version"],
            report=grant_json.thawed(data["report"]),
            previous=data["previous"],
            reason=data["reason"],
            difference=tuple(Change(**change) for change in data["difference"]),
        )


def content_of(submission: Submission) -> Content:
    return Content.from_bytes(bytes(submission.content))


def latest(report: ProjectReport) -> Submission | None:
    """The version handed over last. One query."""
    return report.submissions.order_by("-version").first()


@transaction.atomic
def submit(
    report: ProjectReport, *, by: User, now: datetime, seen: str, reason: str = "", provisional: bool = False
) -> Submission:
    """Keeps the report with the digest `seen` as handed over and asks for its documents. Raises Refused.

    With figures that may still change, `provisional` must say that it is meant so. Another version says its `reason`.
    """
    # Of two who hand over at once the second one finds the version of the first.
    report = ProjectReport.objects.select_related("project").select_for_update(of=("self",)).get(pk=report.pk)
    former = latest(report)
    whole = compiled(report)
    refuse_unready(report, whole, former)
    if whole.digest != seen:
        raise Refused(CHANGED_MEANWHILE)
    if whole.is_provisional and not provisional:
        raise Refused("Některé měsíce nejsou uzavřené. Uzavřete je, nebo potvrďte, že odevzdáváte předběžná čísla.")
    if former and not reason.strip():
        raise Refused("Napište, proč se zpráva odevzdává znovu.")
    content = Content(
        version=former.version + 1 if former else 1,
        report=whole,
        previous=former.sha256 if former else "",
        reason=reason.strip() if former else "",
        difference=tuple(grant_changes.between(content_of(former).report, whole)) if former else (),
    )
    as_bytes = content.as_bytes()
    standing = f"odevzdaná verze {content.version}{', předběžná čísla' if whole.is_provisional else ''}"
    return Submission.objects.create(
        report=report,
        version=content.version,
        content=as_bytes,
        sha256=hashlib.sha256(as_bytes).hexdigest(),
        report_sha256=whole.digest,
        is_provisional=whole.is_provisional,
        submitted_at=now,
        submitted_by=by,
        edition=editions.request_report(str(report.pk), whole, by=by, standing=standing),
    )


def refuse_unready(report: ProjectReport, whole: GrantReport, former: Submission | None) -> None:
    """Raises Refused when there is nothing to hand over, or something is missing."""
    if not whole.sections:
        raise Refused("Zpráva nemá žádný oddíl, není co odevzdat.")
    if lacking := annexes.lacking(report):
        names = czech.joined(f"„{annex.title}“" for annex in lacking)
        raise Refused(f"Přílohám chybí soubor: {names}. Nahrajte ho, nebo přílohu odeberte.")
    if former and former.report_sha256 == whole.digest:
        raise Refused(f"Zpráva se od odevzdané verze {former.version} nezměnila.")


# --- Verifying -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What was found about the versions of one report; `faults` are Czech sentences, none when everything agrees."""

    report: ProjectReport
    versions: int
    sha256: str
    faults: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return not self.faults


def verify(report: ProjectReport) -> Verdict:
    """Whether everything that was handed over is what it was, annexes among it."""
    submissions = list(report.submissions.select_related("edition").order_by("version"))
    faults = tuple(faults_of(submissions))
    return Verdict(report, len(submissions), submissions[-1].sha256 if submissions else "", faults)


def faults_of(submissions: list[Submission]) -> Iterator[str]:
    previous = ""
    for number, submission in enumerate(submissions, start=1):
        named = f"Odevzdaná verze {submission.version}"
        if submission.version != number:
            yield f"Odevzdaná verze {number} chybí."
        as_bytes = bytes(submission.content)
        if hashlib.sha256(as_bytes).hexdigest() != submission.sha256:
            yield f"{named}: uložený obsah nemá otisk, se kterým byl odevzdán."
            return
        try:
            content = Content.from_bytes(as_bytes)
        except (ValueError, LookupError, TypeError):
            yield f"{named}: uložený obsah není odevzdaná zpráva."
            return
        if content.version != submission.version:
            yield f"{named}: obsah patří jiné verzi."
        if content.previous != previous:
            yield f"{named}: nenavazuje na předchozí verzi."
        previous = submission.sha256
        if content.report.digest != submission.report_sha256:
            yield f"{named}: čísla a texty nemají otisk, se kterým byly odevzdány."
        if as_printed(submission.edition.figures) != content.report.digest:
            yield f"{named}: dokumenty jsou z jiné zprávy."
        yield from missing_annexes(named, content.report)


def as_printed(figures: Mapping[str, Any]) -> str:
    return grant_json.thawed(figures).digest


def missing_annexes(named: str, report: GrantReport) -> Iterator[str]:
    for annex in report.annexes:
        if not annex.sha256:
            continue
        try:
            annexes.content_of(annex)
        except OSError:
            yield f"{named}: soubor přílohy „{annex.title}“ chybí."
        except ValueError:
            yield f"{named}: soubor přílohy „{annex.title}“ je jiný, než byl odevzdán."
