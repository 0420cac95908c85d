"""The records that a run makes, each with a mark by which it is recognised wherever it turns up."""

import secrets
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from chaos.schedule import Kind

JILOVA = {"latitude": 49.8452, "longitude": 18.2772, "accuracy": 9}
PRAGUE = ZoneInfo("Europe/Prague")
CORRECTED_PIECES = 7


@dataclass(frozen=True)
class Made:
    """A record as the phone's outbox takes it (`row`), and the ids and bytes of its photos."""

    mark: str
    row: dict[str, Any]
    photos: list[tuple[str, bytes]]

    @property
    def photo_marks(self) -> list[str]:
        return [photo_mark(self.mark)] if self.photos else []


def record_id() -> str:
    """A UUIDv7, as phones mint them."""
    value = time.time_ns() // 1_000_000 << 80 | 0x7 << 76 | 0x2 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def mark_of(seed: int, number: int) -> str:
    return f"chaos {seed}/{number}"


def photo_mark(mark: str) -> str:
    return f"photo of {mark}"


def attendance_mark(moment: str) -> str:
    """Attendance says nothing but what happened and when, so the moment to a millisecond is its mark."""
    milliseconds = round(datetime.fromisoformat(moment).timestamp() * 1000)
    return f"attendance at {milliseconds}"


def mark_in(row: dict[str, Any]) -> str:
    """The mark of a record found in the phone."""
    payload = row["payload"]
    if row["kind"] == Kind.ATTENDANCE:
        return attendance_mark(row["recordedAt"])
    return str(payload.get("reason") or payload.get("note")).rstrip(" \0")


def moment(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, UTC).astimezone(PRAGUE).isoformat(timespec="milliseconds")


def finding(mark: str, pieces: int = 2) -> dict[str, Any]:
    return {
        "latitude": JILOVA["latitude"],
        "longitude": JILOVA["longitude"],
        "accuracy_m": JILOVA["accuracy"],
        "position_source": "gps",
        "place": None,
        "place_kind": "park",
        "source": "own",
        "with_needle": pieces,
        "without_needle": 0,
        "needles": 0,
        "paraphernalia": 0,
        "child_accessible": False,
        "note": mark,
    }


def poison(mark: str, chance: Random) -> dict[str, Any]:
    """A finding that no server can take."""
    spoilt: dict[str, Any] = chance.choice(
        [
            {"latitude": 999},
            {"with_needle": 10**6},
            {"note": mark + " \0"},
            {"place_kind": "nowhere"},
            {"with_needle": 0},
            {"unheard-of": True},
        ]
    )
    return {**finding(mark), **spoilt}


def payload_of(kind: Kind, mark: str, first: Made | None, activity_kind: int, chance: Random) -> dict[str, Any]:
    """What a record of the kind says; `first` is the finding that a correction corrects."""
    match kind:
        case Kind.ACTIVITY:
            return {
                "activity_kind": activity_kind,
                "counters": {},
                "locality": None,
                "note": mark,
                "referral": None,
                "called_patrol": None,
            }
        case Kind.ATTENDANCE:
            return {"event": chance.choice(["start", "end", "break-start", "break-end"])}
        case Kind.CORRECTION if first is not None:
            return {"corrects": first.row["id"], "payload": finding(first.mark, CORRECTED_PIECES), "reason": mark}
        case Kind.POISON:
            return poison(mark, chance)
    return finding(mark)
