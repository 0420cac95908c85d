"""Draft → published → changed: who learns what and when, what stops it, and what is kept of it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from apk.calendar import local_date
from apk.people.models import Assistant, Mentor, User
from apk.refusal import Refused
from patrols import post, publishing
from patrols.models import Announcement, Notice, Override, Publication, Shift, Stage
from patrols.publishing import PlanMovedError, UnexcusedError
from tests.factories import AssistantFactory, FindingFactory, LocalityFactory, MentorFactory, ShiftFactory, local

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Assistant | Mentor], Client]
NOW = datetime(2021, 3, 10, 9, tzinfo=UTC)
APRIL = date(2021, 4, 1), date(2021, 4, 30)
Answer, Question = Announcement.Answer, Announcement.Question


def publish(by: Mentor, now: datetime = NOW, reason: str = "", first: date = APRIL[0]) -> Publication:
    """What a mentor does who reads the page and confirms it, one reason for all."""
    found = publishing.draft(by.user, first, APRIL[1], today=local_date(now))
    reasons = {concern.fingerprint: reason for concern in found.unexcused}
    return publishing.publish(by.user, first, APRIL[1], seen=found.fingerprint, reasons=reasons, now=now)


def planned(assistant: Assistant, day: int = 6, hour: int = 8, **changes: Any) -> Shift:
    start = local(2021, 4, day, hour)
    return ShiftFactory(assistant=assistant, start=start, end=start + timedelta(hours=8), announced=False, **changes)


def move(shift: Shift, by: Mentor, hour: int) -> None:
    start = shift.start.replace(hour=hour)
    shift.change(by=by.user, seen=shift.revision, locality=shift.locality, start=start, end=start + timedelta(hours=8))


def stage(shift: Shift) -> Stage:
    return Shift.objects.get(pk=shift.pk).stage


def test_assistant_sees_a_shift_only_once_it_is_published(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    shift = planned(assistant)
    client = client_of(assistant)
    assert client.get("/plan/2021-W14/").context["plan"].shifts == []
    assert client.get(f"/plan/smeny/{shift.pk}/").status_code == 404
    assert "8:00" not in client.get("/plan/2021-W14/smeny.csv").content.decode()
    publish(mentor)
    assert [str(told) for told in client.get("/plan/2021-W14/").context["plan"].shifts] == [str(shift)]
    assert "8:00" in client.get("/plan/2021-W14/smeny.csv").content.decode()


def test_assistant_knows_the_old_time_until_the_change_is_published(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    shift = planned(assistant)
    publish(mentor)
    move(shift, mentor, 14)
    client = client_of(assistant)

    def clocks() -> list[str]:
        return [told.clock for told in client.get("/plan/2021-W14/").context["plan"].shifts]

    assert (stage(shift), clocks()) == (Stage.CHANGED, ["8:00–16:00"])
    publish(mentor)
    assert (stage(shift), clocks()) == (Stage.PUBLISHED, ["14:00–22:00"])
    told = Announcement.objects.get()
    assert "8:00–16:00" in told.before


def test_removed_shift_stands_until_its_removal_is_published(mentor: Mentor, assistant: Assistant) -> None:
    shift = planned(assistant)
    publish(mentor)
    shift.remove(by=mentor.user, seen=shift.revision)
    assert list(Announcement.objects.orphaned()) == [Announcement.objects.get()]
    publish(mentor)
    told = Announcement.objects.get()
    assert (told.withdrawn, told.answer, list(Announcement.objects.standing())) == (True, Answer.NONE, [])


@pytest.mark.parametrize(("days_ahead", "asks"), [(14, Question.NOTICE), (13, Question.AGREEMENT)])
def test_less_than_two_weeks_ahead_needs_agreement_and_a_reason(
    mentor: Mentor, assistant: Assistant, days_ahead: int, asks: str
) -> None:
    planned(assistant)
    now = local(2021, 4, 6, 7) - timedelta(days=days_ahead)
    publish(mentor, now=now, reason="po dohodě")
    assert Announcement.objects.get().asks == asks
    reasons = [(row.rule, row.reason) for row in Override.objects.all()]
    assert reasons == ([("late_notice", "po dohodě")] if asks == Question.AGREEMENT else [])


def test_warning_without_a_reason_stops_publishing(mentor: Mentor, assistant: Assistant) -> None:
    planned(assistant, 6, 12)
    planned(assistant, 7, 6)
    with pytest.raises(UnexcusedError):
        publish(mentor, reason="  ")
    assert not Announcement.objects.exists()
    publish(mentor, reason="Dohodnuto s asistentem")
    (override,) = Override.objects.filter(rule="rest_shortened")
    assert (override.reason, override.publication.by, override.assistant) == (
        "Dohodnuto s asistentem",
        mentor.user,
        assistant,
    )
    # What was once excused stays so; another change asks only for what is new.
    planned(assistant, 20)
    publish(mentor)
    assert Announcement.objects.count() == 3


def test_reason_for_one_breach_does_not_excuse_a_graver_one(mentor: Mentor, assistant: Assistant) -> None:
    planned(assistant, 6, 12)
    second = planned(assistant, 7, 6)
    publish(mentor, reason="po dohodě")
    move(second, mentor, 5)
    with pytest.raises(UnexcusedError):
        publish(mentor)


def test_error_stops_publishing_whatever_the_reason(mentor: Mentor, assistant: Assistant) -> None:
    planned(assistant, 6, 15)
    planned(assistant, 7, 6)
    with pytest.raises(UnexcusedError, match="výjimku nepřipouští"):
        publish(mentor, reason="nutné")
    assert not Publication.objects.exists()


def test_plan_that_moved_meanwhile_is_not_published(mentor: Mentor, assistant: Assistant) -> None:
    planned(assistant)
    found = publishing.draft(mentor.user, *APRIL, today=local_date(NOW))
    planned(assistant, 8)
    with pytest.raises(PlanMovedError):
        publishing.publish(mentor.user, *APRIL, seen=found.fingerprint, reasons={}, now=NOW)
    assert not Announcement.objects.exists()


def test_mentor_publishes_only_for_those_whom_they_lead(mentor: Mentor, assistant: Assistant) -> None:
    foreign = planned(AssistantFactory(mentor=MentorFactory()))
    with pytest.raises(Refused, match="Není co zveřejnit"):
        publish(mentor)
    planned(assistant)
    publish(mentor)
    assert stage(foreign) is Stage.DRAFT


def test_draft_takes_the_same_queries_for_few_and_for_many(
    mentor: Mentor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 10):
        for _ in range(count):
            planned(AssistantFactory(mentor=mentor))
        with django_assert_num_queries(9):
            publishing.draft(mentor.user, *APRIL, today=local_date(NOW))


# What the assistant says


def test_assistant_answers_and_the_mentor_learns_of_it(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    soon = timezone.now() + timedelta(days=3)
    ShiftFactory(assistant=assistant, start=soon, end=soon + timedelta(hours=8), announced=False)
    page = client_of(mentor).get("/plan/zverejnit/", {"od": local_date(soon), "do": local_date(soon)})
    form = page.context["form"]
    sent = {"seen": form["seen"].value(), "common": "po dohodě"}
    address = f"/plan/zverejnit/?od={local_date(soon)}&do={local_date(soon)}"
    assert client_of(mentor).post(address, sent).status_code == 302
    told = Announcement.objects.get()
    own = client_of(assistant)
    assert list(own.get("/plan/muj/").context["waiting"]) == [told]
    assert own.get("/teren/data").json()["plan"] == {"waiting": 1}
    # Agreement is not given by taking note of everything.
    own.post("/plan/muj/vzit-na-vedomi/")
    told.refresh_from_db()
    assert told.answer == Answer.NONE
    own.post(f"/plan/muj/{told.pk}/odpovedet/", {"answer": "declined", "seen": told.revision})
    told.refresh_from_db()
    assert (told.answer, told.answered_at is not None) == (Answer.DECLINED, True)
    assert "Nesouhlas se směnou" in client_of(mentor).get("/").content.decode()
    own.post(f"/plan/muj/{told.pk}/odpovedet/", {"answer": "agreed", "seen": told.revision})
    assert "Nesouhlas se směnou" not in client_of(mentor).get("/").content.decode()
    assert own.get("/teren/data").json()["plan"] == {"waiting": 0}


def test_answer_to_what_is_no_longer_told_is_refused(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    shift = planned(assistant)
    publish(mentor)
    read = Announcement.objects.get().revision
    move(shift, mentor, 14)
    publish(mentor)
    told = Announcement.objects.get()
    client_of(assistant).post(f"/plan/muj/{told.pk}/odpovedet/", {"answer": "seen", "seen": read})
    told.refresh_from_db()
    assert told.answer == Answer.NONE


@pytest.mark.parametrize("answer", [Answer.AGREED, Answer.DECLINED, Answer.NONE])
def test_notice_is_not_agreed_to(mentor: Mentor, assistant: Assistant, answer: Announcement.Answer) -> None:
    planned(assistant)
    publish(mentor)
    told = Announcement.objects.get()
    with pytest.raises(Refused):
        told.reply(answer, seen=told.revision, now=NOW)


# E-mails


def test_each_assistant_gets_one_letter_about_their_own_shifts(
    mentor: Mentor, assistant: Assistant, django_capture_on_commit_callbacks: Any
) -> None:
    other = AssistantFactory(mentor=mentor)
    planned(assistant, locality=LocalityFactory(name="Jílová"))
    planned(other, locality=LocalityFactory(name="Hrušov"))
    with django_capture_on_commit_callbacks() as rung:
        publish(mentor)
    assert len(rung) == 1
    assert (post.send_waiting(), post.send_waiting()) == (2, 0)
    letters = {letter.to[0]: letter.body for letter in mail.outbox}
    assert ("Jílová" in letters[assistant.user.email], "Hrušov" in letters[assistant.user.email]) == (True, False)
    assert "Hrušov" in letters[other.user.email]
    assert not Notice.objects.waiting().exists()


def test_letter_that_the_mail_server_refuses_is_sent_later(
    mentor: Mentor, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(assistant)
    publish(mentor)

    def broken(*args: Any, **kwargs: Any) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(post, "send_mail", broken)
        assert post.send_waiting() == 0
    assert (post.send_waiting(), len(mail.outbox), Notice.objects.get().attempts) == (1, 1, 2)


def test_shift_with_records_stays_announced(mentor: Mentor, assistant: Assistant) -> None:
    shift = planned(assistant)
    publish(mentor)
    FindingFactory(assistant=assistant, shift=shift)
    with pytest.raises(Refused):
        shift.remove(by=mentor.user, seen=shift.revision)
    assert Announcement.objects.get().shift == shift


def test_notice_board_prints_only_what_was_published(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    planned(assistant, 6, locality=LocalityFactory(name="Jílová"))
    publish(mentor)
    planned(assistant, 8, locality=LocalityFactory(name="Hrušov"))
    answer = client_of(mentor).get("/plan/mesic/2021-04/nastenka.pdf")
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    assert (answer["Content-Type"], "Jílová" in text, "Hrušov" in text) == ("application/pdf", True, False)
    assert assistant.user.last_name in text
    assert "Plán směn, duben" in text.replace("\N{NO-BREAK SPACE}", " ")
