"""The Labour Code (zákoník práce, zákon č. 262/2006 Sb.) as far as it binds a plan of shifts: each rule a named check.

Pure: frozen dataclasses in, breaches out; no model, no clock, no settings. Limits are data (`Limits`) with the law's
defaults. All arithmetic is between instants, so that a night when the clocks change has its true 7 or 9 hours; local
time matters only where the law speaks of days, weeks and night hours. How the ambiguous provisions are read, and why,
stands in docs/decisions/0045-labour-code.md.

Words used throughout:

*worked time*
    the union of the shifts without their planned breaks (§ 88: breaks are not working time);
*work*
    one day's work of a person, what the law calls a shift: a stretch of adjoining shifts, and with it whatever
    else starts on the same local day after an interruption shorter than the daily rest;
*rest*
    the time between two works.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Self

from apk import czech
from apk.calendar import LOCAL, Week, day_bounds, holiday, instant, local_date

ZERO = timedelta(0)
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)

Span = tuple[datetime, datetime]
"""From an instant (in) to an instant (out), in UTC."""


class Severity(IntEnum):
    """How grave a breach is: an error stops publishing, a warning needs a reason, a note only informs."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        return {Severity.NOTE: "poznámka", Severity.WARNING: "upozornění", Severity.ERROR: "chyba"}[self]


class Rule(Enum):
    """A rule: its Czech title, its paragraph of the Labour Code (empty where common sense rules), its severity."""

    title: str
    paragraph: str
    severity: Severity

    OVERLAP = "overlap", "Překryv směn", "", Severity.ERROR
    ABSENCE = "absence", "Směna v době nepřítomnosti", "", Severity.ERROR
    LONG_WORK = "long_work", "Délka směny", "§ 83", Severity.ERROR
    REST_TOO_SHORT = "rest_too_short", "Denní odpočinek", "§ 90", Severity.ERROR
    REST_SHORTENED = "rest_shortened", "Zkrácený denní odpočinek", "§ 90", Severity.WARNING
    REST_NOT_MADE_UP = "rest_not_made_up", "Nevyrovnaný zkrácený odpočinek", "§ 90", Severity.WARNING
    REST_FROM_START = "rest_from_start", "Odpočinek do 24 h od začátku směny", "§ 90", Severity.WARNING
    REST_FROM_END = "rest_from_end", "Odpočinek do 24 h od konce směny", "§ 90", Severity.WARNING
    WEEKLY_REST = "weekly_rest", "Odpočinek v týdnu", "§ 92", Severity.WARNING
    AVERAGE_HOURS = "average_hours", "Týdenní pracovní doba", "§ 79, 80 a 93", Severity.WARNING
    WEEKLY_OVERTIME = "weekly_overtime", "Práce přesčas v týdnu", "§ 93", Severity.WARNING
    YEARLY_OVERTIME = "yearly_overtime", "Práce přesčas v roce", "§ 93", Severity.WARNING
    NIGHT_WORK = "night_work", "Noční práce", "§ 94", Severity.WARNING
    BREAK_MISSING = "break_missing", "Přestávka v práci", "§ 88", Severity.WARNING
    BREAK_AT_EDGE = "break_at_edge", "Přestávka na kraji směny", "§ 88", Severity.WARNING
    LATE_NOTICE = "late_notice", "Seznámení s rozvrhem", "§ 84", Severity.WARNING
    HOLIDAY = "holiday", "Práce ve svátek", "§ 91", Severity.NOTE
    REST_DAY = "rest_day", "Práce v den pracovního klidu", "§ 91", Severity.NOTE
    SPLIT_SHIFT = "split_shift", "Rozdělená směna", "§ 130", Severity.NOTE

    def __new__(cls, code: str, title: str, paragraph: str, severity: Severity) -> Self:
        rule = object.__new__(cls)
        rule._value_ = code
        rule.title, rule.paragraph, rule.severity = title, paragraph.replace(" ", czech.SPACE), severity
        return rule


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of the law; an employer may set stricter ones, or those of another year."""

    longest_work: timedelta = 12 * HOUR
    daily_rest: timedelta = 11 * HOUR
    shortened_rest: timedelta = 8 * HOUR
    weekly_rest: timedelta = 35 * HOUR
    weekly_rest_in_week: timedelta = 24 * HOUR
    """How much of the weekly rest must lie in the week itself; what is above it is the daily rest that it joins."""
    weekly_hours: timedelta = 40 * HOUR
    averaging_weeks: int = 26
    """Length of the averaging period, 26 weeks or, where a collective agreement says so, 52."""
    averaging_from: date = date(2021, 1, 4)
    """A Monday on which an averaging period begins; the others follow it and precede it without gaps."""
    weekly_overtime: timedelta = 8 * HOUR
    yearly_overtime: timedelta = 150 * HOUR
    night_starts: time = time(22)
    night_ends: time = time(6)
    night_worker: timedelta = 3 * HOUR
    """From how many night hours on a work counts as a night worker's (§ 78)."""
    night_work: timedelta = 8 * HOUR
    work_without_break: timedelta = 6 * HOUR
    shortest_break: timedelta = 30 * MINUTE
    shortest_part_of_break: timedelta = 15 * MINUTE
    break_after: timedelta = 4 * HOUR
    """After how much work a planned break begins: the employer's own schedule of breaks (§ 88 odst. 3 asks for one)."""
    break_length: timedelta = 30 * MINUTE
    notice_days: int = 14
    rest_days: frozenset[int] = frozenset({5, 6})
    """Weekdays of rest, Monday is 0."""
    split_interruption: timedelta = 2 * HOUR


LAW = Limits()


def planned_breaks(start: datetime, end: datetime, limits: Limits = LAW) -> tuple[Span, ...]:
    """The breaks that a shift has by the employer's schedule: one whenever the work left is more than may go without.

    A shift of six hours has none, one of eight has a break in the middle, one of twelve has two. Each lies inside.
    """
    breaks: list[Span] = []
    # Two times of one zone are subtracted as a wall clock would.
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    while end - start > limits.work_without_break:
        start += limits.break_after
        if start + limits.break_length >= end:
            break
        breaks.append((start, start + limits.break_length))
        start += limits.break_length
    return tuple(breaks)


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A shift as planned. Times must be aware; they are kept in UTC.

    `breaks` are spans inside the shift; None says that breaks are not planned, and they are not judged. `announced` is
    the day on which the person was told of the shift as it now stands, `agreed` that they agreed to shorter notice.
    Raises ValueError when the times make no shift.
    """

    key: Hashable
    start: datetime
    end: datetime
    breaks: tuple[Span, ...] | None = None
    announced: date | None = None
    agreed: bool = False

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a shift needs aware times")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise ValueError(f"a shift ends after it starts, not {self.start} – {self.end}")
        if self.breaks is not None:
            breaks = tuple(sorted((start.astimezone(UTC), end.astimezone(UTC)) for start, end in self.breaks))
            if any(not self.start <= start < end <= self.end for start, end in breaks):
                raise ValueError("a break lies in its shift and ends after it starts")
            object.__setattr__(self, "breaks", breaks)

    @cached_property
    def day(self) -> date:
        """The local day on which it starts."""
        return local_date(self.start)

    @cached_property
    def text(self) -> str:
        """„po 5. 4. 2021 22:00–6:00"."""
        start, end = self.start.astimezone(LOCAL), self.end.astimezone(LOCAL)
        clock = f"{start.hour}:{start.minute:02}–{end.hour}:{end.minute:02}"
        return f"{_day(self.day)}{czech.SPACE}{clock}"

    @cached_property
    def worked(self) -> tuple[Span, ...]:
        """The shift without its breaks."""
        return tuple(_without((self.start, self.end), self.breaks or ()))


@dataclass(frozen=True)
class Absence:
    """An approved absence from an instant to another; `label` is how breaches call it, for all who read them."""

    start: datetime
    end: datetime
    label: str = "nepřítomnost"

    @classmethod
    def of_days(cls, first: date, last: date, label: str = "nepřítomnost") -> "Absence":
        """Whole local days, both included."""
        return cls(day_bounds(first)[0], day_bounds(last)[1], label)

    @property
    def text(self) -> str:
        """„dovolená 5.–9. 4. 2021"."""
        first, last = local_date(self.start), local_date(self.end - timedelta.resolution)
        return f"{self.label} {czech.days(first, last)}"


@dataclass(frozen=True)
class Person:
    """What the law asks of the employee.

    `fte` is the úvazek, 1 is the full weekly hours. `since` and `until` bound the employment (both days included; None
    is unbounded): an averaging period counts only days in it. `credited` holds, by ISO week, hours that count but are
    not among the shifts given: work of earlier weeks, and absences that the law regards as work (§ 348).
    """

    fte: Decimal = Decimal(1)
    since: date | None = None
    until: date | None = None
    credited: Mapping[Week, timedelta] = field(default_factory=lambda: MappingProxyType({}), hash=False)


@dataclass(frozen=True, kw_only=True)
class Breach:
    """What is wrong (or worth knowing), where, and by how much.

    `shifts` are those that the sentence speaks of, in time order; `day` is the local day to show it at (of a week the
    Monday). `measured` is what the plan gives and `limit` what the rule asks, where the rule measures time.
    """

    rule: Rule
    sentence: str
    shifts: tuple[Shift, ...]
    day: date
    measured: timedelta | None = None
    limit: timedelta | None = None

    @property
    def severity(self) -> Severity:
        return self.rule.severity

    @property
    def paragraph(self) -> str:
        """„§ 90", empty where no paragraph is broken."""
        return self.rule.paragraph

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """Another value whenever the breach is another: a reason given for one does not excuse the next."""
        return self.rule.value, self.day, self.measured, tuple((s.key, s.start, s.end) for s in self.shifts)


def check(
    person: Person,
    shifts: Iterable[Shift],
    *,
    absences: Iterable[Absence] = (),
    limits: Limits = LAW,
    publication: date | None = None,
) -> list[Breach]:
    """All breaches in one person's shifts, by day and the gravest first.

    The shifts need no order, but must be all of the person's in the time that is judged and a week to each side of it:
    what is missing counts as free time. `publication` is the day on which shifts that were not announced yet would be;
    None leaves their notice unjudged.
    """
    record = _Record(person, sorted(shifts, key=_chronologically), tuple(absences), limits, publication)
    breaches = [breach for examine in CHECKS for breach in examine(record)]
    breaches.sort(key=lambda breach: (breach.day, -breach.severity))
    return breaches


@lru_cache(maxsize=4096)
def night_of(day: date, limits: Limits = LAW) -> Span:
    """The night (§ 78: 22–6) that begins on a local day, in UTC: 8 hours, 7 or 9 when the clocks change."""
    return instant(day, limits.night_starts), instant(day + timedelta(days=1), limits.night_ends)


def night_time(start: datetime, end: datetime, limits: Limits = LAW) -> timedelta:
    """How much real time between two instants lies in the night."""
    total = ZERO
    day = local_date(start) - timedelta(days=1)
    night = night_of(day, limits)
    while night[0] < end:
        total += _shared((start, end), night)
        day += timedelta(days=1)
        night = night_of(day, limits)
    return total


@dataclass(frozen=True)
class Work:
    """One day's work: shifts in time order that the law sees as one shift, and the time worked on them."""

    shifts: tuple[Shift, ...]
    start: datetime
    end: datetime
    worked: tuple[Span, ...]
    interruptions: tuple[Span, ...]
    """Between its shifts; planned breaks are not among them."""

    @property
    def day(self) -> date:
        return self.shifts[0].day

    @property
    def hours(self) -> timedelta:
        return _total(self.worked)

    @property
    def text(self) -> str:
        return " + ".join(shift.text for shift in self.shifts)


def works_of(shifts: Iterable[Shift], limits: Limits = LAW) -> list[Work]:
    """One person's shifts put together to days' works, in time order."""
    groups: list[list[Shift]] = []
    end = datetime.min.replace(tzinfo=UTC)
    for shift in sorted(shifts, key=_chronologically):
        gap = shift.start - end
        if groups and (gap <= ZERO or (shift.day == groups[-1][0].day and gap < limits.daily_rest)):
            groups[-1].append(shift)
            end = max(end, shift.end)
        else:
            groups.append([shift])
            end = shift.end
    return [_work(group) for group in groups]


def _work(shifts: Sequence[Shift]) -> Work:
    present = _union((shift.start, shift.end) for shift in shifts)
    return Work(
        shifts=tuple(shifts),
        start=present[0][0],
        end=present[-1][1],
        worked=tuple(_union(span for shift in shifts for span in shift.worked)),
        interruptions=tuple((before[1], after[0]) for before, after in pairwise(present)),
    )


@dataclass
class _Record:
    """One person's shifts and what several checks derive from them."""

    person: Person
    shifts: Sequence[Shift]
    absences: Sequence[Absence]
    limits: Limits
    publication: date | None

    @cached_property
    def works(self) -> list[Work]:
        return works_of(self.shifts, self.limits)

    @cached_property
    def worked(self) -> list[Span]:
        return [span for work in self.works for span in work.worked]

    @cached_property
    def starts(self) -> list[datetime]:
        return [start for start, _ in self.worked]

    @cached_property
    def planned_by_week(self) -> dict[Week, timedelta]:
        """Worked time of the shifts by ISO week; what runs over Sunday's midnight is split there."""
        totals: dict[Week, timedelta] = defaultdict(timedelta)
        for span in self.worked:
            moment = span[0]
            while moment < span[1]:
                week, _, week_end = week_of(local_date(moment))
                totals[week] += min(span[1], week_end) - moment
                moment = week_end
        return totals

    @cached_property
    def hours_by_week(self) -> dict[Week, timedelta]:
        """Planned and credited hours by ISO week, in time order."""
        credited = self.person.credited
        weeks = sorted(self.planned_by_week.keys() | credited.keys())
        return {week: self.planned_by_week.get(week, ZERO) + credited.get(week, ZERO) for week in weeks}

    def worked_within(self, start: datetime, end: datetime) -> timedelta:
        total = ZERO
        for span in self.worked[max(bisect_right(self.starts, start) - 1, 0) :]:
            if span[0] >= end:
                break
            total += _shared(span, (start, end))
        return total

    def shifts_in(self, week: Week) -> tuple[Shift, ...]:
        _, start, end = week_of(week.first_day)
        return tuple(shift for shift in self.shifts if shift.start < end and shift.end > start)


def _overlap(record: _Record) -> Iterator[Breach]:
    for position, shift in enumerate(record.shifts):
        for other in record.shifts[position + 1 :]:
            if other.start >= shift.end:
                break
            shared = min(shift.end, other.end) - other.start
            yield Breach(
                rule=Rule.OVERLAP,
                sentence=f"Směny {shift.text} a {other.text} se překrývají o {_hours(shared)}.",
                shifts=(shift, other),
                day=other.day,
                measured=shared,
                limit=ZERO,
            )


def _absence(record: _Record) -> Iterator[Breach]:
    for absence in record.absences:
        for shift in record.shifts:
            if shared := _shared((shift.start, shift.end), (absence.start, absence.end)):
                yield Breach(
                    rule=Rule.ABSENCE,
                    sentence=f"Směna {shift.text} zasahuje {_hours(shared)} do nepřítomnosti ({absence.text}).",
                    shifts=(shift,),
                    day=shift.day,
                    measured=shared,
                    limit=ZERO,
                )


def _long_work(record: _Record) -> Iterator[Breach]:
    limit = record.limits.longest_work
    for work in record.works:
        if work.hours > limit:
            yield Breach(
                rule=Rule.LONG_WORK,
                sentence=f"Směna {work.text} má {_hours(work.hours)} práce, nejvýš smí mít {_hours(limit)}.",
                shifts=work.shifts,
                day=work.day,
                measured=work.hours,
                limit=limit,
            )


def _daily_rest(record: _Record) -> Iterator[Breach]:
    """Rest between two works; a shortened one must be made up for in the next (§ 90 odst. 2)."""
    limits = record.limits
    owed = ZERO
    for before, after in pairwise(record.works):
        rest = after.start - before.end
        needed = limits.daily_rest + owed
        if rest >= needed:
            owed = ZERO
            continue
        between = f"Mezi směnami {before.shifts[-1].text} a {after.shifts[0].text} je odpočinek {_hours(rest)}"
        shifts = (before.shifts[-1], after.shifts[0])
        if owed:
            yield Breach(
                rule=Rule.REST_NOT_MADE_UP,
                sentence=f"{between}; předchozí byl o {_hours(owed)} zkrácen, tento má mít nejméně {_hours(needed)}.",
                shifts=shifts,
                day=after.day,
                measured=rest,
                limit=needed,
            )
        owed = ZERO
        if rest < limits.shortened_rest:
            yield Breach(
                rule=Rule.REST_TOO_SHORT,
                sentence=f"{between}, nejméně musí být {_hours(limits.shortened_rest)}.",
                shifts=shifts,
                day=after.day,
                measured=rest,
                limit=limits.shortened_rest,
            )
        elif rest < limits.daily_rest:
            owed = limits.daily_rest - rest
            yield Breach(
                rule=Rule.REST_SHORTENED,
                sentence=(
                    f"{between} místo {_hours(limits.daily_rest)}. Zkrátit jej lze jen při nerovnoměrném rozvržení "
                    f"pracovní doby a další odpočinek musí mít nejméně {_hours(limits.daily_rest + owed)}."
                ),
                shifts=shifts,
                day=after.day,
                measured=rest,
                limit=limits.daily_rest,
            )


def _rest_within_day(record: _Record) -> Iterator[Breach]:
    """The daily rest in one piece within 24 hours, counted from a work's start and from its end (§ 90 odst. 1)."""
    limit = record.limits.daily_rest
    for position, work in enumerate(record.works):
        for rule, since, words in (
            (Rule.REST_FROM_START, work.start, "od začátku"),
            (Rule.REST_FROM_END, work.end, "od konce"),
        ):
            rest = _longest_rest(record.works, position, since + DAY)
            if rest >= limit:
                continue
            following = record.works[position + 1].shifts[:1] if position + 1 < len(record.works) else ()
            next_one = f", další je {following[0].text}" if following else ""
            yield Breach(
                rule=rule,
                sentence=(
                    f"Do 24{czech.SPACE}h {words} směny {work.text}{next_one}: nejdelší odpočinek vcelku má "
                    f"{_hours(rest)}, nejméně má mít {_hours(limit)}."
                ),
                shifts=(*work.shifts, *following),
                day=work.day,
                measured=rest,
                limit=limit,
            )


def _longest_rest(works: Sequence[Work], position: int, until: datetime) -> timedelta:
    """The longest rest in one piece from the end of a work until an instant."""
    longest, free_from = ZERO, works[position].end
    for following in works[position + 1 :]:
        if following.start >= until:
            break
        longest = max(longest, following.start - free_from)
        free_from = following.end
    return max(longest, until - free_from)


def _weekly_rest(record: _Record) -> Iterator[Breach]:
    """For each ISO week with work: a rest of 35 h, of which 24 h lie in the week (§ 92 with § 90)."""
    limits = record.limits
    outside = limits.weekly_rest - limits.weekly_rest_in_week
    works = record.works
    weeks = {week_of(local_date(moment)) for start, end in record.worked for moment in (start, end - MINUTE / 60)}
    ends = [work.end for work in works]
    for week, week_start, week_end in sorted(weeks):
        best = ZERO
        around: tuple[Work, ...] = ()
        # The rest before a work and after the last one; those that end before the week are of no use to it.
        for position in range(bisect_right(ends, week_start), len(works) + 1):
            free_from = works[position - 1].end if position else week_start - DAY * 7
            free_until = works[position].start if position < len(works) else week_end + DAY * 7
            in_week = _shared((free_from, free_until), (week_start, week_end))
            rest = min(free_until - free_from, in_week + outside)
            if in_week and rest > best:
                best = rest
                around = (*works[max(position - 1, 0) : position], *works[position : position + 1])
            if free_until >= week_end:
                break
        if best < limits.weekly_rest:
            beside = " a ".join(shift.text for shift in _edges(around))
            yield Breach(
                rule=Rule.WEEKLY_REST,
                sentence=(
                    f"V týdnu {czech.days(week.first_day, week.last_day)} má nejdelší nepřetržitý odpočinek "
                    f"{_hours(best)}{f' (u směn {beside})' if beside else ''}, nejméně má mít "
                    f"{_hours(limits.weekly_rest)}."
                ),
                shifts=_edges(around),
                day=week.first_day,
                measured=best,
                limit=limits.weekly_rest,
            )


def _edges(around: Sequence[Work]) -> tuple[Shift, ...]:
    """The shifts between which a rest lies."""
    if len(around) == 2:
        return around[0].shifts[-1], around[1].shifts[0]
    return tuple(work.shifts[0] for work in around)


def averaging_period(week: Week, limits: Limits = LAW) -> tuple[date, date]:
    """The first and the last day of the averaging period that holds a week."""
    length = timedelta(weeks=limits.averaging_weeks)
    first = limits.averaging_from + (week.first_day - limits.averaging_from) // length * length
    return first, first + length - timedelta(days=1)


def hours_allowed(person: Person, first: date, last: date, limits: Limits = LAW) -> timedelta:
    """The weekly hours by úvazek for the days of employment from `first` to `last`, a day being a seventh of a week."""
    since, until = max(first, person.since or first), min(last, person.until or last)
    days = max((until - since).days + 1, 0)
    exact = limits.weekly_hours // timedelta.resolution * Fraction(person.fte) * days / 7
    return timedelta(microseconds=int(exact))


def _average_hours(record: _Record) -> Iterator[Breach]:
    """Hours of an averaging period against the weekly hours by úvazek; shown at the week that goes beyond them."""
    periods: dict[tuple[date, date], list[Week]] = defaultdict(list)
    for week in record.hours_by_week:
        periods[averaging_period(week, record.limits)].append(week)
    for (first, last), weeks in periods.items():
        total = sum((record.hours_by_week[week] for week in weeks), ZERO)
        allowed = hours_allowed(record.person, first, last, record.limits)
        if total <= allowed or not any(week in record.planned_by_week for week in weeks):
            continue
        week = _crossing(((week, record.hours_by_week[week]) for week in weeks), allowed)
        yield Breach(
            rule=Rule.AVERAGE_HOURS,
            sentence=(
                f"Ve vyrovnávacím období {czech.days(first, last)} je naplánováno {_hours(total)}, při úvazku "
                f"{czech.number(record.person.fte)} nejvýš {_hours(allowed)}. Překročeno v týdnu "
                f"{czech.days(week.first_day, week.last_day)}."
            ),
            shifts=record.shifts_in(week),
            day=week.first_day,
            measured=total,
            limit=allowed,
        )


def _overtime(record: _Record) -> Iterator[Breach]:
    """Hours above the full weekly hours, of part-timers too (§ 78); the year is the one of the ISO week."""
    limits = record.limits
    years: dict[int, list[tuple[Week, timedelta]]] = defaultdict(list)
    for week, hours in record.hours_by_week.items():
        overtime = hours - limits.weekly_hours
        if overtime <= ZERO:
            continue
        years[week.year].append((week, overtime))
        if overtime > limits.weekly_overtime and week in record.planned_by_week:
            yield Breach(
                rule=Rule.WEEKLY_OVERTIME,
                sentence=(
                    f"V týdnu {czech.days(week.first_day, week.last_day)} je {_hours(hours)} práce, tedy "
                    f"{_hours(overtime)} nad {_hours(limits.weekly_hours)}; přesčas smí mít nejvýš "
                    f"{_hours(limits.weekly_overtime)} týdně."
                ),
                shifts=record.shifts_in(week),
                day=week.first_day,
                measured=overtime,
                limit=limits.weekly_overtime,
            )
    for year, weeks in years.items():
        total = sum((overtime for _, overtime in weeks), ZERO)
        if total > limits.yearly_overtime and any(week.year == year for week in record.planned_by_week):
            week = _crossing(weeks, limits.yearly_overtime)
            yield Breach(
                rule=Rule.YEARLY_OVERTIME,
                sentence=(
                    f"V roce {year} je {_hours(total)} přesčasu, nařídit jej lze nejvýš "
                    f"{_hours(limits.yearly_overtime)}. Překročeno v týdnu {czech.days(week.first_day, week.last_day)}."
                ),
                shifts=record.shifts_in(week),
                day=week.first_day,
                measured=total,
                limit=limits.yearly_overtime,
            )


def _crossing(amounts: Iterable[tuple[Week, timedelta]], limit: timedelta) -> Week:
    """The week that takes the running total beyond the limit. Raises ValueError when none does."""
    total = ZERO
    for week, amount in amounts:
        total += amount
        if total > limit:
            return week
    raise ValueError(f"{total} is within {limit}")


def _night_work(record: _Record) -> Iterator[Breach]:
    """At most 8 h within 24 h from the start of a work with 3 h or more in the night (§ 94, § 78)."""
    limits = record.limits
    for work in record.works:
        night = sum((night_time(start, end, limits) for start, end in work.worked), ZERO)
        if night < limits.night_worker:
            continue
        worked = record.worked_within(work.start, work.start + DAY)
        if worked > limits.night_work:
            others = [shift for shift in record.shifts if work.end <= shift.start < work.start + DAY]
            also = "".join(f" + {shift.text}" for shift in others)
            yield Breach(
                rule=Rule.NIGHT_WORK,
                sentence=(
                    f"Směna {work.text}{also} má do 24{czech.SPACE}h od začátku {_hours(worked)} práce, z toho v noci "
                    f"{_hours(night)}; při noční práci nejvýš {_hours(limits.night_work)}."
                ),
                shifts=(*work.shifts, *others),
                day=work.day,
                measured=worked,
                limit=limits.night_work,
            )


def _breaks(record: _Record) -> Iterator[Breach]:
    """A break of 30 min after at most 6 h, in parts of 15 min or more, neither first nor last (§ 88)."""
    limits = record.limits
    for work in record.works:
        if any(shift.breaks is None for shift in work.shifts):
            continue
        if (stretch := _longest_without_break(work, limits)) > limits.work_without_break:
            yield Breach(
                rule=Rule.BREAK_MISSING,
                sentence=(
                    f"Ve směně {work.text} je {_hours(stretch)} práce bez přestávky; nejdéle po "
                    f"{_hours(limits.work_without_break)} má být přestávka nejméně {_hours(limits.shortest_break)} "
                    f"(v částech po nejméně {_hours(limits.shortest_part_of_break)})."
                ),
                shifts=work.shifts,
                day=work.day,
                measured=stretch,
                limit=limits.work_without_break,
            )
        for shift in work.shifts:
            for start, end in shift.breaks or ():
                if start <= work.start or end >= work.end:
                    where = "začátku" if start <= work.start else "konci"
                    yield Breach(
                        rule=Rule.BREAK_AT_EDGE,
                        sentence=(
                            f"Přestávka {_hours(end - start)} je na {where} směny {shift.text}; má být uvnitř, jinak "
                            "se nepočítá."
                        ),
                        shifts=(shift,),
                        day=shift.day,
                        measured=end - start,
                    )


def _longest_without_break(work: Work, limits: Limits) -> timedelta:
    """The most work between two whole breaks; a break in parts is whole when its last part brings it to 30 min."""
    longest = stretch = rested = ZERO
    previous_end: datetime | None = None
    for start, end in work.worked:
        pause = start - previous_end if previous_end else ZERO
        if pause >= limits.shortest_part_of_break:
            rested += pause
            if rested >= limits.shortest_break:
                stretch = rested = ZERO
        stretch += end - start
        longest = max(longest, stretch)
        previous_end = end
    return longest


def _notice(record: _Record) -> Iterator[Breach]:
    """The schedule, and a change of it, is made known two weeks ahead unless agreed otherwise (§ 84)."""
    for shift in record.shifts:
        announced = shift.announced or record.publication
        if announced is None or shift.agreed:
            continue
        ahead = (shift.day - announced).days
        if ahead < record.limits.notice_days:
            yield Breach(
                rule=Rule.LATE_NOTICE,
                sentence=(
                    f"O směně {shift.text} se asistent dozví {_ahead(ahead)} ({czech.day(announced)}), má to být "
                    f"nejméně {czech.counted(record.limits.notice_days, 'den', 'dny', 'dní')}; jinak jen po dohodě."
                ),
                shifts=(shift,),
                day=shift.day,
                measured=timedelta(days=ahead),
                limit=timedelta(days=record.limits.notice_days),
            )


def _ahead(days: int) -> str:
    if days > 0:
        return f"{czech.counted(days, 'den', 'dny', 'dní')} předem"
    return "až v den směny" if days == 0 else "až po ní"


def _days_of_rest(record: _Record) -> Iterator[Breach]:
    """Work on holidays (zákon č. 245/2000 Sb.) and on weekly days of rest (§ 91)."""
    for shift in record.shifts:
        day = shift.day
        while (bounds := _bounds(day))[0] < shift.end:
            name = holiday(day)
            if name or day.weekday() in record.limits.rest_days:
                worked = sum((_shared(span, bounds) for span in shift.worked), ZERO)
                if worked:
                    yield Breach(
                        rule=Rule.HOLIDAY if name else Rule.REST_DAY,
                        sentence=(
                            f"Směna {shift.text} má {_hours(worked)} "
                            + (f"ve svátek ({czech.day(day)} {name})." if name else f"v den klidu ({_day(day)}).")
                        ),
                        shifts=(shift,),
                        day=day,
                        measured=worked,
                    )
            day += timedelta(days=1)


def _split_shift(record: _Record) -> Iterator[Breach]:
    """A work whose interruptions are 2 h together or more (§ 130)."""
    limit = record.limits.split_interruption
    for work in record.works:
        interrupted = _total(work.interruptions)
        if interrupted >= limit:
            yield Breach(
                rule=Rule.SPLIT_SHIFT,
                sentence=f"Směna {work.text} je rozdělená: přerušení trvá {_hours(interrupted)}, náleží příplatek.",
                shifts=work.shifts,
                day=work.day,
                measured=interrupted,
                limit=limit,
            )


CHECKS: tuple[Callable[[_Record], Iterator[Breach]], ...] = (
    _overlap,
    _absence,
    _long_work,
    _daily_rest,
    _rest_within_day,
    _weekly_rest,
    _average_hours,
    _overtime,
    _night_work,
    _breaks,
    _notice,
    _days_of_rest,
    _split_shift,
)


def _chronologically(shift: Shift) -> Span:
    return shift.start, shift.end


def _shared(span: Span, other: Span) -> timedelta:
    return max(min(span[1], other[1]) - max(span[0], other[0]), ZERO)


def _total(spans: Iterable[Span]) -> timedelta:
    return sum((end - start for start, end in spans), ZERO)


def _union(spans: Iterable[Span]) -> list[Span]:
    """The spans joined where they meet or overlap, in time order."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _without(span: Span, holes: Iterable[Span]) -> Iterator[Span]:
    """What the holes leave of a span; they lie in it, in order of their starts."""
    start, end = span
    for hole_start, hole_end in holes:
        if hole_start > start:
            yield start, hole_start
        start = max(start, hole_end)
    if start < end:
        yield start, end


@lru_cache(maxsize=4096)
def _bounds(day: date) -> Span:
    """The instants in UTC when a local day begins and when the next one does."""
    start, end = day_bounds(day)
    return start.astimezone(UTC), end.astimezone(UTC)


@lru_cache(maxsize=4096)
def week_of(day: date) -> tuple[Week, datetime, datetime]:
    """The ISO week that holds a local day, and the instants in UTC when it begins and ends."""
    week = Week.of(day)
    return week, week.start.astimezone(UTC), week.end.astimezone(UTC)


def _day(day: date) -> str:
    """„po 5. 4. 2021"."""
    return f"{czech.WEEKDAYS_SHORT[day.weekday()]}{czech.SPACE}{czech.day(day)}"


def _hours(period: timedelta) -> str:
    """„7 h 30 min", to the second where it has seconds."""
    seconds = int(period.total_seconds())
    parts = [(seconds // 3600, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s")]
    return czech.SPACE.join(f"{n}{czech.SPACE}{unit}" for n, unit in parts if n) or f"0{czech.SPACE}h"
