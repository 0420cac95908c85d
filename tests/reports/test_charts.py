import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.charts import HEIGHT, LEFT, WIDTH, bar_chart, round_step


@given(st.lists(st.integers(0, 10**6), max_size=40))
def test_bars_stay_inside_and_are_as_high_as_their_values(values):
    chart = bar_chart([("", "", value) for value in values])

    assert [bar.value for bar in chart.bars] == values
    for bar in chart.bars:
        assert bar.x >= LEFT
        assert bar.x + bar.width <= WIDTH
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT
    highest = max(values, default=0)
    for bar in chart.bars:
        if highest:
            tallest = max(chart.bars, key=lambda other: other.height)
            assert bar.height == pytest.approx(tallest.height * bar.value / highest, abs=0.02)
    assert chart.lines[0].value == 0
    assert chart.lines[-1].value >= highest
    assert len(chart.lines) <= 7


@pytest.mark.parametrize(
    ("highest", "step"), [(0, 1), (1, 1), (5, 1), (6, 2), (10, 2), (11, 5), (25, 5), (26, 10), (85, 20), (501, 200)]
)
def test_grid_has_round_steps(highest, step):
    assert round_step(highest) == step
