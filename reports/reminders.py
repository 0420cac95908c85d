"""Reminds coordinators of the deadlines of grant projects: one e-mail for each deadline, once."""

from datetime import date, datetime

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from apk import czech
from apk.calendar import local_date
from apk.people.access import Role
from apk.people.models import User
from reports.documents.wording import one_line
from reports.models import Deadline

log = structlog.get_logger(__name__)


def remind(now: datetime) -> int:
    """Sends what is due at `now` and says how many e-mails went out. Running it again sends nothing twice.

    Whatever the mail server refuses stays to be sent; the exception is raised for the log and the next run tries again.
    """
    today = local_date(now)
    addresses = list(
        User.objects.active().filter(role=Role.COORDINATOR).exclude(email="").values_list("email", flat=True)
    )
    if not addresses:
        log.warning("nobody_to_remind")
        return 0
    due = Deadline.objects.near(today).filter(reminded_at__isnull=True).values_list("pk", flat=True)
    return sum(remind_of(pk, addresses, now) for pk in due)


@transaction.atomic
def remind_of(pk: int, addresses: list[str], now: datetime) -> bool:
    """Whether the reminder of one deadline went out; not when another worker is at it, or has done it meanwhile.

    The row is held until the server has taken the letter, and marked in the same transaction.
    """
    held = Deadline.objects.select_related("project").select_for_update(skip_locked=True, of=("self",))
    deadline = held.near(local_date(now)).filter(pk=pk, reminded_at__isnull=True).first()
    if deadline is None:
        return False
    letter(deadline, addresses, local_date(now)).send()
    deadline.note_reminder(at=now)
    log.info("deadline_reminded", deadline=deadline.pk)
    return True


def letter(deadline: Deadline, addresses: list[str], today: date) -> EmailMessage:
    """The e-mail about a deadline. Addressees do not see one another's addresses."""
    name = one_line(deadline.name)
    lines = [
        name,
        f"Projekt: {one_line(deadline.project.name)}",
        f"Nejpozději: {czech.day(deadline.due_on)} ({when(deadline.due_on, today)})",
        "",
        "Až bude hotovo, označte termín na stránce projektu jako splněný.",
    ]
    if settings.PUBLIC_URL:
        lines.append(f"{settings.PUBLIC_URL}{deadline.project.get_absolute_url()}#terminy")
    subject = f"Termín {czech.day(deadline.due_on)}: {name}"
    return EmailMessage(subject=subject, body="\n".join([*lines, ""]), bcc=addresses)


def when(day: date, today: date) -> str:
    """„dnes", „za 5 dní", „2 dny po termínu"."""
    days = (day - today).days
    if days == 0:
        return "dnes"
    if days > 0:
        return f"za {czech.counted(days, 'den', 'dny', 'dní')}"
    return f"{czech.counted(-days, 'den', 'dny', 'dní')} po termínu"
