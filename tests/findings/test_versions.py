"""Two contents under one id: both are shown side by side to whoever may see the finding, and the mentor is told."""

from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apk.people.models import Assistant, Mentor, User
from apk.sync.models import Conflict
from findings.models import Finding
from tests.factories import AssistantFactory
from tests.phones import Phone, finding, record

ClientOf = Callable[[User | Assistant | Mentor], Client]


class Rows(HTMLParser):
    """The texts of a page's table rows."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: object) -> None:
        if tag == "tr":
            self.rows.append([])
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "tr"

    def handle_data(self, data: str) -> None:
        if self.inside and data.strip():
            self.rows[-1].append(data.strip())


@pytest.fixture
def disputed(assistant: Assistant) -> Finding:
    """A finding of which the phone sent two contents."""
    phone = Phone(assistant.user)
    first = record(finding(with_needle=2, child_accessible=False, place_kind="park"))
    phone.send(first)
    phone.send({**first, "payload": finding(with_needle=5, child_accessible=True, place_kind="bench")})
    return Finding.objects.get()


def test_both_versions_stand_side_by_side(disputed: Finding, client_of: ClientOf, mentor: Mentor) -> None:
    page = client_of(mentor).get(disputed.get_absolute_url()).content.decode()
    rows = Rows(page).rows
    assert ["Stříkačky s jehlou", "2", "5"] in rows
    assert ["Dostupné dětem", "ne", "ano"] in rows
    assert ["Druh místa", "Park", "Lavička"] in rows
    assert [row for row in rows if row[0] == "Samostatné jehly"] == []


def test_mentor_is_told_and_another_mentors_are_not(
    disputed: Finding, client_of: ClientOf, mentor: Mentor, coordinator: User
) -> None:
    stranger = AssistantFactory().user
    for person, told in ((mentor, True), (coordinator, True)):
        page = client_of(person).get(reverse("home")).content.decode()
        assert ("Dvě verze téhož záznamu" in page) is told
        assert (reverse("receiving:conflict", args=[Conflict.objects.get().pk]) in page) is told
    assert client_of(stranger).get(disputed.get_absolute_url()).status_code == 404


def test_finding_without_a_second_version_says_nothing_of_it(
    assistant: Assistant, client_of: ClientOf, mentor: Mentor
) -> None:
    Phone(assistant.user).send(record())
    page = client_of(mentor).get(Finding.objects.get().get_absolute_url()).content.decode()
    assert "jiná verze" not in page
    assert "šly špatně" not in page


def test_wrong_clock_is_said_at_the_finding(assistant: Assistant, client_of: ClientOf, mentor: Mentor) -> None:
    behind = timezone.now() - timedelta(hours=3)
    Phone(assistant.user).send(record(recorded_at=(behind - timedelta(minutes=5)).isoformat()), device_time=behind)
    page = client_of(mentor).get(Finding.objects.get().get_absolute_url()).content.decode()
    assert "šly špatně" in page
