"""Closing a month: assistants confirm, mentors approve, the coordinator seals; and correcting one that is sealed.

Each step is a function that locks the month, looks how it stands, writes a step that never changes, and refuses in a
Czech sentence. Whether a role may take a step in a state stands in `closing_rules.ALLOWED`.
"""

import json
from collections.abc import Callable, Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apk import czech
from apk.calendar import Month
from apk.people.access import Role
from apk.people.models import Assistant, Mentor, Mentorship, User
from apk.refusal import Refused
from patrols.models import Announcement
from reports import closing_rules, closings, differences, editions, snapshots
from reports.checklist import hindrances
from reports.closing_rules import Move
from reports.closings import Closing
from reports.inputs import fingerprints
from reports.models import ClosingStep, MonthCorrection, MonthlySummary, Seal, lock_month
from reports.snapshots import Content
from reports.summary import MonthSummary

CHANGED_MEANWHILE = "Čísla se mezitím změnila. Prohlédněte si je znovu a krok zopakujte."
SEALED = "Měsíc {} je uzavřený, měnit ho lze jen opravou."

IMPOSSIBLE = {
    closing_rules.State.OPEN: "Měsíc je otevřený: nejdřív ho musí potvrdit všichni asistenti.",
    closing_rules.State.CONFIRMED: "Měsíc čeká na schválení mentora.",
    closing_rules.State.APPROVED: "Měsíc je už schválený. Chcete-li v něm něco změnit, vraťte ho k doplnění.",
    closing_rules.State.SEALED: "Měsíc je uzavřený, měnit ho lze jen opravou.",
    closing_rules.State.CORRECTED: "Měsíc je uzavřený, měnit ho lze jen opravou.",
}
"""Why a step is not possible, by where the month stands."""


def is_sealed(month: Month) -> bool:
    """Whether the month's records are closed to everything but a correction. One query."""
    return Seal.objects.of(month).exists()


# --- From open to sealed ---------------------------------------------------------------------------------------------


@transaction.atomic
def confirm(month: Month, *, by: User, now: datetime) -> None:
    """An assistant says that all their records of the month are here. Raises Refused, also while they have not
    answered a shift of the month that they were told of."""
    standing = begun(month, Move.CONFIRM, by, now)
    assistant = Assistant.objects.get(user=by)
    if assistant.pk not in {part.person for part in standing.confirmations}:
        raise Refused("V tom měsíci jste nesloužili, není co potvrzovat.")
    if Announcement.objects.unanswered().in_month(month).filter(assistant=assistant).exists():
        raise Refused("Nejdřív odpovězte na směny, které vám mentor v tom měsíci oznámil.")
    take(month, Move.CONFIRM, by, now, assistant=assistant)


@transaction.atomic
def vouch(month: Month, assistants: Iterable[Assistant], *, by: User, now: datetime, reason: str) -> None:
    """Confirms for assistants who cannot do it themselves. Raises Refused, PermissionDenied for whom `by` does not
    lead."""
    standing = begun(month, Move.VOUCH, by, now)
    missing = {part.person for part in standing.unconfirmed}
    chosen = list(assistants)
    if not chosen:
        raise Refused("Vyberte aspoň jednoho asistenta.")
    for assistant in chosen:
        if assistant.pk not in missing:
            raise Refused(f"{assistant} už měsíc potvrdil(a), nebo v něm nesloužil(a).")
        if by.role == Role.MENTOR and not leads(by, assistant, month):
            raise PermissionDenied
        take(month, Move.VOUCH, by, now, assistant=assistant, reason=reasoned(reason))


@transaction.atomic
def approve(month: Month, *, by: User, now: datetime, seen: str) -> None:
    """A mentor approves the figures with the SHA-256 `seen`. Raises Refused."""
    standing = begun(month, Move.APPROVE, by, now)
    mentor = Mentor.objects.get(user=by)
    if mentor.pk not in {part.person for part in standing.approvals}:
        raise Refused("V tom měsíci jste nikoho nevedli, schválit ho má jiný mentor.")
    take(month, Move.APPROVE, by, now, mentor=mentor, sha256=approved_figures(standing, seen))


@transaction.atomic
def stand_in(month: Month, *, by: User, now: datetime, seen: str, reason: str) -> None:
    """The coordinator approves the figures `seen` for every mentor who has not, and says why. Raises Refused."""
    standing = begun(month, Move.STAND_IN, by, now)
    sha256 = approved_figures(standing, seen)
    if not standing.approvals:
        raise Refused("Asistenty v tom měsíci nikdo nevedl. Správce nebo mentor musí doplnit, kdo je vedl.")
    for mentor in Mentor.objects.filter(pk__in=[part.person for part in standing.unapproved]):
        take(month, Move.STAND_IN, by, now, mentor=mentor, sha256=sha256, reason=reasoned(reason))


@transaction.atomic
def send_back(month: Month, *, by: User, now: datetime, reason: str) -> None:
    """Returns a month that is not sealed to the beginning: everybody confirms and approves again. Raises Refused."""
    begun(month, Move.RETURN, by, now)
    take(month, Move.RETURN, by, now, reason=reasoned(reason))


@transaction.atomic
def seal(month: Month, *, by: User, now: datetime, seen: str) -> Seal:
    """Seals the month with the figures `seen`, which are those that mentors approved. Raises Refused.

    The figures are counted once more from the rows that are sealed; when they are not those approved, nothing happens.
    """
    # The row first, then the month: a build that is storing its figures holds them in this order too.
    MonthlySummary.objects.select_for_update().of(month).first()
    standing = begun(month, Move.SEAL, by, now)
    refuse_hindered(standing)
    rows = snapshots.gathered(month)
    summary = snapshots.counted(month, rows)
    if summary.digest != standing.summary_sha256 or summary.digest != seen:
        raise Refused("Záznamy se od schválení změnily. Přepočítejte přehled a požádejte mentora o nové schválení.")
    sealed = stored(Content(month, 1, summary.as_json(), rows), summary, by=by, now=now)
    take(month, Move.SEAL, by, now, sha256=sealed.figures_sha256)
    editions.request_month(summary, by=by, standing=standing_of(summary))
    return sealed


def standing_of(summary: MonthSummary) -> str:
    """How final these figures are, as documents print it. One query.

    They are those of the last version that was sealed with them, whatever is sealed between reading them and asking.
    """
    versions = Seal.objects.of(summary.month).filter(figures_sha256=summary.digest)
    latest = versions.without_content().order_by("-version").first()
    return f"uzavřený měsíc, verze {latest.version}" if latest else editions.OPEN_MONTH


def begun(month: Month, move: Move, by: User, now: datetime) -> Closing:
    """How the month stands, held until the transaction ends. Raises Refused, PermissionDenied for a wrong role."""
    permit(by, move)
    lock_month(month)
    standing = closings.closing_of(month)
    if now < month.end:
        raise Refused("Měsíc ještě neskončil, uzavírat ho lze až po jeho posledním dni.")
    if not closing_rules.is_possible(move, standing.state):
        raise Refused(IMPOSSIBLE[standing.state])
    return standing


def permit(by: User, move: Move) -> None:
    """Raises PermissionDenied for a role that may not make the move in any state."""
    if not any(closing_rules.may(Role(by.role), move, state) for state in closing_rules.State):
        raise PermissionDenied


def take(month: Month, move: Move, by: User, now: datetime, **details: object) -> None:
    ClosingStep.objects.create(month=month.first_day, move=move, by=by, at=now, **details)


def reasoned(reason: str) -> str:
    """The reason without spaces around. Raises Refused for none."""
    if not reason.strip():
        raise Refused("Napište důvod.")
    return reason.strip()


def leads(mentor: User, assistant: Assistant, month: Month) -> bool:
    """Whether `mentor` led the assistant on a day of the month."""
    led = Mentorship.objects.filter(assistant=assistant, mentor__user=mentor, starts__lte=month.last_day)
    return any(row.ends is None or row.ends >= month.first_day for row in led)


def approved_figures(standing: Closing, seen: str) -> str:
    """The SHA-256 of the stored figures, if they are those `seen` and nothing stands in the way. Raises Refused."""
    refuse_hindered(standing)
    if standing.summary_sha256 != seen:
        raise Refused(CHANGED_MEANWHILE)
    return seen


def refuse_hindered(standing: Closing) -> None:
    """Raises Refused with the first thing that approval and sealing have to wait for."""
    for hindrance in hindrances(standing):
        if hindrance.blocks:
            raise Refused(hindrance.text)


def stored(
    content: Content, summary: MonthSummary, *, by: User, now: datetime, correction: MonthCorrection | None = None
) -> Seal:
    """Writes a sealed version."""
    as_bytes = content.as_bytes()
    return Seal.objects.create(
        month=content.month.first_day,
        version=content.version,
        content=as_bytes,
        sha256=snapshots.digest_of(as_bytes),
        figures_sha256=summary.digest,
        sealed_at=now,
        sealed_by=by,
        correction=correction,
    )


# --- Correcting what is sealed ---------------------------------------------------------------------------------------


@transaction.atomic
def correct(
    months: Iterable[Month],
    change: Callable[[], object],
    *,
    by: User,
    now: datetime,
    reason: str,
    seen: str | None = None,
) -> list[Seal]:
    """Carries out `change` on records of sealed months and seals the next version of each, or does nothing at all.

    `change` touches records of `months` only and of each at least one; it may raise Refused. With `seen`, the SHA-256
    that `previewed` gave, a version other than the one previewed is refused. Raises Refused.
    """
    ordered = sorted(set(months))
    former = [held(month, by) for month in ordered]
    corrections = [MonthCorrection.objects.open_for(month, by=by, reason=reasoned(reason)) for month in ordered]
    change()
    seals = [
        next_version(seal, correction, by=by, now=now) for seal, correction in zip(former, corrections, strict=True)
    ]
    if seen is not None and digest_of(map(content_of, seals)) != seen:
        raise Refused(CHANGED_MEANWHILE)
    return seals


def previewed(
    months: Iterable[Month], change: Callable[[], object], *, by: User, now: datetime, reason: str
) -> tuple[list[Content], str]:
    """What `correct` would seal, without a trace, and the SHA-256 that names it. Raises Refused."""
    with transaction.atomic():
        seals = correct(months, change, by=by, now=now, reason=reason)
        contents = [content_of(seal) for seal in seals]
        transaction.set_rollback(True)
    return contents, digest_of(contents)


def content_of(seal: Seal) -> Content:
    return Content.from_bytes(bytes(seal.content))


def digest_of(contents: Iterable[Content]) -> str:
    """Names what people were shown of a correction: upon what it builds, which figures it changes and how many records.

    Not the rows themselves: what the database numbers by itself has another number each time.
    """
    shown = [
        {
            "previous": content.previous,
            "figures": content.difference["figures"],
            "records": sorted((record["table"], record["change"]) for record in content.difference["records"]),
        }
        for content in contents
        if content.difference is not None
    ]
    return snapshots.digest_of(json.dumps(shown, sort_keys=True).encode())


def held(month: Month, by: User) -> Seal:
    """The latest version of a sealed month, which nobody else corrects until the transaction ends. Raises Refused."""
    permit(by, Move.CORRECT)
    MonthlySummary.objects.select_for_update().of(month).first()
    lock_month(month)
    latest = Seal.objects.of(month).order_by("-version").first()
    if latest is None:
        raise Refused(f"Měsíc {czech.month(month.first_day)} není uzavřený, opravuje se bez tohoto kroku.")
    return latest


def next_version(former: Seal, correction: MonthCorrection, *, by: User, now: datetime) -> Seal:
    """Seals the month as its records are now. Raises Refused when they are what they were."""
    month = former.period
    before = content_of(former)
    rows = snapshots.gathered(month)
    summary = snapshots.counted(month, rows)
    figures = summary.as_json()
    difference = differences.between(month, (before.figures, before.rows), (figures, before.comparable(rows)))
    if not difference["records"]:
        raise Refused("Oprava nic nemění: záznamy jsou stejné jako v uzavřené verzi.")
    content = Content(
        month=month,
        version=former.version + 1,
        figures=figures,
        rows=rows,
        previous=former.sha256,
        reason=correction.reason,
        difference=difference,
    )
    # Before the seal, for with it the month is closed again, to this transaction too.
    MonthlySummary.objects.store(summary, inputs=fingerprints([month])[month], by=by)
    sealed = stored(content, summary, by=by, now=now, correction=correction)
    take(month, Move.CORRECT, by, now, reason=correction.reason, sha256=sealed.figures_sha256)
    editions.request_month(summary, by=by, standing=standing_of(summary))
    return sealed
