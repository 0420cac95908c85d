"""Fingerprints of what a month's summary is made of: when one no longer matches, the summary is out of date.

A fingerprint covers every value that the counting reads, labels included, so that renaming a locality shows as much as
a new finding does. It is made of sums of hashes, so the order of rows does not matter, and the hash is one that every
version of the database computes alike.
"""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.db import connection

from apk.calendar import Month
from reports.models import GrantProject
from reports.summary import SCHEMA

HASH = "coalesce(sum(('x' || left(md5(ROW({})::text), 15))::bit(60)::bigint), 0) AS hash"

PERSON = "assistant.id, person.first_name, person.last_name, person.sort_key"
LOCALITY = "locality.id, locality.name, locality.sort_key, locality.kind, district.id, district.name, district.sort_key"
FINDING = (
    "finding.id, finding.found_at, finding.place_kind, finding.with_needle, finding.without_needle, finding.needles, "
    "finding.paraphernalia, finding.child_accessible, "
    "place.id, place.name, place.sort_key, place.latitude, place.longitude, place_locality.name"
)
SHIFT = 'shift.id, shift.start, shift."end"'

QUERY = f"""
    SELECT found.number, found.hash, patrolled.number, patrolled.hash
      FROM unnest(%s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY AS month (lower, upper, ordinal)
CROSS JOIN LATERAL (
    SELECT count(*) AS number, {HASH.format(f"{FINDING}, {PERSON}, {LOCALITY}")}
      FROM findings_finding AS finding
      JOIN findings_place AS place ON place.id = finding.place_id
 LEFT JOIN localities_locality AS place_locality ON place_locality.id = place.locality_id
 LEFT JOIN localities_locality AS locality ON locality.id = finding.locality_id
 LEFT JOIN localities_district AS district ON district.id = locality.district_id
      JOIN people_assistant AS assistant ON assistant.id = finding.assistant_id
      JOIN people_user AS person ON person.id = assistant.user_id
     WHERE finding.found_at >= month.lower AND finding.found_at < month.upper
) AS found
CROSS JOIN LATERAL (
    SELECT count(*) AS number, {HASH.format(f"{SHIFT}, {PERSON}, {LOCALITY}")}
      FROM patrols_shift AS shift
      JOIN localities_locality AS locality ON locality.id = shift.locality_id
      JOIN localities_district AS district ON district.id = locality.district_id
      JOIN people_assistant AS assistant ON assistant.id = shift.assistant_id
      JOIN people_user AS person ON person.id = assistant.user_id
     WHERE shift.start < month.upper AND shift."end" > month.lower
) AS patrolled
  ORDER BY month.ordinal
"""  # noqa: S608 - made of the constants above


def fingerprints(months: Sequence[Month]) -> dict[Month, str]:
    """The fingerprint of each month as the rows are now: 64 hexadecimal digits. Two queries."""
    projects = GrantProject.objects.by_month(months)
    with connection.cursor() as cursor:
        cursor.execute(QUERY, [[month.start for month in months], [month.end for month in months]])
        counted = cursor.fetchall()
    return {
        month: digest_of(SCHEMA, settings.CITY_NAME, *project_values(projects[month]), *numbers)
        for month, numbers in zip(months, counted, strict=True)
    }


def project_values(project: GrantProject | None) -> tuple[str, ...]:
    return (project.name, project.number, project.publicity) if project else ()


def digest_of(*values: object) -> str:
    return hashlib.sha256("\n".join(map(str, values)).encode()).hexdigest()
