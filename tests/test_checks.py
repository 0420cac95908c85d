"""Unsafe settings are refused by name."""

from typing import Any

import pytest
from django.core.checks import run_checks


def ids() -> set[str]:
    return {message.id for message in run_checks() if message.id and message.id.startswith("apk.")}


def test_settings_of_the_tests_are_in_order() -> None:
    assert ids() == set()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"HTTPS": True, "DEBUG": True, "SECRET_KEY": "k" * 50}, {"apk.E001"}),
        ({"HTTPS": True, "SECRET_KEY": "k" * 49}, {"apk.E002"}),
        ({"HTTPS": True, "SECRET_KEY": "k" * 50, "ALLOWED_HOSTS": ["*"]}, {"apk.E003"}),
        ({"HTTPS": False, "DEBUG": True, "SECRET_KEY": "short"}, set()),
        ({"CITY_BOUNDS": (49.9, 18.1, 49.7, 18.4)}, {"apk.E004"}),
        ({"CITY_BOUNDS": (49.7, 18.1)}, {"apk.E004"}),
        ({"PLACE_RADIUS_M": 0}, {"apk.E005"}),
        ({"PLACE_RADIUS_M": 501}, {"apk.E005"}),
        ({"PLACE_RADIUS_M": 500}, set()),
    ],
)
def test_unsafe_values_are_refused(settings: Any, values: dict[str, Any], expected: set[str]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    assert ids() == expected
