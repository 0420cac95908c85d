"""What the demonstration's team learnt: the courses of 2021, and those of the last years that are valid today."""

from collections.abc import Sequence
from datetime import date, timedelta

from apk.localities.models import Locality
from apk.people.models import Assistant, User
from patrols.models import Training, TrainingKind, TrainingNeed

DRUGS = "Návykové látky a bezpečný sběr"

# Kind, day, hours, who taught. Everybody was there.
COURSES = (
    ("Vstupní školení", date(2021, 1, 4), 16, "Městská policie Ostrava"),
    ("BOZP", date(2021, 1, 5), 4, "Městská policie Ostrava"),
    (DRUGS, date(2021, 1, 6), 8, "Renarkon"),
    ("Zkouška odborné způsobilosti", date(2021, 1, 29), 2, "Městská policie Ostrava"),
    ("První pomoc", date(2021, 2, 16), 8, "Český červený kříž"),
    ("Průběžné školení", date(2021, 4, 13), 8, "Městská policie Ostrava"),
    ("Supervize", date(2021, 4, 27), 2, "Poradna Charity Ostrava"),
    ("Průběžné školení", date(2021, 10, 12), 8, "Městská policie Ostrava"),
    ("Supervize", date(2021, 11, 9), 2, "Poradna Charity Ostrava"),
)
# Kind, days before today, hours, who taught.
LATELY = (
    ("BOZP", 200, 4, "Městská policie Ostrava"),
    ("První pomoc", 690, 8, "Český červený kříž"),
    ("Průběžné školení", 40, 8, "Městská policie Ostrava"),
)
DRUGS_LATELY, DRUGS_LONG_AGO = 90, 372


def make_training(team: Sequence[Assistant], mentor: User, today: date) -> None:
    """The records, and that shifts at lodging houses need the course about drugs; of one person it has just ended."""
    kinds = {kind.name: kind for kind in TrainingKind.objects.all()}
    held = list(COURSES)
    held += [(name, today - timedelta(days=ago), hours, provider) for name, ago, hours, provider in LATELY]
    rows = [(person, *course) for course in held for person in team]
    for number, person in enumerate(team):
        ago = DRUGS_LONG_AGO if number == len(team) - 1 else DRUGS_LATELY
        rows.append((person, DRUGS, today - timedelta(days=ago), 8, "Renarkon"))
    Training.objects.bulk_create(
        Training(
            assistant=person,
            kind=kinds[name],
            held_on=day,
            hours=hours,
            provider=provider,
            result="absolvováno",
            expires_on=kinds[name].expires_on(day),
            recorded_by=mentor,
        )
        for person, name, day, hours, provider in rows
    )
    TrainingNeed.objects.create(kind=kinds[DRUGS], locality_kind=Locality.Kind.LODGING_HOUSE)
