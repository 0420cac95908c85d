"""What the home page says about people: who has no mentor, whose work ends soon, who never signed in."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.urls import reverse

from apk import czech
from apk.calendar import local_date
from apk.people.desk import Card
from apk.people.models import Assistant, User

# Days ahead within which an end of employment is worth knowing.
ENDING_SOON_DAYS = 30
ROWS = 5


def assistants(user: User, now: datetime) -> Iterable[Card]:
    """For those who may change assistants. Each card runs one query."""
    today = local_date(now)
    mine = Assistant.objects.manageable_by(user, today).select_related("user")
    alone = list(mine.employed_on(today).without_mentor(today))
    if alone:
        yield Card(
            title="Asistenti bez mentora",
            value=czech.counted(len(alone), "asistent", "asistenti", "asistentů"),
            detail="Nikdo je dnes nevede, proto jim nikdo neplánuje směny.",
            url=reverse("people:assistants"),
            action="Otevřít asistenty",
            urgent=True,
            rows=links(alone),
        )
    ending = list(mine.ending_within(today, today + timedelta(days=ENDING_SOON_DAYS)))
    if ending:
        yield Card(
            title="Zaměstnání brzy končí",
            value=czech.counted(len(ending), "asistent", "asistenti", "asistentů"),
            detail=f"Končí do {czech.day(today + timedelta(days=ENDING_SOON_DAYS))} a další zaměstnání nenavazuje.",
            url=reverse("people:assistants"),
            action="Otevřít asistenty",
            rows=links(ending),
        )


def links(found: list[Assistant]) -> tuple[tuple[str, str], ...]:
    return tuple((str(one), reverse("people:assistant", args=[one.pk])) for one in found[:ROWS])


def accounts(user: User, now: datetime) -> Iterable[Card]:
    """For those who keep accounts."""
    waiting = list(User.objects.visible_to(user).active().never_signed_in())
    if waiting:
        yield Card(
            title="Účty bez prvního přihlášení",
            value=czech.counted(len(waiting), "účet", "účty", "účtů"),
            detail="Vydejte jim heslo, nebo účet uzavřete.",
            url=reverse("people:accounts") + "?stav=bez-prihlaseni",
            action="Otevřít účty",
            rows=tuple((str(one), reverse("people:account", args=[one.pk])) for one in waiting[:ROWS]),
        )
