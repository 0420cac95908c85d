"""Boxes and handovers as files: the rows of the page, noted in the access log."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from apk.audit.models import AccessLog
from apk.people.models import Assistant, User
from findings import custody
from tests.factories import BoxFactory, FindingFactory, RecipientFactory, local

pytestmark = pytest.mark.django_db


def lines(client: Any, name: str, **query: str) -> list[str]:
    answer = client.get(reverse(f"findings:{name}"), query)
    text: str = answer.getvalue().decode("utf-8-sig")
    return text.splitlines()[1:]


def test_files_hold_what_the_pages_show(coordinator: User, assistant: Assistant, client_of: Any) -> None:
    carried = BoxFactory(label="B-1", carrier=assistant, findings=[FindingFactory(assistant=assistant, with_needle=5)])
    gone = BoxFactory(label="B-2", findings=[FindingFactory(with_needle=3)])
    gone.close(at=local(2021, 4, 20))
    to = RecipientFactory(name="=Kontaktní centrum")
    custody.hand_over({gone: (3, "")}, recipient=to, on=date(2021, 4, 20), by=coordinator)
    client = client_of(coordinator)

    [row] = lines(client, "export-boxes")
    assert row.startswith(f"{carried.label};Otevřený;")
    assert f";{assistant};1;5;" in row
    assert [row.split(";")[0] for row in lines(client, "export-boxes", stav="vsechny")] == ["B-1", "B-2"]
    [handover] = lines(client, "export-handovers", mesic="2021-04")
    assert "'=Kontaktní centrum" in handover
    assert ";1;3;" in handover
    assert lines(client, "export-handovers", mesic="2021-05") == []
    assert list(AccessLog.objects.order_by("pk").values_list("what", "detail")) == [
        ("Sběrné boxy (CSV)", {"rows": 1, "filter": {}}),
        ("Sběrné boxy (CSV)", {"rows": 2, "filter": {"stav": "vsechny"}}),
        ("Předání k likvidaci (CSV)", {"rows": 1, "filter": {"mesic": "2021-04"}}),
        ("Předání k likvidaci (CSV)", {"rows": 0, "filter": {"mesic": "2021-05"}}),
    ]
