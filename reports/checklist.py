"""What stands in the way of a month's next step, each with the address where it is put right."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from apk import czech
from apk.calendar import Month
from apk.people.models import Assistant
from apk.sync.models import Conflict, Held
from findings.models import Finding, ReviewState
from patrols.attendance_approval import unapproved_days
from patrols.models import Announcement, Shift
from reports import months
from reports.closings import Closing
from reports.months import Condition


@dataclass(frozen=True)
class Hindrance:
    """One thing to do or to look at; `url` leads to where it is put right, in the words of `action`.

    Approval and sealing wait for one that `blocks`; others are worth a look only.
    """

    text: str
    url: str
    action: str
    blocks: bool = False


def hindrances(closing: Closing) -> Iterator[Hindrance]:
    """Everything that is open about a month that is not sealed, what blocks first."""
    if closing.seals:
        return
    month = closing.month
    page = reverse("reports:month", args=[month])
    (record,) = months.records([month])
    match record.condition:
        case Condition.NOT_BUILT:
            yield Hindrance("Přehled měsíce ještě není sestavený.", page, "Sestavit přehled", blocks=True)
        case Condition.FAILED:
            yield Hindrance("Přehled měsíce se nepodařilo sestavit.", page, "Zkusit znovu", blocks=True)
        case Condition.BUILDING:
            yield Hindrance("Přehled měsíce se právě sestavuje.", page, "Podívat se", blocks=True)
        case Condition.OUTDATED:
            text = "Záznamy se změnily a přehled jim neodpovídá."
            yield Hindrance(text, page, "Přepočítat", blocks=True)
    yield from undecided(month)
    yield from worth_a_look(month)


def undecided(month: Month) -> Iterator[Hindrance]:
    """Records of the month about which a person has not decided yet; their figures would change after the seal."""
    held = Held.objects.waiting().in_month(month).count()
    if held:
        waits = czech.counted(held, "záznam čeká", "záznamy čekají", "záznamů čeká")
        yield Hindrance(
            f"{waits} na rozhodnutí v karanténě.", reverse("receiving:quarantine"), "Rozhodnout", blocks=True
        )
    # A record belongs to the month of its time as the clocks put it right; of undecided conflicts there are few.
    conflicts = Conflict.objects.undecided().select_related("receipt").defer("payload", "receipt__payload")
    if number := sum(Month.of(conflict.receipt.happened_at) == month for conflict in conflicts):
        have = czech.counted(number, "záznam má", "záznamy mají", "záznamů má")
        yield Hindrance(f"{have} dvě verze.", reverse("receiving:conflicts"), "Porovnat verze", blocks=True)


def unanswered_by(month: Month) -> list[str]:
    """Who was told of shifts of the month and has not answered; they cannot confirm it themselves until they do."""
    told = Announcement.objects.unanswered().in_month(month).order_by()
    people = Assistant.objects.filter(pk__in=told.values("assistant")).select_related("user")
    return [str(person) for person in people.order_by("user__sort_key", "pk")]


def worth_a_look(month: Month) -> Iterator[Hindrance]:
    drafts = Shift.objects.drafts().overlapping(month.start, month.end).count()
    if drafts:
        shifts = czech.counted(drafts, "směna v plánu není zveřejněná", "směny v plánu nejsou zveřejněné",
                               "směn v plánu není zveřejněných")  # fmt: skip
        verb = czech.plural(drafts, "nepočítá", "nepočítají", "nepočítá")
        url = reverse("patrols:month", args=[month])
        yield Hindrance(f"{shifts}, do hodin ve službě se {verb}.", url, "Podívat se do plánu")
    if names := unanswered_by(month):
        url = reverse("patrols:month", args=[month])
        yield Hindrance(f"Na oznámené směny neodpověděli: {', '.join(names)}.", url, "Podívat se do plánu")
    new = Finding.objects.standing().in_month(month).in_review(ReviewState.NEW, ReviewState.RETURNED).count()
    if new:
        wait = czech.counted(new, "nález čeká", "nálezy čekají", "nálezů čeká")
        url = reverse("findings:review-queue")
        yield Hindrance(f"{wait} na kontrolu; po uzavření měsíce už se nezmění.", url, "Zkontrolovat nálezy")
    outside = Finding.objects.standing().in_month(month).outside_localities().count()
    if outside:
        found = czech.counted(outside, "nález leží", "nálezy leží", "nálezů leží")
        url = f"{reverse('findings:list')}?mesic={month}&lokalita=mimo"
        yield Hindrance(f"{found} mimo hranice lokalit.", url, "Zobrazit nálezy")
    if days := unapproved_days(month, timezone.now()):
        count = czech.counted(days, "den docházky čeká", "dny docházky čekají", "dnů docházky čeká")
        yield Hindrance(
            f"{count} na schválení mentorem.", reverse("attendance:approvals", args=[month]), "Zobrazit docházku"
        )
