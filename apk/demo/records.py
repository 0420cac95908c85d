"""What the demonstration's team wrote down besides findings: activities and attendance of every shift.

All of it is drawn from seeds that name the shift, so that a day is the same whenever it is made. Nothing here is a
result: the summaries count the rows like any others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from apk.demo.work import seeded, uuid7
from patrols.duties import Event
from patrols.models import (
    Activity,
    ActivityCount,
    ActivityKind,
    Attendance,
    CalledPatrol,
    Code,
    Counter,
    Organisation,
    ReferralReason,
    Shift,
)


@dataclass(frozen=True)
class Habit:
    """A kind of activity: how often it comes, and what is counted at it, from–to."""

    weight: int
    counts: dict[str, tuple[int, int]]
    is_outdoors: bool = True


CONTACTS, CHILDREN, TRUANCY = "Kontakty s občany", "Děti a mládež", "Záškoláctví"
SMOKING, DUMPS, AUDIENCE = "Kouření a alkohol dětí", "Černé skládky", "Účastníci preventivní akce"

HABITS = {
    "Pochůzka v lokalitě": Habit(30, {CONTACTS: (3, 14), CHILDREN: (0, 5), DUMPS: (0, 1)}),
    "Pochůzka u ubytovny": Habit(12, {CONTACTS: (2, 9)}),
    "Dohled na přechodu": Habit(10, {CHILDREN: (15, 60), CONTACTS: (0, 4)}),
    "Dohled u školy": Habit(8, {CHILDREN: (10, 40), TRUANCY: (0, 1), SMOKING: (0, 2)}),
    "Kontrola okolí heren a barů": Habit(6, {CONTACTS: (1, 6), SMOKING: (0, 2)}),
    "Dětské dopravní hřiště": Habit(3, {CHILDREN: (12, 28)}),
    "Preventivní akce, beseda": Habit(2, {AUDIENCE: (15, 45), CHILDREN: (10, 30)}),
    "Sběr stříkaček": Habit(8, {CONTACTS: (0, 3)}),
    "Asistence strážníkům": Habit(4, {CONTACTS: (1, 5)}),
    "Porada s mentorem": Habit(4, {}, is_outdoors=False),
}
# Whom people are sent to with what.
HELP = {
    "Dluhy": ("Poradna Charity Ostrava", "Centrom"),
    "Zaměstnání": ("Úřad práce", "Vzájemné soužití"),
    "Bydlení": ("Armáda spásy", "Centrom", "OSPOD, sociální odbor"),
    "Sousedské spory": ("Vzájemné soužití", "Společně–Jekhetane"),
    "Závislosti": ("Renarkon",),
}
MEASURES = {CONTACTS: Counter.Measure.CONTACTS, CHILDREN: Counter.Measure.CHILDREN}
PATROLS = {
    "Hlídka MP: veřejný pořádek": 5,
    "Hlídka MP: doprava": 3,
    "Hlídka MP: občanské soužití": 2,
    "Hlídka MP: obecně závazná vyhláška": 2,
    "Hlídka Policie ČR": 1,
}


class Lists:
    """The entries of the code lists that the team uses, by their names; those that are not there are added."""

    def __init__(self) -> None:
        self.kinds = found(ActivityKind, HABITS)
        counted = sorted({name for habit in HABITS.values() for name in habit.counts})
        self.counters = {
            name: Counter.objects.get_or_create(name=name, defaults={"measure": MEASURES.get(name, "")})[0].pk
            for name in counted
        }
        self.organisations = found(Organisation, {name for names in HELP.values() for name in names})
        self.reasons = found(ReferralReason, HELP)
        self.patrols = found(CalledPatrol, PATROLS)


def found(model: type[Code], names: Iterable[str]) -> dict[str, int]:
    return {name: model.objects.get_or_create(name=name)[0].pk for name in sorted(names)}


def record(shifts: Iterable[Shift], until: datetime | None = None) -> None:
    """Saves the activities and the attendance of stored shifts; with `until`, what comes after it is left out."""
    lists = Lists()
    activities: list[Activity] = []
    numbers: list[ActivityCount] = []
    events: list[Attendance] = []
    for shift in shifts:
        chance = seeded("records", shift.assistant.user.personal_number, shift.start.astimezone(UTC))
        noted = list(attendance(shift, chance))
        events += [event for event in noted if until is None or event.at < until]
        for activity, counts in deeds(shift, chance, lists):
            if until is None or activity.at < until:
                activities.append(activity)
                numbers += counts
    Attendance.objects.bulk_create(events)
    Activity.objects.bulk_create(activities)
    ActivityCount.objects.bulk_create(numbers)


def attendance(shift: Shift, chance: Random) -> Iterator[Attendance]:
    """A person comes a little early or late and takes half an hour's break; now and then an end is forgotten."""

    def event(kind: Event, at: datetime) -> Attendance:
        whole = at.replace(microsecond=0)
        return Attendance(id=uuid7(whole, chance), assistant=shift.assistant, event=kind, at=whole)

    rest = shift.start + timedelta(minutes=chance.randint(200, 260))
    moments = {
        Event.START: shift.start + timedelta(seconds=chance.randint(-9 * 60, 4 * 60)),
        Event.BREAK_START: rest,
        Event.BREAK_END: rest + timedelta(minutes=chance.randint(30, 34)),
        Event.END: shift.end + timedelta(seconds=chance.randint(-3 * 60, 16 * 60)),
    }
    has_forgotten = chance.random() < 0.03
    for kind, at in moments.items():
        if not (has_forgotten and kind is Event.END):
            yield event(kind, at)


def deeds(shift: Shift, chance: Random, lists: Lists) -> Iterator[tuple[Activity, list[ActivityCount]]]:
    """One to three activities of a shift with their numbers."""
    weights = [habit.weight for habit in HABITS.values()]
    for kind in chance.choices(list(HABITS), weights, k=chance.choice((1, 2, 2, 3))):
        at = shift.start + timedelta(minutes=chance.randint(15, 460), seconds=chance.randint(0, 59))
        habit = HABITS[kind]
        reason = chance.choice(sorted(HELP)) if habit.is_outdoors and chance.random() < 0.09 else None
        patrol = chance.choices(list(PATROLS), list(PATROLS.values()))[0]
        has_called = habit.is_outdoors and chance.random() < 0.04
        activity = Activity(
            id=uuid7(at, chance),
            at=at,
            assistant=shift.assistant,
            shift=shift,
            locality_id=shift.locality_id if habit.is_outdoors else None,
            kind_id=lists.kinds[kind],
            organisation_id=lists.organisations[chance.choice(HELP[reason])] if reason else None,
            reason_id=lists.reasons[reason] if reason else None,
            called_patrol_id=lists.patrols[patrol] if has_called else None,
        )
        counts = {name: chance.randint(*bounds) for name, bounds in habit.counts.items()}
        yield (
            activity,
            [
                ActivityCount(activity=activity, counter_id=lists.counters[name], number=number)
                for name, number in counts.items()
                if number
            ],
        )
