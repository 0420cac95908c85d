"""Integer programmes small enough to be solved in the head."""

import pytest

from patrols.integer_programme import Programme


def knapsack() -> tuple[Programme, list[int]]:
    """Things of 5, 4 and 3 kg worth 10, 7 and 6, of which 7 kg can be taken: the last two, worth 13."""
    programme = Programme()
    columns = [programme.column(integer=True, cost=-worth) for worth in (10, 7, 6)]
    programme.row(zip(columns, (5.0, 4.0, 3.0), strict=True), high=7)
    return programme, columns


def test_best_whole_solution_and_its_bound() -> None:
    programme, columns = knapsack()
    solution = programme.minimise(seconds=5, gap=0, seed=0)
    assert [solution.chosen(column) for column in columns] == [False, True, True]
    assert (solution.objective, solution.bound, solution.proven) == (-13, pytest.approx(-13), True)


def test_relaxed_solution_takes_fractions() -> None:
    """All of the first and two of the four or three kilograms of the others, whichever is worth more."""
    programme, _ = knapsack()
    assert programme.minimise(seconds=5, gap=0, seed=0, relaxed=True).objective == pytest.approx(-14)


def test_only_named_columns_are_used() -> None:
    programme, columns = knapsack()
    solution = programme.minimise(seconds=5, gap=0, seed=0, among={columns[0]})
    assert (solution.objective, solution.chosen(columns[0])) == (-10, True)


def test_start_may_leave_out_fractions() -> None:
    programme, columns = knapsack()
    rest = programme.column(upper=10, cost=1)
    programme.row([(columns[0], 1.0), (rest, 1.0)], low=3)
    watched: list[tuple[float, float]] = []
    solution = programme.minimise(
        seconds=5, gap=0, seed=0, start=[1.0], watch=lambda objective, bound: watched.append((objective, bound))
    )
    assert solution.objective == pytest.approx(-10)
    assert all(bound <= objective for objective, bound in watched)


def test_offset_and_price_count() -> None:
    programme, columns = knapsack()
    programme.offset = 100
    programme.price(columns[2], 0)
    assert programme.minimise(seconds=5, gap=0, seed=0).objective == 90


def test_column_that_comes_twice_in_a_row_counts_twice() -> None:
    programme = Programme()
    column = programme.column(upper=9, cost=-1)
    programme.row([(column, 1.0), (column, 2.0)], high=12)
    assert programme.minimise(seconds=5, gap=0, seed=0).objective == pytest.approx(-4)


def test_programme_without_a_solution_says_so() -> None:
    programme, columns = knapsack()
    programme.row([(columns[0], 1.0)], low=2)
    with pytest.raises(RuntimeError, match="Infeasible"):
        programme.minimise(seconds=5, gap=0, seed=0)
