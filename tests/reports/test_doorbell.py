"""A broker that is down or mute costs the person who asked at most two seconds, and never an error."""

import socket
import time
from collections.abc import Iterator

import pytest
from celery import current_app
from django.conf import settings

from apk.calendar import Month
from reports.models import Job

APRIL = Month(2021, 4)


@pytest.fixture
def mute_broker() -> Iterator[str]:
    """An address that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def closed_broker() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"redis://127.0.0.1:{port}/0"


@pytest.mark.parametrize("broker", ["mute_broker", "closed_broker"])
@pytest.mark.django_db
def test_request_stands_although_the_broker_does_not_answer(
    broker, request, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    url = request.getfixturevalue(broker)
    connect = current_app.connection_for_write
    monkeypatch.setattr(current_app, "connection_for_write", lambda: connect(url))

    started = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        job = Job.objects.request(APRIL, by=None)

    assert time.monotonic() - started < 2
    assert Job.objects.waiting() == [job]
    assert "doorbell_not_heard" in caplog.text


def test_clock_sweeps_every_half_minute_and_asks_for_the_month_every_day():
    current_app.loader.import_default_modules()
    schedule = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert set(schedule) <= set(current_app.tasks)
    assert schedule["reports.tasks.sweep_jobs"].total_seconds() <= 30
    assert schedule["reports.tasks.request_last_month"].day_of_month == set(range(1, 32))
