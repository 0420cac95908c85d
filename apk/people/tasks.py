"""What happens to people's accounts by itself, once a day."""

import structlog
from celery import shared_task
from django.utils import timezone

from apk.people.models import Assistant

log = structlog.get_logger(__name__)


@shared_task
def close_ended_accounts() -> None:
    """Takes the sign-in away from assistants whose last day in work has passed. Running it again changes nothing."""
    closed = Assistant.objects.close_accounts_ended_before(timezone.localdate())
    log.info("ended accounts closed", count=closed)
