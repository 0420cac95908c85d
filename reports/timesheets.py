"""Timesheets: made of attendance for one reader, asked for as documents, built by the worker, kept for a while.

They hold the kinds of absences, illness among them, so a value is made for its reader: whoever may not know a kind
reads „Nepřítomnost". Files belong to who asked for them and are deleted after `KEPT_FOR`.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db.models import Q

from apk import czech, private_files
from apk.calendar import Month, holiday, local_date
from apk.people.access import Role
from apk.people.models import Assistant, AssistantQuerySet, Employment, Mentorship, User
from patrols.attendance_approval import people_days
from patrols.attendance_days import Days
from patrols.limits import by_day
from patrols.models import LegalLimit
from patrols.models.approvals import clock_of
from patrols.month_hours import MonthHours, Record, hours_of, parts_of_day
from patrols.month_records import label_of, records_of, weeks_of
from reports.documents import timesheet_pdf, timesheet_xlsx
from reports.models import GrantProject, TimesheetPrint
from reports.timesheet import FACTS, Line, Sheet, Timesheet

log = structlog.get_logger(__name__)

FOLDER: Final = "timesheets"
LAYOUT: Final = 1
"""Version of what the documents look like."""
KEPT_FOR: Final = timedelta(days=30)
BUILDERS: Final = {"pdf": timesheet_pdf.build, "xlsx": timesheet_xlsx.build}


def people_of(user: User, month: Month) -> AssistantQuerySet:
    """Whose timesheets of the month the user may see: their own, of those whom they led in it, or all."""
    people = Assistant.objects.visible_to(user).employed_within(month.first_day, month.last_day)
    if user.role == Role.MENTOR:
        led = Mentorship.objects.filter(
            Q(ends__isnull=True) | Q(ends__gte=month.first_day), starts__lte=month.last_day, mentor__user=user
        )
        people = people.filter(pk__in=led.values("assistant"))
    return people.select_related("user")


def compiled(month: Month, people: Sequence[Assistant], reader: User, now: datetime) -> Timesheet:
    """The timesheets of the people for `reader`. Thirteen queries, however many people."""
    records = records_of(people, month, reader)
    weeks = weeks_of(month)
    limits_of = by_day(LegalLimit.objects.in_force(weeks.first, weeks.last))
    days = people_days(people, Days(month.first_day, month.last_day), now, reader)
    fte: dict[int, list[str]] = defaultdict(list)
    within = Q(ends__isnull=True) | Q(ends__gte=month.first_day)
    for row in Employment.objects.filter(within, assistant__in=people, starts__lte=month.last_day):
        fte[row.assistant_id].append(czech.number(row.fte))
    mentors: dict[int, list[str]] = defaultdict(list)
    for led in Mentorship.objects.filter(within, assistant__in=people, starts__lte=month.last_day).select_related(
        "mentor__user"
    ):
        mentors[led.assistant_id].append(str(led.mentor))
    project = GrantProject.objects.by_month([month])[month]
    return Timesheet(
        month=month,
        city=settings.CITY_NAME,
        project_name=project.name if project else "",
        project_number=project.number if project else "",
        publicity=project.publicity if project else "",
        sheets=tuple(
            sheet_of(
                person,
                month,
                hours_of(month, records[person.pk], limits_of),
                records[person.pk],
                fte=", ".join(dict.fromkeys(fte[person.pk])),
                mentors=", ".join(dict.fromkeys(mentors[person.pk])),
                unapproved=sum(day.state.waits for day in days[person.pk].values()),
            )
            for person in people
        ),
    )


def sheet_of(
    person: Assistant, month: Month, hours: MonthHours, record: Record, *, fte: str, mentors: str, unapproved: int
) -> Sheet:
    return Sheet(
        name=str(person),
        personal_number=person.user.personal_number,
        fte=fte,
        mentors=mentors,
        lines=lines_of(month, record),
        sums=sums_of(hours),
        away=tuple((label_of(kind), seconds(value)) for kind, value in sorted(hours.away.items())),
        not_credited=tuple((label_of(kind), seconds(value)) for kind, value in sorted(hours.not_credited.items())),
        unapproved=unapproved,
    )


def sums_of(hours: MonthHours) -> dict[str, int]:
    """The hours of a month by name, in seconds."""
    return {name: seconds(getattr(hours, name)) for name in (*FACTS, "breaks")}


def lines_of(month: Month, record: Record) -> tuple[Line, ...]:
    found = []
    for day in month.days:
        parts = parts_of_day(day, record)
        away = next((label_of(row.kind) for row in record.away if row.holds(day)), "")
        found.append(
            Line(
                day=day,
                plan=", ".join(clock_of(*span) for span in sorted(record.shifts) if local_date(span[0]) == day),
                duty=", ".join(
                    clock_of(duty.start, duty.end)
                    for duty in record.duties
                    if duty.start and duty.end and local_date(duty.start) == day
                ),
                worked=seconds(parts.worked),
                night=seconds(parts.night),
                weekend=seconds(parts.weekend),
                on_holiday=seconds(parts.on_holiday),
                note=", ".join(filter(None, (holiday(day), away))),
            )
        )
    return tuple(found)


def seconds(period: timedelta) -> int:
    return round(period.total_seconds())


# --- Documents --------------------------------------------------------------------------------------------------------


def build(print_id: int) -> None:
    """Builds the files that were asked for. It may be called any number of times, at once and from anywhere."""
    asked = TimesheetPrint.objects.get(pk=print_id)
    with asked.sole_builder() as alone:
        if not alone or not asked.claim():
            log.info("timesheets_left_alone", timesheets=print_id, state=asked.state)
            return
        value = Timesheet.from_json(asked.figures)
        files = {}
        for extension, make in BUILDERS.items():
            content = make(value)
            digest = hashlib.sha256(content).hexdigest()
            name = f"{FOLDER}/{digest[:2]}/{digest[2:]}.{extension}"
            private_files.write(name, content)
            files[extension] = {"file": name, "sha256": digest, "size": len(content)}
        asked.finish(files)
        log.info("timesheets_done", timesheets=print_id)


def sweep(now: datetime) -> None:
    """Deletes what was asked for long ago, then files that nobody's row names."""
    TimesheetPrint.objects.filter(requested_at__lt=now - KEPT_FOR).delete()
    kept = {each["file"] for files in TimesheetPrint.objects.values_list("files", flat=True) for each in files.values()}
    private_files.sweep(FOLDER, now, lambda names: kept & set(names))
