from reports.models.closing import (
    ClosingStep,
    ClosingStepQuerySet,
    MonthCorrection,
    MonthCorrectionQuerySet,
    Seal,
    SealQuerySet,
    lock_month,
)
from reports.models.jobs import Job, JobQuerySet
from reports.models.projects import GrantProject, GrantProjectQuerySet
from reports.models.summaries import MonthlySummary, MonthlySummaryQuerySet

__all__ = [
    "ClosingStep",
    "ClosingStepQuerySet",
    "GrantProject",
    "GrantProjectQuerySet",
    "Job",
    "JobQuerySet",
    "MonthCorrection",
    "MonthCorrectionQuerySet",
    "MonthlySummary",
    "MonthlySummaryQuerySet",
    "Seal",
    "SealQuerySet",
    "lock_month",
]
