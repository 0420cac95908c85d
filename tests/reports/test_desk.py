"""Cards of the home page: the coordinator's last month and failures, the mentor's month so far."""

from datetime import timedelta

import pytest

from apk.calendar import Month
from apk.people import desk
from reports.models import Job
from tests.factories import AssistantFactory, FindingFactory, MentorFactory, ShiftFactory, local

pytestmark = pytest.mark.django_db

NOW = local(2021, 5, 3, 9)
APRIL = Month(2021, 4)


def cards(user) -> dict[str, desk.Card]:
    return {card.title: card for card in desk.cards(user, NOW)}


def test_coordinator_is_told_to_build_the_month_just_ended(coordinator, built):
    FindingFactory(with_needle=85)
    title = "Přehled: duben\u00a02021"

    waiting = cards(coordinator)[title]
    built(APRIL)
    done = cards(coordinator)[title]
    FindingFactory()
    outdated = cards(coordinator)[title]

    assert (waiting.value, waiting.urgent, waiting.url) == ("nesestaveno", True, "/prehledy/2021-04/")
    assert (done.value, done.urgent) == ("sestaveno", False)
    assert done.detail == "Nalezeno 85\u00a0kusů na 1\u00a0místě."
    assert (outdated.value, outdated.urgent) == ("neodpovídá záznamům", True)


def test_coordinator_sees_each_month_whose_building_failed_and_was_not_mended(coordinator):
    for month, states in ((Month(2021, 1), ["failed"]), (Month(2021, 2), ["failed", "done"])):
        for state in states:
            Job.objects.create(month=month.first_day, state=state, error="Nešlo to.")

    failed = [card for card in cards(coordinator).values() if card.value == "nepodařilo se sestavit"]

    assert [(card.title, card.detail, card.urgent) for card in failed] == [
        ("Přehled: leden\u00a02021", "Nešlo to.", True)
    ]


def test_coordinator_is_told_of_earlier_months_that_late_records_changed(coordinator, built):
    finding = None
    for month in (Month(2021, 1), Month(2021, 2), Month(2020, 12)):
        finding = FindingFactory(found_at=month.start, assistant=finding.assistant if finding else AssistantFactory())
        built(month)
    assert "Přehledy k přepočítání" not in cards(coordinator)

    FindingFactory(found_at=local(2021, 1, 31, 23), assistant=finding.assistant)
    FindingFactory(found_at=local(2020, 12, 31, 23), assistant=finding.assistant)

    card = cards(coordinator)["Přehledy k přepočítání"]
    assert (card.value, card.urgent) == ("2\u00a0měsíce", True)
    assert card.rows == (("leden\u00a02021", "/prehledy/2021-01/"), ("prosinec\u00a02020", "/prehledy/2020-12/"))


def test_mentor_sees_this_month_of_those_they_lead(mentor, assistant):
    FindingFactory(assistant=assistant, found_at=NOW - timedelta(days=1), with_needle=3)
    FindingFactory(assistant=AssistantFactory(mentor=MentorFactory()), found_at=NOW, with_needle=50)
    ShiftFactory(assistant=assistant, start=local(2021, 4, 30, 22), end=local(2021, 5, 1, 6))
    # Of a shift that still goes on, only what has passed.
    ShiftFactory(assistant=assistant, start=local(2021, 5, 3, 7), end=local(2021, 5, 3, 15))

    card = cards(mentor.user)["Zatím v měsíci: květen\u00a02021"]

    assert card.value == "3\u00a0kusy"
    assert card.detail == "1\u00a0nález, ve službě 8\u00a0hodin."


def test_others_get_no_cards_of_summaries(administrator, assistant):
    for user in (administrator, assistant.user):
        assert not [title for title in cards(user) if title.startswith(("Přehled", "Zatím"))]
