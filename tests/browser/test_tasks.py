"""A question and a report from a citizen in the phone, dealt with where there is no signal."""

from django.urls import reverse
from playwright.sync_api import BrowserContext, expect

from apk.localities.models import Locality
from apk.people.models import Assistant, Mentor
from findings.models import Finding, Question, Sighting
from tests.browser.accessibility import faults
from tests.browser.field_screens import Open, fill_in, save, state
from tests.factories import FindingFactory, SightingFactory, local


def test_tasks_are_done_offline_and_come_back(
    opened: Open, phone: BrowserContext, jilova: Locality, assistant: Assistant, mentor: Mentor
) -> None:
    asked = FindingFactory(assistant=assistant, place__locality=jilova)
    question = Question.ask(asked, "Kolik jich bylo?", by=mentor.user, at=local(2021, 4, 16))
    found = SightingFactory(assistant=assistant, where="Jílová 7, u lavičky")
    nothing = SightingFactory(assistant=assistant, where="Zastávka Křižíkova")
    today, capture = opened("today"), opened("capture")
    tasks = today.locator("[data-tasks]")
    expect(tasks.get_by_role("listitem")).to_have_count(3)
    assert faults(today) == {}
    phone.set_offline(True)

    tasks.get_by_label("Odpověď").fill("Bylo jich pět.")
    tasks.get_by_role("button", name="Odpovědět").tap()
    expect(tasks.get_by_role("listitem")).to_have_count(2)
    tasks.get_by_role("listitem").filter(has_text="Křižíkova").get_by_role("button", name="Nenalezeno").tap()
    expect(tasks.get_by_role("listitem")).to_have_count(1)
    capture.goto(f"{reverse('field:capture')}?oznameni={found.pk}")
    expect(capture.get_by_text("Zapisujete nález k oznámení: Jílová 7, u lavičky")).to_be_visible()
    fill_in(capture)
    save(capture)
    expect(tasks).to_be_hidden()

    phone.set_offline(False)
    state(capture).to_contain_text("odesláno", ignore_case=True, timeout=30_000)
    expect(today.locator("[data-queue-line]")).not_to_contain_text("čeká", timeout=30_000)
    answered = Question.objects.get(pk=question.pk)
    assert (answered.answer, answered.finding.review) == ("Bylo jich pět.", "new")
    made = Finding.objects.exclude(pk=asked.pk).get()
    outcomes = dict(Sighting.objects.values_list("pk", "outcome"))
    assert outcomes == {found.pk: "found", nothing.pk: "not-found"}
    assert (Sighting.objects.get(pk=found.pk).finding, made.source) == (made, "citizen")
