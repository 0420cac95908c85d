"""Steps of a mentor over many shifts: assign, paste, clear. Each is one operation that can be taken back whole."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from django.db import transaction

from apk import czech
from apk.calendar import LOCAL, ImpossibleTimeError, Week, holiday, instant
from apk.localities.models import Locality
from apk.people.models import Assistant, User
from apk.refusal import Refused
from patrols.models import Operation, Shift, ShiftError, ShiftTemplate, state_of

MOST_SHIFTS = 1000


class Scope(Enum):
    """What is copied and pasted; the value is how the browser says it."""

    CELL = "cell"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True)
class Wish:
    """A shift that somebody is to have; without times its clock does not exist on that day."""

    assistant: Assistant
    locality: Locality
    day: date
    clock: str
    times: tuple[datetime, datetime] | None
    note: str = ""


@dataclass(frozen=True)
class Lost:
    """A shift that was to be and whose person or locality the mentor cannot see any more, in the words of a page."""

    assistant: str
    day: date
    clock: str


@dataclass(frozen=True)
class Outcome:
    """What a step did, and what it left out with the Czech reason."""

    done: tuple[Shift, ...]
    left_out: tuple[tuple[Wish | Lost, str], ...] = ()


NO_SUCH_TIME = "Ten den takový čas neexistuje, hodiny se posouvají dopředu."


def days_chosen(first: date, last: date, weekdays: Iterable[int], *, holidays: bool) -> list[date]:
    """Days from `first` to `last` on some weekdays (Monday is 0), with or without public holidays."""
    wanted = set(weekdays)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if day.weekday() in wanted and (holidays or not holiday(day))]


def wishes_of(
    people: Sequence[Assistant], template: ShiftTemplate, locality: Locality, days: Iterable[date], note: str = ""
) -> Iterator[Wish]:
    """A shift for each person, day and part of the template; people with the same times make a patrol together."""
    for day in days:
        for person in people:
            try:
                parts = list(template.times_on(day))
            except ImpossibleTimeError:
                yield Wish(person, locality, day, template.clock, None, note)
                continue
            for times in parts:
                yield Wish(person, locality, day, on_clocks(*times), times, note)


def on_clocks(start: datetime, end: datetime) -> str:
    return Shift(start=start, end=end).clock


@transaction.atomic
def grant(by: User, wishes: Iterable[Wish], title: str) -> Outcome:
    """Adds what can be added; what stands in the way is left out and named. One operation.

    Raises Refused for more than `MOST_SHIFTS` at once.
    """
    wishes = list(wishes)
    if len(wishes) > MOST_SHIFTS:
        raise Refused(f"Najednou jde přidat nejvýš {MOST_SHIFTS} směn. Zkraťte období.")
    done: list[Shift] = []
    left_out: list[tuple[Wish | Lost, str]] = []
    for wish in wishes:
        if wish.times is None:
            left_out.append((wish, NO_SUCH_TIME))
            continue
        try:
            done.append(
                Shift.objects.assign(
                    by=by,
                    assistant=wish.assistant,
                    locality=wish.locality,
                    start=wish.times[0],
                    end=wish.times[1],
                    note=wish.note,
                )
            )
        except ShiftError as refusal:
            left_out.append((wish, str(refusal)))
    if done:
        counted = czech.counted(len(done), "směna", "směny", "směn")
        Operation.objects.note(by, f"{title}: {counted}", [added(shift) for shift in done])
    return Outcome(tuple(done), tuple(left_out))


def paste(by: User, scope: Scope, source: tuple[Assistant, date], target: tuple[Assistant, date]) -> Outcome:
    """Copies shifts to another place of the plan, at the same time on the clock; what is there stays.

    A cell goes to a cell, a day of everybody to another day, a person's week to somebody's week.
    """
    shifts = Shift.objects.visible_to(by).select_related("assistant__user", "locality")
    match scope:
        case Scope.CELL:
            found = shifts.filter(assistant=source[0]).starting_within(source[1], source[1])
            moved = [(shift, target[0], target[1]) for shift in found]
        case Scope.DAY:
            found = shifts.planned_by(by).starting_within(source[1], source[1])
            moved = [(shift, shift.assistant, target[1]) for shift in found]
        case Scope.WEEK:
            before, after = Week.of(source[1]), Week.of(target[1])
            found = shifts.filter(assistant=source[0]).starting_within(before.first_day, before.last_day)
            ahead = after.first_day - before.first_day
            moved = [(shift, target[0], shift.starts_on + ahead) for shift in found]
    return grant(by, [wish_like(*each) for each in moved], "Vloženo")


@transaction.atomic
def move(by: User, shifts: Iterable[tuple[Shift, str]], target: tuple[Assistant, date]) -> list[Shift]:
    """Moves shifts, each with the revision that was seen, to a place of the plan, at the same time on the clock.

    All of them or none, as one operation. Within one person's plan a shift stays the one that was announced; another
    person gets a new one, and who had it learns of the removal. Raises a ShiftError as `Shift.change` and `remove` do.
    """
    person, day = target
    steps, moved = [], []
    for shift, seen in shifts:
        wish, before = wish_like(shift, person, day), state_of(shift)
        if wish.times is None:
            raise ShiftError(NO_SUCH_TIME)
        start, end = wish.times
        if shift.assistant_id == person.pk:
            shift.change(by=by, seen=seen, locality=shift.locality, start=start, end=end, note=shift.note)
            steps.append({"shift": shift.pk, "before": before, "after": state_of(shift)})
            moved.append(shift)
            continue
        key, locality, note = shift.pk, shift.locality, shift.note
        shift.remove(by=by, seen=seen)
        made = Shift.objects.assign(by=by, assistant=person, locality=locality, start=start, end=end, note=note)
        steps += [{"shift": key, "before": before, "after": None}, added(made)]
        moved.append(made)
    if moved:
        counted = czech.counted(len(moved), "směna", "směny", "směn")
        Operation.objects.note(by, f"Přesunuto: {counted}", steps)
    return moved


def wish_like(shift: Shift, person: Assistant, day: date) -> Wish:
    """The same shift for a person on a day, as clocks show it."""
    start, end = shift.start.astimezone(LOCAL), shift.end.astimezone(LOCAL)
    try:
        times = instant(day, start.time()), instant(day + (end.date() - start.date()), end.time())
    except ImpossibleTimeError:
        return Wish(person, shift.locality, day, shift.clock, None, shift.note)
    return Wish(person, shift.locality, day, shift.clock, times, shift.note)


@transaction.atomic
def clear(by: User, shifts: Iterable[tuple[Shift, str]]) -> Outcome:
    """Takes shifts, each with the revision that was seen, out of the plan.

    Those with records and those that somebody changed meanwhile stay and are named.
    """
    steps: list[dict[str, Any]] = []
    done: list[Shift] = []
    left_out: list[tuple[Wish | Lost, str]] = []
    for shift, seen in shifts:
        pk, before = shift.pk, state_of(shift)
        try:
            with transaction.atomic():
                shift.remove(by=by, seen=seen)
        except ShiftError as refusal:
            left_out.append((wish_like(shift, shift.assistant, shift.starts_on), str(refusal)))
        else:
            done.append(shift)
            steps.append({"shift": pk, "before": before, "after": None})
    if steps:
        counted = czech.counted(len(steps), "směna", "směny", "směn")
        Operation.objects.note(by, f"Odebráno: {counted}", steps)
    return Outcome(tuple(done), tuple(left_out))


def added(shift: Shift) -> dict[str, Any]:
    """A step of an operation: a shift that was not there before."""
    return {"shift": shift.pk, "before": None, "after": state_of(shift)}


@transaction.atomic
def add_one(by: User, **shift: Any) -> Shift:
    """Adds a shift as one operation. Raises as `Shift.objects.assign`."""
    made = Shift.objects.assign(by=by, **shift)
    Operation.objects.note(by, f"Přidáno: {made}"[:200], [added(made)])
    return made


@transaction.atomic
def change_one(by: User, shift: Shift, **changes: Any) -> None:
    """Changes a shift as one operation. Raises as `Shift.change`."""
    before = state_of(shift)
    shift.change(by=by, **changes)
    step = {"shift": shift.pk, "before": before, "after": state_of(shift)}
    Operation.objects.note(by, f"Změněno: {shift}"[:200], [step])


@transaction.atomic
def remove_one(by: User, shift: Shift, *, seen: str) -> None:
    """Removes a shift as one operation. Raises as `Shift.remove`."""
    step = {"shift": shift.pk, "before": state_of(shift), "after": None}
    shift.remove(by=by, seen=seen)
    Operation.objects.note(by, f"Odebráno: {shift}"[:200], [step])
