from reports.models.closing import (
    ClosingStep,
    ClosingStepQuerySet,
    MonthCorrection,
    MonthCorrectionQuerySet,
    Seal,
    SealQuerySet,
    lock_month,
)
from reports.models.documents import Document, DocumentQuerySet, Edition, EditionQuerySet
from reports.models.evaluations import Evaluation, EvaluationQuerySet
from reports.models.grants import (
    Annex,
    CostLine,
    Deadline,
    Indicator,
    ProjectReport,
    Rate,
    ReportSection,
    SectionText,
)
from reports.models.imports import RecordImport, RecordImportQuerySet
from reports.models.jobs import Job, JobQuerySet
from reports.models.narratives import MonthNarrative, MonthNarrativeQuerySet
from reports.models.projects import GrantProject, GrantProjectQuerySet
from reports.models.submissions import Submission, SubmissionQuerySet
from reports.models.summaries import MonthlySummary, MonthlySummaryQuerySet
from reports.models.timesheets import TimesheetPrint, TimesheetPrintQuerySet

__all__ = [
    "Annex",
    "ClosingStep",
    "ClosingStepQuerySet",
    "CostLine",
    "Deadline",
    "Document",
    "DocumentQuerySet",
    "Edition",
    "EditionQuerySet",
    "Evaluation",
    "EvaluationQuerySet",
    "GrantProject",
    "GrantProjectQuerySet",
    "Indicator",
    "Job",
    "JobQuerySet",
    "MonthCorrection",
    "MonthCorrectionQuerySet",
    "MonthNarrative",
    "MonthNarrativeQuerySet",
    "MonthlySummary",
    "MonthlySummaryQuerySet",
    "ProjectReport",
    "Rate",
    "RecordImport",
    "RecordImportQuerySet",
    "ReportSection",
    "Seal",
    "SealQuerySet",
    "SectionText",
    "Submission",
    "SubmissionQuerySet",
    "TimesheetPrint",
    "TimesheetPrintQuerySet",
    "lock_month",
]
