"""The endpoint meets whatever its description allows, and much that it forbids: no 5xx, always as described."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from findings.models import Finding
from tests.phones import Phone, record

# A batch of the right outer shape is answered for each record, so what the records' schema forbids is not a fault
# of the request; that is why schemathesis' check of rejected input is not among these.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


ids = st.integers(0, 2**74 - 1).map(lambda n: str(UUID(int=(n >> 62) << 80 | 7 << 76 | 2 << 62 | n & (2**62 - 1))))
moments = st.timedeltas(timedelta(days=-3), timedelta(minutes=1)).map(lambda age: (timezone.now() + age).isoformat())
schemathesis.openapi.format("uuid7", ids)
schemathesis.openapi.format("date-time", moments)


def helped(case: Any, phone: Phone, arrived: str) -> None:
    """Puts in what no generator would guess and without which the endpoint reads no further."""
    case.cookies = {name: cookie.value for name, cookie in phone.client.cookies.items()}
    if case.query and case.query.get("record"):
        case.query["record"] = arrived
    if isinstance(case.body, dict) and isinstance(case.body.get("owner"), int):
        case.body["owner"] = phone.owner
        for sent in case.body["records"] if isinstance(case.body.get("records"), list) else []:
            if isinstance(sent, dict) and isinstance(sent.get("payload"), dict):
                sent["payload"] |= {"latitude": 49.845, "longitude": 18.277}


@pytest.mark.django_db(transaction=True)  # as in earnest, each request closes its connection
@pytest.mark.parametrize(
    ("address", "examples", "reached"),
    [
        ("GET /session", 10, {200}),
        ("POST /records", 100, {200, 422}),
        ("PUT /photos/{photo_id}", 60, {201, 422}),
    ],
)
def test_no_request_breaks_the_endpoint(address: str, examples: int, reached: set[int], phone: Phone) -> None:
    description = schemathesis.openapi.from_wsgi("/sync/openapi.json", get_wsgi_application())
    method, path = address.split()
    operation = description[f"/sync{path}"][method]
    token = phone.client.get("/sync/session").json()["csrf_token"]
    arrived = record()
    phone.outcomes(arrived)
    statuses: Counter[int] = Counter()

    @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.one_of(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))
    def send(case: Any) -> None:
        helped(case, phone, arrived["id"])
        response = case.call_and_validate(headers={"X-CSRFToken": token}, checks=CHECKS)
        statuses[response.status_code] += 1

    send()
    assert reached <= set(statuses)
    assert 401 not in statuses
    if method == "POST":
        assert Finding.objects.count() > 1
