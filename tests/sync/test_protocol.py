"""Shapes on the wire, with no server and no database."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apk.sync.protocol import MAX_DEPTH, Record, Refused, read_record, unstorable
from tests.phones import record

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


def is_spoilt(value: Any) -> bool:
    """The slow way round."""
    if isinstance(value, dict):
        return any(is_spoilt(item) for pair in value.items() for item in pair)
    if isinstance(value, list):
        return any(is_spoilt(item) for item in value)
    if isinstance(value, str):
        return any(ord(character) == 0 or 0xD800 <= ord(character) < 0xE000 for character in value)
    return isinstance(value, float) and value - value != 0


def wrapped(depth: int) -> Any:
    """A value `depth` lists deep."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@given(st.fixed_dictionaries({"id": st.text()}, optional={name: JSON_VALUES for name in record() if name != "id"}))
def test_whatever_is_not_refused_can_be_stored(raw: dict[str, Any]) -> None:
    try:
        read = read_record(raw)
    except Refused as refusal:
        assert refusal.reason.endswith(".")  # noqa: PT017  # either outcome is right
    else:
        json.dumps(read.payload, allow_nan=False, ensure_ascii=False).encode()


@given(JSON_VALUES)
def test_only_storable_values_pass(value: Any) -> None:
    assert (unstorable(value) is not None) == is_spoilt(value)


def test_depth_is_limited() -> None:
    assert unstorable(wrapped(MAX_DEPTH - 1)) is None
    assert unstorable(wrapped(MAX_DEPTH)) == "Záznam je příliš složitý."


@pytest.mark.parametrize("text", ["\0", "\ud800", "x\udfff"])
@pytest.mark.parametrize("put", [lambda text: {text: 1}, lambda text: {"a": [{"b": text}]}])
def test_unstorable_text_is_found_wherever_it_is(text: str, put: Any) -> None:
    assert unstorable(put(text)) == "Text obsahuje znak, který nejde uložit. Napište ho znovu bez něj."


def test_emoji_and_czech_are_text_like_any_other() -> None:
    assert unstorable({"note": "Žluťoučký kůň 🐎 \U0010ffff"}) is None


BASE = Record(
    UUID("01790000-0001-7000-8000-000000000001"), "finding", 1, datetime(2026, 4, 5, 8, tzinfo=UTC), {"a": 1, "b": [2]}
)


def with_parts(**parts: Any) -> Record:
    return Record(**{**vars(BASE), **parts})


def test_digest_is_the_same_for_the_same_content() -> None:
    prague = timezone(timedelta(hours=2))
    assert len(BASE.digest(1)) == 32
    assert with_parts(recorded_at=BASE.recorded_at.astimezone(prague)).digest(1) == BASE.digest(1)
    assert with_parts(payload={"b": [2], "a": 1}).digest(1) == BASE.digest(1)


@pytest.mark.parametrize(
    "parts",
    [
        {"kind": "activity"},
        {"version": 2},
        {"recorded_at": BASE.recorded_at + timedelta(milliseconds=1)},
        {"payload": {"a": 1, "b": [3]}},
        {"payload": {"a": "1", "b": [2]}},
        {"payload": {"a": 1, "b": [2], "c": None}},
    ],
)
def test_digest_tells_contents_apart(parts: dict[str, Any]) -> None:
    assert with_parts(**parts).digest(1) != BASE.digest(1)


def test_digest_tells_senders_apart() -> None:
    assert BASE.digest(1) != BASE.digest(2)
