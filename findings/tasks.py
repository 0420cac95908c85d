"""Chores of findings, run by the worker."""

import structlog
from celery import shared_task
from django.utils import timezone

from findings import photos

log = structlog.get_logger(__name__)


@shared_task
def sweep_photos() -> None:
    """Deletes files of photos that were never recorded; running it twice does no harm."""
    log.info("photos.sweep_done", deleted=photos.sweep(timezone.now()))
