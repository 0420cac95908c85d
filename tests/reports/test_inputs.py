"""What makes a summary out of date: everything it was counted from, nothing else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apk.calendar import Month
from apk.localities.models import District, Locality
from apk.people.models import Assistant, Employment, User
from findings.models import Finding, Place
from patrols.models import (
    Activity,
    ActivityCount,
    ActivityKind,
    Attendance,
    CalledPatrol,
    Counter,
    Organisation,
    ReferralReason,
    Shift,
)
from reports.inputs import fingerprints
from reports.models import GrantProject, MonthNarrative
from tests.factories import (
    ActivityFactory,
    AssistantFactory,
    AttendanceFactory,
    CalledPatrolFactory,
    CounterFactory,
    DistrictFactory,
    FindingFactory,
    GrantProjectFactory,
    MentorFactory,
    ShiftFactory,
    local,
)

pytestmark = pytest.mark.django_db

APRIL = Month(2021, 4)


def scene() -> None:
    shift = ShiftFactory(start=local(2021, 4, 30, 20), end=local(2021, 5, 1, 4))
    FindingFactory(assistant=shift.assistant, place__locality=shift.locality)
    GrantProjectFactory()
    counter = CounterFactory(measure="contacts")
    ActivityFactory(
        assistant=shift.assistant,
        locality=shift.locality,
        referral=True,
        called_patrol=CalledPatrolFactory(),
        numbers={counter: 3},
    )
    AttendanceFactory(assistant=shift.assistant)


CHANGES: dict[str, Callable[[], object]] = {
    "a finding": lambda: FindingFactory(place=Place.objects.get()),
    "its pieces": lambda: Finding.objects.update(needles=9),
    "its time": lambda: Finding.objects.update(found_at=local(2021, 4, 15, 11)),
    "its kind of place": lambda: Finding.objects.update(place_kind="squat"),
    "its flag": lambda: Finding.objects.update(child_accessible=True),
    "its locality": lambda: Finding.objects.update(locality=None),
    "its withdrawal": lambda: Finding.objects.get().withdraw(at=local(2021, 4, 16), reason="Tužka"),
    "its removal": lambda: Finding.objects.all().delete(),
    "a shift": lambda: ShiftFactory(start=local(2021, 4, 2, 8)),
    "its end": lambda: Shift.objects.update(end=local(2021, 5, 1, 5)),
    "an activity": lambda: ActivityFactory(kind=ActivityKind.objects.earliest("pk")),
    "its moment": lambda: Activity.objects.update(at=local(2021, 4, 15, 11)),
    "its taking back": lambda: Activity.objects.get().withdraw(at=local(2021, 4, 16), reason="Omylem"),
    "where it was": lambda: Activity.objects.update(locality=None),
    "its referral": lambda: Activity.objects.update(organisation=None, reason=None),
    "its patrol": lambda: Activity.objects.update(called_patrol=None),
    "its numbers": lambda: ActivityCount.objects.update(number=4),
    "a kind's name": lambda: ActivityKind.objects.filter(activities__isnull=False).update(name="Jinak"),
    "a kind's position": lambda: ActivityKind.objects.filter(activities__isnull=False).update(position=1),
    "a counter's name": lambda: Counter.objects.filter(measure="contacts").update(name="Jinak"),
    "an organisation's name": lambda: Organisation.objects.filter(activities__isnull=False).update(name="Jinak"),
    "a reason's name": lambda: ReferralReason.objects.filter(activities__isnull=False).update(name="Jinak"),
    "a kind of patrol's name": lambda: CalledPatrol.objects.filter(activities__isnull=False).update(name="Jinak"),
    "attendance": lambda: AttendanceFactory(at=local(2021, 4, 15, 16), event="end"),
    "an event's time": lambda: Attendance.objects.update(at=local(2021, 4, 15, 9)),
    "an event's taking back": lambda: Attendance.objects.get().withdraw(at=local(2021, 4, 16), reason="Omylem"),
    "the end of a duty after midnight": lambda: AttendanceFactory(at=local(2021, 5, 1, 4), event="end"),
    "a locality's name": lambda: Locality.objects.update(name="Jinak"),
    "a locality's district": lambda: Locality.objects.update(district=DistrictFactory(name="Jinde")),
    "a locality's kind": lambda: Locality.objects.update(kind="lodging-house"),
    "a district's name": lambda: District.objects.update(name="Jinak"),
    "a place's name": lambda: Place.objects.update(name="Jinak"),
    "a place's position": lambda: Place.objects.update(latitude=49.9),
    "a person's name": lambda: User.objects.update(last_name="Provdaná"),
    "an employment": AssistantFactory,
    "an employment's úvazek": lambda: Employment.objects.update(fte="0.5"),
    "a mentorship": lambda: AssistantFactory(mentor=MentorFactory()),
    "the coordinator's words": lambda: MonthNarrative.objects.create(month=APRIL.first_day, text="Duben."),
    "the project's publicity": lambda: GrantProject.objects.update(publicity="Jinak."),
    "the project's dates": lambda: GrantProject.objects.update(starts=local(2021, 6, 1).date()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_fingerprint_changes_with(change):
    scene()
    before = fingerprints([APRIL])

    change()

    assert fingerprints([APRIL]) != before


def test_fingerprint_leaves_alone_what_is_not_counted():
    scene()
    before = fingerprints([APRIL])

    Finding.objects.update(note="poznámka", accuracy_m=3)
    User.objects.update(phone="777")
    known = Assistant.objects.get()
    FindingFactory(found_at=APRIL.end, assistant=known)
    FindingFactory(found_at=APRIL.start - timedelta(microseconds=1), assistant=known)
    ShiftFactory(start=local(2021, 5, 1, 4), end=local(2021, 5, 1, 8), assistant=known)
    AssistantFactory(employed__starts=APRIL.next.first_day)
    MonthNarrative.objects.create(month=APRIL.next.first_day, text="Květen")

    assert fingerprints([APRIL]) == before


def test_shift_over_the_end_of_a_month_belongs_to_both():
    scene()
    before = fingerprints([APRIL, APRIL.next, APRIL.next.next])

    Shift.objects.update(start=local(2021, 4, 30, 21))

    after = fingerprints([APRIL, APRIL.next, APRIL.next.next])
    assert [after[month] != before[month] for month in before] == [True, True, False]


def test_fingerprints_of_many_months_take_five_queries():
    scene()
    months = [APRIL]
    while len(months) < 24:
        months.append(months[-1].next)

    with CaptureQueriesContext(connection) as queries:
        together = fingerprints(months)

    assert len(queries) == 5
    assert together[APRIL] == fingerprints([APRIL])[APRIL]
