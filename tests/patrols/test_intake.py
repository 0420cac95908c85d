"""Attendance and activities on their way from phones."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apk.calendar import local_date
from apk.people.models import Assistant, Mentor
from patrols.attendance_approval import approve, day_of, reopen
from patrols.models import Activity, Attendance, Code
from tests.factories import (
    ActivityKindFactory,
    AssistantFactory,
    CalledPatrolFactory,
    CounterFactory,
    LocalityFactory,
    OrganisationFactory,
    ReferralReasonFactory,
    ShiftFactory,
    UserFactory,
)
from tests.phones import Phone, record

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLES = Path(__file__).parents[1] / "sync/samples"


@pytest.fixture
def phone(assistant: Assistant) -> Phone:
    return Phone(assistant.user)


def ago(**time: float) -> datetime:
    return timezone.now() - timedelta(**time)


def attendance(event: str, **parts: Any) -> dict[str, Any]:
    return record({"event": event}, kind="attendance", **parts)


def activity(kind: Code, *, parts: dict[str, Any] | None = None, **payload: Any) -> dict[str, Any]:
    """What the form of the phone makes, with `payload` put over it."""
    empty = {"counters": {}, "locality": None, "note": "", "referral": None, "called_patrol": None}
    return record({"activity_kind": kind.pk, **empty, **payload}, kind="activity", **(parts or {}))


def test_attendance_is_kept_in_whole_seconds_of_the_corrected_time(phone: Phone, assistant: Assistant) -> None:
    moment = ago(minutes=20).replace(microsecond=640_000)
    sent = attendance("start", recorded_at=moment.isoformat())
    assert phone.outcomes(sent, device_time=ago(minutes=10)) == ["accepted"]
    kept = Attendance.objects.get()
    assert (str(kept.pk), kept.assistant, kept.event) == (sent["id"], assistant, "start")
    assert timedelta(minutes=9, seconds=58) < kept.at - moment < timedelta(minutes=10, seconds=2)
    assert kept.at.microsecond == 0
    assert phone.outcomes(sent) == ["known"]
    assert Attendance.objects.count() == 1


def test_an_activity_keeps_everything_said_and_learns_its_shift(phone: Phone, assistant: Assistant) -> None:
    shift = ShiftFactory(assistant=assistant, start=ago(hours=2))
    kind, organisation, reason = ActivityKindFactory(), OrganisationFactory(), ReferralReasonFactory()
    patrol, contacts, dumps = CalledPatrolFactory(), CounterFactory(), CounterFactory()
    elsewhere = LocalityFactory()
    sent = activity(
        kind,
        counters={str(contacts.pk): 12, str(dumps.pk): 0},
        locality=elsewhere.pk,
        note=" U\u0007 přechodu ",
        referral={"organisation": organisation.pk, "reason": reason.pk},
        called_patrol=patrol.pk,
    )
    assert phone.outcomes(sent) == ["accepted"]
    kept = Activity.objects.get()
    assert (str(kept.pk), kept.assistant, kept.shift, kept.locality) == (sent["id"], assistant, shift, elsewhere)
    assert (kept.kind, kept.organisation, kept.reason, kept.called_patrol) == (kind, organisation, reason, patrol)
    assert kept.note == "U přechodu"
    assert list(kept.numbers.values_list("counter", "number")) == [(contacts.pk, 12)]


def test_an_activity_without_a_locality_takes_that_of_the_shift(phone: Phone, assistant: Assistant) -> None:
    kind = ActivityKindFactory()
    shift = ShiftFactory(assistant=assistant, start=ago(hours=2))
    ShiftFactory(assistant=AssistantFactory(), start=ago(hours=2))
    off_duty = (timezone.now() - timedelta(hours=5)).isoformat()
    phone.outcomes(activity(kind), activity(kind, parts={"recorded_at": off_duty}))
    assert [(found.shift, found.locality) for found in Activity.objects.all()] == [
        (shift, shift.locality),
        (None, None),
    ]


def test_what_is_in_no_list_is_refused_at_its_field(phone: Phone) -> None:
    kind, organisation, reason = ActivityKindFactory(), OrganisationFactory(), ReferralReasonFactory()
    results = phone.results(
        activity(kind, activity_kind=10**9),
        activity(kind, counters={str(10**9): 1}),
        activity(kind, locality=10**9),
        activity(kind, referral={"organisation": 10**9, "reason": reason.pk}),
        activity(kind, referral={"organisation": organisation.pk, "reason": 10**9}),
        activity(kind, called_patrol=10**9),
        activity(kind, counters={"kontakty": 1}),
        activity(kind, counters={"1": 1000}),
        activity(kind, referral={"organisation": organisation.pk}),
        activity(kind, jméno="Jan"),
        attendance("přišel"),
        record({"event": "start", "latitude": 49.8}, kind="attendance"),
    )
    assert [(result["field"], result["reason"]) for result in results] == [
        ("activity_kind", "Druh činnosti: takovou položku server nezná. Vyberte ji znovu."),
        ("counters", "Počty: takovou položku server nezná. Vyberte ji znovu."),
        ("locality", "Lokalita: takovou položku server nezná. Vyberte ji znovu."),
        ("referral", "Zprostředkovaná pomoc: takovou položku server nezná. Vyberte ji znovu."),
        ("referral", "Zprostředkovaná pomoc: takovou položku server nezná. Vyberte ji znovu."),
        ("called_patrol", "Přivolaná hlídka: takovou položku server nezná. Vyberte ji znovu."),
        ("counters", "Počty: údaj nemá správný tvar."),
        ("counters", "Počty: nejvýše 999."),
        ("referral", "Zprostředkovaná pomoc: údaj chybí."),
        ("jméno", "jméno: takový údaj server nezná."),
        ("event", "Událost: vyberte jednu z možností."),
        ("latitude", "latitude: takový údaj server nezná."),
    ]
    assert not Activity.objects.exists()
    assert not Attendance.objects.exists()


def test_a_kind_retired_while_the_phone_was_away_is_taken(phone: Phone) -> None:
    kind = ActivityKindFactory()
    kind.retire(on=timezone.localdate())
    assert phone.outcomes(activity(kind)) == ["accepted"]


def correction(of: dict[str, Any], payload: dict[str, Any] | None) -> dict[str, Any]:
    return record({"corrects": of["id"], "payload": payload, "reason": "Spletl jsem se"}, kind="correction")


def test_an_activity_is_corrected_taken_back_and_made_to_hold_again(phone: Phone, assistant: Assistant) -> None:
    shift = ShiftFactory(assistant=assistant, start=ago(hours=2))
    kind, other, contacts, dumps = (
        ActivityKindFactory(),
        ActivityKindFactory(),
        CounterFactory(),
        CounterFactory(),
    )
    sent = activity(kind, counters={str(contacts.pk): 12}, locality=LocalityFactory().pk, note="Klid")
    better = activity(other, counters={str(dumps.pk): 1})["payload"]
    assert phone.outcomes(sent, correction(sent, better)) == ["accepted"] * 2
    kept = Activity.objects.get()
    assert (kept.kind, kept.locality, kept.note, kept.shift) == (other, shift.locality, "", shift)
    assert list(kept.numbers.values_list("counter", "number")) == [(dumps.pk, 1)]

    phone.outcomes(correction(sent, None))
    assert not Activity.objects.standing().exists()
    assert Activity.objects.get().withdrawal_reason == "Spletl jsem se"

    phone.outcomes(correction(sent, sent["payload"]))
    assert list(Activity.objects.standing().values_list("kind", "note")) == [(kind.pk, "Klid")]
    unknown = correction(sent, {**better, "activity_kind": 10**9})
    assert phone.outcomes(unknown) == ["refused"]


def test_a_wrong_tap_of_attendance_is_mended(phone: Phone) -> None:
    sent = attendance("end")
    phone.outcomes(sent, correction(sent, {"event": "break-start"}))
    at = Attendance.objects.get().at
    assert Attendance.objects.get().event == "break-start"
    phone.outcomes(correction(sent, None))
    assert not Attendance.objects.standing().exists()
    phone.outcomes(correction(sent, {"event": "end"}))
    assert list(Attendance.objects.standing().values_list("event", "at")) == [("end", at)]


def test_what_the_mentor_approved_or_corrected_is_not_mended_from_the_phone(
    phone: Phone, assistant: Assistant, mentor: Mentor
) -> None:
    start, end = (
        attendance(event, recorded_at=ago(hours=hours).isoformat()) for event, hours in (("start", 5), ("end", 1))
    )
    phone.outcomes(start, end)
    day, now = local_date(Attendance.objects.earliest("at").at), timezone.now()
    approve(assistant, day, by=mentor.user, seen=day_of(assistant, day, now).digest, now=now)
    assert phone.outcomes(correction(end, None)) == ["refused"]
    reopen(assistant, day, by=mentor.user, reason="Omyl.", now=now)
    assert phone.outcomes(correction(end, {"event": "break-start"})) == ["accepted"]
    Attendance.objects.get(pk=end["id"]).withdraw(at=now, reason="Nebyla přestávka.", by=mentor.user)
    assert phone.outcomes(correction(end, {"event": "end"})) == ["refused"]
    assert Attendance.objects.get(pk=end["id"]).event == "break-start"


def test_nobody_but_an_assistant_of_the_register_sends_them() -> None:
    phone = Phone(UserFactory())
    results = phone.results(activity(ActivityKindFactory()), attendance("start"))
    assert {result["reason"] for result in results} == {
        "Váš účet není vedený v evidenci asistentů. Řekněte to mentorovi."
    }


def test_frozen_samples_stay_acceptable(phone: Phone) -> None:
    for code in (ActivityKindFactory, OrganisationFactory, ReferralReasonFactory, CalledPatrolFactory):
        code._meta.model.objects.filter(pk=1).exists() or code(pk=1)
    for pk in (1, 2):
        CounterFactory._meta.model.objects.filter(pk=pk).exists() or CounterFactory(pk=pk)
    for kind in ("attendance", "activity"):
        samples = json.loads((SAMPLES / f"{kind}-v1.json").read_text())
        assert phone.outcomes(*(record(sample, kind=kind) for sample in samples)) == ["accepted"] * len(samples)
