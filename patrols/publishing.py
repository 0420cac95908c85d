"""Making the plan known: what a publication would change for whom, what stands in its way, and doing it.

An assistant learns of the plan only here. Errors of the rules stop a publication, each warning needs a reason that is
kept, and what is told later than the law asks needs the assistant's agreement.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.db import transaction

from apk import czech
from apk.calendar import local_date
from apk.people.models import Assistant, User
from apk.refusal import Refused
from patrols import post
from patrols.labour_code import Severity
from patrols.models import Announcement, LegalLimit, Notice, Override, Publication, Shift, Stage
from patrols.rules import Concern, concerns

Question = Announcement.Question


class PlanMovedError(Refused):
    """The plan is no longer what the mentor decided upon."""


class UnexcusedError(Refused):
    """A rule stands in the way: an error, or a warning without a reason."""


@dataclass(frozen=True)
class Change:
    """What an assistant would learn: of `shift` as it now stands, or, without one, that `told` does not take place."""

    assistant: Assistant
    shift: Shift | None
    told: Announcement | None

    @property
    def kind(self) -> str:
        if self.shift is None:
            return "zrušeno"
        return "změna" if self.told else "nová"

    @property
    def is_withdrawal(self) -> bool:
        return self.shift is None

    @property
    def day(self) -> date:
        """The day that the assistant must know it by: the earlier one when a shift moves."""
        return min(each.starts_on for each in (self.shift, self.told) if each is not None)

    @property
    def start(self) -> datetime:
        return min(each.start for each in (self.shift, self.told) if each is not None)

    @property
    def now(self) -> str:
        return "" if self.shift is None else described(self.shift)

    @property
    def before(self) -> str:
        return "" if self.told is None else described(self.told)

    def sentence(self) -> str:
        """For the assistant: what is new."""
        if self.shift is None:
            return f"Zrušeno: {self.before}"
        if self.told is None:
            return f"Nová směna: {self.now}"
        return f"Změna: {self.now} (dosud {self.before})"

    def asks(self, today: date, notice_days: int) -> Announcement.Question:
        """Shorter notice than the law's is only with agreement (§ 84); what has begun is merely noted."""
        ahead = (self.day - today).days
        return Question.AGREEMENT if 0 <= ahead < notice_days else Question.NOTICE


def described(shift: Shift | Announcement) -> str:
    return f"{shift.summary}{' (končí následující den)' if shift.ends_next_day else ''}"


@dataclass(frozen=True)
class Draft:
    """What would be published, and what the rules say to the people whom it concerns."""

    changes: tuple[Change, ...]
    errors: tuple[Concern, ...]
    unexcused: tuple[Concern, ...]
    """Warnings without a reason yet."""

    @property
    def fingerprint(self) -> str:
        """Another text whenever the mentor would be deciding about something else."""
        parts = [
            (
                change.assistant.pk,
                change.shift and (change.shift.pk, change.shift.revision),
                change.told and (change.told.pk, change.told.revision),
            )
            for change in self.changes
        ]
        said = [each.fingerprint for each in (*self.errors, *self.unexcused)]
        return hashlib.sha256(repr((parts, said)).encode()).hexdigest()[:24]

    @property
    def people(self) -> list[Assistant]:
        return list(dict.fromkeys(change.assistant for change in self.changes))


def draft(by: User, first: date, last: date, *, today: date) -> Draft:
    """What `by` would publish of the days from `first` to `last`; ten queries at most, whatever its size."""
    shifts = (
        Shift.objects.visible_to(by)
        .planned_by(by)
        .starting_within(first, last)
        .select_related("assistant__user", "locality", "announcement__locality", "announcement__assistant__user")
    )
    changes = [change for shift in shifts if shift.stage is not Stage.PUBLISHED for change in changes_of(shift)]
    orphans = (
        Announcement.objects.visible_to(by)
        .planned_by(by)
        .orphaned()
        .starting_within(first, last)
        .select_related("assistant__user", "locality")
    )
    changes += [Change(told.assistant, None, told) for told in orphans]
    changes.sort(key=lambda change: (change.assistant.user.sort_key, change.start))
    people = list(dict.fromkeys(change.assistant for change in changes))
    said = concerns(people, first, last, publication=today) if people else []
    return Draft(
        changes=tuple(changes),
        errors=tuple(each for each in said if each.breach.severity is Severity.ERROR),
        unexcused=tuple(each for each in said if each.breach.severity is Severity.WARNING and each.override is None),
    )


def changes_of(shift: Shift) -> list[Change]:
    """What a shift that is not public as it stands means to whom; handed to another, it concerns two people."""
    told = shift.announced
    if told is None or told.assistant_id == shift.assistant_id:
        return [Change(shift.assistant, shift, told)]
    return [Change(told.assistant, None, told), Change(shift.assistant, shift, None)]


@transaction.atomic
def publish(by: User, first: date, last: date, *, seen: str, reasons: Mapping[str, str], now: datetime) -> Publication:
    """Makes the plan of those days known to everybody whom it concerns; all of it or nothing.

    `seen` is the fingerprint of the draft that the mentor decided upon, `reasons` belong to the fingerprints of
    warnings. Raises `PlanMovedError` when the draft is another by now, `UnexcusedError` when a rule stands in the way,
    and Refused when there is nothing to publish.
    """
    today = local_date(now)
    lock_plans(draft(by, first, last, today=today).people)
    found = draft(by, first, last, today=today)
    if found.fingerprint != seen:
        raise PlanMovedError("Plán se mezitím změnil. Projděte si ho znovu a potom ho zveřejněte.")
    if not found.changes:
        raise Refused("Není co zveřejnit: asistenti už tento plán znají.")
    if found.errors:
        raise UnexcusedError("Plán porušuje pravidlo, které výjimku nepřipouští. Nejdřív ho opravte.")
    if any(not reasons.get(each.fingerprint, "").strip() for each in found.unexcused):
        raise UnexcusedError("Ke každému upozornění napište, proč plán přesto platí.")
    publication = Publication.objects.create(by=by, at=now, first=first, last=last)
    Override.objects.bulk_create(
        Override(
            publication=publication,
            assistant=each.assistant,
            rule=each.breach.rule.value,
            day=each.day,
            sentence=each.sentence,
            reason=reasons[each.fingerprint].strip(),
            fingerprint=each.fingerprint,
        )
        for each in found.unexcused
    )
    # Who hands a shift over is told first: a shift is announced to one person at a time.
    notice = notice_days(found.changes)
    for change in sorted(found.changes, key=lambda change: not change.is_withdrawal):
        announce(change, publication, today, asks=change.asks(today, notice[change.day]))
    tell(publication, found.changes)
    return publication


def notice_days(changes: Sequence[Change]) -> dict[date, int]:
    """How many days ahead a change must be known (§ 84), by the day of the change. One query."""
    days = {change.day for change in changes}
    parts = LegalLimit.objects.in_force(min(days), max(days))
    return {day: next(part.limits.notice_days for part in parts if part.first <= day <= part.last) for day in days}


def lock_plans(people: Sequence[Assistant]) -> None:
    """Lets nobody write these people's shifts until the transaction ends."""
    keys = [person.pk for person in people]
    list(Assistant.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))


def announce(
    change: Change,
    publication: Publication,
    today: date,
    *,
    asks: Announcement.Question,
    agreed_at: datetime | None = None,
) -> Announcement:
    """Writes down what one assistant learns; with `agreed_at` it is what they agreed to themselves."""
    told = change.told or Announcement(shift=change.shift, assistant=change.assistant)
    told.before = change.before
    told.publication, told.announced_on = publication, today
    told.asks, told.answer, told.answered_at = asks, Announcement.Answer.NONE, None
    if agreed_at is not None:
        told.answer, told.answered_at = Announcement.Answer.AGREED, agreed_at
    if change.shift is None:
        told.shift, told.withdrawn = None, True
    else:
        told.locality, told.note = change.shift.locality, change.shift.note
        told.start, told.end = change.shift.start, change.shift.end
    told.save()
    return told


def tell(publication: Publication, changes: Sequence[Change]) -> None:
    """Owes each assistant an e-mail about what is new for them, and calls the worker once all is committed."""
    of_person: dict[Assistant, list[Change]] = defaultdict(list)
    for change in changes:
        of_person[change.assistant].append(change)
    Notice.objects.bulk_create(
        Notice(
            publication=publication,
            assistant=person,
            text="\n".join(f"– {change.sentence()}" for change in sorted(theirs, key=lambda each: each.start)),
        )
        for person, theirs in of_person.items()
        if person.user.email
    )
    transaction.on_commit(partial(post.ring))


def in_words(changes: Sequence[Change]) -> str:
    """„Zveřejněno: 3 nové směny, 1 změna, 2 zrušené směny."."""
    counts = {kind: sum(change.kind == kind for change in changes) for kind in ("nová", "změna", "zrušeno")}
    parts = [
        czech.counted(counts["nová"], "nová směna", "nové směny", "nových směn") if counts["nová"] else "",
        czech.counted(counts["změna"], "změna", "změny", "změn") if counts["změna"] else "",
        czech.counted(counts["zrušeno"], "zrušená směna", "zrušené směny", "zrušených směn")
        if counts["zrušeno"]
        else "",
    ]
    return f"Zveřejněno: {', '.join(part for part in parts if part)}."
