"""Whole months of random but repeatable findings and shifts, with everything that is easy to count wrong."""

from datetime import UTC, timedelta
from random import Random

from apk.calendar import Month
from apk.localities.models import Locality
from findings.models import PlaceKind
from tests.factories import (
    AssistantFactory,
    DistrictFactory,
    FindingFactory,
    GrantProjectFactory,
    LocalityFactory,
    PlaceFactory,
    ShiftFactory,
)

MONTHS = (Month(2021, 2), Month(2021, 3), Month(2021, 4), Month(2021, 10), Month(2021, 11))


def scatter(seed: int, findings: int = 60, months: tuple[Month, ...] = MONTHS) -> None:
    """Fills `months`: findings to the last microsecond of a month and outside localities, places that lie in another
    locality than their findings, shifts over midnight, month ends and clock changes, Czech names to be sorted."""
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
