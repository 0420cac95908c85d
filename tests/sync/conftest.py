"""Phones: what they send, made easy to write down."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apk.people.models import Assistant
from tests.factories import record_id


def finding(**payload: Any) -> dict[str, Any]:
    """A payload of a finding in Jílová that the server accepts, with `payload` put over it."""
    return {
        "latitude": 49.845,
        "longitude": 18.277,
        "accuracy_m": 8.0,
        "position_source": "gps",
        "place": None,
        "place_kind": "park",
        "source": "own",
        "with_needle": 2,
        "without_needle": 0,
        "needles": 1,
        "paraphernalia": 0,
        "child_accessible": False,
        "note": "",
        **payload,
    }


def record(payload: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    """A record saved ten minutes ago, with `parts` put over it."""
    return {
        "id": str(record_id()),
        "kind": "finding",
        "version": 1,
        "recorded_at": (timezone.now() - timedelta(minutes=10)).isoformat(),
        "payload": finding() if payload is None else payload,
        **parts,
    }


class Phone:
    """A phone with a signed-in owner; it sends what it is told and gives back what the server says."""

    def __init__(self, client: Client, owner: Assistant) -> None:
        self.client = client
        self.owner = owner.user_id

    def send(self, *records: dict[str, Any], device_time: datetime | None = None, **envelope: Any) -> Any:
        body = {
            "owner": self.owner,
            "device_time": (device_time or timezone.now()).isoformat(),
            "records": list(records),
            **envelope,
        }
        return self.post(json.dumps(body))

    def post(self, body: str | bytes, content_type: str = "application/json") -> Any:
        return self.client.post("/sync/records", body, content_type=content_type)

    def results(self, *records: dict[str, Any], **envelope: Any) -> list[dict[str, Any]]:
        response = self.send(*records, **envelope)
        assert response.status_code == 200, response.content
        return response.json()["results"]

    def outcomes(self, *records: dict[str, Any], **envelope: Any) -> list[str]:
        return [result["outcome"] for result in self.results(*records, **envelope)]

    def put_photo(self, record: str, photo: str, body: bytes, content_type: str = "image/jpeg", **headers: str) -> Any:
        path = f"/sync/photos/{photo}?record={record}"
        return self.client.put(path, body, content_type=content_type, headers=headers)


@pytest.fixture
def phone(client_of: Callable[[Assistant], Client], assistant: Assistant) -> Phone:
    return Phone(client_of(assistant), assistant)
