"""The independent recount: every figure of a summary again, by loops over rows and by plain SQL."""

from collections import defaultdict

import czech_sort
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apk.calendar import Month, local_date, time_within
from apk.people.models import Assistant
from findings.models import Finding, PlaceKind
from patrols.models import Announcement, Shift
from reports import counting
from reports.documents import json
from reports.figures import BREAKDOWNS, COUNTED, DISPOSAL, FIGURES, OF_ACTIVITIES, SERVED_TIME, TRAINED, TRAININGS
from reports.inputs import fingerprints
from reports.summary import MonthSummary
from tests.factories import (
    ActivityFactory,
    AssistantFactory,
    CalledPatrolFactory,
    CounterFactory,
    FindingFactory,
    GrantProjectFactory,
    LocalityFactory,
    PlaceFactory,
    ShiftFactory,
    local,
)
from tests.reports.recount import again, of_json, without_table_totals
from tests.reports.scenes import MONTHS, scatter

APRIL = Month(2021, 4)


def tally(findings: list[Finding], shifts: list[Shift], month: Month, names: list[str]) -> dict[str, int]:
    seconds = [time_within(shift.start, shift.end, month.start, month.end).total_seconds() for shift in shifts]
    figures = {
        "events": len(findings),
        "pieces": sum(f.with_needle + f.without_needle + f.needles for f in findings),
        "with_needle": sum(f.with_needle for f in findings),
        "without_needle": sum(f.without_needle for f in findings),
        "needles": sum(f.needles for f in findings),
        "paraphernalia": sum(f.paraphernalia for f in findings),
        "places": len({f.place_id for f in findings}),
        "child_accessible_events": sum(f.child_accessible for f in findings),
        "patrol_seconds": sum(seconds),
        "assistants": len({shift.assistant_id for shift, inside in zip(shifts, seconds, strict=True) if inside}),
    }
    return {name: figures[name] for name in names if name in figures}


KEYS = {
    "locality": (lambda f: f.locality_id, lambda s: s.locality_id),
    "district": (lambda f: f.locality and f.locality.district_id, lambda s: s.locality.district_id),
    "place_kind": (lambda f: f.place_kind, None),
    "assistant": (lambda f: f.assistant_id, lambda s: s.assistant_id),
    "day": (lambda f: local_date(f.found_at).isoformat(), None),
}


def recount(month: Month) -> dict:
    """What `MonthSummary` should hold, by loops that share nothing with how it is counted."""
    findings = [f for f in Finding.objects.select_related("locality") if month.start <= f.found_at < month.end]
    shifts = [s for s in Shift.objects.select_related("locality") if s.start < month.end and s.end > month.start]
    breakdowns = {}
    for name, (of_finding, of_shift) in KEYS.items():
        grouped = defaultdict(lambda: ([], []))
        for finding in findings:
            grouped[of_finding(finding)][0].append(finding)
        for shift in shifts if of_shift else ():
            grouped[of_shift(shift)][1].append(shift)
        if name == "day":
            grouped.update({str(day): ([], []) for day in month.days if str(day) not in grouped})
        names = [figure.name for figure in BREAKDOWNS[name].figures]
        breakdowns[name] = {
            "" if key is None else str(key): tally(*rows, month, names) for key, rows in grouped.items()
        }
    return {"totals": tally(findings, shifts, month, list(FIGURES)), "breakdowns": breakdowns}


MINE = {figure.name for figure in (*OF_ACTIVITIES, COUNTED, SERVED_TIME)}


OTHERS = MINE | {figure.name for figure in (*DISPOSAL, TRAININGS, TRAINED)}


def figures_of(summary: MonthSummary) -> dict:
    """The figures of findings and shifts; rows that have none of them are left out, days aside."""
    named = {name: {figure.name for figure in BREAKDOWNS[name].figures} - OTHERS for name in KEYS}
    return {
        "totals": {name: value for name, value in summary.totals.items() if name not in OTHERS},
        "breakdowns": {
            name: {
                row.key: kept
                for row in summary.breakdowns[name]
                if any((kept := {key: value for key, value in row.values.items() if key in names}).values())
                or name == "day"
            }
            for name, names in named.items()
        },
    }


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_summary_equals_an_independent_recount(seed):
    scatter(seed)

    for month in (*MONTHS, Month(2021, 5)):
        assert figures_of(counting.count(month)) == recount(month)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [40, 99])
def test_summary_equals_plain_sql(seed):
    scatter(seed, findings=20, months=(Month(2021, 10), Month(2021, 11)))

    for month in (Month(2021, 10), Month(2021, 11), Month(2021, 12)):
        said = of_json(json.build(counting.count(month)))
        assert said == without_table_totals(again(str(month)))


@pytest.mark.django_db
def test_a_withdrawn_finding_is_in_no_figure():
    scatter(seed=4, months=(APRIL,))
    before = counting.count(APRIL)

    FindingFactory(assistant=Assistant.objects.first()).withdraw(at=local(2021, 4, 16), reason="Zapsáno dvakrát")

    assert counting.count(APRIL) == before


@pytest.mark.django_db
def test_draft_of_a_shift_is_in_no_figure_and_changes_no_fingerprint():
    scatter(seed=4, months=(APRIL,))
    before = counting.count(APRIL), fingerprints([APRIL])

    draft = ShiftFactory(assistant=Assistant.objects.last(), start=local(2021, 4, 30, 20), announced=False)
    assert (counting.count(APRIL), fingerprints([APRIL])) == before

    Announcement.objects.note_worked([draft])
    counted, fingerprint = counting.count(APRIL), fingerprints([APRIL])
    assert counted.totals["patrol_seconds"] == before[0].totals["patrol_seconds"] + 4 * 3600
    assert fingerprint != before[1]


@pytest.mark.django_db
def test_places_are_those_with_a_finding_and_add_up():
    scatter(seed=5, months=(APRIL,))

    summary = counting.count(APRIL)

    assert len(summary.places) == summary.totals["places"]
    assert sum(place.pieces for place in summary.places) == summary.totals["pieces"]
    assert sum(place.events for place in summary.places) == summary.totals["events"]


@pytest.mark.django_db
def test_additive_figures_add_up_in_every_breakdown():
    scatter(seed=6, months=(APRIL,))

    summary = counting.count(APRIL)

    for name, breakdown in BREAKDOWNS.items():
        for figure in breakdown.figures:
            if figure.additive:
                added = sum(row.values[figure.name] for row in summary.breakdowns[name])
                assert (name, figure.name, added) == (name, figure.name, summary.totals[figure.name])


@pytest.mark.django_db
def test_rows_stand_in_czech_order_and_what_lies_outside_comes_last():
    scatter(seed=7, months=(APRIL,))
    FindingFactory(place=PlaceFactory(locality=None), assistant=Assistant.objects.first())

    summary = counting.count(APRIL)

    for name in ("locality", "district"):
        *labels, last = [row.label for row in summary.breakdowns[name]]
        assert labels == sorted(labels, key=czech_sort.key)
        assert last == "Mimo lokality"
    surnames = [row.label.split()[-1] for row in summary.breakdowns["assistant"]]
    assert surnames == ["Čech", "Hora", "Chalupa", "Rys", "Říha"]
    kinds = [row.key for row in summary.breakdowns["place_kind"]]
    assert kinds == [kind for kind in PlaceKind.values if kind in kinds]
    assert [row.key for row in summary.breakdowns["day"]] == [day.isoformat() for day in APRIL.days]


@pytest.mark.django_db
def test_summary_of_an_empty_month_is_zeros():
    summary = counting.count(Month(2019, 1))

    assert set(summary.totals.values()) == {0}
    assert {name: len(rows) for name, rows in summary.breakdowns.items()} == {
        "locality": 0,
        "district": 0,
        "place_kind": 0,
        "assistant": 0,
        "day": 31,
        "activity_kind": 0,
        "activity_locality": 0,
        "counter": 0,
        "organisation": 0,
        "reason": 0,
        "called_patrol": 0,
        "training_kind": 0,
    }
    assert summary.project_name == ""


@pytest.mark.django_db
def test_month_belongs_to_the_project_that_holds_it():
    GrantProjectFactory(name="Starý", starts=local(2020, 1, 1).date(), ends=local(2021, 4, 15).date())
    GrantProjectFactory(name="Nový", starts=local(2021, 4, 16).date(), ends=local(2021, 12, 31).date())

    names = [counting.count(Month(2021, number)).project_name for number in (3, 4, 5)]

    assert names == ["Starý", "Starý", "Nový"]
    assert counting.count(Month(2022, 1)).project_name == ""


@pytest.mark.django_db
def test_lodging_houses_are_named_among_the_localities():
    house = LocalityFactory(name="Ubytovna Hulvácká", kind="lodging-house")
    ShiftFactory(locality=house, start=local(2021, 4, 2, 8))
    ShiftFactory(start=local(2021, 4, 2, 8))

    assert counting.count(APRIL).lodging_houses == ("Ubytovna Hulvácká",)


@pytest.mark.django_db
def test_number_of_queries_does_not_grow_with_the_data():
    FindingFactory()
    ShiftFactory(start=local(2021, 4, 2, 8))
    ActivityFactory(referral=True, called_patrol=CalledPatrolFactory(), numbers={CounterFactory(): 3})
    with CaptureQueriesContext(
        connection,
    ) as few:
        counting.count(APRIL)
    scatter(seed=8, months=(APRIL,))
    with CaptureQueriesContext(connection) as many:
        counting.count(APRIL)

    assert (len(few), len(many)) == (39, 39)


@pytest.mark.django_db(transaction=True)
def test_snapshot_sees_one_instant():
    FindingFactory()
    with counting.snapshot():
        before = counting.count(APRIL).totals["events"]
        insert_from_elsewhere()
        after = counting.count(APRIL).totals["events"]

    assert (before, after) == (1, 1)
    assert counting.count(APRIL).totals["events"] == 2


def insert_from_elsewhere() -> None:
    """A second finding, committed by another connection."""
    fields = [field for field in Finding._meta.concrete_fields if not (field.primary_key or field.generated)]
    columns = ", ".join(field.column for field in fields)
    elsewhere = connection.copy()
    try:
        with elsewhere.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO findings_finding (id, {columns})"  # noqa: S608 (names of columns, of nobody's making)
                f" SELECT gen_random_uuid(), {columns} FROM findings_finding LIMIT 1"
            )
    finally:
        elsewhere.close()


@pytest.mark.django_db
def test_progress_rises_to_a_hundred():
    heard = []
    AssistantFactory()

    counting.count(APRIL, heard.append)

    assert heard == sorted(heard)
    assert heard[-1] == 100
