"""The Celery application: one queue, tasks found in every Django app, schedule in settings."""

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "apk.settings")

app = Celery("apk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def show_life(**_signal: object) -> None:
    """A new worker beats its heart at once: readiness must not wait for the schedule's first turn."""
    app.send_task("apk.tasks.beat_heart")
