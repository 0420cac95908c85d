"""Proposals: lawful on a hundred random teams, as good as the best there is, and with reasons."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest

from apk.calendar import Week
from patrols.labour_code import Absence, Person, Rule, check
from patrols.rostering import (
    HARD,
    Assignment,
    Candidate,
    History,
    Measure,
    Need,
    Pin,
    Progress,
    Proposal,
    Task,
    fund_of,
    present_days,
    propose,
    seconds_for,
    split_pairs,
    unfairness_of,
)
from tests.patrols.teams import (
    AFTERNOON,
    HOUR,
    LONG,
    MORNING,
    NIGHT,
    cover,
    faults,
    greedy,
    month_of,
    need,
    random_team,
    shift,
)

SPACE = "\u00a0"
MONDAY = date(2021, 6, 7)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def team(*names: str, **facts: object) -> tuple[Candidate, ...]:
    return tuple(Candidate(key=name, name=name, **facts) for name in names)


def week(needs: Iterable[Need], candidates: Iterable[Candidate], **facts: object) -> Task:
    return Task(first=MONDAY, last=day(6), needs=tuple(needs), candidates=tuple(candidates), **facts)


def plan(task: Task, **facts: object) -> Proposal:
    return propose(task, seconds=5, gap=0, **facts)


def given(proposal: Proposal) -> set[tuple[object, object]]:
    return {(assignment.candidate, assignment.need) for assignment in proposal.assignments}


def plain(text: str) -> str:
    return text.replace(SPACE, " ")


@pytest.mark.parametrize("seeds", [range(start, start + 20) for start in range(0, 100, 20)], ids=str)
def test_proposals_for_random_teams_break_no_rule(seeds: range) -> None:
    for seed in seeds:
        task = random_team(seed)
        proposal = propose(task, seconds=1, gap=0.2)
        assert list(faults(task, proposal.assignments)) == [], seed
        needs = {each.key: each.shift for each in task.needs}
        for candidate in task.candidates:
            shifts = [pin.shift for pin in candidate.pins]
            shifts += [needs[a.need] for a in proposal.assignments if a.candidate == candidate.key]
            broken = {breach.rule for breach in check(candidate.person, shifts, absences=candidate.absences)}
            assert broken.isdisjoint(HARD), seed
        assert all(len(each.obstacles) == len(task.candidates) for each in proposal.open_needs), seed
        assert sum(each.missing for each in proposal.open_needs) + len(proposal.assignments) == sum(
            each.people for each in task.needs
        ), seed


@pytest.mark.parametrize(("people", "wait"), [(1, 5), (7, 5), (8, 15), (20, 15), (21, 60), (50, 60)])
def test_search_leaves_time_for_the_rest_of_what_a_mentor_waits(people: int, wait: int) -> None:
    assert 0.8 * wait < seconds_for(people) <= 0.9 * wait


def test_checker_sees_what_is_wrong() -> None:
    """The independent checker would notice: each plan here breaks one thing."""
    needs = [need(day(n), MORNING, people=2) for n in range(7)] + [need(day(0), AFTERNOON), need(day(1), NIGHT)]
    task = week(needs, team("Adam", absences=(Absence.of_days(day(3), day(3)),), fund=60 * HOUR))

    def found(*numbers: int) -> list[str]:
        return list(faults(task, [Assignment("Adam", needs[n].key) for n in numbers]))

    assert found(0, 1, 2, 4, 5) == []
    assert found(3) == [f"Adam: absent at {needs[3].shift.start}"]
    assert f"Adam: over 12 hours from {needs[0].shift.start}" in found(0, 7)
    assert f"Adam: rest before {needs[1].shift.start}" in found(7, 1)
    assert "Adam: 48.0 hours in week (2021, 23)" in found(0, 1, 2, 4, 5, 6)
    assert "Adam: no weekly rest in week (2021, 23)" in found(*range(7))


@pytest.mark.parametrize("seed", range(25))
def test_cover_is_the_best_there_is(seed: int) -> None:
    """Against every plan that two people can have in a few days."""
    dice = random.Random(seed)
    times = [MORNING, AFTERNOON, NIGHT, LONG, ("7:00", "9:00")]
    needs = [
        replace(need(day(dice.randrange(5)), dice.choice(times), weight=dice.choice((1, 2, 3.5))), key=number)
        for number in range(5)
    ]
    absent = day(dice.randrange(5))
    candidates = (*team("Adam", absences=(Absence.of_days(absent, absent),)), *team("Bára", fund=16 * HOUR))
    task = week(needs, candidates, split_shifts=True)
    best = max(cover(task, assignments) for assignments in every_plan(task) if not list(faults(task, assignments)))
    proposal = plan(task)
    assert cover(task, proposal.assignments) == pytest.approx(best)
    assert (proposal.covered, proposal.proven) == (pytest.approx(best), True)


def every_plan(task: Task) -> Iterator[list[Assignment]]:
    for chosen in product([None, *(candidate.key for candidate in task.candidates)], repeat=len(task.needs)):
        yield [Assignment(key, each.key) for key, each in zip(chosen, task.needs, strict=True) if key is not None]


def test_beats_a_greedy_rota_on_cover_and_fairness() -> None:
    """The month of a team of seven with a bit more to do than they can."""
    task = month_of(7)
    proposal, by_hand = propose(task, seconds=40), greedy(task)
    assert list(faults(task, proposal.assignments)) == []
    assert list(faults(task, by_hand)) == []
    assert cover(task, proposal.assignments) > cover(task, by_hand)
    assert proposal.unfairness < unfairness_of(task, by_hand) / 2
    assert len(split_pairs(task, proposal.assignments)) < len(split_pairs(task, by_hand))
    assert proposal.cover_gap < 0.01


def test_same_seed_gives_the_same_plan() -> None:
    task = random_team(7)
    assert given(plan(task, seed=3)) == given(plan(task, seed=3))


def test_heavier_need_is_filled_first() -> None:
    light, heavy = need(day(0), MORNING, "Hrušov", weight=1), need(day(0), MORNING, "Jílová", weight=2)
    proposal = plan(week([light, heavy], team("Adam")))
    assert given(proposal) == {("Adam", heavy.key)}
    assert [each.need for each in proposal.open_needs] == [light.key]
    assert proposal.covered == pytest.approx(2 / 3)


def test_open_need_says_why_nobody_can_take_it() -> None:
    away = Absence.of_days(day(0), day(2), "dovolená")
    candidates = (
        *team("Adam", absences=(away,)),
        *team("Bára", pins=(Pin(shift(day(0), MORNING)),)),
        *team("Cyril", pins=(Pin(shift(day(0), ("4:00", "8:00"))),)),
        *team("Dana", person=Person(until=day(0) - timedelta(days=1))),
        *team("Emil", fund=7 * HOUR),
        *team("Filip", person=Person(credited={Week.of(MONDAY): 33 * HOUR})),
    )
    [open_need] = plan(week([need(day(0), AFTERNOON)], candidates)).open_needs
    assert {obstacle.candidate: obstacle.kind for obstacle in open_need.obstacles} == {
        "Adam": "dovolená",
        "Bára": "odpočinek mezi směnami",
        "Cyril": "odpočinek mezi směnami",
        "Dana": "není v zaměstnání",
        "Emil": "vyčerpané hodiny období",
        "Filip": "vyčerpané hodiny týdne",
    }
    assert plain(open_need.sentence) == (
        "Jílová, po 7. 6. 2021 14:00–22:00: chybí 1 asistent. Odpočinek mezi směnami: Bára a Cyril; dovolená: Adam; "
        "není v zaměstnání: Dana; vyčerpané hodiny období: Emil; vyčerpané hodiny týdne: Filip."
    )
    assert plain(open_need.obstacles[0].sentence) == "Adam má v tu dobu nepřítomnost (dovolená 7.–9. 6. 2021)."


def test_weekly_rest_is_a_reason() -> None:
    """Six short days and a seventh."""
    needs = [need(day(n), ("8:00", "12:00")) for n in range(7)]
    proposal = plan(week(needs, team("Adam")))
    assert len(proposal.assignments) == 6
    assert proposal.open_needs[0].obstacles[0].kind == "odpočinek v týdnu"


@pytest.mark.parametrize(
    ("times", "kind"),
    [(("6:00", "18:30"), "délka směny (§ 83)"), (("20:00", "5:00"), "noční práce (§ 94)")],
)
def test_need_that_nobody_may_fill_alone(times: tuple[str, str], kind: str) -> None:
    [open_need] = plan(week([need(day(0), times)], team("Adam"))).open_needs
    assert plain(open_need.obstacles[0].kind) == kind


def test_night_when_clocks_go_back_is_too_long_and_the_one_in_spring_is_not() -> None:
    for sunday, covered in ((date(2021, 10, 31), 0), (date(2021, 3, 28), 1)):
        saturday = sunday - timedelta(days=1)
        task = Task(first=saturday, last=sunday, needs=(need(saturday, NIGHT),), candidates=team("Adam"))
        # The fund of two days is shorter than a shift.
        task = replace(task, candidates=team("Adam", fund=40 * HOUR))
        assert plan(task).covered == covered


def test_pins_stay_and_count() -> None:
    """Adam is pinned to the morning, so the other place of it goes to Bára, who else would be as good."""
    morning = need(day(0), MORNING, people=2)
    candidates = (*team("Adam", pins=(Pin(shift(day(0), MORNING), morning.key),)), *team("Bára"))
    proposal = plan(week([morning], candidates))
    assert given(proposal) == {("Bára", morning.key)}
    assert (proposal.open_needs, proposal.conflicts, proposal.covered) == ((), (), 1)


def test_conflicts_among_pins_are_named_and_the_rest_is_planned() -> None:
    morning = need(day(3), MORNING)
    crowd = need(day(1), MORNING, "Hrušov")
    candidates = (
        *team("Adam", pins=(Pin(shift(day(0), MORNING)), Pin(shift(day(0), ("13:00", "20:00"))))),
        *team("Bára", pins=(Pin(shift(day(1), MORNING), crowd.key),), fund=4 * HOUR),
        *team("Cyril", pins=(Pin(shift(day(1), MORNING), crowd.key),), person=Person(until=day(0)), fund=8 * HOUR),
        *team("Dana"),
    )
    proposal = plan(week([morning, crowd], candidates))
    assert given(proposal) < {("Adam", morning.key), ("Dana", morning.key)}
    assert len(proposal.assignments) == 1
    assert [plain(conflict.sentence) for conflict in proposal.conflicts] == [
        "Adam: Směny po 7. 6. 2021 6:00–14:00 a po 7. 6. 2021 13:00–20:00 se překrývají o 1 h.",
        "Adam: Směna po 7. 6. 2021 6:00–14:00 + po 7. 6. 2021 13:00–20:00 má 14 h práce, nejvýš smí mít 12 h.",
        (
            "Adam: Do 24 h od začátku směny po 7. 6. 2021 6:00–14:00 + po 7. 6. 2021 13:00–20:00: nejdelší odpočinek "
            "vcelku má 10 h, nejméně má mít 11 h."
        ),
        "Bára: pevné směny mají 8 h, v období smí mít 4 h.",
        "Cyril: v době pevné směny út 8. 6. 2021 6:00–14:00 není v zaměstnání.",
        "Hrušov, út 8. 6. 2021 6:00–14:00: pevně určeni jsou Bára a Cyril, potřeba je 1.",
    ]
    assert {conflict.rule for conflict in proposal.conflicts} == {
        Rule.OVERLAP, Rule.LONG_WORK, Rule.REST_FROM_START, None,
    }  # fmt: skip


def test_pair_works_together() -> None:
    """Two places a day, three days, four people; Adam and Dana are a pair."""
    needs = [need(day(n), MORNING, people=2) for n in range(3)]
    task = week(needs, team("Adam", "Bára", "Cyril", "Dana"), pairs=(("Adam", "Dana"),))
    proposal = plan(task)
    days = {key: {n for who, n in given(proposal) if who == key} for key in ("Adam", "Dana")}
    assert days["Adam"] == days["Dana"]
    assert split_pairs(task, proposal.assignments) == []
    assert split_pairs(task, [Assignment("Adam", needs[0].key)]) == [("Adam", "Dana")]


def test_pair_shares_the_locality() -> None:
    """Two needs at the same time, two places each: the pair is in one of them whatever the order of people."""
    needs = [need(day(0), MORNING, "Hrušov", people=2), need(day(0), MORNING, "Jílová", people=2)]
    proposal = plan(week(needs, team("Adam", "Bára", "Cyril", "Dana"), pairs=(("Adam", "Dana"), ("Bára", "Cyril"))))
    place = dict(given(proposal))
    assert place["Adam"] == place["Dana"] != place["Bára"] == place["Cyril"]


@pytest.mark.parametrize(
    ("measure", "times", "number"),
    [(Measure.NIGHTS, NIGHT, 1), (Measure.WEEKENDS, MORNING, 5), (Measure.HOURS, MORNING, 1)],
)
def test_who_did_more_in_the_last_months_gets_less(measure: Measure, times: tuple[str, str], number: int) -> None:
    done = {
        Measure.NIGHTS: History(90, 480 * HOUR, nights=9),
        Measure.WEEKENDS: History(90, 480 * HOUR, nights=5, weekends=9),
        Measure.HOURS: History(90, 520 * HOUR, nights=5),
    }[measure]
    candidates = (*team("Adam", history=done), *team("Bára", history=History(90, 480 * HOUR, nights=5)))
    assert given(plan(week([need(day(number), times)], candidates))) == {("Bára", need(day(number), times).key)}


def test_half_time_has_half_the_share() -> None:
    needs = [need(day(n), ("8:00", "12:00")) for n in range(3)]
    candidates = (*team("Adam"), *team("Bára", person=Person(Decimal("0.5"))))
    proposal = plan(week(needs, candidates))
    assert [share.planned[Measure.HOURS] * 8 for share in proposal.shares] == [8, 4]
    assert plain(proposal.shares[1].sentence) == (
        "Bára: hodiny 4 (s minulými měsíci 4, spravedlivý podíl 4), noci 0 (s minulými měsíci 0, spravedlivý podíl 0), "
        "víkendy 0 (s minulými měsíci 0, spravedlivý podíl 0), svátky 0 (s minulými měsíci 0, spravedlivý podíl 0)."
    )


def test_fund_is_weekly_hours_for_days_present() -> None:
    [candidate] = team("Adam", person=Person(Decimal("0.5"), since=day(1)))
    away = replace(candidate, absences=(Absence.of_days(day(5), day(9)),))
    task = week([], [candidate])
    assert fund_of(candidate, task) / HOUR == pytest.approx(20 * 6 / 7)
    assert present_days(away, MONDAY, day(6)) == 4
    assert fund_of(replace(candidate, fund=30 * HOUR), task) == 30 * HOUR
    change = date(2021, 10, 31)
    assert present_days(replace(candidate, absences=(Absence.of_days(change, change),)), change, change) == 0


def test_progress_is_told() -> None:
    told: list[Progress] = []
    propose(month_of(7, days=7), seconds=5, progress=told.append)
    assert [each.phase for each in told][:2] == ["příprava", "nejlepší možné pokrytí"]
    assert told[-1].phase == "rozdělování směn"
    assert [each.seconds for each in told] == sorted(each.seconds for each in told)
    assert 0 <= told[-1].gap <= 1


@pytest.mark.parametrize("task", [week([], team("Adam")), week([need(day(0), MORNING)], [])], ids=["needs", "people"])
def test_nothing_to_do_and_nobody_to_do_it(task: Task) -> None:
    proposal = plan(task)
    assert proposal.assignments == ()
    assert len(proposal.open_needs) == len(task.needs)
    assert [plain(each.sentence) for each in proposal.open_needs] == [
        "Jílová, po 7. 6. 2021 6:00–14:00: chybí 1 asistent." for _ in task.needs
    ]


@pytest.mark.parametrize(
    "task",
    [
        week([need(day(0), MORNING), need(day(0), MORNING)], team("Adam")),
        week([], team("Adam", "Adam")),
        week([need(day(0), MORNING, people=0)], team("Adam")),
        week([need(day(0), MORNING, weight=0)], team("Adam")),
    ],
    ids=["need twice", "person twice", "nobody needed", "no weight"],
)
def test_nonsense_is_refused(task: Task) -> None:
    with pytest.raises(ValueError, match=r"twice|at least one"):
        propose(task)
