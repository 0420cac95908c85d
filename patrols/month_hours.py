"""A person's month in hours: planned, worked, at night, on weekends and holidays, overtime, away. Pure.

Each figure has its one definition here; pages, exports and the monthly timesheet show these very values. All hours are
real time between instants, so a duty over midnight is parted between its months and the nights when the clocks change
have 7 and 9 hours. Limits are those of each day, of a week those of its Monday. How the law is read stands in
docs/decisions/0125-hours-of-a-month.md.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Final

from apk.calendar import Month, Week, day_bounds, holiday, local_date, time_within
from patrols import labour_code
from patrols.duties import Duty, Span
from patrols.labour_code import LAW, Breach, Limits, Rule, night_time

ZERO: Final = timedelta(0)
DAY: Final = timedelta(days=1)
SECOND: Final = timedelta(seconds=1)
LimitsOf = Callable[[date], Limits]
"""Tells the limits that hold on a day."""
WORKING_DAYS: Final = 5
"""Days of a week among which the weekly hours are divided, Monday to Friday."""


@dataclass(frozen=True)
class Away:
    """An approved absence of whole local days, both included.

    `counts` says whether the law regards it as work done (zákoník práce § 348); `yields` whether a public holiday in
    it is a holiday (§ 219: no day of vacation is spent on it).
    """

    kind: str
    first: date
    last: date
    counts: bool = True
    yields: bool = False

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Employed:
    """An employment, both days included, None until further notice; `fte` 1 is the full weekly hours."""

    first: date
    last: date | None
    fte: Decimal

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is known of one person. Duties, shifts and absences are those of all the weeks that the month touches."""

    duties: Sequence[Duty] = ()
    shifts: Sequence[Span] = ()
    away: Sequence[Away] = ()
    employed: Sequence[Employed] = ()


@dataclass(frozen=True, kw_only=True)
class MonthHours:
    """The hours of one person in one month.

    `planned` is the time of shifts with their breaks, `worked` the time of duties without. `night` (22–6), `weekend`
    and `on_holiday` are parts of `worked` and may overlap. `overtime` is worked outside the planned shifts and above
    the full weekly hours. `fund` are the weekly hours by úvazek on the days of employment, Monday to Friday, holidays
    too. `holiday_off` and `away` (by kind, those that `credited` counts) are hours that were not worked but count;
    `not_credited` are hours of absences that do not.
    """

    planned: timedelta = ZERO
    worked: timedelta = ZERO
    breaks: timedelta = ZERO
    night: timedelta = ZERO
    weekend: timedelta = ZERO
    on_holiday: timedelta = ZERO
    overtime: timedelta = ZERO
    fund: timedelta = ZERO
    holiday_off: timedelta = ZERO
    away: Mapping[str, timedelta]
    not_credited: Mapping[str, timedelta]

    @property
    def credited(self) -> timedelta:
        """Hours not worked that count as worked (§ 348)."""
        return self.holiday_off + sum(self.away.values(), ZERO)

    @property
    def balance(self) -> timedelta:
        """How much more than the fund was worked and credited; below zero, how much is missing."""
        return self.worked + self.credited - self.fund

    @property
    def difference(self) -> timedelta:
        """Worked less planned."""
        return self.worked - self.planned


def by_law(day: date) -> Limits:
    """The law's own limits, whatever an employer has set."""
    return LAW


def hours_of(month: Month, record: Record, limits_of: LimitsOf = by_law) -> MonthHours:
    """The hours of `month` of one person; `limits_of` is asked about days of all the weeks that the month touches."""
    worked = spans_of(duty.worked for duty in record.duties)
    inside = [cut for span in worked if (cut := shared(span, (month.start, month.end)))]
    credited_days = [credit for day in month.days if (credit := credit_of(day, record, worked, limits_of(day)))]
    away: dict[str, timedelta] = defaultdict(timedelta)
    not_credited: dict[str, timedelta] = defaultdict(timedelta)
    for credit in credited_days:
        if credit.kind:
            (away if credit.counts else not_credited)[credit.kind] += credit.hours
    parts = parts_of(inside)
    return MonthHours(
        planned=total(within(record.shifts, month)),
        worked=parts.worked,
        breaks=total(within((pause for duty in record.duties for pause in duty.pauses), month)),
        night=parts.night,
        weekend=parts.weekend,
        on_holiday=parts.on_holiday,
        overtime=total(within(overtime(month, record, worked, limits_of), month)),
        fund=sum((daily_hours(day, record, limits_of(day)) for day in month.days), ZERO),
        holiday_off=sum((credit.hours for credit in credited_days if not credit.kind), ZERO),
        away=dict(away),
        not_credited=dict(not_credited),
    )


@dataclass(frozen=True)
class Parts:
    """Time worked, and how much of it at night, on weekends and on public holidays."""

    worked: timedelta
    night: timedelta
    weekend: timedelta
    on_holiday: timedelta


def parts_of(spans: Sequence[Span], limits: Limits = LAW) -> Parts:
    """Nights and days of rest are the law's: nobody sets them."""
    return Parts(
        worked=total(spans),
        night=sum((night_time(*span, limits) for span in spans), ZERO),
        weekend=on_days(spans, lambda day: day.weekday() in limits.rest_days),
        on_holiday=on_days(spans, lambda day: bool(holiday(day))),
    )


def parts_of_day(day: date, record: Record, limits: Limits = LAW) -> Parts:
    """What of the duties was worked on a local day; the days of a month make up its `hours_of`."""
    worked = (span for duty in record.duties for span in duty.worked)
    return parts_of([cut for span in worked if (cut := shared(span, day_bounds(day)))], limits)


@dataclass(frozen=True)
class Credit:
    """Hours of a day that were not worked; `kind` is that of the absence, "" a public holiday."""

    kind: str
    hours: timedelta
    counts: bool


def daily_hours(day: date, record: Record, limits: Limits = LAW) -> timedelta:
    """A fifth of the weekly hours by the úvazek of the day; none on weekends and outside the employment."""
    if day.weekday() >= WORKING_DAYS:
        return ZERO
    fte = sum((row.fte for row in record.employed if row.holds(day)), Decimal(0))
    return timedelta(seconds=round(Decimal(limits.weekly_hours // SECOND) / WORKING_DAYS * fte))


def credit_of(day: date, record: Record, worked: Sequence[Span], limits: Limits = LAW) -> Credit | None:
    """What of the day's hours was not worked because of a holiday or an absence; None on any other day."""
    absence = next((row for row in record.away if row.holds(day)), None)
    if holiday(day) and (absence is None or absence.yields):
        kind, counts = "", True
    elif absence is not None:
        kind, counts = absence.kind, absence.counts
    else:
        return None
    bounds = day_bounds(day)
    hours = daily_hours(day, record, limits) - total(cut for span in worked if (cut := shared(span, bounds)))
    return Credit(kind, hours, counts) if hours > ZERO else None


def overtime(month: Month, record: Record, worked: Sequence[Span], limits_of: LimitsOf = by_law) -> Iterator[Span]:
    """When overtime was worked in the weeks that the month touches (§ 78).

    It is what a week has above the full weekly hours, for part-timers too, hours credited included, and only work
    outside the planned shifts: the last such hours of the week.
    """
    week = Week.of(month.first_day)
    while week.start < month.end:
        inside = [cut for span in worked if (cut := shared(span, (week.start, week.end)))]
        days = (week.first_day + DAY * number for number in range(7))
        credited_days = (credit_of(day, record, worked, limits_of(day)) for day in days)
        credited = sum((credit.hours for credit in credited_days if credit and credit.counts), ZERO)
        above = total(inside) + credited - limits_of(week.first_day).weekly_hours
        for start, end in reversed(outside(inside, record.shifts)):
            if above <= ZERO:
                break
            yield max(start, end - above), end
            above -= end - start
        week = week.next


def outside(spans: Iterable[Span], shifts: Iterable[Span]) -> list[Span]:
    """What of the spans no shift planned, in time order."""
    left = sorted(spans)
    for shift in shifts:
        begins, ends = shift[0].astimezone(UTC), shift[1].astimezone(UTC)
        left = [
            part
            for start, end in left
            for part in ((start, min(end, begins)), (max(start, ends), end))
            if part[0] < part[1]
        ]
    return left


def without_break(duties: Iterable[Duty], limits: Limits = LAW) -> list[Breach]:
    """Works of the duties that had no break in time (§ 88), as the rules of the plan judge planned breaks."""
    shifts = [
        labour_code.Shift(
            key=number,
            start=duty.start,
            end=duty.end,
            breaks=tuple((start, end) for start, end in duty.pauses if start < end),
        )
        for number, duty in enumerate(duties)
        if duty.start and duty.end and duty.start < duty.end
    ]
    found = labour_code.check(labour_code.Person(), shifts, limits=limits)
    return [breach for breach in found if breach.rule is Rule.BREAK_MISSING]


def spans_of(parts: Iterable[Iterable[Span]]) -> list[Span]:
    return sorted(span for spans in parts for span in spans)


def shared(span: Span, other: Span) -> Span | None:
    """What two spans have in common, in UTC."""
    start = max(span[0], other[0]).astimezone(UTC)
    end = min(span[1], other[1]).astimezone(UTC)
    return (start, end) if start < end else None


def within(spans: Iterable[Span], month: Month) -> list[Span]:
    return [cut for span in spans if (cut := shared(span, (month.start, month.end)))]


def total(spans: Iterable[Span]) -> timedelta:
    return sum((time_within(start, end, start, end) for start, end in spans), ZERO)


def on_days(spans: Iterable[Span], chosen: Callable[[date], bool]) -> timedelta:
    """How much of the spans lies on chosen local days."""
    found = ZERO
    for start, end in spans:
        day, last = local_date(start), local_date(end - timedelta.resolution)
        while day <= last:
            if chosen(day):
                found += time_within(start, end, *day_bounds(day))
            day += DAY
    return found
