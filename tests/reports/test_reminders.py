"""Reminders of deadlines: one letter, to coordinators, at the right time, however often the clock asks."""

import smtplib
import threading
from datetime import date

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction

from apk.people import desk
from reports import reminders
from reports.models import Deadline
from reports.tasks import send_reminders
from tests.factories import GrantProjectFactory, UserFactory, local

MORNING = local(2022, 2, 1, 7)


def deadline(**changes: object) -> Deadline:
    """Due on 15 February, to be reminded of a fortnight before."""
    return GrantProjectFactory().deadlines.create(**{"name": "Vyúčtování", "due_on": date(2022, 2, 15), **changes})


@pytest.mark.django_db
def test_coordinators_get_one_letter_a_fortnight_before(coordinator, administrator, settings):
    settings.PUBLIC_URL = "https://apk.mesto.example"
    UserFactory(is_coordinator=True, is_active=False)
    row = deadline()

    sent = [reminders.remind(at) for at in (local(2022, 1, 31, 23), MORNING, MORNING, local(2022, 2, 20, 7))]

    assert sent == [0, 1, 0, 0]
    (letter,) = mail.outbox
    assert (letter.to, letter.bcc) == ([], [coordinator.email])
    assert letter.subject == "Termín 15.\u00a02.\u00a02022: Vyúčtování"
    assert "za 14\u00a0dní" in letter.body
    assert f"https://apk.mesto.example/projekty/{row.project_id}/#terminy" in letter.body
    row.refresh_from_db()
    assert row.reminded_at == MORNING


@pytest.mark.django_db
def test_what_is_met_or_far_is_not_reminded_of_and_what_has_passed_is(coordinator):
    deadline(done_on=date(2022, 1, 20))
    deadline(due_on=date(2022, 6, 1))
    deadline(name="Prošlé", due_on=date(2022, 1, 30))
    deadline(name="Bez předstihu", due_on=date(2022, 2, 1), remind_days=0)

    assert reminders.remind(MORNING) == 2
    assert [letter.subject.partition(": ")[2] for letter in mail.outbox] == ["Prošlé", "Bez předstihu"]
    assert "2\u00a0dny po termínu" in mail.outbox[0].body
    assert "(dnes)" in mail.outbox[1].body


@pytest.mark.django_db
def test_letter_that_the_server_refuses_is_sent_by_the_next_run(coordinator, monkeypatch):
    row = deadline()

    def refuse(self, messages):
        raise smtplib.SMTPServerDisconnected("gone")

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", refuse)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            reminders.remind(MORNING)
    row.refresh_from_db()
    assert row.reminded_at is None
    assert reminders.remind(MORNING) == 1


@pytest.mark.django_db
def test_with_nobody_to_remind_nothing_is_marked_as_sent(administrator):
    row = deadline()

    assert reminders.remind(MORNING) == 0
    row.refresh_from_db()
    assert row.reminded_at is None


@pytest.mark.django_db
def test_name_of_a_deadline_cannot_add_headers(coordinator):
    deadline(name="Zpráva\r\nBcc: nekdo@example.com")

    reminders.remind(MORNING)

    assert mail.outbox[0].subject.endswith("Zpráva Bcc: nekdo@example.com")
    assert mail.outbox[0].bcc == [coordinator.email]


@pytest.mark.django_db
def test_the_clock_runs_the_reminders(coordinator):
    deadline(due_on=date(2021, 12, 31))

    send_reminders()
    send_reminders()

    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_letter(coordinator):
    row = deadline()
    sent: list[int] = []

    def other_worker() -> None:
        sent.append(reminders.remind(MORNING))
        connection.close()

    with transaction.atomic():
        assert reminders.remind_of(row.pk, [coordinator.email], MORNING)
        worker = threading.Thread(target=other_worker)
        worker.start()
        worker.join()

    assert sent == [0]
    assert reminders.remind(MORNING) == 0


@pytest.mark.django_db
def test_home_page_shows_what_is_near_to_those_who_can_do_it(coordinator, mentor):
    deadline(name="Daleko", due_on=date(2022, 12, 1))
    deadline(name="Druhý", due_on=date(2022, 2, 10))
    deadline(name="Prošlý", due_on=date(2022, 1, 30))

    (card,) = [card for card in desk.cards(coordinator, MORNING) if card.title == "Termíny projektů"]
    assert (card.value, card.urgent) == ("2\u00a0dny po termínu", True)
    assert card.detail == "Prošlý, nejpozději 30.\u00a01.\u00a02022."
    assert [label for label, _ in card.rows] == ["10.\u00a02.\u00a02022 Druhý"]
    assert not [card for card in desk.cards(mentor.user, MORNING) if card.title == "Termíny projektů"]
    Deadline.objects.update(done_on=date(2022, 2, 1))
    assert not [card for card in desk.cards(coordinator, MORNING) if card.title == "Termíny projektů"]
