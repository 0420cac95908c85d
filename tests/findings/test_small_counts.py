"""What is published, against somebody who tries every table that it could be."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from findings.small_counts import LEAST, published

counts = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9), min_size=1)


@settings(max_examples=150)
@given(counts=counts)
def test_nobody_can_work_a_small_count_out(counts: dict[str, int]) -> None:
    told = published(counts)
    hidden = [key for key, count in told.rows.items() if count is None]
    assert all(told.rows[key] in (None, count) for key, count in counts.items())
    assert not any(count is not None and 0 < count < LEAST for count in told.rows.values())
    assert told.total in (None, sum(counts.values()))
    assert bool(hidden) or told.total is not None
    if hidden and told.total is not None:
        left = told.total - sum(count for count in told.rows.values() if count is not None)
        tables = [table for table in product(range(1, left + 1), repeat=len(hidden)) if sum(table) == left]
        for position in range(len(hidden)):
            assert len({table[position] for table in tables}) >= LEAST


@given(counts=st.dictionaries(st.integers(0, 9), st.one_of(st.just(0), st.integers(LEAST, 99)), min_size=1))
def test_nothing_small_hides_nothing(counts: dict[int, int]) -> None:
    told = published(counts)
    assert told.rows == counts
    assert told.total == sum(counts.values())


def test_a_single_small_row_takes_the_next_one_with_it() -> None:
    assert published({"a": 20, "b": 2, "c": 7}).rows == {"a": 20, "b": None, "c": None}
    assert published({"a": 20, "b": 2, "c": 7}).total == 29
    assert published({"a": 1, "b": 1}).rows == {"a": None, "b": None}
    assert published({"a": 1, "b": 1}).total is None
    assert published({}).total == 0
