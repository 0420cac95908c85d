"""Needle-stick injuries: who may see a record, who looked, and which steps were taken."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apk.audit.models import AccessLog
from apk.people.models import Assistant, Mentor, Mentorship, User
from apk.refusal import Refused
from findings.desk import injury_cards
from findings.models import Injury, InjuryStep, Step
from tests.factories import AssistantFactory, InjuryFactory, MentorFactory, UserFactory, local

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]


def test_only_the_person_their_mentors_and_the_coordinator_see_a_record(mentor: Mentor, assistant: Assistant) -> None:
    injury = InjuryFactory(assistant=assistant)
    # Led by another mentor before the injury, by a third one since.
    before, since = MentorFactory(), MentorFactory()
    Mentorship.objects.filter(assistant=assistant).update(starts=date(2021, 4, 1), ends=date(2021, 5, 31))
    Mentorship.objects.create(assistant=assistant, mentor=before, starts=date(2021, 1, 1), ends=date(2021, 3, 31))
    Mentorship.objects.create(assistant=assistant, mentor=since, starts=date(2021, 6, 1))
    people = {
        "the person": assistant.user,
        "another assistant": AssistantFactory(mentor=mentor).user,
        "their mentor on that day": mentor.user,
        "their mentor today": since.user,
        "a mentor of earlier": before.user,
        "another mentor": MentorFactory().user,
        "coordinator": UserFactory(is_coordinator=True),
        "administrator": UserFactory(is_administrator=True),
    }
    assert [name for name, user in people.items() if Injury.objects.visible_to(user).filter(pk=injury.pk).exists()] == [
        "the person",
        "their mentor on that day",
        "their mentor today",
        "coordinator",
    ]


def test_opening_a_record_is_written_to_the_access_log(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    injury = InjuryFactory(assistant=assistant)
    client = client_of(mentor)
    assert client.get(reverse("findings:injuries")).status_code == 200
    page = client.get(injury.get_absolute_url())
    assert "Jehla propíchla rukavici" in page.content.decode()
    assert client_of(MentorFactory()).get(injury.get_absolute_url()).status_code == 404
    assert client_of(mentor).get(reverse("audit:history", args=["findings.injury", injury.pk])).status_code == 404
    assert list(AccessLog.objects.order_by("pk").values_list("user", "action", "what")) == [
        (mentor.user.pk, "view", "Seznam poranění jehlou"),
        (mentor.user.pk, "view", f"Poranění jehlou: {injury}"),
    ]


def test_assistant_writes_down_an_injury_of_their_own_only(client_of: ClientOf, assistant: Assistant) -> None:
    colleague = AssistantFactory()
    client, url = client_of(assistant), reverse("findings:add-injury")
    sent = {"assistant": assistant.pk, "day": "2021-04-15", "clock": "10:00", "description": "Píchnutí do prstu."}
    assert client.post(url, sent | {"assistant": colleague.pk}).status_code == 422
    assert client.post(url, sent | {"day": "2098-04-15"}).status_code == 422
    assert client.post(url, sent).status_code == 302
    injury = Injury.objects.get()
    assert (injury.assistant, injury.happened_at, injury.recorded_by) == (
        assistant,
        local(2021, 4, 15, 10),
        assistant.user,
    )


def test_steps_are_written_with_their_time_and_put_right(client_of: ClientOf, assistant: Assistant) -> None:
    injury = InjuryFactory(assistant=assistant)
    client = client_of(assistant)
    url = reverse("findings:take-injury-step", args=[injury.pk, Step.DOCTOR])
    assert client.post(url, {"day": "2021-04-15", "clock": "9:00"}).status_code == 422
    assert client.post(url, {"day": "2021-04-15", "clock": "12:00"}).status_code == 302
    assert client.post(url, {"day": "2021-04-15", "clock": "13:00", "note": "Infekční oddělení"}).status_code == 302
    step = InjuryStep.objects.get()
    assert (step.done_at, step.note) == (local(2021, 4, 15, 13), "Infekční oddělení")
    assert client.get(reverse("findings:take-injury-step", args=[injury.pk, "kouzlo"])).status_code == 404
    with pytest.raises(Refused):
        injury.take(Step.WASHED, at=injury.happened_at - timedelta(minutes=1), by=assistant.user)


def test_page_insists_on_a_doctor_until_the_visit_is_written(client_of: ClientOf, assistant: Assistant) -> None:
    client = client_of(assistant)
    old = InjuryFactory(assistant=assistant)
    fresh = InjuryFactory(assistant=assistant, happened_at=timezone.now() - timedelta(hours=23))
    shown = {injury: client.get(injury.get_absolute_url()).context for injury in (old, fresh)}
    assert [(each["see_a_doctor"], each["too_late"]) for each in shown.values()] == [(True, True), (True, False)]
    old.take(Step.DOCTOR, at=old.happened_at, by=assistant.user)
    context = client.get(old.get_absolute_url()).context
    assert (context["see_a_doctor"], context["too_late"]) == (False, False)


def test_home_page_reminds_of_steps_left_and_names_nobody(mentor: Mentor, assistant: Assistant) -> None:
    injury = InjuryFactory(assistant=assistant)
    (card,) = injury_cards(mentor.user, timezone.now())
    assert (card.urgent, str(assistant) in f"{card}") == (True, False)
    for step in Step:
        injury.take(step, at=injury.happened_at, by=assistant.user)
    assert list(injury_cards(mentor.user, timezone.now())) == []
