"""Several at once, each on a database connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")


def at_once(count: int, work: Callable[[int], Result]) -> list[Result]:
    """Runs `work(0)` … `work(count - 1)` in threads that start together; their results in this order."""
    start_line = Barrier(count)

    def run(n: int) -> Result:
        start_line.wait()
        try:
            return work(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as crowd:
        return list(crowd.map(run, range(count)))
