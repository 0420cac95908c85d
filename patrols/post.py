"""E-mails about the plan. What is owed stands in rows; a message in the broker only says that there is something."""

import structlog
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apk import czech, doorbell
from patrols.models.announcements import MOST_ATTEMPTS, Notice

log = structlog.get_logger(__name__)

SEND_NOTICES = "patrols.tasks.send_notices"

LETTER = """Dobrý den,

{mentor} zveřejnil(a) plán směn na {days}. Co je pro Vás nové:

{text}

Otevřete si v aplikaci APK stránku Můj plán a odpovězte tam.
"""


def ring() -> None:
    """Calls the worker; should nobody hear, the sweeper sends what waits."""
    doorbell.ring(SEND_NOTICES)


def send_waiting() -> int:
    """Sends every e-mail that is owed, one by one, and returns how many left.

    Each row is held while its letter is being sent, so that two workers never send it twice. A letter that the mail
    server refuses stays owed; after `MOST_ATTEMPTS` it is given up and logged.
    """
    sent = 0
    for pk in Notice.objects.waiting().values_list("pk", flat=True):
        sent += send(pk)
    return sent


@transaction.atomic
def send(pk: int) -> bool:
    """Sends one letter, unless somebody else is sending it or it has left."""
    notice = (
        Notice.objects.waiting()
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("publication__by", "assistant__user")
        .filter(pk=pk)
        .first()
    )
    if notice is None:
        return False
    publication, address = notice.publication, notice.assistant.user.email
    if not address:
        log.warning("notice_without_address", notice=pk)
        Notice.objects.filter(pk=pk).update(attempts=MOST_ATTEMPTS)
        return False
    try:
        send_mail(
            subject=f"Plán směn {czech.days(publication.first, publication.last)}",
            message=LETTER.format(
                mentor=publication.by.full_name,
                days=czech.days(publication.first, publication.last),
                text=notice.text,
            ),
            from_email=None,
            recipient_list=[address],
        )
    except OSError as error:
        # smtplib's errors are OSErrors, as are those of the network.
        log.warning("notice_not_sent", notice=pk, error=str(error))
        Notice.objects.filter(pk=pk).update(attempts=F("attempts") + 1)
        return False
    Notice.objects.filter(pk=pk).update(attempts=F("attempts") + 1, mailed_at=timezone.now())
    return True
