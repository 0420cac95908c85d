"""The plan held against what people noted: each shift with the duties served on it, for a month."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from apk.calendar import Month, day_bounds, local_date, time_within
from apk.people.access import Role
from apk.people.models import Assistant, User
from patrols.duties import LONGEST, Duty, Event, Missing, pair, served
from patrols.models import Announcement, AnnouncementQuerySet, Attendance, AttendanceQuerySet, Shift, ShiftQuerySet

# A duty without an end, or begun early or late, still belongs to a shift that is so near.
NEAR = timedelta(hours=2)
DAY = timedelta(days=1)

Planned = Shift | Announcement
"""What stands beside a duty: the shift as the desk has it, for an assistant as they were told of it."""


@dataclass(frozen=True)
class Months:
    """The whole months from `first` to `last`."""

    first: Month
    last: Month

    @property
    def start(self) -> datetime:
        return self.first.start

    @property
    def end(self) -> datetime:
        """The instant when the month after the last one begins."""
        return self.last.end


@dataclass(frozen=True)
class Days:
    """The local days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        return day_bounds(self.first)[0]

    @property
    def end(self) -> datetime:
        """The instant when the day after the last one begins."""
        return day_bounds(self.last)[1]

    @property
    def around(self) -> "Days":
        """With a day more on each side, so that duties of the days are whole."""
        return Days(self.first - DAY, self.last + DAY)


@dataclass(frozen=True)
class DayRow:
    """One planned shift with the duties that belong to it, or a duty that no shift planned (`shift` is None).

    `planned` and `served` are real time inside the months looked at.
    """

    assistant: Assistant
    shift: Planned | None
    duties: tuple[Duty, ...]
    planned: timedelta
    served: timedelta

    @property
    def first(self) -> datetime:
        return self.shift.start if self.shift else self.duties[0].first

    @property
    def day(self) -> date:
        """The local day that the row belongs to."""
        return local_date(self.first)

    @property
    def missing(self) -> tuple[Missing, ...]:
        return tuple(word for duty in self.duties for word in duty.missing)

    @property
    def is_comparable(self) -> bool:
        """Whether the difference says something: the shift has duties and none of them lacks an end."""
        return bool(self.shift and self.duties) and all(duty.is_whole for duty in self.duties)

    @property
    def difference(self) -> timedelta:
        """Served less planned."""
        return self.served - self.planned


@dataclass(frozen=True)
class PersonRow:
    """A person's month: planned and served time, and in how many rows something is missing."""

    assistant: Assistant
    planned: timedelta
    served: timedelta
    troubled: int

    @property
    def difference(self) -> timedelta:
        return self.served - self.planned


def duties_of(events: AttendanceQuerySet) -> dict[int, list[Duty]]:
    """The duties that the events make, by the assistant's id. One query."""
    by_person: dict[int, list[tuple[Event, datetime]]] = defaultdict(list)
    for assistant, event, at in events.order_by("assistant", "at", "id").values_list("assistant", "event", "at"):
        by_person[assistant].append((Event(event), at))
    return {assistant: pair(noted) for assistant, noted in by_person.items()}


def served_seconds(month: Month) -> dict[int, int]:
    """Whole seconds really served in the month by each assistant (id) who served any. One query."""
    duties = duties_of(Attendance.objects.around_month(month))
    seconds = {pk: round(served(mine, month.start, month.end).total_seconds()) for pk, mine in duties.items()}
    return {pk: value for pk, value in seconds.items() if value}


def unfinished(month: Month) -> dict[int, list[Duty]]:
    """Duties of the month that lack something, by the assistant's id. One query."""
    found = {}
    for pk, duties in duties_of(Attendance.objects.around_month(month)).items():
        lacking = [duty for duty in duties if duty.missing and duty.touches(month.start, month.end)]
        if lacking:
            found[pk] = lacking
    return found


def plan_for(reader: User | None) -> ShiftQuerySet | AnnouncementQuerySet:
    """The plan that attendance is held against, without drafts: as the desk has it, for an assistant as announced.

    What a reader may see of it is for the caller to narrow; None reads for the application itself.
    """
    if reader is not None and reader.role == Role.ASSISTANT:
        return Announcement.objects.standing()
    return Shift.objects.announced()


def rows_in(months: Months, user: User, assistant: int | None = None) -> list[DayRow]:
    """The rows of the months that the user may see, the latest day first. Three queries."""
    # A duty that ran over the end of the months belongs to the shift that ended before it.
    shifts = plan_for(user).visible_to(user).overlapping(months.start - NEAR, months.end + NEAR)
    events = Attendance.objects.visible_to(user).around(months.start, months.end)
    people = Assistant.objects.visible_to(user).select_related("user")
    if assistant is not None:
        shifts, events, people = (
            shifts.filter(assistant=assistant),
            events.filter(assistant=assistant),
            people.filter(pk=assistant),
        )
    planned: dict[int, list[Planned]] = defaultdict(list)
    for shift in shifts.select_related("locality"):
        planned[shift.assistant_id].append(shift)
    duties = duties_of(events)
    rows = [row for person in people for row in rows_of(person, planned[person.pk], duties.get(person.pk, []), months)]
    rows.sort(key=lambda row: bytes(row.assistant.user.sort_key))
    return sorted(rows, key=lambda row: row.day, reverse=True)


def rows_of(
    person: Assistant, shifts: Sequence[Planned], duties: Iterable[Duty], months: Months | Days
) -> list[DayRow]:
    """A person's rows; each duty belongs to the shift it shares most time with, or lies nearest to."""
    belonging: dict[int, list[Duty]] = defaultdict(list)
    alone = []
    for duty in (duty for duty in duties if duty.touches(months.start, months.end)):
        shift = max(shifts, key=lambda shift: closeness(duty, shift), default=None)
        if shift is not None and closeness(duty, shift) > (0, -NEAR):
            belonging[shift.pk].append(duty)
        else:
            alone.append(duty)
    return [
        DayRow(
            person,
            shift,
            tuple(belonging[shift.pk]),
            time_within(shift.start, shift.end, months.start, months.end),
            served(belonging[shift.pk], months.start, months.end),
        )
        for shift in shifts
        if belonging[shift.pk] or (shift.start < months.end and shift.end > months.start)
    ] + [DayRow(person, None, (duty,), timedelta(0), duty.served(months.start, months.end)) for duty in alone]


def closeness(duty: Duty, shift: Planned) -> tuple[float, timedelta]:
    """How much a duty belongs to a shift: the seconds they share, then how near (0 or less) they lie."""
    start, end = duty.start or duty.first, duty.end or duty.first
    shared = time_within(start, end, shift.start, shift.end).total_seconds()
    apart = max(shift.start - end, start - shift.end, timedelta(0))
    return shared, -apart


def people_of(rows: Iterable[DayRow], now: datetime) -> list[PersonRow]:
    """The rows summed for each person, in Czech order."""
    mine: dict[Assistant, list[DayRow]] = defaultdict(list)
    for row in rows:
        mine[row.assistant].append(row)
    people = [
        PersonRow(
            person,
            sum((row.planned for row in found), timedelta(0)),
            sum((row.served for row in found), timedelta(0)),
            sum(is_troubled(row, now) for row in found),
        )
        for person, found in mine.items()
    ]
    return sorted(people, key=lambda row: bytes(row.assistant.user.sort_key))


def is_troubled(row: DayRow, now: datetime) -> bool:
    """Whether a person should look at the row: an event is missing, or a shift that has ended has no duty at all."""
    if row.duties:
        return bool(row.missing) and not is_running(row, now)
    return row.shift is not None and row.shift.end <= now


def is_running(row: DayRow, now: datetime) -> bool:
    """Whether its last duty may still be going on, so that its end is not missing yet."""
    last = row.duties[-1] if row.duties else None
    return (
        last is not None
        and last.end is None
        and last.start is not None
        and row.missing == (Missing.END,)
        and (now - last.start < LONGEST)
    )
