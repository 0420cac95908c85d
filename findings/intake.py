"""Findings as they come from phones: the payload of each version, and what a finding is linked to on arrival."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from pydantic import BaseModel, ConfigDict, Field

from apk.calendar import local_date
from apk.localities.boundaries import Known, boundaries, edition
from apk.localities.geometry import Bounds
from apk.people.models import Assistant, User
from apk.plain_text import readable
from apk.sync.protocol import Refused
from apk.sync.registry import Amendment, Arrival, Kind
from findings import photos
from findings.custody import carried_box, carried_box_gone_on, is_settled
from findings.models import Deposit, Finding, Place, PlaceKind, PositionSource, Source
from findings.places import Spot, choice, place_for, spots_around
from patrols.models import Shift

MAX_COUNT: Final = 999
MAX_NOTE: Final = 1000

Count = Annotated[int, Field(strict=True, ge=0, le=MAX_COUNT)]


class FindingV1(BaseModel):
    """Version 1 of what a phone says about a finding. Titles are what a refusal calls the field."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    latitude: float = Field(strict=True, ge=-90, le=90, title="Poloha")
    longitude: float = Field(strict=True, ge=-180, le=180, title="Poloha")
    accuracy_m: Annotated[float, Field(strict=True, ge=0, le=100_000)] | None = Field(title="Přesnost polohy")
    position_source: PositionSource = Field(title="Původ polohy")
    place: Annotated[int, Field(strict=True, ge=1, lt=2**63)] | None = Field(title="Místo nálezu")
    place_kind: PlaceKind = Field(title="Druh místa")
    source: Source = Field(default=Source.OWN, title="Jak se o nálezu ví")
    with_needle: Count = Field(title="Stříkačky s jehlou")
    without_needle: Count = Field(title="Stříkačky bez jehly")
    needles: Count = Field(title="Samostatné jehly")
    paraphernalia: Count = Field(default=0, title="Jiné pomůcky")
    child_accessible: bool = Field(default=False, strict=True, title="Dostupné dětem")
    note: str = Field(default="", strict=True, max_length=MAX_NOTE, title="Poznámka")


@dataclass(frozen=True)
class Links:
    """What the database knows about the sender and the surroundings of a finding; `edition` is the localities'.

    `box_gone_on` is the day on which the box was handed over, if it was.
    """

    assistant: int
    shift: int | None
    box: int | None
    box_gone_on: date | None
    edition: str
    spots: list[Spot]


def check(finding: FindingV1) -> None:
    """Raises Refused about what the schema cannot say."""
    if finding.with_needle + finding.without_needle + finding.needles == 0:
        raise Refused("Zadejte aspoň jeden kus.", "with_needle")
    if not Bounds(*settings.CITY_BOUNDS).hold(finding.longitude, finding.latitude):
        raise Refused("Poloha je mimo město. Posuňte značku na mapě na místo nálezu.", "latitude")


def accept(arrival: Arrival) -> None:
    """Stores a finding: with its shift, its locality, its place and the box that its finder carried. Raises Refused.

    It lies in no box when that one was handed over in another month that is sealed.
    """
    finding = arrival.payload
    if not isinstance(finding, FindingV1):
        raise TypeError(f"no way to accept {type(finding).__name__}")
    found = links(arrival.sender, arrival.happened_at, finding)
    locality, place = whereabouts(finding, arrival.happened_at, found)
    Finding.objects.create(
        id=arrival.id,
        found_at=arrival.happened_at,
        assistant_id=found.assistant,
        shift_id=found.shift,
        locality_id=locality.id if locality else None,
        place_id=place,
        **columns(finding),
    )
    if found.box is not None and not is_settled(arrival.happened_at, found.box_gone_on):
        Deposit.objects.create(finding_id=arrival.id, box_id=found.box)
    if arrival.was_held:
        photos.attach_waiting(arrival.id)


def correct(amendment: Amendment) -> None:
    """Puts a correction over a finding, or withdraws it. Raises Refused.

    Its time, shift and finder stay. Its locality and place stay too unless the correction moves it or names another
    place: a mentor may have put the place right meanwhile.
    """
    finding = Finding.objects.select_for_update(of=("self",), no_key=True).get(pk=amendment.corrects)
    if amendment.payload is None:
        finding.withdraw(at=amendment.received_at, reason=amendment.reason)
        return
    says = amendment.payload
    if not isinstance(says, FindingV1):
        raise TypeError(f"no way to correct by {type(says).__name__}")
    moved = (finding.latitude, finding.longitude) != (says.latitude, says.longitude)
    if moved or says.place not in {None, finding.place_id}:
        found = links(finding.assistant.user, finding.found_at, says)
        locality, finding.place_id = whereabouts(says, finding.found_at, found)
        finding.locality_id = locality.id if locality else None
    for column, value in columns(says).items():
        setattr(finding, column, value)
    finding.withdrawn_at, finding.withdrawal_reason = None, ""
    finding.reconsider()
    finding.save()


def whereabouts(finding: FindingV1, moment: datetime, found: Links) -> tuple[Known | None, int]:
    """The locality that holds a finding's position on that day, and the id of its place, made when there is none."""
    position = finding.latitude, finding.longitude
    locality = boundaries(found.edition).holding(*position, local_date(moment))
    place = choice(*position, found.spots, finding.place) or place_for(
        *position, locality=locality, kind=finding.place_kind, named=finding.place
    )
    return locality, place


def columns(finding: FindingV1) -> dict[str, Any]:
    """What a finding keeps of its payload as it is."""
    return {
        "latitude": finding.latitude,
        "longitude": finding.longitude,
        "accuracy_m": finding.accuracy_m,
        "position_source": finding.position_source,
        "place_kind": finding.place_kind,
        "source": finding.source,
        "with_needle": finding.with_needle,
        "without_needle": finding.without_needle,
        "needles": finding.needles,
        "paraphernalia": finding.paraphernalia,
        "child_accessible": finding.child_accessible,
        "note": readable(finding.note),
    }


def links(sender: User, moment: datetime, finding: FindingV1) -> Links:
    """Everything that a finding is linked to and that is already there, in one query.

    Raises Refused when the sender is nobody's assistant.
    """
    shift = Shift.objects.at(moment).filter(assistant=OuterRef("pk")).order_by().values("pk")[:1]
    around = spots_around(finding.latitude, finding.longitude, finding.place)
    senders = Assistant.objects.filter(user=sender).order_by("pk")
    row = senders.values(
        "pk",
        on_shift=Subquery(shift),
        box=carried_box(OuterRef("pk"), moment),
        box_gone_on=carried_box_gone_on(OuterRef("pk"), moment),
        edition=edition(),
        around=around,
    ).first()
    if row is None:
        raise Refused("Váš účet není vedený v evidenci asistentů. Řekněte to mentorovi.")
    spots = [Spot(**place) for place in row["around"]]
    return Links(row["pk"], row["on_shift"], row["box"], row["box_gone_on"], row["edition"], spots)


def texts(payload: Mapping[str, Any]) -> dict[str, str]:
    """The name of the place that the finder chose."""
    chosen = payload.get("place")
    place = Place.objects.filter(pk=chosen).first() if chosen else None
    return {"place": place.name} if place else {}


def page(record: UUID) -> str:
    return reverse("findings:detail", args=[record])


FINDING: Final = Kind(
    name="finding",
    payloads={1: FindingV1},
    accept=accept,
    keep_photo=photos.keep,
    check=check,
    correct=correct,
    title="Nález",
    texts=texts,
    url=page,
    waiting_photos=photos.waiting,
)
