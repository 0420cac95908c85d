"""Months and what became of their summaries: built, out of date, on the way, failed or not asked for yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db import connection
from django.db.models import F, Min

from apk.calendar import Month
from findings.models import Finding
from patrols.models import Activity, Attendance, Shift
from reports.inputs import fingerprints
from reports.models import GrantProject, Job, MonthlySummary, Seal


class Condition(Enum):
    """How a month's summary stands: its Czech name, and the look of its badge."""

    BUILDING = ("sestavuje se", "info")
    FAILED = ("nepodařilo se sestavit", "error")
    OUTDATED = ("neodpovídá záznamům", "warning")
    CURRENT = ("sestaveno", "success")
    NOT_BUILT = ("nesestaveno", "")
    SEALED = ("uzavřeno", "success")

    @property
    def label(self) -> str:
        return self.value[0]

    @property
    def level(self) -> str:
        return self.value[1]


@dataclass(frozen=True)
class MonthRecord:
    """A month, its project, its last job and the totals of its stored summary (empty when there is none)."""

    month: Month
    project: GrantProject | None
    job: Job | None
    totals: Mapping[str, int]
    built_at: datetime | None
    is_current: bool
    version: int = 0
    """Of a sealed month the number of its last version; 0 when it is open."""

    @property
    def condition(self) -> Condition:
        if self.version:
            return Condition.SEALED
        if self.job and self.job.is_unfinished:
            return Condition.BUILDING
        if self.job and self.job.state == Job.State.FAILED:
            return Condition.FAILED
        if not self.built_at:
            return Condition.NOT_BUILT
        return Condition.CURRENT if self.is_current else Condition.OUTDATED


def records(months: Sequence[Month]) -> list[MonthRecord]:
    """What is known of each month, in their order. Six queries, however many months."""
    days = [month.first_day for month in months]
    jobs = {job.period: job for job in Job.objects.filter(month__in=days).latest_of_each_month()}
    stored = {
        Month.of(row["month"]): row
        for row in MonthlySummary.objects.readable()
        .filter(month__in=days)
        .values("month", "inputs", "built_at", totals=F("figures__totals"))
    }
    versions = {seal.period: seal.version for seal in Seal.objects.filter(month__in=days).latest_of_each_month()}
    projects = GrantProject.objects.by_month(months)
    inputs = fingerprints(months)
    found = []
    for month in months:
        summary = stored.get(month)
        found.append(
            MonthRecord(
                month=month,
                project=projects[month],
                job=jobs.get(month),
                totals=summary["totals"] if summary else {},
                built_at=summary["built_at"] if summary else None,
                is_current=summary is not None and summary["inputs"] == inputs[month],
                version=versions.get(month, 0),
            )
        )
    return found


WITH_RECORDS = """
SELECT month.ordinal - 1
  FROM unnest(%s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY AS month (lower, upper, ordinal)
 WHERE EXISTS (SELECT FROM findings_finding
               WHERE found_at >= month.lower AND found_at < month.upper
                 AND withdrawn_at IS NULL AND merged_into_id IS NULL)
    OR EXISTS (SELECT FROM patrols_shift WHERE start < month.upper AND start >= month.lower)
    OR EXISTS (SELECT FROM patrols_activity WHERE at >= month.lower AND at < month.upper AND withdrawn_at IS NULL)
    OR EXISTS (SELECT FROM patrols_attendance WHERE at >= month.lower AND at < month.upper AND withdrawn_at IS NULL)
    OR EXISTS (
        SELECT FROM reports_monthlysummary AS summary
         WHERE summary.month = (month.lower AT TIME ZONE 'Europe/Prague')::date
    )
 ORDER BY month.ordinal DESC
"""


def with_records(until: Month) -> list[Month]:
    """Months with a record, the start of a shift or a summary, up to `until`, the newest first."""
    firsts = [
        Finding.objects.standing().aggregate(first=Min("found_at"))["first"],
        Shift.objects.aggregate(first=Min("start"))["first"],
        Activity.objects.standing().aggregate(first=Min("at"))["first"],
        Attendance.objects.standing().aggregate(first=Min("at"))["first"],
        MonthlySummary.objects.aggregate(first=Min("month"))["first"],
    ]
    earliest = min((Month.of(first) for first in firsts if first is not None), default=until)
    months = []
    while earliest <= until:
        months.append(earliest)
        earliest = earliest.next
    with connection.cursor() as cursor:
        cursor.execute(WITH_RECORDS, [[month.start for month in months], [month.end for month in months]])
        return [months[number] for (number,) in cursor.fetchall()]
