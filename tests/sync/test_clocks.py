"""When something really happened, by two clocks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apk.calendar import Month
from apk.sync.clocks import OLDEST, TOLERANCE, happened_at
from apk.sync.protocol import Refused
from tests.factories import local

NOW = datetime(2026, 4, 5, 8, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=3)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("recorded_at", "skew", "expected"),
    [
        (EARLIER, timedelta(0), EARLIER),
        (EARLIER, TOLERANCE, EARLIER),
        (EARLIER, -TOLERANCE, EARLIER),
        (EARLIER, TOLERANCE + SECOND, EARLIER + TOLERANCE + SECOND),
        (EARLIER, -TOLERANCE - SECOND, EARLIER - TOLERANCE - SECOND),
        # A phone switched on with the clock at the beginning of time.
        (datetime(1970, 1, 1, 5, tzinfo=UTC), NOW - datetime(1970, 1, 1, 6, tzinfo=UTC), NOW - timedelta(hours=1)),
        # A little ahead of us: it cannot have been found after it arrived.
        (NOW + TOLERANCE, timedelta(0), NOW),
        (NOW - OLDEST, timedelta(0), NOW - OLDEST),
    ],
)
def test_happened_at(recorded_at: datetime, skew: timedelta, expected: datetime) -> None:
    assert happened_at(recorded_at, skew, NOW) == expected


@pytest.mark.parametrize(
    ("recorded_at", "skew", "reason"),
    [
        (NOW + TOLERANCE + SECOND, timedelta(0), "Čas záznamu je v budoucnosti. Zkontrolujte v telefonu datum a čas."),
        (NOW, timedelta(days=1), "Čas záznamu je v budoucnosti. Zkontrolujte v telefonu datum a čas."),
        (
            NOW - OLDEST - SECOND,
            timedelta(0),
            "Čas záznamu je starší než rok. Zkontrolujte v telefonu datum a čas.",
        ),
        (
            datetime(9999, 12, 31, tzinfo=UTC),
            timedelta(days=2),
            "Čas záznamu nedává smysl. Zkontrolujte v telefonu datum a čas.",
        ),
        (
            datetime(1, 1, 2, tzinfo=UTC),
            timedelta(days=-2),
            "Čas záznamu nedává smysl. Zkontrolujte v telefonu datum a čas.",
        ),
    ],
)
def test_impossible_times_are_refused(recorded_at: datetime, skew: timedelta, reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        happened_at(recorded_at, skew, NOW)
    assert refusal.value.reason == reason


def test_the_month_follows_the_corrected_time() -> None:
    """Found at 23:59 on the last of April by a phone that is ten minutes ahead and thinks it is May."""
    recorded_at, now = local(2026, 5, 1, 0, 9), local(2026, 5, 1, 8)
    assert Month.of(happened_at(recorded_at, timedelta(minutes=-10), now)) == Month(2026, 4)


@given(
    st.timedeltas(timedelta(0), timedelta(days=100)),
    st.timedeltas(timedelta(days=-9000), timedelta(days=9000)),
)
def test_a_wrong_clock_changes_nothing_when_it_stays_wrong(age: timedelta, error: timedelta) -> None:
    """Whatever the phone's clock is off by, the record happened when it did, to within the tolerance."""
    truth = NOW - age
    assert abs(happened_at(truth - error, error, NOW) - truth) <= TOLERANCE
