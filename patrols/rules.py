"""What the Labour Code says to the plan as it is stored: reads people's shifts and periods, and asks `labour_code`.

Beside it stands what the register of training says to the same shifts (`training.lacks`).

However many people and days, it takes the same few queries. The rules themselves know nothing of the database.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache

from django.db.models import Case, F, Q, When

from apk.calendar import Week, local_date
from apk.localities.models import Locality
from apk.people.models import Assistant, Employment
from patrols import labour_code
from patrols.labour_code import LAW, Breach, Limits, Person, Severity, averaging_period, planned_breaks
from patrols.models import AGREED, TOLD_AS_IT_STANDS, Absence, LegalLimit, Override, Shift, ShiftQuerySet
from patrols.training import Lack, lacks
from patrols.working_hours import seconds_by_week

A_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Concern:
    """A breach in the plan of a person; `day` is the day of the plan that it is shown at."""

    assistant: Assistant
    breach: Breach | Lack
    day: date
    number: int
    """Which one of the person's, from 0."""
    override: Override | None = None
    """Why the plan was published in spite of it."""

    @property
    def severity(self) -> str:
        """„error", „warning" or „note"."""
        return self.breach.severity.name.lower()

    @property
    def title(self) -> str:
        return self.breach.rule.title

    @property
    def sentence(self) -> str:
        return self.breach.sentence

    @property
    def paragraph(self) -> str:
        return self.breach.paragraph

    @property
    def label(self) -> str:
        """„chyba", „upozornění" or „poznámka"."""
        return self.breach.severity.label

    @property
    def id(self) -> str:
        """The name of its sentence within a page, for the link beside the cell."""
        return f"pravidlo-{self.assistant.pk}-{self.breach.rule.value}-{self.breach.day}-{self.number}"

    @property
    def fingerprint(self) -> str:
        """Another text whenever the breach is another."""
        return fingerprint(self.assistant, self.breach)

    @property
    def excused(self) -> bool:
        return self.override is not None

    @property
    def matters(self) -> bool:
        """Whether somebody has to do something about it."""
        return self.breach.severity >= Severity.WARNING

    @property
    def shift_keys(self) -> set[int]:
        return {shift.key for shift in self.breach.shifts if isinstance(shift.key, int)}


def fingerprint(assistant: Assistant, breach: Breach | Lack) -> str:
    return hashlib.sha256(repr((assistant.pk, breach.fingerprint)).encode()).hexdigest()


def concerns(
    people: Sequence[Assistant],
    first: date,
    last: date,
    *,
    publication: date | None = None,
) -> list[Concern]:
    """Everything that the rules say to the days from `first` to `last`, by person and day, the gravest first.

    `publication` is the day on which what is not public yet would be; None leaves its notice unjudged. Each day is
    judged by the limits that hold on it.

    Seven queries, eight when some shifts need a training. What lies outside those days is read as far as it bears upon
    them: a week to each side shift by shift, the rest of the averaging period and of the year as hours by week.
    """
    window = Week.of(first - A_WEEK).first_day, Week.of(last + A_WEEK).last_day
    planned = planned_shifts(Shift.objects.filter(assistant__in=people).starting_within(*window))
    untrained = lacks([each for rows in planned.values() for each in rows if first <= each.day <= last])
    absences: dict[int, list[labour_code.Absence]] = defaultdict(list)
    for away in Absence.objects.approved().within(*window).filter(assistant__in=people):
        absences[away.assistant_id].append(labour_code.Absence.of_days(away.first, away.last))
    found: dict[int, list[Breach | Lack]] = defaultdict(list, {key: list(said) for key, said in untrained.items()})
    for part in LegalLimit.objects.in_force(first, last):
        limits = part.limits
        credited = seconds_by_week(people, *weeks_that_count(first, last, limits), outside=window, limits=limits)
        persons = persons_of(people, *averaging_period(Week.of(last), limits), credited)
        for key, rows in planned.items():
            shifts = tuple(as_the_law_sees(each, limits) for each in rows)
            said = said_of(persons[key], shifts, tuple(absences[key]), limits, publication)
            found[key] += [each for each in said if belongs(each, part.first, part.last, first)]
    reasons = {
        row.fingerprint: row
        for row in Override.objects.filter(assistant__in=people, day__gte=first - A_WEEK, day__lte=last)
        .select_related("publication__by")
        .order_by("pk")
    }
    return [
        Concern(assistant, breach, max(breach.day, first), number, reasons.get(fingerprint(assistant, breach)))
        for assistant in people
        for number, breach in enumerate(
            sorted(found.get(assistant.pk, ()), key=lambda each: (each.day, -each.severity))
        )
    ]


@lru_cache(maxsize=256)
def said_of(
    person: Person,
    shifts: tuple[labour_code.Shift, ...],
    absences: tuple[labour_code.Absence, ...],
    limits: Limits,
    publication: date | None,
) -> tuple[Breach, ...]:
    """What the rules say to one person, remembered: a step in the plan changes one row of fifty, and pages are read
    more often than plans are changed."""
    return tuple(labour_code.check(person, shifts, absences=absences, limits=limits, publication=publication))


@dataclass(frozen=True)
class Planned:
    """A shift as it is stored, as far as rules ask. `announced` and `agreed` are of the shift as it stands."""

    key: int
    assistant: int
    locality_key: int
    locality_name: str
    locality_kind: str
    start: datetime
    end: datetime
    announced: date | None
    agreed: bool

    @property
    def locality(self) -> Locality:
        """As much of it as was read."""
        return Locality(pk=self.locality_key, name=self.locality_name, kind=self.locality_kind)

    @cached_property
    def day(self) -> date:
        """The local day on which it starts."""
        return local_date(self.start)


def planned_shifts(rows: ShiftQuerySet) -> dict[int, list[Planned]]:
    """Stored shifts by the key of their assistant, in time order. One query.

    A shift that is public as it stands was announced on its day, any other not yet. Rows are not made models: a month
    of fifty people is two thousand shifts with as many announcements.
    """
    told = Case(When(TOLD_AS_IT_STANDS, then=F("announcement__announced_on")))
    agreed = Case(When(TOLD_AS_IT_STANDS & AGREED, then=True), default=False)
    shifts: dict[int, list[Planned]] = defaultdict(list)
    for row in rows.annotate(told=told, agreed=agreed).values_list(
        "pk", "assistant", "locality", "locality__name", "locality__kind", "start", "end", "told", "agreed"
    ):
        planned = Planned(*row)
        shifts[planned.assistant].append(planned)
    return shifts


def as_the_law_sees(shift: Planned, limits: Limits = LAW) -> labour_code.Shift:
    """A stored shift for the rules, with the breaks that the employer's schedule gives it."""
    return labour_code.Shift(
        key=shift.key,
        start=shift.start,
        end=shift.end,
        breaks=planned_breaks(shift.start, shift.end, limits),
        announced=shift.announced,
        agreed=shift.agreed,
    )


def belongs(breach: Breach, first: date, last: date, shown_from: date) -> bool:
    """Whether a breach belongs to the days from `first` to `last`; one of a week is shown from `shown_from` on."""
    if breach.rule in WEEKLY and breach.day < shown_from <= breach.day + timedelta(days=6):
        return first == shown_from
    return first <= breach.day <= last


WEEKLY = frozenset(
    {
        labour_code.Rule.WEEKLY_REST,
        labour_code.Rule.AVERAGE_HOURS,
        labour_code.Rule.WEEKLY_OVERTIME,
        labour_code.Rule.YEARLY_OVERTIME,
    }
)
"""Rules whose breach is shown at the Monday of a week and speaks of all of it."""


def weeks_that_count(first: date, last: date, limits: Limits) -> tuple[Week, Week]:
    """The first and the last week whose hours decide about overtime and averages on those days."""
    since = min(averaging_period(Week.of(first), limits)[0], Week(Week.of(first).year, 1).first_day)
    until = max(averaging_period(Week.of(last), limits)[1], date(Week.of(last).year, 12, 28))
    return Week.of(since), Week.of(until)


def persons_of(
    people: Iterable[Assistant], first: date, last: date, credited: Mapping[int, Mapping[Week, timedelta]]
) -> dict[int, Person]:
    """What the rules ask of each employee, by their key. One query.

    An úvazek that changes between the days `first` and `last` counts by the days when it held.
    """
    rows: dict[int, list[Employment]] = defaultdict(list)
    for row in Employment.objects.filter(
        Q(ends__isnull=True) | Q(ends__gte=first), starts__lte=last, assistant__in=people
    ):
        rows[row.assistant_id].append(row)
    return {person.pk: employed(rows[person.pk], first, last, credited.get(person.pk, {})) for person in people}


def employed(rows: Sequence[Employment], first: date, last: date, credited: Mapping[Week, timedelta]) -> Person:
    """One person's employments within two days as the rules see them: one, with the average úvazek."""
    if not rows:
        return Person(credited=credited)
    since, until = rows[0].starts, rows[-1].ends
    if len(rows) == 1:
        return Person(fte=rows[0].fte, since=since, until=until, credited=credited)
    weighted = sum((row.fte * days_within(row.starts, row.ends, first, last) for row in rows), Decimal(0))
    average = weighted / days_within(since, until, first, last)
    return Person(fte=average.quantize(Decimal("0.0001")), since=since, until=until, credited=credited)


def days_within(starts: date, ends: date | None, first: date, last: date) -> int:
    """How many of the days from `first` to `last` a dated row holds."""
    return max((min(ends or last, last) - max(starts, first)).days + 1, 0)
