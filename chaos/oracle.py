"""What was lost and what is there twice. Pure: knows neither the browser nor the database.

A record is recognised by its mark, a text that the harness writes into it, and not by its id: two ids for one record
would be a duplicate all the same.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Found:
    """Where marks were found after a run; a mark stands as many times as it was found.

    `server` rows of the applications and records held for a person's decision, `queue` what the phone shows as waiting
    or refused, `hidden` what lies in the phone's storage and no screen shows.
    """

    server: tuple[str, ...] = ()
    queue: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """Sorted marks. `stuck` is in the queue though nothing hinders it any more, `leaked` was shown to a stranger."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.lost or self.duplicated or self.stuck or self.leaked)


def judge(said: Iterable[str], found: Found, *, waiting: Iterable[str] = (), leaked: Iterable[str] = ()) -> Verdict:
    """The verdict on a run.

    `said` are the marks of which the phone said that they were saved; what it did not say may be anywhere or nowhere,
    yet never twice. `waiting` are those in the queue that nothing hinders.
    """
    kept = {*found.server, *found.queue}
    return Verdict(
        lost=sorted(set(said) - kept),
        duplicated=sorted(mark for mark, times in Counter(found.server).items() if times > 1),
        stuck=sorted({*waiting, *found.hidden}),
        leaked=sorted(set(leaked)),
    )
