"""Counts a month: reads findings, shifts, activities and attendance, gives a `MonthSummary`.

The number of queries is constant. Run inside `snapshot()`, all of them see the database at one instant, so that the
rows of a breakdown add up to the totals even while phones are sending.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import TruncDate

import findings.models
import patrols.models
from apk.calendar import LOCAL, Month
from apk.czech import day_in_week
from apk.localities.models import Locality
from apk.people.models import Assistant
from findings import custody
from findings.models import Finding, PlaceKind
from patrols.attendance_days import served_seconds
from patrols.models import (
    Activity,
    ActivityCount,
    ActivityKind,
    CalledPatrol,
    Counter,
    Organisation,
    ReferralReason,
    Shift,
    Training,
    TrainingKind,
)
from reports.figures import BREAKDOWNS, FIGURES, Breakdown
from reports.models import GrantProject, MonthNarrative
from reports.narrative import paragraphs
from reports.references import of_month
from reports.staffing import staffing
from reports.summary import MonthSummary, PlacePoint, Row

Counts = dict[str, int]
Progress = Callable[[int], None]

# What a breakdown groups by: an expression over findings, shifts, activities, and numbers written down at activities.
KEYS_OF_FINDINGS: dict[str, Any] = {
    "locality": F("locality"),
    "district": F("locality__district"),
    "place_kind": F("place_kind"),
    "assistant": F("assistant"),
    "day": TruncDate("found_at", tzinfo=LOCAL),
}
KEYS_OF_SHIFTS: dict[str, Any] = {
    "locality": F("locality"),
    "district": F("locality__district"),
    "assistant": F("assistant"),
}
KEYS_OF_ACTIVITIES: dict[str, Any] = {
    "assistant": F("assistant"),
    "activity_kind": F("kind"),
    "activity_locality": F("locality"),
    "organisation": F("organisation"),
    "reason": F("reason"),
    "called_patrol": F("called_patrol"),
}
KEYS_OF_TRAININGS: dict[str, Any] = {"training_kind": F("kind")}
KEYS_OF_NUMBERS: dict[str, Any] = {
    "activity_kind": F("activity__kind"),
    "activity_locality": F("activity__locality"),
    "counter": F("counter"),
}
CODES: dict[str, type[patrols.models.Code]] = {
    "activity_kind": ActivityKind,
    "counter": Counter,
    "organisation": Organisation,
    "reason": ReferralReason,
    "called_patrol": CalledPatrol,
    "training_kind": TrainingKind,
}
"""Breakdowns whose rows are entries of a code list."""


@dataclass(frozen=True)
class Source:
    """Records of a month, what is measured about them, and what each breakdown groups them by."""

    records: QuerySet
    measures: dict[str, Any]
    keys: dict[str, Any]


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is of one instant. Nothing can be written, no transaction may be open already."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def count(month: Month, progress: Progress = lambda percent: None) -> MonthSummary:
    """All figures of `month` as the rows say now; `progress` hears how much is done, in percent."""
    found = Finding.objects.standing().in_month(month)
    sources = (
        Source(found, findings.models.COUNTS, KEYS_OF_FINDINGS),
        Source(Shift.objects.announced().within(month.start, month.end), patrols.models.COUNTS, KEYS_OF_SHIFTS),
        Source(Activity.objects.standing().in_month(month), patrols.models.ACTIVITY_COUNTS, KEYS_OF_ACTIVITIES),
        Source(ActivityCount.objects.standing().in_month(month), patrols.models.NUMBER_COUNTS, KEYS_OF_NUMBERS),
        Source(Training.objects.standing().in_month(month), patrols.models.TRAINING_COUNTS, KEYS_OF_TRAININGS),
    )
    served = served_seconds(month)

    totals = {"served_seconds": sum(served.values())} | custody.figures(month)
    for source in sources:
        totals |= source.records.aggregate(**source.measures)
    progress(20)
    places = places_of(found)
    progress(40)
    counted = {}
    for done, name in enumerate(BREAKDOWNS, start=1):
        counted[name] = merged(
            *(
                counts_by(source.records, source.keys[name], source.measures)
                for source in sources
                if name in source.keys
            )
        )
        progress(40 + 50 * done // len(BREAKDOWNS))
    counted["assistant"] = merged(
        counted["assistant"], {person: {"served_seconds": seconds} for person, seconds in served.items()}
    )

    # A place may belong to a locality of which no other record speaks.
    spoken_of = counted["locality"].keys() | counted["activity_locality"].keys()
    known = Q(pk__in=spoken_of) | Q(name__in={place.locality for place in places})
    localities = {locality.pk: locality for locality in Locality.objects.filter(known).select_related("district")}
    names_of_localities = {pk: locality.name for pk, locality in localities.items()}
    labels: dict[str, dict[Any, str]] = {
        "locality": names_of_localities,
        "activity_locality": names_of_localities,
        "district": {
            locality.district_id: locality.district.name
            for locality in sorted(localities.values(), key=lambda locality: bytes(locality.district.sort_key))
        },
        "place_kind": dict(PlaceKind.choices),
        "assistant": {
            assistant.pk: str(assistant)
            for assistant in Assistant.objects.filter(pk__in=counted["assistant"]).select_related("user")
        },
        "day": {day: day_in_week(day) for day in month.days},
        **{
            name: dict(model.objects.filter(pk__in=counted[name]).values_list("pk", "name"))
            for name, model in CODES.items()
        },
    }
    project = GrantProject.objects.by_month([month])[month]
    written = MonthNarrative.objects.of(month).first()
    named = {name: totals[name] for name in FIGURES}
    progress(100)
    return MonthSummary(
        month=month,
        city=settings.CITY_NAME,
        project_name=project.name if project else "",
        project_number=project.number if project else "",
        publicity=project.publicity if project else "",
        totals=named,
        breakdowns={
            name: tuple(rows(breakdown, labels[name], counted[name])) for name, breakdown in BREAKDOWNS.items()
        },
        places=places,
        lodging_houses=tuple(
            locality.name for locality in localities.values() if locality.kind == Locality.Kind.LODGING_HOUSE
        ),
        staffing=staffing([month])[month],
        narrative=paragraphs(written.text, of_month(month, named, project)) if written else (),
    )


def counts_by(records: QuerySet, key: Any, measures: dict[str, Any]) -> dict[Any, Counts]:
    """`measures` of the records, apart for each value of `key`, in one query."""
    grouped = records.order_by().values(grouped_by=key)
    # Measures are called like the fields they add up, which an annotation may not be.
    annotated = grouped.annotate(**{f"counted_{name}": measure for name, measure in measures.items()})
    return {row["grouped_by"]: {name: row[f"counted_{name}"] for name in measures} for row in annotated}


def merged(*parts: dict[Any, Counts]) -> dict[Any, Counts]:
    """Counts of different records put together by their key."""
    together: dict[Any, Counts] = {}
    for part in parts:
        for key, counts in part.items():
            together.setdefault(key, {}).update(counts)
    return together


def rows(breakdown: Breakdown, labels: dict[Any, str], counted: dict[Any, Counts]) -> Iterable[Row]:
    """Rows in the order of `labels`, what lies outside localities last. A day has a row even when it is empty.

    What has no key has a row only where the breakdown knows an outside: an activity need not be a referral.
    """
    names = [figure.name for figure in breakdown.figures]
    for key, label in labels.items():
        if key in counted or breakdown.name == "day":
            values = counted.get(key, {})
            yield Row(str(key), label, {name: values.get(name, 0) for name in names})
    if None in counted and breakdown.outside:
        yield Row("", breakdown.outside, {name: counted[None].get(name, 0) for name in names})


def places_of(found: QuerySet[Finding]) -> tuple[PlacePoint, ...]:
    """Places with at least one of the findings, in Czech order."""
    measures = {f"counted_{name}": findings.models.COUNTS[name] for name in ("events", "pieces")}
    place = ("place", "place__name", "place__locality__name", "place__latitude", "place__longitude")
    counted = found.order_by("place__sort_key", "place").values(*place, "place__sort_key").annotate(**measures)
    return tuple(
        PlacePoint(
            key=str(row["place"]),
            label=row["place__name"],
            locality=row["place__locality__name"] or "",
            latitude=round(row["place__latitude"], 6),
            longitude=round(row["place__longitude"], 6),
            events=row["counted_events"],
            pieces=row["counted_pieces"],
        )
        for row in counted
    )
