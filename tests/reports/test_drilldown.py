"""Every figure on the page of a month leads to records whose count or sum equals it."""

import html

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from apk.calendar import Month
from apk.czech import number
from apk.people.models import User
from findings.filters import FindingFilter
from patrols.activity_filters import ActivityFilter
from patrols.attendance_days import Months
from patrols.attendance_filters import AttendanceFilter
from patrols.attendance_views import counts_of
from reports import drilldown
from reports.documents.wording import figure_text
from reports.figures import BREAKDOWNS, EVENTS, FIGURES, PATROL_TIME, PIECES, Records, Unit
from reports.filters import ShiftFilter
from tests.reports.scenes import scatter

APRIL = Month(2021, 4)


def behind(address: str, user: User) -> dict[str, int]:
    """What the filter of the list at `address` lets through; a test below proves that the lists show just this."""
    path, _, query = address.partition("?")
    if path == reverse("findings:list"):
        return FindingFilter(QueryDict(query), user=user).findings().counts()
    if path == reverse("activities:list"):
        return ActivityFilter(QueryDict(query), user=user).counts()
    if path == reverse("attendance:month", args=[APRIL]):
        return counts_of(
            AttendanceFilter(QueryDict(query), user=user, months=Months(APRIL, APRIL)).rows(timezone.now())
        )
    return ShiftFilter(QueryDict(query), user=user, month=APRIL).shifts().counts(APRIL.start, APRIL.end)


@pytest.mark.django_db
def test_every_figure_equals_what_lies_behind_it(client_of, coordinator, built):
    scatter(seed=17, findings=40, months=(APRIL,))
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
def test_lists_show_the_figures_that_lead_to_them(client_of, coordinator, built):
    scatter(seed=18, findings=40, months=(APRIL,))
    summary = built(APRIL).value
    client = client_of(coordinator)

    for name, breakdown in BREAKDOWNS.items():
        row = max(summary.breakdowns[name], key=lambda row: sum(row.values.values()))
        for address in {drilldown.url(figure, APRIL, name, row.key) for figure in breakdown.figures if row.key}:
            assert client.get(address).context["counts"] == behind(address, coordinator)
    total = client.get(drilldown.url(PIECES, APRIL)).content.decode()
    assert f"<strong>{number(summary.totals['pieces'])}</strong>" in total
    hours = client.get(drilldown.url(PATROL_TIME, APRIL)).content.decode()
    assert f"<strong>{figure_text(Unit.HOURS, summary.totals['patrol_seconds'])}</strong>" in hours
