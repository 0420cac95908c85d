"""The kinds of records that phones send: the apps above register theirs, this one only knows the interface.

It is imported by `AppConfig` modules, before any model may be.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel

from apk.calendar import Month
from apk.sync.protocol import Refused, read_payload

if TYPE_CHECKING:
    from apk.people.models import User


@dataclass(frozen=True)
class Arrival:
    """A record on its way into an app, inside the transaction that its receipt is written in.

    `happened_at` is the phone's time put right by the difference between the clocks; `recorded_at` is what the phone
    said. `payload` was read by the schema registered for the record's version. `was_held` says that the record waited
    for a person's decision (`apk.sync.holding`), so that its photos may have come before it; the three times are the
    original ones all the same.
    """

    id: UUID
    version: int
    sender: "User"
    recorded_at: datetime
    happened_at: datetime
    received_at: datetime
    payload: BaseModel
    was_held: bool = False


@dataclass(frozen=True)
class Amendment:
    """What shall hold of a record from now on, on its way into the app that stores it, inside a transaction.

    `corrects` is the id of the record, never that of an earlier correction; `id` is the correction's own when it came
    from a phone, None when it was decided at a desk. `payload`, read by a schema of the corrected record's kind, takes
    the place of everything said before; None takes the record back. `reason` is a person's sentence, `sender` who wrote
    it. `recorded_at` and `happened_at` are those of the corrected record, which no correction moves to another time;
    `received_at` is when the correction came.
    """

    id: UUID | None
    corrects: UUID
    payload: BaseModel | None
    reason: str
    sender: "User"
    recorded_at: datetime
    happened_at: datetime
    received_at: datetime


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

    `payloads` gives the schema of each version that is still accepted. `check` raises Refused about what the schema
    cannot say of a payload alone, without a query; it is asked before every `accept` and `correct`, and also before a
    record is held, while the phone can still be told. `accept` stores an arrival or raises Refused; it runs inside a
    transaction that may be repeated, so it touches nothing but the database.

    `correct`, for kinds whose records people may correct and withdraw, puts an amendment over a stored record or raises
    Refused; it runs like `accept`, one correction of a record at a time, in the order in which they came. A withdrawn
    record stays stored and counts nowhere; a later correction with a payload makes it hold again.

    `keep_photo`, for kinds that may have photos, gets the record's id, the photo's id and the uploaded bytes, and says
    whether the photo is new; it raises PhotoRefused or NotNow, and what it stored is committed when it returns. The
    record may be one that is held.

    The rest is for people at a desk. `title` is what the kind is called; `texts` puts into words those members of a
    payload that are ids of rows (others read by their type); `url` is the page of a stored record, `waiting_photos` the
    addresses of the photos that wait for a held one.
    """

    name: str
    payloads: Mapping[int, type[BaseModel]]
    accept: Callable[[Arrival], None]
    keep_photo: Callable[[UUID, UUID, bytes], bool] | None = None
    check: Callable[[Any], None] | None = None
    correct: Callable[[Amendment], None] | None = None
    title: str = ""
    texts: Callable[[Mapping[str, Any]], Mapping[str, str]] | None = None
    url: Callable[[UUID], str] | None = None
    waiting_photos: Callable[[UUID], list[str]] | None = None

    def read(self, version: int, payload: Mapping[str, Any]) -> BaseModel:
        """The payload as the schema of its version reads it. Raises Refused."""
        if version not in self.payloads:
            raise Refused("Tuto verzi záznamu server nezná. Obnovte aplikaci v telefonu.")
        read = read_payload(self.payloads[version], payload)
        if self.check is not None:
            self.check(read)
        return read


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


_sealed_checks: list[Callable[[Month], bool]] = []


def register_seals(check: Callable[[Month], bool]) -> None:
    """Called from `AppConfig.ready` of the app that seals months; `check` says whether a month is sealed, in one query.

    A record whose month is sealed is held (`apk.sync.holding`) and does not reach its app until it is released. So
    that an ordinary record costs no query, `check` is not asked about a month that still runs: no such month may be
    sealed. A seal laid between the question and the writing must refuse the writing with an IntegrityError (SQLSTATE
    class 23); the record is then tried once more, with the question asked about any month.
    """
    _sealed_checks.append(check)


def is_sealed(month: Month) -> bool:
    """Whether the records of `month` change by its correction only."""
    return any(check(month) for check in _sealed_checks)
