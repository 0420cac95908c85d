"""Months and weeks in addresses."""

import pytest
from django.urls.converters import get_converters

import apk.converters  # noqa: F401  # registers them
from apk.calendar import Month, Week


@pytest.mark.parametrize(
    ("kind", "written", "value"), [("month", "2021-04", Month(2021, 4)), ("week", "2021-W14", Week(2021, 14))]
)
def test_address_is_read_and_written(kind: str, written: str, value: Month | Week) -> None:
    converter = get_converters()[kind]
    assert converter.to_python(written) == value
    assert converter.to_url(value) == written


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("month", "2021-13"),
        ("month", "1999-01"),
        ("month", "2199-12"),
        ("month", "9999-01"),
        ("week", "2021-W53"),
        ("week", "1999-W01"),
        ("week", "2199-W52"),
        ("week", "0000-W01"),
    ],
)
def test_address_without_neighbours_is_refused(kind: str, written: str) -> None:
    with pytest.raises(ValueError, match=r"is not a|no neighbours"):
        get_converters()[kind].to_python(written)
