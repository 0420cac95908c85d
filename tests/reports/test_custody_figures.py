"""Sharps and trainings in a month's summary: counted by plain SQL too, opened by a link, and part of what is sealed."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from apk.calendar import Month
from apk.people.models import Assistant, Mentor, User
from apk.refusal import Refused
from findings import custody
from findings.models import Deposit, Finding, HandedBox, Handover
from patrols.models import Training
from reports import drilldown, snapshots
from reports.counting import count
from reports.figures import DELIVERED, HANDED_OVER, HELD, PIECES, TRAINED, TRAININGS
from reports.inputs import fingerprints
from tests.factories import (
    BoxFactory,
    FindingFactory,
    RecipientFactory,
    TrainingFactory,
    TrainingKindFactory,
    local,
)
from tests.reports.closed import sealed

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]

APRIL, MAY = Month(2021, 4), Month(2021, 5)

AGAIN = """
SELECT (SELECT coalesce(sum(with_needle + without_needle + needles), 0) FROM findings_finding AS finding
         WHERE withdrawn_at IS NULL AND to_char(found_at AT TIME ZONE 'Europe/Prague', 'YYYY-MM') = %(month)s
           AND id IN (SELECT finding_id FROM findings_deposit WHERE box_id IN (
                   SELECT box_id FROM findings_handedbox AS handed
                     JOIN findings_handover AS handover ON handover.id = handed.handover_id
                    WHERE cancelled_at IS NULL AND to_char(handover.handed_on, 'YYYY-MM') <= %(month)s))),
       (SELECT coalesce(sum(pieces), 0) FROM findings_handedbox AS handed
          JOIN findings_handover AS handover ON handover.id = handed.handover_id
         WHERE cancelled_at IS NULL AND to_char(handover.handed_on, 'YYYY-MM') = %(month)s),
       (SELECT count(*) FROM patrols_training
         WHERE withdrawn_at IS NULL AND to_char(held_on, 'YYYY-MM') = %(month)s),
       (SELECT count(DISTINCT assistant_id) FROM patrols_training
         WHERE withdrawn_at IS NULL AND to_char(held_on, 'YYYY-MM') = %(month)s)
"""


@pytest.fixture
def handover(assistant: Assistant, coordinator: User) -> Handover:
    """Of April 3 + 8 pieces in a box handed over in April, 7 in one of May, 11 in none; and three trainings."""
    early = FindingFactory(assistant=assistant, found_at=local(2021, 3, 30), with_needle=3)
    gone = FindingFactory(assistant=assistant, with_needle=8)
    later = FindingFactory(assistant=assistant, found_at=local(2021, 4, 16), with_needle=7)
    FindingFactory(assistant=assistant, found_at=local(2021, 4, 28), with_needle=11)
    made = []
    for findings, on, pieces in (([early, gone], date(2021, 4, 22), 10), ([later], date(2021, 5, 3), 7)):
        box = BoxFactory(findings=findings)
        box.close(at=local(2021, 4, 20, 18))
        said = {box: (pieces, "Jedna chyběla." if pieces == 10 else "")}
        made.append(custody.hand_over(said, recipient=RecipientFactory(), on=on, by=coordinator))
    safety, aid = TrainingKindFactory(position=200), TrainingKindFactory(position=201)
    TrainingFactory(assistant=assistant, kind=safety)
    TrainingFactory(assistant=assistant, kind=aid)
    TrainingFactory(kind=aid, held_on=date(2021, 4, 30))
    TrainingFactory(kind=aid, held_on=date(2021, 5, 1))
    TrainingFactory(kind=aid).withdraw(at=local(2021, 4, 20), reason="Omyl.")
    return made[0]


def test_figures_equal_plain_sql_and_add_up(handover: Handover) -> None:
    for month in (Month(2021, 3), APRIL, MAY):
        totals = count(month).totals
        with connection.cursor() as cursor:
            cursor.execute(AGAIN, {"month": str(month)})
            assert cursor.fetchone() == tuple(
                totals[figure.name] for figure in (HANDED_OVER, DELIVERED, TRAININGS, TRAINED)
            )
        assert totals["handed_over"] + totals["held"] == totals["pieces"]
    april = count(APRIL)
    assert [april.totals[each.name] for each in (PIECES, HANDED_OVER, HELD, DELIVERED)] == [26, 8, 18, 10]
    assert [tuple(row.values.values()) for row in april.breakdowns["training_kind"]] == [(1, 1), (2, 2)]
    assert (april.totals["trainings"], april.totals["trained"]) == (3, 2)


def test_every_figure_opens_to_records_with_that_sum(
    handover: Handover, client_of: ClientOf, coordinator: User
) -> None:
    client, april = client_of(coordinator), count(APRIL)
    for figure, value in (
        (HANDED_OVER, lambda context: context["counts"]["pieces"]),
        (HELD, lambda context: context["counts"]["pieces"]),
        (DELIVERED, lambda context: context["pieces"]),
        (TRAININGS, lambda context: context["counts"]["trainings"]),
        (TRAINED, lambda context: context["counts"]["trained"]),
    ):
        assert value(client.get(drilldown.url(figure, APRIL)).context) == april.totals[figure.name]
    for row in april.breakdowns["training_kind"]:
        counts = client.get(drilldown.url(TRAININGS, APRIL, "training_kind", row.key)).context["counts"]
        assert {figure: counts[figure] for figure in row.values} == row.values


def test_what_the_figures_are_made_of_makes_a_summary_out_of_date(handover: Handover) -> None:
    def changed(step: Callable[[], object]) -> list[Month]:
        before = fingerprints([APRIL, MAY])
        step()
        after = fingerprints([APRIL, MAY])
        return [month for month in before if before[month] != after[month]]

    box = handover.boxes.get().box
    loose = Finding.objects.get(deposit__isnull=True, found_at__gte=APRIL.start)
    assert changed(lambda: Training.objects.filter(held_on=date(2021, 4, 30)).update(held_on=date(2021, 5, 2))) == [
        APRIL,
        MAY,
    ]
    assert changed(lambda: HandedBox.objects.filter(box=box).update(pieces=11)) == [APRIL]
    assert changed(lambda: Deposit.objects.create(finding=loose, box=box)) == [APRIL]
    assert changed(lambda: HandedBox.objects.filter(box=box).update(stands=False)) == [APRIL]
    assert changed(lambda: handover.confirm(on=date(2021, 5, 9), document_number="D 1")) == []


def test_sealed_month_keeps_its_handovers_and_trainings(handover: Handover, coordinator: User) -> None:
    content = snapshots.Content.from_bytes(bytes(sealed(APRIL, coordinator).content))
    assert [content.figures["totals"][each.name] for each in (HANDED_OVER, HELD, DELIVERED, TRAINED)] == [8, 18, 10, 2]
    assert snapshots.counted(APRIL, content.rows).as_json() == content.figures

    with pytest.raises(Refused, match="uzavřený"):
        custody.cancel(handover, at=local(2021, 5, 9), reason="Omyl.")
    box = handover.boxes.get().box
    mine = Finding.objects.get(deposit__box=box, found_at__gte=APRIL.start)
    with pytest.raises(Refused, match="uzavřený"):
        custody.put([mine], BoxFactory())
    for change in (
        lambda: HandedBox.objects.filter(box=box).update(stands=False),
        lambda: Deposit.objects.filter(finding=mine).update(box=BoxFactory()),
        lambda: Training.objects.filter(held_on=date(2021, 4, 15)).update(held_on=date(2021, 5, 1)),
        lambda: Training.objects.filter(held_on=date(2021, 5, 1)).update(held_on=date(2021, 4, 15)),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    # Its document may still come, and what was held when it ended may go into a box and away.
    handover.confirm(on=date(2021, 5, 9), document_number="D 1")
    assert custody.put(Finding.objects.filter(deposit__isnull=True, found_at__gte=APRIL.start), BoxFactory()) == 1
