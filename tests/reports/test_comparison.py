"""A month beside others: the one before, a year ago, the year so far; what is not built is said, not guessed."""

from decimal import Decimal

import pytest
from django.urls import reverse

from apk.calendar import Month
from reports.comparison import compared, comparison, course
from reports.figures import PATROL_TIME, RATES
from reports.models import MonthlySummary
from tests.factories import FindingFactory, PlaceFactory, ShiftFactory, local
from tests.reports.april import april

APRIL = Month(2021, 4)


def values(table) -> dict[str, list]:
    assert {len(row) for row in table.rows} == {len(table.columns)}
    return {row[0].value: [cell.value for cell in row[1:]] for row in table.rows}


def test_months_looked_at_reach_a_year_back():
    assert list(map(str, compared(Month(2021, 3)))) == ["2020-03", "2021-02", "2021-01", "2021-03"]
    assert list(map(str, compared(Month(2021, 1)))) == ["2020-01", "2020-12", "2021-01"]


def test_rate_is_of_hours_served_and_there_is_none_without_them():
    (rate,) = RATES

    assert rate.of({"events": 29, "patrol_seconds": 700 * 3600}) == Decimal("4.14")
    assert rate.of({"events": 29, "patrol_seconds": 0}) is None


@pytest.mark.django_db
def test_month_is_compared_with_the_one_before_the_same_a_year_ago_and_the_year_so_far(built):
    place, other = PlaceFactory.create_batch(2)
    shift = ShiftFactory(start=local(2021, 4, 15, 8))
    for year, month, pieces, where in (
        (2020, 4, 100, other),
        (2021, 1, 7, place),
        (2021, 2, 8, place),
        (2021, 3, 58, place),
        (2021, 4, 85, place),
        (2021, 4, 5, other),
    ):
        FindingFactory(
            found_at=local(year, month, 15), with_needle=pieces, place=where, assistant=shift.assistant, locality=None
        )
    for month in compared(APRIL):
        built(month)
    summaries = {each.period: each.value for each in MonthlySummary.objects.all()}

    table = comparison(APRIL, summaries)

    assert [column.label.replace("\u00a0", " ") for column in table.columns] == [
        "Ukazatel",
        "duben 2021",
        "březen 2021",
        "Změna",
        "duben 2020",
        "Změna",
        "Od začátku roku",
    ]
    assert values(table) == {
        "Nálezy": [2, 1, 1, 1, 1, 5],
        "Nalezené kusy celkem": [90, 58, 32, 100, -10, 163],
        "Místa s nálezem": [2, 1, 1, 1, 1, 2],
        PATROL_TIME.label: [28800, 0, 28800, 0, 28800, 28800],
        "Nálezy na 100 hodin služby": [Decimal(25), None, None, None, None, Decimal("62.5")],
    }
    assert table.note == ""
    assert [row[1].value for row in course(APRIL, summaries)[1].rows] == [7, 8, 58, 90]


def test_what_is_not_built_has_no_column_and_is_named():
    table = comparison(APRIL, {APRIL: april()})

    assert len(table.columns) == 3
    assert values(table)["Nalezené kusy celkem"] == [85, 85]
    assert table.note.replace("\u00a0", " ") == (
        "Přehled za březen 2021 a duben 2020 není sestavený."
        " Součtu od začátku roku chybí: leden 2021, únor 2021 a březen 2021."
    )
    assert [bar[2] for bar in course(APRIL, {APRIL: april()})[0].bars] == [0, 0, 0, 85]
    assert course(APRIL, {APRIL: april()})[1].rows[0][1].text == "–"


@pytest.mark.django_db
def test_page_shows_the_comparison_with_a_way_to_each_number(client_of, coordinator, built):
    finding = FindingFactory(found_at=local(2021, 3, 3), with_needle=58)
    FindingFactory(with_needle=85, assistant=finding.assistant)
    for number in (1, 2, 3, 4):
        built(Month(2021, number))
    page = client_of(coordinator).get(reverse("reports:month", args=[APRIL])).content.decode()

    assert '<a href="/nalezy/?mesic=2021-03">58</a>' in page
    assert '<a href="/nalezy/?od=2021-01-01&amp;do=2021-04-30">143</a>' in page
    assert "Nalezené kusy po měsících roku 2021" in page
