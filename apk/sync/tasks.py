"""Chores of the receiving, run by the worker."""

import structlog
from celery import shared_task
from django.utils import timezone

from apk.sync import rescue

log = structlog.get_logger(__name__)


@shared_task
def sweep_rescue_files() -> None:
    """Deletes uploaded queues that nobody imported; running it twice does no harm."""
    log.info("rescue.sweep_done", deleted=rescue.sweep(timezone.now()))
