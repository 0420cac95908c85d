"""What a finding from a phone becomes in the database."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from apk.people.models import Assistant, User
from apk.sync.protocol import Refused
from apk.sync.registry import Arrival
from findings import intake
from findings.intake import FINDING, FindingV1, accept
from findings.models import Finding, Place, PlaceKind, PositionSource, Source
from patrols.models import Shift
from tests.crowd import at_once
from tests.factories import LocalityFactory, PlaceFactory, ShiftFactory, UserFactory, local, record_id, square
from tests.phones import Phone, finding, record

pytestmark = pytest.mark.django_db

FOUND_AT = local(2021, 4, 15, 10)
HERE = (49.845, 18.277)


def arrival(sender: User, *, found_at: datetime = FOUND_AT, identifier: UUID | None = None, **payload: Any) -> Arrival:
    return Arrival(
        id=identifier or record_id(),
        version=1,
        sender=sender,
        recorded_at=found_at,
        happened_at=found_at,
        received_at=found_at + timedelta(hours=1),
        payload=FINDING.read(1, finding(**payload)),
    )


def accepted(assistant: Assistant, **parts: Any) -> Finding:
    identifier = record_id()
    accept(arrival(assistant.user, identifier=identifier, **parts))
    return Finding.objects.get(pk=identifier)


def test_everything_the_phone_said_is_stored(assistant: Assistant) -> None:
    found = accepted(
        assistant,
        latitude=49.845,
        longitude=18.277,
        accuracy_m=12.5,
        position_source="map",
        place_kind="sandpit",
        source="citizen",
        with_needle=1,
        without_needle=2,
        needles=3,
        paraphernalia=4,
        child_accessible=True,
        note="  U lavičky\r\n\x07vpravo\t🟡 ",
    )
    stored = {field.name: getattr(found, field.attname) for field in Finding._meta.concrete_fields}
    arrived = stored.pop("recorded_at")
    assert abs(arrived - datetime.now(UTC)) < timedelta(minutes=1)
    assert stored == {
        "id": found.pk,
        "found_at": FOUND_AT,
        "assistant": assistant.pk,
        "shift": None,
        "locality": None,
        "place": Place.objects.get().pk,
        "latitude": 49.845,
        "longitude": 18.277,
        "accuracy_m": 12.5,
        "position_source": PositionSource.MAP,
        "place_kind": PlaceKind.SANDPIT,
        "source": Source.CITIZEN,
        "with_needle": 1,
        "without_needle": 2,
        "needles": 3,
        "pieces": 6,
        "paraphernalia": 4,
        "child_accessible": True,
        "withdrawn_at": None,
        "withdrawal_reason": "",
        "review": "new",
        "merged_into": None,
        "note": "U lavičky\nvpravo\t🟡",
    }


def test_what_the_phone_left_out_has_a_default() -> None:
    payload = finding()
    for name in ("source", "paraphernalia", "child_accessible", "note"):
        del payload[name]
    assert FindingV1.model_validate(payload) == FindingV1.model_validate(
        finding(source="own", paraphernalia=0, child_accessible=False, note="")
    )


@pytest.mark.parametrize(
    ("minutes", "on_shift"),
    [(-1, False), (0, True), (479, True), (480, False)],
    ids=["before", "start", "end", "after"],
)
def test_a_finding_belongs_to_the_shift_at_its_time(assistant: Assistant, minutes: int, on_shift: bool) -> None:
    start = local(2021, 4, 15, 8)
    shift = ShiftFactory(assistant=assistant, start=start, end=start + timedelta(hours=8))
    ShiftFactory(start=start, end=start + timedelta(hours=8))  # a colleague's
    found = accepted(assistant, found_at=start + timedelta(minutes=minutes))
    assert found.shift_id == (shift.pk if on_shift else None)


def test_a_finding_belongs_to_the_locality_that_holds_it(assistant: Assistant) -> None:
    patrolled = LocalityFactory(name="Hrušov", area=square(49.866, 18.290))
    jilova = LocalityFactory(name="Jílová", area=square(*HERE))
    ShiftFactory(assistant=assistant, locality=patrolled, start=FOUND_AT, end=FOUND_AT + timedelta(hours=1))
    found = accepted(assistant)
    assert (found.locality, found.place.locality, found.place.name) == (jilova, jilova, "Jílová – park 1")


def test_a_finding_outside_localities_is_accepted(assistant: Assistant) -> None:
    found = accepted(assistant)
    assert (found.locality, found.place.locality, found.place.name) == (None, None, "Mimo lokality – park 1")


def test_a_finding_near_a_known_place_belongs_to_it(assistant: Assistant) -> None:
    place = PlaceFactory(latitude=HERE[0] + 0.0001, longitude=HERE[1])
    assert accepted(assistant).place == place


@pytest.mark.parametrize(
    ("latitude", "longitude", "inside"),
    [
        (49.72, 18.09, True),
        (49.91, 18.39, True),
        (49.719_99, 18.2, False),
        (49.910_01, 18.2, False),
        (49.8, 18.089_99, False),
        (49.8, 18.390_01, False),
        (18.277, 49.845, False),
    ],
)
def test_a_position_outside_the_city_is_refused(
    assistant: Assistant, latitude: float, longitude: float, inside: bool
) -> None:
    if inside:
        assert accepted(assistant, latitude=latitude, longitude=longitude).latitude == latitude
        return
    with pytest.raises(Refused) as refusal:
        accepted(assistant, latitude=latitude, longitude=longitude)
    assert refusal.value.reason == "Poloha je mimo město. Posuňte značku na mapě na místo nálezu."
    assert refusal.value.field == "latitude"
    assert not Place.objects.exists()


def test_a_finding_of_nothing_is_refused(assistant: Assistant) -> None:
    with pytest.raises(Refused) as refusal:
        accepted(assistant, with_needle=0, needles=0, paraphernalia=5)
    assert (refusal.value.reason, refusal.value.field) == ("Zadejte aspoň jeden kus.", "with_needle")


def test_an_account_that_is_no_assistant_is_refused(db: None) -> None:
    with pytest.raises(Refused, match="evidenci asistentů"):
        accept(arrival(UserFactory()))


@pytest.mark.django_db(transaction=True)
def test_a_shift_deleted_in_that_very_moment_holds_nothing_back(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mentor deletes the shift after the finding was linked to it and before it is committed."""
    found_at = datetime.now(UTC) - timedelta(minutes=10)
    ShiftFactory(assistant=assistant, start=found_at - timedelta(hours=1), end=found_at + timedelta(hours=1))
    looked_up = intake.links
    calls: list[int | None] = []

    def links_then_gone(sender: User, moment: datetime, finding: FindingV1) -> intake.Links:
        found = looked_up(sender, moment, finding)
        calls.append(found.shift)
        at_once(1, lambda _: Shift.objects.all().delete())
        return found

    monkeypatch.setattr(intake, "links", links_then_gone)

    assert Phone(assistant.user).outcomes(record()) == ["accepted"]

    assert [shift is not None for shift in calls] == [True, False]
    assert Finding.objects.get().shift is None


@pytest.mark.django_db(transaction=True)
def test_eight_findings_at_once_at_a_new_place_share_it(assistant: Assistant) -> None:
    def arrive(n: int) -> None:
        with transaction.atomic():
            accept(arrival(assistant.user, latitude=HERE[0] + n / 1_000_000))

    at_once(8, arrive)
    assert Finding.objects.count() == 8
    assert Place.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_history_names_who_sent_the_finding(assistant: Assistant) -> None:
    Phone(assistant.user).outcomes(record())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT context.metadata->>'user' FROM findings_findingevent event"
            " JOIN pghistory_context context ON context.id = event.pgh_context_id"
        )
        assert cursor.fetchall() == [(str(assistant.user_id),)]
