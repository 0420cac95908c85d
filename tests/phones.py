"""Phones: what they send, made easy to write down."""

import json
import time
from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from apk.people.models import User
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

    def __init__(self, owner: User, client: Client | None = None) -> None:
        self.owner = owner.pk
        self.client = client or Client()
        self.client.force_login(owner)

    def send(self, *records: Any, device_time: datetime | None = None, **envelope: Any) -> Any:
        body = {
            "owner": self.owner,
            "device_time": (device_time or timezone.now()).isoformat(),
            "records": list(records),
            **envelope,
        }
        return self.post(json.dumps(body))

    def post(self, body: str | bytes, content_type: str = "application/json", **headers: str) -> Any:
        return self.client.post("/sync/records", body, content_type=content_type, headers=headers)

    def results(self, *records: Any, **envelope: Any) -> list[dict[str, Any]]:
        """What became of each record; sends again, as phones do, while the process is full."""
        response = self.send(*records, **envelope)
        while response.status_code == 503:
            time.sleep(0.01)
            response = self.send(*records, **envelope)
        assert response.status_code == 200, response.content
        return response.json()["results"]

    def outcomes(self, *records: Any, **envelope: Any) -> list[str]:
        return [result["outcome"] for result in self.results(*records, **envelope)]

    def put_photo(self, record: str, photo: str, body: bytes, content_type: str = "image/jpeg", **headers: str) -> Any:
        path = f"/sync/photos/{photo}?record={record}"
        return self.client.put(path, body, content_type=content_type, headers=headers)


def note(text: str = "Klid", **parts: Any) -> dict[str, Any]:
    return record({"text": text}, kind="note", **parts)


def correction(of: dict[str, Any], payload: Any, reason: str = "Přepočítáno", **parts: Any) -> dict[str, Any]:
    """A record that corrects another one; without a payload it takes it back."""
    says = {"corrects": of["id"], "payload": payload, "reason": reason}
    return record(says, kind="correction", **parts)
