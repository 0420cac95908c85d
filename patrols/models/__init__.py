from patrols.models.activities import (
    ACTIVITY_COUNTS,
    NUMBER_COUNTS,
    Activity,
    ActivityCount,
    ActivityQuerySet,
)
from patrols.models.attendance import Attendance, AttendanceQuerySet
from patrols.models.codes import IN_ORDER, ActivityKind, CalledPatrol, Code, Counter, Organisation, ReferralReason
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
    "ACTIVITY_COUNTS",
    "COUNTS",
    "IN_ORDER",
    "NUMBER_COUNTS",
    "Activity",
    "ActivityCount",
    "ActivityKind",
    "ActivityQuerySet",
    "Attendance",
    "AttendanceQuerySet",
    "CalledPatrol",
    "Code",
    "Counter",
    "LocalityClosedError",
    "NotEmployedError",
    "NotLedError",
    "Organisation",
    "OutdatedError",
    "OverlapError",
    "ReferralReason",
    "Shift",
    "ShiftError",
    "ShiftInUseError",
    "ShiftQuerySet",
]
