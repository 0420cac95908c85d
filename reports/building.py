"""Builds a month's summary for a job: alone, from one snapshot, all or nothing."""

from functools import partial

import structlog

from reports import counting, progress
from reports.inputs import fingerprints
from reports.models import Job

log = structlog.get_logger(__name__)


def build(job_id: int) -> None:
    """Builds what the job asks for. Does nothing when somebody builds that month already or the job is finished.

    It may be called any number of times, at once and from anywhere. Whatever is raised leaves the job to be claimed
    again.
    """
    job = Job.objects.select_related("requested_by").get(pk=job_id)
    with job.sole_builder() as alone:
        if not alone or not job.claim():
            log.info("job_left_alone", job=job_id, month=str(job.period), state=job.state)
            return
        log.info("job_claimed", job=job_id, month=str(job.period), attempt=job.attempts)
        with counting.snapshot():
            summary = counting.count(job.period, partial(progress.note, job.pk))
            inputs = fingerprints([job.period])[job.period]
        job.finish(summary, inputs)
        log.info("job_done", job=job_id, month=str(job.period), sha256=summary.digest)
