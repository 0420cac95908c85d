"""Which models have a page of their history. Apps above name theirs in `AppConfig.ready`; nothing here knows them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db import models


@dataclass(frozen=True)
class Rows:
    """Rows of another tracked model that belong to the story of an object.

    They are those whose `column` holds the object's `value`, both names of attributes: of an assistant's employments
    `Rows("people.Employment", "assistant_id")`, of their account `Rows("people.User", "id", "user_id")`.
    """

    label: str
    column: str
    value: str = "pk"

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)


@dataclass(frozen=True)
class Story:
    """A model with a history page; `hidden` names columns that say nothing to people."""

    label: str
    rows: tuple[Rows, ...]
    hidden: frozenset[str]

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)


_stories: dict[str, Story] = {}


def register(label: str, *, rows: Iterable[Rows] = (), hidden: Iterable[str] = ()) -> None:
    """Gives "patrols.Shift" a history page.

    The model must be tracked by pghistory, and its QuerySet must have `visible_to(user)` that asks about columns of
    the row and of rows it refers to: it is put to the last event as well, when the row itself is gone.
    """
    _stories[label.lower()] = Story(label, tuple(rows), frozenset(hidden))


def find(label: str) -> Story | None:
    """The story of "patrols.shift", whatever its capitals; None when there is none."""
    return _stories.get(label.lower())


def labels() -> list[str]:
    """All that is registered, in lower case."""
    return sorted(_stories)
