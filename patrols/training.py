"""Who has which training, who lacks one that a shift needs, and what runs out soon.

What a shift needs is decided once, in `TrainingNeed.concerns`; whether a person has it on a day, in `Held.on`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Protocol

from apk import czech
from apk.localities.models import Locality
from apk.people.models import Assistant
from patrols import labour_code
from patrols.labour_code import Severity
from patrols.models import Training, TrainingKind, TrainingNeed

SOON_DAYS = 60
"""Days ahead within which an end of validity is worth knowing: a course must be found."""


class TrainingRule(Enum):
    """What the register says to the plan, in the shape of the Labour Code's rules."""

    MISSING = "training_missing"

    @property
    def title(self) -> str:
        return "Chybí školení"


@dataclass(frozen=True)
class Lack:
    """A shift that needs a training which the person does not have on its day; read like `labour_code.Breach`."""

    kind: TrainingKind
    sentence: str
    shifts: tuple[labour_code.Shift, ...]
    day: date

    @property
    def rule(self) -> TrainingRule:
        return TrainingRule.MISSING

    @property
    def severity(self) -> Severity:
        return Severity.WARNING

    @property
    def paragraph(self) -> str:
        return ""

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """Another value whenever the lack is another: a reason given for one does not excuse the next."""
        return self.rule.value, self.kind.pk, self.day, tuple((s.key, s.start, s.end) for s in self.shifts)


@dataclass(frozen=True)
class Period:
    """From when to when a training is valid, both days included; None is for ever."""

    since: date
    until: date | None


class Held:
    """The trainings that some people have, to be asked about any day. One query."""

    def __init__(self, people: Iterable[Assistant | int], kinds: Iterable[TrainingKind]) -> None:
        self._periods: Mapping[tuple[int, int], list[Period]] = defaultdict(list)
        rows = Training.objects.standing().filter(assistant__in=people, kind__in=kinds)
        for person, kind, since, until in rows.values_list("assistant", "kind", "held_on", "expires_on"):
            self._periods[person, kind].append(Period(since, until))

    def periods(self, person: int, kind: TrainingKind) -> Sequence[Period]:
        """When an assistant, given by their key, had the training."""
        return self._periods.get((person, kind.pk), [])

    def on(self, day: date, person: int, kind: TrainingKind) -> bool:
        """Whether the person has the training on that day."""
        periods = self.periods(person, kind)
        return any(each.since <= day and (each.until is None or each.until >= day) for each in periods)

    def ended_before(self, day: date, person: int, kind: TrainingKind) -> date | None:
        """The last day of the latest validity before `day`; None when there was none."""
        ends = [each.until for each in self.periods(person, kind) if each.until is not None and each.until < day]
        return max(ends, default=None)


def missing(person: Assistant, day: date, locality: Locality | None = None) -> list[TrainingKind]:
    """Trainings that a shift of `person` on `day` in `locality` needs and they do not have, in the order of the list.

    Without a locality those needed everywhere. Two queries.
    """
    kinds = [need.kind for need in needs() if concerned(need, locality)]
    held = Held([person], kinds)
    return [kind for kind in dict.fromkeys(kinds) if not held.on(day, person.pk, kind)]


def concerned(need: TrainingNeed, locality: Locality | None) -> bool:
    if locality is None:
        return need.locality_id is None and not need.locality_kind
    return need.concerns(locality)


def needs() -> list[TrainingNeed]:
    """What shifts need, of kinds that are not retired, in the order of the kinds."""
    rows = TrainingNeed.objects.filter(kind__retired_on__isnull=True).select_related("kind", "locality")
    return list(rows.order_by("kind__position", "kind__sort_key", "kind", "pk"))


class OnDay(Protocol):
    """A shift as far as trainings ask: whose (the key of their row), where and when."""

    @property
    def key(self) -> int: ...
    @property
    def assistant(self) -> int: ...
    @property
    def locality(self) -> Locality: ...
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...
    @property
    def day(self) -> date: ...


def lacks(shifts: Sequence[OnDay]) -> dict[int, list[Lack]]:
    """For each assistant's key what their shifts need and they do not have; one query, or two when there are needs.

    Of one kind a person is told once a shift.
    """
    wanted = needs()
    if not wanted or not shifts:
        return {}
    held = Held({shift.assistant for shift in shifts}, {need.kind for need in wanted})
    found: dict[int, list[Lack]] = defaultdict(list)
    for shift in shifts:
        locality = shift.locality
        for kind in dict.fromkeys(need.kind for need in wanted if need.concerns(locality)):
            if not held.on(shift.day, shift.assistant, kind):
                ended = held.ended_before(shift.day, shift.assistant, kind)
                seen = labour_code.Shift(key=shift.key, start=shift.start, end=shift.end)
                found[shift.assistant].append(
                    Lack(kind=kind, sentence=sentence(seen, locality, kind, ended), shifts=(seen,), day=shift.day)
                )
    return found


def sentence(shift: labour_code.Shift, locality: Locality, kind: TrainingKind, ended: date | None) -> str:
    """„Směna po 5. 4. 2021 8:00–16:00 v lokalitě Jílová potřebuje školení „Návykové látky", to skončilo 1. 3. 2021."""
    why = f"jeho platnost skončila {czech.day(ended)}" if ended else "v evidenci není"
    return f"Směna {shift.text} v lokalitě {locality} potřebuje školení „{kind}“, {why}."


class State(Enum):
    """How a person stands with a kind of training: its Czech name and the look of its badge."""

    VALID = ("platí", "success")
    ENDS_SOON = ("brzy skončí", "warning")
    ENDED = ("skončilo", "error")
    MISSING = ("chybí", "error")

    @property
    def label(self) -> str:
        return self.value[0]

    @property
    def level(self) -> str:
        return self.value[1]

    @property
    def matters(self) -> bool:
        return self is not State.VALID


@dataclass(frozen=True)
class Standing:
    """How a person stands with a kind of training on a day; `until` is the last day of validity, None for ever."""

    person: Assistant
    kind: TrainingKind
    state: State
    until: date | None


def standings(people: Sequence[Assistant], day: date) -> list[Standing]:
    """How each person stands with every kind that they ever had or that some shift needs; by person, then kind.

    Three queries.
    """
    kinds = list(TrainingKind.objects.in_use())
    needed = {need.kind_id for need in needs()}
    held = Held(people, kinds)
    return [
        standing
        for person in people
        for kind in kinds
        if (standing := standing_of(held, person, kind, day, needed=kind.pk in needed)) is not None
    ]


def standing_of(held: Held, person: Assistant, kind: TrainingKind, day: date, *, needed: bool) -> Standing | None:
    """None for a kind that the person never had and no shift needs."""
    begun = [each for each in held.periods(person.pk, kind) if each.since <= day]
    if not begun:
        return Standing(person, kind, State.MISSING, None) if needed else None
    if any(each.until is None for each in begun):
        return Standing(person, kind, State.VALID, None)
    until = max(each.until for each in begun if each.until is not None)
    if until < day:
        return Standing(person, kind, State.ENDED, until)
    soon = until <= day + timedelta(days=SOON_DAYS)
    return Standing(person, kind, State.ENDS_SOON if soon else State.VALID, until)
