"""The register of training: validity to the day, what a shift needs, and how the plan hears of it."""

from datetime import date

import pytest

from apk.localities.models import Locality
from apk.people.access import Role
from apk.people.models import Assistant, Mentor
from patrols import training
from patrols.models import Training, TrainingKind, TrainingNeed
from patrols.models.training import months_later
from patrols.rules import concerns
from patrols.training import State, missing
from tests.factories import (
    AssistantFactory,
    LocalityFactory,
    MentorFactory,
    ShiftFactory,
    TrainingFactory,
    TrainingKindFactory,
    UserFactory,
    local,
)

pytestmark = pytest.mark.django_db

DAY = date(2021, 4, 15)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2021, 4, 15), 12, date(2022, 4, 15)),
        (date(2021, 1, 31), 1, date(2021, 2, 28)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2020, 2, 29), 48, date(2024, 2, 29)),
        (date(2021, 12, 31), 6, date(2022, 6, 30)),
        (date(2021, 6, 30), 6, date(2021, 12, 30)),
    ],
)
def test_validity_ends_on_the_same_day_of_a_later_month(day: date, months: int, expected: date) -> None:
    assert months_later(day, months) == expected
    assert TrainingKind(validity_months=months).expires_on(day) == expected
    assert TrainingKind(validity_months=None).expires_on(day) is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2021, 4, 14), [True]),
        (date(2021, 4, 15), []),
        (date(2022, 4, 15), []),
        (date(2022, 4, 16), [True]),
    ],
)
def test_training_counts_from_its_day_to_the_last_day_of_validity(
    assistant: Assistant, day: date, expected: list[bool]
) -> None:
    kind = TrainingKindFactory(validity_months=12)
    TrainingNeed.objects.create(kind=kind)
    TrainingFactory(assistant=assistant, kind=kind, held_on=DAY)
    TrainingFactory(kind=kind, held_on=date(2021, 1, 1))
    assert [True for found in missing(assistant, day) if found == kind] == expected


def test_need_is_of_a_locality_of_a_kind_or_of_all(assistant: Assistant) -> None:
    house, park = LocalityFactory(kind=Locality.Kind.LODGING_HOUSE), LocalityFactory()
    everywhere, in_houses, in_park, retired = (TrainingKindFactory(position=n) for n in range(4))
    TrainingNeed.objects.create(kind=everywhere)
    TrainingNeed.objects.create(kind=in_houses, locality_kind=Locality.Kind.LODGING_HOUSE)
    TrainingNeed.objects.create(kind=in_park, locality=park)
    TrainingNeed.objects.create(kind=retired)
    retired.retire(on=DAY)

    assert missing(assistant, DAY) == [everywhere]
    assert missing(assistant, DAY, house) == [everywhere, in_houses]
    assert missing(assistant, DAY, park) == [everywhere, in_park]
    TrainingFactory(assistant=assistant, kind=in_park, held_on=DAY)
    assert missing(assistant, DAY, park) == [everywhere]


def test_training_written_by_mistake_counts_nowhere(assistant: Assistant) -> None:
    kind = TrainingKindFactory()
    TrainingNeed.objects.create(kind=kind)
    row = TrainingFactory(assistant=assistant, kind=kind)
    assert (missing(assistant, DAY), Training.objects.all().counts()["trainings"]) == ([], 1)
    row.withdraw(at=local(2021, 4, 20), reason="Jiný člověk.")
    assert (missing(assistant, DAY), Training.objects.all().counts()["trainings"]) == ([kind], 0)
    assert Training.objects.get().withdrawal_reason == "Jiný člověk."


def test_plan_hears_of_a_shift_that_needs_a_training(assistant: Assistant) -> None:
    kind = TrainingKindFactory(name="Návykové látky", validity_months=12)
    shift = ShiftFactory(assistant=assistant, start=local(2021, 4, 15, 8))
    ShiftFactory(assistant=assistant, start=local(2021, 4, 20, 8))
    TrainingNeed.objects.create(kind=kind, locality=shift.locality)
    days = date(2021, 4, 1), date(2021, 4, 30)

    (said,) = [each for each in concerns([assistant], *days) if each.title == "Chybí školení"]
    assert (said.day, said.severity, said.shift_keys, said.matters) == (DAY, "warning", {shift.pk}, True)
    assert "Návykové látky" in said.sentence
    assert "v evidenci není" in said.sentence

    TrainingFactory(assistant=assistant, kind=kind, held_on=date(2020, 3, 1))
    (expired,) = [each for each in concerns([assistant], *days) if each.title == "Chybí školení"]
    assert "skončila" in expired.sentence
    assert expired.fingerprint == said.fingerprint

    TrainingFactory(assistant=assistant, kind=kind, held_on=DAY)
    assert [each for each in concerns([assistant], *days) if each.title == "Chybí školení"] == []


def test_standing_of_each_person_with_each_kind(assistant: Assistant) -> None:
    valid, soon, ended, never, unknown = (TrainingKindFactory(position=n, validity_months=12) for n in range(5))
    TrainingKind.objects.exclude(pk__in=[each.pk for each in (valid, soon, ended, never, unknown)]).delete()
    TrainingNeed.objects.create(kind=never)
    for kind, held_on in ((valid, date(2021, 3, 1)), (soon, date(2020, 6, 1)), (ended, date(2020, 4, 14))):
        TrainingFactory(assistant=assistant, kind=kind, held_on=held_on)
    TrainingFactory(assistant=assistant, kind=ended, held_on=date(2019, 4, 14))
    assert [(each.kind, each.state, each.until) for each in training.standings([assistant], DAY)] == [
        (valid, State.VALID, date(2022, 3, 1)),
        (soon, State.ENDS_SOON, date(2021, 6, 1)),
        (ended, State.ENDED, date(2021, 4, 14)),
        (never, State.MISSING, None),
    ]


def test_everybody_sees_the_records_of_whom_they_may(mentor: Mentor, assistant: Assistant) -> None:
    row = TrainingFactory(assistant=assistant)
    seen = {
        "assistant": assistant.user,
        "other assistant": AssistantFactory().user,
        "mentor": mentor.user,
        "other mentor": MentorFactory().user,
        "coordinator": UserFactory(is_coordinator=True),
        "administrator": UserFactory(is_administrator=True),
    }
    assert [name for name, user in seen.items() if list(Training.objects.visible_to(user)) == [row]] == [
        "assistant",
        "mentor",
        "coordinator",
    ]
    assert seen["assistant"].role == Role.ASSISTANT
