from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apk.people import cards
from apk.people.models import Assistant, Mentor, Mentorship, User
from tests.factories import AssistantFactory, MentorFactory, local

pytestmark = pytest.mark.django_db

NOW = local(2021, 4, 15)


def told(found: Any) -> list[tuple[str, str, list[str]]]:
    return [(card.title, card.value, [label for label, _ in card.rows]) for card in found]


def test_nothing_is_said_when_nothing_needs_doing(mentor: Mentor, assistant: Assistant):
    assert told(cards.assistants(mentor.user, NOW)) == []


def test_an_assistant_whom_nobody_leads_is_named(mentor: Mentor, assistant: Assistant, administrator: User):
    Mentorship.objects.update(ends=NOW.date() - timedelta(days=1))
    expected = [("Asistenti bez mentora", "1\u00a0asistent", [str(assistant)])]
    assert told(cards.assistants(mentor.user, NOW)) == expected
    assert told(cards.assistants(administrator, NOW)) == expected
    assert told(cards.assistants(MentorFactory().user, NOW)) == []


def test_an_end_within_a_month_is_named_unless_work_follows(mentor: Mentor, assistant: Assistant):
    back = AssistantFactory(mentor=mentor)
    for one, days in ((assistant, 30), (back, 10), (AssistantFactory(mentor=mentor), 31)):
        one.end(on=NOW.date() + timedelta(days=days), today=NOW.date())
    back.employ(starts=NOW.date() + timedelta(days=11), fte=1, mentor=mentor)
    assert told(cards.assistants(mentor.user, NOW)) == [("Zaměstnání brzy končí", "1\u00a0asistent", [str(assistant)])]


def test_accounts_never_signed_in_are_counted_and_the_first_named(administrator: User):
    User.objects.update(last_login=timezone.now())
    assert told(cards.accounts(administrator, NOW)) == []
    AssistantFactory.create_batch(7)
    AssistantFactory(user__is_active=False)
    [(title, value, rows)] = told(cards.accounts(administrator, NOW))
    assert (title, value, len(rows)) == ("Účty bez prvního přihlášení", "7\u00a0účtů", 5)


def test_the_home_page_shows_the_cards(administrator: User, client_of: Any):
    AssistantFactory()
    page = client_of(administrator).get("/").content.decode()
    assert "Asistenti bez mentora" in page
    assert "Účty bez prvního přihlášení" in page
