"""Code lists of activities: what assistants do, what they count, whom they refer people to. Data, never code.

An entry that was used stays for ever: it can be renamed and retired, never deleted.
"""

from datetime import date
from typing import Self

import pghistory
from django.core.exceptions import ValidationError
from django.db import models

from apk.people.access import Permission
from apk.people.models import User
from apk.searching import fold
from apk.sorting import CzechSortKey

IN_ORDER = ["position", "sort_key", "id"]

# What an assistant has no power to do (zákon č. 553/1991 Sb. § 1a), so no list may offer it; folded beginnings.
OFFICERS_POWERS = ("pokut", "totoznost", "predvede", "zadrze")


def no_officers_power(name: str) -> None:
    """Raises ValidationError for a name that speaks of a power of the police."""
    if any(power in fold(name) for power in OFFICERS_POWERS):
        raise ValidationError(
            "Asistent nemá pravomoci strážníka, pokuty ani zjišťování totožnosti do číselníku nepatří. "
            "Zapište místo toho přivolanou hlídku.",
            code="officers-power",
        )


class CodeQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self if user.may(Permission.MANAGE_CODE_LISTS) else self.none()

    def in_use(self) -> Self:
        """Entries that phones still offer."""
        return self.filter(retired_on__isnull=True)


class Code(models.Model):
    """An entry of a code list; `position` orders the list, small numbers first, entries with the same one by name."""

    name = models.CharField(
        "název",
        max_length=80,
        unique=True,
        validators=[no_officers_power],
        error_messages={"unique": "Takový název už v číselníku je."},
    )
    position = models.PositiveSmallIntegerField(
        "pořadí", default=100, help_text="Menší číslo je výš. Se stejným číslem rozhoduje abeceda."
    )
    retired_on = models.DateField("vyřazeno dne", null=True, blank=True)
    sort_key = CzechSortKey(source="name")

    objects = CodeQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = IN_ORDER

    def __str__(self) -> str:
        return self.name

    def retire(self, *, on: date) -> None:
        """Phones no longer offer the entry; records that have it keep it."""
        self.retired_on = on
        self.save(update_fields=["retired_on"])

    def restore(self) -> None:
        """Phones offer the entry again."""
        self.retired_on = None
        self.save(update_fields=["retired_on"])


@pghistory.track()
class ActivityKind(Code):
    class Meta(Code.Meta):
        verbose_name = "druh činnosti"
        verbose_name_plural = "druhy činností"


@pghistory.track()
class Counter(Code):
    """Something counted at an activity. `measure` says which figure of a month the numbers make, whatever the name."""

    class Measure(models.TextChoices):
        CONTACTS = "contacts", "Kontakty s občany"
        CHILDREN = "children", "Děti a mládež"

    measure = models.CharField("ukazatel přehledu", max_length=20, choices=Measure.choices, blank=True, editable=False)

    class Meta(Code.Meta):
        verbose_name = "co se počítá"
        verbose_name_plural = "co se počítá"
        constraints = [
            models.UniqueConstraint(
                fields=["measure"],
                condition=~models.Q(measure=""),
                name="one_counter_for_a_measure",
            )
        ]


@pghistory.track()
class Organisation(Code):
    """An organisation that people are referred to."""

    class Meta(Code.Meta):
        verbose_name = "organizace, které pomáhají"
        verbose_name_plural = "organizace, které pomáhají"


@pghistory.track()
class ReferralReason(Code):
    """What people are referred with."""

    class Meta(Code.Meta):
        verbose_name = "důvod pomoci"
        verbose_name_plural = "důvody pomoci"


@pghistory.track()
class CalledPatrol(Code):
    """What a patrol of officers was called to."""

    class Meta(Code.Meta):
        verbose_name = "přivolaná hlídka"
        verbose_name_plural = "přivolané hlídky"
