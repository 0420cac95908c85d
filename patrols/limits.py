"""Limits of the Labour Code as data: what each is called, in what it is measured, and which hold on a day.

Pure: knows no model. The law's own values are `labour_code.LAW`; a change is a name, a value and the day from which it
holds, and `in_force` puts them together.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from apk import czech
from patrols.labour_code import LAW, Limits, Rule

Amount = timedelta | int


class Unit(Enum):
    """In what people write a limit down: its one, and its Czech forms."""

    HOURS = (timedelta(hours=1), ("hodina", "hodiny", "hodin"))
    MINUTES = (timedelta(minutes=1), ("minuta", "minuty", "minut"))
    DAYS = (1, ("den", "dny", "dní"))
    WEEKS = (1, ("týden", "týdny", "týdnů"))

    @property
    def forms(self) -> tuple[str, str, str]:
        return self.value[1]

    def amount(self, number: Decimal) -> Amount:
        """What `Limits` holds for a number of these. Raises ValueError when only whole ones make sense."""
        one = self.value[0]
        if isinstance(one, timedelta):
            return timedelta(microseconds=int(Fraction(number) * (one // timedelta.resolution)))
        if number % 1:
            raise ValueError(f"{number} is not whole")
        return int(number)

    def number(self, amount: Amount) -> Decimal:
        """The other way round."""
        one = self.value[0]
        if isinstance(amount, timedelta) and isinstance(one, timedelta):
            return Decimal(amount // timedelta.resolution) / Decimal(one // timedelta.resolution)
        return Decimal(str(amount))

    def words(self, number: Decimal) -> str:
        """„12 hodin", „10,5 hodiny": after a fraction stands the second form's singular."""
        if number % 1:
            return f"{czech.number(number)}{czech.SPACE}{self.forms[1]}"
        return czech.counted(int(number), *self.forms)


@dataclass(frozen=True)
class Limit:
    """One number of the law that may be set: its name in `Limits`, what it is called, and whom it concerns.

    `least` and `most` only keep slips of the pen out.
    """

    name: str
    label: str
    unit: Unit
    rules: tuple[Rule, ...]
    least: int
    most: int

    def of(self, limits: Limits) -> Decimal:
        return self.unit.number(getattr(limits, self.name))

    def words(self, limits: Limits) -> str:
        return self.unit.words(self.of(limits))


DAILY_REST = (Rule.REST_SHORTENED, Rule.REST_NOT_MADE_UP, Rule.REST_FROM_START, Rule.REST_FROM_END)

LIMITS: Mapping[str, Limit] = {
    limit.name: limit
    for limit in (
        Limit("longest_work", "Nejdelší směna", Unit.HOURS, (Rule.LONG_WORK,), 1, 24),
        Limit("shortened_rest", "Nejkratší denní odpočinek", Unit.HOURS, (Rule.REST_TOO_SHORT,), 1, 24),
        Limit("daily_rest", "Denní odpočinek", Unit.HOURS, DAILY_REST, 1, 24),
        Limit("weekly_rest", "Odpočinek v týdnu", Unit.HOURS, (Rule.WEEKLY_REST,), 1, 96),
        Limit("weekly_rest_in_week", "Z toho v témže týdnu", Unit.HOURS, (Rule.WEEKLY_REST,), 1, 96),
        Limit(
            "weekly_hours",
            "Týdenní pracovní doba při plném úvazku",
            Unit.HOURS,
            (Rule.AVERAGE_HOURS, Rule.WEEKLY_OVERTIME),
            1,
            60,
        ),
        Limit("averaging_weeks", "Délka vyrovnávacího období", Unit.WEEKS, (Rule.AVERAGE_HOURS,), 1, 52),
        Limit("weekly_overtime", "Přesčas v týdnu", Unit.HOURS, (Rule.WEEKLY_OVERTIME,), 0, 40),
        Limit("yearly_overtime", "Přesčas v roce", Unit.HOURS, (Rule.YEARLY_OVERTIME,), 0, 500),
        Limit("night_worker", "Noční směna má v noci aspoň", Unit.HOURS, (Rule.NIGHT_WORK,), 1, 8),
        Limit("night_work", "Nejdelší práce při noční směně", Unit.HOURS, (Rule.NIGHT_WORK,), 1, 24),
        Limit("work_without_break", "Nejdelší práce bez přestávky", Unit.HOURS, (Rule.BREAK_MISSING,), 1, 12),
        Limit("shortest_break", "Nejkratší přestávka", Unit.MINUTES, (Rule.BREAK_MISSING,), 1, 120),
        Limit("shortest_part_of_break", "Nejkratší část přestávky", Unit.MINUTES, (Rule.BREAK_MISSING,), 1, 120),
        Limit("break_after", "Plánovaná přestávka začíná po", Unit.HOURS, (Rule.BREAK_MISSING,), 1, 12),
        Limit("break_length", "Plánovaná přestávka trvá", Unit.MINUTES, (Rule.BREAK_MISSING,), 1, 120),
        Limit("notice_days", "Seznámení s rozvrhem předem", Unit.DAYS, (Rule.LATE_NOTICE,), 0, 60),
        Limit("split_interruption", "Přerušení, od kterého je směna rozdělená", Unit.HOURS, (Rule.SPLIT_SHIFT,), 1, 12),
    )
}

ASKS: Mapping[Rule, str] = {
    Rule.OVERLAP: "Nikdo nemá dvě směny najednou.",
    Rule.ABSENCE: "Směna nezasahuje do schválené nepřítomnosti.",
    Rule.LONG_WORK: "Směna má nejvýš {longest_work} práce; přestávky se nepočítají, části jednoho dne dohromady ano.",
    Rule.REST_TOO_SHORT: "Mezi směnami je aspoň {shortened_rest} odpočinku.",
    Rule.REST_SHORTENED: "Mezi směnami je {daily_rest} odpočinku; kratší je možný jen při nerovnoměrném rozvržení.",
    Rule.REST_NOT_MADE_UP: "O co byl odpočinek zkrácen, o to je příští delší než {daily_rest}.",
    Rule.REST_FROM_START: "Do 24 hodin od začátku směny je {daily_rest} odpočinku vcelku.",
    Rule.REST_FROM_END: "Do 24 hodin od konce směny je {daily_rest} odpočinku vcelku.",
    Rule.WEEKLY_REST: "V každém týdnu je {weekly_rest} odpočinku vcelku, z toho {weekly_rest_in_week} v tom týdnu.",
    Rule.AVERAGE_HOURS: (
        "V průměru za vyrovnávací období ({averaging_weeks}) nepřesáhne práce {weekly_hours} týdně krát úvazek."
    ),
    Rule.WEEKLY_OVERTIME: "Nad {weekly_hours} týdně je přesčas, a ten má nejvýš {weekly_overtime} v týdnu.",
    Rule.YEARLY_OVERTIME: "Přesčasu je za rok nejvýš {yearly_overtime}.",
    Rule.NIGHT_WORK: (
        "Směna, která má mezi 22. a 6. hodinou aspoň {night_worker}, má do 24 hodin od začátku nejvýš {night_work} "
        "práce."
    ),
    Rule.BREAK_MISSING: (
        "Nejdéle po {work_without_break} práce je přestávka aspoň {shortest_break}, v částech po nejméně "
        "{shortest_part_of_break}. Plán ji v delší směně počítá po {break_after} na {break_length}."
    ),
    Rule.BREAK_AT_EDGE: "Přestávka není na začátku ani na konci směny.",
    Rule.LATE_NOTICE: "Asistent zná rozvrh i jeho změnu {notice_days} předem, jinak jen po dohodě.",
    Rule.HOLIDAY: "Práce ve svátek jen výjimečně; náleží náhradní volno nebo příplatek.",
    Rule.REST_DAY: "Práce v den nepřetržitého odpočinku jen výjimečně.",
    Rule.SPLIT_SHIFT: "Přerušení aspoň {split_interruption} dělá ze směny rozdělenou; náleží příplatek.",
}
"""What each rule asks, with the names of its limits."""


def asks(rule: Rule, limits: Limits) -> str:
    """What a rule asks, in words: „Směna má nejvýš 12 hodin práce …"."""
    return ASKS[rule].format(**{name: limit.words(limits) for name, limit in LIMITS.items()})


@dataclass(frozen=True)
class Change:
    """From a day on a limit is another number of its units."""

    name: str
    value: Decimal
    valid_from: date


@dataclass(frozen=True)
class InForce:
    """The limits that hold from a day to a day, both included."""

    first: date
    last: date
    limits: Limits


def in_force(changes: Iterable[Change], first: date, last: date) -> list[InForce]:
    """The limits that hold on the days from `first` to `last`, a part for each change among those days."""
    known = sorted(changes, key=lambda change: change.valid_from)
    starts = sorted({first, *(change.valid_from for change in known if first < change.valid_from <= last)})
    ends = [*(start - timedelta(days=1) for start in starts[1:]), last]
    return [InForce(start, end, on(known, start)) for start, end in zip(starts, ends, strict=True)]


def by_day(parts: Iterable[InForce]) -> Callable[[date], Limits]:
    """What tells the limits of a day; it raises StopIteration outside the parts."""
    known = list(parts)
    return lambda day: next(part.limits for part in known if part.first <= day <= part.last)


def on(changes: Sequence[Change], day: date) -> Limits:
    """The limits that hold on a day, of changes in the order of their days."""
    return with_values(LAW, {change.name: change.value for change in changes if change.valid_from <= day})


def with_values(limits: Limits, values: Mapping[str, Decimal]) -> Limits:
    """The same limits with some numbers of their units."""
    amounts: dict[str, Any] = {name: LIMITS[name].unit.amount(value) for name, value in values.items()}
    return replace(limits, **amounts)


TOGETHER = (
    ("shortened_rest", "daily_rest"),
    ("weekly_rest_in_week", "weekly_rest"),
    ("shortest_part_of_break", "shortest_break"),
    ("break_after", "work_without_break"),
)
"""Pairs of limits of which the first is never above the second."""


def nonsense(limits: Limits) -> str:
    """Which two limits cannot hold together, as a Czech sentence; empty when all can."""
    for lesser, greater in TOGETHER:
        if getattr(limits, lesser) > getattr(limits, greater):
            one, other = LIMITS[lesser], LIMITS[greater]
            return (
                f"„{one.label}“ by bylo {one.words(limits)}, víc než „{other.label}“ ({other.words(limits)}). "
                "To dohromady nejde."
            )
    return ""
