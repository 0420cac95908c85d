"""Two people who patrol together, from a day until another or until further notice."""

from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q

from apk.people.access import Permission
from apk.people.models import Assistant, User


class PairQuerySet(models.QuerySet["Pair"]):
    def visible_to(self, user: User) -> Self:
        """Those who plan see pairs of people whom they may see."""
        if not user.may(Permission.PLAN_SHIFTS):
            return self.none()
        people = Assistant.objects.visible_to(user)
        return self.filter(one__in=people, other__in=people)

    def within(self, first: date, last: date | None) -> Self:
        """That hold on at least one of the days, both included; `last` None is for good."""
        begun = self if last is None else self.filter(starts__lte=last)
        return begun.filter(Q(ends__isnull=True) | Q(ends__gte=first))

    def of(self, *people: Assistant) -> Self:
        """Those in which one of these people is."""
        return self.filter(Q(one__in=people) | Q(other__in=people))


@pghistory.track()
class Pair(models.Model):
    """Two assistants who go together where two are needed; proposals keep them together when they can."""

    one = models.ForeignKey(Assistant, models.PROTECT, related_name="+", verbose_name="kdo")
    other = models.ForeignKey(Assistant, models.PROTECT, related_name="+", verbose_name="s kým")
    starts = models.DateField("od")
    ends = models.DateField("do", null=True, blank=True)

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name = "dvojice"
        verbose_name_plural = "dvojice"
        ordering = ["one__user__sort_key", "starts", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(one=F("other")),
                name="pair_is_of_two",
                violation_error_message="Vyberte dva různé lidi.",
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                name="pair_ends_after_it_starts",
                violation_error_message="Konec nesmí být před začátkem.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one} a {self.other}"
