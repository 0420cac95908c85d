"""Months taken to any point of their life by the very functions that people's buttons call."""

from datetime import datetime, timedelta

from django.utils import timezone

from apk.calendar import Month
from apk.people.models import Assistant, Mentor, User
from reports import sealing
from reports.closing_rules import Standing
from reports.closings import closing_of
from reports.counting import count
from reports.inputs import fingerprints
from reports.models import MonthlySummary, Seal

REASON = "Zkouška."


def after(month: Month) -> datetime:
    """When the month has ended, and after everything that has arrived until now."""
    return max(month.end + timedelta(days=1), timezone.now())


def built(month: Month) -> MonthlySummary:
    return MonthlySummary.objects.store(count(month), inputs=fingerprints([month])[month], by=None)


def confirmed(month: Month) -> None:
    """Confirmed by each assistant, approved by nobody."""
    for part in closing_of(month).confirmations:
        if part.standing is not Standing.GIVEN:
            assistant = Assistant.objects.select_related("user").get(pk=part.person)
            sealing.confirm(month, by=assistant.user, now=after(month))


def approved(month: Month) -> MonthlySummary:
    """Confirmed, counted and approved by each mentor."""
    confirmed(month)
    summary = built(month)
    for part in closing_of(month).unapproved:
        mentor = Mentor.objects.select_related("user").get(pk=part.person)
        sealing.approve(month, by=mentor.user, now=after(month), seen=summary.sha256)
    return summary


def sealed(month: Month, coordinator: User) -> Seal:
    summary = approved(month)
    return sealing.seal(month, by=coordinator, now=after(month), seen=summary.sha256)
