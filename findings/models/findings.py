"""Findings: one event at one place at one time, with its pieces and photos.

Events, pieces and places are always counted apart (`reports.figures`).
"""

from datetime import date

import pghistory
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.urls import reverse

from apk import czech
from apk.calendar import LOCAL, Month, day_bounds
from apk.localities.models import Locality
from apk.people.models import Assistant, User
from apk.sync.models import Receipt
from apk.withdrawal import Withdrawable, WithdrawableQuerySet, withdrawn_with_a_reason
from findings.models.places import LATITUDE, LONGITUDE, Place
from patrols.models import Shift


class PlaceKind(models.TextChoices):
    """Kind of place of a finding."""

    PLAYGROUND = "playground", "Dětské hřiště"
    SANDPIT = "sandpit", "Pískoviště"
    PARK = "park", "Park"
    BENCH = "bench", "Lavička"
    PASSAGE = "passage", "Průchod"
    ABANDONED_BUILDING = "abandoned-building", "Opuštěný objekt"
    CONTAINERS = "containers", "Stání kontejnerů"
    STATION = "station", "Nádraží, zastávka"
    SCHOOL = "school", "Škola"
    PHARMACY = "pharmacy", "Okolí lékárny"
    SQUAT = "squat", "Squat"
    OTHER = "other", "Jiné"


class Source(models.TextChoices):
    """How a finding came to be known."""

    OWN = "own", "Vlastní zjištění"
    CITIZEN = "citizen", "Oznámení občana"
    EMERGENCY_LINE = "emergency-line", "Tísňová linka 156"
    SCHOOL = "school", "Školské zařízení"
    PLANNED = "planned", "Plánovaná akce"


class PositionSource(models.TextChoices):
    """Where a finding's position comes from."""

    GPS = "gps", "GPS"
    MAP = "map", "Ukázáno na mapě"


# What is counted about any set of findings. A list, a summary and a document all count by these expressions,
# so that the same rows never show two different figures.
COUNTS: dict[str, models.Aggregate] = {
    "events": Count("pk"),
    "pieces": Sum("pieces", default=0),
    "with_needle": Sum("with_needle", default=0),
    "without_needle": Sum("without_needle", default=0),
    "needles": Sum("needles", default=0),
    "paraphernalia": Sum("paraphernalia", default=0),
    "places": Count("place", distinct=True),
    "child_accessible_events": Count("pk", filter=Q(child_accessible=True)),
}


class FindingQuerySet(WithdrawableQuerySet["Finding"]):
    def in_month(self, month: Month) -> "FindingQuerySet":
        return self.filter(found_at__gte=month.start, found_at__lt=month.end)

    def on(self, day: date) -> "FindingQuerySet":
        """Found on a local calendar day."""
        return self.between(day, day)

    def between(self, first: date | None, last: date | None) -> "FindingQuerySet":
        """Found on the local days from `first` to `last`, both included; None leaves that side open."""
        found = self
        if first is not None:
            found = found.filter(found_at__gte=day_bounds(first)[0])
        if last is not None:
            found = found.filter(found_at__lt=day_bounds(last)[1])
        return found

    def outside_localities(self) -> "FindingQuerySet":
        return self.filter(locality__isnull=True)

    def counts(self) -> dict[str, int]:
        """The figures of `COUNTS` over those of these rows that count, in one query; 0 when there is none.

        Added up by place first: to sort a million rows by their places took ten times as long.
        """
        there = {f"{name}_there": figure for name, figure in COUNTS.items() if name != "places"}
        by_place = self.standing().order_by().values("place").annotate(**there)
        figures = {name.removesuffix("_there"): Sum(name, default=0) for name in there}
        return by_place.aggregate(**figures, places=Count("place"))


@pghistory.track()
class Finding(Withdrawable):
    """A finding of syringes. `id` is the record's id from the phone; positions in WGS84 degrees, accuracy in metres.

    `pieces` counts what must be disposed of as sharps: syringes with and without a needle and separate needles.
    Other paraphernalia stand beside it and are not counted in it. Findings hold no personal data of citizens.
    """

    id = models.UUIDField(primary_key=True)
    found_at = models.DateTimeField("nalezeno")
    assistant = models.ForeignKey(Assistant, models.PROTECT, related_name="findings", verbose_name="asistent")
    shift = models.ForeignKey(
        Shift, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name="směna"
    )
    locality = models.ForeignKey(
        Locality, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name="lokalita"
    )
    place = models.ForeignKey(Place, models.PROTECT, related_name="findings", verbose_name="místo nálezu")
    latitude = models.FloatField("zeměpisná šířka", validators=LATITUDE)
    longitude = models.FloatField("zeměpisná délka", validators=LONGITUDE)
    accuracy_m = models.FloatField("přesnost polohy (m)", null=True, blank=True)
    position_source = models.CharField(
        "původ polohy", max_length=10, choices=PositionSource.choices, default=PositionSource.GPS
    )
    place_kind = models.CharField("druh místa", max_length=20, choices=PlaceKind.choices)
    source = models.CharField("jak se o nálezu ví", max_length=20, choices=Source.choices, default=Source.OWN)
    with_needle = models.PositiveSmallIntegerField("stříkačky s jehlou", default=0)
    without_needle = models.PositiveSmallIntegerField("stříkačky bez jehly", default=0)
    needles = models.PositiveSmallIntegerField("samostatné jehly", default=0)
    pieces = models.GeneratedField(
        expression=F("with_needle") + F("without_needle") + F("needles"),
        output_field=models.PositiveSmallIntegerField("kusů"),
        db_persist=True,
    )
    paraphernalia = models.PositiveSmallIntegerField("jiné pomůcky", default=0)
    child_accessible = models.BooleanField("dostupné dětem", default=False)
    note = models.TextField("poznámka", blank=True)
    recorded_at = models.DateTimeField("přijato serverem", auto_now_add=True)
    withdrawn_at = models.DateTimeField("vzato zpět", null=True, blank=True)
    withdrawal_reason = models.TextField("důvod vzetí zpět", blank=True, default="", db_default="")

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = "nález"
        verbose_name_plural = "nálezy"
        ordering = ["-found_at", "id"]
        indexes = [
            models.Index(fields=["locality", "found_at"], name="finding_by_locality_and_time"),
            # With what a map of a period adds up, so that it need not fetch each row.
            models.Index(fields=["found_at"], include=["place", "pieces", "withdrawn_at"], name="finding_by_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(with_needle__gt=0) | Q(without_needle__gt=0) | Q(needles__gt=0),
                name="finding_has_pieces",
                violation_error_message="Zadejte aspoň jeden kus.",
            ),
            withdrawn_with_a_reason("finding_is_withdrawn_with_a_reason", "Napište, proč nález neplatí."),
        ]

    def __str__(self) -> str:
        return f"{self.place}, {czech.moment(self.found_at.astimezone(LOCAL))}"

    def get_absolute_url(self) -> str:
        return reverse("findings:detail", args=[self.pk])


class PhotoQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "PhotoQuerySet":
        return self.filter(finding__in=Finding.objects.visible_to(user))


@pghistory.track()
class Photo(models.Model):
    """A photo of a finding, re-encoded to JPEG without metadata. `id` is the client's; `sha256` is of the stored file.

    `upload_digest` is the SHA-256 (32 bytes) of what the phone sent, which tells a repeated upload from another one.
    """

    id = models.UUIDField(primary_key=True)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="photos", verbose_name="nález")
    file = models.FileField("soubor", max_length=120)
    width = models.PositiveIntegerField("šířka")
    height = models.PositiveIntegerField("výška")
    upload_digest = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    recorded_at = models.DateTimeField("přijato serverem", auto_now_add=True)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = "fotografie"
        verbose_name_plural = "fotografie"
        ordering = ["recorded_at", "id"]

    def __str__(self) -> str:
        return f"Fotografie {self.finding}"


class WaitingPhotoQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "WaitingPhotoQuerySet":
        return self.filter(record__in=Receipt.objects.visible_to(user))

    def of_findings_in(self, month: Month) -> "WaitingPhotoQuerySet":
        """Photos that came after the month of their finding had been sealed."""
        return self.filter(record__in=Finding.objects.in_month(month).values("pk"))


class WaitingPhoto(models.Model):
    """A photo whose finding is held, or came for a finding of a sealed month; `photos.attach_waiting` makes it a Photo.

    Stored and named as in `Photo`; `record` is the receipt of the finding.
    """

    id = models.UUIDField(primary_key=True)
    record = models.ForeignKey(Receipt, models.PROTECT, related_name="waiting_photos", verbose_name="záznam")
    file = models.FileField("soubor", max_length=120)
    width = models.PositiveIntegerField("šířka")
    height = models.PositiveIntegerField("výška")
    upload_digest = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    recorded_at = models.DateTimeField("přijato serverem", auto_now_add=True)

    objects = WaitingPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = "čekající fotografie"
        verbose_name_plural = "čekající fotografie"
        ordering = ["recorded_at", "id"]

    def __str__(self) -> str:
        return f"Fotografie záznamu {self.record_id}"
