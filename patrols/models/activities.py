"""Activities: what an assistant did, whom they met, where they referred people and which patrol they called.

They hold no names of citizens: numbers, an organisation and a reason.
"""

from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import Count, Q, Sum
from django.urls import reverse

from apk import czech
from apk.calendar import LOCAL, Month
from apk.days import instants_within
from apk.localities.models import Locality
from apk.people.models import Assistant
from apk.withdrawal import Withdrawable, WithdrawableQuerySet, withdrawn_with_a_reason
from patrols.models.codes import ActivityKind, CalledPatrol, Counter, Organisation, ReferralReason
from patrols.models.shifts import Shift

# What is counted about any set of activities, and about the numbers written down at them (`ActivityCount`). A list,
# a summary and a document all count by these expressions.
ACTIVITY_COUNTS: dict[str, models.Aggregate] = {
    "activities": Count("pk"),
    "referrals": Count("organisation"),
    "called_patrols": Count("called_patrol"),
}
NUMBER_COUNTS: dict[str, models.Aggregate] = {
    "contacts": Sum("number", filter=Q(counter__measure=Counter.Measure.CONTACTS), default=0),
    "children": Sum("number", filter=Q(counter__measure=Counter.Measure.CHILDREN), default=0),
    "counted": Sum("number", default=0),
}


class ActivityQuerySet(WithdrawableQuerySet["Activity"]):
    def in_month(self, month: Month) -> Self:
        return self.filter(at__gte=month.start, at__lt=month.end)

    def between(self, first: date | None, last: date | None) -> Self:
        """Of the local days from `first` to `last`, both included; None leaves that side open."""
        return self.filter(instants_within("at", first, last))

    def counts(self, counter: int | None = None) -> dict[str, int]:
        """The figures of `ACTIVITY_COUNTS` and `NUMBER_COUNTS` over these rows, in two queries.

        With the id of a `counter`, "counted" adds up its numbers alone.
        """
        numbers = ActivityCount.objects.filter(activity__in=self.order_by())
        measures = dict(NUMBER_COUNTS)
        if counter is not None:
            measures["counted"] = Sum("number", filter=Q(counter=counter), default=0)
        return self.aggregate(**ACTIVITY_COUNTS) | numbers.aggregate(**measures)


@pghistory.track()
class Activity(Withdrawable):
    """Something an assistant did. `id` is the record's id from the phone, `at` when it was written down.

    A referral has both an organisation and a reason, or neither. An activity taken back by its author has
    `withdrawn_at` and `withdrawal_reason`.
    """

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField("kdy", db_index=True)
    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="activities", verbose_name="asistent")
    shift = models.ForeignKey(
        Shift, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name="směna"
    )
    locality = models.ForeignKey(
        Locality, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name="lokalita"
    )
    kind = models.ForeignKey(ActivityKind, models.PROTECT, related_name="activities", verbose_name="druh činnosti")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name="komu předáno"
    )
    reason = models.ForeignKey(
        ReferralReason, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name="s čím"
    )
    called_patrol = models.ForeignKey(
        CalledPatrol, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name="přivolána hlídka"
    )
    note = models.TextField("poznámka", blank=True)
    withdrawn_at = models.DateTimeField("vzato zpět", null=True, blank=True)
    withdrawal_reason = models.TextField("důvod vzetí zpět", blank=True, default="", db_default="")
    recorded_at = models.DateTimeField("přijato serverem", auto_now_add=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = "činnost"
        verbose_name_plural = "činnosti"
        ordering = ["-at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=True, reason__isnull=True)
                | Q(organisation__isnull=False, reason__isnull=False),
                name="referral_has_organisation_and_reason",
                violation_error_message="Ke zprostředkované pomoci patří organizace i důvod.",
            ),
            withdrawn_with_a_reason("activity_is_withdrawn_with_a_reason", "Napište, proč činnost neplatí."),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {czech.moment(self.at.astimezone(LOCAL))}"

    def get_absolute_url(self) -> str:
        return reverse("activities:detail", args=[self.pk])


class ActivityCountQuerySet(models.QuerySet["ActivityCount"]):
    def standing(self) -> Self:
        """Of activities that count."""
        return self.filter(activity__withdrawn_at__isnull=True)

    def in_month(self, month: Month) -> Self:
        return self.filter(activity__at__gte=month.start, activity__at__lt=month.end)


@pghistory.track()
class ActivityCount(models.Model):
    """How many of something there were at an activity; a zero has no row."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="numbers", verbose_name="činnost")
    counter = models.ForeignKey(Counter, models.PROTECT, related_name="numbers", verbose_name="co se počítá")
    number = models.PositiveSmallIntegerField("počet")

    objects = ActivityCountQuerySet.as_manager()

    class Meta:
        verbose_name = "počet u činnosti"
        verbose_name_plural = "počty u činností"
        constraints = [
            models.UniqueConstraint(fields=["activity", "counter"], name="one_number_for_a_counter"),
            models.CheckConstraint(condition=Q(number__gt=0), name="activity_number_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.counter}: {self.number}"
