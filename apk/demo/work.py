"""What the demonstration's team did: shifts of every day and findings of every month, drawn from fixed seeds.

A year's numbers per month are given; who, where, when and how many at once is drawn. Nothing here is a result:
the summaries count the rows like any others.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from apk.calendar import LOCAL, Month, local_date
from apk.demo.city import shifted
from apk.localities.models import Locality
from apk.people.models import Assistant
from findings.models import Finding, Place, PlaceKind, ReviewState, Source
from patrols.models import Announcement, Shift

Site = tuple[Locality, list[tuple[Place, PlaceKind]]]

SHIFT_LENGTH = timedelta(hours=8)
NOTICE = timedelta(days=21)
# How lately found findings still wait for the mentor.
UNREVIEWED = timedelta(days=4)


@dataclass(frozen=True)
class Season:
    """How much is found in a month: events, pieces and the places they lie at."""

    events: int
    pieces: int
    places: int


# More in warm months, little in winter. April is the month the city reported on.
SEASONS = {
    1: Season(9, 27, 8),
    2: Season(11, 34, 9),
    3: Season(19, 58, 13),
    4: Season(29, 85, 17),
    5: Season(33, 96, 19),
    6: Season(38, 112, 21),
    7: Season(41, 121, 22),
    8: Season(39, 117, 21),
    9: Season(34, 98, 19),
    10: Season(27, 79, 16),
    11: Season(16, 45, 12),
    12: Season(8, 22, 7),
}


def seeded(*what: object) -> Random:
    """Chance that depends on its subject alone, so that a day is the same whenever it is made."""
    return Random("/".join(map(str, what)))  # noqa: S311  # a demonstration, no secret


def starts_at(day: date, late: bool) -> time:
    """Early weeks begin at 7; late ones at 13, on Friday and Saturday at 15, on Sunday at 11 (11 h before Monday)."""
    if not late:
        return time(7)
    return {4: time(15), 5: time(15), 6: time(11)}.get(day.weekday(), time(13))


def plan_days(days: Iterable[date], team: Sequence[Assistant], sites: Sequence[Site]) -> list[Shift]:
    """Unsaved shifts of eight hours: five of seven assistants on working days, two at weekends.

    Days off and early and late weeks take turns.
    """
    shifts = []
    for day in days:
        week = (day.toordinal() - day.weekday()) // 7
        free = 2 if day.weekday() < 5 else len(team) - 2
        # The turn moves on every week, so that in seven weeks everybody works the same.
        on_duty = [n for n in range(len(team)) if (day.toordinal() + n + week) % len(team) >= free]
        places = seeded("shifts", day).sample(range(len(sites)), len(on_duty))
        for n, place in zip(on_duty, places, strict=True):
            start = datetime.combine(day, starts_at(day, late=(n + week) % 2 == 1), LOCAL)
            shifts.append(Shift(assistant=team[n], locality=sites[place][0], start=start, end=start + SHIFT_LENGTH))
    return shifts


def announce(shifts: Sequence[Shift]) -> None:
    """Lets the assistants know of saved shifts as they stand, with nothing to answer."""
    Announcement.objects.bulk_create(
        Announcement(
            shift=shift,
            assistant=shift.assistant,
            locality=shift.locality,
            start=shift.start,
            end=shift.end,
            announced_on=shift.starts_on - NOTICE,
            asks=Announcement.Question.NOTHING,
        )
        for shift in shifts
    )


def find_in_month(
    month: Month, season: Season, shifts: Sequence[Shift], sites: Sequence[Site], until: datetime | None = None
) -> list[Finding]:
    """Unsaved findings of a month: exactly the season's events, pieces and places.

    With `until`, findings after that instant are left out, as they have not happened yet.
    """
    random = seeded("findings", month)
    patrols: dict[int | None, list[Shift]] = {}
    for shift in shifts:
        if month.start <= shift.start and shift.end <= month.end:
            patrols.setdefault(shift.locality_id, []).append(shift)
    candidates = [(place, kind) for locality, places in sites if locality.pk in patrols for place, kind in places]
    chosen = random.sample(candidates, season.places)
    # Every chosen place is found at once; what remains goes where it usually does.
    spots = chosen + random.choices(chosen, k=season.events - season.places)
    pieces = partition(season.pieces, season.events, random)
    findings = []
    for (place, kind), count in zip(spots, pieces, strict=True):
        shift = random.choice(patrols[place.locality_id])
        found_at = shift.start + timedelta(minutes=random.randint(10, int((shift.end - shift.start).seconds / 60) - 10))
        latitude, longitude = shifted(place.latitude, place.longitude, random.uniform(-9, 9), random.uniform(-9, 9))
        without_needle = sum(random.random() < 0.2 for _ in range(count))
        needles = sum(random.random() < 0.15 for _ in range(count - without_needle))
        findings.append(
            Finding(
                id=uuid7(found_at, random),
                found_at=found_at,
                assistant=shift.assistant,
                shift=shift,
                locality_id=place.locality_id,
                place=place,
                latitude=latitude,
                longitude=longitude,
                accuracy_m=round(random.uniform(4, 22), 1),
                place_kind=kind,
                source=random.choices([Source.OWN, Source.CITIZEN, Source.PLANNED], [8, 1, 1])[0],
                with_needle=count - without_needle - needles,
                without_needle=without_needle,
                needles=needles,
                paraphernalia=random.choices([0, 1, 2], [7, 2, 1])[0],
                child_accessible=kind in {PlaceKind.PLAYGROUND, PlaceKind.SANDPIT, PlaceKind.SCHOOL},
                review=ReviewState.CONFIRMED,
            )
        )
    return [finding for finding in findings if until is None or finding.found_at < until]


def partition(total: int, parts: int, random: Random) -> list[int]:
    """`total` in `parts` whole numbers of at least one: mostly small, a few larger."""
    weights = [random.paretovariate(1.3) for _ in range(parts)]
    rest = total - parts
    shares = [1 + int(rest * weight / sum(weights)) for weight in weights]
    for n in random.choices(range(parts), k=total - sum(shares)):
        shares[n] += 1
    return shares


def uuid7(moment: datetime, random: Random) -> uuid.UUID:
    """A UUIDv7 (RFC 9562) of `moment`, its random part drawn from `random`."""
    milliseconds = int(moment.timestamp() * 1000)
    value = milliseconds << 80 | 0x7 << 76 | random.getrandbits(12) << 64 | 0b10 << 62 | random.getrandbits(62)
    return uuid.UUID(int=value)


def work_year(year: int, team: Sequence[Assistant], sites: Sequence[Site]) -> None:
    """Saves a whole year of shifts and findings."""
    months = [Month(year, number) for number in range(1, 13)]
    shifts = Shift.objects.bulk_create(plan_days([day for month in months for day in month.days], team, sites))
    announce(shifts)
    for month in months:
        Finding.objects.bulk_create(find_in_month(month, SEASONS[month.number], shifts, sites))


def work_lately(now: datetime, team: Sequence[Assistant], sites: Sequence[Site]) -> list[Month]:
    """Saves the months around `now`: from three months back, shifts to two weeks ahead, findings up to `now`.

    Gives the months that have ended.
    """
    today = local_date(now)
    month = Month.of(today)
    months = [month.previous.previous.previous, month.previous.previous, month.previous, month]
    horizon = today + timedelta(days=14)
    days = [months[0].first_day + timedelta(days=n) for n in range((horizon - months[0].first_day).days + 1)]
    planned = plan_days(days, team, sites)
    shifts = Shift.objects.bulk_create(planned)
    announce(shifts)
    # The current month is drawn from its whole plan, so that its past does not change with the day of the making.
    rest = plan_days([day for day in month.days if day > horizon], team, sites)
    for each in months:
        findings = find_in_month(each, SEASONS[each.number], [*shifts, *rest], sites, until=now)
        for finding in findings:
            if finding.found_at > now - UNREVIEWED:
                finding.review = ReviewState.NEW
        Finding.objects.bulk_create(findings)
    return months[:-1]
