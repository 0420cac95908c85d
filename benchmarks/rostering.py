"""How long the proposal of a month takes, and how far it may be from the best.

The gaps are proven by the solver's bound. The yardstick is the greedy rota of the same month: its time, the needs that
it covers, the unfairness that it leaves. Then what the rules of the Labour Code cost a whole month of 50 people.
"""

import time
from collections.abc import Callable
from typing import TypeVar

from patrols.labour_code import Person, Shift, check
from patrols.rostering import propose, seconds_for, unfairness_of
from tests.patrols.teams import cover, faults, greedy, month_of

T = TypeVar("T")

SIZES = 7, 20, 50
"""People of a team; each is searched for as long as the worker would."""


def run() -> None:
    """Prints a line for each size of a team, and one for the rules."""
    print("\nProposing a month of 31 days; a gap of 0 % is a proven optimum")
    print("people  limit   time    cpu | cover    gap  unfairness    gap | greedy:  time   cover  unfairness")
    for people in SIZES:
        measure(people, seconds_for(people))
    rules()


def measure(people: int, seconds: float) -> None:
    task = month_of(people)
    (proposal, elapsed), cpu = timed(lambda: timed(lambda: propose(task, seconds=seconds)), time.process_time)
    by_hand, by_hand_elapsed = timed(lambda: greedy(task))
    assert not list(faults(task, proposal.assignments)), "a rule is broken"
    print(
        f"{people:6} {seconds:5.1f}s {elapsed:5.1f}s {cpu:4.1f}s |{proposal.covered:6.1%} {proposal.cover_gap:6.2%} "
        f"{proposal.unfairness:11.1f} {proposal.fairness_gap:6.2%} |        {by_hand_elapsed:5.1f}s  "
        f"{cover(task, by_hand):6.1%} {unfairness_of(task, by_hand):11.1f}"
    )


def rules() -> None:
    """All rules for 50 people and 31 days, beside building the same shifts."""
    needs = month_of(7).needs
    mornings = [need for need in needs if need.start.hour == 4 and need.shift.day.weekday() < 5]

    def build() -> list[Shift]:
        return [Shift(key=number, start=need.start, end=need.end) for number, need in enumerate(mornings)]

    shifts = build()
    _, built = timed(lambda: [build() for _ in range(50)])
    _, checked = timed(lambda: [check(Person(), shifts) for _ in range(50)])
    print(
        f"labour code, 50 people × {len(shifts)} shifts: {checked * 1000:.0f} ms, {checked / built:.1f} × building them"
    )


def timed(work: Callable[[], T], clock: Callable[[], float] = time.perf_counter) -> tuple[T, float]:
    started = clock()
    return work(), clock() - started
