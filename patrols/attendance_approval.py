"""Attendance day by day: how each person's day stands, its approval, and corrections that leave the original.

A day is approved with what it held: duties that come to be others afterwards, because a phone sent an event late, are
no longer approved and wait for the mentor again. What is approved nobody changes before the day is opened again.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from secrets import randbits
from uuid import UUID

from django.db import transaction

from apk import czech
from apk.calendar import Month, local_date
from apk.people.models import Assistant, Mentorship, User
from patrols.attendance_days import DAY, NEAR, DayRow, Days, Planned, is_running, plan_for, rows_of
from patrols.duties import LONGEST, Duty, Event, Missing, Span, pair
from patrols.models import (
    Absence,
    Attendance,
    AttendanceError,
    AttendanceStep,
    CorrectionRequest,
)

Move = AttendanceStep.Move


class DayState(StrEnum):
    """How a person's day stands; the values are Czech words for people."""

    EMPTY = "nic tu není"
    AHEAD = "teprve bude"
    RUNNING = "ve službě"
    MISSING = "něco chybí"
    ABSENT = "bez docházky"
    READY = "čeká na schválení"
    CHANGED = "po schválení změněno"
    APPROVED = "schváleno"

    @property
    def look(self) -> str:
        """The class of its badge."""
        return {
            DayState.MISSING: "error",
            DayState.ABSENT: "warning",
            DayState.CHANGED: "warning",
            DayState.READY: "info",
            DayState.RUNNING: "info",
            DayState.APPROVED: "success",
        }.get(self, "")

    @property
    def sign(self) -> str:
        """What stands in a narrow cell instead of the hours; "" where the hours say it."""
        return {
            DayState.MISSING: "?",
            DayState.ABSENT: "–",
            DayState.AHEAD: "…",
            DayState.RUNNING: "…",
            DayState.EMPTY: "–",
        }.get(self, "")

    @property
    def tick(self) -> str:
        """What stands beside the hours."""
        return {DayState.APPROVED: "✓", DayState.CHANGED: "!"}.get(self, "")

    @property
    def waits(self) -> bool:
        """Whether it stands in the way of approving a month."""
        return self in {DayState.MISSING, DayState.ABSENT, DayState.READY, DayState.CHANGED}


APPROVABLE = frozenset({DayState.ABSENT, DayState.READY, DayState.CHANGED})
"""States from which one day may be approved alone; of a whole month those with duties only."""


@dataclass(frozen=True)
class PersonDay:
    """A person's day that a shift was planned for or a duty was served on; `step` is the last one taken.

    `request` is a correction that the assistant proposes and nobody decided yet.
    """

    assistant: Assistant
    day: date
    rows: tuple[DayRow, ...]
    state: DayState
    step: AttendanceStep | None = None
    request: CorrectionRequest | None = None

    @property
    def duties(self) -> list[Duty]:
        return sorted((duty for row in self.rows for duty in row.duties), key=lambda duty: duty.first)

    @property
    def digest(self) -> str:
        return digest_of(self.duties)

    @property
    def planned(self) -> timedelta:
        return sum((row.planned for row in self.rows), timedelta(0))

    @property
    def served(self) -> timedelta:
        return sum((row.served for row in self.rows), timedelta(0))

    @property
    def missing(self) -> tuple[Missing, ...]:
        return tuple(dict.fromkeys(word for row in self.rows for word in row.missing))

    @property
    def may_be_approved(self) -> bool:
        return self.state in APPROVABLE

    @property
    def is_approved(self) -> bool:
        return self.state is DayState.APPROVED


def digest_of(duties: Iterable[Duty]) -> str:
    """A fingerprint of a day's duties, the same for the same instants; of no duty at all too."""

    def told(moment: datetime | None) -> str:
        return moment.astimezone(UTC).isoformat() if moment else "-"

    lines = [
        [told(duty.start), told(duty.end), *(told(each) for pause in duty.breaks for each in (pause.start, pause.end))]
        for duty in duties
    ]
    return hashlib.sha256(repr(lines).encode()).hexdigest()


def state_of(rows: Sequence[DayRow], duties: Sequence[Duty], step: AttendanceStep | None, now: datetime) -> DayState:
    if not rows and step is None:
        return DayState.EMPTY
    if any(row.shift is not None and row.shift.end > now and not row.duties for row in rows):
        return DayState.AHEAD
    if any(is_running(row, now) for row in rows):
        return DayState.RUNNING
    if step is not None and step.move == Move.APPROVE:
        return DayState.APPROVED if step.sha256 == digest_of(duties) else DayState.CHANGED
    if any(row.missing for row in rows):
        return DayState.MISSING
    if any(not row.duties for row in rows):
        return DayState.ABSENT
    return DayState.READY if rows else DayState.EMPTY


def people_days(
    people: Sequence[Assistant], days: Days, now: datetime, reader: User | None = None
) -> dict[int, dict[date, PersonDay]]:
    """Every day of the people that holds something, by the assistant's key and the day. Four queries.

    `people` are those that the reader may see; their duties and their plan, as `plan_for` the reader, are read whole.
    """
    wide = days.around
    planned: dict[int, list[Planned]] = defaultdict(list)
    shifts = plan_for(reader).filter(assistant__in=people).overlapping(wide.start - NEAR, wide.end + NEAR)
    for shift in shifts.select_related("locality").defer("locality__area"):
        planned[shift.assistant_id].append(shift)
    duties = duties_in(people, wide)
    steps = {
        (step.assistant_id, step.day): step
        for step in AttendanceStep.objects.filter(assistant__in=people)
        .within(days.first, days.last)
        .last_of_each_day()
        .select_related("by")
    }
    waiting = CorrectionRequest.objects.waiting().filter(assistant__in=people).within(days.first, days.last)
    requests = {(row.assistant_id, row.day): row for row in waiting}
    found: dict[int, dict[date, PersonDay]] = {}
    for person in people:
        by_day: dict[date, list[DayRow]] = defaultdict(list)
        for row in rows_of(person, planned[person.pk], duties.get(person.pk, []), wide):
            if days.first <= row.day <= days.last:
                by_day[row.day].append(row)
        for day in (day for assistant, day in requests if assistant == person.pk):
            by_day.setdefault(day, [])
        found[person.pk] = {
            day: person_day(person, day, rows, steps.get((person.pk, day)), requests.get((person.pk, day)), now)
            for day, rows in by_day.items()
        }
    return found


def unapproved_days(month: Month, now: datetime) -> int:
    """How many days of all people in the month are over and not approved. Five queries."""
    people = Assistant.objects.employed_within(month.first_day, month.last_day).select_related("user")
    found = people_days(list(people), Days(month.first_day, month.last_day), now)
    return sum(day.state.waits for days in found.values() for day in days.values())


def person_day(
    person: Assistant,
    day: date,
    rows: Iterable[DayRow],
    step: AttendanceStep | None,
    request: CorrectionRequest | None,
    now: datetime,
) -> PersonDay:
    ordered = tuple(sorted(rows, key=lambda row: row.first))
    duties = sorted((duty for row in ordered for duty in row.duties), key=lambda duty: duty.first)
    return PersonDay(person, day, ordered, state_of(ordered, duties, step, now), step, request)


def duties_in(people: Sequence[Assistant], days: Days) -> dict[int, list[Duty]]:
    """The duties of the people around the days, by the assistant's key. One query."""
    noted: dict[int, list[tuple[Event, datetime]]] = defaultdict(list)
    events = Attendance.objects.filter(assistant__in=people).around(days.start, days.end)
    for assistant, event, at in events.order_by("assistant", "at", "id").values_list("assistant", "event", "at"):
        noted[assistant].append((Event(event), at))
    return {assistant: pair(events) for assistant, events in noted.items()}


def day_of(person: Assistant, day: date, now: datetime, reader: User | None = None) -> PersonDay:
    """One person's day as `people_days` has it, also one that holds nothing."""
    found = people_days([person], Days(day, day), now, reader)[person.pk].get(day)
    if found is not None:
        return found
    step = (
        AttendanceStep.objects.filter(assistant=person).within(day, day).last_of_each_day().select_related("by").first()
    )
    return person_day(person, day, (), step, None, now)


def leads(user: User, person: Assistant, day: date) -> bool:
    return Mentorship.objects.on(day).filter(assistant=person, mentor__user=user).exists()


def led_days(user: User, days: Days) -> Mapping[int, list[Days]]:
    """On which of the days the mentor leads whom, by the assistant's key. One query."""
    led: dict[int, list[Days]] = defaultdict(list)
    rows = Mentorship.objects.filter(mentor__user=user, starts__lte=days.last)
    for assistant, starts, ends in rows.values_list("assistant", "starts", "ends"):
        led[assistant].append(Days(starts, ends or days.last))
    return led


def absences_in(people: Sequence[Assistant], days: Days) -> dict[int, list[Absence]]:
    """Approved absences of the people, by the assistant's key, whoever may know their kind. One query."""
    found: dict[int, list[Absence]] = defaultdict(list)
    for row in Absence.objects.approved().filter(assistant__in=people).within(days.first, days.last):
        found[row.assistant_id].append(row)
    return found


# --- Steps ------------------------------------------------------------------------------------------------------------


def refuse_strangers(person: Assistant, day: date, by: User) -> None:
    if not leads(by, person, day):
        raise AttendanceError(f"Dne {czech.day(day)} nepatří {person} mezi asistenty, které vedete.")


@transaction.atomic
def approve(person: Assistant, day: date, *, by: User, seen: str, now: datetime) -> None:
    """Approves one day. `seen` is the digest of what `by` saw.

    Raises AttendanceError for a day that is not led, that lacks something, that is not over, that holds something
    else than was seen, or that is approved already.
    """
    person.lock()
    refuse_strangers(person, day, by)
    found = day_of(person, day, now)
    if found.is_approved:
        raise AttendanceError("Tento den už je schválený.")
    if found.state is DayState.MISSING or found.missing:
        raise AttendanceError(f"Ve službě {czech.joined(found.missing)}. Nejdřív docházku opravte, pak ji schvalte.")
    if not found.may_be_approved:
        raise AttendanceError(f"Tento den zatím schválit nejde: {found.state}.")
    if found.digest != seen:
        raise AttendanceError("Docházka se mezitím změnila. Podívejte se na ni znovu a pak ji schvalte.")
    AttendanceStep.objects.create(assistant=person, day=day, move=Move.APPROVE, by=by, at=now, sha256=found.digest)


def ready_days(days: Mapping[date, PersonDay], led: Iterable[Days]) -> list[PersonDay]:
    """The days that may be approved at once: served, nothing missing, led by the mentor."""
    spans = list(led)
    return [
        found
        for day, found in sorted(days.items())
        if found.state in {DayState.READY, DayState.CHANGED}
        and not found.missing
        and any(span.first <= day <= span.last for span in spans)
    ]


def digest_of_days(days: Iterable[PersonDay]) -> str:
    return hashlib.sha256(repr([(found.day.isoformat(), found.digest) for found in days]).encode()).hexdigest()


@transaction.atomic
def approve_month(person: Assistant, month: Month, *, by: User, seen: str, now: datetime) -> int:
    """Approves all days of the month that are ready; returns how many. `seen` is the digest of those that `by` saw.

    Raises AttendanceError when they are not those that were seen.
    """
    person.lock()
    days = Days(month.first_day, month.last_day)
    ready = ready_days(people_days([person], days, now)[person.pk], led_days(by, days).get(person.pk, ()))
    if digest_of_days(ready) != seen:
        raise AttendanceError("Docházka se mezitím změnila. Podívejte se na ni znovu a pak ji schvalte.")
    AttendanceStep.objects.bulk_create(
        AttendanceStep(assistant=person, day=found.day, move=Move.APPROVE, by=by, at=now, sha256=found.digest)
        for found in ready
    )
    return len(ready)


@transaction.atomic
def reopen(person: Assistant, day: date, *, by: User, reason: str, now: datetime) -> None:
    """Takes an approval back, so that the day may be corrected. Raises AttendanceError when it is not approved."""
    person.lock()
    refuse_strangers(person, day, by)
    if not is_closed(person, day):
        raise AttendanceError("Tento den není schválený, opravit ho jde rovnou.")
    AttendanceStep.objects.create(assistant=person, day=day, move=Move.REOPEN, by=by, at=now, reason=reason)


def is_closed(person: Assistant, day: date) -> bool:
    """Whether the last step of the day is an approval, whatever came since."""
    step = AttendanceStep.objects.filter(assistant=person).within(day, day).last_of_each_day().first()
    return step is not None and step.move == Move.APPROVE


def day_of_event(event: Attendance, now: datetime) -> date:
    """The day to which the duty with the event belongs; for one without a duty its own local day."""
    day = local_date(event.at)
    days = people_days([event.assistant], Days(day - DAY, day), now)[event.assistant_id]
    for found in days.values():
        for duty in found.duties:
            last = max(filter(None, (duty.first, duty.end, *(pause.end or pause.start for pause in duty.breaks))))
            if duty.first <= event.at <= last:
                return found.day
    return day


@dataclass(frozen=True)
class Correction:
    """What a duty really was: from–to with breaks; `instead_of` is the first instant of the duty that it replaces.

    `times` None says that there was no such duty.
    """

    instead_of: datetime | None
    times: Span | None
    breaks: tuple[Span, ...] = ()

    @property
    def events(self) -> list[tuple[Event, datetime]]:
        if self.times is None:
            return []
        start, end = self.times
        pauses = [
            event for pause in self.breaks for event in ((Event.BREAK_START, pause[0]), (Event.BREAK_END, pause[1]))
        ]
        return [(Event.START, start), *pauses, (Event.END, end)]


@transaction.atomic
def correct(person: Assistant, day: date, correction: Correction, *, by: User, reason: str, now: datetime) -> None:
    """Writes down what the duty really was. Events that say something else are taken back and stay readable.

    Raises AttendanceError when the day is approved or not led, when the duty to be replaced is not there any more, and
    when the duty would run into another one, into the future or too long.
    """
    person.lock()
    refuse_strangers(person, day, by)
    if is_closed(person, day):
        raise AttendanceError("Docházka tohoto dne je schválená. Nejdřív den znovu otevřete a napište proč.")
    former = events_of_duty(person, correction.instead_of)
    wanted = correction.events
    if correction.times is not None:
        refuse_impossible(person, correction, {event.pk for event in former}, now)
    for event in former:
        said = (Event(event.event), event.at)
        if said in wanted:
            wanted.remove(said)
        else:
            event.withdraw(at=now, reason=reason, by=by)
    for number, (kind, at) in enumerate(wanted):
        Attendance.objects.create(
            id=minted(now, number), assistant=person, event=kind, at=at, entered_by=by, entry_reason=reason
        )


def minted(now: datetime, number: int) -> UUID:
    """The id of a record begun now, the `number`-th of its step: a UUIDv7 such as phones mint."""
    milliseconds = round(now.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | number << 64 | 0x2 << 62 | randbits(62))


def events_of_duty(person: Assistant, first: datetime | None) -> list[Attendance]:
    """The events that make the duty which begins with the instant `first`, in their order.

    Raises AttendanceError when there is none; for None there are none.
    """
    if first is None:
        return []
    noted = list(
        Attendance.objects.filter(assistant=person)
        .around(first, first + LONGEST)
        .order_by("at", "id")
        .select_for_update()
    )
    for events in duties_apart(noted):
        if events[0].at == first:
            return events
    raise AttendanceError("Tahle služba se mezitím změnila. Podívejte se na ni znovu.")


def duties_apart(noted: Iterable[Attendance]) -> list[list[Attendance]]:
    """The events of each duty: `pair` is asked where a further event begins another one."""
    groups: list[list[Attendance]] = []
    for event in noted:
        group = groups[-1] if groups else []
        if group and len(pair((Event(each.event), each.at) for each in [*group, event])) == 1:
            group.append(event)
        else:
            groups.append([event])
    return groups


def refuse_impossible(person: Assistant, correction: Correction, replaced: set[UUID], now: datetime) -> None:
    """Raises AttendanceError for a duty that cannot be: in the future, too long, or into another one."""
    if correction.times is None:
        return
    start, end = correction.times
    if end > now:
        raise AttendanceError("Docházku jde zapsat, až když služba skončila.")
    if end - start >= LONGEST:
        raise AttendanceError(f"Služba může trvat nejvýš {LONGEST // timedelta(hours=1)} hodin. Zkontrolujte časy.")
    if any(not start < pause_start < pause_end < end for pause_start, pause_end in correction.breaks):
        raise AttendanceError("Přestávka musí ležet uvnitř služby.")
    if any(one[1] >= other[0] for one, other in pairwise(correction.breaks)):
        raise AttendanceError("Přestávky se překrývají. Zkontrolujte časy.")
    others = Attendance.objects.filter(assistant=person).around(start, end).exclude(pk__in=replaced)
    noted = [(Event(event), at) for event, at in others.order_by("at", "id").values_list("event", "at")]
    for duty in pair(noted):
        last = duty.end or duty.first
        # Not even touching: of two events in one second nobody could tell which came first.
        if duty.first <= end and last >= start:
            raise AttendanceError(
                "V té době už má asistent zapsanou jinou službu. Opravte nejdřív ji; "
                "navazující služby zapište jako jednu."
            )


# --- What assistants propose ------------------------------------------------------------------------------------------


@transaction.atomic
def propose(person: Assistant, day: date, correction: Correction, *, reason: str, now: datetime) -> CorrectionRequest:
    """Keeps what the assistant says a duty was until the mentor decides.

    Raises AttendanceError when it could not be taken over, and when another proposal of the day waits.
    """
    person.lock()
    if correction.times is None:
        raise AttendanceError("Napište začátek a konec služby.")
    if is_closed(person, day):
        raise AttendanceError("Docházka tohoto dne je schválená. Požádejte mentora, ať den znovu otevře.")
    if CorrectionRequest.objects.waiting().filter(assistant=person, day=day).exists():
        raise AttendanceError("Pro tento den už návrh čeká. Nejdřív ho vezměte zpět.")
    former = events_of_duty(person, correction.instead_of)
    refuse_impossible(person, correction, {event.pk for event in former}, now)
    start, end = correction.times
    return CorrectionRequest.objects.create(
        assistant=person,
        day=day,
        instead_of=correction.instead_of,
        start=start,
        end=end,
        breaks=[[each.astimezone(UTC).isoformat() for each in pause] for pause in correction.breaks],
        reason=reason,
    )


@transaction.atomic
def take_over(request: CorrectionRequest, *, by: User, now: datetime) -> None:
    """The attendance becomes what the assistant proposed. Raises AttendanceError as `correct` does."""
    request.decide(CorrectionRequest.State.TAKEN, by=by, now=now)
    said = Correction(request.instead_of, (request.start, request.end), tuple(request.pauses))
    correct(request.assistant, request.day, said, by=by, reason=f"Návrh asistenta: {request.reason}", now=now)


def refuse(request: CorrectionRequest, *, by: User, answer: str, now: datetime) -> None:
    """Leaves the attendance as it is. Raises AttendanceError for a day that is not led and a decided proposal."""
    refuse_strangers(request.assistant, request.day, by)
    request.decide(CorrectionRequest.State.REFUSED, by=by, now=now, answer=answer)
