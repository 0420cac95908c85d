"""The invented people of the demonstration and how they sign in. Any likeness to real people is chance."""

from dataclasses import dataclass
from datetime import date

from apk.people.access import Role
from apk.people.models import Assistant, Employment, Mentor, Mentorship, User

# Known to everybody who reads this, hence only for demonstrations: the command refuses on a public installation.
PASSWORD = "ukazka-ostrava-2021"  # noqa: S105

EMPLOYED_SINCE = date(2021, 1, 1)


@dataclass(frozen=True)
class Person:
    """Somebody of the demonstration, as their account shows them."""

    personal_number: str
    first_name: str
    last_name: str
    role: Role
    phone: str

    @property
    def email(self) -> str:
        return f"{self.role}{'' if self.role != Role.ASSISTANT else self.personal_number[-1]}@ukazka.example"


MENTOR = Person("2001", "Radim", "Vaculík", Role.MENTOR, "+420 555 200 001")
COORDINATOR = Person("3001", "Ivana", "Chromčáková", Role.COORDINATOR, "+420 555 300 001")
ADMINISTRATOR = Person("9001", "Petr", "Šimíček", Role.ADMINISTRATOR, "+420 555 900 001")
ASSISTANTS = (
    Person("1001", "Dušan", "Balog", Role.ASSISTANT, "+420 555 100 001"),
    Person("1002", "Lenka", "Červeňáková", Role.ASSISTANT, "+420 555 100 002"),
    Person("1003", "Marek", "Dzurko", Role.ASSISTANT, "+420 555 100 003"),
    Person("1004", "Božena", "Chlebková", Role.ASSISTANT, "+420 555 100 004"),
    Person("1005", "Štefan", "Kandráč", Role.ASSISTANT, "+420 555 100 005"),
    Person("1006", "Věra", "Řeháčková", Role.ASSISTANT, "+420 555 100 006"),
    Person("1007", "Jiří", "Žiga", Role.ASSISTANT, "+420 555 100 007"),
)
SIGN_INS = (ASSISTANTS[0], MENTOR, COORDINATOR, ADMINISTRATOR)


def make_account(person: Person) -> User:
    return User.objects.create_user(
        personal_number=person.personal_number,
        password=PASSWORD,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        phone=person.phone,
        role=person.role,
    )


def make_team() -> list[Assistant]:
    """Makes every account, seven assistants employed full time and the mentor who leads them all."""
    mentor = Mentor.objects.create(user=make_account(MENTOR))
    make_account(COORDINATOR)
    make_account(ADMINISTRATOR)
    team = []
    for person in ASSISTANTS:
        assistant = Assistant.objects.create(user=make_account(person))
        Employment.objects.create(assistant=assistant, starts=EMPLOYED_SINCE)
        Mentorship.objects.create(assistant=assistant, mentor=mentor, starts=EMPLOYED_SINCE)
        team.append(assistant)
    return team
