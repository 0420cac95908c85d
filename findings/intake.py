"""Findings as they come from phones: the payload of each version, and what a finding is linked to on arrival."""

from dataclasses import dataclass
from typing import Annotated, Final

from django.conf import settings
from django.db.models import OuterRef, Subquery
from pydantic import BaseModel, ConfigDict, Field

from apk.calendar import local_date
from apk.localities.boundaries import boundaries, edition
from apk.localities.geometry import Bounds
from apk.people.models import Assistant
from apk.plain_text import readable
from apk.sync.protocol import Refused
from apk.sync.registry import Arrival, Kind
from findings import photos
from findings.models import Finding, PlaceKind, PositionSource, Source
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
    """What the database knows about the sender and the surroundings of a finding; `edition` is the localities'."""

    assistant: int
    shift: int | None
    edition: str
    spots: list[Spot]


def accept(arrival: Arrival) -> None:
    """Stores a finding: with its shift, its locality and its place. Raises Refused."""
    finding = arrival.payload
    if not isinstance(finding, FindingV1):
        raise TypeError(f"no way to accept {type(finding).__name__}")
    if finding.with_needle + finding.without_needle + finding.needles == 0:
        raise Refused("Zadejte aspoň jeden kus.", "with_needle")
    if not Bounds(*settings.CITY_BOUNDS).hold(finding.longitude, finding.latitude):
        raise Refused("Poloha je mimo město. Posuňte značku na mapě na místo nálezu.", "latitude")
    found = links(arrival, finding)
    locality = boundaries(found.edition).holding(finding.latitude, finding.longitude, local_date(arrival.happened_at))
    position = finding.latitude, finding.longitude
    place = choice(*position, found.spots, finding.place) or place_for(
        *position, locality=locality, kind=finding.place_kind, named=finding.place
    )
    Finding.objects.create(
        id=arrival.id,
        found_at=arrival.happened_at,
        assistant_id=found.assistant,
        shift_id=found.shift,
        locality_id=locality.id if locality else None,
        place_id=place,
        latitude=finding.latitude,
        longitude=finding.longitude,
        accuracy_m=finding.accuracy_m,
        position_source=finding.position_source,
        place_kind=finding.place_kind,
        source=finding.source,
        with_needle=finding.with_needle,
        without_needle=finding.without_needle,
        needles=finding.needles,
        paraphernalia=finding.paraphernalia,
        child_accessible=finding.child_accessible,
        note=readable(finding.note),
    )


def links(arrival: Arrival, finding: FindingV1) -> Links:
    """Everything that a finding is linked to and that is already there, in one query.

    Raises Refused when the sender is nobody's assistant.
    """
    shift = Shift.objects.at(arrival.happened_at).filter(assistant=OuterRef("pk")).order_by().values("pk")[:1]
    around = spots_around(finding.latitude, finding.longitude, finding.place)
    senders = Assistant.objects.filter(user=arrival.sender).order_by("pk")
    row = senders.values("pk", on_shift=Subquery(shift), edition=edition(), around=around).first()
    if row is None:
        raise Refused("Váš účet není vedený v evidenci asistentů. Řekněte to mentorovi.")
    return Links(row["pk"], row["on_shift"], row["edition"], [Spot(**place) for place in row["around"]])


FINDING: Final = Kind(name="finding", payloads={1: FindingV1}, accept=accept, keep_photo=photos.keep)
