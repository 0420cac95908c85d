"""Deterministic factories with named states. April 2021 is the month everything happens in unless told otherwise."""

import uuid
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count
from typing import Any

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from apk.calendar import LOCAL
from apk.localities.models import District, Locality
from apk.people.access import Role
from apk.people.models import Assistant, Employment, Mentor, Mentorship, User
from apk.sync.models import Conflict, Held, Receipt, RescueFile
from findings.models import Box, Carrying, Deposit, Finding, Injury, Place, PlaceKind, Recipient, Sighting, Source
from patrols.duties import Event
from patrols.models import (
    Absence,
    Activity,
    ActivityCount,
    ActivityKind,
    Announcement,
    Attendance,
    CalledPatrol,
    Counter,
    CoverNeed,
    FieldCheck,
    Organisation,
    ReferralReason,
    Shift,
    ShiftTemplate,
    Training,
    TrainingKind,
)
from reports.models import GrantProject, ProjectReport, ReportSection

PASSWORD = "spolecne-heslo-pro-testy"

ordinals = count(1)


def local(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """An instant given as the wall clock in Prague shows it."""
    return datetime(year, month, day, hour, minute, tzinfo=LOCAL)


def square(latitude: float, longitude: float, half: float = 0.002) -> dict[str, Any]:
    """A GeoJSON MultiPolygon: a square around a point, `half` degrees to each side."""
    west, east, south, north = longitude - half, longitude + half, latitude - half, latitude + half
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "MultiPolygon", "coordinates": [[ring]]}


def record_id() -> uuid.UUID:
    """A UUIDv7 such as phones mint; the counter in it keeps ids apart and in order."""
    ordinal = next(ordinals)
    value = (0x0179_0000_0000 + ordinal) << 80 | 0x7 << 76 | 0x2 << 62 | ordinal
    return uuid.UUID(int=value)


@cache
def hashed_password() -> str:
    """The real, slow hash of PASSWORD, computed once: hundreds of people are made in a run."""
    return make_password(PASSWORD)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    personal_number = factory.Sequence(lambda n: f"{1000 + n}")
    email = factory.LazyAttribute(lambda user: f"{user.personal_number}@example.cz")
    first_name = "Jana"
    last_name = factory.Sequence(lambda n: f"Nováková {n}")
    phone = "+420 777 000 111"
    role = Role.ASSISTANT
    password = factory.LazyFunction(hashed_password)

    class Params:
        is_coordinator = factory.Trait(role=Role.COORDINATOR)
        is_administrator = factory.Trait(role=Role.ADMINISTRATOR)


class MentorFactory(DjangoModelFactory):
    class Meta:
        model = Mentor

    user = factory.SubFactory(UserFactory, role=Role.MENTOR)


class AssistantFactory(DjangoModelFactory):
    """An assistant employed full time since the start of 2021; `mentor=` also gives them that mentor since then."""

    class Meta:
        model = Assistant
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory, role=Role.ASSISTANT)

    @factory.post_generation
    def employed(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create and extracted is not False:
            Employment.objects.create(**{"assistant": self, "starts": date(2021, 1, 1), "fte": 1, **kwargs})

    @factory.post_generation
    def mentor(self, create: bool, extracted: Mentor | None, **kwargs: Any) -> None:
        if create and extracted is not None:
            Mentorship.objects.create(assistant=self, mentor=extracted, starts=date(2021, 1, 1))


class DistrictFactory(DjangoModelFactory):
    class Meta:
        model = District
        django_get_or_create = ("name",)

    name = "Moravská Ostrava a Přívoz"


class LocalityFactory(DjangoModelFactory):
    class Meta:
        model = Locality

    name = factory.Sequence(lambda n: f"Lokalita {n}")
    kind = Locality.Kind.EXCLUDED
    district = factory.SubFactory(DistrictFactory)
    area = factory.Sequence(lambda n: square(49.80 + 0.005 * (n % 20), 18.20 + 0.005 * (n // 20 % 30)))
    opened_on = date(2015, 1, 1)


class ShiftFactory(DjangoModelFactory):
    """A shift of eight hours from `start`; each next one is a day later, so that they never overlap.

    The assistant knows of it as it stands; `announced=False` makes one that only the desk knows.
    """

    class Meta:
        model = Shift
        skip_postgeneration_save = True

    assistant = factory.SubFactory(AssistantFactory)
    locality = factory.SubFactory(LocalityFactory)
    start = factory.Sequence(lambda n: local(2021, 4, 1, 8) + timedelta(days=n))
    end = factory.LazyAttribute(lambda shift: shift.start + timedelta(hours=8))

    @factory.post_generation
    def announced(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create and extracted is not False:
            Announcement.objects.create(
                **{
                    "shift": self,
                    "assistant": self.assistant,
                    "locality": self.locality,
                    "start": self.start,
                    "end": self.end,
                    "note": self.note,
                    "announced_on": date(2021, 1, 1),
                    "asks": Announcement.Question.NOTHING,
                    **kwargs,
                }
            )


class ShiftTemplateFactory(DjangoModelFactory):
    """Mornings from 6 to 14."""

    class Meta:
        model = ShiftTemplate

    name = factory.Sequence(lambda n: f"Šablona {n}")
    starts = time(6)
    ends = time(14)


class CoverNeedFactory(DjangoModelFactory):
    """One person on working days from 8 to 16, since 2021."""

    class Meta:
        model = CoverNeed

    locality = factory.SubFactory(LocalityFactory)
    weekdays = [0, 1, 2, 3, 4]
    starts = time(8)
    ends = time(16)
    valid_from = date(2021, 1, 1)


class AbsenceFactory(DjangoModelFactory):
    """A vacation from 19 to 23 April 2021 that the assistant asks for."""

    class Meta:
        model = Absence

    assistant = factory.SubFactory(AssistantFactory)
    kind = Absence.Kind.VACATION
    first = date(2021, 4, 19)
    last = date(2021, 4, 23)
    asked_by = factory.SelfAttribute("assistant.user")


class ActivityKindFactory(DjangoModelFactory):
    class Meta:
        model = ActivityKind

    name = factory.Sequence(lambda n: f"Druh činnosti {n}")


class CounterFactory(DjangoModelFactory):
    """Something counted; with a `measure`, the counter that has it, made when there is none."""

    class Meta:
        model = Counter

    name = factory.Sequence(lambda n: f"Počet {n}")

    @classmethod
    def _create(cls, model_class: type[Counter], *args: Any, **kwargs: Any) -> Counter:
        measured = Counter.objects.filter(measure=kwargs["measure"]).first() if kwargs.get("measure") else None
        return measured or super()._create(model_class, *args, **kwargs)


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organizace {n}")


class ReferralReasonFactory(DjangoModelFactory):
    class Meta:
        model = ReferralReason

    name = factory.Sequence(lambda n: f"Důvod {n}")


class CalledPatrolFactory(DjangoModelFactory):
    class Meta:
        model = CalledPatrol

    name = factory.Sequence(lambda n: f"Hlídka {n}")


class ActivityFactory(DjangoModelFactory):
    """An activity on 15 April 2021; `numbers={counter: number}`; a `referral` has an organisation and a reason."""

    class Meta:
        model = Activity
        skip_postgeneration_save = True

    id = factory.LazyFunction(record_id)
    at = local(2021, 4, 15, 10)
    assistant = factory.SubFactory(AssistantFactory)
    locality = factory.SubFactory(LocalityFactory)
    kind = factory.SubFactory(ActivityKindFactory)

    class Params:
        referral = factory.Trait(
            organisation=factory.SubFactory(OrganisationFactory), reason=factory.SubFactory(ReferralReasonFactory)
        )

    @factory.post_generation
    def numbers(self, create: bool, extracted: dict[Counter, int] | None, **kwargs: Any) -> None:
        for counter, number in (extracted or {}).items():
            ActivityCount.objects.create(activity=self, counter=counter, number=number)


class AttendanceFactory(DjangoModelFactory):
    """The start of duty on 15 April 2021 at 8."""

    class Meta:
        model = Attendance

    id = factory.LazyFunction(record_id)
    assistant = factory.SubFactory(AssistantFactory)
    event = Event.START
    at = local(2021, 4, 15, 8)


class FieldCheckFactory(DjangoModelFactory):
    """On 15 April 2021 at 10; `people=` are those whom it concerned."""

    class Meta:
        model = FieldCheck
        skip_postgeneration_save = True

    checked_at = local(2021, 4, 15, 10)
    place = "U školy"
    result = FieldCheck.Result.FINE
    finding = "Ve stejnokroji, o situaci v lokalitě ví."
    checked_by = factory.SubFactory(UserFactory, role=Role.MENTOR)

    @factory.post_generation
    def people(self, create: bool, extracted: list[Assistant] | None, **kwargs: Any) -> None:
        self.concern(extracted or [])


class PlaceFactory(DjangoModelFactory):
    class Meta:
        model = Place

    name = factory.Sequence(lambda n: f"Jílová – park {n}")
    locality = factory.SubFactory(LocalityFactory)
    latitude = factory.Sequence(lambda n: 49.80 + 0.001 * (n % 100))
    longitude = factory.Sequence(lambda n: 18.20 + 0.001 * (n // 100))


class FindingFactory(DjangoModelFactory):
    """Two syringes with a needle found in a park on 15 April 2021, at the place's own position and locality."""

    class Meta:
        model = Finding

    id = factory.LazyFunction(record_id)
    found_at = local(2021, 4, 15, 10)
    assistant = factory.SubFactory(AssistantFactory)
    place = factory.SubFactory(PlaceFactory)
    locality = factory.SelfAttribute("place.locality")
    latitude = factory.SelfAttribute("place.latitude")
    longitude = factory.SelfAttribute("place.longitude")
    accuracy_m = 8.0
    place_kind = PlaceKind.PARK
    with_needle = 2


class BoxFactory(DjangoModelFactory):
    """A box for 60 pieces, opened on 1 April 2021; `carrier=` has had it since then, `findings=` lie in it."""

    class Meta:
        model = Box
        skip_postgeneration_save = True

    label = factory.Sequence(lambda n: f"B-{n:03}")
    capacity = 60
    kept_at = "Služebna Nemocniční"
    opened_at = local(2021, 4, 1, 7)

    @factory.post_generation
    def carrier(self, create: bool, extracted: Assistant | None, **kwargs: Any) -> None:
        if extracted is not None:
            Carrying.objects.create(box=self, assistant=extracted, since=self.opened_at)

    @factory.post_generation
    def findings(self, create: bool, extracted: list[Finding] | None, **kwargs: Any) -> None:
        for finding in extracted or ():
            Deposit.objects.create(finding=finding, box=self)


class RecipientFactory(DjangoModelFactory):
    class Meta:
        model = Recipient

    name = factory.Sequence(lambda n: f"Příjemce {n}")


class InjuryFactory(DjangoModelFactory):
    """On 15 April 2021 at 10, written down by the assistant."""

    class Meta:
        model = Injury

    assistant = factory.SubFactory(AssistantFactory)
    happened_at = local(2021, 4, 15, 10)
    description = "Jehla propíchla rukavici při sběru u lavičky."
    recorded_by = factory.SelfAttribute("assistant.user")


class TrainingKindFactory(DjangoModelFactory):
    class Meta:
        model = TrainingKind

    name = factory.Sequence(lambda n: f"Druh školení {n}")


class TrainingFactory(DjangoModelFactory):
    """Four hours on 15 April 2021, valid as long as its kind says."""

    class Meta:
        model = Training

    assistant = factory.SubFactory(AssistantFactory)
    kind = factory.SubFactory(TrainingKindFactory)
    held_on = date(2021, 4, 15)
    hours = 4
    provider = "Renarkon"
    expires_on = factory.LazyAttribute(lambda training: training.kind.expires_on(training.held_on))
    recorded_by = factory.SubFactory(UserFactory, is_coordinator=True)


class SightingFactory(DjangoModelFactory):
    """What a citizen told at ten on 15 April 2021; `assistant` was sent there five minutes later."""

    class Meta:
        model = Sighting

    reported_at = local(2021, 4, 15, 10)
    source = Source.CITIZEN
    where = factory.Sequence(lambda n: f"Jílová {n}, u lavičky")
    recorded_by = factory.SubFactory(UserFactory, role=Role.MENTOR)
    assigned_at = factory.LazyAttribute(lambda sighting: sighting.assistant and local(2021, 4, 15, 10, 5))
    assistant = None


class ReceiptFactory(DjangoModelFactory):
    """A finding of two syringes, received on 15 April 2021 an hour after it was recorded."""

    class Meta:
        model = Receipt

    id = factory.LazyFunction(record_id)
    user = factory.SubFactory(UserFactory)
    kind = "finding"
    version = 1
    recorded_at = local(2021, 4, 15, 10)
    utc_offset_min = 120
    clock_skew = timedelta(0)
    payload = factory.LazyFunction(
        lambda: {
            "latitude": 49.845,
            "longitude": 18.277,
            "accuracy_m": 8.0,
            "position_source": "gps",
            "place": None,
            "place_kind": "park",
            "with_needle": 2,
            "without_needle": 0,
            "needles": 0,
        }
    )
    digest = b"1" * 32
    received_at = local(2021, 4, 15, 11)


class HeldFactory(DjangoModelFactory):
    class Meta:
        model = Held

    receipt = factory.SubFactory(ReceiptFactory)
    reason = Held.Reason.DEACTIVATED
    happened_at = factory.SelfAttribute("receipt.happened_at")


class ConflictFactory(DjangoModelFactory):
    """The same record again half an hour later, with five syringes."""

    class Meta:
        model = Conflict

    receipt = factory.SubFactory(ReceiptFactory)
    user = factory.SelfAttribute("receipt.user")
    kind = "finding"
    version = 1
    recorded_at = factory.SelfAttribute("receipt.recorded_at")
    utc_offset_min = 120
    clock_skew = timedelta(0)
    payload = factory.LazyAttribute(lambda conflict: {**conflict.receipt.payload, "with_needle": 5})
    digest = b"2" * 32
    received_at = local(2021, 4, 15, 11, 30)


class RescueFileFactory(DjangoModelFactory):
    """A file with one new record, brought by its owner's mentor and not imported yet."""

    class Meta:
        model = RescueFile

    by = factory.SubFactory(UserFactory, role=Role.MENTOR)
    owner = factory.SubFactory(UserFactory)
    uploaded_at = local(2021, 4, 16, 8)
    device_time = local(2021, 4, 16, 7)
    name = "apk-zaloha-2021-04-16-0700.json"
    sha256 = "0" * 64
    stored_as = "rescue/a.json"
    foreseen = factory.LazyFunction(
        lambda: [
            {"id": str(record_id()), "outcome": "accepted", "kind": "finding", "at": local(2021, 4, 15, 10).isoformat()}
        ]
    )
    photo_count = 1


class GrantProjectFactory(DjangoModelFactory):
    class Meta:
        model = GrantProject

    name = "Ostrava – Asistent prevence kriminality 2021"
    number = "314D083009247"
    sequence = 10
    starts = date(2021, 1, 1)
    ends = date(2021, 12, 31)
    posts = 7
    ministry_grant = 2_100_000
    city_share = 420_000
    publicity = (
        "Projekt „Ostrava – Asistent prevence kriminality 2021“ je hrazen z dotací Ministerstva vnitra ČR "
        "a statutárního města Ostravy."
    )


class ReportSectionFactory(DjangoModelFactory):
    """A section with text alone; each next one stands below."""

    class Meta:
        model = ReportSection

    project = factory.SubFactory(GrantProjectFactory)
    position = factory.Sequence(lambda n: n + 1)
    title = "Spolupráce"


class ProjectReportFactory(DjangoModelFactory):
    """The final report of the whole project."""

    class Meta:
        model = ProjectReport

    project = factory.SubFactory(GrantProjectFactory)
    kind = ProjectReport.Kind.FINAL
    first = factory.LazyAttribute(lambda report: report.project.starts.replace(day=1))
    last = factory.LazyAttribute(lambda report: report.project.ends.replace(day=1))
