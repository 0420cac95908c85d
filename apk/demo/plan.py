"""What the demonstration's plan is made from: usual times, what is to be covered, and an absence asked for."""

from collections.abc import Sequence
from datetime import date, time, timedelta

from apk.demo.work import Site
from apk.people.models import Assistant, User
from patrols.models import Absence, CoverNeed, ShiftTemplate

# As the demonstration's shifts are: early and late weeks, weekends, and two crossings of one day.
TEMPLATES = (
    ("Ranní", time(7), time(15), None, None),
    ("Odpolední", time(13), time(21), None, None),
    ("Víkend", time(10), time(18), None, None),
    ("Přechody", time(7), time(8, 30), time(12), time(15, 30)),
)

# Which of the localities are to be covered when, and how much it matters.
NEEDS = (
    (0, [0, 1, 2, 3, 4], time(7), time(15), 1, 5),
    (1, [0, 1, 2, 3, 4], time(13), time(21), 1, 4),
    (2, [0, 2, 4], time(7), time(15), 1, 3),
    (3, [4, 5], time(13), time(21), 2, 3),
    (4, [5, 6], time(10), time(18), 1, 2),
)


def make_plan_data(today: date, team: Sequence[Assistant], sites: Sequence[Site], mentor: User) -> None:
    """Saves templates, needs from the running month on, an approved vacation and one that waits."""
    ShiftTemplate.objects.bulk_create(
        ShiftTemplate(name=name, starts=starts, ends=ends, then_starts=then, then_ends=until, position=position)
        for position, (name, starts, ends, then, until) in enumerate(TEMPLATES, 1)
    )
    CoverNeed.objects.bulk_create(
        CoverNeed(
            locality=sites[place][0],
            weekdays=weekdays,
            starts=starts,
            ends=ends,
            people=people,
            weight=weight,
            valid_from=today.replace(day=1),
        )
        for place, weekdays, starts, ends, people, weight in NEEDS
    )
    later = today + timedelta(days=35)
    vacation, time_off = Absence.Kind.VACATION, Absence.Kind.TIME_OFF
    Absence.objects.ask(by=mentor, assistant=team[1], kind=vacation, first=later, last=later + timedelta(days=4))
    Absence.objects.ask(by=team[4].user, assistant=team[4], kind=time_off, first=later, last=later)
