"""Sharps and trainings in a month's summary: counted by plain SQL too, opened by a link, and part of what is sealed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from apk.calendar import Month
from apk.people.models import Assistant, Mentor, User
from apk.refusal import Refused
from apk.sealed import CONSTRAINT
from findings import custody
from findings.models import Deposit, Finding, HandedBox, Handover
from patrols.models import Training
from reports import drilldown, late_records, sealing, snapshots, verifying
from reports.counting import count
from reports.figures import DELIVERED, HANDED_OVER, HELD, PIECES, TRAINED, TRAININGS
from reports.inputs import fingerprints
from reports.models import Seal
from tests import phones
from tests.factories import (
    BoxFactory,
    FindingFactory,
    RecipientFactory,
    TrainingFactory,
    TrainingKindFactory,
    local,
)
from tests.phones import Phone
from tests.reports.closed import REASON, sealed
from tests.reports.closed import after as after_month

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


def refused(sql: str, *values: object) -> str:
    """The month because of which the database refuses SQL of the application's own role, "" when it does not."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            transaction.set_rollback(True)
    except IntegrityError as error:
        said = getattr(error.__cause__, "diag", None)
        return said.message_detail if said and said.constraint_name == CONSTRAINT else ""
    return ""


MOVE = "UPDATE findings_deposit SET box_id = %s WHERE finding_id = %s"
PUT = "INSERT INTO findings_deposit (box_id, finding_id) VALUES (%s, %s)"
TAKE = "DELETE FROM findings_deposit WHERE finding_id = %s"


def test_box_of_a_sealed_month_keeps_what_was_found_in_another_one(handover: Handover, coordinator: User) -> None:
    march, box = APRIL.previous, handover.boxes.get().box
    early = Finding.objects.get(deposit__box=box, found_at__lt=APRIL.start)
    loose = FindingFactory(assistant=early.assistant, found_at=local(2021, 3, 20))
    other = BoxFactory()
    attempts = [(MOVE, other.pk, early.pk), (TAKE, early.pk), (PUT, box.pk, loose.pk)]
    assert [refused(*attempt) for attempt in attempts] == ["", "", ""]

    sealed(march, coordinator)
    # Found in March and gone in April, which is still open: March held it when it ended.
    assert [refused(*attempt) for attempt in attempts] == ["", "", ""]
    sealed(APRIL, coordinator)

    assert [refused(*attempt) for attempt in attempts] == ["2021-04"] * 3
    for finding, into in ((early, other), (loose, box)):
        with pytest.raises(Refused, match="duben"):
            custody.put([finding], into)
    # With the guard taken off, verification sees it.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE findings_deposit DISABLE TRIGGER sealed_month_update")
        cursor.execute(MOVE, (other.pk, early.pk))
    assert verifying.verify(march).agrees
    assert [fault.split()[1:4:2] for fault in verifying.verify(APRIL).faults] == [["findings_deposit", "chybí."]]


def test_finding_does_not_get_into_a_box_that_was_gone_before_its_sealed_month(
    handover: Handover, coordinator: User
) -> None:
    """By hand alone; then April would have handed over what its seal says it held."""
    loose = Finding.objects.get(deposit__isnull=True, found_at__gte=APRIL.start)
    gone = BoxFactory(opened_at=local(2021, 3, 1))
    gone.close(at=local(2021, 3, 28))
    custody.hand_over({gone: (0, "")}, recipient=RecipientFactory(), on=date(2021, 3, 29), by=coordinator)
    waits = BoxFactory(findings=[FindingFactory(assistant=loose.assistant, found_at=local(2021, 4, 18))])
    hand_back = (
        "INSERT INTO findings_handedbox (handover_id, box_id, handed_on, pieces, recorded, explanation, stands)"
        " VALUES (%s, %s, '2021-03-29', 1, 1, '', true)"
    )
    attempts = [(PUT, gone.pk, loose.pk), (hand_back, handover.pk, waits.pk)]
    assert [refused(*attempt) for attempt in attempts] == ["", ""]

    before = sealed(APRIL, coordinator)

    assert [refused(*attempt) for attempt in attempts] == ["2021-04"] * 2
    (after,) = sealing.correct(
        [APRIL],
        lambda: Deposit.objects.create(finding=loose, box=gone),
        by=coordinator,
        now=after_month(APRIL),
        reason=REASON,
    )
    content = snapshots.Content.from_bytes(bytes(after.content))
    assert content.difference is not None
    assert [(each["table"], each["change"]) for each in content.difference["records"]] == [
        ("findings_handedbox", "added"),
        ("findings_deposit", "added"),
    ]
    assert before.version == 1
    assert verifying.verify(APRIL).agrees


def test_seal_of_the_former_schema_still_verifies(handover: Handover, coordinator: User) -> None:
    seal = sealed(APRIL, coordinator)
    content = snapshots.Content.from_bytes(bytes(seal.content))
    former = replace(content, schema=1)
    former = replace(former, rows=former.comparable(content.rows))
    assert [len(each.rows["findings_deposit"]) for each in (content, former)] == [2, 1]
    older = former.as_bytes()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reports_seal DISABLE TRIGGER append_only")
    Seal.objects.update(content=older, sha256=snapshots.digest_of(older))

    assert verifying.verify(APRIL).faults == ()


def test_late_finding_lies_in_no_box_that_another_sealed_month_counted(
    assistant: Assistant, mentor: Mentor, coordinator: User
) -> None:
    """Found in the last month but one, in a box handed over in the last one; both are sealed."""
    found_in, gone_in = Month.of(timezone.now()).previous.previous, Month.of(timezone.now()).previous
    box = BoxFactory(opened_at=found_in.start - timedelta(days=40))
    box.give(assistant, at=found_in.start)
    box.close(at=gone_in.start + timedelta(days=2))
    custody.hand_over(
        {box: (0, "")}, recipient=RecipientFactory(), on=gone_in.first_day + timedelta(days=3), by=coordinator
    )
    sealed(found_in, coordinator)
    late = phones.record(recorded_at=(found_in.end - timedelta(days=1)).isoformat())
    (result,) = Phone(assistant.user).results(late)
    assert result["outcome"] == "accepted"
    options = {"by": coordinator, "now": timezone.now(), "reason": REASON}
    take_in = late_records.taking_in([late["id"]], [], **options)

    with transaction.atomic():
        sealing.correct([found_in], take_in, **options)
        assert Finding.objects.get().deposit.box == box
        transaction.set_rollback(True)
    sealed(gone_in, coordinator)
    sealing.correct([found_in], take_in, **options)

    assert not Deposit.objects.exists()
    assert Finding.objects.get().pieces == 3
