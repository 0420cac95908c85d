"""Calls a worker to a piece of work. A ring that nobody hears costs a little time: the sweeper rings again."""

from apk import doorbell

BUILD_SUMMARY = "reports.tasks.build_summary"
BUILD_EDITION = "reports.tasks.build_edition"
BUILD_TIMESHEETS = "reports.tasks.build_timesheets"


def ring(job_id: int, task: str = BUILD_SUMMARY) -> None:
    """Sends the number of the work to the worker's `task`. A broker that does not answer is logged, never an error."""
    doorbell.ring(task, job_id=job_id)
