"""What the worker and the clock run; each a thin way in to the code that does it."""

from celery import shared_task
from django.utils import timezone

from apk.calendar import Month
from reports import building, doorbell
from reports.models import Job, MonthlySummary


@shared_task(name=doorbell.BUILD_SUMMARY)
def build_summary(*, job_id: int) -> None:
    """Builds the summary that the job asks for."""
    building.build(job_id)


@shared_task
def sweep_jobs() -> None:
    """Rings for every job that nobody works on, whatever became of its message or of its worker."""
    for job in Job.objects.waiting():
        doorbell.ring(job.pk)


@shared_task
def request_last_month() -> None:
    """Asks for the summary of the month just ended, unless it is there."""
    month = Month.of(timezone.now()).previous
    if not MonthlySummary.objects.of(month).exists():
        Job.objects.request(month, by=None)
