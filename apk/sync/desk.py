"""What the home page says about what came from phones."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count
from django.urls import reverse

from apk import czech
from apk.people.access import Permission
from apk.people.desk import Card
from apk.people.models import User
from apk.sync import versions
from apk.sync.models import Conflict, Held, Receipt

CLOCK_DAYS = 30
LISTED = 5


def cards(user: User, now: datetime) -> Iterator[Card]:
    """Records that wait for a decision, versions in conflict, phones with wrong clocks. Four queries."""
    yield from held_cards(user)
    yield from conflict_cards(user)
    yield from clock_cards(user, now)


def held_cards(user: User) -> Iterator[Card]:
    waiting = Held.objects.visible_to(user).waiting()
    counted = dict(waiting.order_by().values_list("reason").annotate(Count("pk")))
    if number := counted.get(Held.Reason.DEACTIVATED):
        may_decide = user.may(Permission.DECIDE_HELD)
        yield Card(
            title="Karanténa",
            value=czech.counted(number, "záznam", "záznamy", "záznamů"),
            detail="Přišly z telefonu člověka, který už má uzavřený účet. Bez rozhodnutí koordinátora se nepočítají.",
            url=reverse("receiving:quarantine") + "?stav=ceka",
            action="Rozhodnout" if may_decide else "Zobrazit",
            urgent=may_decide,
        )
    if number := counted.get(Held.Reason.SEALED_MONTH):
        yield Card(
            title="Opožděné záznamy",
            value=czech.counted(number, "záznam", "záznamy", "záznamů"),
            detail="Patří do měsíce, který už je uzavřený. Započítá je až jeho oprava.",
            url=reverse("receiving:late") + "?stav=ceka",
            action="Zobrazit",
        )


def conflict_cards(user: User) -> Iterator[Card]:
    undecided = Conflict.objects.visible_to(user).undecided().select_related("receipt__user").order_by("received_at")
    found = list(undecided[: LISTED + 1])
    if found:
        more = len(found) > LISTED
        yield Card(
            title="Dvě verze téhož záznamu",
            value=f"víc než {LISTED}" if more else czech.number(len(found)),
            detail="Z telefonu přišel pod jedním číslem dvojí obsah. Platí první; rozhodněte, který je správný.",
            url=reverse("receiving:conflicts") + "?stav=ceka",
            action="Porovnat verze",
            urgent=True,
            rows=tuple(
                (
                    f"{versions.title(conflict.receipt.kind)}, {conflict.receipt.user.full_name}",
                    reverse("receiving:conflict", args=[conflict.pk]),
                )
                for conflict in found[:LISTED]
            ),
        )


def clock_cards(user: User, now: datetime) -> Iterator[Card]:
    since = now - timedelta(days=CLOCK_DAYS)
    wrong = Receipt.objects.visible_to(user).with_wrong_clock().filter(received_at__gte=since).order_by()
    people = list(
        wrong.values_list("user__last_name", "user__first_name").annotate(Count("pk")).order_by("user__sort_key")
    )
    if people:
        yield Card(
            title="Telefony se špatným časem",
            value=czech.counted(len(people), "telefon", "telefony", "telefonů"),
            detail=f"Za {CLOCK_DAYS} dní. Časy záznamů jsou opravené, telefon ale potřebuje nastavit čas automaticky.",
            url=reverse("receiving:clocks"),
            action="Zobrazit záznamy",
        )
