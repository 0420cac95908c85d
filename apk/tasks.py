"""The worker's heartbeat, by which `/readyz` knows that somebody does the work."""

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

HEART_KEY = "worker-heart"
# Three missed beats: the schedule beats every 15 s.
HEART_SECONDS = 50


@shared_task
def beat_heart() -> None:
    """Notes the time; run by beat through the worker, so it proves both."""
    cache.set(HEART_KEY, timezone.now().timestamp(), timeout=None)
