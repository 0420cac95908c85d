"""What one seed decides: which records are made, where the connection breaks, what else happens and when. Pure.

The same seed gives the same schedule for ever, as long as this file does not change; what the browser, the kernel and
the server make of it in the meantime is up to them.
"""

import random
from dataclasses import dataclass
from enum import StrEnum

MOST_FAULTS = 3
SMALL_PHOTO, LARGE_PHOTO, HUGE_PHOTO = 64, 320, 1000  # pixels to a side of noise: 3, 57 and 550 kB


class Target(StrEnum):
    """Which request of the phone."""

    SESSION = "session"
    RECORDS = "records"
    PHOTO = "photo"
    DATA = "data"


class Break(StrEnum):
    """What the connection does to one request."""

    REFUSED = "cut before headers"
    HEADERS = "cut in headers"
    BODY = "cut in body"
    COMMITTED = "cut after commit"
    RESPONSE = "cut in response"
    DELAYED = "delayed"
    BUSY = "503"
    GATEWAY = "502"
    PORTAL = "a network's own page"
    TWICE = "sent twice"
    STALE = "stale CSRF token"


class Moment(StrEnum):
    """When during a request the blow falls."""

    BEFORE = "before the server"
    DURING = "in the server's transaction"
    AFTER = "after commit"


class Blow(StrEnum):
    """What befalls the phone or the server once in a run."""

    NOTHING = "only the network"
    OFFLINE = "offline while saving"
    TAB = "tab closed"
    RENDERER = "renderer killed"
    BROWSER = "browser killed"
    WEB = "web server killed"
    WORKER = "web worker killed"
    DATABASE_STOPPED = "database stopped"
    DATABASE_CRASHED = "database crashed"
    DOUBLE_TAP = "double tap"
    TABS = "two tabs"
    TABS_UNLOCKED = "two tabs without Web Locks"
    SESSION = "session expired"
    OTHER = "another person signed in"
    TOKEN = "CSRF rotated"
    UPDATE = "service worker updated"
    SCHEMA_OLD = "queue of an older schema"
    SCHEMA_NEW = "schema upgraded by another tab"
    FULL = "storage full"
    CLOCK = "wrong clock"
    POISON = "poison among good"


class Kind(StrEnum):
    """What the assistant writes down."""

    FINDING = "finding"
    ACTIVITY = "activity"
    ATTENDANCE = "attendance"
    CORRECTION = "correction"
    POISON = "poison"


# These happen to the application's own screens, or need its service worker, or a browser of their own.
ON_SCREEN = frozenset({Blow.DOUBLE_TAP})
WITH_WORKER = frozenset({Blow.UPDATE})
WITH_OWN_BROWSER = frozenset({Blow.BROWSER})
# Servers that must come back take a second or two, a browser too: they are drawn less often.
WEIGHTS = {
    Blow.NOTHING: 12,
    Blow.BROWSER: 5,
    Blow.WEB: 3,
    Blow.DATABASE_STOPPED: 4,
    Blow.DATABASE_CRASHED: 4,
    Blow.UPDATE: 4,
}
USUAL_WEIGHT = 6
# At which blows a moment within a request means anything.
TIMED = frozenset(
    {
        Blow.TAB,
        Blow.RENDERER,
        Blow.BROWSER,
        Blow.WEB,
        Blow.WORKER,
        Blow.DATABASE_STOPPED,
        Blow.DATABASE_CRASHED,
        Blow.SESSION,
        Blow.OTHER,
        Blow.TOKEN,
        Blow.SCHEMA_NEW,
    }
)
CLOCK_ERRORS = (-26 * 3600, -86_400, -3_600, -360, 360, 5_400, 86_400, 40 * 86_400)


@dataclass(frozen=True)
class Fault:
    """One request of `target` meets `breakage`; `share` is how much of it goes through where it is cut half way."""

    target: Target
    breakage: Break
    share: float


@dataclass(frozen=True)
class Record:
    """One record to be made; `photo` is the side of its photo in pixels, 0 for none."""

    kind: Kind
    photo: int


@dataclass(frozen=True)
class Schedule:
    """Everything about one run. `clock` is how many seconds the phone's clock is ahead."""

    seed: int
    blow: Blow
    on_screen: bool
    with_worker: bool
    own_browser: bool
    records: tuple[Record, ...]
    faults: tuple[Fault, ...]
    moment: Moment
    moment_target: Target
    offline: bool
    clock: int


def schedule(seed: int) -> Schedule:
    """The schedule of a seed."""
    chance = random.Random(seed)
    blow = chance.choices(list(Blow), [WEIGHTS.get(blow, USUAL_WEIGHT) for blow in Blow])[0]
    on_screen = blow in ON_SCREEN or (blow not in (Blow.POISON, Blow.SCHEMA_OLD) and chance.random() < 0.15)
    records = _records(chance, blow, most=2 if on_screen else 3)
    has_photo = any(record.photo for record in records)
    return Schedule(
        seed=seed,
        blow=blow,
        on_screen=on_screen,
        with_worker=blow in WITH_WORKER,
        own_browser=blow in WITH_OWN_BROWSER,
        records=records,
        faults=_faults(chance, blow, has_photo=has_photo),
        moment=chance.choice(list(Moment)),
        moment_target=Target.PHOTO if has_photo and chance.random() < 0.3 else Target.RECORDS,
        offline=blow is Blow.OFFLINE or chance.random() < 0.2,
        clock=chance.choice(CLOCK_ERRORS) if blow is Blow.CLOCK else 0,
    )


def _records(chance: random.Random, blow: Blow, most: int) -> tuple[Record, ...]:
    kinds = [Kind.FINDING, Kind.FINDING, Kind.FINDING, Kind.ACTIVITY, Kind.ATTENDANCE, Kind.CORRECTION]
    made = []
    for _ in range(chance.randint(1, most)):
        kind = chance.choice(kinds)
        photo = chance.choice([0, 0, SMALL_PHOTO, LARGE_PHOTO]) if kind is Kind.FINDING else 0
        made.append(Record(kind, photo))
    if blow is Blow.FULL:
        made.insert(0, Record(Kind.FINDING, HUGE_PHOTO))
    if blow is Blow.POISON:
        made.insert(chance.randint(0, len(made)), Record(Kind.POISON, 0))
    return tuple(made[:most] if blow is not Blow.POISON else made)


def _faults(chance: random.Random, blow: Blow, *, has_photo: bool) -> tuple[Fault, ...]:
    least = 1 if blow is Blow.NOTHING else 0
    targets = [Target.RECORDS] * 4 + [Target.SESSION, Target.DATA] + [Target.PHOTO] * (3 if has_photo else 0)
    faults: list[Fault] = []
    for _ in range(chance.randint(least, MOST_FAULTS)):
        target, breakage = chance.choice(targets), chance.choice(list(Break))
        if breakage is Break.BODY and target in (Target.SESSION, Target.DATA):
            breakage = Break.HEADERS  # these requests have no body
        if breakage is Break.STALE and target in (Target.SESSION, Target.DATA):
            breakage = Break.DELAYED  # nor do these carry a token
        # What a server orders to wait is obeyed: more than one such pause would make a run long, not harder.
        if breakage is Break.BUSY and any(fault.breakage is Break.BUSY for fault in faults):
            breakage = Break.COMMITTED
        faults.append(Fault(target, breakage, round(chance.uniform(0.05, 0.95), 2)))
    return tuple(faults)
