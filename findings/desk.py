"""What the home page says about findings."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from apk.calendar import local_date
from apk.czech import counted, number
from apk.people.desk import Card
from apk.people.models import User
from findings.filters import OUTSIDE
from findings.models import Finding

RECENT_DAYS = 7
STRAY_DAYS = 30


def cards(user: User, now: datetime) -> Iterator[Card]:
    """Findings of the last seven days, and of the last thirty those outside all localities. Two queries."""
    today = local_date(now)
    week_ago = today - timedelta(days=RECENT_DAYS - 1)
    recent = Finding.objects.visible_to(user).between(week_ago, today).counts()
    pieces = counted(recent["pieces"], "kus", "kusy", "kusů")
    places = counted(recent["places"], "místě", "místech", "místech")
    children = recent["child_accessible_events"]
    yield Card(
        title=f"Nálezy za {RECENT_DAYS} dní",
        value=number(recent["events"]),
        detail=(
            f"{pieces} na {places}" + (f", {number(children)}× dostupné dětem." if children else ".")
            if recent["events"]
            else "Žádný nález asistenti neposlali."
        ),
        url=f"{reverse('findings:list')}?{urlencode({'od': week_ago, 'do': today})}",
        action="Zobrazit nálezy",
    )
    month_ago = today - timedelta(days=STRAY_DAYS - 1)
    stray = Finding.objects.visible_to(user).between(month_ago, today).outside_localities().counts()
    if stray["events"]:
        yield Card(
            title="Nálezy mimo lokality",
            value=number(stray["events"]),
            detail=f"Za {STRAY_DAYS} dní. Možná chybí lokalita, nebo má jinou hranici.",
            url=f"{reverse('findings:list')}?{urlencode({'od': month_ago, 'do': today, 'lokalita': OUTSIDE})}",
            action="Zobrazit nálezy",
        )
