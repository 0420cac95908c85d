"""Pages of boxes, handovers and the balance: the way of the sharps as a mentor walks it, and every number opens."""

from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apk.calendar import Month
from apk.people.models import Assistant, Mentor, User
from findings import custody
from findings.labels import qr
from findings.models import Box, BoxState, Deposit, Finding, Handover
from tests.factories import (
    AssistantFactory,
    BoxFactory,
    FindingFactory,
    MentorFactory,
    RecipientFactory,
    UserFactory,
    local,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]

BALANCE = reverse("findings:balance", args=[Month(2021, 4)])
MOMENT = {"day": "2021-04-20", "clock": "18:00"}


@pytest.fixture
def desk(client_of: ClientOf, mentor: Mentor) -> Client:
    return client_of(mentor)


def step(client: Client, name: str, box: Box, **sent: object) -> int:
    return client.post(reverse(f"findings:{name}", args=[box.pk]), sent).status_code


def test_mentor_walks_the_whole_way_of_a_box(desk: Client, assistant: Assistant) -> None:
    recipient = RecipientFactory()
    sent = {"label": "B-1", "capacity": "60", "capacity_unit": "pieces", "kept_at": "Služebna", "note": ""}
    assert desk.post(reverse("findings:add-box"), sent).status_code == 302
    Box.objects.update(opened_at=local(2021, 4, 1, 7))
    box = Box.objects.get()
    found = FindingFactory(assistant=assistant, with_needle=5)

    assert step(desk, "give-box", box, assistant=assistant.pk, day="2021-04-02", clock="7:00") == 302
    assert Deposit.objects.get().finding == found
    assert step(desk, "take-back-box", box, kept_at="Skříň 2", day="2021-04-19", clock="15:00") == 302
    assert step(desk, "close-box", box, **MOMENT) == 302
    assert step(desk, "reopen-box", box) == 302
    assert step(desk, "close-box", box, **MOMENT) == 302
    assert step(desk, "close-box", box, **MOMENT) == 422

    handover = {
        f"box-{box.pk}": "on",
        f"pieces-{box.pk}": "4",
        "recipient": recipient.pk,
        "handed_on": "2021-04-21",
        "handed_by": "Radim Vaculík",
    }
    refused = desk.post(reverse("findings:add-handover"), handover)
    assert (refused.status_code, Handover.objects.count()) == (422, 0)
    assert "Podle nálezů je v boxu 5." in refused.content.decode()
    accepted = desk.post(reverse("findings:add-handover"), handover | {f"explanation-{box.pk}": "Jedna byla prázdná."})
    made = Handover.objects.get()
    assert accepted.headers["Location"] == made.get_absolute_url()
    assert "Jedna byla prázdná." in desk.get(made.get_absolute_url()).content.decode()

    confirm = reverse("findings:confirm-handover", args=[made.pk])
    assert desk.post(confirm, {"document_number": "", "on": "2021-04-22"}).status_code == 422
    assert desk.post(confirm, {"document_number": "D 7", "on": "2021-04-22"}).status_code == 302
    cancel = reverse("findings:cancel-handover", args=[made.pk])
    assert desk.post(cancel, {"reason": ""}).status_code == 422
    assert desk.post(cancel, {"reason": "Zapsáno dvakrát."}).status_code == 302
    assert Box.objects.get().state == BoxState.CLOSED
    assert desk.post(cancel, {"reason": "Znovu."}).status_code == 422


def test_every_number_of_the_balance_opens_to_findings_with_that_sum(desk: Client, assistant: Assistant) -> None:
    early = FindingFactory(assistant=assistant, found_at=local(2021, 3, 10), with_needle=3)
    gone = FindingFactory(assistant=assistant, with_needle=5)
    FindingFactory(assistant=assistant, with_needle=7)
    later = FindingFactory(assistant=assistant, found_at=local(2021, 4, 12), with_needle=11)
    FindingFactory(assistant=assistant, with_needle=90).withdraw(at=local(2021, 4, 20), reason="Omyl.")
    for number, (findings, on) in enumerate((([early, gone], date(2021, 4, 22)), ([later], date(2021, 5, 3)))):
        box = BoxFactory(findings=findings)
        box.close(at=local(2021, 4, 20, 18))
        inside = custody.pieces_of(Finding.objects.filter(deposit__box=box))
        by = UserFactory(is_coordinator=True)
        said = (inside - number, "Jedna chyběla." if number else "")
        custody.hand_over({box: said}, recipient=RecipientFactory(), on=on, by=by)

    context = desk.get(BALANCE).context
    assert [(label, value) for label, value, _ in context["lines"]] == [
        ("Drželo se na začátku", 3),
        ("Nalezeno v měsíci", 23),
        ("Předáno k likvidaci", 8),
        ("Drží se na konci", 18),
    ]
    assert [value for _, value, _ in context["of_month"]] == [5, 18]
    for _, value, records in [*context["lines"], *context["of_month"]]:
        listed = desk.get(records)
        assert listed.status_code == 200
        assert (urlsplit(records).path, listed.context["counts"]["pieces"]) == (reverse("findings:list"), value)
        assert not listed.context["form"].errors
    may = desk.get("/nalezy/bilance/2021-05/").context["balance"]
    assert (may.held_before, may.handed_over, may.held, may.delivered, may.difference) == (18, 11, 7, 10, 1)
    handed = desk.get(reverse("findings:handovers"), {"od": "2021-05-01", "do": "2021-05-31"})
    assert handed.context["pieces"] == may.delivered


def test_findings_are_put_into_a_box_together_and_only_those_one_may_see(desk: Client, assistant: Assistant) -> None:
    mine, foreign = FindingFactory(assistant=assistant), FindingFactory()
    box = BoxFactory()
    page = desk.get(reverse("findings:unboxed"))
    assert list(page.context["page"].object_list) == [mine]
    url = reverse("findings:put")
    assert desk.post(f"{url}?nalez={mine.pk}&nalez={foreign.pk}", {"box": box.pk}).status_code == 404
    assert desk.get(f"{url}?nalez=nesmysl").status_code == 404
    assert desk.get(url).status_code == 200
    assert desk.post(f"{url}?nalez={mine.pk}", {"box": ""}).status_code == 422
    assert desk.post(f"{url}?nalez={mine.pk}", {"box": box.pk}).status_code == 302
    assert list(box.deposits.values_list("finding", flat=True)) == [mine.pk]


def test_box_shows_each_reader_the_findings_they_may_see(
    client_of: ClientOf, desk: Client, assistant: Assistant
) -> None:
    other = AssistantFactory(mentor=MentorFactory())
    mine, foreign = FindingFactory(assistant=assistant), FindingFactory(assistant=other)
    box = BoxFactory(carrier=assistant, findings=[mine, foreign])
    for client in (desk, client_of(assistant)):
        page = client.get(box.get_absolute_url())
        assert (list(page.context["page"].object_list), page.context["hidden"]) == ([mine], 1)
        assert str(foreign.pk) not in page.content.decode()
    assert client_of(other).get(box.get_absolute_url()).status_code == 404


def test_list_of_boxes_takes_the_same_queries_for_few_and_for_many(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 12):
        for _ in range(count):
            BoxFactory(carrier=AssistantFactory())
        with django_assert_num_queries(6):
            desk.get(reverse("findings:boxes"))


def test_time_to_come_is_refused_and_this_minute_is_now(desk: Client, assistant: Assistant) -> None:
    box = BoxFactory()
    assert step(desk, "close-box", box, day="2098-01-01", clock="8:00") == 422
    assert step(desk, "close-box", box, day="2021-03-28", clock="2:30") == 422
    form = desk.get(reverse("findings:close-box", args=[box.pk])).context["form"]
    now = {"day": form.initial["day"].isoformat(), "clock": f"{form.initial['clock']:%H:%M}"}
    FindingFactory(assistant=assistant, found_at=form.now)
    Deposit.objects.create(finding=Finding.objects.get(), box=box)
    assert step(desk, "close-box", box, **now) == 302


def test_label_holds_the_address_of_the_box(desk: Client) -> None:
    box = BoxFactory(label="B-012")
    page = desk.get(reverse("findings:box-label", args=[box.pk]))
    address = f"http://testserver{box.get_absolute_url()}"
    assert page.context["address"] == address
    assert qr(address) in page.content.decode()
    assert qr(address) != qr(f"{address}x")
    assert "style" not in qr(address)
