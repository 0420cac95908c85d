"""Whose rows somebody sees."""

from datetime import date

import pytest

from apk.people.models import Assistant, Mentor, Mentorship, User
from patrols.models import Training
from tests.factories import AssistantFactory, MentorFactory, TrainingFactory


@pytest.mark.django_db
def test_rows_are_shown_to_their_person_to_who_leads_or_led_them_and_to_the_coordinator(
    assistant: Assistant, mentor: Mentor, coordinator: User, administrator: User
) -> None:
    earlier, stranger = MentorFactory(), MentorFactory()
    Mentorship.objects.create(assistant=assistant, mentor=earlier, starts=date(2019, 1, 1), ends=date(2019, 12, 31))
    mine = TrainingFactory(assistant=assistant)
    theirs = TrainingFactory(assistant=AssistantFactory(mentor=stranger))
    seen = {
        user: set(Training.objects.visible_to(user))
        for user in (assistant.user, mentor.user, earlier.user, stranger.user, coordinator, administrator)
    }
    assert seen == {
        assistant.user: {mine},
        mentor.user: {mine},
        earlier.user: {mine},
        stranger.user: {theirs},
        coordinator: {mine, theirs},
        administrator: set(),
    }
