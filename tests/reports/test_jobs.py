"""The life of a job, without a worker: what is allowed, what a lost message or a dead builder leaves behind."""

import pytest
from celery import current_app
from django.db import connection, transaction

from apk.calendar import Month
from apk.work import ALLOWED, MAX_ATTEMPTS, LostJobError
from reports import building, tasks
from reports.counting import count
from reports.models import Job, MonthlySummary
from reports.models.jobs import lock_number
from tests.factories import FindingFactory

APRIL = Month(2021, 4)
State = Job.State


@pytest.fixture
def rung(monkeypatch) -> list[int]:
    """Jobs that a worker was called to; nobody comes."""
    calls: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, kwargs, **_: calls.append(kwargs["job_id"]))
    return calls


def job_in(state: State, **fields) -> Job:
    return Job.objects.create(month=APRIL.first_day, state=state, **fields)


def moves(job: Job) -> dict[State, bool]:
    """Which state the verbs can bring this job to; each is tried on a fresh copy and undone."""
    verbs = {
        State.RUNNING: job.claim,
        State.DONE: lambda: job.finish(count(APRIL), "x"),
        State.FAILED: lambda: Job.objects.filter(pk=job.pk).update(attempts=MAX_ATTEMPTS) and job.claim(),
    }
    reached = {}
    for target, verb in verbs.items():
        try:
            with transaction.atomic():
                verb()
                reached[target] = Job.objects.get(pk=job.pk).state == target
                transaction.set_rollback(True)
        except LostJobError:
            reached[target] = False
        job.refresh_from_db()
    return reached


@pytest.mark.django_db
@pytest.mark.parametrize("state", State)
def test_verbs_move_a_job_only_as_the_table_allows(state):
    job = job_in(state)

    before, reached = job.state, moves(job)

    # What already stands there is not a move.
    expected = {target: target in ALLOWED[state] or target == before for target in reached}
    if state is State.DONE:
        expected[State.DONE] = False
    assert reached == expected


@pytest.mark.django_db
def test_request_asks_once_however_often_it_is_called(coordinator, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = Job.objects.request(APRIL, by=coordinator)
        second = Job.objects.request(APRIL, by=None)
        other = Job.objects.request(APRIL.next, by=coordinator)

    assert first == second != other
    assert (first.state, first.requested_by) == (State.QUEUED, coordinator)
    assert rung == [first.pk, first.pk, other.pk]


@pytest.mark.django_db
def test_request_after_a_failure_is_a_new_job(rung):
    failed = job_in(State.FAILED)

    assert Job.objects.request(APRIL, by=None) != failed


@pytest.mark.django_db(transaction=True)
def test_build_stores_the_summary_and_ends_the_job(coordinator, rung):
    FindingFactory(with_needle=3)
    job = Job.objects.request(APRIL, by=coordinator)

    building.build(job.pk)

    job.refresh_from_db()
    stored = MonthlySummary.objects.get()
    assert (job.state, job.attempts, job.finished_at is not None) == (State.DONE, 1, True)
    assert stored.value == count(APRIL)
    assert (stored.sha256, stored.requested_by) == (count(APRIL).digest, coordinator)
    assert Job.objects.waiting() == []


@pytest.mark.django_db(transaction=True)
def test_building_again_replaces_the_summary_and_history_names_who_asked(coordinator, rung):
    building.build(Job.objects.request(APRIL, by=None).pk)
    FindingFactory()

    building.build(Job.objects.request(APRIL, by=coordinator).pk)

    stored = MonthlySummary.objects.get()
    events = stored.events.order_by("pgh_id")
    assert stored.value.totals["events"] == 1
    assert [event.figures["totals"]["events"] for event in events] == [0, 1]
    assert events.last().pgh_context.metadata["name"] == coordinator.full_name


@pytest.mark.django_db(transaction=True)
def test_finished_job_is_not_built_again(rung):
    job = Job.objects.request(APRIL, by=None)
    building.build(job.pk)
    built_at = MonthlySummary.objects.get().built_at

    building.build(job.pk)

    assert MonthlySummary.objects.get().built_at == built_at
    assert Job.objects.get().attempts == 1


@pytest.mark.django_db(transaction=True)
def test_month_being_built_elsewhere_is_left_alone(rung):
    job = Job.objects.request(APRIL, by=None)
    with another_builder():
        assert Job.objects.waiting() == []
        building.build(job.pk)

    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.QUEUED, 0)
    assert Job.objects.waiting() == [job]


@pytest.mark.django_db(transaction=True)
def test_running_job_whose_builder_died_is_swept_up_and_built(rung):
    abandoned = job_in(State.RUNNING, attempts=1)

    tasks.sweep_jobs()
    building.build(abandoned.pk)

    abandoned.refresh_from_db()
    assert rung == [abandoned.pk]
    assert (abandoned.state, abandoned.attempts) == (State.DONE, 2)


@pytest.mark.django_db(transaction=True)
def test_job_that_keeps_failing_is_given_up_with_a_reason(monkeypatch, rung):
    def broken(*_):
        raise RuntimeError("a defect")

    job = Job.objects.request(APRIL, by=None)
    monkeypatch.setattr(building.counting, "count", broken)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(RuntimeError, match="a defect"):
            building.build(job.pk)
        assert Job.objects.waiting() == [job]

    building.build(job.pk)

    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, "Sestavení se nepodařilo dokončit ani na 5. pokus.")
    assert Job.objects.waiting() == []
    assert not MonthlySummary.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_builder_that_lost_its_job_stores_nothing(rung):
    job = Job.objects.request(APRIL, by=None)
    job.claim()
    Job.objects.get().claim()

    with pytest.raises(LostJobError):
        job.finish(count(APRIL), "x")

    assert not MonthlySummary.objects.exists()
    assert Job.objects.get().state == State.RUNNING


@pytest.mark.django_db
def test_last_month_is_requested_until_it_is_built(rung, settings):
    tasks.request_last_month()
    tasks.request_last_month()

    job = Job.objects.get()
    month = job.period
    MonthlySummary.objects.store(count(month), inputs="x", by=None)
    job.claim()
    job.finish(count(month), "x")
    tasks.request_last_month()

    assert month.next.first_day.replace(day=1) == Month.of(job.requested_at).first_day
    assert Job.objects.count() == 1


class another_builder:  # noqa: N801 - reads as a context
    """Another connection that holds April's lock."""

    def __enter__(self) -> None:
        self.elsewhere = connection.copy()
        with self.elsewhere.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [0x41504B, lock_number(APRIL)])

    def __exit__(self, *_: object) -> None:
        with self.elsewhere.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
        self.elsewhere.close()
