"""Where the demonstration's syringes went: every assistant's box of a month, handed over on the 26th together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from apk.calendar import LOCAL, Month, local_date
from apk.people.models import Assistant, User
from findings.models import Box, BoxState, Carrying, Deposit, Finding, HandedBox, Handover, Recipient

RECIPIENT = "Renarkon – kontaktní centrum"
CHANGE_ON, HAND_OVER_ON = 24, 26
NOON = time(12)
MISCOUNTED = 3
"""In April the document of this person's box says a piece less."""


@dataclass(frozen=True)
class Turn:
    """The boxes of a month: carried from the change in the month before to the change in this one."""

    month: Month

    @property
    def opened_at(self) -> datetime:
        return datetime.combine(self.month.previous.first_day.replace(day=CHANGE_ON), NOON, LOCAL)

    @property
    def closed_at(self) -> datetime:
        return datetime.combine(self.month.first_day.replace(day=CHANGE_ON), NOON, LOCAL)

    @property
    def handed_on(self) -> date:
        return self.month.first_day.replace(day=HAND_OVER_ON)


def make_custody(months: Sequence[Month], team: Sequence[Assistant], mentor: User, now: datetime) -> None:
    """Boxes and handovers of the months, which follow one another; what lies ahead of `now` has not happened yet."""
    recipient, _ = Recipient.objects.get_or_create(name=RECIPIENT, defaults={"position": 5})
    for month in [*months, months[-1].next]:
        turn = Turn(month)
        if turn.opened_at < now:
            make_turn(turn, team, recipient, mentor, now)


def make_turn(turn: Turn, team: Sequence[Assistant], recipient: Recipient, mentor: User, now: datetime) -> None:
    is_closed = turn.closed_at <= now
    is_gone = is_closed and turn.handed_on <= local_date(now)
    state = BoxState.HANDED_OVER if is_gone else BoxState.CLOSED if is_closed else BoxState.OPEN
    boxes = Box.objects.bulk_create(
        Box(
            label=f"{turn.month.year % 100:02}-{turn.month.number:02}-{number}",
            capacity=30,
            kept_at="MP Nemocniční, sklad",
            state=state,
            opened_at=turn.opened_at,
            closed_at=turn.closed_at if is_closed else None,
        )
        for number, _ in enumerate(team, start=1)
    )
    for box, assistant in zip(boxes, team, strict=True):
        Carrying.objects.create(
            box=box, assistant=assistant, since=turn.opened_at, until=turn.closed_at if is_closed else None
        )
    pieces = [fill(box, assistant, turn) for box, assistant in zip(boxes, team, strict=True)]
    if is_gone:
        hand_over(turn, zip(boxes, pieces, strict=True), recipient, mentor)


def fill(box: Box, assistant: Assistant, turn: Turn) -> int:
    """What the assistant found while they carried the box lies in it; gives its pieces."""
    found = list(Finding.objects.filter(assistant=assistant, found_at__gte=turn.opened_at, found_at__lt=turn.closed_at))
    Deposit.objects.bulk_create(Deposit(finding=finding, box=box) for finding in found)
    return sum(finding.pieces for finding in found)


def hand_over(turn: Turn, boxes: Iterable[tuple[Box, int]], recipient: Recipient, mentor: User) -> None:
    handover = Handover.objects.create(
        recipient=recipient,
        handed_on=turn.handed_on,
        handed_by=str(mentor),
        received_by="Mgr. Nikola Hrubá",
        document_number=f"P {turn.month.number}/{turn.month.year}",
        confirmed_on=turn.handed_on + timedelta(days=1),
        recorded_by=mentor,
    )
    for number, (box, pieces) in enumerate(boxes, start=1):
        is_miscounted = turn.month.number == 4 and number == MISCOUNTED and pieces > 0
        HandedBox.objects.create(
            handover=handover,
            box=box,
            handed_on=turn.handed_on,
            pieces=pieces - is_miscounted,
            recorded=pieces,
            explanation="Jedna stříkačka byla jen píst bez těla, příjemce ji nepočítal." if is_miscounted else "",
        )
