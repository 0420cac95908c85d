"""Logs are one JSON object a line, and every line of a request says whose it is."""

import json
import logging
from collections.abc import Callable

import pytest
import structlog
from django.conf import settings
from django.test import Client

from apk.people.models import Mentor


def formatted(record: logging.LogRecord) -> dict[str, object]:
    described = dict(settings.LOGGING["formatters"]["structured"])
    formatter = described.pop("()")(**described)
    return json.loads(formatter.format(record))


@pytest.mark.django_db
def test_request_is_logged_with_its_person(
    mentor: Mentor, client_of: Callable[[Mentor], Client], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="django_structlog"):
        client_of(mentor).get("/")
    lines = [formatted(record) for record in caplog.records if record.name.startswith("django_structlog")]
    finished = next(line for line in lines if line["event"] == "request_finished")
    assert finished["user_id"] == mentor.user_id
    assert finished["code"] == 200
    assert finished["request_id"]


def test_czech_text_and_a_stranger_s_log_are_one_json_line() -> None:
    record = logging.getLogger("jiná.knihovna").makeRecord(
        "jiná.knihovna", logging.WARNING, __file__, 1, "řádek\nse zalomením %s", ("Žižka",), None
    )
    line = formatted(record)
    assert line["event"] == "řádek\nse zalomením Žižka"
    assert line["level"] == "warning"
    assert structlog.is_configured()
