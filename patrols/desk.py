"""What the plan puts on the home page."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse

from apk import czech
from apk.calendar import Month, Week, day_bounds, holiday, hours, local_date
from apk.people.desk import Card
from apk.people.models import Assistant, Mentorship, User
from patrols.models import Absence, Announcement, Shift, ShiftQuerySet, Swap
from patrols.publishing import draft
from patrols.training import State, standings

ROWS = 6
"""How many of those who or what is missing a card names; the rest is behind its button."""
AHEAD = 14
"""Days, today included, in which somebody should be in the streets."""
AHEAD_TO_PUBLISH = timedelta(days=60)
"""How far ahead a mentor is reminded of what nobody was told yet."""


def mentor_cards(user: User, now: datetime) -> Iterator[Card]:
    """Who is on shift today; and, when there are any, days without a shift and people without one."""
    shifts = Shift.objects.visible_to(user)
    yield today_card(shifts.overlapping(*day_bounds(local_date(now))), now)
    yield from answers_card(user, now)
    yield from requests_card(user)
    yield from unpublished_card(user, now)
    yield from uncovered_days_card(shifts, now)
    yield from unplanned_people_card(user, now)


def today_card(shifts: ShiftQuerySet, now: datetime) -> Card:
    rows = sorted(
        shifts.select_related("assistant__user", "locality"),
        key=lambda shift: (shift.start, shift.assistant.user.sort_key),
    )
    at_work = sum(shift.start <= now < shift.end for shift in rows)
    return Card(
        title="Dnes ve směně",
        value=czech.counted(len(rows), "směna", "směny", "směn") if rows else "Nikdo",
        detail=f"Právě teď {czech.plural(at_work, 'je', 'jsou', 'je')} v terénu "
        f"{czech.counted(at_work, 'asistent', 'asistenti', 'asistentů')}."
        if at_work
        else "Právě teď není v terénu nikdo.",
        url=reverse("patrols:week", args=[Week.of(now)]),
        action="Otevřít plán týdne",
        rows=tuple(
            (f"{shift.clock} {shift.assistant}, {shift.locality}", reverse("patrols:shift", args=[shift.pk]))
            for shift in rows
        ),
    )


def answers_card(user: User, now: datetime) -> Iterator[Card]:
    """Who does not agree with a shift to come."""
    declined = (
        Announcement.objects.visible_to(user)
        .planned_by(user)
        .not_before(now)
        .declined()
        .select_related("assistant__user", "locality", "shift")
    )
    if declined:
        first = declined[0]
        yield Card(
            title="Nesouhlas se směnou",
            value=czech.counted(len(declined), "směna", "směny", "směn"),
            detail="Oznámili jste je méně než 14 dní předem a asistent s nimi nesouhlasí. Domluvte se, nebo je změňte.",
            url=reverse("patrols:week", args=[first.week]),
            action="Otevřít plán týdne",
            urgent=True,
            rows=tuple(
                (f"{told.assistant}, {told.summary}", reverse("patrols:week", args=[told.week]))
                for told in declined[:ROWS]
            ),
        )


def requests_card(user: User) -> Iterator[Card]:
    """Absences asked for and swaps taken, which wait for the mentor's word."""
    absences = list(Absence.objects.visible_to(user).requested().select_related("assistant__user")[:ROWS])
    swaps = list(Swap.objects.visible_to(user).filter(state=Swap.State.TAKEN).select_related("shift__locality")[:ROWS])
    if absences or swaps:
        count = len(absences) + len(swaps)
        yield Card(
            title="Žádosti čekají na vás",
            value=czech.counted(count, "žádost", "žádosti", "žádostí"),
            detail="Nepřítomnosti a výměny směn, o kterých rozhodujete.",
            url=reverse("patrols:absences") if absences else reverse("patrols:swaps"),
            action="Rozhodnout",
            urgent=True,
            rows=(
                *((str(absence), absence.get_absolute_url()) for absence in absences),
                *((f"Výměna: {swap.shift.summary}", reverse("patrols:swaps")) for swap in swaps),
            ),
        )


def unpublished_card(user: User, now: datetime) -> Iterator[Card]:
    """Changes of the plan from today on that nobody was told yet."""
    today = local_date(now)
    last = today + AHEAD_TO_PUBLISH
    found = draft(user, today, last, today=today).changes
    if found:
        soonest = min(change.day for change in found)
        yield Card(
            title="Nezveřejněné změny plánu",
            value=czech.counted(len(found), "změna", "změny", "změn"),
            detail=f"Asistenti o nich zatím nevědí. První se týká dne {czech.day(soonest)}.",
            url=f"{reverse('patrols:publish')}?od={today}&do={last}",
            action="Zveřejnit",
        )


def uncovered_days_card(shifts: ShiftQuerySet, now: datetime) -> Iterator[Card]:
    """Working days only: on weekends and holidays an empty street may be what was meant."""
    today = local_date(now)
    days = [today + timedelta(days=n) for n in range(AHEAD)]
    covered = {shift.starts_on for shift in shifts.starting_within(days[0], days[-1])}
    bare = [day for day in days if day.isoweekday() <= 5 and not holiday(day) and day not in covered]
    if bare:
        yield Card(
            title="Dny bez směny",
            value=czech.counted(len(bare), "pracovní den", "pracovní dny", "pracovních dnů"),
            detail="V příštích 14 dnech na ně není naplánovaná žádná směna.",
            url=reverse("patrols:week", args=[Week.of(bare[0])]),
            action="Naplánovat",
            urgent=True,
            rows=tuple((czech.day_in_week(day), reverse("patrols:week", args=[Week.of(day)])) for day in bare[:ROWS]),
        )


def unplanned_people_card(user: User, now: datetime) -> Iterator[Card]:
    week = Week.of(now).next
    led = Mentorship.objects.on(week.first_day).filter(assistant=OuterRef("pk"), mentor__user=user)
    planned = Shift.objects.starting_within(week.first_day, week.last_day).filter(assistant=OuterRef("pk"))
    people = (
        Assistant.objects.visible_to(user)
        .employed_on(week.first_day)
        .filter(Exists(led), ~Exists(planned))
        .select_related("user")
    )
    if people:
        yield Card(
            title="Příští týden bez směny",
            value=czech.counted(len(people), "asistent", "asistenti", "asistentů"),
            detail=f"Na týden {czech.days(week.first_day, week.last_day)} nemají nic v plánu.",
            url=reverse("patrols:week", args=[week]),
            action="Otevřít příští týden",
            urgent=True,
            rows=tuple(
                (str(person), f"{reverse('patrols:add-shift')}?asistent={person.pk}&den={week.first_day}")
                for person in people[:ROWS]
            ),
        )


def coordinator_cards(user: User, now: datetime) -> Iterator[Card]:
    """Hours of the running month."""
    month = Month.of(now)
    shifts = Shift.objects.announced().visible_to(user)
    whole, so_far = shifts.counts(month.start, month.end), shifts.counts(month.start, now)
    yield Card(
        title=f"Hodiny směn, {czech.month(month.first_day)}",
        value=in_hours(so_far["patrol_seconds"]),
        detail=f"Do konce měsíce je v plánu celkem {in_hours(whole['patrol_seconds'])}, "
        f"slouží {czech.counted(whole['assistants'], 'asistent', 'asistenti', 'asistentů')}.",
        url=reverse("patrols:week", args=[Week.of(now)]),
        action="Otevřít plán týdne",
    )


def in_hours(seconds: int) -> str:
    return f"{czech.number(hours(timedelta(seconds=seconds)), 1)} h"


def training_cards(user: User, now: datetime) -> Iterator[Card]:
    """Trainings that are missing, have ended or end soon, of those employed today; four queries."""
    today = local_date(now)
    people = Assistant.objects.visible_to(user).employed_on(today).select_related("user")
    troubled = [each for each in standings(list(people), today) if each.state.matters]
    if troubled:
        gone = sum(each.state is not State.ENDS_SOON for each in troubled)
        yield Card(
            title="Školení, která končí nebo chybí",
            value=str(len(troubled)),
            detail=f"Z toho {gone} už neplatí nebo chybí." if gone else "Všechna zatím platí, brzy ale skončí.",
            url=reverse("training:overview"),
            action="Otevřít školení",
            urgent=gone > 0,
            rows=tuple(
                (
                    f"{each.person}, {each.kind}: {each.state.label}",
                    f"{reverse('training:list')}?asistent={each.person.pk}&druh={each.kind.pk}",
                )
                for each in sorted(troubled, key=lambda each: each.state is State.ENDS_SOON)[:ROWS]
            ),
        )
