"""The kinds of records that phones send: the apps above register theirs, this one only knows the interface.

It is imported by `AppConfig` modules, before any model may be.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel

from apk.sync.protocol import Refused, read_payload

if TYPE_CHECKING:
    from apk.people.models import User


@dataclass(frozen=True)
class Arrival:
    """A record on its way into an app, inside the transaction that its receipt is written in.

    `happened_at` is the phone's time put right by the difference between the clocks; `recorded_at` is what the phone
    said. `payload` was read by the schema registered for the record's version.
    """

    id: UUID
    version: int
    sender: "User"
    recorded_at: datetime
    happened_at: datetime
    received_at: datetime
    payload: BaseModel


class PhotoRefused(Refused):
    """A photo that cannot be kept. `code` names the reason to the program on the phone."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class PhotoDiffers(PhotoRefused):
    """Another photo is already kept under this id."""

    def __init__(self) -> None:
        super().__init__("other-content", "Pod tímto číslem už je na serveru jiná fotografie.")


class NotNow(Exception):
    """What was sent is in order, but the server cannot store it at this moment. The message is a Czech sentence."""


@dataclass(frozen=True)
class Kind:
    """One kind of record.

    `payloads` gives the schema of each version that is still accepted. `accept` stores an arrival or raises Refused;
    it runs inside a transaction that may be repeated, so it touches nothing but the database. `keep_photo`, for kinds
    that may have photos, gets the record's id, the photo's id and the uploaded bytes, and says whether the photo is
    new; it raises PhotoRefused or NotNow, and what it stored is committed when it returns.
    """

    name: str
    payloads: Mapping[int, type[BaseModel]]
    accept: Callable[[Arrival], None]
    keep_photo: Callable[[UUID, UUID, bytes], bool] | None = None

    def read(self, version: int, payload: Mapping[str, Any]) -> BaseModel:
        """The payload as the schema of its version reads it. Raises Refused."""
        if version not in self.payloads:
            raise Refused("Tuto verzi záznamu server nezná. Obnovte aplikaci v telefonu.")
        return read_payload(self.payloads[version], payload)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Called from `AppConfig.ready` of the app that the kind belongs to."""
    if kind.name in _kinds:
        raise ValueError(f"the kind {kind.name} is registered twice")
    _kinds[kind.name] = kind


def kind_called(name: str) -> Kind:
    """The registered kind. Raises Refused for one that no app here knows."""
    if name not in _kinds:
        raise Refused("Tento druh záznamu server nezná. Obnovte aplikaci v telefonu.")
    return _kinds[name]


def registered() -> list[Kind]:
    return list(_kinds.values())
