"""What phones send about tasks: the answer to a question, and what came of a report from others."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from apk import refusal
from apk.plain_text import readable
from apk.sync.correcting import an_id
from apk.sync.protocol import Refused
from apk.sync.registry import Arrival, Kind
from findings.models import Finding, Question, Sighting

MAX_TEXT: Final = 1000

Key = Annotated[int, Field(strict=True, ge=1, lt=2**63)]


class AnswerV1(BaseModel):
    """Version 1 of what a finder answers to the desk's question."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: Key = Field(title="Otázka")
    text: str = Field(strict=True, max_length=MAX_TEXT, title="Odpověď")


class Came(StrEnum):
    """What came of looking there."""

    FOUND = "found"
    NOT_FOUND = "not-found"


class SightingOutcomeV1(BaseModel):
    """Version 1 of what came of a report from others; `finding` is the id of the finding's record, if there is one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sighting: Key = Field(title="Oznámení")
    outcome: Came = Field(title="Výsledek")
    finding: Annotated[str, Field(strict=True), AfterValidator(an_id)] | None = Field(default=None, title="Nález")
    note: str = Field(default="", strict=True, max_length=MAX_TEXT, title="Poznámka")


def check_answer(answer: AnswerV1) -> None:
    if not readable(answer.text).strip():
        raise Refused("Napište odpověď.", "text")


def check_outcome(said: SightingOutcomeV1) -> None:
    if (said.outcome is Came.FOUND) != (said.finding is not None):
        raise Refused("K nalezenému patří nález, k nenalezenému ne.", "finding")


def accept_answer(arrival: Arrival) -> None:
    """Keeps the answer with its question. Raises Refused."""
    answer = arrival.payload
    if not isinstance(answer, AnswerV1):
        raise TypeError(f"no way to accept {type(answer).__name__}")
    asked = Question.objects.filter(pk=answer.question, finding__assistant__user=arrival.sender).first()
    if asked is None:
        raise Refused("Takovou otázku pro vás server nemá.", "question")
    asked.reply(readable(answer.text).strip(), at=arrival.received_at)


def accept_outcome(arrival: Arrival) -> None:
    """Closes the report. Raises Refused.

    One that was closed or given to a colleague meanwhile stays as it is; the receipt keeps what this phone said. The
    finding may still be on its way, for each record stands alone.
    """
    said = arrival.payload
    if not isinstance(said, SightingOutcomeV1):
        raise TypeError(f"no way to accept {type(said).__name__}")
    sighting = Sighting.objects.filter(pk=said.sighting).first()
    if sighting is None:
        raise Refused("Takové oznámení server nemá.", "sighting")
    finding = UUID(said.finding) if said.finding else None
    if finding and Finding.objects.filter(pk=finding).exclude(assistant__user=arrival.sender).exists():
        raise Refused("Tento nález zapsal někdo jiný.", "finding")
    if sighting.assistant is None or sighting.assistant.user_id != arrival.sender.pk:
        return
    try:
        sighting.close(said.outcome.value, at=arrival.happened_at, note=readable(said.note).strip(), finding=finding)
    except refusal.Refused:
        return


def texts_of_answer(payload: Mapping[str, Any]) -> dict[str, str]:
    asked = Question.objects.filter(pk=payload.get("question") or 0).first()
    return {"question": asked.text} if asked else {}


def texts_of_outcome(payload: Mapping[str, Any]) -> dict[str, str]:
    sighting = Sighting.objects.filter(pk=payload.get("sighting") or 0).first()
    return {"sighting": sighting.where} if sighting else {}


ANSWER: Final = Kind(
    name="answer",
    payloads={1: AnswerV1},
    accept=accept_answer,
    check=check_answer,
    title="Odpověď na otázku",
    texts=texts_of_answer,
)
SIGHTING_OUTCOME: Final = Kind(
    name="sighting-outcome",
    payloads={1: SightingOutcomeV1},
    accept=accept_outcome,
    check=check_outcome,
    title="Vyřízení oznámení",
    texts=texts_of_outcome,
)
