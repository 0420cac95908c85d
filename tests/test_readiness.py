"""Alive and ready: what watches the application learns which part does not answer."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from apk import tasks

READY = {"database": True, "broker": True, "worker": True}


def asked(client: Client) -> tuple[int, dict[str, bool]]:
    response = client.get("/readyz")
    return response.status_code, response.json()


@pytest.mark.django_db
def test_ready_while_the_workers_heart_beats(client: Client) -> None:
    tasks.beat_heart()
    assert asked(client) == (200, READY)


@pytest.mark.django_db
def test_not_ready_once_the_heart_has_missed_its_beats(client: Client) -> None:
    seen = timezone.now() - timedelta(seconds=tasks.HEART_SECONDS + 1)
    cache.set(tasks.HEART_KEY, seen.timestamp())
    assert asked(client) == (503, READY | {"worker": False})


@pytest.mark.django_db
def test_not_ready_without_the_broker(client: Client, settings: Settings) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    assert asked(client) == (503, READY | {"broker": False, "worker": False})


def test_alive_without_any_server(client: Client) -> None:
    """The test has no leave to query the database."""
    assert client.get("/healthz").status_code == 200
