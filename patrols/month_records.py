"""What `month_hours` counts from, read from the database: however many people, it takes the same few queries."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q

from apk.calendar import Month, Week
from apk.people.models import Assistant, Employment, User
from patrols.attendance_approval import absences_in, duties_in
from patrols.attendance_days import DAY, Days, plan_for
from patrols.models import Absence
from patrols.month_hours import Away, Employed, Record

HIDDEN = "hidden"
"""The kind of an absence whose kind the reader may not know."""


def weeks_of(month: Month) -> Days:
    """The days of all the weeks that the month touches."""
    last = Week.of(month.last_day)
    return Days(Week.of(month.first_day).first_day, last.first_day + 6 * DAY)


def records_of(people: Sequence[Assistant], month: Month, reader: User) -> dict[int, Record]:
    """What is known of each person, by the assistant's key; of shifts those of `plan_for` the reader. Six queries.

    All approved absences count, but where `reader` may not know of one, its kind is `HIDDEN`.
    """
    days = weeks_of(month)
    shifts = defaultdict(list)
    rows = plan_for(reader).filter(assistant__in=people).overlapping(days.start, days.end)
    for assistant, start, end in rows.values_list("assistant", "start", "end"):
        shifts[assistant].append((start, end))
    employed: dict[int, list[Employed]] = defaultdict(list)
    employments = Employment.objects.filter(
        Q(ends__isnull=True) | Q(ends__gte=days.first), assistant__in=people, starts__lte=days.last
    )
    for row in employments:
        employed[row.assistant_id].append(Employed(row.starts, row.ends, row.fte))
    duties = duties_in(people, days)
    absences = absences_in(people, days)
    known = set(Absence.objects.visible_to(reader).within(days.first, days.last).values_list("pk", flat=True))
    return {
        person.pk: Record(
            duties=duties.get(person.pk, ()),
            shifts=shifts[person.pk],
            away=[away(row, is_known=row.pk in known) for row in absences[person.pk]],
            employed=employed[person.pk],
        )
        for person in people
    }


def away(row: Absence, *, is_known: bool) -> Away:
    kind = Absence.Kind(row.kind)
    return Away(str(kind) if is_known else HIDDEN, row.first, row.last, counts=kind.counts, yields=kind.yields)


def label_of(kind: str) -> str:
    """What an absence of the kind is called; „Nepřítomnost" when the reader may not know the kind."""
    return "Nepřítomnost" if kind == HIDDEN else str(Absence.Kind(kind).label)
