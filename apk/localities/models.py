"""Localities: the parts of the city where assistants patrol, each with its boundary and city district."""

from datetime import date

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import IsNull
from django.urls import reverse

from apk.localities.geometry import AreaIndex
from apk.people.access import Permission
from apk.people.models import User
from apk.refusal import Refused
from apk.searching import SearchText, holding
from apk.sorting import CzechSortKey


class DistrictQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "DistrictQuerySet":
        return self if user.may(Permission.VIEW_LOCALITIES) else self.none()


@pghistory.track(exclude=["search_text"])
class District(models.Model):
    """A city district (městský obvod)."""

    name = models.CharField(
        "název", max_length=80, unique=True, error_messages={"unique": "Takový městský obvod už existuje."}
    )
    search_text = SearchText(source=("name",))
    sort_key = CzechSortKey(source="name")

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = "městský obvod"
        verbose_name_plural = "městské obvody"
        ordering = ["sort_key", "id"]

    def __str__(self) -> str:
        return self.name


class LocalityQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "LocalityQuerySet":
        """Everybody who works here knows the localities; the boundaries are no secret among them."""
        known = user.may(Permission.VIEW_LOCALITIES) or user.may(Permission.LOG_IN_THE_FIELD)
        return self if known else self.none()

    def open_on(self, day: date) -> "LocalityQuerySet":
        return self.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=day), opened_on__lte=day)

    def index(self) -> AreaIndex[int]:
        """Which of these localities holds a point. Runs one query; keep the index for many points."""
        return AreaIndex(self.order_by("pk").values_list("pk", "area"))

    def matching(self, text: str) -> "LocalityQuerySet":
        """Whose name or district holds every word of `text`, capitals and accents aside."""
        return self.filter(holding(text, "search_text", "district__search_text"))


@pghistory.track(exclude=["search_text"])
class Locality(models.Model):
    """A place of patrols with a boundary.

    `area` is a validated GeoJSON MultiPolygon in WGS84 (longitude, latitude), made by `geometry.read_area`.
    """

    class Kind(models.TextChoices):
        EXCLUDED = "excluded", "Sociálně vyloučená lokalita"
        LODGING_HOUSE = "lodging-house", "Ubytovna"
        RISK_AREA = "risk-area", "Riziková oblast"

    name = models.CharField(
        "název", max_length=100, unique=True, error_messages={"unique": "Lokalita s tímto názvem už existuje."}
    )
    kind = models.CharField("druh", max_length=20, choices=Kind.choices)
    district = models.ForeignKey(District, models.PROTECT, related_name="localities", verbose_name="městský obvod")
    area = models.JSONField("hranice")
    opened_on = models.DateField("obchází se od")
    closed_on = models.DateField("obchází se do", null=True, blank=True)
    note = models.TextField("poznámka", blank=True)
    search_text = SearchText(source=("name",))
    sort_key = CzechSortKey(source="name")

    objects = LocalityQuerySet.as_manager()

    class Meta:
        verbose_name = "lokalita"
        verbose_name_plural = "lokality"
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                condition=IsNull(F("closed_on"), True) | Q(closed_on__gte=F("opened_on")),
                name="locality_closes_after_it_opens",
                violation_error_message="Konec nesmí být před začátkem.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("localities:locality", args=[self.pk])

    def close(self, *, on: date) -> None:
        """Ends patrols here with the day `on`, the last one. Raises Refused for a day before the locality opened."""
        if on < self.opened_on:
            raise Refused("Lokalita nemůže skončit dřív, než se začala obcházet.")
        self.closed_on = on
        self.save(update_fields=["closed_on"])

    def reopen(self) -> None:
        """Opens the locality again, as if it had never been closed."""
        self.closed_on = None
        self.save(update_fields=["closed_on"])
