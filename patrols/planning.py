"""The plan of a week: people down, days across, each shift on the day when it begins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from apk import czech
from apk.calendar import Week, holiday, hours
from apk.people.access import Permission
from apk.people.models import Assistant, Employment, Mentorship, User
from patrols.models import Shift


@dataclass(frozen=True)
class Day:
    """A column: a day with the name of its public holiday, if it is one."""

    date: date
    holiday: str
    is_today: bool

    @property
    def is_off(self) -> bool:
        return bool(self.holiday) or self.date.isoweekday() > 5

    @property
    def label(self) -> str:
        """„po 5. 4."."""
        return f"{czech.WEEKDAYS_SHORT[self.date.weekday()]} {self.date.day}.\N{NO-BREAK SPACE}{self.date.month}."


@dataclass(frozen=True)
class Cell:
    """One person's shifts on one day; `open` says that the reader may add and change them."""

    id: str
    day: Day
    shifts: tuple[Shift, ...]
    open: bool


@dataclass(frozen=True)
class Row:
    assistant: Assistant
    cells: tuple[Cell, ...]

    @property
    def shifts(self) -> list[Shift]:
        return [shift for cell in self.cells for shift in cell.shifts]

    @property
    def hours(self) -> Decimal:
        return total_hours(self.shifts)


@dataclass(frozen=True)
class DayTotal:
    """The foot of a column, and the day's list on a phone."""

    day: Day
    cells: tuple[Cell, ...]

    @property
    def entries(self) -> list[tuple[Shift, bool]]:
        """The day's shifts by their start, of one start in the people's order, each with whether it is open."""
        return sorted(((shift, cell.open) for cell in self.cells for shift in cell.shifts), key=lambda e: e[0].start)

    @property
    def shifts(self) -> list[Shift]:
        return [shift for shift, _ in self.entries]

    @property
    def hours(self) -> Decimal:
        return total_hours(self.shifts)


@dataclass(frozen=True)
class WeekPlan:
    """Whom the reader may see in one week. Every shift counts whole to the day when it begins."""

    week: Week
    days: tuple[Day, ...]
    rows: tuple[Row, ...]

    @property
    def totals(self) -> list[DayTotal]:
        return [DayTotal(day, tuple(row.cells[n] for row in self.rows)) for n, day in enumerate(self.days)]

    @property
    def shifts(self) -> list[Shift]:
        return [shift for row in self.rows for shift in row.shifts]

    @property
    def hours(self) -> Decimal:
        return total_hours(self.shifts)


def week_plan(week: Week, reader: User, today: date) -> WeekPlan:
    """The plan of `week` as `reader` may see it, in Czech order of people; four queries whatever its size.

    People are those employed on a day of the week, and those with a shift in it all the same.
    """
    first, last = week.first_day, week.last_day
    shifts = Shift.objects.visible_to(reader).starting_within(first, last).select_related("locality")
    employed = Assistant.objects.employed_within(first, last)
    people = list(
        Assistant.objects.visible_to(reader)
        .filter(Q(pk__in=employed) | Exists(shifts.filter(assistant=OuterRef("pk"))))
        .select_related("user")
    )
    on_days: dict[tuple[int, date], list[Shift]] = {}
    for shift in shifts:
        on_days.setdefault((shift.assistant_id, shift.starts_on), []).append(shift)
    open_days = days_open_to(reader, people, week)
    days = tuple(Day(day, holiday(day), day == today) for day in week.days)
    rows = tuple(
        Row(
            person,
            tuple(
                Cell(
                    id=cell_id(person.pk, day.date),
                    day=day,
                    shifts=tuple(on_days.get((person.pk, day.date), ())),
                    open=(person.pk, day.date) in open_days,
                )
                for day in days
            ),
        )
        for person in people
    )
    for row in rows:
        for shift in row.shifts:
            shift.assistant = row.assistant
    return WeekPlan(week, days, rows)


def cell_id(assistant_pk: int, day: date) -> str:
    """The name of a cell within its page, for addresses that lead to it."""
    return f"asistent-{assistant_pk}-{day}"


def days_open_to(reader: User, people: Iterable[Assistant], week: Week) -> set[tuple[int, date]]:
    """(assistant's key, day) of the days when the reader leads an employed assistant, so may plan their shifts."""
    if not reader.may(Permission.PLAN_SHIFTS):
        return set()
    periods = Q(ends__isnull=True) | Q(ends__gte=week.first_day), Q(starts__lte=week.last_day, assistant__in=people)
    led = days_of(Mentorship.objects.filter(*periods, mentor__user=reader), week)
    return led & days_of(Employment.objects.filter(*periods), week)


def days_of(periods: Iterable[Employment | Mentorship], week: Week) -> set[tuple[int, date]]:
    """(assistant's key, day) of every day of the week that the dated rows hold."""
    return {
        (period.assistant_id, day)
        for period in periods
        for day in week.days
        if period.starts <= day and (period.ends is None or day <= period.ends)
    }


def total_hours(shifts: Iterable[Shift]) -> Decimal:
    """Hours of whole shifts together, real time."""
    return hours(sum((shift.length for shift in shifts), timedelta(0)))
