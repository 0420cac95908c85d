"""The month's grid of 50 people × 31 days on the server: its time, its queries, and what its parts take.

The yardstick is reading the same shifts from the database and nothing else, right before each page.
"""

import gc
import statistics
import time
from collections.abc import Callable
from datetime import date

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apk.calendar import Month
from benchmarks.ground import conditions, median_ratio, seconds
from patrols.models import Announcement, Shift
from patrols.planning import plan_of
from patrols.rules import concerns, said_of
from tests.factories import (
    AssistantFactory,
    CoverNeedFactory,
    LocalityFactory,
    MentorFactory,
    ShiftTemplateFactory,
    local,
)

PEOPLE = 50
MONTH = Month(2021, 5)
LIMIT_MS, LIMIT_QUERIES = 300, 20
ROUNDS = 9


def run() -> None:
    """Prints the time and the queries of the page, and of its parts."""
    print(f"\nThe plan of a month, {PEOPLE} people × {len(MONTH.days)} days ({conditions()})")
    call_command("collectstatic", interactive=False, verbosity=0)
    mentor = MentorFactory()
    people = [AssistantFactory(mentor=mentor) for _ in range(PEOPLE)]
    places = [LocalityFactory() for _ in range(10)]
    for place in places:
        CoverNeedFactory(locality=place, people=3)
    ShiftTemplateFactory.create_batch(4)
    shifts = Shift.objects.bulk_create(
        Shift(
            assistant=person,
            locality=places[(number + day.day) % 10],
            start=local(day.year, day.month, day.day, 6 if (number + day.isocalendar().week) % 2 else 14),
            end=local(day.year, day.month, day.day, 14 if (number + day.isocalendar().week) % 2 else 22),
        )
        for month in (MONTH.previous, MONTH, MONTH.next)
        for day in month.days
        for number, person in enumerate(people)
        if (day.toordinal() + number) % 7 < 5
    )
    Announcement.objects.bulk_create(
        Announcement(
            shift=shift,
            assistant=shift.assistant,
            locality=shift.locality,
            start=shift.start,
            end=shift.end,
            announced_on=date(2021, 1, 1),
            asks=Announcement.Question.NOTHING,
        )
        for shift in shifts
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(mentor.user)
    address = f"/plan/mesic/{MONTH}/"
    first, last = MONTH.first_day, MONTH.last_day
    today = timezone.localdate()

    def read() -> None:
        list(Shift.objects.starting_within(first, last).select_related("locality", "announcement"))

    def page() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, answer.status_code

    page()
    # As the web server does once the application is loaded.
    gc.collect()
    gc.freeze()
    with CaptureQueriesContext(connection) as queries:
        page()
    asked = len(queries)
    rounds = [(seconds(page), seconds(read)) for _ in range(ROUNDS)]
    plan = statistics.median(seconds(lambda: plan_of(first, last, mentor.user, today)) for _ in range(3))
    rules = statistics.median(seconds(lambda: concerns(people, first, last)) for _ in range(3))
    warm = processor_time(page)
    cold = processor_time(page, before=said_of.cache_clear)
    median = statistics.median(first for first, _ in rounds) * 1000
    print(
        f"page {median:.0f} ms (limit {LIMIT_MS}), {median_ratio(rounds):.1f} × reading the shifts; "
        f"{asked} queries (limit {LIMIT_QUERIES})"
    )
    print(f"of it the plan {plan * 1000:.0f} ms, in it the rules {rules * 1000:.0f} ms")
    print(f"processor time {warm:.0f} ms, {cold:.0f} ms when nobody has asked the rules before (medians)")
    assert 0 < asked <= LIMIT_QUERIES


def processor_time(page: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """The median of a page's own milliseconds, which a busy machine distorts least; `before` runs ahead of each."""
    taken = []
    for _ in range(ROUNDS):
        before()
        started = time.process_time()
        page()
        taken.append(time.process_time() - started)
    return statistics.median(taken) * 1000
