"""Attendance and activities as they come from phones: the payload of each version, and what it is linked to."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from pydantic import BaseModel, ConfigDict, Field

from apk.localities.models import Locality
from apk.people.models import Assistant
from apk.plain_text import readable
from apk.sync.protocol import Refused
from apk.sync.registry import Amendment, Arrival, Kind
from patrols.attendance_approval import day_of_event, is_closed
from patrols.duties import Event
from patrols.models import (
    Activity,
    ActivityCount,
    ActivityKind,
    Attendance,
    CalledPatrol,
    Code,
    Counter,
    Organisation,
    ReferralReason,
    Shift,
)

MAX_COUNT: Final = 999
MAX_NOTE: Final = 1000

Payload = TypeVar("Payload", bound=BaseModel)
Id = Annotated[int, Field(strict=True, ge=1, lt=2**63)]
CounterId = Annotated[str, Field(strict=True, pattern="^[1-9][0-9]{0,17}$")]
Count = Annotated[int, Field(strict=True, ge=0, le=MAX_COUNT)]


class AttendanceV1(BaseModel):
    """Version 1 of what a phone says about attendance: that something began or ended when the record was made."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: Event = Field(title="Událost")


class ReferralV1(BaseModel):
    """Whom a person was referred to and with what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    organisation: Id
    reason: Id


class ActivityV1(BaseModel):
    """Version 1 of what a phone says about an activity. Values are ids of entries of the code lists."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    activity_kind: Id = Field(title="Druh činnosti")
    counters: dict[CounterId, Count] = Field(default_factory=dict, title="Počty", max_length=100)
    locality: Id | None = Field(default=None, title="Lokalita")
    note: str = Field(default="", strict=True, max_length=MAX_NOTE, title="Poznámka")
    referral: ReferralV1 | None = Field(default=None, title="Zprostředkovaná pomoc")
    called_patrol: Id | None = Field(default=None, title="Přivolaná hlídka")


# --- Attendance ------------------------------------------------------------------------------------------------------


def accept_attendance(arrival: Arrival) -> None:
    """Stores an event of attendance. Raises Refused."""
    sent = read_as(AttendanceV1, arrival.payload)
    assistant = Assistant.objects.filter(user=arrival.sender).first()
    if assistant is None:
        raise not_an_assistant()
    Attendance.objects.create(
        id=arrival.id, assistant=assistant, event=sent.event, at=arrival.happened_at.replace(microsecond=0)
    )


def correct_attendance(amendment: Amendment) -> None:
    """Says another event of the same moment, or takes it back: for a wrong tap.

    Raises Refused for what the mentor has corrected, and on a day that is approved.
    """
    event = (
        Attendance.objects.select_for_update(of=("self",)).select_related("assistant__user").get(pk=amendment.corrects)
    )
    event.assistant.lock()
    if event.withdrawn_by_id is not None:
        raise Refused("Tento záznam už opravil mentor. Co je potřeba změnit, navrhněte v docházce na webu.")
    if is_closed(event.assistant, day_of_event(event, amendment.received_at)):
        raise Refused("Docházku toho dne už mentor schválil. Co je potřeba změnit, navrhněte v docházce na webu.")
    if amendment.payload is None:
        event.withdraw(at=amendment.received_at, reason=amendment.reason)
        return
    event.event = read_as(AttendanceV1, amendment.payload).event
    event.withdrawn_at, event.withdrawal_reason = None, ""
    event.save()


# --- Activities ------------------------------------------------------------------------------------------------------


def accept_activity(arrival: Arrival) -> None:
    """Stores an activity with the shift at that time; where it does not say its locality, with that of the shift.

    Entries that were retired meanwhile are taken: the phone had offered them. Raises Refused.
    """
    sent = read_as(ActivityV1, arrival.payload)
    shift = Shift.objects.at(arrival.happened_at).filter(assistant=OuterRef("pk")).order_by()
    sender = (
        Assistant.objects.filter(user=arrival.sender)
        .order_by("pk")
        .values("pk", on_shift=Subquery(shift.values("pk")[:1]), on_shift_in=Subquery(shift.values("locality")[:1]))
        .first()
    )
    if sender is None:
        raise not_an_assistant()
    refuse_unknown(sent)
    activity = Activity.objects.create(
        id=arrival.id,
        at=arrival.happened_at,
        assistant_id=sender["pk"],
        shift_id=sender["on_shift"],
        **{**described(sent), "locality_id": sent.locality or sender["on_shift_in"]},
    )
    write_numbers(activity, sent)


def correct_activity(amendment: Amendment) -> None:
    """Puts a correction over an activity, or takes it back. Its time, person and shift stay. Raises Refused."""
    activity = Activity.objects.select_for_update(of=("self",)).select_related("shift").get(pk=amendment.corrects)
    if amendment.payload is None:
        activity.withdraw(at=amendment.received_at, reason=amendment.reason)
        return
    sent = read_as(ActivityV1, amendment.payload)
    refuse_unknown(sent)
    for column, value in described(sent).items():
        setattr(activity, column, value)
    if activity.locality_id is None and activity.shift is not None:
        activity.locality_id = activity.shift.locality_id
    activity.withdrawn_at, activity.withdrawal_reason = None, ""
    activity.save()
    activity.numbers.all().delete()
    write_numbers(activity, sent)


def described(sent: ActivityV1) -> dict[str, object]:
    """The columns of an activity that its payload says."""
    return {
        "kind_id": sent.activity_kind,
        "locality_id": sent.locality,
        "organisation_id": sent.referral.organisation if sent.referral else None,
        "reason_id": sent.referral.reason if sent.referral else None,
        "called_patrol_id": sent.called_patrol,
        "note": readable(sent.note),
    }


def write_numbers(activity: Activity, sent: ActivityV1) -> None:
    ActivityCount.objects.bulk_create(
        ActivityCount(activity=activity, counter_id=int(counter), number=number)
        for counter, number in sent.counters.items()
        if number
    )


def refuse_unknown(sent: ActivityV1) -> None:
    """Raises Refused for a payload that names what is in no list."""
    referral = sent.referral
    named: list[tuple[type[Code | Locality], int | None, str]] = [
        (ActivityKind, sent.activity_kind, "activity_kind"),
        (Locality, sent.locality, "locality"),
        (Organisation, referral.organisation if referral else None, "referral"),
        (ReferralReason, referral.reason if referral else None, "referral"),
        (CalledPatrol, sent.called_patrol, "called_patrol"),
        *((Counter, int(pk), "counters") for pk in sent.counters),
    ]
    for model, pk, field in named:
        if pk is not None and not model.objects.filter(pk=pk).exists():
            label = ActivityV1.model_fields[field].title
            raise Refused(f"{label}: takovou položku server nezná. Vyberte ji znovu.", field)


# --- Both ------------------------------------------------------------------------------------------------------------


def texts(payload: Mapping[str, Any]) -> dict[str, str]:
    """The names of the entries of the code lists that an activity's payload refers to."""
    lists: dict[str, type[Code | Locality]] = {
        "activity_kind": ActivityKind,
        "locality": Locality,
        "called_patrol": CalledPatrol,
    }
    named = {member: model.objects.filter(pk=payload.get(member)).first() for member, model in lists.items()}
    words = {member: entry.name for member, entry in named.items() if entry is not None}
    if numbers := payload.get("counters"):
        counters = Counter.objects.in_bulk([int(pk) for pk in numbers])
        words["counters"] = ", ".join(f"{counters.get(int(pk), pk)}: {number}" for pk, number in numbers.items())
    if referral := payload.get("referral"):
        whom = Organisation.objects.filter(pk=referral["organisation"]).first()
        why = ReferralReason.objects.filter(pk=referral["reason"]).first()
        words["referral"] = f"{whom} ({why})"
    return words


def page(record: UUID) -> str:
    return reverse("activities:detail", args=[record])


def read_as(schema: type[Payload], payload: BaseModel) -> Payload:
    if not isinstance(payload, schema):
        raise TypeError(f"no way to accept {type(payload).__name__}")
    return payload


def not_an_assistant() -> Refused:
    return Refused("Váš účet není vedený v evidenci asistentů. Řekněte to mentorovi.")


ATTENDANCE: Final = Kind(
    name="attendance",
    payloads={1: AttendanceV1},
    accept=accept_attendance,
    correct=correct_attendance,
    title="Docházka",
)
ACTIVITY: Final = Kind(
    name="activity",
    payloads={1: ActivityV1},
    accept=accept_activity,
    correct=correct_activity,
    title="Činnost",
    texts=texts,
    url=page,
)
