"""The Celery application: one queue, tasks found in every Django app, schedule in settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "apk.settings")

app = Celery("apk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
