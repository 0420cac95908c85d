"""Czech as it is written, and the filters that templates call."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template, TemplateSyntaxError
from hypothesis import given
from hypothesis import strategies as st

from apk import czech


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, "0\u00a0nálezů"),
        (1, "1\u00a0nález"),
        (2, "2\u00a0nálezy"),
        (4, "4\u00a0nálezy"),
        (5, "5\u00a0nálezů"),
        (21, "21\u00a0nálezů"),
        (102, "102\u00a0nálezů"),
        (1234, "1\u00a0234\u00a0nálezů"),
        (-1, "\u22121\u00a0nález"),
    ],
)
def test_counted_takes_the_form_that_goes_with_the_number(n: int, expected: str) -> None:
    assert czech.counted(n, "nález", "nálezy", "nálezů") == expected


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (0, None, "0"),
        (999, None, "999"),
        (1234567, None, "1\u00a0234\u00a0567"),
        (Decimal("1234.50"), None, "1\u00a0234,5"),
        (Decimal(100), None, "100"),
        (38.5, 1, "38,5"),
        (8, 1, "8,0"),
        (Decimal("0.125"), 2, "0,13"),
        (2.5, 0, "3"),
        (Decimal("-2.5"), 0, "\u22123"),
        (Decimal("-0.04"), 1, "0,0"),
    ],
)
def test_number_has_a_comma_and_spaces_that_do_not_break(
    value: float | Decimal, places: int | None, expected: str
) -> None:
    assert czech.number(value, places) == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=3))
def test_number_can_be_read_back(value: Decimal) -> None:
    written = czech.number(value)
    read = Decimal(written.replace(czech.SPACE, "").replace(",", ".").replace(czech.MINUS, "-"))
    assert read == value


def test_dates_are_written_with_spaces_that_do_not_break() -> None:
    day = date(2021, 4, 5)
    assert czech.day(day) == "5.\u00a04.\u00a02021"
    assert czech.day_in_week(day) == "pondělí\u00a05.\u00a04.\u00a02021"
    assert czech.month(day) == "duben\u00a02021"
    at = datetime(2021, 4, 5, 8, 5, tzinfo=ZoneInfo("Europe/Prague"))
    assert czech.moment(at) == "5.\u00a04.\u00a02021\u00a08:05"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2021, 4, 5), date(2021, 4, 5), "5. 4. 2021"),
        (date(2021, 4, 5), date(2021, 4, 11), "5.–11. 4. 2021"),
        (date(2021, 3, 29), date(2021, 4, 4), "29. 3. – 4. 4. 2021"),
        (date(2020, 12, 28), date(2021, 1, 3), "28. 12. 2020 – 3. 1. 2021"),
    ],
)
def test_days_say_no_more_than_differs(first: date, last: date, expected: str) -> None:
    assert czech.days(first, last).replace(czech.SPACE, " ") == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ""),
        (["Jílová"], "Jílová"),
        (["Jílová", "Hrušov"], "Jílová a Hrušov"),
        (["Jílová", "Zárubek", "Hrušov"], "Jílová, Zárubek a Hrušov"),
    ],
)
def test_joined_puts_a_conjunction_before_the_last(words: list[str], expected: str) -> None:
    assert czech.joined(words) == expected


def test_sort_key_follows_the_czech_alphabet() -> None:
    names = ["Žofie", "Chodov", "Čermák", "Šárka", "Cihelní", "Jílová", "Hrušov", "Adam"]
    in_order = ["Adam", "Cihelní", "Čermák", "Hrušov", "Chodov", "Jílová", "Šárka", "Žofie"]
    assert sorted(names, key=czech.sort_key) == in_order


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ n|counted:'kus,kusy,kusů' }}", "85\u00a0kusů"),
        ("{{ n|plural:'kus, kusy, kusů' }}", "kusů"),
        ("{{ hours|number:1 }}", "7,5"),
        ("{{ hours|number }}", "7,5"),
        ("{{ nothing|number:1 }}{{ nothing|day }}{{ nothing|moment }}{{ nothing|month }}", ""),
        ("{{ date|day }}", "5.\u00a04.\u00a02021"),
        ("{{ date|day_in_week }}", "pondělí\u00a05.\u00a04.\u00a02021"),
        ("{{ date|month }}", "duben\u00a02021"),
        # A little before midnight in UTC is the next day in Prague.
        ("{{ at|moment }}", "6.\u00a04.\u00a02021\u00a01:30"),
        ("{{ at|day }}", "6.\u00a04.\u00a02021"),
    ],
)
def test_filters_write_czech_in_local_time(source: str, expected: str) -> None:
    context = {
        "n": 85,
        "hours": Decimal("7.50"),
        "nothing": None,
        "date": date(2021, 4, 5),
        "at": datetime(2021, 4, 5, 23, 30, tzinfo=UTC),
    }
    assert Template("{% load czech %}" + source).render(Context(context)) == expected


def test_plural_filter_refuses_other_than_three_forms() -> None:
    with pytest.raises(TemplateSyntaxError):
        Template("{% load czech %}{{ n|plural:'kus,kusů' }}").render(Context({"n": 2}))
