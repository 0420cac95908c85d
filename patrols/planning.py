"""The plan of some days: people down, days across, each shift on the day when it begins; and copying a week."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from apk import czech
from apk.calendar import LOCAL, ImpossibleTimeError, Week, holiday, hours, instant
from apk.people.access import Permission, Role
from apk.people.models import Assistant, Employment, Mentorship, PeriodQuerySet, User
from patrols.cover import Gap, gaps_within
from patrols.models import (
    Absence,
    Announcement,
    AnnouncementQuerySet,
    Operation,
    Shift,
    ShiftError,
    ShiftQuerySet,
    Stage,
    state_of,
)
from patrols.rules import Concern, concerns

A_WEEK = timedelta(days=7)


Planned = Shift | Announcement
"""A shift as the desk plans it, or as the assistant knows it."""

AWAY = {
    Absence.Kind.VACATION: "D",
    Absence.Kind.SICK_LEAVE: "PN",
    Absence.Kind.FAMILY_CARE: "OČR",
    Absence.Kind.TIME_OFF: "NV",
    Absence.Kind.UNPAID: "NeV",
    Absence.Kind.OBSTACLE: "P",
}
"""How a timesheet abbreviates the kinds of absence."""

PersonDay = tuple[int, date]
"""An assistant's key and a day."""


@dataclass(frozen=True)
class Day:
    """A column: a day with the name of its public holiday, if it is one."""

    date: date
    holiday: str
    is_today: bool

    @property
    def is_off(self) -> bool:
        return bool(self.holiday) or self.date.isoweekday() > 5

    @cached_property
    def label(self) -> str:
        """„po 5. 4."."""
        return f"{czech.WEEKDAYS_SHORT[self.date.weekday()]} {self.date.day}.\N{NO-BREAK SPACE}{self.date.month}."

    @property
    def short(self) -> str:
        """„po 5", for a column of a month."""
        return f"{czech.WEEKDAYS_SHORT[self.date.weekday()]} {self.date.day}"

    @cached_property
    def look(self) -> str:
        """Names of styles."""
        return " ".join(name for name, holds in (("today", self.is_today), ("day-off", self.is_off)) if holds)

    @cached_property
    def iso(self) -> str:
        """„2021-04-05"."""
        return self.date.isoformat()


@cache
def address_of_change() -> str:
    """Of a shift 0: resolving the address of each of a thousand shifts would take longer than the database does."""
    return reverse("patrols:change-shift", args=[0])


@dataclass(frozen=True)
class Chip:
    """One shift as the plan shows it; `trouble` is „error" or „warning" when a rule speaks of it, else empty."""

    shift: Planned
    trouble: str = ""

    @property
    def url(self) -> str:
        return self.shift.get_absolute_url()

    @property
    def edit_url(self) -> str:
        return address_of_change().replace("/0/", f"/{self.shift.pk}/")

    @property
    def handle(self) -> str:
        """What a step that moves it sends: its key and the revision seen."""
        return f"{self.shift.pk}:{self.shift.revision}"

    @cached_property
    def state(self) -> str:
        """What is yet to be done about it, in Czech; empty when nothing."""
        if isinstance(self.shift, Announcement):
            return "čeká na vaši odpověď" if self.shift.waits else ""
        if self.shift.stage is not Stage.PUBLISHED:
            return self.shift.stage.value
        told = self.shift.announced
        if told is not None and told.answer == Announcement.Answer.DECLINED:
            return "asistent nesouhlasí"
        if told is not None and told.waits and told.asks == Announcement.Question.AGREEMENT:
            return "čeká na souhlas"
        return ""

    @property
    def look(self) -> str:
        """Names of styles."""
        draft = isinstance(self.shift, Shift) and self.shift.stage is not Stage.PUBLISHED
        return " ".join(name for name in (self.trouble, "draft" if draft else "") if name)


@dataclass(frozen=True)
class Cell:
    """One person's shifts on one day; `open` says that the reader may add and change them.

    `concerns` are what the rules say to that day and somebody has to do something about.
    """

    id: str
    day: Day
    shifts: tuple[Planned, ...]
    open: bool
    concerns: tuple[Concern, ...] = ()
    troubles: Mapping[int, str] = field(default_factory=dict)
    gone: tuple[Announcement, ...] = ()
    """Shifts taken out of the plan that the assistant still counts with."""
    absence: Absence | None = None

    @property
    def iso(self) -> str:
        return self.day.iso

    @property
    def look(self) -> str:
        """Names of styles."""
        return f"{self.day.look} absent" if self.absence else self.day.look

    @property
    def away(self) -> str:
        """Two or three letters that say why somebody is away; with a question mark while it is only asked for."""
        if self.absence is None:
            return ""
        letters = AWAY[Absence.Kind(self.absence.kind)]
        return f"{letters}?" if self.absence.waits else letters

    @cached_property
    def chips(self) -> list[Chip]:
        return [Chip(shift, self.troubles.get(shift.pk, "")) for shift in self.shifts]


@dataclass(frozen=True)
class Row:
    assistant: Assistant
    cells: tuple[Cell, ...]

    @cached_property
    def name(self) -> str:
        return str(self.assistant)

    @property
    def shifts(self) -> list[Planned]:
        return [shift for cell in self.cells for shift in cell.shifts]

    @property
    def hours(self) -> Decimal:
        return total_hours(self.shifts)


@dataclass(frozen=True)
class DayTotal:
    """The foot of a column, and the day's list on a phone."""

    day: Day
    cells: tuple[Cell, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def missing(self) -> int:
        """How many people are missing at the needs of the day."""
        return sum(gap.missing for gap in self.gaps)

    @property
    def entries(self) -> list[tuple[Chip, bool]]:
        """The day's shifts by their start, of one start in the people's order, each with whether it is open."""
        return sorted(((chip, cell.open) for cell in self.cells for chip in cell.chips), key=lambda e: e[0].shift.start)

    @property
    def concerns(self) -> list[Concern]:
        return [concern for cell in self.cells for concern in cell.concerns]

    @property
    def shifts(self) -> list[Planned]:
        return [chip.shift for chip, _ in self.entries]

    @property
    def hours(self) -> Decimal:
        return total_hours(self.shifts)


@dataclass(frozen=True)
class Plan:
    """Whom the reader may see on some days. Every shift counts whole to the day when it begins.

    `concerns` is all that the rules say to it, `gaps` what it leaves uncovered; None for assistants, who do not plan.
    """

    days: tuple[Day, ...]
    rows: tuple[Row, ...]
    concerns: tuple[Concern, ...] | None = None
    gaps: tuple[Gap, ...] | None = None

    @property
    def week(self) -> Week:
        """The week of its first day."""
        return Week.of(self.days[0].date)

    @property
    def is_full(self) -> bool:
        return not self.gaps

    @property
    def totals(self) -> list[DayTotal]:
        gaps: dict[date, list[Gap]] = defaultdict(list)
        for gap in self.gaps or ():
            gaps[gap.day].append(gap)
        return [
            DayTotal(day, tuple(row.cells[n] for row in self.rows), tuple(gaps[day.date]))
            for n, day in enumerate(self.days)
        ]

    @property
    def shifts(self) -> list[Planned]:
        return [shift for row in self.rows for shift in row.shifts]

    @property
    def hours(self) -> Decimal:
        return total_hours(self.shifts)

    @property
    def unpublished(self) -> int:
        """How many changes in the days open to the reader nobody was told yet."""
        cells = [cell for row in self.rows for cell in row.cells if cell.open]
        drafts = sum(isinstance(each, Shift) and each.stage is not Stage.PUBLISHED for c in cells for each in c.shifts)
        return drafts + sum(len(cell.gone) for cell in cells)


def week_plan(week: Week, reader: User, today: date) -> Plan:
    return plan_of(week.first_day, week.last_day, reader, today)


def plan_of(first: date, last: date, reader: User, today: date) -> Plan:
    """The plan of the days from `first` to `last` as `reader` may see it, in Czech order of people.

    Fifteen queries whatever its size, fewer for those who do not plan. People are those employed on one of the days,
    and those with a shift on one of them all the same.
    """
    # A boundary is many times larger than the rest of a row.
    shifts = shown_to(reader).starting_within(first, last).select_related("locality").defer("locality__area")
    employed = Assistant.objects.employed_within(first, last)
    people = list(
        Assistant.objects.visible_to(reader)
        .filter(Q(pk__in=employed) | Exists(shifts.filter(assistant=OuterRef("pk"))))
        .select_related("user")
    )
    dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    on_days: dict[PersonDay, list[Planned]] = {}
    for shift in shifts:
        on_days.setdefault((shift.assistant_id, shift.starts_on), []).append(shift)
    open_days = days_open_to(reader, people, dates)
    away = absences_of(reader, people, dates)
    said = concerns(people, first, last, publication=today) if reader.role != Role.ASSISTANT else None
    gone: dict[PersonDay, list[Announcement]] = defaultdict(list)
    if reader.role != Role.ASSISTANT:
        removed = Announcement.objects.visible_to(reader).orphaned().starting_within(first, last)
        for told in removed.select_related("locality"):
            gone[told.assistant_id, told.starts_on].append(told)
    troubles = troubles_of(said or ())
    beside: dict[PersonDay, list[Concern]] = defaultdict(list)
    for concern in said or ():
        if concern.matters and not concern.excused:
            beside[concern.assistant.pk, concern.day].append(concern)
    days = tuple(Day(day, holiday(day), day == today) for day in dates)
    rows = tuple(
        Row(
            person,
            tuple(
                Cell(
                    id=cell_id(person.pk, day.date),
                    day=day,
                    shifts=tuple(on_days.get((person.pk, day.date), ())),
                    open=(person.pk, day.date) in open_days,
                    concerns=tuple(beside.get((person.pk, day.date), ())),
                    troubles=troubles,
                    gone=tuple(gone.get((person.pk, day.date), ())),
                    absence=away.get((person.pk, day.date)),
                )
                for day in days
            ),
        )
        for person in people
    )
    for row in rows:
        for shift in row.shifts:
            shift.assistant = row.assistant
    if said is None:
        return Plan(days, rows)
    return Plan(days, rows, tuple(said), tuple(gaps_within(first, last)))


def absences_of(reader: User, people: Iterable[Assistant], days: Sequence[date]) -> dict[PersonDay, Absence]:
    """Who is away or asks to be, of those absences that the reader may know of. One query."""
    standing = Absence.objects.visible_to(reader).standing().within(days[0], days[-1]).filter(assistant__in=people)
    return {
        (absence.assistant_id, day): absence
        for absence in standing
        for day in days
        if absence.first <= day <= absence.last
    }


def shown_to(reader: User) -> ShiftQuerySet | AnnouncementQuerySet:
    """The plan as `reader` may know it: assistants what they were told, the desk what it plans."""
    if reader.role == Role.ASSISTANT:
        return Announcement.objects.visible_to(reader).standing()
    return Shift.objects.visible_to(reader).with_announcements()


def troubles_of(said: Iterable[Concern]) -> dict[int, str]:
    """For the key of each shift that an error or a warning speaks of, which of the two, the graver one."""
    troubles: dict[int, str] = {}
    for concern in sorted(
        (each for each in said if each.matters and not each.excused), key=lambda each: each.breach.severity
    ):
        troubles.update(dict.fromkeys(concern.shift_keys, concern.severity))
    return troubles


def cell_id(assistant_pk: int, day: date) -> str:
    """The name of a cell within its page, for addresses that lead to it."""
    return f"asistent-{assistant_pk}-{day}"


def days_open_to(reader: User, people: Iterable[Assistant], days: Sequence[date]) -> set[PersonDay]:
    """Days when the reader leads an employed assistant, so may plan their shifts. One query."""
    if not reader.may(Permission.PLAN_SHIFTS):
        return set()
    led = Mentorship.objects.filter(mentor__user=reader, assistant__in=people).filter(
        Q(ends__isnull=True) | Q(ends__gte=days[0]), starts__lte=days[-1]
    )
    both = led.values_list(
        "assistant", "starts", "ends", "assistant__employments__starts", "assistant__employments__ends"
    )
    return {
        (person, day)
        for person, led_since, led_until, since, until in both
        for day in days
        if max(led_since, since) <= day and (led_until is None or day <= led_until) and (until is None or day <= until)
    }


def led_days(mentor: User, people: Iterable[Assistant], days: Sequence[date]) -> set[PersonDay]:
    return days_of(Mentorship.objects.filter(mentor__user=mentor), people, days)


def employed_days(people: Iterable[Assistant], days: Sequence[date]) -> set[PersonDay]:
    return days_of(Employment.objects.all(), people, days)


def days_of(periods: PeriodQuerySet, people: Iterable[Assistant], days: Sequence[date]) -> set[PersonDay]:
    """Every one of the days, which follow one another, that dated rows of these people hold."""
    within = periods.filter(Q(ends__isnull=True) | Q(ends__gte=days[0]), starts__lte=days[-1], assistant__in=people)
    return {
        (period.assistant_id, day)
        for period in within
        for day in days
        if period.starts <= day and (period.ends is None or day <= period.ends)
    }


def total_hours(shifts: Iterable[Planned]) -> Decimal:
    """Hours of whole shifts together, real time."""
    return hours(sum((shift.length for shift in shifts), timedelta(0)))


@dataclass(frozen=True)
class Copy:
    """A shift of the week before, its times in this one, and in Czech why it cannot be so; without times none exist."""

    source: Shift
    start: datetime | None
    end: datetime | None
    obstacle: str

    @property
    def day(self) -> date:
        return self.source.starts_on + A_WEEK


def copies_of_last_week(week: Week, by: User, assistant: Assistant | None = None) -> list[Copy]:
    """What copying the week before into `week` would do, for all whom `by` leads or for one; four queries.

    Shifts keep their time on the clock. Those of people whom `by` no longer leads that day are not offered.
    """
    before = week.previous
    sources = Shift.objects.visible_to(by).starting_within(before.first_day, before.last_day)
    if assistant is not None:
        sources = sources.filter(assistant=assistant)
    shifts = sources.select_related("assistant__user", "locality").order_by("assistant__user__sort_key", "start")
    people = {shift.assistant for shift in shifts}
    led, employed = led_days(by, people, week.days), employed_days(people, week.days)
    taken: dict[int, list[Shift]] = {}
    for shift in Shift.objects.filter(assistant__in=people).overlapping(week.start, week.end + A_WEEK):
        taken.setdefault(shift.assistant_id, []).append(shift)
    return [
        copy_of(shift, employed, taken.get(shift.assistant_id, []))
        for shift in shifts
        if (shift.assistant_id, shift.starts_on + A_WEEK) in led
    ]


def copy_of(shift: Shift, employed: set[PersonDay], taken: Iterable[Shift]) -> Copy:
    """The copy of one shift a week later, among the shifts that the person has then."""
    day = shift.starts_on + A_WEEK
    try:
        start, end = a_week_later(shift.start), a_week_later(shift.end)
    except ImpossibleTimeError as error:
        return Copy(shift, None, None, str(error))
    other = next((other for other in taken if other.start < end and start < other.end), None)
    if (shift.assistant_id, day) not in employed:
        obstacle = "Ten den už nemá platné zaměstnání."
    elif shift.locality.closed_on is not None and shift.locality.closed_on < day:
        obstacle = "Lokalita se ten den už neobchází."
    elif other is not None:
        obstacle = f"V tu dobu už v plánu je směna {other.clock}."
    else:
        obstacle = ""
    return Copy(shift, start, end, obstacle)


def a_week_later(moment: datetime) -> datetime:
    """The instant when clocks show the same a week later. Raises ImpossibleTimeError."""
    shown = moment.astimezone(LOCAL)
    return instant(shown.date() + A_WEEK, shown.time())


def copy_last_week(
    week: Week, by: User, assistant: Assistant | None = None
) -> tuple[list[Shift], list[tuple[Copy, str]]]:
    """Copies the week before into `week`; what stands in the way is left out and named.

    Gives the shifts added, and the copies left out with the Czech reason of each. Each shift is added for itself,
    so doing it once more adds only what is still missing.
    """
    added, left_out = [], []
    for copy in copies_of_last_week(week, by, assistant):
        if copy.obstacle or copy.start is None or copy.end is None:
            left_out.append((copy, copy.obstacle))
            continue
        source = copy.source
        try:
            shift = Shift.objects.assign(
                by=by,
                assistant=source.assistant,
                locality=source.locality,
                start=copy.start,
                end=copy.end,
                note=source.note,
            )
        except ShiftError as refusal:
            left_out.append((copy, str(refusal)))
        else:
            added.append(shift)
    if added:
        Operation.objects.note(
            by,
            f"Zkopírováno: {czech.counted(len(added), 'směna', 'směny', 'směn')}",
            [{"shift": shift.pk, "before": None, "after": state_of(shift)} for shift in added],
        )
    return added, left_out
