"""Field checks: a mentor writes down what they found, whom it concerned, and on which shift."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apk.audit.models import AccessLog
from apk.calendar import Month
from apk.people.models import Assistant, Mentor, User
from patrols.models import FieldCheck
from reports.grant_compiling import compiled
from reports.models import ReportSection
from tests.factories import (
    AssistantFactory,
    FieldCheckFactory,
    MentorFactory,
    ProjectReportFactory,
    ReportSectionFactory,
    ShiftFactory,
    local,
)
from tests.reports.closed import sealed

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Assistant | Mentor], Client]

LIST = "/kontroly/"
TYPED = {
    "day": "2021-04-15",
    "clock": "10:30",
    "place": "U školy",
    "result": "minor",
    "finding": "Bez vesty.",
    "measures": "Dostane novou.",
}


def test_a_check_is_written_changed_and_cancelled(client_of: ClientOf, mentor: Mentor, assistant: Assistant) -> None:
    shift = ShiftFactory(assistant=assistant, start=local(2021, 4, 15, 8))
    colleague = AssistantFactory(mentor=mentor)
    client = client_of(mentor)
    add = reverse("checks:add")
    refused = client.post(add, {**TYPED, "place": "", "people": [assistant.pk]})
    assert (refused.status_code, "Vyberte lokalitu, nebo napište místo" in refused.content.decode()) == (422, True)
    late = client.post(add, {**TYPED, "day": "2099-01-01", "people": [assistant.pk]})
    assert "která už byla" in late.content.decode()
    client.post(add, {**TYPED, "people": [assistant.pk, colleague.pk]})
    check = FieldCheck.objects.get()
    assert (check.checked_at, check.checked_by) == (local(2021, 4, 15, 10, 30), mentor.user)
    assert set(check.checked.values_list("assistant", "shift")) == {(assistant.pk, shift.pk), (colleague.pk, None)}

    edit = reverse("checks:edit", args=[check.pk])
    seen = client.get(edit).context["form"]["seen"].value()
    client.post(edit, {**TYPED, "seen": seen, "people": [assistant.pk], "result": "fine"})
    check.refresh_from_db()
    assert (check.result, check.checked.count()) == ("fine", 1)

    assert client.post(reverse("checks:withdraw", args=[check.pk]), {"reason": ""}).status_code == 422
    client.post(reverse("checks:withdraw", args=[check.pk]), {"reason": "Jiný den."})
    assert client.get(LIST).context["page"].paginator.count == 0
    assert client.get(LIST, {"stav": "zrusena"}).context["page"].paginator.count == 1
    assert client.get(edit).status_code == 404


def test_checks_are_seen_by_those_concerned_and_filtered(
    client_of: ClientOf, mentor: Mentor, assistant: Assistant, coordinator: User
) -> None:
    mine = FieldCheckFactory(checked_by=mentor.user, people=[assistant])
    other = MentorFactory()
    stranger = AssistantFactory(mentor=other)
    FieldCheckFactory(
        checked_by=other.user, people=[stranger], checked_at=local(2021, 5, 2, 9), result="serious", finding="=1+1"
    )

    def found(reader: User | Assistant | Mentor, **query: object) -> list[int]:
        return [check.pk for check in client_of(reader).get(LIST, query).context["page"].object_list]

    for reader in (mentor, assistant):
        assert found(reader) == [mine.pk]
    assert len(found(coordinator)) == 2
    assert found(coordinator, mesic="2021-04") == [mine.pk]
    assert found(coordinator, asistent=assistant.pk) == [mine.pk]
    assert found(coordinator, vysledek="fine") == [mine.pk]
    answer = client_of(coordinator).get(f"{LIST}export.csv", {"vysledek": "serious"})
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=1+1" in lines[1]
    assert AccessLog.objects.get().detail["rows"] == 1


def test_the_report_counts_checks_that_a_sealed_month_keeps(
    mentor: Mentor, assistant: Assistant, coordinator: User
) -> None:
    april = FieldCheckFactory(checked_by=mentor.user)
    FieldCheckFactory(checked_by=mentor.user, checked_at=local(2021, 4, 30, 23, 59))
    FieldCheckFactory(checked_by=mentor.user).withdraw(at=local(2021, 4, 20), reason="Omylem.")
    FieldCheckFactory(checked_by=mentor.user, checked_at=local(2022, 1, 1, 0))
    report = ProjectReportFactory()
    ReportSectionFactory(project=report.project, content=ReportSection.Content.MENTORING, title="Vedení")
    (section,) = compiled(report).sections
    assert dict(section.facts)["Kontroly v terénu"].value == 2
    sealed(Month(2021, 4), coordinator)
    with pytest.raises(IntegrityError, match="sealed"):
        april.withdraw(at=local(2021, 5, 20), reason="Omylem.")


def test_the_list_takes_the_same_queries_for_few_and_many(client_of: ClientOf, coordinator: User) -> None:
    client = client_of(coordinator)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    FieldCheckFactory(people=[AssistantFactory()])
    assert queries() == 6
    for day in range(5):
        at = local(2021, 4, 10, 9) + timedelta(days=day)
        FieldCheckFactory(people=[AssistantFactory(), AssistantFactory()], checked_at=at)
    assert queries() == 6
