"""How many people the project employed in a month and with what úvazek, by the records of employment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Q

from apk.calendar import Month
from apk.people.models import Assistant, AssistantQuerySet, Employment, Mentor, Mentorship
from reports.summary import Staffing


def staffing(months: Sequence[Month]) -> dict[Month, Staffing]:
    """The staffing of each month. Two queries, however many months."""
    if not months:
        return {}
    touching = Q(ends__isnull=True) | Q(ends__gte=min(months).first_day)
    until = max(months).last_day
    employments = list(
        Employment.objects.filter(touching, starts__lte=until).values_list("assistant", "starts", "ends", "fte")
    )
    mentorships = list(Mentorship.objects.filter(touching, starts__lte=until).values_list("mentor", "starts", "ends"))
    found = {}
    for month in months:
        people, weighted = set(), Decimal(0)
        for assistant, starts, ends, fte in employments:
            if inside := within(month, starts, ends):
                people.add(assistant)
                weighted += fte * days(inside)
        mentors = {mentor for mentor, starts, ends in mentorships if within(month, starts, ends)}
        found[month] = Staffing(people=len(people), fte_hundredths=average(month, weighted), mentors=len(mentors))
    return found


def within(month: Month, starts: date, ends: date | None) -> tuple[date, date] | None:
    """The part of a time that lies in the month, both days included; None when there is none."""
    first, last = max(starts, month.first_day), min(ends or month.last_day, month.last_day)
    return (first, last) if first <= last else None


def days(inside: tuple[date, date]) -> int:
    return (inside[1] - inside[0]).days + 1


def average(month: Month, weighted: Decimal) -> int:
    """The average úvazek over the days of the month, in hundredths; `weighted` are úvazky times days."""
    return int((weighted * 100 / len(month.days)).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True)
class Employed:
    """One employment of an assistant, as far as it lies in a month; `days` times `fte` is what it adds."""

    assistant: Assistant
    first: date
    last: date
    fte: Decimal

    @property
    def days(self) -> int:
        return days((self.first, self.last))

    @property
    def weight(self) -> Decimal:
        return self.fte * self.days


@dataclass(frozen=True)
class Staff:
    """The records behind the staffing of a month: employments, and mentors with how many they led."""

    month: Month
    employed: tuple[Employed, ...]
    mentors: tuple[tuple[Mentor, int], ...]

    @property
    def counts(self) -> dict[str, int]:
        """The figures of `figures.OF_REPORTS` over these records."""
        return {
            "employed": len({each.assistant.pk for each in self.employed}),
            "fte_hundredths": average(self.month, self.weight),
            "mentors": len(self.mentors),
        }

    @property
    def weight(self) -> Decimal:
        return sum((each.weight for each in self.employed), Decimal(0))


def staff(month: Month, assistants: AssistantQuerySet) -> Staff:
    """Those of `assistants` who were employed in the month, in Czech order, and who led them. Two queries."""
    chosen = assistants.employed_within(month.first_day, month.last_day)
    employments = (
        Employment.objects.filter(assistant__in=chosen)
        .select_related("assistant__user")
        .order_by("assistant__user__sort_key", "assistant", "starts")
    )
    mentorships = (
        Mentorship.objects.filter(assistant__in=assistants)
        .select_related("mentor__user")
        .order_by("mentor__user__sort_key", "mentor")
    )
    led: dict[Mentor, set[int]] = {}
    for row in mentorships:
        if within(month, row.starts, row.ends):
            led.setdefault(row.mentor, set()).add(row.assistant_id)
    inside = [(row, within(month, row.starts, row.ends)) for row in employments]
    return Staff(
        month=month,
        employed=tuple(Employed(row.assistant, *part, row.fte) for row, part in inside if part),
        mentors=tuple((mentor, len(people)) for mentor, people in led.items()),
    )
