"""How a month stands on its way to being closed: whose confirmation, whose approval it has and whose is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from apk.calendar import Month
from apk.people.models import Assistant, Mentorship
from apk.sync.clocks import happened_at
from apk.sync.models import Receipt
from findings.models import Finding
from patrols.models import Activity, Attendance, Shift
from reports.closing_rules import Move, Part, Standing, State, state_of
from reports.models import ClosingStep, MonthlySummary, Seal


@dataclass(frozen=True)
class Closing:
    """A month on its way. `summary_sha256` are the figures now stored, "" when there are none; `seals` come without
    their content, the first version first; `steps` are all that were ever taken."""

    month: Month
    confirmations: Sequence[Part]
    approvals: Sequence[Part]
    seals: Sequence[Seal]
    steps: Sequence[ClosingStep]
    summary_sha256: str

    @property
    def state(self) -> State:
        return state_of(self.confirmations, self.approvals, len(self.seals))

    @property
    def unconfirmed(self) -> list[Part]:
        return [part for part in self.confirmations if part.standing is not Standing.GIVEN]

    @property
    def unapproved(self) -> list[Part]:
        return [part for part in self.approvals if part.standing is not Standing.GIVEN]


def closing_of(month: Month) -> Closing:
    """How `month` stands now. Six queries, seven when anybody has confirmed and it is not sealed yet."""
    seals = list(Seal.objects.of(month).without_content().select_related("sealed_by", "correction").order_by("version"))
    steps = list(ClosingStep.objects.of(month).select_related("by", "assistant__user", "mentor__user"))
    assistants = list(expected(month))
    mentorships = (
        Mentorship.objects.filter(Q(ends__isnull=True) | Q(ends__gte=month.first_day), starts__lte=month.last_day)
        .filter(assistant__in=assistants)
        .select_related("mentor__user")
        .order_by("mentor__user__sort_key", "mentor")
    )
    mentors = {mentorship.mentor_id: mentorship.mentor for mentorship in mentorships}
    summary = MonthlySummary.objects.of(month).values_list("sha256", flat=True).first() or ""

    confirmed: dict[int, ClosingStep] = {}
    approved: dict[int, ClosingStep] = {}
    for step in steps:
        if step.move == Move.RETURN:
            confirmed, approved = {}, {}
        elif step.assistant_id is not None:
            confirmed[step.assistant_id] = step
        elif step.mentor_id is not None:
            approved[step.mentor_id] = step
    late = {} if seals or not confirmed else last_arrivals(month, confirmed)
    confirmations = [
        part(
            assistant.pk,
            str(assistant),
            confirmed.get(assistant.pk),
            is_outdated=assistant.pk in late and late[assistant.pk] > confirmed[assistant.pk].at,
        )
        for assistant in assistants
    ]
    approvals = [
        part(
            mentor.pk,
            str(mentor),
            approved.get(mentor.pk),
            is_outdated=mentor.pk in approved and not seals and approved[mentor.pk].sha256 != summary,
        )
        for mentor in mentors.values()
    ]
    return Closing(month, confirmations, approvals, seals, steps, summary)


def part(person: int, name: str, step: ClosingStep | None, *, is_outdated: bool) -> Part:
    if step is None:
        return Part(person, name, Standing.MISSING)
    standing = Standing.OUTDATED if is_outdated else Standing.GIVEN
    return Part(person, name, standing, step.at, str(step.by), step.reason)


def expected(month: Month) -> QuerySet[Assistant]:
    """Who confirms a month: everybody employed on a day of it, and everybody whose records are in it."""
    first, last = month.first_day, month.last_day
    records: list[QuerySet[Model]] = [
        Finding.objects.in_month(month),
        Shift.objects.announced().in_month(month),
        Activity.objects.in_month(month),
        Attendance.objects.filter(at__gte=month.start, at__lt=month.end),
    ]
    condition = Q(pk__in=Assistant.objects.employed_within(first, last).values("pk"))
    for rows in records:
        condition |= Q(Exists(rows.order_by().filter(assistant=OuterRef("pk"))))
    return Assistant.objects.filter(condition).select_related("user").order_by("user__sort_key", "pk")


def last_arrivals(month: Month, confirmed: dict[int, ClosingStep]) -> dict[int, datetime]:
    """When the last record of the month arrived from each assistant who has confirmed, of those that came after."""
    since = min(step.at for step in confirmed.values())
    receipts = Receipt.objects.filter(received_at__gt=since, user__assistant__in=confirmed).order_by("received_at")
    times = receipts.values_list("user__assistant", "recorded_at", "clock_skew", "received_at")
    return {
        assistant: received_at
        for assistant, recorded_at, skew, received_at in times
        if month.start <= happened_at(recorded_at, skew, received_at) < month.end
    }
