"""Monthly evaluations: written by the mentor, sealed by the signature, read by the assistant."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apk.calendar import Month
from apk.people.models import Assistant, Mentor, User
from apk.refusal import Refused
from reports.counting import count
from reports.models import Evaluation, MonthlySummary
from tests.factories import FieldCheckFactory, FindingFactory, MentorFactory, ShiftFactory, local

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]

APRIL = Month(2021, 4)
WORDS = {"grade": "good", "went_well": "Klid na Jílové.", "to_improve": "", "goals": "Přechody."}


def page(name: str, assistant: Assistant, month: Month = APRIL) -> str:
    return reverse(f"evaluations:{name}", args=[month, assistant.pk])


def written(client: Client, assistant: Assistant) -> Evaluation:
    assert client.post(page("write", assistant), WORDS).status_code == 302
    return Evaluation.objects.get()


def test_a_signed_evaluation_keeps_its_words_and_figures(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    shift = ShiftFactory(assistant=assistant, start=local(2021, 4, 15, 8))
    FindingFactory(assistant=assistant, shift=shift, with_needle=5)
    FieldCheckFactory(people=[assistant])
    MonthlySummary.objects.store(count(APRIL), inputs="", by=None)
    client = client_of(mentor)
    refused = client.post(page("write", assistant), {**WORDS, "grade": ""})
    assert (refused.status_code, "Vyberte celkové hodnocení." in refused.content.decode()) == (422, True)
    row = written(client, assistant)
    figures = dict(client.get(page("person", assistant)).context["figures"])
    assert (figures["Plán směn (h)"], figures["Kontroly v terénu"], figures["Nalezené kusy celkem"]) == (
        "8,0",
        "1",
        "5",
    )

    client.post(page("sign", assistant), {"digest": row.digest})
    row.refresh_from_db()
    assert (row.signed_at is not None, dict(row.figures)) == (True, figures)
    FieldCheckFactory(people=[assistant])
    assert dict(client.get(page("person", assistant)).context["figures"]) == figures
    answer = client.post(page("write", assistant), {**WORDS, "went_well": "Nic."}, follow=True)
    assert "už se nemění" in answer.content.decode()
    with pytest.raises(Refused, match="už je podepsané"):
        row.sign(by=mentor.user, figures=[], seen=row.digest, now=timezone.now())
    for change in (
        lambda: Evaluation.objects.update(went_well="Nic."),
        lambda: Evaluation.objects.update(figures=[]),
        lambda: Evaluation.objects.update(signed_at=None, figures=None),
        lambda: Evaluation.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            change()


def test_words_that_changed_since_they_were_read_are_not_signed(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    client = client_of(mentor)
    row = written(client, assistant)
    read = client.get(page("person", assistant)).content.decode()
    assert f'name="digest" value="{row.digest}"' in read
    Evaluation.objects.update(went_well="Nic se nedařilo.")
    answer = client.post(page("sign", assistant), {"digest": row.digest}, follow=True).content.decode()
    assert ("mezitím někdo přepsal" in answer, Evaluation.objects.get().is_signed) == (True, False)
    client.post(page("sign", assistant), {"digest": Evaluation.objects.get().digest})
    assert Evaluation.objects.get().is_signed


def test_the_assistant_reads_what_is_signed(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    own, desk = client_of(assistant), client_of(mentor)
    row = written(desk, assistant)
    assert own.get(page("person", assistant)).status_code == 404
    assert "rozepsané" not in own.get(reverse("evaluations:month", args=[APRIL])).content.decode()
    desk.post(page("sign", assistant), {"digest": row.digest})
    assert "Klid na Jílové." in own.get(page("person", assistant)).content.decode()
    own.post(page("acknowledge", assistant))
    row.refresh_from_db()
    first = row.seen_at
    own.post(page("acknowledge", assistant))
    row.refresh_from_db()
    assert (row.seen_at, first is not None) == (first, True)
    assert "asistent četl" in desk.get(reverse("evaluations:month", args=[APRIL])).content.decode()


def test_only_the_mentor_of_the_month_signs_and_only_when_it_is_over(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant
) -> None:
    row = written(client_of(mentor), assistant)
    stranger = MentorFactory()
    with pytest.raises(Refused, match="nevedli"):
        row.sign(by=stranger.user, figures=[], seen=row.digest, now=timezone.now())
    with pytest.raises(Refused, match="až když měsíc skončí"):
        row.sign(by=mentor.user, figures=[], seen=row.digest, now=APRIL.end - timedelta(seconds=1))
    assert client_of(stranger).get(page("person", assistant)).status_code == 404
