"""Several mentors at once, each on a database connection of their own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from html import unescape
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from apk.people.models import Assistant, Mentor
from patrols.models import OverlapError, Shift
from tests.factories import LocalityFactory, local

CROWD = 8
ROUNDS = 12
"""Without the lock that `assign` takes, the database breaks off about one round in twenty as a deadlock."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("minutes_apart", [0, 30])
def test_one_of_eight_overlapping_assignments_succeeds(
    mentor: Mentor, assistant: Assistant, minutes_apart: int
) -> None:
    locality, start_line = LocalityFactory(), Barrier(CROWD)

    def assign(slot: tuple[int, int]) -> Shift | OverlapError:
        day, n = slot
        start = local(2021, 4, day, 8) + timedelta(minutes=minutes_apart * n)
        start_line.wait()
        try:
            return Shift.objects.assign(
                by=mentor.user, assistant=assistant, locality=locality, start=start, end=start + timedelta(hours=8)
            )
        except OverlapError as refusal:
            return refusal
        finally:
            connection.close()

    for day in range(5, 5 + ROUNDS):
        with ThreadPoolExecutor(CROWD) as crowd:
            outcomes = list(crowd.map(assign, [(day, n) for n in range(CROWD)]))

        won = [outcome for outcome in outcomes if isinstance(outcome, Shift)]
        assert list(Shift.objects.starting_within(date(2021, 4, day), date(2021, 4, day))) == won
        assert len(won) == 1
        assert [refusal.other for refusal in outcomes if isinstance(refusal, OverlapError)] == won * (CROWD - 1)


@pytest.mark.django_db(transaction=True)
def test_seven_of_eight_mentors_read_why_their_form_was_refused(mentor: Mentor, assistant: Assistant) -> None:
    form = {"assistant": assistant.pk, "day": "2021-04-05", "locality": LocalityFactory().pk, "usual": "08:00-16:00"}
    browsers, start_line = [Client() for _ in range(CROWD)], Barrier(CROWD)
    for browser in browsers:
        browser.force_login(mentor.user)

    def send(browser: Client) -> tuple[int, str]:
        start_line.wait()
        try:
            response = browser.post("/plan/smeny/nova/", form)
        finally:
            connection.close()
        return response.status_code, unescape(response.content.decode())

    with ThreadPoolExecutor(CROWD) as crowd:
        answers = list(crowd.map(send, browsers))

    sentence = f"{assistant} má v tu dobu už směnu: {Shift.objects.get().summary}."
    assert sorted((status, sentence in page) for status, page in answers) == [
        (302, False),
        *[(422, True)] * (CROWD - 1),
    ]
