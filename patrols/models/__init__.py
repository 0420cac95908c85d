from patrols.models.absences import Absence, AbsenceError, AbsenceQuerySet
from patrols.models.activities import (
    ACTIVITY_COUNTS,
    NUMBER_COUNTS,
    Activity,
    ActivityCount,
    ActivityQuerySet,
)
from patrols.models.announcements import (
    AGREED,
    TOLD_AS_IT_STANDS,
    Announcement,
    AnnouncementQuerySet,
    Notice,
    Override,
    Publication,
)
from patrols.models.approvals import (
    AttendanceError,
    AttendanceStep,
    AttendanceStepQuerySet,
    CorrectionRequest,
    CorrectionRequestQuerySet,
)
from patrols.models.attendance import Attendance, AttendanceQuerySet
from patrols.models.checks import FIELD_CHECK_COUNTS, CheckedAssistant, FieldCheck, FieldCheckQuerySet
from patrols.models.codes import IN_ORDER, ActivityKind, CalledPatrol, Code, Counter, Organisation, ReferralReason
from patrols.models.feeds import CalendarFeed
from patrols.models.limits import LegalLimit
from patrols.models.needs import CoverNeed, ShiftTemplate
from patrols.models.operations import Operation, UndoError, state_of
from patrols.models.pairs import Pair
from patrols.models.proposals import PROPOSE, Proposal
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
    Stage,
)
from patrols.models.swaps import Swap, SwapError
from patrols.models.training import (
    TRAINING_COUNTS,
    Training,
    TrainingKind,
    TrainingNeed,
    TrainingQuerySet,
)

__all__ = [
    "ACTIVITY_COUNTS",
    "AGREED",
    "COUNTS",
    "FIELD_CHECK_COUNTS",
    "IN_ORDER",
    "NUMBER_COUNTS",
    "PROPOSE",
    "TOLD_AS_IT_STANDS",
    "TRAINING_COUNTS",
    "Absence",
    "AbsenceError",
    "AbsenceQuerySet",
    "Activity",
    "ActivityCount",
    "ActivityKind",
    "ActivityQuerySet",
    "Announcement",
    "AnnouncementQuerySet",
    "Attendance",
    "AttendanceError",
    "AttendanceQuerySet",
    "AttendanceStep",
    "AttendanceStepQuerySet",
    "CalendarFeed",
    "CalledPatrol",
    "CheckedAssistant",
    "Code",
    "CorrectionRequest",
    "CorrectionRequestQuerySet",
    "Counter",
    "CoverNeed",
    "FieldCheck",
    "FieldCheckQuerySet",
    "LegalLimit",
    "LocalityClosedError",
    "NotEmployedError",
    "NotLedError",
    "Notice",
    "Operation",
    "Organisation",
    "OutdatedError",
    "OverlapError",
    "Override",
    "Pair",
    "Proposal",
    "Publication",
    "ReferralReason",
    "Shift",
    "ShiftError",
    "ShiftInUseError",
    "ShiftQuerySet",
    "ShiftTemplate",
    "Stage",
    "Swap",
    "SwapError",
    "Training",
    "TrainingKind",
    "TrainingNeed",
    "TrainingQuerySet",
    "UndoError",
    "state_of",
]
