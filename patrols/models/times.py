"""What a shift as planned and a shift as announced have in common: when it is and how the plan says so."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import TruncDate

from apk import czech
from apk.calendar import LOCAL, Month, Week, day_bounds, duration, hours, local_date
from apk.people.models import Mentorship, User
from apk.people.scope import OfAssistantQuerySet, Row

if TYPE_CHECKING:
    from apk.localities.models import Locality


class TimesQuerySet(OfAssistantQuerySet[Row]):
    def planned_by(self, user: User) -> Self:
        """Rows that `user` may change: of assistants whom they lead on the day when the shift begins."""
        mentorship = Mentorship.objects.filter(
            Q(ends__isnull=True) | Q(ends__gte=OuterRef("day")),
            starts__lte=OuterRef("day"),
            assistant=OuterRef("assistant"),
            mentor__user=user,
        )
        return self.alias(day=TruncDate("start", tzinfo=LOCAL)).filter(models.Exists(mentorship))

    def overlapping(self, start: datetime, end: datetime) -> Self:
        """Rows with at least an instant between `start` (in) and `end` (out)."""
        return self.filter(start__lt=end, end__gt=start)

    def in_month(self, month: Month) -> Self:
        """Rows with at least an instant in the month, also those that begin before it or end after it."""
        return self.overlapping(month.start, month.end)

    def starting_within(self, first: date, last: date) -> Self:
        """Rows that begin on one of the days from `first` to `last`, both included."""
        return self.filter(start__gte=day_bounds(first)[0], start__lt=day_bounds(last)[1])

    def at(self, moment: datetime) -> Self:
        """Rows under way at that instant. The end is no longer in it."""
        return self.filter(start__lte=moment, end__gt=moment)


class Times(models.Model):
    """From an instant to another, with a note for whom it concerns."""

    start = models.DateTimeField("začátek")
    end = models.DateTimeField("konec")
    note = models.CharField("poznámka", max_length=200, blank=True)

    if TYPE_CHECKING:
        locality: models.ForeignKey[Locality, Locality]

    class Meta:
        abstract = True

    @property
    def starts_on(self) -> date:
        """The local day when the shift begins, to which the plan counts it."""
        return local_date(self.start)

    @property
    def week(self) -> Week:
        return Week.of(self.start)

    @property
    def month(self) -> Month:
        return Month.of(self.start)

    @property
    def last_day(self) -> date:
        """The last local day that the shift touches; midnight belongs to the day before it."""
        return local_date(self.end - timedelta(microseconds=1))

    @property
    def ends_next_day(self) -> bool:
        return self.last_day > self.starts_on

    @property
    def length(self) -> timedelta:
        """Real time, right also when the clocks change."""
        return duration(self.start, self.end)

    @property
    def hours(self) -> Decimal:
        return hours(self.length)

    @property
    def clock(self) -> str:
        """„22:00–6:00", as local clocks show it."""
        start, end = self.start.astimezone(LOCAL), self.end.astimezone(LOCAL)
        return f"{start.hour}:{start.minute:02}–{end.hour}:{end.minute:02}"

    @property
    def brief(self) -> str:
        """„22–6", „7:30–15": the clock as short as it can be, for a month's cell."""
        start, end = self.start.astimezone(LOCAL), self.end.astimezone(LOCAL)
        return "–".join(f"{each.hour}:{each.minute:02}" if each.minute else str(each.hour) for each in (start, end))

    @property
    def summary(self) -> str:
        """„Jílová, pondělí 5. 4. 2021 8:00–16:00". Reads the locality."""
        return f"{self.locality}, {czech.day_in_week(self.starts_on)} {self.clock}"
