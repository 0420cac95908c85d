"""What the home page says about findings."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from apk.calendar import local_date
from apk.czech import counted, number
from apk.people.desk import Card
from apk.people.models import User
from findings import custody, reviewing
from findings.filters import OUTSIDE
from findings.models import Box, BoxState, Finding, Handover, Injury, Sighting

LISTED = 5
DOCUMENT_DAYS = 14
"""After how many days a handover without its document is worth a reminder."""

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


def review_cards(user: User, now: datetime) -> Iterator[Card]:
    """New findings that wait for the desk; a query, and one for each month that they are of."""
    waiting = reviewing.waiting(user)
    if number_of := waiting.count():
        yield Card(
            title="Nálezy ke kontrole",
            value=counted(number_of, "nález", "nálezy", "nálezů"),
            detail="Počítají se hned; kontrola najde omyly, dokud si je někdo pamatuje.",
            url=reverse("findings:review-queue"),
            action="Zkontrolovat",
        )


def sighting_cards(user: User, now: datetime) -> Iterator[Card]:
    """Reports from others that nobody has looked into; one query."""
    waiting = list(Sighting.objects.visible_to(user).open().order_by("reported_at"))
    if waiting:
        idle = any(sighting.assistant_id is None for sighting in waiting)
        yield Card(
            title="Oznámení od lidí",
            value=str(len(waiting)),
            detail="Za některými zatím nikdo nejde." if idle else "Asistenti je mají v telefonu.",
            url=f"{reverse('findings:sightings')}?{urlencode({'stav': 'otevrena'})}",
            action="Otevřít oznámení",
            urgent=idle,
            rows=tuple((sighting.where, sighting.get_absolute_url()) for sighting in waiting[:LISTED]),
        )


def custody_cards(user: User, now: datetime) -> Iterator[Card]:
    """Boxes to be handed over, findings in no box, handovers without a document; three queries."""
    boxes = list(Box.objects.visible_to(user).in_state(BoxState.OPEN, BoxState.CLOSED).with_contents())
    ready = [box for box in boxes if box.state == BoxState.CLOSED or box.is_full(box.pieces)]
    if ready:
        yield Card(
            title="Boxy k předání",
            value=counted(len(ready), "box", "boxy", "boxů"),
            detail="Jsou uzavřené nebo plné. Předejte je k likvidaci.",
            url=f"{reverse('findings:boxes')}?{urlencode({'stav': 'uzavrene'})}",
            action="Otevřít boxy",
            rows=tuple((str(box), box.get_absolute_url()) for box in ready[:LISTED]),
        )
    loose = custody.in_no_box(Finding.objects.visible_to(user)).counts()
    if loose["events"]:
        yield Card(
            title="Nálezy bez boxu",
            value=counted(loose["pieces"], "kus", "kusy", "kusů"),
            detail="Nikde není napsáno, ve kterém boxu skončily.",
            url=reverse("findings:unboxed"),
            action="Zařadit do boxu",
        )
    waiting = list(
        Handover.objects.visible_to(user)
        .unconfirmed()
        .between(None, local_date(now) - timedelta(days=DOCUMENT_DAYS))
        .select_related("recipient")
    )
    if waiting:
        yield Card(
            title="Předání bez dokladu",
            value=counted(len(waiting), "předání", "předání", "předání"),
            detail=f"Od předání uplynulo přes {DOCUMENT_DAYS} dní a potvrzení nepřišlo.",
            url=reverse("findings:handovers"),
            action="Otevřít předání",
            rows=tuple((str(handover), handover.get_absolute_url()) for handover in waiting[:LISTED]),
        )


def injury_cards(user: User, now: datetime) -> Iterator[Card]:
    """Needle-stick injuries with steps still to be taken; one query. Names nobody: the home page is not logged."""
    unfinished = Injury.objects.visible_to(user).unfinished().count()
    if unfinished:
        yield Card(
            title="Poranění jehlou",
            value=counted(unfinished, "záznam", "záznamy", "záznamů"),
            detail="Některé kroky po poranění nejsou hotové.",
            url=reverse("findings:injuries"),
            action="Otevřít záznamy",
            urgent=True,
        )
