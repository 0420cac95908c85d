"""How far the demonstration's months are: the first of 2021 are closed, April waits for its mentor's approval.

Every step is taken by the functions that people's buttons call, with the times that it might have had.
"""

from datetime import datetime, timedelta

from apk.calendar import Month
from apk.demo.team import COORDINATOR, MENTOR
from apk.people.models import Assistant, User
from reports import counting, sealing
from reports.closings import expected
from reports.inputs import fingerprints
from reports.models import MonthlySummary

SEALED = tuple(Month(2021, number) for number in (1, 2, 3))
WAITING = Month(2021, 4)


def close_first_months() -> None:
    """Seals the first months of 2021 and has every assistant confirm the next one."""
    for month in SEALED:
        confirm(month)
        approve_and_seal(month)
    confirm(WAITING)


def confirm(month: Month) -> None:
    """Each assistant confirms on the first day after the month, one after another."""
    moment = month.end + timedelta(hours=9)
    assistants: list[Assistant] = list(expected(month))
    for number, assistant in enumerate(assistants):
        sealing.confirm(month, by=assistant.user, now=moment + timedelta(minutes=17 * number))


def approve_and_seal(month: Month) -> None:
    summary = counting.count(month)
    stored = MonthlySummary.objects.store(summary, inputs=fingerprints([month])[month], by=None)
    mentor, coordinator = (User.objects.get(personal_number=one.personal_number) for one in (MENTOR, COORDINATOR))
    approved_at, sealed_at = day_after(month, 2), day_after(month, 4)
    sealing.approve(month, by=mentor, now=approved_at, seen=stored.sha256)
    sealing.seal(month, by=coordinator, now=sealed_at, seen=stored.sha256)


def day_after(month: Month, days: int) -> datetime:
    """Ten in the morning so many days after the month."""
    return month.end + timedelta(days=days, hours=10)
