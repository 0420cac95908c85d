"""When a record really happened, judged from a phone's clock and ours. Pure.

A phone says twice what its clock shows: when the record was saved, and when the batch is sent. The second, held
against the server's clock, tells how far the phone's clock is behind; it includes the way through the network.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from apk.sync.protocol import Refused

# A difference up to this long is mostly the way through a slow network, and the phone is believed.
TOLERANCE: Final = timedelta(minutes=2)
# A clock further off than this is shown to a person.
WRONG: Final = timedelta(minutes=5)
# Phones wait for signal for weeks; what claims to be older than this was written by a clock that had stopped.
OLDEST: Final = timedelta(days=400)


def happened_at(recorded_at: datetime, skew: timedelta, received_at: datetime) -> datetime:
    """The moment of a record, in UTC, at most `received_at`.

    `skew` is how far the phone's clock was behind the server's when it sent the record; within `TOLERANCE` it is
    disregarded. Raises Refused when the moment has not come yet or is older than `OLDEST`.
    """
    try:
        moment = recorded_at.astimezone(UTC) + (skew if abs(skew) > TOLERANCE else timedelta(0))
    except OverflowError as error:
        raise Refused("Čas záznamu nedává smysl. Zkontrolujte v telefonu datum a čas.") from error
    if moment > received_at + TOLERANCE:
        raise Refused("Čas záznamu je v budoucnosti. Zkontrolujte v telefonu datum a čas.")
    if moment < received_at - OLDEST:
        raise Refused("Čas záznamu je starší než rok. Zkontrolujte v telefonu datum a čas.")
    return min(moment, received_at)
