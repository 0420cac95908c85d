"""What needs doing now: the cards of the home page, added by the app that knows, shown to those who may act."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from apk.people.access import Permission

if TYPE_CHECKING:
    from apk.people.models import User


@dataclass(frozen=True)
class Card:
    """One thing on the home page.

    `title` says what it is, `value` the figure or state that matters now, `detail` one sentence,
    `url` where to act, `urgent` whether somebody waits for it, `rows` up to a few (label, url) below.
    """

    title: str
    value: str
    detail: str
    url: str
    action: str
    urgent: bool = False
    rows: tuple[tuple[str, str], ...] = ()


Source = Callable[["User", datetime], Iterable[Card]]

_sources: list[tuple[Permission, Source]] = []


def register(permission: Permission, source: Source) -> None:
    """Called from `AppConfig.ready`; `source(user, now)` gives the cards for a user who has `permission`."""
    _sources.append((permission, source))


def cards(user: "User", now: datetime) -> list[Card]:
    """All cards for `user` at `now`, the urgent ones first."""
    found = [card for permission, source in _sources if user.may(permission) for card in source(user, now)]
    return sorted(found, key=lambda card: not card.urgent)
