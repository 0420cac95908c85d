from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from apk.calendar import Month
from apk.children import Child
from apk.people.models import User
from reports.counting import count
from reports.inputs import fingerprints
from reports.models import MonthlySummary
from tests import workers


@pytest.fixture
def built(db: None) -> Callable[..., MonthlySummary]:
    """Stores a month's summary as a job would, without one: `built(month, by=coordinator)`."""

    def store(month: Month, *, by: User | None = None) -> MonthlySummary:
        return MonthlySummary.objects.store(count(month), inputs=fingerprints([month])[month], by=by)

    return store


if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def start_worker(transactional_db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Child]]:
    """Starts a real worker each time it is called; all are stopped at the end. The broker is empty at first."""
    workers.flush_broker()
    started: list[Child] = []

    def start() -> Child:
        folder: Path = tmp_path_factory.mktemp("worker")
        started.append(workers.start_worker(folder))
        return started[-1]

    yield start
    for worker in started:
        worker.stop()
