"""Calls a worker to a job. A ring that nobody hears costs a little time: the sweeper rings again."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

BUILD_SUMMARY = "reports.tasks.build_summary"


def ring(job_id: int) -> None:
    """Sends the job's number to the worker. A broker that does not answer is logged, never waited for."""
    try:
        current_app.send_task(BUILD_SUMMARY, kwargs={"job_id": job_id}, retry=False, ignore_result=True)
    except OperationalError as error:
        log.warning("doorbell_not_heard", job=job_id, error=str(error))
