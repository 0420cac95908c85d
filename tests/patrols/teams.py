"""Teams and needs to plan, a greedy rota to compare with, and a checker that shares nothing with the rules.

The benchmark of rostering plans the same months.
"""

import random
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

from apk.calendar import LOCAL, Week, instant
from patrols.labour_code import Absence, Person, Shift, check
from patrols.rostering import HARD, Assignment, Candidate, History, Need, Pin, Task, fund_of

HOUR = timedelta(hours=1)

MORNING, AFTERNOON, NIGHT, LONG = ("6:00", "14:00"), ("14:00", "22:00"), ("22:00", "6:00"), ("7:00", "19:00")
LOCALITIES = (
    "Jílová", "Hrušov", "Zárubek", "Přednádraží", "Cihelní", "Kunčičky", "Liščina", "Bedřiška", "Sirotčí", "Hulvácká",
)  # fmt: skip
NAMES = ("Adam", "Bára", "Cyril", "Dana", "Emil", "Filip", "Gita", "Hana", "Ivan", "Jana")


def at(day: date, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return instant(day, time(int(hour), int(minute)))


def period(day: date, times: tuple[str, str]) -> tuple[datetime, datetime]:
    """The instants of a shift that begins on `day`; an end that is not after the start is on the next day."""
    start, end = at(day, times[0]), at(day, times[1])
    return start, end if end > start else at(day + timedelta(days=1), times[1])


def need(day: date, times: tuple[str, str], locality: str = "Jílová", **facts: object) -> Need:
    start, end = period(day, times)
    return Need(key=f"{locality} {day} {times[0]}–{times[1]}", locality=locality, start=start, end=end, **facts)


def shift(day: date, times: tuple[str, str], key: Hashable = None) -> Shift:
    start, end = period(day, times)
    return Shift(key=key or (day, times), start=start, end=end)


def month_of(people: int, *, first: date = date(2021, 5, 1), days: int = 31, seed: int = 1) -> Task:
    """A month as a mentor knows it: uneven histories, some half time, vacations, pairs, more needs than people.

    For each seven people: a morning and an afternoon by two and one more, a weekend by two, nights on Friday and
    Saturday. That is about 150 shifts for 7 people, who can do 150 when nobody is away.
    """
    dice = random.Random(seed)
    last = first + timedelta(days=days - 1)
    needs = []
    for number, day in ((n, first + timedelta(days=n)) for n in range(days)):
        for group in range(max(round(people / 7), 1)):
            one, other = LOCALITIES[group % 10], LOCALITIES[(group + number) % 9 + 1]
            other = LOCALITIES[0] if other == one else other
            suffix = f" {group // 10 + 1}" if group >= 10 else ""
            weekend = day.weekday() >= 5
            needs.append(need(day, MORNING, one + suffix, people=1 if weekend else 2, weight=3))
            needs.append(need(day, AFTERNOON, one + suffix, people=1 if weekend else 2, weight=2))
            if not weekend:
                needs.append(replace(need(day, AFTERNOON, other + suffix), key=f"více {group} {day}"))
            if day.weekday() in (4, 5):
                needs.append(need(day, NIGHT, one + suffix, people=2, weight=4))
    candidates = tuple(_candidate(number, first, last, dice) for number in range(people))
    pairs = tuple((number, number + 1) for number in range(0, people - 1, 7))
    return Task(first=first, last=last, needs=tuple(needs), candidates=candidates, pairs=pairs)


def _candidate(number: int, first: date, last: date, dice: random.Random) -> Candidate:
    fte = Decimal("0.5") if number % 7 == 6 else Decimal(1)
    absences = []
    if number % 5 == 3:
        start = first + timedelta(days=dice.randrange((last - first).days))
        absences.append(Absence.of_days(start, start + timedelta(days=4), "dovolená"))
    presence = 91 * float(fte)
    history = History(
        presence=presence,
        hours=HOUR * round(presence / 7 * 40 * dice.uniform(0.9, 1.05)),
        nights=round(presence / 91 * dice.randrange(3, 11)),
        weekends=round(presence / 91 * dice.randrange(4, 12)),
        holidays=dice.randrange(0, 3),
    )
    return Candidate(
        key=number,
        name=f"{NAMES[number % 10]} {number // 10 + 1}",
        person=Person(fte),
        absences=tuple(absences),
        history=history,
    )


def random_team(seed: int) -> Task:
    """A small team with everything that makes planning hard, near a change of clocks or a month's end."""
    dice = random.Random(seed)
    first = dice.choice(
        (date(2021, 3, 22), date(2021, 10, 25), date(2021, 4, 26), date(2021, 12, 20), date(2021, 6, 2))
    )
    days = dice.randrange(5, 15)
    last = first + timedelta(days=days - 1)
    times = dice.sample(
        [MORNING, AFTERNOON, NIGHT, LONG, ("7:00", "9:00"), ("13:00", "15:30"), ("20:00", "0:00"), ("18:00", "1:30"),
         ("5:30", "18:00"), ("0:00", "4:00")],
        dice.randrange(2, 6),
    )  # fmt: skip
    needs = []
    for number, day in ((n, first + timedelta(days=n)) for n in range(days)):
        for each in times:
            if dice.random() < 0.7:
                facts = {"people": dice.choice((1, 1, 2)), "weight": dice.choice((1, 2, 5))}
                needs.append(need(day, each, LOCALITIES[number % 3], **facts))
    candidates = []
    for number in range(dice.randrange(2, 7)):
        away = first + timedelta(days=dice.randrange(days))
        absences = (Absence.of_days(away, away + timedelta(days=dice.randrange(3))),) if dice.random() < 0.4 else ()
        pinned = sorted(dice.sample(range(-3, days + 3), dice.randrange(3)))
        pins = [shift(first + timedelta(days=n), dice.choice((MORNING, AFTERNOON)), ("pin", number, n)) for n in pinned]
        person = Person(
            dice.choice((Decimal(1), Decimal(1), Decimal("0.5"))),
            since=dice.choice((None, None, first + timedelta(days=2))),
            credited={Week.of(first): dice.choice((0, 8, 24)) * HOUR},
        )
        history = History(dice.choice((0, 60, 90)), dice.randrange(400) * HOUR, dice.randrange(9), dice.randrange(9), 1)
        candidate = Candidate(key=number, name=NAMES[number], person=person, absences=absences, history=history)
        candidates.append(_pinned(candidate, pins))
    return Task(
        first=first,
        last=last,
        needs=tuple(needs),
        candidates=tuple(candidates),
        pairs=((0, 1),) if dice.random() < 0.5 else (),
        split_shifts=dice.random() < 0.5,
    )


def _pinned(candidate: Candidate, shifts: list[Shift]) -> Candidate:
    """With pins that alone break no rule; conflicts of pins have tests of their own."""
    lawful: list[Shift] = []
    for each in shifts:
        if not _hard(candidate, [*lawful, each]):
            lawful.append(each)
    return replace(candidate, pins=tuple(Pin(each) for each in lawful))


def _hard(candidate: Candidate, shifts: Iterable[Shift]) -> bool:
    return any(breach.rule in HARD for breach in check(candidate.person, shifts, absences=candidate.absences))


def greedy(task: Task) -> list[Assignment]:
    """Day by day, the heaviest need first, whoever has worked least in the period and may: what one does by hand."""
    shifts = {candidate.key: [pin.shift for pin in candidate.pins] for candidate in task.candidates}
    worked = {
        c.key: sum((s.end - s.start for s in shifts[c.key] if task.first <= s.day <= task.last), timedelta())
        for c in task.candidates
    }
    given = []
    for each in sorted(task.needs, key=lambda need: (need.shift.day, -need.weight, need.start)):
        people = 0
        for candidate in sorted(task.candidates, key=lambda c: worked[c.key] / float(c.person.fte)):
            if people == each.people:
                break
            length = each.shift.end - each.shift.start
            together = [*shifts[candidate.key], each.shift]
            if worked[candidate.key] + length > fund_of(candidate, task) or overworked(candidate, together):
                continue
            if not _hard(candidate, together):
                shifts[candidate.key] = together
                worked[candidate.key] += length
                given.append(Assignment(candidate.key, each.key))
                people += 1
    return given


def cover(task: Task, assignments: Iterable[Assignment]) -> float:
    """The share of all needs, by weight, that is filled; pins do not count."""
    weights = {need.key: need.weight for need in task.needs}
    total = sum(need.weight * need.people for need in task.needs)
    return sum(weights[assignment.need] for assignment in assignments) / total


# The checker: plain sums over plain times.


def plans(task: Task, assignments: Iterable[Assignment]) -> Mapping[Hashable, list[tuple[datetime, datetime, bool]]]:
    """By candidate: start, end, and whether it was proposed."""
    needs = {need.key: need for need in task.needs}
    plan: dict[Hashable, list[tuple[datetime, datetime, bool]]] = defaultdict(list)
    for candidate in task.candidates:
        plan[candidate.key] = [(pin.shift.start, pin.shift.end, False) for pin in candidate.pins]
    for assignment in assignments:
        chosen = needs[assignment.need]
        plan[assignment.candidate].append((chosen.start.astimezone(UTC), chosen.end.astimezone(UTC), True))
    return {key: sorted(shifts) for key, shifts in plan.items()}


def faults(task: Task, assignments: Iterable[Assignment]) -> Iterator[str]:
    """What is wrong with a plan, person by person and need by need."""
    assignments = list(assignments)
    filled: dict[Hashable, int] = defaultdict(int)
    for assignment in assignments:
        filled[assignment.need] += 1
    for each in task.needs:
        if filled[each.key] > each.people:
            yield f"{each.key}: {filled[each.key]} people"
    plan = plans(task, assignments)
    for candidate in task.candidates:
        shifts = plan[candidate.key]
        for fault in _faults(candidate, shifts, task):
            yield f"{candidate.name}: {fault}"


def _faults(candidate: Candidate, shifts: list[tuple[datetime, datetime, bool]], task: Task) -> Iterator[str]:
    for start, end, proposed in shifts:
        day = start.astimezone(LOCAL).date()
        if proposed and any(absence.start < end and absence.end > start for absence in candidate.absences):
            yield f"absent at {start}"
        if proposed and candidate.person.since and day < candidate.person.since:
            yield f"not employed at {start}"
    works = together([(start, end) for start, end, _ in shifts])
    for one, other in pairwise(works):
        if other[0][0] - one[-1][1] < 11 * HOUR:
            yield f"rest before {other[0][0]}"
    for work in works:
        yield from _faults_of_a_day(work, shifts, task)
    yield from _weekly_faults(candidate, shifts)
    planned = [e - s for s, e, _ in shifts if task.first <= s.astimezone(LOCAL).date() <= task.last]
    if any(proposed for *_, proposed in shifts) and sum(planned, timedelta()) > fund_of(candidate, task):
        yield "more than the fund"


def _faults_of_a_day(
    work: list[tuple[datetime, datetime]], shifts: list[tuple[datetime, datetime, bool]], task: Task
) -> Iterator[str]:
    begins = work[0][0]
    if sum((end - start for start, end in work), timedelta()) > 12 * HOUR:
        yield f"over 12 hours from {begins}"
    for one, other in pairwise(work):
        if other[0] < one[1]:
            yield f"overlap at {other[0]}"
        if not task.split_shifts and other[0] - one[1] >= 2 * HOUR:
            yield f"split at {other[0]}"
    if work[-1][1] - begins > 13 * HOUR:
        yield f"less than 11 h free from {begins}"
    tomorrow = begins + 24 * HOUR
    within = [min(end, tomorrow) - start for start, end, _ in shifts if begins <= start < tomorrow]
    if sum(night_hours(*part) for part in work) >= 3 and sum(within, timedelta()) > 8 * HOUR:
        yield f"night work from {begins}"


def together(shifts: list[tuple[datetime, datetime]]) -> list[list[tuple[datetime, datetime]]]:
    """Shifts of one day that no 11 hours part; shifts that touch, too."""
    works: list[list[tuple[datetime, datetime]]] = []
    for start, end in sorted(shifts):
        if works:
            gap = start - max(part[1] for part in works[-1])
            same_day = start.astimezone(LOCAL).date() == works[-1][0][0].astimezone(LOCAL).date()
            if gap <= timedelta() or (same_day and gap < 11 * HOUR):
                works[-1].append((start, end))
                continue
        works.append([(start, end)])
    return works


def night_hours(start: datetime, end: datetime) -> float:
    """Half an hour at a time; shifts begin and end at whole halves here."""
    halves = int((end - start) / (HOUR / 2))
    return sum(not 6 <= (start + n * HOUR / 2).astimezone(LOCAL).hour < 22 for n in range(halves)) / 2


def overworked(candidate: Candidate, shifts: Iterable[Shift]) -> bool:
    """Whether a week of theirs has more than 40 hours."""
    return any(hours > 40 for hours in _hours_by_week(candidate, ((s.start, s.end) for s in shifts)).values())


def _hours_by_week(candidate: Candidate, shifts: Iterable[tuple[datetime, datetime]]) -> dict[tuple[int, int], float]:
    weeks: dict[tuple[int, int], float] = defaultdict(float)
    for week, hours in candidate.person.credited.items():
        weeks[week.year, week.number] += hours / HOUR
    for start, end in shifts:
        for n in range(int((end - start) / (HOUR / 2))):
            weeks[(start + n * HOUR / 2).astimezone(LOCAL).isocalendar()[:2]] += 0.5
    return weeks


def _weekly_faults(candidate: Candidate, shifts: list[tuple[datetime, datetime, bool]]) -> Iterator[str]:
    for week, hours in _hours_by_week(candidate, ((start, end) for start, end, _ in shifts)).items():
        if hours > 40:
            yield f"{hours} hours in week {week}"
    if not shifts:
        return
    far = timedelta(days=30)
    free_from = [shifts[0][0] - far, *(end for _, end, _ in shifts)]
    edges = list(zip(free_from, [*(start for start, _, _ in shifts), shifts[-1][1] + far], strict=True))
    for week in {start.astimezone(LOCAL).isocalendar()[:2] for start, _, _ in shifts}:
        monday = date.fromisocalendar(*week, 1)
        begins, ends = instant(monday, time()), instant(monday + timedelta(days=7), time())
        if not any(b - a >= 35 * HOUR and min(b, ends) - max(a, begins) >= 24 * HOUR for a, b in edges):
            yield f"no weekly rest in week {week}"
