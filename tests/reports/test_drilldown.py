"""Every figure on the page of a month leads to records whose count or sum equals it."""

import html
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from django.db.models import Sum
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from apk.calendar import Month
from apk.czech import number
from apk.people.models import User
from findings import custody
from findings.filters import FindingFilter
from findings.models import Finding, Handover
from patrols.activity_filters import ActivityFilter
from patrols.attendance_days import Months
from patrols.attendance_filters import AttendanceFilter
from patrols.attendance_views import counts_of
from patrols.training_forms import TrainingFilter
from reports import drilldown
from reports.documents.wording import figure_text
from reports.figures import BREAKDOWNS, EVENTS, FIGURES, PATROL_TIME, PIECES, Records, Unit
from reports.filters import ShiftFilter
from tests.factories import BoxFactory, RecipientFactory, TrainingFactory, TrainingKindFactory, local
from tests.reports.scenes import scatter

APRIL = Month(2021, 4)


def behind(address: str, user: User) -> dict[str, int]:
    """What the filter of the list at `address` lets through; a test below proves that the lists show just this."""
    path, _, query = address.partition("?")
    if path == reverse("findings:list"):
        counts = FindingFilter(QueryDict(query), user=user).findings().counts()
        # Of those that are handed over, or held, the pieces are the figure.
        return counts | ({"handed_over": counts["pieces"], "held": counts["pieces"]} if "likvidace" in query else {})
    if path == reverse("findings:handovers"):
        days = Handover.objects.visible_to(user).between(APRIL.first_day, APRIL.last_day).standing()
        return {"delivered": days.aggregate(pieces=Sum("boxes__pieces", default=0))["pieces"]}
    if path == reverse("training:list"):
        return TrainingFilter(QueryDict(query), user=user).trainings().counts()
    if path == reverse("activities:list"):
        return ActivityFilter(QueryDict(query), user=user).counts()
    if path == reverse("attendance:month", args=[APRIL]):
        return counts_of(
            AttendanceFilter(QueryDict(query), user=user, months=Months(APRIL, APRIL)).rows(timezone.now())
        )
    return ShiftFilter(QueryDict(query), user=user, month=APRIL).shifts().counts(APRIL.start, APRIL.end)


def shown_counts(context: Mapping[str, Any]) -> dict[str, int]:
    """What a list says of its records above the table, in the words of `behind`."""
    return context["counts"] if "counts" in context else {"delivered": context["pieces"]}


@pytest.fixture
def trained_and_disposed(coordinator: User) -> Callable[[], None]:
    """To be called over the scene: a third of its findings are handed over in April; trainings of two kinds."""

    def add() -> None:
        found = list(Finding.objects.filter(found_at__lt=local(2021, 4, 28), found_at__gte=APRIL.start)[::3])
        box = BoxFactory(findings=found)
        box.close(at=local(2021, 4, 29))
        pieces = sum(finding.pieces for finding in found)
        custody.hand_over({box: (pieces, "")}, recipient=RecipientFactory(), on=date(2021, 4, 30), by=coordinator)
        for kind in TrainingKindFactory.create_batch(2):
            TrainingFactory.create_batch(2, kind=kind)

    return add


@pytest.mark.django_db
def test_every_figure_equals_what_lies_behind_it(client_of, coordinator, built, trained_and_disposed):
    scatter(seed=17, findings=40, months=(APRIL,))
    trained_and_disposed()
    summary = built(APRIL).value
    client = client_of(coordinator)
    page = html.unescape(client.get(reverse("reports:month", args=[APRIL])).content.decode())

    claims = [(drilldown.url(figure, APRIL), figure, summary.totals[name]) for name, figure in FIGURES.items()]
    for name, breakdown in BREAKDOWNS.items():
        claims += [
            (drilldown.url(figure, APRIL, name, row.key), figure, row.values[figure.name])
            for row in summary.breakdowns[name]
            for figure in breakdown.figures
            # A shift always has a locality, so its list knows no outside and no figure leads there.
            if row.key or figure.records in {Records.FINDINGS, Records.ACTIVITIES}
        ]
    for place in summary.places:
        address = drilldown.url(PIECES, APRIL, "place", place.key)
        claims += [(address, PIECES, place.pieces), (address, EVENTS, place.events)]

    counts = {address: behind(address, coordinator) for address in {address for address, *_ in claims}}
    wrong = [
        (address, figure.name, value, counts[address][figure.name])
        for address, figure, value in claims
        if counts[address][figure.name] != value
    ]
    assert wrong == []
    missing = {address for address, _, value in claims if value and f'href="{address}"' not in page}
    assert missing == set()
    # The scene is rich enough to prove something.
    assert len(claims) > 400
    assert {figure.name for _, figure, value in claims if value} == set(FIGURES)


@pytest.mark.django_db
def test_lists_show_the_figures_that_lead_to_them(client_of, coordinator, built, trained_and_disposed):
    scatter(seed=18, findings=40, months=(APRIL,))
    trained_and_disposed()
    summary = built(APRIL).value
    client = client_of(coordinator)

    for name, breakdown in BREAKDOWNS.items():
        row = max(summary.breakdowns[name], key=lambda row: sum(row.values.values()))
        for address in {drilldown.url(figure, APRIL, name, row.key) for figure in breakdown.figures if row.key}:
            assert shown_counts(client.get(address).context) == behind(address, coordinator)
    total = client.get(drilldown.url(PIECES, APRIL)).content.decode()
    assert f"<strong>{number(summary.totals['pieces'])}</strong>" in total
    hours = client.get(drilldown.url(PATROL_TIME, APRIL)).content.decode()
    assert f"<strong>{figure_text(Unit.HOURS, summary.totals['patrol_seconds'])}</strong>" in hours
