"""What sign-in asks about a request."""

from typing import Any

import pytest
from django.test import RequestFactory

from apk.people.accounts import client_ip


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "10.0.0.9"),
        (0, "192.0.2.1", "10.0.0.9"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.7, 192.0.2.1", "192.0.2.1"),
        (2, "203.0.113.7, 192.0.2.1, 10.0.0.5", "192.0.2.1"),
    ],
)
def test_client_ip_believes_our_proxies_alone(
    rf: RequestFactory, settings: Any, proxies: int, forwarded: str | None, expected: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = rf.get("/", headers=headers, REMOTE_ADDR="10.0.0.9")
    assert client_ip(request) == expected
