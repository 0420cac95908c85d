"""How many people the project employed in a month and with what úvazek, by the records of employment."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Q

from apk.calendar import Month
from apk.people.models import Employment, Mentorship
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
            first, last = max(starts, month.first_day), min(ends or month.last_day, month.last_day)
            if first <= last:
                people.add(assistant)
                weighted += fte * ((last - first).days + 1)
        average = (weighted * 100 / len(month.days)).quantize(Decimal(1), ROUND_HALF_UP)
        mentors = {
            mentor
            for mentor, starts, ends in mentorships
            if starts <= month.last_day and (ends is None or ends >= month.first_day)
        }
        found[month] = Staffing(people=len(people), fte_hundredths=int(average), mentors=len(mentors))
    return found
