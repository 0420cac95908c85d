"""The shapes that travel between a phone and the server, and what makes one of them unacceptable.

Pure: no model, no settings. A batch must have the right outer shape or nothing of it is read; each record inside is
then judged alone, so that one spoilt record never holds back the others. Phones in the street carry old versions of
the application for weeks: nothing here may be narrowed, only widened.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationError, WithJsonSchema

MAX_RECORDS: Final = 50
MAX_DEPTH: Final = 16
MAX_ID_CHARACTERS: Final = 100

# NUL, and half of a surrogate pair standing alone, as JSON's \ud800 can write it.
UNSTORABLE_TEXT: Final = re.compile(r"[\0\ud800-\udfff]")


class Refused(Exception):
    """A record that cannot be accepted as it is. It stays in the phone, where a person can mend it.

    `reason` is a Czech sentence for that person; `field` names the part of the payload that it is about.
    """

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


class Outcome(StrEnum):
    """What became of a record. Whatever is not refused is safe on the server and may leave the phone's queue."""

    ACCEPTED = "accepted"
    KNOWN = "known"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True)
class Record:
    """A record as the phone wrote it, fit to be stored, its payload not yet judged.

    `recorded_at` carries the offset from UTC that the phone had then.
    """

    id: UUID
    kind: str
    version: int
    recorded_at: datetime
    payload: dict[str, Any]

    def digest(self, sender: int) -> bytes:
        """SHA-256 of everything that makes the record what it is, and of who sent it.

        The moment counts, not how its offset was written, and the order of keys does not matter.
        """
        moment = self.recorded_at.astimezone(UTC).isoformat()
        content = [sender, self.kind, self.version, moment, self.payload]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).digest()


def instant(text: Any) -> datetime:
    """An ISO 8601 moment with its offset from UTC. Raises ValueError for anything else, also when UTC has no such."""
    if not isinstance(text, str):
        raise ValueError("a moment is written as text")  # noqa: TRY004  # pydantic gathers ValueError
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset from UTC")
    try:
        moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a moment beyond the calendar") from error
    return moment


def with_an_id(raw: Any) -> dict[str, Any]:
    """Lets a record in when it can at least be answered to: it is an object and has an id."""
    if not (isinstance(raw, dict) and isinstance(raw.get("id"), str) and len(raw["id"]) <= MAX_ID_CHARACTERS):
        raise ValueError("a record is an object with an id")
    return raw


RECORD_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Record",
    "description": "Only the id decides whether the batch is read; a fault in the rest refuses this one record.",
    "required": ["id", "kind", "version", "recorded_at", "payload"],
    "properties": {
        "id": {"type": "string", "format": "uuid7", "description": "Minted when the form opened"},
        "kind": {"type": "string"},
        "version": {"type": "integer", "description": "Version of the payload's shape"},
        "recorded_at": {
            "type": "string",
            "format": "date-time",
            "description": "The phone's clock when the record was saved, with the phone's offset from UTC",
        },
        "payload": {"type": "object", "description": "One of the shapes that the kind has, by its version"},
    },
}

Moment = Annotated[datetime, PlainValidator(instant), WithJsonSchema({"type": "string", "format": "date-time"})]
RawRecord = Annotated[Any, AfterValidator(with_an_id), WithJsonSchema(RECORD_SCHEMA)]


class Batch(BaseModel):
    """Up to fifty records of one owner, as one request carries them."""

    model_config = ConfigDict(extra="forbid")

    owner: int = Field(strict=True, description="Id of the person whose queue this is")
    device_time: Moment = Field(description="The phone's clock when it sends the batch")
    records: list[RawRecord] = Field(min_length=1, max_length=MAX_RECORDS)


class Result(BaseModel):
    """What became of one record."""

    id: str
    outcome: Outcome
    reason: str | None = Field(default=None, description="A Czech sentence when refused or in conflict")
    field: str | None = Field(default=None, description="The part of the payload that the reason is about")
    held: str | None = Field(
        default=None,
        description='Why an accepted record waits for a person before it counts: "deactivated" or "sealed-month"',
    )


class BatchAnswer(BaseModel):
    """One result for each record, in the order of the batch."""

    server_time: datetime
    results: list[Result]


class SessionUser(BaseModel):
    """The person signed in on this phone."""

    id: int
    name: str
    role: str


class SessionAnswer(BaseModel):
    """Whose session it is, and the token that the next request needs."""

    user: SessionUser
    csrf_token: str
    server_time: datetime


class PhotoAnswer(BaseModel):
    """A photo is on the server: "accepted" the first time, "known" when it had been there."""

    id: UUID
    outcome: Outcome


class ProblemAnswer(BaseModel):
    """Why a request was not served. `code` is for the program, `message` (Czech) for the person."""

    code: str
    message: str


def read_record(raw: Mapping[str, Any]) -> Record:
    """The record in an object from the wire. Raises Refused for what could not even be stored."""
    unfit = unstorable(raw)
    if unfit is not None:
        raise Refused(unfit)
    identifier, kind, version, payload = (raw.get(name) for name in ("id", "kind", "version", "payload"))
    if not isinstance(kind, str) or not 1 <= len(kind) <= 40:
        raise Refused("Záznam neříká, jakého je druhu.")
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= 32_767:
        raise Refused("Záznam neříká, v jaké je verzi.")
    if not isinstance(payload, dict):
        raise Refused("Záznam nemá žádný obsah.")
    return Record(uuid7(identifier), kind, version, recorded_at(raw.get("recorded_at")), payload)


def uuid7(text: Any) -> UUID:
    """The UUIDv7 that `text` is. Raises Refused."""
    try:
        identifier = UUID(text)
    except (ValueError, AttributeError, TypeError) as error:
        raise Refused("Záznam nemá platné číslo.") from error
    # Only the usual writing is taken: the same number written two ways would be two records in the phone.
    if identifier.version != 7 or str(identifier) != text.lower():
        raise Refused("Záznam nemá platné číslo.")
    return identifier


def recorded_at(text: Any) -> datetime:
    """The moment that `text` is. Raises Refused."""
    try:
        return instant(text)
    except ValueError as error:
        raise Refused("Záznam nemá platný čas. Vyplňte ho znovu.") from error


def unstorable(value: Any) -> str | None:
    """A Czech sentence why a parsed JSON value cannot be stored, or None: PostgreSQL takes neither NUL nor half of
    a surrogate pair, JSON has no infinity, and a deep value would exhaust whoever reads it.
    """
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        deeper: list[Any] = []
        for item in level:
            if isinstance(item, str) and UNSTORABLE_TEXT.search(item):
                return "Text obsahuje znak, který nejde uložit. Napište ho znovu bez něj."
            if isinstance(item, float) and not math.isfinite(item):
                return "Záznam obsahuje hodnotu, která není číslo."
            if isinstance(item, dict):
                deeper += [*item.keys(), *item.values()]
            elif isinstance(item, list):
                deeper += item
        if not deeper:
            return None
        level = deeper
    return "Záznam je příliš složitý."


def read_payload(schema: type[BaseModel], payload: Mapping[str, Any]) -> BaseModel:
    """The payload as its schema reads it. Raises Refused about its first fault."""
    try:
        return schema.model_validate(payload)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        field = str(fault["loc"][0]) if fault["loc"] else None
        raise Refused(sentence(schema, field, fault["type"], fault.get("ctx", {})), field) from error


def sentence(schema: type[BaseModel], field: str | None, fault: str, limits: Mapping[str, Any]) -> str:
    """A fault that pydantic found, said in Czech to whoever filled the form in."""
    declared = schema.model_fields.get(field or "")
    label = (declared.title if declared else None) or field or "Záznam"
    match fault:
        case "missing":
            return f"{label}: údaj chybí."
        case "greater_than_equal":
            return f"{label}: nejméně {limits['ge']}."
        case "less_than_equal":
            return f"{label}: nejvýše {limits['le']}."
        case "string_too_long":
            return f"{label}: text je příliš dlouhý, nejvýše {limits['max_length']} znaků."
        case "enum" | "literal_error":
            return f"{label}: vyberte jednu z možností."
        case "extra_forbidden":
            return f"{label}: takový údaj server nezná."
        case _:
            return f"{label}: údaj nemá správný tvar."
