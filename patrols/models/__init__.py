from patrols.models.shifts import (
    COUNTS,
    LocalityClosedError,
    NotEmployedError,
    NotLedError,
    OutdatedError,
    OverlapError,
    Shift,
    ShiftError,
    ShiftInUseError,
    ShiftQuerySet,
)

__all__ = [
    "COUNTS",
    "LocalityClosedError",
    "NotEmployedError",
    "NotLedError",
    "OutdatedError",
    "OverlapError",
    "Shift",
    "ShiftError",
    "ShiftInUseError",
    "ShiftQuerySet",
]
