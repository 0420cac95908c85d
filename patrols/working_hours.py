"""Planned hours by person and week, summed by the database: what averages and overtime are counted from."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection

from apk.calendar import Week, day_bounds
from apk.people.models import Assistant

A_WEEK = timedelta(weeks=1)

BY_WEEK = """
SELECT shift.assistant_id, week.number,
       SUM(EXTRACT(EPOCH FROM LEAST(shift."end", week.upper) - GREATEST(shift.start, week.lower)))::bigint
FROM unnest(%s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY AS week (lower, upper, number)
JOIN patrols_shift shift ON shift.start < week.upper AND shift."end" > week.lower
WHERE shift.assistant_id = ANY(%s) AND (shift.start < %s OR shift.start >= %s)
GROUP BY 1, 2
"""


def seconds_by_week(
    people: Sequence[Assistant], first: Week, last: Week, *, outside: tuple[date, date]
) -> dict[int, dict[Week, timedelta]]:
    """Real time of shifts by person's key and ISO week, of those shifts that begin `outside` of those two days.

    A shift over Sunday's midnight is split there. One query.
    """
    weeks = []
    monday = first.first_day
    while monday <= last.first_day:
        weeks.append(Week.of(monday))
        monday += A_WEEK
    bounds = [week.start for week in weeks], [week.end for week in weeks]
    left_out = day_bounds(outside[0])[0], day_bounds(outside[1])[1]
    totals: dict[int, dict[Week, timedelta]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(BY_WEEK, [*bounds, [person.pk for person in people], *left_out])
        for assistant, number, seconds in cursor.fetchall():
            totals[assistant][weeks[number - 1]] = timedelta(seconds=seconds)
    return totals
