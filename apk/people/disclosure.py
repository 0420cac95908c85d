"""Tells the access log that somebody was shown what is not shown twice.

The log stands above people, so it is told through this interface and registers itself in `AppConfig.ready`.
"""

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from apk.people.models import User


class Recorder(Protocol):
    """Writes down one access; `action` is a value of the access log's actions, `detail` holds JSON values."""

    def __call__(self, *, user: "User", action: str, what: str, **detail: Any) -> object: ...


_recorders: list[Recorder] = []


def register(recorder: Recorder) -> None:
    """Called once, by the access log's app."""
    _recorders.append(recorder)


def record_view(*, by: "User", what: str, **detail: Any) -> None:
    """Writes that `by` was shown `what`, a short Czech description. Raises LookupError when nobody writes it down."""
    if not _recorders:
        raise LookupError("no access log is registered")
    for recorder in _recorders:
        recorder(user=by, action="view", what=what, **detail)
