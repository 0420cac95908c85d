"""Fingerprints of what a month's summary is made of: when one no longer matches, the summary is out of date.

A fingerprint covers every value that the counting reads, labels included, so that renaming a locality shows as much as
a new finding does. It is made of sums of hashes, so the order of rows does not matter, and the hash is one that every
version of the database computes alike.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import astuple
from datetime import timedelta

from django.conf import settings
from django.db import connection

from apk.calendar import Month
from patrols.duties import LONGEST
from reports.models import GrantProject, MonthNarrative
from reports.staffing import staffing
from reports.summary import SCHEMA

SUM_OF_HASHES = "coalesce(sum(('x' || left(md5(concat_ws('|', {})), 15))::bit(60)::bigint), 0)"

# A duty over midnight at the month's end is made of events of both months.
AROUND = f"interval '{LONGEST // timedelta(hours=1)} hours'"

# The month's first local day, and the first one behind it.
FIRST, BEHIND = (f"(month.{end} AT TIME ZONE 'Europe/Prague')::date" for end in ("lower", "upper"))

# What records say of their locality, place and person is hashed once for each of these, not for each row.
QUERY = f"""
      WITH locality AS MATERIALIZED (
    SELECT locality.id, md5(ROW(locality.name, locality.kind, district.id, district.name)::text) AS hash
      FROM localities_locality AS locality
      JOIN localities_district AS district ON district.id = locality.district_id
), place AS MATERIALIZED (
    SELECT place.id, md5(ROW(place.name, place.latitude, place.longitude, locality.name)::text) AS hash
      FROM findings_place AS place
 LEFT JOIN localities_locality AS locality ON locality.id = place.locality_id
), person AS MATERIALIZED (
    SELECT assistant.id, md5(ROW(person.first_name, person.last_name)::text) AS hash
      FROM people_assistant AS assistant
      JOIN people_user AS person ON person.id = assistant.user_id
)
    SELECT found.number, found.hash, patrolled.number, patrolled.hash, done.number, done.hash,
           counted.number, counted.hash, noted.number, noted.hash, trained.number, trained.hash,
           delivered.number, delivered.hash, gone.number, gone.hash
      FROM unnest(%s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY AS month (lower, upper, ordinal)
CROSS JOIN LATERAL (
    SELECT count(*) AS number, {
    SUM_OF_HASHES.format(
        "finding.id, finding.found_at, finding.place_kind, finding.with_needle, finding.without_needle,"
        " finding.needles, finding.paraphernalia, finding.child_accessible, person.id, person.hash,"
        " place.id, place.hash, coalesce(locality.id, 0), locality.hash"
    )
} AS hash
      FROM findings_finding AS finding
      JOIN person ON person.id = finding.assistant_id
      JOIN place ON place.id = finding.place_id
 LEFT JOIN locality ON locality.id = finding.locality_id
     WHERE finding.found_at >= month.lower AND finding.found_at < month.upper AND finding.withdrawn_at IS NULL
       AND finding.merged_into_id IS NULL
) AS found
CROSS JOIN LATERAL (
    SELECT count(*) AS number, {
    SUM_OF_HASHES.format('shift.id, shift.start, shift."end", person.id, person.hash, locality.id, locality.hash')
} AS hash
      FROM patrols_shift AS shift
      JOIN patrols_announcement AS told ON told.shift_id = shift.id
      JOIN person ON person.id = shift.assistant_id
      JOIN locality ON locality.id = shift.locality_id
     WHERE shift.start < month.upper AND shift."end" > month.lower
) AS patrolled
CROSS JOIN LATERAL (
    SELECT count(*) AS number, {
    SUM_OF_HASHES.format(
        "activity.id, activity.at, person.id, person.hash, coalesce(locality.id, 0), coalesce(locality.hash, ''),"
        " kind.id, kind.name, kind.position, coalesce(organisation.id, 0), coalesce(organisation.name, ''),"
        " coalesce(organisation.position, 0), coalesce(reason.id, 0), coalesce(reason.name, ''),"
        " coalesce(reason.position, 0), coalesce(called.id, 0), coalesce(called.name, ''), called.position"
    )
} AS hash
      FROM patrols_activity AS activity
      JOIN person ON person.id = activity.assistant_id
      JOIN patrols_activitykind AS kind ON kind.id = activity.kind_id
 LEFT JOIN locality ON locality.id = activity.locality_id
 LEFT JOIN patrols_organisation AS organisation ON organisation.id = activity.organisation_id
 LEFT JOIN patrols_referralreason AS reason ON reason.id = activity.reason_id
 LEFT JOIN patrols_calledpatrol AS called ON called.id = activity.called_patrol_id
     WHERE activity.at >= month.lower AND activity.at < month.upper AND activity.withdrawn_at IS NULL
) AS done
CROSS JOIN LATERAL (
    SELECT count(*) AS number, {
    SUM_OF_HASHES.format("activity.id, counter.id, counter.name, counter.position, counter.measure, numbers.number")
} AS hash
      FROM patrols_activitycount AS numbers
      JOIN patrols_activity AS activity ON activity.id = numbers.activity_id
      JOIN patrols_counter AS counter ON counter.id = numbers.counter_id
     WHERE activity.at >= month.lower AND activity.at < month.upper AND activity.withdrawn_at IS NULL
) AS counted
CROSS JOIN LATERAL (
    SELECT count(*) AS number, {SUM_OF_HASHES.format("event.id, event.at, event.event, person.id, person.hash")} AS hash
      FROM patrols_attendance AS event
      JOIN person ON person.id = event.assistant_id
     WHERE event.at > month.lower - {AROUND} AND event.at < month.upper + {AROUND} AND event.withdrawn_at IS NULL
) AS noted
CROSS JOIN LATERAL (
    SELECT count(*) AS number, {
    SUM_OF_HASHES.format("training.id, training.held_on, person.id, kind.id, kind.name, kind.position")
} AS hash
      FROM patrols_training AS training
      JOIN person ON person.id = training.assistant_id
      JOIN patrols_trainingkind AS kind ON kind.id = training.kind_id
     WHERE training.held_on >= {FIRST} AND training.held_on < {BEHIND}
       AND training.withdrawn_at IS NULL
) AS trained
CROSS JOIN LATERAL (
    SELECT count(*) AS number, {SUM_OF_HASHES.format("handed.id, handed.handed_on, handed.pieces")} AS hash
      FROM findings_handedbox AS handed
     WHERE handed.stands AND handed.handed_on >= {FIRST} AND handed.handed_on < {BEHIND}
) AS delivered
CROSS JOIN LATERAL (
    SELECT count(*) AS number, {SUM_OF_HASHES.format("finding.id")} AS hash
      FROM findings_finding AS finding
      JOIN findings_deposit AS deposit ON deposit.finding_id = finding.id
      JOIN findings_handedbox AS handed ON handed.box_id = deposit.box_id AND handed.stands
     WHERE finding.found_at >= month.lower AND finding.found_at < month.upper AND finding.withdrawn_at IS NULL
       AND finding.merged_into_id IS NULL
       AND handed.handed_on < {BEHIND}
) AS gone
  ORDER BY month.ordinal
"""  # noqa: S608 - made of the constants above


def fingerprints(months: Sequence[Month]) -> dict[Month, str]:
    """The fingerprint of each month as the rows are now: 64 hexadecimal digits. Five queries."""
    projects = GrantProject.objects.by_month(months)
    employed = staffing(months)
    days = [month.first_day for month in months]
    written = dict(MonthNarrative.objects.filter(month__in=days).values_list("month", "text"))
    with connection.cursor() as cursor:
        cursor.execute(QUERY, [[month.start for month in months], [month.end for month in months]])
        counted = cursor.fetchall()
    return {
        month: digest_of(
            SCHEMA,
            settings.CITY_NAME,
            *project_values(projects[month]),
            *numbers,
            *astuple(employed[month]),
            written.get(month.first_day, ""),
        )
        for month, numbers in zip(months, counted, strict=True)
    }


def project_values(project: GrantProject | None) -> tuple[str, ...]:
    return (project.name, project.number, project.publicity) if project else ()


def digest_of(*values: object) -> str:
    return hashlib.sha256("\n".join(map(str, values)).encode()).hexdigest()
