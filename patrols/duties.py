"""Attendance events put together into duties: from–to with breaks, and what is missing. Pure.

A missing event is a state that a person has to look at, not an error: nothing is made up to fill it. Hours count only
for a duty with both its ends, and against the person only where the events leave a doubt (a break that nobody ended
lasts until the end of the duty).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import Final

from apk.calendar import time_within

LONGEST: Final = timedelta(hours=16)
"""An event so long after a duty began belongs to it no more; the phone stops showing the duty at the same time."""


Span = tuple[datetime, datetime]
"""From an instant (in) to an instant (out)."""


class Event(StrEnum):
    """What a person notes. The values travel from phones."""

    START = "start"
    END = "end"
    BREAK_START = "break-start"
    BREAK_END = "break-end"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS: Final = {
    Event.START: "Začátek služby",
    Event.END: "Konec služby",
    Event.BREAK_START: "Začátek přestávky",
    Event.BREAK_END: "Konec přestávky",
}


class Missing(StrEnum):
    """What a duty lacks; the values are Czech words for people."""

    START = "chybí začátek"
    END = "chybí konec"
    BREAK_START = "chybí začátek přestávky"
    BREAK_END = "chybí konec přestávky"


@dataclass(frozen=True)
class Break:
    """A break inside a duty. Without an end it lasts until the duty ends."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Duty:
    """One duty. `first` is the instant of its first event, by which duties are sorted and put into days.

    `missing` says what lacks in the order of `Missing`, each word once.
    """

    first: datetime
    start: datetime | None
    end: datetime | None
    breaks: tuple[Break, ...]
    missing: tuple[Missing, ...]

    @property
    def is_whole(self) -> bool:
        """Whether both ends are known, so that its hours count."""
        return self.start is not None and self.end is not None

    @property
    def pauses(self) -> list[Span]:
        """The breaks from–to in UTC, one without an end until the end of the duty; none of a duty that is not whole."""
        if self.start is None or self.end is None:
            return []
        return [(pause.start.astimezone(UTC), (pause.end or self.end).astimezone(UTC)) for pause in self.breaks]

    @property
    def worked(self) -> list[Span]:
        """The duty without its breaks, from–to in UTC; nothing of a duty that is not whole."""
        if self.start is None or self.end is None:
            return []
        edges = [self.start.astimezone(UTC), *chain.from_iterable(self.pauses), self.end.astimezone(UTC)]
        return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]

    def served(self, lower: datetime, upper: datetime) -> timedelta:
        """Real time on duty between two instants, without breaks; zero for a duty that is not whole."""
        return sum((time_within(start, end, lower, upper) for start, end in self.worked), timedelta(0))

    def touches(self, lower: datetime, upper: datetime) -> bool:
        """Whether the duty has time between two instants; one that is not whole is where its first instant is."""
        if self.start is None or self.end is None:
            return lower <= self.first < upper
        return self.start < upper and self.end > lower


class _Open:
    """A duty while its events are being read; `first` is the instant of the first one, `start` that of a start."""

    def __init__(self, first: datetime, start: datetime | None = None) -> None:
        self.first = first
        self.start = start
        self.breaks: list[Break] = []
        self.missing: set[Missing] = set() if start else {Missing.START}

    def take(self, event: Event, at: datetime) -> None:
        pause = self.breaks[-1] if self.breaks and self.breaks[-1].end is None else None
        if event is Event.BREAK_START:
            # Begun twice: the break lasts since the first time.
            if pause is None:
                self.breaks.append(Break(at, None))
        elif pause is not None:
            self.breaks[-1] = Break(pause.start, at)
        else:
            self.missing.add(Missing.BREAK_START)

    def closed(self, end: datetime | None) -> Duty:
        if end is None:
            self.missing.add(Missing.END)
        if self.breaks and self.breaks[-1].end is None:
            self.missing.add(Missing.BREAK_END)
        missing = tuple(word for word in Missing if word in self.missing)
        return Duty(self.first, self.start, end, tuple(self.breaks), missing)


def pair(events: Iterable[tuple[Event, datetime]]) -> list[Duty]:
    """The duties that one person's events make, in the order of time; `events` in the order of time too.

    A start always begins a new duty, so what came before it has no say in what follows. Events that come with no
    duty running, or `LONGEST` and more after it began, make a duty without a start.
    """
    duties: list[Duty] = []
    running: _Open | None = None
    for event, at in events:
        if running is not None and at - running.first >= LONGEST:
            duties.append(running.closed(None))
            running = None
        if event is Event.START:
            if running is not None:
                duties.append(running.closed(None))
            running = _Open(at, at)
        elif event is Event.END:
            duties.append((running or _Open(at)).closed(at))
            running = None
        else:
            running = running or _Open(at)
            running.take(event, at)
    if running is not None:
        duties.append(running.closed(None))
    return duties


def served(duties: Sequence[Duty], lower: datetime, upper: datetime) -> timedelta:
    """Real time on duty between two instants over all the duties."""
    return sum((duty.served(lower, upper) for duty in duties), timedelta(0))
