"""The way of the sharps: every move allowed and forbidden, and figures against a recount that shares no code."""

from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction

from apk.calendar import LOCAL, Month
from apk.people.models import Assistant, User
from apk.refusal import Refused
from findings import custody
from findings.models import (
    BOX_MOVES,
    HANDOVER_MOVES,
    Box,
    BoxMove,
    BoxState,
    Carrying,
    Deposit,
    Finding,
    HandedBox,
    Handover,
    Recipient,
)
from tests.crowd import at_once
from tests.factories import (
    AssistantFactory,
    BoxFactory,
    FindingFactory,
    MentorFactory,
    PlaceFactory,
    RecipientFactory,
    UserFactory,
    local,
)
from tests.phones import Phone, finding, record

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

APRIL, MAY = Month(2021, 4), Month(2021, 5)
EVENING = local(2021, 4, 20, 18)


@pytest.fixture
def recipient(db: None) -> Recipient:
    return RecipientFactory()


@pytest.fixture
def clerk(db: None) -> User:
    return UserFactory(is_coordinator=True)


def closed_box(*findings: Finding, at: datetime = EVENING) -> Box:
    box = BoxFactory(findings=list(findings))
    box.close(at=at)
    return box


def handed(
    box: Box, recipient: Recipient, by: User, on: date = date(2021, 4, 22), pieces: int | None = None
) -> Handover:
    inside = custody.pieces_of(Finding.objects.filter(deposit__box=box))
    said = (inside, "") if pieces is None else (pieces, "Při předání přepočítáno.")
    return custody.hand_over({box: said}, recipient=recipient, on=on, by=by)


# --- Boxes -----------------------------------------------------------------------------------------------------------


def in_state(state: BoxState, recipient: Recipient, clerk: User) -> Box:
    box: Box = BoxFactory()
    if state is not BoxState.OPEN:
        box.close(at=EVENING)
    if state is BoxState.HANDED_OVER:
        custody.hand_over({box: (0, "")}, recipient=recipient, on=date(2021, 4, 22), by=clerk)
    return Box.objects.get(pk=box.pk)


@pytest.mark.parametrize("state", BoxState)
def test_box_goes_only_where_its_state_leads(state: BoxState, recipient: Recipient, clerk: User) -> None:
    steps: dict[BoxMove, Callable[[Box], object]] = {
        BoxMove.CLOSE: lambda box: box.close(at=EVENING),
        BoxMove.REOPEN: lambda box: box.reopen(),
        BoxMove.HAND_OVER: lambda box: custody.hand_over(
            {box: (0, "")}, recipient=recipient, on=date(2021, 4, 22), by=clerk
        ),
        BoxMove.GIVE_BACK: lambda box: box.move(BoxMove.GIVE_BACK) or box.save(),
    }
    assert set(steps) == set(BOX_MOVES)
    for move, step in steps.items():
        box = in_state(state, recipient, clerk)
        before, after = BOX_MOVES[move]
        if state == before:
            step(box)
            assert Box.objects.get(pk=box.pk).state == after
        else:
            with pytest.raises(Refused):
                step(box)
            assert Box.objects.get(pk=box.pk).state == state


def test_box_given_to_an_assistant_takes_what_they_found_since_and_the_former_one_is_back(
    assistant: Assistant,
) -> None:
    before = FindingFactory(assistant=assistant, found_at=local(2021, 4, 2, 9))
    since = FindingFactory(assistant=assistant, found_at=local(2021, 4, 5, 9))
    FindingFactory(found_at=local(2021, 4, 5, 9))
    former, box = BoxFactory(carrier=assistant), BoxFactory()

    assert box.give(assistant, at=local(2021, 4, 5, 7)) == 1

    assert list(Deposit.objects.values_list("finding", "box")) == [(since.pk, box.pk)]
    assert not Deposit.objects.filter(finding=before).exists()
    assert [(row.box_id, row.until) for row in Carrying.objects.order_by("since")] == [
        (former.pk, local(2021, 4, 5, 7)),
        (box.pk, None),
    ]
    assert list(Box.objects.visible_to(assistant.user)) == [box]
    with pytest.raises(Refused, match=r"už .* má"):
        box.give(assistant, at=local(2021, 4, 6, 7))


def test_nobody_carries_two_boxes_and_no_box_two_people(assistant: Assistant) -> None:
    box = BoxFactory(carrier=assistant)
    for other_box, person in ((BoxFactory(), assistant), (box, AssistantFactory())):
        with pytest.raises(IntegrityError), transaction.atomic():
            Carrying.objects.create(box=other_box, assistant=person, since=local(2021, 4, 9, 7))


def test_closing_ends_the_carrying_and_refuses_to_leave_out_what_lies_inside(assistant: Assistant) -> None:
    late = FindingFactory(assistant=assistant, found_at=local(2021, 4, 25, 9))
    box = BoxFactory(carrier=assistant, findings=[late])
    with pytest.raises(Refused, match="pozdější čas"):
        box.close(at=EVENING)
    box.close(at=local(2021, 4, 26, 9))
    assert Carrying.objects.get().until == local(2021, 4, 26, 9)
    with pytest.raises(Refused):
        box.give(assistant, at=local(2021, 4, 27, 9))


def test_finding_from_a_phone_lies_in_the_box_that_its_finder_carried_then(assistant: Assistant) -> None:
    box = BoxFactory(carrier=assistant)
    other = BoxFactory()
    Carrying.objects.create(box=other, assistant=AssistantFactory(), since=other.opened_at)
    phone = Phone(assistant.user)
    sent = record(finding(needles=2))
    assert phone.outcomes(sent) == ["accepted"]
    assert [(str(row.finding_id), row.box_id) for row in Deposit.objects.all()] == [(sent["id"], box.pk)]

    # A box that was closed before takes nothing more.
    colleague = AssistantFactory()
    BoxFactory(carrier=colleague).close(at=local(2021, 4, 2, 7))
    assert Phone(colleague.user).outcomes(record(finding(needles=1))) == ["accepted"]
    assert Deposit.objects.count() == 1


def test_findings_are_moved_between_boxes_but_not_into_one_closed_before(recipient: Recipient, clerk: User) -> None:
    early, late = FindingFactory(found_at=local(2021, 4, 10)), FindingFactory(found_at=local(2021, 4, 25))
    box, other = BoxFactory(findings=[early]), BoxFactory()
    assert custody.put([early, late], other) == 2
    assert custody.put([early], other) == 0
    box.close(at=EVENING)
    with pytest.raises(Refused, match="pozdější než uzavření"):
        custody.put([late], box)
    # A finding that came late to us, but was made before the box was closed, was in it when it went away.
    handover = handed(box, recipient, clerk)
    assert custody.put([early], box) == 1
    assert handover.boxes.get().recorded == 0
    assert custody.figures(APRIL) == {"handed_over": 2, "held": 2, "delivered": 0}


# --- Handovers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", Handover.State)
def test_handover_goes_only_where_its_state_leads(state: Handover.State, recipient: Recipient, clerk: User) -> None:
    steps: dict[Handover.State, Callable[[Handover], object]] = {
        Handover.State.CONFIRMED: lambda handover: handover.confirm(on=date(2021, 4, 23), document_number="D 1"),
        Handover.State.CANCELLED: lambda handover: custody.cancel(handover, at=EVENING, reason="Jiný den."),
    }
    for target, step in steps.items():
        handover = handed(closed_box(FindingFactory()), recipient, clerk)
        if state is not Handover.State.RECORDED:
            steps[state](handover)
        handover.refresh_from_db()
        assert handover.state is state
        if target in HANDOVER_MOVES[state]:
            step(handover)
            assert Handover.objects.get(pk=handover.pk).state is target
        else:
            with pytest.raises(Refused):
                step(handover)
            assert Handover.objects.get(pk=handover.pk).state is state


def test_difference_from_the_document_needs_a_word_and_stays_written(recipient: Recipient, clerk: User) -> None:
    box = closed_box(FindingFactory(with_needle=5))
    with pytest.raises(Refused, match="je v něm 5"):
        custody.hand_over({box: (4, "")}, recipient=recipient, on=date(2021, 4, 22), by=clerk)
    assert (Handover.objects.count(), Box.objects.get().state) == (0, BoxState.CLOSED)

    handover = custody.hand_over(
        {Box.objects.get(): (4, "Jedna stříkačka byla bez těla.")}, recipient=recipient, on=date(2021, 4, 22), by=clerk
    )
    row = handover.boxes.get()
    assert (row.pieces, row.recorded, row.difference) == (4, 5, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        HandedBox.objects.update(explanation="")


def test_box_is_not_handed_over_before_it_was_closed(recipient: Recipient, clerk: User) -> None:
    with pytest.raises(Refused, match="později"):
        handed(closed_box(), recipient, clerk, on=date(2021, 4, 19))
    with pytest.raises(Refused):
        custody.hand_over({}, recipient=recipient, on=date(2021, 4, 22), by=clerk)


def test_cancelled_handover_stays_to_be_seen_and_gives_the_boxes_back(recipient: Recipient, clerk: User) -> None:
    box = closed_box(FindingFactory(with_needle=3))
    handover = handed(box, recipient, clerk)
    assert custody.figures(APRIL) == {"handed_over": 3, "held": 0, "delivered": 3}

    custody.cancel(handover, at=EVENING, reason="Zapsáno dvakrát.")

    assert custody.figures(APRIL) == {"handed_over": 0, "held": 3, "delivered": 0}
    assert Handover.objects.get().cancellation_reason == "Zapsáno dvakrát."
    again = handed(Box.objects.get(), recipient, clerk)
    assert custody.figures(APRIL) == {"handed_over": 3, "held": 0, "delivered": 3}
    assert list(box.handings.order_by("pk").values_list("handover", "stands")) == [
        (handover.pk, False),
        (again.pk, True),
    ]


@pytest.mark.django_db(transaction=True)
def test_of_eight_handovers_of_one_box_at_once_one_stands() -> None:
    recipient, clerk = RecipientFactory(), UserFactory(is_coordinator=True)
    box = closed_box(FindingFactory())

    def attempt(n: int) -> bool:
        try:
            custody.hand_over(
                {Box.objects.get(pk=box.pk): (2, "")}, recipient=recipient, on=date(2021, 4, 22), by=clerk
            )
        except Refused:
            return False
        return True

    assert sorted(at_once(8, attempt)) == [False] * 7 + [True]
    assert (Handover.objects.count(), HandedBox.objects.count()) == (1, 1)


# --- Figures ---------------------------------------------------------------------------------------------------------

RECOUNT = """
WITH gone AS (
    SELECT finding.id, finding.with_needle + finding.without_needle + finding.needles AS pieces,
           (finding.found_at AT TIME ZONE 'Europe/Prague')::date AS found_on,
           (SELECT handover.handed_on
              FROM findings_deposit AS deposit
              JOIN findings_handedbox AS handed ON handed.box_id = deposit.box_id
              JOIN findings_handover AS handover ON handover.id = handed.handover_id
             WHERE deposit.finding_id = finding.id AND handover.cancelled_at IS NULL) AS gone_on
      FROM findings_finding AS finding
     WHERE finding.withdrawn_at IS NULL
)
SELECT coalesce(sum(pieces) FILTER (WHERE found_on < %(first)s AND (gone_on IS NULL OR gone_on >= %(first)s)), 0),
       coalesce(sum(pieces) FILTER (WHERE found_on BETWEEN %(first)s AND %(last)s), 0),
       coalesce(sum(pieces) FILTER (WHERE gone_on BETWEEN %(first)s AND %(last)s), 0),
       coalesce(sum(pieces) FILTER (WHERE found_on <= %(last)s AND (gone_on IS NULL OR gone_on > %(last)s)), 0),
       coalesce(sum(pieces) FILTER (WHERE found_on BETWEEN %(first)s AND %(last)s AND gone_on <= %(last)s), 0)
  FROM gone
"""


@pytest.mark.parametrize("seed", range(3))
def test_balance_is_that_of_an_independent_recount_and_always_even(
    seed: int, recipient: Recipient, clerk: User
) -> None:
    """Boxes and findings as chance has it over three months; nothing is lost between two months."""
    random = Random(seed)
    place, people = PlaceFactory(), [AssistantFactory() for _ in range(2)]
    boxes = [BoxFactory() for _ in range(8)]
    for _ in range(40):
        found = FindingFactory(
            place=place,
            assistant=random.choice(people),
            found_at=local(2021, 4, 1, 6) + timedelta(hours=random.randrange(24 * 90)),
            with_needle=random.randrange(1, 9),
            needles=random.randrange(3),
        )
        if random.random() < 0.8:
            Deposit.objects.create(finding=found, box=random.choice(boxes))
        if random.random() < 0.1:
            found.withdraw(at=EVENING, reason="Omyl.")
    for box in boxes[:6]:
        last = Finding.objects.filter(deposit__box=box).order_by("-found_at").values_list("found_at", flat=True).first()
        box.close(at=last or EVENING)
        on = box.closed_at.astimezone(LOCAL).date() + timedelta(days=random.randrange(40))
        handover = handed(box, recipient, clerk, on=on, pieces=random.choice([None, 7]))
        if random.random() < 0.2:
            custody.cancel(handover, at=EVENING, reason="Omyl.")

    months = [APRIL, MAY, Month(2021, 6), Month(2021, 7)]
    balances = [custody.balance(month) for month in months]
    for month, balance in zip(months, balances, strict=True):
        with connection.cursor() as cursor:
            cursor.execute(RECOUNT, {"first": month.first_day, "last": month.last_day})
            recounted = cursor.fetchone()
        assert recounted == (
            balance.held_before,
            balance.found,
            balance.handed_over,
            balance.held,
            balance.handed_of_month,
        )
        assert balance.is_even
        assert balance.handed_of_month + balance.held_of_month == balance.found
        assert custody.figures(month)["held"] == balance.held_of_month
        handed_boxes = list(HandedBox.objects.select_related("handover").filter(handover__cancelled_at=None))
        of_month = [row for row in handed_boxes if month.first_day <= row.handover.handed_on <= month.last_day]
        assert (balance.delivered, balance.recorded) == (
            sum(row.pieces for row in of_month),
            sum(row.recorded for row in of_month),
        )
    assert [after.held_before for after in balances[1:]] == [before.held for before in balances[:-1]]


def test_withdrawn_finding_is_in_no_balance(recipient: Recipient, clerk: User) -> None:
    gone, stays = FindingFactory(with_needle=3), FindingFactory(with_needle=4)
    handed(closed_box(gone, stays), recipient, clerk)
    gone.withdraw(at=EVENING, reason="Omyl.")
    assert custody.figures(APRIL) == {"handed_over": 4, "held": 0, "delivered": 7}
    balance = custody.balance(APRIL)
    assert (balance.found, balance.recorded, balance.difference) == (4, 7, 0)


def test_handover_by_another_mentor_counts_for_the_whole_city(recipient: Recipient) -> None:
    mentor = MentorFactory()
    handover = handed(closed_box(FindingFactory(with_needle=6)), recipient, mentor.user)
    assert list(Handover.objects.visible_to(mentor.user)) == [handover]
    assert list(Handover.objects.visible_to(UserFactory())) == []
    assert custody.figures(APRIL)["handed_over"] == 6
