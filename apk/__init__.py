"""The Django project and the ground floor that the applications stand on."""

from apk.celery import app as celery_app

__all__ = ["celery_app"]
