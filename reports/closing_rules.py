"""The life of a month: from open to sealed, who moves it on and what a move asks for. Pure.

The state is not stored anywhere: it follows from the steps that people took (`models.ClosingStep`), from who has to
take them and from the seal. So a record that arrives after its sender confirmed opens the question again by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import models

from apk.people.access import Role


class State(models.TextChoices):
    """How far a month has come."""

    OPEN = "open", "otevřený"
    CONFIRMED = "confirmed", "potvrzený asistenty"
    APPROVED = "approved", "schválený"
    SEALED = "sealed", "uzavřený"
    CORRECTED = "corrected", "uzavřený po opravě"

    @property
    def is_sealed(self) -> bool:
        return self in {State.SEALED, State.CORRECTED}


class Move(models.TextChoices):
    """What a person does with a month."""

    CONFIRM = "confirm", "potvrzení asistenta"
    VOUCH = "vouch", "potvrzení za asistenta"
    APPROVE = "approve", "schválení mentora"
    STAND_IN = "stand-in", "schválení za mentora"
    RETURN = "return", "vrácení k doplnění"
    SEAL = "seal", "uzavření měsíce"
    CORRECT = "correct", "oprava uzavřeného měsíce"


LEADERS = frozenset({Role.MENTOR, Role.COORDINATOR})

ALLOWED: Mapping[State, Mapping[Move, frozenset[Role]]] = {
    State.OPEN: {
        Move.CONFIRM: frozenset({Role.ASSISTANT}),
        Move.VOUCH: LEADERS,
    },
    State.CONFIRMED: {
        Move.APPROVE: frozenset({Role.MENTOR}),
        Move.STAND_IN: frozenset({Role.COORDINATOR}),
        Move.RETURN: LEADERS,
    },
    State.APPROVED: {
        Move.RETURN: LEADERS,
        Move.SEAL: frozenset({Role.COORDINATOR}),
    },
    State.SEALED: {Move.CORRECT: frozenset({Role.COORDINATOR})},
    State.CORRECTED: {Move.CORRECT: frozenset({Role.COORDINATOR})},
}
"""Which move leads on from which state, and the roles that may make it. A move that is not here is not possible."""

WITH_REASON = frozenset({Move.VOUCH, Move.STAND_IN, Move.RETURN, Move.CORRECT})
"""Moves that say why, in a sentence that stays."""


def may(role: Role, move: Move, state: State) -> bool:
    return role in ALLOWED[state].get(move, frozenset())


def is_possible(move: Move, state: State) -> bool:
    """Whether anybody may make the move now."""
    return move in ALLOWED[state]


class Standing(StrEnum):
    """How one person's part stands."""

    MISSING = "missing"
    OUTDATED = "outdated"
    GIVEN = "given"


@dataclass(frozen=True)
class Part:
    """What one person has to give: an assistant's confirmation, or a mentor's approval.

    `person` is the primary key of the assistant or mentor, `at` when it was given, by `given_by`, who may be somebody
    else with a `reason`.
    """

    person: int
    name: str
    standing: Standing
    at: datetime | None = None
    given_by: str = ""
    reason: str = ""


def state_of(confirmations: Iterable[Part], approvals: Iterable[Part], seals: int) -> State:
    """Where a month stands; `seals` is how many versions of it were sealed."""
    if seals:
        return State.SEALED if seals == 1 else State.CORRECTED
    if any(part.standing is not Standing.GIVEN for part in confirmations):
        return State.OPEN
    approvals = list(approvals)
    if not approvals or any(part.standing is not Standing.GIVEN for part in approvals):
        return State.CONFIRMED
    return State.APPROVED
