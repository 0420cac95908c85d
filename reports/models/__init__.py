from reports.models.jobs import Job, JobQuerySet
from reports.models.projects import GrantProject, GrantProjectQuerySet
from reports.models.summaries import MonthlySummary, MonthlySummaryQuerySet

__all__ = [
    "GrantProject",
    "GrantProjectQuerySet",
    "Job",
    "JobQuerySet",
    "MonthlySummary",
    "MonthlySummaryQuerySet",
]
