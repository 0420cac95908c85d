"""Whole months of random but repeatable records, with everything that is easy to count wrong."""

from datetime import UTC, timedelta
from random import Random

from apk.calendar import Month
from apk.localities.models import Locality
from apk.people.models import Assistant
from findings.models import PlaceKind
from patrols.duties import Event
from patrols.models import ActivityCount, Attendance
from tests.factories import (
    ActivityFactory,
    ActivityKindFactory,
    AssistantFactory,
    CalledPatrolFactory,
    CounterFactory,
    DistrictFactory,
    FindingFactory,
    GrantProjectFactory,
    LocalityFactory,
    OrganisationFactory,
    PlaceFactory,
    ReferralReasonFactory,
    ShiftFactory,
    record_id,
)

MONTHS = (Month(2021, 2), Month(2021, 3), Month(2021, 4), Month(2021, 10), Month(2021, 11))


def scatter(seed: int, findings: int = 60, months: tuple[Month, ...] = MONTHS) -> None:
    """Fills `months`: findings to the last microsecond of a month and outside localities, places that lie in another
    locality than their findings, shifts over midnight, month ends and clock changes, Czech names to be sorted;
    activities with and without everything they may have, some taken back; duties over all the same edges, some of
    whose events are missing or taken back."""
    random = Random(seed)
    districts = [DistrictFactory(name=name) for name in ("Vítkovice", "Slezská Ostrava", "Čtvrť", "Chudobín")]
    localities = [
        LocalityFactory(name=name, district=random.choice(districts), kind=random.choice(Locality.Kind.values))
        for name in ("Zárubek", "Černá louka", "Cihelní", "Chaloupky", "Hrušov", "Šalamouna")
    ]
    assistants = [AssistantFactory(user__last_name=name) for name in ("Říha", "Rys", "Čech", "Chalupa", "Hora")]
    places = [PlaceFactory(locality=random.choice([*localities, None])) for _ in range(15)]
    GrantProjectFactory()
    busy_until = dict.fromkeys(assistants, months[0].previous.start)
    for month in months:
        span = (month.end - month.start) // timedelta(microseconds=1)
        edges = [0, span - 1]
        for ordinal in range(findings):
            place = random.choice(places)
            offset = edges[ordinal] if ordinal < len(edges) else random.randrange(span)
            FindingFactory(
                found_at=month.start + timedelta(microseconds=offset),
                assistant=random.choice(assistants),
                place=place,
                locality=random.choice([place.locality, place.locality, *localities, None]),
                place_kind=random.choice(PlaceKind.values),
                with_needle=random.randint(0, 5),
                without_needle=random.randint(0, 5),
                needles=random.randint(1, 5),
                paraphernalia=random.randint(0, 3),
                child_accessible=random.random() < 0.2,
            )
        for assistant in assistants[:-1]:
            moment = max(busy_until[assistant], month.start.astimezone(UTC) - timedelta(hours=random.randint(1, 20)))
            while moment < month.end - timedelta(hours=12):
                end = moment + timedelta(minutes=random.randint(1, 24 * 60))
                ShiftFactory(assistant=assistant, locality=random.choice(localities), start=moment, end=end)
                busy_until[assistant] = end
                moment = end + timedelta(hours=random.randint(0, 90))
    act(random, months, assistants, localities)


def act(random: Random, months: tuple[Month, ...], assistants: list[Assistant], localities: list[Locality]) -> None:
    """Activities and attendance of the months."""
    kinds = [ActivityKindFactory(name=name, position=position) for name, position in (("Č", 2), ("C", 2), ("Z", 1))]
    counters = [CounterFactory(measure="contacts"), CounterFactory(measure="children"), CounterFactory()]
    organisations, reasons = OrganisationFactory.create_batch(3), ReferralReasonFactory.create_batch(3)
    patrols = CalledPatrolFactory.create_batch(2)
    numbers, events = [], []
    for month in months:
        span = (month.end - month.start) // timedelta(microseconds=1)
        for ordinal in range(20):
            is_referral, is_withdrawn = random.random() < 0.4, random.random() < 0.1
            offset = [0, span - 1][ordinal] if ordinal < 2 else random.randrange(span)
            activity = ActivityFactory(
                at=month.start + timedelta(microseconds=offset),
                assistant=random.choice(assistants),
                locality=random.choice([*localities, None]),
                kind=random.choice(kinds),
                organisation=random.choice(organisations) if is_referral else None,
                reason=random.choice(reasons) if is_referral else None,
                called_patrol=random.choice([*patrols, None, None]),
                withdrawn_at=month.end if is_withdrawn else None,
                withdrawal_reason="Omylem" if is_withdrawn else "",
            )
            numbers += [
                ActivityCount(activity=activity, counter=counter, number=random.randint(1, 40))
                for counter in counters
                if random.random() < 0.4
            ]
        for assistant in assistants:
            moment = month.start.astimezone(UTC).replace(microsecond=0) - timedelta(hours=random.randint(1, 9))
            while moment < month.end:
                for event in (Event.START, Event.BREAK_START, Event.BREAK_END, Event.END):
                    if random.random() < 0.9:
                        taken_back = random.random() < 0.05
                        events.append(
                            Attendance(
                                id=record_id(),
                                assistant=assistant,
                                event=event,
                                at=moment,
                                withdrawn_at=month.end if taken_back else None,
                                withdrawal_reason="Omylem" if taken_back else "",
                            )
                        )
                    moment += timedelta(seconds=random.randint(1, 5 * 3600))
                moment += timedelta(hours=random.randint(6, 90))
    ActivityCount.objects.bulk_create(numbers)
    Attendance.objects.bulk_create(events)
