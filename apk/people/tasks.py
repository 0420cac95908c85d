"""What happens to people's accounts by itself, once a day."""

from datetime import timedelta
from importlib import import_module

import structlog
from axes.models import AccessAttempt
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apk.people.models import Assistant

log = structlog.get_logger(__name__)


@shared_task
def close_ended_accounts() -> None:
    """Takes the sign-in away from assistants whose last day in work has passed. Running it again changes nothing."""
    closed = Assistant.objects.close_accounts_ended_before(timezone.localdate())
    log.info("ended accounts closed", count=closed)


@shared_task
def forget_sign_ins() -> None:
    """Removes sessions that have ended and failed sign-ins of earlier days: people type passwords in place of names."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - timedelta(days=1)).delete()
