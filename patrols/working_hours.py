"""Planned working time by person and week, summed by the database: what averages and overtime are counted from."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection

from apk.calendar import Week, day_bounds
from apk.people.models import Assistant
from patrols.labour_code import LAW, Limits

A_WEEK = timedelta(weeks=1)

BY_WEEK = """
SELECT shift.assistant_id, week.number,
       SUM(EXTRACT(EPOCH FROM LEAST(shift."end", week.upper) - GREATEST(shift.start, week.lower))
           - CASE WHEN shift."end" - shift.start > %(longest)s THEN (
               SELECT COALESCE(SUM(EXTRACT(EPOCH FROM
                          LEAST(pause.start + %(length)s, week.upper) - GREATEST(pause.start, week.lower))), 0)
               FROM generate_series(0, %(most)s) AS nth,
                    LATERAL (SELECT shift.start + nth * (%(after)s + %(length)s) + %(after)s AS start) AS pause
               WHERE shift."end" - pause.start + %(after)s > %(longest)s
                 AND pause.start + %(length)s < shift."end"
                 AND pause.start < week.upper AND pause.start + %(length)s > week.lower
             ) ELSE 0 END)::bigint
FROM unnest(%(lower)s::timestamptz[], %(upper)s::timestamptz[]) WITH ORDINALITY AS week (lower, upper, number)
JOIN patrols_shift shift ON shift.start < week.upper AND shift."end" > week.lower
WHERE shift.assistant_id = ANY(%(people)s) AND (shift.start < %(first)s OR shift.start >= %(last)s)
GROUP BY 1, 2
"""
"""The breaks of a shift are those of `labour_code.planned_breaks`, said once more for the database; a test compares."""

LONGEST_SHIFT = timedelta(hours=24)


def seconds_by_week(
    people: Sequence[Assistant], first: Week, last: Week, *, outside: tuple[date, date], limits: Limits = LAW
) -> dict[int, dict[Week, timedelta]]:
    """Worked time of shifts by person's key and ISO week, of those shifts that begin `outside` of those two days.

    Worked is real time without planned breaks. A shift over Sunday's midnight is split there. One query.
    """
    weeks = []
    monday = first.first_day
    while monday <= last.first_day:
        weeks.append(Week.of(monday))
        monday += A_WEEK
    asked: dict[str, Any] = {
        "lower": [week.start for week in weeks],
        "upper": [week.end for week in weeks],
        "people": [person.pk for person in people],
        "first": day_bounds(outside[0])[0],
        "last": day_bounds(outside[1])[1],
        "longest": limits.work_without_break,
        "after": limits.break_after,
        "length": limits.break_length,
        "most": LONGEST_SHIFT // (limits.break_after + limits.break_length),
    }
    totals: dict[int, dict[Week, timedelta]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(BY_WEEK, asked)
        for assistant, number, seconds in cursor.fetchall():
            totals[assistant][weeks[number - 1]] = timedelta(seconds=seconds)
    return totals
