"""Proposes a plan of shifts: people, needs and what is already fixed in; assignments and reasons out.

Pure: no model, no clock of the day, no settings. What is asked is a `Task`; `propose` answers with a `Proposal` that
breaks no rule of the Labour Code which a plan can break, says for each need left open why nobody can take it, and for
each person how their share compares with a fair one.

How it decides (docs/decisions/0046-rostering.md):

1. As much of the needs as possible is covered, by weight. How much that is, a linear programme says at once.
2. Among such plans the last months and this one together are spread fairly: the squares of differences from fair
   shares of hours, nights, weekends and holidays are the least; a pair that works apart costs as well.

Needs at the same time are one *slot* to the law, whatever their locality, so people are first matched to slots, which
is what an integer programme does, and then within a slot to localities.
"""

import math
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from fractions import Fraction
from functools import cached_property, reduce
from typing import Final

from apk import czech
from apk.calendar import Week, day_bounds, holiday, local_date
from patrols.integer_programme import Programme, Solution, Term
from patrols.labour_code import (
    DAY,
    LAW,
    ZERO,
    Absence,
    Breach,
    Limits,
    Person,
    Rule,
    Shift,
    averaging_period,
    check,
    hours_allowed,
    night_time,
    week_of,
)

HARD = frozenset(Rule) - {
    Rule.BREAK_MISSING,
    Rule.BREAK_AT_EDGE,
    Rule.LATE_NOTICE,
    Rule.HOLIDAY,
    Rule.REST_DAY,
    Rule.SPLIT_SHIFT,
}
"""Rules that a proposal never breaks, be they errors or warnings in a plan made by hand."""

STANDARD_SHIFT = timedelta(hours=8)
"""In what hours are counted when they are weighed against nights and weekends."""

FULL_TIME = Person()

SPLIT_PAIR = 0.5
"""What a slot in which a pair works apart costs; a night above the fair share costs 1, the second one 3 more."""


COVER_FIRST = 100
"""What a place left open in the least of needs costs: more than any unevenness it could spare."""


class Measure(Enum):
    """What is shared fairly. Hours are counted in standard shifts of 8 hours, the others in shifts."""

    HOURS = "hodiny"
    NIGHTS = "noci"
    WEEKENDS = "víkendy"
    HOLIDAYS = "svátky"


Load = Mapping[Measure, float]


@dataclass(frozen=True, kw_only=True)
class Need:
    """So many people in a locality from–to. `weight` is how much one of them matters; it must be above 0.

    Needs at the same time have the same `breaks`.
    """

    key: Hashable
    locality: str
    start: datetime
    end: datetime
    people: int = 1
    weight: float = 1
    breaks: tuple[tuple[datetime, datetime], ...] | None = None
    """As those of a shift: not working time, and not judged when None."""

    @cached_property
    def shift(self) -> Shift:
        return Shift(key=self.key, start=self.start, end=self.end, breaks=self.breaks)

    @property
    def text(self) -> str:
        """„Jílová, po 5. 4. 2021 22:00–6:00"."""
        return f"{self.locality}, {self.shift.text}"


@dataclass(frozen=True)
class History:
    """What a person has done in the last months. `presence` is days × úvazek in which they could have."""

    presence: float = 0
    hours: timedelta = ZERO
    nights: int = 0
    weekends: int = 0
    holidays: int = 0

    @property
    def load(self) -> Load:
        return {
            Measure.HOURS: self.hours / STANDARD_SHIFT,
            Measure.NIGHTS: self.nights,
            Measure.WEEKENDS: self.weekends,
            Measure.HOLIDAYS: self.holidays,
        }


@dataclass(frozen=True)
class Pin:
    """A shift that stays as it is, in the period or near it; `need` is the key of the need that it serves, if any."""

    shift: Shift
    need: Hashable | None = None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A person who may be given shifts.

    `pins` are all their shifts from a week before the period to a week after it. `fund` is the most that they may work
    in the period, pins included; None is the weekly hours by úvazek for the days when they are employed and present.
    """

    key: Hashable
    name: str
    person: Person = FULL_TIME
    absences: tuple[Absence, ...] = ()
    pins: tuple[Pin, ...] = ()
    history: History = History()
    fund: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be planned: from the first to the last local day, both included.

    `pairs` are keys of candidates who should work together. `split_shifts` allows interruptions of two hours and more
    in a day's work.
    """

    first: date
    last: date
    needs: tuple[Need, ...]
    candidates: tuple[Candidate, ...]
    pairs: tuple[tuple[Hashable, Hashable], ...] = ()
    limits: Limits = LAW
    split_shifts: bool = False


@dataclass(frozen=True)
class Assignment:
    candidate: Hashable
    need: Hashable


@dataclass(frozen=True)
class Obstacle:
    """Why a candidate cannot take a need; `kind` is short and the same for alike reasons („jiná směna")."""

    candidate: Hashable
    kind: str
    sentence: str


@dataclass(frozen=True)
class OpenNeed:
    """A need with fewer people than it asks, and why nobody else can take it."""

    need: Hashable
    missing: int
    obstacles: tuple[Obstacle, ...]
    sentence: str


@dataclass(frozen=True)
class Share:
    """A candidate's load: `planned` in the period with pins, `total` with the last months, and the `fair` total."""

    candidate: Hashable
    planned: Load
    total: Load
    fair: Load
    sentence: str


@dataclass(frozen=True)
class Conflict:
    """What among the pins cannot stand together; the proposal adds nothing to it. `shifts` are those of the pins."""

    candidates: tuple[Hashable, ...]
    shifts: tuple[Shift, ...]
    sentence: str
    rule: Rule | None = None


@dataclass(frozen=True)
class Progress:
    """How far the search is: seconds since it began, and by how much, at most, it could still better its plan.

    `gap` is a share; None before it is known.
    """

    phase: str
    seconds: float
    gap: float | None


@dataclass(frozen=True)
class Proposal:
    """The plan proposed and what is to be known of it.

    `cover_gap` is how much more of all needs (by weight, a share) an ideal plan might cover, `fairness_gap` how much of
    the unfairness it might spare; 0 is a proven optimum. `proven` says that the search ended before its time.
    """

    assignments: tuple[Assignment, ...]
    open_needs: tuple[OpenNeed, ...]
    shares: tuple[Share, ...]
    conflicts: tuple[Conflict, ...]
    covered: float
    unfairness: float
    cover_gap: float
    fairness_gap: float
    proven: bool
    seconds: float


PATIENCE: Final = ((7, 5.0), (20, 15.0))
"""Up to how many people a mentor waits how many seconds for a month's proposal, all told."""
MOST_PATIENCE: Final = 60.0
"""As `PATIENCE`, for any larger team."""
PROPOSING: Final = 0.9
"""The share of that time that `propose` has; the rest is for reading the plan and for keeping the answer."""


def seconds_for(people: int) -> float:
    """How long `propose` may take for a team of that size, in seconds."""
    return PROPOSING * next((seconds for most, seconds in PATIENCE if people <= most), MOST_PATIENCE)


def propose(
    task: Task,
    *,
    seconds: float = 30,
    gap: float = 0.02,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> Proposal:
    """The best plan found in `seconds`, or the first one within `gap` (a share) of the best possible.

    Without the time limit striking, the same task and seed give the same plan. `progress` is called now and then from
    inside the search and must be quick. Raises ValueError for needs without people or weight and for keys used twice.
    """
    started = time.monotonic()
    _refuse_nonsense(task)
    planner = _Planner(task)
    search = _Search(planner, started, seconds, gap, seed, progress)
    search.run()
    planner.repair()
    planner.complete()
    total = sum(need.weight * need.people for need in task.needs)
    missing = planner.missing_weight()
    unfairness = unfairness_of(task, planner.assignments())
    return Proposal(
        assignments=tuple(planner.assignments()),
        open_needs=tuple(planner.open_needs()),
        shares=tuple(shares(task, planner.assignments())),
        conflicts=tuple(planner.conflicts()),
        covered=1 - missing / total if total else 1,
        unfairness=unfairness,
        cover_gap=max(missing - search.least_missing, 0) / total if total else 0,
        fairness_gap=search.fairness_gap,
        proven=search.proven,
        seconds=time.monotonic() - started,
    )


def _refuse_nonsense(task: Task) -> None:
    for kind, keys in (
        ("need", [need.key for need in task.needs]),
        ("candidate", [candidate.key for candidate in task.candidates]),
    ):
        if len(set(keys)) < len(keys):
            raise ValueError(f"the key of a {kind} is used twice")
    if any(need.people < 1 or need.weight <= 0 for need in task.needs):
        raise ValueError("a need asks for at least one person and weighs more than nothing")


@dataclass(frozen=True)
class _Slot:
    """A time when people work, and what it counts for."""

    shift: Shift
    limits: Limits

    @cached_property
    def hours(self) -> timedelta:
        return sum((end - start for start, end in self.shift.worked), ZERO)

    @cached_property
    def night(self) -> timedelta:
        return sum((night_time(start, end, self.limits) for start, end in self.shift.worked), ZERO)

    @cached_property
    def hours_by_week(self) -> Mapping[Week, timedelta]:
        totals: dict[Week, timedelta] = {}
        for start, end in self.shift.worked:
            moment = start
            while moment < end:
                week, _, week_end = week_of(local_date(moment))
                totals[week] = totals.get(week, ZERO) + min(end, week_end) - moment
                moment = week_end
        return totals

    @cached_property
    def load(self) -> Load:
        days = [self.shift.day]
        while day_bounds(days[-1])[1] < self.shift.end:
            days.append(days[-1] + timedelta(days=1))
        return {
            Measure.HOURS: self.hours / STANDARD_SHIFT,
            Measure.NIGHTS: float(self.night >= self.limits.night_worker),
            Measure.WEEKENDS: float(any(day.weekday() in self.limits.rest_days for day in days)),
            Measure.HOLIDAYS: float(any(holiday(day) for day in days)),
        }

    def worked_before(self, until: datetime) -> timedelta:
        return sum((max(min(end, until) - start, ZERO) for start, end in self.shift.worked), ZERO)


def history_of(shifts: Iterable[Shift], *, presence: float, limits: Limits = LAW) -> History:
    """What somebody has done, from the shifts that they had."""
    slots = [_Slot(shift, limits) for shift in shifts]

    def number(measure: Measure) -> int:
        return sum(round(slot.load[measure]) for slot in slots)

    return History(
        presence=presence,
        hours=sum((slot.hours for slot in slots), ZERO),
        nights=number(Measure.NIGHTS),
        weekends=number(Measure.WEEKENDS),
        holidays=number(Measure.HOLIDAYS),
    )


def _compatible(one: _Slot, other: _Slot, limits: Limits, *, split: bool) -> bool:
    """Whether a person may work in both, as far as two shifts can tell: rest, length of a day's work, nights."""
    first, second = sorted((one, other), key=lambda slot: (slot.shift.start, slot.shift.end))
    gap = second.shift.start - first.shift.end
    if gap < ZERO:
        return False
    one_work = second.shift.day == first.shift.day and gap < limits.daily_rest
    if one_work:
        if gap >= limits.split_interruption and not split:
            return False
        if first.hours + second.hours > limits.longest_work:
            return False
        if second.shift.end - first.shift.start > DAY - limits.daily_rest:
            return False
    elif gap < limits.daily_rest:
        return False
    night = first.night + second.night if one_work else first.night
    if night < limits.night_worker:
        return True
    return first.hours + second.worked_before(first.shift.start + DAY) <= limits.night_work


def unfairness_of(task: Task, assignments: Iterable[Assignment]) -> float:
    """Sum of squared differences from fair totals (in shifts, per full-time presence), and what split pairs cost."""
    scale = _Scale(task)
    planned = scale.planned(assignments)
    fair = scale.fair(planned)
    cost = sum(
        scale.cost(candidate, scale.base[candidate.key][measure] + planned[candidate.key][measure], fair[measure])
        for candidate in task.candidates
        for measure in Measure
        if scale.presence[candidate.key]
    )
    return cost + SPLIT_PAIR * len(split_pairs(task, assignments))


def split_pairs(task: Task, assignments: Iterable[Assignment]) -> list[tuple[Hashable, Hashable]]:
    """A pair of candidates for each time when one of them works where two are needed, and the other could but does not.

    The other could when they are not absent then and work nowhere at that time.
    """
    needs = {need.key: need for need in task.needs}
    candidates = {candidate.key: candidate for candidate in task.candidates}
    working: dict[Hashable, list[Need]] = defaultdict(list)
    for assignment in assignments:
        working[assignment.candidate].append(needs[assignment.need])
    apart = []
    for pair in task.pairs:
        for one, other in (pair, pair[::-1]):
            for need in working[one]:
                if need.people < 2 or need in working[other]:
                    continue
                elsewhere = any(
                    each.start < need.end and each.end > need.start and each.people < 2 for each in working[other]
                )
                if not elsewhere and _present(candidates[other], need.shift):
                    apart.append((one, other))
    return apart


def _present(candidate: Candidate, shift: Shift) -> bool:
    person = candidate.person
    return (
        (person.since is None or person.since <= shift.day)
        and (person.until is None or day_bounds(person.until)[1] >= shift.end)
        and not any(absence.start < shift.end and absence.end > shift.start for absence in candidate.absences)
        and not any(pin.shift.start < shift.end and pin.shift.end > shift.start for pin in candidate.pins)
    )


class _Scale:
    """What is fair: everybody's total in proportion to the days when they were there, by úvazek."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.slots = {need.key: _Slot(need.shift, task.limits) for need in task.needs}
        self.presence: dict[Hashable, float] = {}
        self.base: dict[Hashable, dict[Measure, float]] = {}
        self.pinned: dict[Hashable, dict[Measure, float]] = {}
        for candidate in task.candidates:
            days = present_days(candidate, task.first, task.last)
            self.presence[candidate.key] = candidate.history.presence + days * float(candidate.person.fte)
            pinned = dict.fromkeys(Measure, 0.0)
            for pin in candidate.pins:
                if _within(task, pin.shift):
                    for measure, amount in _Slot(pin.shift, task.limits).load.items():
                        pinned[measure] += amount
            self.pinned[candidate.key] = pinned
            self.base[candidate.key] = {m: candidate.history.load[m] + pinned[m] for m in Measure}
        present = [presence for presence in self.presence.values() if presence]
        self.usual = sum(present) / len(present) if present else 1.0

    def planned(self, assignments: Iterable[Assignment]) -> dict[Hashable, dict[Measure, float]]:
        planned = {candidate.key: dict.fromkeys(Measure, 0.0) for candidate in self.task.candidates}
        for assignment in assignments:
            for measure, amount in self.slots[assignment.need].load.items():
                planned[assignment.candidate][measure] += amount
        return planned

    def fair(self, planned: Mapping[Hashable, Mapping[Measure, float]]) -> dict[Measure, float]:
        """The fair total of one day of full-time presence."""
        presence = sum(self.presence.values())
        return {
            measure: sum(self.base[key][measure] + load[measure] for key, load in planned.items()) / presence
            if presence
            else 0.0
            for measure in Measure
        }

    def cost(self, candidate: Candidate, total: float, fair: float) -> float:
        presence = self.presence[candidate.key]
        return (total - fair * presence) ** 2 / (presence / self.usual)


def present_days(candidate: Candidate, first: date, last: date) -> float:
    """Days of employment from `first` to `last` less absences; as clocks show it, so that every day counts the same."""
    since, until = max(first, candidate.person.since or first), min(last, candidate.person.until or last)
    if until < since:
        return 0
    start, end = day_bounds(since)[0], day_bounds(until)[1]
    absent = sum((max(min(end, absence.end) - max(start, absence.start), ZERO) for absence in candidate.absences), ZERO)
    return max((until - since).days + 1 - absent / DAY, 0)


def fund_of(candidate: Candidate, task: Task) -> timedelta:
    """The most that a candidate may work in the period."""
    if candidate.fund is not None:
        return candidate.fund
    weeks = present_days(candidate, task.first, task.last) / 7
    return task.limits.weekly_hours * float(candidate.person.fte) * weeks


def shares(task: Task, assignments: Iterable[Assignment]) -> Iterator[Share]:
    """Each candidate's load against the fair one."""
    scale = _Scale(task)
    planned = scale.planned(assignments)
    fair = scale.fair(planned)
    for candidate in task.candidates:
        key = candidate.key
        here = {m: planned[key][m] + scale.pinned[key][m] for m in Measure}
        total = {m: scale.base[key][m] + planned[key][m] for m in Measure}
        due = {m: fair[m] * scale.presence[key] for m in Measure}
        parts = [
            f"{measure.value} {_amount(measure, here[measure])} (s minulými měsíci {_amount(measure, total[measure])}, "
            f"spravedlivý podíl {_amount(measure, due[measure])})"
            for measure in Measure
        ]
        yield Share(key, here, total, due, f"{candidate.name}: {', '.join(parts)}.")


def _amount(measure: Measure, amount: float) -> str:
    hours = amount * (STANDARD_SHIFT / timedelta(hours=1)) if measure is Measure.HOURS else amount
    return czech.number(round(hours, 1)) if round(hours, 1) % 1 else czech.number(int(round(hours, 1)))


@dataclass
class _Pattern:
    """A slot with all its needs, and how many people they still lack."""

    slot: _Slot
    needs: list[Need] = field(default_factory=list)
    open: dict[Hashable, int] = field(default_factory=dict)

    @property
    def capacity(self) -> int:
        return sum(self.open.values())


class _Planner:
    """The state of a plan: who is in which pattern, and what the law says to one more."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.limits = task.limits
        self.pins = {
            candidate.key: [_Slot(pin.shift, task.limits) for pin in candidate.pins] for candidate in task.candidates
        }
        self.patterns = self._patterns()
        self.taken: dict[Hashable, dict[int, Hashable | None]] = {c.key: {} for c in task.candidates}
        """By candidate: the patterns they work in, and the need in each once it is settled."""
        self.accepted = {
            candidate.key: {
                (breach.rule, breach.day) for breach in self._hard(candidate, [pin.shift for pin in candidate.pins])
            }
            for candidate in task.candidates
        }
        """Rules that pins break by themselves, with their days."""

    def _patterns(self) -> list[_Pattern]:
        served = defaultdict[Hashable, int](int)
        for candidate in self.task.candidates:
            for pin in candidate.pins:
                served[pin.need] += 1
        patterns: dict[tuple[datetime, datetime], _Pattern] = {}
        for need in sorted(self.task.needs, key=lambda need: (need.shift.start, need.shift.end)):
            times = need.shift.start, need.shift.end
            pattern = patterns.setdefault(times, _Pattern(_Slot(need.shift, self.limits)))
            pattern.needs.append(need)
            pattern.open[need.key] = max(need.people - served[need.key], 0)
        return list(patterns.values())

    @cached_property
    def rivals(self) -> list[set[int]]:
        """By pattern: the patterns that one person cannot work in as well, itself not among them."""
        conflicts: list[set[int]] = [set() for _ in self.patterns]
        for number, pattern in enumerate(self.patterns):
            for other in range(number + 1, len(self.patterns)):
                following = self.patterns[other].slot
                if following.shift.start >= pattern.slot.shift.end + DAY:
                    break
                if not _compatible(pattern.slot, following, self.limits, split=self.task.split_shifts):
                    conflicts[number].add(other)
                    conflicts[other].add(number)
        return conflicts

    @cached_property
    def lone_breaches(self) -> list[Breach | None]:
        """By pattern: the rule that it breaks whoever works in it."""
        return [
            next((b for b in check(Person(), [p.slot.shift], limits=self.limits) if b.rule in HARD), None)
            for p in self.patterns
        ]

    def possible(self, candidate: Candidate, number: int) -> bool:
        """Whether the pattern alone, beside the candidate's pins, is open to them."""
        slot = self.patterns[number].slot
        return (
            self.lone_breaches[number] is None
            and _present(candidate, slot.shift)
            and all(
                _compatible(slot, pin, self.limits, split=self.task.split_shifts) for pin in self.pins[candidate.key]
            )
        )

    def _hard(self, candidate: Candidate, shifts: Iterable[Shift]) -> list[Breach]:
        found = check(candidate.person, shifts, absences=candidate.absences, limits=self.limits)
        return [breach for breach in found if breach.rule in HARD]

    def shifts_of(self, candidate: Candidate) -> list[Shift]:
        return [
            *(pin.shift for pin in candidate.pins),
            *(self.patterns[number].slot.shift for number in self.taken[candidate.key]),
        ]

    def repair(self) -> None:
        """Takes shifts away until no rule is broken that pins do not break by themselves.

        The programme knows rules between two shifts and sums by day, week and period; a rule that only three shifts
        break together is left to this.
        """
        for candidate in self.task.candidates:
            while breach := next(self._new_breaches(candidate, self.shifts_of(candidate)), None):
                numbers = {self.patterns[n].slot.shift: n for n in self.taken[candidate.key]}
                own = [numbers[shift] for shift in breach.shifts if shift in numbers] or list(numbers.values())
                del self.taken[candidate.key][max(own)]

    def _new_breaches(self, candidate: Candidate, shifts: Iterable[Shift]) -> Iterator[Breach]:
        accepted = self.accepted[candidate.key]
        return (breach for breach in self._hard(candidate, shifts) if (breach.rule, breach.day) not in accepted)

    def complete(self) -> None:
        """Settles localities, and gives what is still open to whoever can take it, the least loaded first."""
        self._settle()
        order = sorted(
            ((number, need) for number, pattern in enumerate(self.patterns) for need in pattern.needs),
            key=lambda item: (item[1].shift.day, -item[1].weight, item[1].shift.start),
        )
        given = True
        while given:
            given = False
            for number, need in order:
                while self._lacking(number)[need.key] and (candidate := self._free(number)):
                    self.taken[candidate.key][number] = need.key
                    given = True

    def _free(self, number: int) -> Candidate | None:
        def load(candidate: Candidate) -> float:
            worked = sum((self.patterns[n].slot.hours for n in self.taken[candidate.key]), ZERO)
            return worked / DAY / float(candidate.person.fte)

        free = (c for c in sorted(self.task.candidates, key=load) if self.obstacle(c, number) is None)
        return next(free, None)

    def _lacking(self, number: int) -> dict[Hashable, int]:
        lacking = dict(self.patterns[number].open)
        for taken in self.taken.values():
            if (need := taken.get(number)) is not None:
                lacking[need] -= 1
        return lacking

    def _settle(self) -> None:
        """Within each pattern, the heaviest needs first, pairs where two are needed, the others in turn."""
        for number, pattern in enumerate(self.patterns):
            people = [c.key for c in self.task.candidates if number in self.taken[c.key]]
            room: dict[Hashable, int] = {}
            left = len(people)
            for need in sorted(pattern.needs, key=lambda need: -need.weight):
                room[need.key] = min(pattern.open[need.key], left)
                left -= room[need.key]
            queue: list[Hashable] = []
            for pair in self.task.pairs:
                if all(key in people and key not in queue for key in pair):
                    queue += pair
            paired = len(queue)
            queue += [key for key in people if key not in queue]
            for position in range(0, paired, 2):
                shared = next((key for key, places in room.items() if places >= 2), None)
                if shared is None:
                    break
                for key in queue[position : position + 2]:
                    self.taken[key][number] = shared
                room[shared] -= 2
            places = [key for key, count in room.items() for _ in range(count)]
            rest = [key for key in queue if self.taken[key][number] is None]
            # Another one begins each time, so that nobody has the same locality for good.
            turn = number % len(rest) if rest else 0
            for key, place in zip(rest[turn:] + rest[:turn], places, strict=True):
                self.taken[key][number] = place

    def assignments(self) -> list[Assignment]:
        return [
            Assignment(candidate.key, need)
            for candidate in self.task.candidates
            for _, need in sorted(self.taken[candidate.key].items())
            if need is not None
        ]

    def missing_weight(self) -> float:
        return sum(
            need.weight * self._lacking(number)[need.key]
            for number, pattern in enumerate(self.patterns)
            for need in pattern.needs
        )

    def obstacle(self, candidate: Candidate, number: int) -> Obstacle | None:
        """Why the candidate cannot work in the pattern beside what they already do; None when they can."""
        slot = self.patterns[number].slot
        key = candidate.key
        if lone := self.lone_breaches[number]:
            return Obstacle(key, f"{lone.rule.title.lower()} ({lone.paragraph})", lone.sentence)
        for shift in self.shifts_of(candidate):
            if shift.start < slot.shift.end and shift.end > slot.shift.start:
                return Obstacle(key, "jiná směna", f"{candidate.name} má v tu dobu směnu {shift.text}.")
        if not _present(candidate, slot.shift):
            absence = next(
                (a for a in candidate.absences if a.start < slot.shift.end and a.end > slot.shift.start), None
            )
            if absence is None:
                return Obstacle(key, "není v zaměstnání", f"{candidate.name} v tu dobu není v zaměstnání.")
            return Obstacle(key, absence.label, f"{candidate.name} má v tu dobu nepřítomnost ({absence.text}).")
        return self._limit_reached(candidate, slot) or self._breach(candidate, slot)

    def _limit_reached(self, candidate: Candidate, slot: _Slot) -> Obstacle | None:
        fund = fund_of(candidate, self.task)
        working = [*self.pins[candidate.key], *(self.patterns[n].slot for n in self.taken[candidate.key])]
        planned = sum((each.hours for each in working if _within(self.task, each.shift)), ZERO)
        if planned + slot.hours > fund:
            return Obstacle(
                candidate.key,
                "vyčerpané hodiny období",
                f"{candidate.name} má naplánováno {_in_hours(planned)} z {_in_hours(fund)} v období.",
            )
        for week, hours in slot.hours_by_week.items():
            worked = sum((each.hours_by_week.get(week, ZERO) for each in working), ZERO)
            worked += candidate.person.credited.get(week, ZERO)
            if worked + hours > self.limits.weekly_hours:
                return Obstacle(
                    candidate.key,
                    "vyčerpané hodiny týdne",
                    f"{candidate.name} má v týdnu {czech.days(week.first_day, week.last_day)} už {_in_hours(worked)}, "
                    f"s touto směnou by měl přesčas.",
                )
        return None

    def _breach(self, candidate: Candidate, slot: _Slot) -> Obstacle | None:
        for other in self.shifts_of(candidate):
            if not _compatible(_Slot(other, self.limits), slot, self.limits, split=self.task.split_shifts):
                return Obstacle(
                    candidate.key,
                    "odpočinek mezi směnami",
                    f"{candidate.name} by neměl odpočinek u směny {other.text}.",
                )
        breach = next(self._new_breaches(candidate, [*self.shifts_of(candidate), slot.shift]), None)
        if breach is None:
            return None
        return Obstacle(candidate.key, breach.rule.title.lower(), f"{candidate.name}: {breach.sentence}")

    def open_needs(self) -> Iterator[OpenNeed]:
        names = {candidate.key: candidate.name for candidate in self.task.candidates}
        for number, pattern in enumerate(self.patterns):
            lacking = {key: count for key, count in self._lacking(number).items() if count}
            if not lacking:
                continue
            found = (self.obstacle(candidate, number) for candidate in self.task.candidates)
            obstacles = tuple(obstacle for obstacle in found if obstacle is not None)
            kinds: dict[str, list[str]] = defaultdict(list)
            for obstacle in obstacles:
                kinds[obstacle.kind].append(names[obstacle.candidate])
            reasons = "; ".join(
                f"{kind}: {czech.joined(people) if len(people) < len(names) else 'všichni'}"
                for kind, people in sorted(kinds.items(), key=lambda item: -len(item[1]))
            )
            for need in pattern.needs:
                if missing := lacking.get(need.key):
                    people = czech.counted(missing, "asistent", "asistenti", "asistentů")
                    sentence = f"{need.text}: chybí {people}."
                    if reasons:
                        sentence += f" {reasons[0].upper()}{reasons[1:]}."
                    yield OpenNeed(need.key, missing, obstacles, sentence)

    def conflicts(self) -> Iterator[Conflict]:
        """What pins break: rules in and around the period, funds, needs with too many or unknown."""
        since = Week.of(self.task.first).first_day
        for candidate in self.task.candidates:
            for breach in self._hard(candidate, [pin.shift for pin in candidate.pins]):
                if since <= breach.day <= self.task.last:
                    yield Conflict((candidate.key,), breach.shifts, f"{candidate.name}: {breach.sentence}", breach.rule)
            inside = [slot for slot in self.pins[candidate.key] if _within(self.task, slot.shift)]
            worked, fund = sum((slot.hours for slot in inside), ZERO), fund_of(candidate, self.task)
            if worked > fund:
                yield Conflict(
                    (candidate.key,),
                    tuple(slot.shift for slot in inside),
                    f"{candidate.name}: pevné směny mají {_in_hours(worked)}, v období smí mít {_in_hours(fund)}.",
                )
            for slot in inside:
                if not _employed(candidate, slot.shift):
                    yield Conflict(
                        (candidate.key,),
                        (slot.shift,),
                        f"{candidate.name}: v době pevné směny {slot.shift.text} není v zaměstnání.",
                    )
        yield from self._crowded()

    def _crowded(self) -> Iterator[Conflict]:
        needs = {need.key: need for need in self.task.needs}
        pinned: dict[Hashable, list[tuple[Candidate, Pin]]] = defaultdict(list)
        for candidate in self.task.candidates:
            for pin in candidate.pins:
                if pin.need is not None:
                    pinned[pin.need].append((candidate, pin))
        for key, pins in pinned.items():
            need = needs.get(key)
            if need is not None and len(pins) > need.people:
                names = czech.joined(candidate.name for candidate, _ in pins)
                yield Conflict(
                    tuple(candidate.key for candidate, _ in pins),
                    tuple(pin.shift for _, pin in pins),
                    f"{need.text}: pevně určeni jsou {names}, potřeba je {need.people}.",
                )


def _employed(candidate: Candidate, shift: Shift) -> bool:
    person = candidate.person
    return (person.since is None or person.since <= shift.day) and (
        person.until is None or day_bounds(person.until)[1] >= shift.end
    )


def _in_hours(period: timedelta) -> str:
    return f"{czech.number(round(period / timedelta(hours=1), 1))}{czech.SPACE}h"


class _Search:
    """Matches people to patterns by an integer programme."""

    SETTING_UP, COVER, SHARES = "příprava", "nejlepší možné pokrytí", "rozdělování směn"

    def __init__(
        self,
        planner: _Planner,
        started: float,
        seconds: float,
        gap: float,
        seed: int,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.planner, self.task, self.limits = planner, planner.task, planner.limits
        self.started, self.deadline = started, started + seconds * SEARCHING
        self.gap, self.seed, self.progress = gap, seed, progress
        self.programme = Programme()
        self.works: dict[Hashable, dict[int, int]] = {}
        """By candidate: pattern → the column that says whether they work in it."""
        self.lacking: list[Term] = []
        """Columns of people whom needs lack, with their weights."""
        self.lightest = min((need.weight for need in self.task.needs), default=1)
        self.least_missing = 0.0
        self.fairness_gap = 0.0
        self.proven = True

    def run(self) -> None:
        self._tell(self.SETTING_UP)
        cliques = list(_cliques(self.planner.rivals))
        for candidate in self.task.candidates:
            self._add(candidate, cliques)
        if not any(self.works.values()):
            self.least_missing = self.planner.missing_weight()
            return
        self._add_needs()
        self._tell(self.COVER)
        cover = self.programme.minimise(seconds=self._left(), gap=0, seed=self.seed, relaxed=True)
        self.least_missing = _next_multiple(cover.objective, [weight for _, weight in self.lacking])
        self.programme.row(self.lacking, low=self.least_missing)
        self._price_unfairness(cover)
        best = self._search()
        for key, columns in self.works.items():
            self.planner.taken[key] = {number: None for number, column in columns.items() if best.chosen(column)}

    def _greedy(self) -> list[float]:
        """Where the search begins: what filling one need after another gives."""
        self.planner.complete()
        taken = self.planner.taken
        start = [0.0] * (1 + max(column for columns in self.works.values() for column in columns.values()))
        for key, columns in self.works.items():
            for number in taken[key]:
                start[columns[number]] = 1.0
        return start

    def _add(self, candidate: Candidate, cliques: Sequence[Sequence[int]]) -> None:
        """A column for each pattern that the candidate may work in, and what the law says to them together."""
        self.works[candidate.key] = columns = {
            number: self.programme.column(integer=True)
            for number, pattern in enumerate(self.planner.patterns)
            if pattern.capacity and self.planner.possible(candidate, number)
        }
        for clique in cliques:
            terms = [(columns[number], 1.0) for number in clique if number in columns]
            if len(terms) > 1:
                self.programme.row(terms, high=1)
        self._limit_hours(candidate, columns)
        self._give_weekly_rest(candidate, columns)

    def _limit_hours(self, candidate: Candidate, columns: Mapping[int, int]) -> None:
        """Of a day's work, a week, an averaging period and the whole period; nobody gets overtime."""
        days: dict[date, list[_Time]] = defaultdict(list)
        weeks: dict[Week, list[_Time]] = defaultdict(list)
        periods: dict[tuple[date, date], list[_Time]] = defaultdict(list)
        for number, column in columns.items():
            slot = self.planner.patterns[number].slot
            days[slot.shift.day].append((column, slot.hours))
            for week, hours in slot.hours_by_week.items():
                weeks[week].append((column, hours))
                periods[averaging_period(week, self.limits)].append((column, hours))
        for terms in days.values():
            if len(terms) > 2:
                self._at_most(terms, self.limits.longest_work)
        worked = self._worked_by_week(candidate)
        for week, terms in weeks.items():
            self._at_most(terms, self.limits.weekly_hours - worked.get(week, ZERO))
        for (first, last), terms in periods.items():
            used = sum((hours for week, hours in worked.items() if first <= week.first_day <= last), ZERO)
            self._at_most(terms, hours_allowed(candidate.person, first, last, self.limits) - used)
        inside = (slot for slot in self.planner.pins[candidate.key] if _within(self.task, slot.shift))
        left = fund_of(candidate, self.task) - sum((slot.hours for slot in inside), ZERO)
        self._at_most([term for terms in days.values() for term in terms], left)

    def _at_most(self, terms: Sequence["_Time"], period: timedelta) -> None:
        """A row in the largest unit that all the times are whole multiples of, where 20 hours are two shifts of 8."""
        totals: dict[int, int] = defaultdict(int)
        for column, hours in terms:
            totals[column] += hours // timedelta.resolution
        unit = math.gcd(*totals.values())
        if unit:
            high = max(period // timedelta.resolution // unit, 0)
            self.programme.row([(column, total / unit) for column, total in totals.items()], high=high)

    def _worked_by_week(self, candidate: Candidate) -> dict[Week, timedelta]:
        """Hours of pins, and those credited."""
        worked = dict(candidate.person.credited)
        for slot in self.planner.pins[candidate.key]:
            for week, hours in slot.hours_by_week.items():
                worked[week] = worked.get(week, ZERO) + hours
        return worked

    def _give_weekly_rest(self, candidate: Candidate, columns: Mapping[int, int]) -> None:
        """In each week one of the rests of 35 h that are possible is kept free of work.

        A rest that is long enough can be moved to the end of a work, or to the earliest moment that still leaves 24 h
        of it in the week; there are no others to choose from. Columns of rests need not be integers: where a work is
        chosen, all rests that it touches are zero.
        """
        shifts = {number: self.planner.patterns[number].slot.shift for number in columns}
        pins = [slot.shift for slot in self.planner.pins[candidate.key]]
        outside = self.limits.weekly_rest - self.limits.weekly_rest_in_week
        for week in sorted({week for number in columns for week in self.planner.patterns[number].slot.hours_by_week}):
            _, week_start, week_end = week_of(week.first_day)
            earliest, latest = week_start - outside, week_end - self.limits.weekly_rest_in_week
            near = {n: s for n, s in shifts.items() if s.end > earliest and s.start < week_end + outside}
            starts = {each.end for each in (*near.values(), *pins) if earliest < each.end <= latest} | {earliest}
            touched = set()
            for start in starts:
                end = start + self.limits.weekly_rest
                if not any(pin.start < end and pin.end > start for pin in pins):
                    touched.add(frozenset(n for n, s in near.items() if s.start < end and s.end > start))
            if frozenset() in touched:
                continue
            rests = [(self.programme.column(), numbers) for numbers in _smallest(touched)]
            if not rests:  # The pins leave none, so nothing is added to that week.
                self.programme.row([(columns[n], 1.0) for n in near], high=0)
                continue
            self.programme.row([(rest, 1.0) for rest, _ in rests], low=1, high=1)
            for number in near:
                terms = [(rest, 1.0) for rest, numbers in rests if number in numbers]
                if terms:
                    self.programme.row([(columns[number], 1.0), *terms], high=1)

    def _add_needs(self) -> None:
        for number, pattern in enumerate(self.planner.patterns):
            terms = [(columns[number], 1.0) for columns in self.works.values() if number in columns]
            for need in pattern.needs:
                if pattern.open[need.key]:
                    column = self.programme.column(upper=pattern.open[need.key], cost=need.weight)
                    self.lacking.append((column, need.weight))
                    terms.append((column, 1.0))
            if pattern.capacity:
                self.programme.row(terms, low=pattern.capacity, high=pattern.capacity)

    def _price_unfairness(self, cover: Solution) -> None:
        """Lets the programme pay for differences from fair shares, and for split pairs, much less than for cover.

        The square of a difference becomes a chain of straight pieces, one for each shift more; as each is dearer than
        the one before, the cheaper are used first.
        """
        dearness = COVER_FIRST / self.lightest
        for column, weight in self.lacking:
            self.programme.price(column, dearness * weight)
        # What no plan can spare is taken off, so that the objective of a plan with the best cover is its unfairness.
        self.programme.offset = -dearness * self.least_missing
        scale = _Scale(self.task)
        loads = [pattern.slot.load for pattern in self.planner.patterns]
        planned = {
            key: {m: sum(loads[n][m] * cover.values[column] for n, column in columns.items()) for m in Measure}
            for key, columns in self.works.items()
        }
        fair = scale.fair(planned)
        for candidate in self.task.candidates:
            if not scale.presence[candidate.key]:
                continue
            for measure in Measure:
                base = scale.base[candidate.key][measure]
                self.programme.offset += scale.cost(candidate, base, fair[measure])
                terms = [
                    (column, loads[number][measure])
                    for number, column in self.works[candidate.key].items()
                    if loads[number][measure]
                ]
                most = min(sum(load for _, load in terms), 2 * ((self.task.last - self.task.first).days + 1))
                pieces = [
                    self.programme.column(
                        cost=scale.cost(candidate, base + piece + 1, fair[measure])
                        - scale.cost(candidate, base + piece, fair[measure])
                    )
                    for piece in range(math.ceil(most))
                ]
                if terms:
                    self.programme.row([*terms, *((piece, -1.0) for piece in pieces)], low=0, high=0)
        self._price_split_pairs()

    def _price_split_pairs(self) -> None:
        for one, other in self.task.pairs:
            for number in self.works[one].keys() & self.works[other].keys():
                pattern = self.planner.patterns[number]
                if max(pattern.open.values()) < 2:
                    continue
                apart = self.programme.column(cost=SPLIT_PAIR)
                columns = self.works[one][number], self.works[other][number]
                for first, second in (columns, columns[::-1]):
                    self.programme.row([(first, 1.0), (second, -1.0), (apart, -1.0)], high=0)

    def _search(self) -> Solution:
        def watch(objective: float, bound: float) -> None:
            if abs(objective) < UNKNOWN and abs(bound) < UNKNOWN:
                self._tell(self.SHARES, _gap(objective, bound))

        # Nearly all of the best plan is among what the relaxed programme touches, and its bound is nearly the best one.
        relaxed = self.programme.minimise(seconds=self._left(), gap=0, seed=self.seed, relaxed=True)
        start = self._greedy()
        among = {column for column, value in enumerate(relaxed.values) if value > 1e-6}
        among |= {column for column, value in enumerate(start) if value}
        few = self.programme.minimise(
            seconds=self._left() / 2, gap=self.gap * 0.8, seed=self.seed, start=start, among=among, watch=watch
        )
        self.proven = True
        best, bound = few, relaxed.objective
        if _gap(few.objective, bound) > self.gap:
            best = self.programme.minimise(
                seconds=self._left(), gap=self.gap, seed=self.seed, start=few.values, watch=watch
            )
            bound = max(bound, best.bound)
            self.proven = best.proven
        self.fairness_gap = _gap(best.objective, bound)
        self._tell(self.SHARES, self.fairness_gap)
        return best

    def _left(self) -> float:
        return max(self.deadline - time.monotonic(), 1)

    def _tell(self, phase: str, gap: float | None = None) -> None:
        if self.progress is not None:
            self.progress(Progress(phase, time.monotonic() - self.started, gap))


def _gap(objective: float, bound: float) -> float:
    return min(max(objective - bound, 0) / max(objective, 1e-9), 1)


SEARCHING = 0.93
"""The share of the time for the search; the rest is for reasons and shares."""

_Time = tuple[int, timedelta]
"""A column and the time that it takes."""

UNKNOWN = 1e20
"""From here on the solver's objective or bound says that there is none yet."""


def _next_multiple(amount: float, weights: Iterable[float]) -> float:
    """The least sum of whole numbers of the weights that may reach the amount: a multiple of their common divisor."""
    step = reduce(_common_divisor, (Fraction(weight).limit_denominator(1000) for weight in weights))
    return float(math.ceil(amount / step - 1e-6) * step)


def _common_divisor(one: Fraction, other: Fraction) -> Fraction:
    denominator = math.lcm(one.denominator, other.denominator)
    return Fraction(math.gcd(int(one * denominator), int(other * denominator)), denominator)


def _cliques(rivals: Sequence[set[int]]) -> Iterator[list[int]]:
    """Sets of patterns that are all one another's rivals, so that every two rivals meet in one."""
    covered: set[tuple[int, int]] = set()
    for number, others in enumerate(rivals):
        for other in sorted(others):
            if other < number or (number, other) in covered:
                continue
            clique = [number, other]
            common = others & rivals[other]
            while common:
                clique.append(min(common))
                common &= rivals[clique[-1]]
            clique.sort()
            covered.update((one, two) for place, one in enumerate(clique) for two in clique[place + 1 :])
            yield clique


def _smallest(sets: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """The sets that hold no other one."""
    kept: list[frozenset[int]] = []
    for each in sorted(sets, key=lambda each: (len(each), sorted(each))):
        if not any(smaller <= each for smaller in kept):
            kept.append(each)
    return kept


def _within(task: Task, shift: Shift) -> bool:
    return task.first <= shift.day <= task.last
