"""What the worker and the clock run; each a thin way in to the code that does it."""

from celery import shared_task
from django.utils import timezone

from apk.calendar import Month
from reports import annexes, building, doorbell, editions, reminders, timesheets
from reports.models import Edition, Job, MonthlySummary, TimesheetPrint


@shared_task(name=doorbell.BUILD_SUMMARY)
def build_summary(*, job_id: int) -> None:
    """Builds the summary that the job asks for."""
    building.build(job_id)


@shared_task(name=doorbell.BUILD_EDITION)
def build_edition(*, job_id: int) -> None:
    """Builds the documents of the edition."""
    editions.build(job_id)


@shared_task(name=doorbell.BUILD_TIMESHEETS)
def build_timesheets(*, job_id: int) -> None:
    """Builds the timesheets that somebody asked for."""
    timesheets.build(job_id)


@shared_task
def sweep_jobs() -> None:
    """Rings for all work that nobody does, whatever became of its message or of its worker."""
    for job in Job.objects.waiting():
        doorbell.ring(job.pk)
    for edition in Edition.objects.waiting():
        doorbell.ring(edition.pk, doorbell.BUILD_EDITION)
    for asked in TimesheetPrint.objects.waiting():
        doorbell.ring(asked.pk, doorbell.BUILD_TIMESHEETS)


@shared_task
def sweep_documents() -> None:
    """Deletes the files of documents and annexes that have no row, left by crashes or by what people removed, and
    timesheets asked for long ago."""
    editions.sweep(timezone.now())
    annexes.sweep(timezone.now())
    timesheets.sweep(timezone.now())


@shared_task
def request_last_month() -> None:
    """Asks for the summary of the month just ended, unless it is there."""
    month = Month.of(timezone.now()).previous
    if not MonthlySummary.objects.of(month).exists():
        Job.objects.request(month, by=None)


@shared_task
def send_reminders() -> None:
    """Sends the reminders of deadlines that are due. Running it again sends nothing twice."""
    reminders.remind(timezone.now())
