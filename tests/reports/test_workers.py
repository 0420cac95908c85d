"""A real worker over real servers: killed in mid-build, robbed of its broker, it leaves one right summary."""

import os
import signal

import pytest

from apk.calendar import Month
from reports import tasks
from reports.counting import count
from reports.models import Job, MonthlySummary
from tests.factories import FindingFactory, GrantProjectFactory, ShiftFactory, local
from tests.workers import flush_broker, somebody_waits_for, table_locked, wait_until

APRIL = Month(2021, 4)


def is_done(job: Job) -> bool:
    job.refresh_from_db()
    return job.state == Job.State.DONE


def scene() -> None:
    GrantProjectFactory()
    shift = ShiftFactory(start=local(2021, 4, 30, 20))
    FindingFactory(assistant=shift.assistant, place__locality=shift.locality, with_needle=17)


def assert_one_right_summary() -> None:
    stored = MonthlySummary.objects.get()
    assert stored.value == count(APRIL)
    assert stored.sha256 == count(APRIL).digest
    assert stored.value.totals["pieces"] == 17
    # The history would show a summary that was written twice.
    assert stored.events.count() == 1


def test_worker_builds_what_is_requested(start_worker, coordinator):
    scene()
    start_worker()

    job = Job.objects.request(APRIL, by=coordinator)

    wait_until(lambda: is_done(job), "the job")
    assert job.attempts == 1
    assert_one_right_summary()


@pytest.mark.parametrize("table", ["findings_finding", "reports_grantproject", "reports_monthlysummary"])
def test_worker_killed_in_mid_build_leaves_one_summary(start_worker, table):
    scene()
    worker = start_worker()
    with table_locked(table):
        job = Job.objects.request(APRIL, by=None)
        wait_until(lambda: somebody_waits_for(table), "the build to reach the table")
        assert Job.objects.waiting() == []

        os.killpg(worker.process.pid, signal.SIGKILL)
        worker.process.wait()

        wait_until(lambda: Job.objects.waiting() == [job], "the dead builder to be noticed")
    start_worker()
    tasks.sweep_jobs()

    wait_until(lambda: is_done(job), "the job")
    assert job.attempts == 2
    assert_one_right_summary()


def test_broker_flushed_in_mid_build_leaves_one_summary(start_worker):
    scene()
    start_worker()
    with table_locked("findings_finding"):
        job = Job.objects.request(APRIL, by=None)
        wait_until(lambda: somebody_waits_for("findings_finding"), "the build to reach the findings")
        flush_broker()
        tasks.sweep_jobs()

    wait_until(lambda: is_done(job), "the job")
    assert job.attempts == 1
    assert_one_right_summary()

    # The worker still hears: the flush took its queue, not its ears.
    another = Job.objects.request(APRIL.next, by=None)
    wait_until(lambda: is_done(another), "the next job")


def test_job_whose_message_was_lost_is_built_after_a_sweep(start_worker):
    scene()
    job = Job.objects.request(APRIL, by=None)
    flush_broker()
    start_worker()
    assert not is_done(job)

    tasks.sweep_jobs()

    wait_until(lambda: is_done(job), "the job")
    assert_one_right_summary()


def test_many_rings_build_once(start_worker):
    scene()
    start_worker()
    with table_locked("findings_finding"):
        job = Job.objects.request(APRIL, by=None)
        for _ in range(10):
            tasks.doorbell.ring(job.pk)
        wait_until(lambda: somebody_waits_for("findings_finding"), "a build to reach the findings")

    wait_until(lambda: is_done(job), "the job")
    assert job.attempts == 1
    assert_one_right_summary()
