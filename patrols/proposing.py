"""Working out a proposal: reads the people, needs and shifts, asks `rostering`, and keeps its answer as JSON."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from redis.exceptions import RedisError

from apk import czech
from apk.calendar import Week, hours
from apk.localities.models import Locality
from apk.people.models import Assistant, Mentorship, User
from apk.refusal import Refused
from patrols import labour_code, rostering
from patrols.cover import gaps_within
from patrols.labour_code import Limits, averaging_period, planned_breaks
from patrols.models import Absence, LegalLimit, Pair, Proposal, Shift
from patrols.planning import days_of, employed_days
from patrols.rostering import Candidate, History, Need, Pin, Task
from patrols.rules import as_the_law_sees, persons_of, planned_shifts, weeks_that_count
from patrols.steps import Lost, Outcome, Wish, grant, on_clocks
from patrols.urgency import urgency
from patrols.working_hours import seconds_by_week

log = structlog.get_logger(__name__)

A_WEEK = timedelta(weeks=1)
HISTORY = timedelta(days=92)
"""How far back the shares of nights, weekends and hours are counted."""
KEPT_SECONDS = 3600


def build(proposal_id: int, most: float = rostering.MOST_PATIENCE) -> None:
    """Works the proposal out. Does nothing when somebody else does or it is finished.

    It takes the time of `rostering.seconds_for` its people, at most `most` seconds. It may be called any number of
    times, at once and from anywhere. Whatever is raised leaves it to be claimed again.
    """
    proposal = Proposal.objects.select_related("requested_by").get(pk=proposal_id)
    with proposal.sole_builder() as alone:
        if not alone or not proposal.claim():
            log.info("proposal_left_alone", proposal=proposal_id, state=proposal.state)
            return
        mentor = proposal.requested_by
        if mentor is None:
            raise AssertionError("a proposal is always somebody's")
        asked = task_of(mentor, proposal.first, proposal.last)
        seconds = min(rostering.seconds_for(len(asked.candidates)), most)
        answer = rostering.propose(
            asked, seconds=seconds, progress=lambda progress: note(proposal.pk, progress.seconds / seconds)
        )
        proposal.finish(result_of(asked, answer))
        log.info("proposal_done", proposal=proposal_id, covered=answer.covered, seconds=answer.seconds)


def note(pk: int, share: float) -> None:
    """Remembers how far the search is, at most; without a cache the page merely shows none."""
    try:
        cache.set(f"proposal-{pk}-progress", min(int(share * 100), 99), KEPT_SECONDS)
    except RedisError as error:
        log.warning("progress_not_noted", proposal=pk, error=str(error))


def progress_of(pk: int) -> int:
    """In percent, 0 when nothing is known."""
    try:
        return int(cache.get(f"proposal-{pk}-progress", 0))
    except RedisError as error:
        log.warning("progress_not_read", proposal=pk, error=str(error))
        return 0


def task_of(mentor: User, first: date, last: date) -> Task:
    """What is open on those days and whom the mentor may give it to. Shifts that are in the plan stay as they are."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    people = list(
        Assistant.objects.visible_to(mentor).employed_within(first, last).select_related("user").order_by("pk")
    )
    led = days_of(Mentorship.objects.filter(mentor__user=mentor), people, days) & employed_days(people, days)
    people = [person for person in people if any((person.pk, day) in led for day in days)]
    level = urgency(first)
    limits = LegalLimit.objects.in_force(first, first)[0].limits
    needs = tuple(
        Need(
            key=(gap.need.locality_id, gap.need.pk, gap.day),
            locality=gap.need.locality.name,
            start=gap.start,
            end=gap.end,
            people=gap.missing,
            weight=gap.need.weight * (1 + level.get(gap.need.locality_id, 0)),
            breaks=planned_breaks(gap.start, gap.end, limits),
        )
        for gap in gaps_within(first, last)
    )
    return Task(
        first=first,
        last=last,
        needs=needs,
        candidates=tuple(candidates(people, led, days, limits)),
        pairs=tuple(
            Pair.objects.within(first, last).filter(one__in=people, other__in=people).values_list("one", "other")
        ),
        limits=limits,
    )


def candidates(
    people: Sequence[Assistant], led: set[tuple[int, date]], days: Sequence[date], limits: Limits
) -> Iterable[Candidate]:
    """The people as the search sees them. Six queries."""
    first, last = days[0], days[-1]
    window = Week.of(first - A_WEEK).first_day, Week.of(last + A_WEEK).last_day
    pins: dict[int, list[Pin]] = defaultdict(list)
    for person_key, rows in planned_shifts(Shift.objects.filter(assistant__in=people).starting_within(*window)).items():
        pins[person_key] += [Pin(as_the_law_sees(row, limits)) for row in rows]
    away: dict[int, list[labour_code.Absence]] = defaultdict(list)
    for absence in Absence.objects.standing().within(*window).filter(assistant__in=people):
        away[absence.assistant_id].append(labour_code.Absence.of_days(absence.first, absence.last))
    for person in people:
        for day in days:
            if (person.pk, day) not in led:
                away[person.pk].append(labour_code.Absence.of_days(day, day, "vede jiný mentor"))
    credited = seconds_by_week(people, *weeks_that_count(first, last, limits), outside=window, limits=limits)
    persons = persons_of(people, *averaging_period(Week.of(last), limits), credited)
    past = histories(people, first - HISTORY, first - timedelta(days=1), persons, limits)
    for person in people:
        yield Candidate(
            key=person.pk,
            name=person.user.full_name,
            person=persons[person.pk],
            absences=tuple(away[person.pk]),
            pins=tuple(pins[person.pk]),
            history=past[person.pk],
        )


def histories(
    people: Sequence[Assistant],
    first: date,
    last: date,
    persons: dict[int, labour_code.Person],
    limits: Limits,
) -> dict[int, History]:
    """What each has done between two days, both included. Two queries."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    present: dict[int, int] = defaultdict(int)
    for person, _ in employed_days(people, days):
        present[person] += 1
    done = planned_shifts(Shift.objects.filter(assistant__in=people).starting_within(first, last))
    return {
        person.pk: rostering.history_of(
            (as_the_law_sees(row, limits) for row in done.get(person.pk, ())),
            presence=present[person.pk] * float(persons[person.pk].fte),
            limits=limits,
        )
        for person in people
    }


def result_of(task: Task, answer: rostering.Proposal) -> dict[str, Any]:
    """The answer as JSON: shifts by person and time, what stays open with its reasons, shares, conflicts, figures."""
    needs = {need.key: need for need in task.needs}
    names = {candidate.key: candidate.name for candidate in task.candidates}
    shifts = [
        {
            "assistant": assignment.candidate,
            "locality": needs[assignment.need].key[0],  # type: ignore[index]  # keys are made by `task_of`
            "start": needs[assignment.need].start.isoformat(),
            "end": needs[assignment.need].end.isoformat(),
        }
        for assignment in answer.assignments
    ]
    shifts.sort(key=lambda shift: (names[shift["assistant"]], shift["start"]))
    return {
        "shifts": shifts,
        "open": [
            {
                "need": needs[each.need].text,
                "missing": each.missing,
                "sentence": each.sentence,
                "obstacles": [obstacle.sentence for obstacle in each.obstacles],
            }
            for each in answer.open_needs
        ],
        "shares": [share.sentence for share in answer.shares],
        "pairs": pair_sentences(task, answer),
        "conflicts": [conflict.sentence for conflict in answer.conflicts],
        "covered": round(answer.covered, 4),
        "cover_gap": round(answer.cover_gap, 4),
        "fairness_gap": round(answer.fairness_gap, 4),
        "seconds": round(answer.seconds, 1),
    }


def pair_sentences(task: Task, answer: rostering.Proposal) -> list[str]:
    """„Dvojice Jana Malá a Petr Nový: spolu 8 směn, rozděleně 1.", of times when two are needed."""
    names = {candidate.key: candidate.name for candidate in task.candidates}
    apart = rostering.split_pairs(task, answer.assignments)
    taken: dict[Hashable, set[Hashable]] = defaultdict(set)
    for assignment in answer.assignments:
        taken[assignment.candidate].add(assignment.need)
    return [
        f"Dvojice {names[one]} a {names[other]}: spolu "
        f"{czech.counted(len(taken[one] & taken[other]), 'směna', 'směny', 'směn')}, "
        f"kde mají být dva, rozděleně {apart.count((one, other)) + apart.count((other, one))}."
        for one, other in task.pairs
    ]


@transaction.atomic
def take(proposal: Proposal, chosen: Iterable[int], *, by: User, now: datetime) -> Outcome:
    """Adds the chosen shifts of a proposal, by their order in it, to the plan as one step; none is an answer, too.

    What the mentor cannot see any more is left out and named. Raises Refused when it was taken over already.
    """
    if not proposal.take(now=now):
        raise Refused("Tento návrh už je vyřízený. Nechte si udělat nový.")
    shifts = proposal.shifts
    picked = [shifts[number] for number in sorted(set(chosen)) if 0 <= number < len(shifts)]
    people = {person.pk: person for person in Assistant.objects.visible_to(by).select_related("user")}
    places = Locality.objects.visible_to(by).in_bulk()
    wishes: list[Wish] = []
    lost: list[tuple[Lost, str]] = []
    for shift in picked:
        times = datetime.fromisoformat(shift["start"]), datetime.fromisoformat(shift["end"])
        day, clock = Shift(start=times[0], end=times[1]).starts_on, on_clocks(*times)
        person, place = people.get(shift["assistant"]), places.get(shift["locality"])
        if person is None:
            lost.append((Lost("směna bez člověka", day, clock), "Asistent už nepatří mezi ty, které vedete."))
        elif place is None:
            lost.append((Lost(str(person), day, clock), "Navržená lokalita už neexistuje."))
        else:
            wishes.append(Wish(person, place, day, clock, times))
    outcome = grant(by, wishes, "Převzato z návrhu")
    return replace(outcome, left_out=(*lost, *outcome.left_out))


def shown(proposal: Proposal, by: User) -> list[tuple[int, Assistant, Shift]]:
    """The shifts of a proposal with their numbers, as pages show them. Two queries."""
    people = {person.pk: person for person in Assistant.objects.visible_to(by).select_related("user")}
    places = Locality.objects.visible_to(by).filter(Q(pk__in={each["locality"] for each in proposal.shifts}))
    by_key = places.in_bulk()
    rows = []
    for number, shift in enumerate(proposal.shifts):
        person = people.get(shift["assistant"])
        if person is not None and shift["locality"] in by_key:
            made = Shift(
                locality=by_key[shift["locality"]],
                start=datetime.fromisoformat(shift["start"]),
                end=datetime.fromisoformat(shift["end"]),
            )
            rows.append((number, person, made))
    return rows


def total_hours_of(rows: Iterable[tuple[int, Assistant, Shift]]) -> str:
    return f"{czech.number(hours(sum((shift.length for _, _, shift in rows), timedelta(0))))} h"
