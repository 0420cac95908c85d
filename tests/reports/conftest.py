from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from apk.children import Child
from tests import workers

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
