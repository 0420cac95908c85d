"""How much of the receiving one process does at once. Work beyond it is turned away at once, not queued in memory:
phones keep their records, obey Retry-After and spread their return.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.conf import settings


class Full(Exception):
    """All slots are taken."""


class Slots:
    """A number of slots for work that runs at once in this process."""

    def __init__(self, count: int) -> None:
        self._free = BoundedSemaphore(count)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Takes a slot for as long as the block runs. Raises Full at once when none is free."""
        if not self._free.acquire(blocking=False):
            raise Full
        try:
            yield
        finally:
            self._free.release()


# Decoding a photo takes tens of megabytes and a whole core; a batch mostly waits for the database.
batches = Slots(settings.SYNC_BATCHES_AT_ONCE)
photos = Slots(settings.SYNC_PHOTOS_AT_ONCE)
