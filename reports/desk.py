"""Cards of the home page: what the coordinator should build or mend, what the mentor's people found so far."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from apk import czech
from apk.calendar import Month, local_date
from apk.people.desk import Card
from apk.people.models import User
from apk.sync.models import Held
from findings.models import Finding
from patrols.models import Shift
from reports import late_records, months
from reports.closing_rules import State
from reports.closings import closing_of
from reports.documents.wording import figure_in_words
from reports.figures import Unit
from reports.models import Deadline
from reports.months import Condition, MonthRecord
from reports.reminders import when

MONTHS_WATCHED = 12
DEADLINES_SHOWN = 5


def closing_months(user: User, now: datetime) -> Iterator[Card]:
    """For those who build summaries: the month just ended, and what went wrong or out of date in the year before."""
    watched = [Month.of(now).previous]
    while len(watched) < MONTHS_WATCHED:
        watched.append(watched[-1].previous)
    last, *earlier = months.records(watched)
    yield card_of(last)
    for record in earlier:
        if record.condition is Condition.FAILED:
            yield card_of(record)
    outdated = [record.month for record in earlier if record.condition is Condition.OUTDATED]
    if outdated:
        yield Card(
            title="Přehledy k přepočítání",
            value=czech.counted(len(outdated), "měsíc", "měsíce", "měsíců"),
            detail="Záznamy se od sestavení změnily, například přišel opožděný nález.",
            url=reverse("reports:months"),
            action="Zobrazit přehledy",
            urgent=True,
            rows=tuple((czech.month(month.first_day), reverse("reports:month", args=[month])) for month in outdated),
        )


def card_of(record: MonthRecord) -> Card:
    """How the summary of the month stands, in one card."""
    match record.condition:
        case Condition.NOT_BUILT:
            detail, action = "Měsíc skončil a jeho přehled ještě nikdo nesestavil.", "Sestavit přehled"
        case Condition.OUTDATED:
            detail, action = "Záznamy se od sestavení změnily, přehled je potřeba přepočítat.", "Přepočítat"
        case Condition.FAILED:
            detail, action = record.job.error if record.job else "", "Zkusit znovu"
        case Condition.BUILDING:
            detail, action = "Za chvíli bude hotový.", "Podívat se"
        case Condition.CURRENT | Condition.SEALED:
            pieces = figure_in_words(Unit.PIECES, record.totals["pieces"])
            places = czech.counted(record.totals["places"], "místě", "místech", "místech")
            detail, action = f"Nalezeno {pieces} na {places}.", "Otevřít přehled"
    return Card(
        title=f"Přehled: {czech.month(record.month.first_day)}",
        value=record.condition.label,
        detail=detail,
        url=reverse("reports:month", args=[record.month]),
        action=action,
        urgent=record.condition in {Condition.NOT_BUILT, Condition.OUTDATED, Condition.FAILED},
    )


def months_to_approve(user: User, now: datetime) -> Iterator[Card]:
    """For mentors: the month just ended, once all assistants have confirmed it and the mentor's approval is missing."""
    closing = closing_of(Month.of(now).previous)
    mine = [part for part in closing.unapproved if part.person == user.mentor.pk] if hasattr(user, "mentor") else []
    if closing.state is State.CONFIRMED and mine:
        yield Card(
            title=f"Schválit měsíc: {czech.month(closing.month.first_day)}",
            value="čeká na vás",
            detail="Asistenti potvrdili, že mají všechno odesláno.",
            url=reverse("reports:closing", args=[closing.month]),
            action="Prohlédnout a schválit",
            urgent=True,
        )


def months_to_seal(user: User, now: datetime) -> Iterator[Card]:
    """For the coordinator: the month just ended when only the seal is missing, and sealed months to be corrected."""
    closing = closing_of(Month.of(now).previous)
    if closing.state is State.APPROVED:
        yield Card(
            title=f"Uzavřít měsíc: {czech.month(closing.month.first_day)}",
            value="schváleno",
            detail="Asistenti potvrdili a mentor schválil.",
            url=reverse("reports:closing", args=[closing.month]),
            action="Uzavřít",
            urgent=True,
        )
    late = late_records.waiting(user).filter(reason=Held.Reason.SEALED_MONTH)
    days = sorted({Month.of(moment) for moment in late.values_list("happened_at", flat=True)})
    if days:
        yield Card(
            title="Opravy uzavřených měsíců",
            value=czech.counted(len(days), "měsíc", "měsíce", "měsíců"),
            detail="Po uzavření přišly další záznamy. Přijměte je do nové verze, nebo je odmítněte.",
            url=reverse("reports:corrections", args=[days[0]]),
            action="Opravit",
            urgent=True,
            rows=tuple((czech.month(month.first_day), reverse("reports:corrections", args=[month])) for month in days),
        )


def month_so_far(user: User, now: datetime) -> Iterator[Card]:
    """For mentors: what the assistants they lead found this month and how long they served."""
    month = Month.of(now)
    found = Finding.objects.visible_to(user).in_month(month).counts()
    served = Shift.objects.announced().visible_to(user).counts(month.start, now)
    hours = figure_in_words(Unit.HOURS, served["patrol_seconds"])
    events = czech.counted(found["events"], "nález", "nálezy", "nálezů")
    yield Card(
        title=f"Zatím v měsíci: {czech.month(month.first_day)}",
        value=figure_in_words(Unit.PIECES, found["pieces"]),
        detail=f"{events}, ve službě {hours}.",
        url=f"{reverse('findings:list')}?mesic={month}",
        action="Zobrazit nálezy",
    )


def deadlines(user: User, now: datetime) -> Iterator[Card]:
    """For those who manage projects: deadlines that are near or have passed and nobody has said they are met."""
    today = local_date(now)
    near = list(Deadline.objects.visible_to(user).near(today).select_related("project"))
    if not near:
        return
    first = near[0]
    address = f"{first.project.get_absolute_url()}#terminy"
    yield Card(
        title="Termíny projektů",
        value=when(first.due_on, today),
        detail=f"{first.name}, nejpozději {czech.day(first.due_on)}.",
        url=address,
        action="Otevřít termíny",
        urgent=True,
        rows=tuple(
            (f"{czech.day(deadline.due_on)} {deadline.name}", f"{deadline.project.get_absolute_url()}#terminy")
            for deadline in near[1:DEADLINES_SHOWN]
        ),
    )
