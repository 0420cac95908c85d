"""Places: where findings repeat. Findings within a set radius of a known place belong to it."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from apk.localities.models import Locality
from apk.people.access import Permission
from apk.people.models import User
from apk.sorting import CzechSortKey

LATITUDE = [MinValueValidator(-90), MaxValueValidator(90)]
LONGITUDE = [MinValueValidator(-180), MaxValueValidator(180)]


class PlaceQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "PlaceQuerySet":
        """Places hold no personal data: everybody who may see findings at all knows them."""
        return self if user.may(Permission.VIEW_FINDINGS) else self.none()

    def standing(self) -> "PlaceQuerySet":
        """Those that take findings: a merged one keeps the findings of sealed months and takes no more."""
        return self.filter(merged_into__isnull=True)


@pghistory.track()
class Place(models.Model):
    """A place of findings (místo nálezu): a point in WGS84 degrees, a name, the locality that holds it.

    One that was merged names the place that took its findings over, which is never a merged one itself. Whatever still
    names it is sent on: the database puts a finding that arrives at a merged place to the one that took it over.
    """

    name = models.CharField("název", max_length=120)
    address = models.CharField("adresa", max_length=200, blank=True)
    locality = models.ForeignKey(
        Locality, models.PROTECT, null=True, blank=True, related_name="places", verbose_name="lokalita"
    )
    latitude = models.FloatField("zeměpisná šířka", validators=LATITUDE)
    longitude = models.FloatField("zeměpisná délka", validators=LONGITUDE)
    created_at = models.DateTimeField(auto_now_add=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="sloučené do"
    )
    sort_key = CzechSortKey(source="name")

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = "místo nálezu"
        verbose_name_plural = "místa nálezů"
        ordering = ["sort_key", "id"]
        indexes = [models.Index(fields=["latitude", "longitude"], name="place_by_position")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(merged_into=models.F("pk")), name="place_is_merged_into_another")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("findings:place", args=[self.pk])
