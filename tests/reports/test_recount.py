"""The independent recount: what plain SQL says is what the page and every document say, each figure of each of them.

Both ways: nothing that was counted is missing from a document, and a document has no number that was not compared.
"""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db import transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from apk import czech
from apk.calendar import Month
from apk.people.models import Assistant
from findings import custody
from findings.models import Finding
from reports.counting import count
from reports.inputs import fingerprints
from reports.models import MonthlySummary
from reports.papers import FORMATS
from tests.factories import (
    BoxFactory,
    FindingFactory,
    RecipientFactory,
    ShiftFactory,
    TrainingFactory,
    TrainingKindFactory,
    UserFactory,
    local,
)
from tests.reports import recount
from tests.reports.comparing import Compared, compared, numbers_left, said_and_counted
from tests.reports.recount import PLACES, TOTALS, Cells
from tests.reports.scenes import scatter

APRIL = Month(2021, 4)
BUILT = (Month(2020, 4), Month(2021, 2), Month(2021, 3), APRIL)
EMPTY = Month(2019, 1)


def build(month: Month) -> None:
    MonthlySummary.objects.store(count(month), inputs=fingerprints([month])[month], by=None)


def dispose_and_teach() -> None:
    """Sharps handed over in their month, later and not at all; trainings; a draft; a find of more than a thousand."""
    people = list(Assistant.objects.all())
    FindingFactory(assistant=people[0], found_at=local(2021, 4, 9), with_needle=1200)
    april = list(Finding.objects.in_month(APRIL).order_by("found_at")[:12])
    for findings, on in ((april[:8], date(2021, 4, 22)), (april[8:12], date(2021, 5, 3))):
        box = BoxFactory(findings=findings, capacity=5000)
        box.close(at=local(2021, 4, 22, 8))
        coordinator = UserFactory(is_coordinator=True)
        custody.hand_over({box: (17, "Podle dokladu.")}, recipient=RecipientFactory(), on=on, by=coordinator)
    kinds = TrainingKindFactory.create_batch(2)
    for person, kind, day in ((0, 0, 1), (0, 1, 30), (1, 0, 15)):
        TrainingFactory(assistant=people[person], kind=kinds[kind], held_on=date(2021, 4, day))
    TrainingFactory(assistant=people[2], kind=kinds[0], held_on=date(2021, 5, 1))
    ShiftFactory(start=local(2021, 4, 12, 8), announced=False)


@pytest.fixture(scope="module")
def generated(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Compared]:
    """April 2021 of a generated city, beside other built months; made once and rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        scatter(seed=2021, findings=45, months=BUILT)
        dispose_and_teach()
        for month in BUILT:
            build(month)
        client = Client()
        client.force_login(UserFactory(is_coordinator=True))
        yield compared(APRIL, client)
        transaction.set_rollback(True)


@pytest.fixture
def scene(generated: Compared, db: None) -> Compared:
    """The generated month and leave to query it."""
    return generated


def test_scene_has_something_to_count_in_every_figure_and_table(scene: Compared) -> None:
    assert [cell for cell, value in scene.cells.items() if cell[0] == TOTALS and not value] == []
    assert [table for table in (*recount.TABLES, PLACES) if not recount.rows_of(scene.cells, table)] == []
    assert recount.houses(str(APRIL))
    assert scene.cells[TOTALS, "", "Nalezené kusy celkem"] > 1000


@pytest.mark.parametrize("name", FORMATS)
def test_document_says_what_plain_sql_says(name: str, scene: Compared) -> None:
    said, counted = said_and_counted(scene, name)

    assert said == counted
    assert len(said) > 350


def test_paper_has_no_number_that_was_not_compared(scene: Compared) -> None:
    assert numbers_left(scene) == []


def test_page_says_what_plain_sql_says(scene: Compared) -> None:
    cells, others = recount.of_page(scene.page)

    assert cells == recount.without_empty_tables(recount.shown(recount.without(scene.cells, columns=recount.DEGREES)))
    months = {month: recount.totals([str(month)]) for month in BUILT}
    pieces = {row: scene.cells[PLACES, row, "Kusů"] for row in recount.rows_of(scene.cells, PLACES)}
    assert others == {
        "počet míst": {("", "", ""): scene.cells[TOTALS, "", "Místa s nálezem"]},
        "mapa": {("", row.split(" | ")[0], ""): value for row, value in pieces.items()},
        "pruhy": {
            ("", row, ""): scene.cells["Podle lokalit", row, "Kusů"]
            for row in recount.rows_of(scene.cells, "Podle lokalit")
            if scene.cells["Podle lokalit", row, "Kusů"]
        },
        "sloupce": {
            ("", recount.plain(czech.day_in_week(date.fromisoformat(day))), ""): scene.cells["Podle dnů", day, "Kusů"]
            for day in recount.rows_of(scene.cells, "Podle dnů")
        },
        "Ve srovnání": beside_others(months),
        "Tatáž čísla, rok 2021": {
            ("Tatáž čísla, rok 2021", czech.month(month.first_day).replace(czech.SPACE, " "), "1 Kusů"): totals["Kusů"]
            for month, totals in months.items()
            if month.year == 2021
        },
    }


def beside_others(months: dict[Month, dict[str, Decimal]]) -> Cells:
    """The month, the one before, a year ago, the differences, and the year so far."""
    year = recount.totals([str(month) for month in BUILT if month.year == 2021])
    now, before, long_ago = (measured(months[month]) for month in (APRIL, Month(2021, 3), Month(2020, 4)))
    columns = ("duben 2021", "březen 2021", "Změna", "duben 2020", "Změna", "Od začátku roku")
    cells: Cells = {}
    for name, value in now.items():
        values = (value, before[name], value - before[name], long_ago[name], value - long_ago[name])
        for number, (column, each) in enumerate(zip(columns, (*values, measured(year)[name]), strict=True), start=1):
            rounded = Decimal("0.1") if name in recount.TIMES else Decimal("0.01")
            cells["Ve srovnání", name, f"{number} {column}"] = each.quantize(rounded, ROUND_HALF_UP)
    return cells


def measured(totals: dict[str, Decimal]) -> dict[str, Decimal]:
    found = {recount.IN_FULL[name]: totals[name] for name in ("Nálezy", "Kusů", "Míst")}
    found[recount.IN_FULL["Hodin"]] = totals["Hodin"] / 3600
    rate = totals["Nálezy"] * 100 * 3600 / totals["Hodin"]
    return found | {"Nálezy na 100 hodin služby": rate.quantize(Decimal("0.01"), ROUND_HALF_UP)}


def test_empty_month_says_nothing_but_zeros(scene: Compared) -> None:
    build(EMPTY)
    client = Client()
    client.force_login(UserFactory(is_coordinator=True))
    month = compared(EMPTY, client)

    assert not any(month.cells.values())
    for name in FORMATS:
        said, counted = said_and_counted(month, name)
        assert (name, said) == (name, counted)


def test_every_month_of_the_scene_is_what_plain_sql_says(scene: Compared) -> None:
    for month in (*BUILT, APRIL.next):
        said = recount.of_json(FORMATS["json"].build(count(month)))
        assert said == recount.without_table_totals(recount.again(str(month)))


def test_houses_are_numbered_in_czech_order(scene: Compared) -> None:
    assert list(scene.summary.lodging_houses) == recount.houses(str(APRIL))
