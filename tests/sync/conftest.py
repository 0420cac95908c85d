from collections.abc import Callable

import pytest
from pydantic import BaseModel, ConfigDict

from apk.people.models import Assistant
from apk.sync import registry
from apk.sync.registry import Arrival, Kind
from tests.phones import Phone


@pytest.fixture
def phone(assistant: Assistant) -> Phone:
    return Phone(assistant.user)


class Note(BaseModel):
    """A payload of the simplest kind of record."""

    model_config = ConfigDict(extra="forbid")

    text: str


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Arrival], None]], None]:
    """Registers, for one test, a kind "note" whose records are handed to a function."""

    def register_note(accept: Callable[[Arrival], None]) -> None:
        monkeypatch.setitem(registry._kinds, "note", Kind("note", {1: Note}, accept))

    return register_note
