"""How far a running job is, in percent. Kept in the cache, for it is only shown: what was done stands in the job."""

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

KEPT_SECONDS = 3600


def note(job_id: int, percent: int) -> None:
    """Remembers the progress of a job; without a cache the page merely shows none."""
    try:
        cache.set(_key(job_id), percent, KEPT_SECONDS)
    except RedisError as error:
        log.warning("progress_not_noted", job=job_id, error=str(error))


def of(job_id: int) -> int:
    """The last noted progress, 0 when none is known."""
    try:
        return cache.get(_key(job_id), 0)
    except RedisError as error:
        log.warning("progress_not_read", job=job_id, error=str(error))
        return 0


def _key(job_id: int) -> str:
    return f"job-{job_id}-progress"
