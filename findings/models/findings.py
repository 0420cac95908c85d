"""Findings: one event at one place at one time, with its pieces and photos.

Events, pieces and places are always counted apart (`reports.figures`).
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Self

import pghistory
from django.db import models, transaction
from django.db.models import Count, F, Q, Sum
from django.urls import reverse

from apk import czech
from apk.calendar import LOCAL, Month
from apk.days import instants_within
from apk.localities.models import Locality
from apk.people.models import Assistant, User
from apk.refusal import Refused
from apk.sync import registry
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


class ReviewState(models.TextChoices):
    """What the desk has said to a finding. Only a merged one is out of all figures."""

    NEW = "new", "Nový"
    CONFIRMED = "confirmed", "Potvrzený"
    RETURNED = "returned", "Vrácený"
    MERGED = "merged", "Sloučený"


class ReviewMove(StrEnum):
    """A step in the review of a finding."""

    CONFIRM = "confirm"
    RETURN = "return"
    """A question to the finder."""
    RECONSIDER = "reconsider"
    """The finder answered or corrected it: the desk looks again."""
    MERGE = "merge"
    SEPARATE = "separate"
    """It was no duplicate after all."""


REVIEW_MOVES: Final[dict[ReviewMove, tuple[frozenset[ReviewState], ReviewState]]] = {
    ReviewMove.CONFIRM: (frozenset({ReviewState.NEW, ReviewState.RETURNED}), ReviewState.CONFIRMED),
    ReviewMove.RETURN: (frozenset({ReviewState.NEW, ReviewState.CONFIRMED}), ReviewState.RETURNED),
    ReviewMove.RECONSIDER: (frozenset({ReviewState.CONFIRMED, ReviewState.RETURNED}), ReviewState.NEW),
    ReviewMove.MERGE: (
        frozenset({ReviewState.NEW, ReviewState.CONFIRMED, ReviewState.RETURNED}),
        ReviewState.MERGED,
    ),
    ReviewMove.SEPARATE: (frozenset({ReviewState.MERGED}), ReviewState.NEW),
}
"""Of each step from which states it may start and to which one it leads."""


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
    def standing(self) -> Self:
        """Those that count: a withdrawn finding and a duplicate stay stored and readable, and are in no figure."""
        return super().standing().filter(merged_into__isnull=True)

    def in_review(self, *states: ReviewState) -> "FindingQuerySet":
        return self.filter(review__in=states)

    def outside_months(self, months: Iterable[Month]) -> "FindingQuerySet":
        """Those found in none of the months."""
        inside = Q()
        for month in months:
            inside |= Q(found_at__gte=month.start, found_at__lt=month.end)
        return self.exclude(inside) if inside else self

    def in_month(self, month: Month) -> "FindingQuerySet":
        return self.filter(found_at__gte=month.start, found_at__lt=month.end)

    def on(self, day: date) -> "FindingQuerySet":
        """Found on a local calendar day."""
        return self.between(day, day)

    def between(self, first: date | None, last: date | None) -> "FindingQuerySet":
        """Found on the local days from `first` to `last`, both included; None leaves that side open."""
        return self.filter(instants_within("found_at", first, last))

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
    review = models.CharField(
        "kontrola",
        max_length=10,
        choices=ReviewState.choices,
        default=ReviewState.NEW,
        db_default=ReviewState.NEW,
        editable=False,
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates", verbose_name="sloučený do"
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = "nález"
        verbose_name_plural = "nálezy"
        ordering = ["-found_at", "id"]
        indexes = [
            models.Index(fields=["locality", "found_at"], name="finding_by_locality_and_time"),
            # With what a map of a period adds up, so that it need not fetch each row.
            models.Index(
                fields=["found_at"], include=["place", "pieces", "withdrawn_at", "merged_into"], name="finding_by_time"
            ),
            # What waits for the desk is a small part of all.
            models.Index(
                fields=["found_at"],
                name="finding_waiting_for_review",
                condition=Q(review__in=["new", "returned"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(with_needle__gt=0) | Q(without_needle__gt=0) | Q(needles__gt=0),
                name="finding_has_pieces",
                violation_error_message="Zadejte aspoň jeden kus.",
            ),
            withdrawn_with_a_reason("finding_is_withdrawn_with_a_reason", "Napište, proč nález neplatí."),
            models.CheckConstraint(
                condition=Q(review="merged", merged_into__isnull=False)
                | ~Q(review="merged") & Q(merged_into__isnull=True),
                name="finding_is_merged_into_another",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="finding_is_no_duplicate_of_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.place}, {czech.moment(self.found_at.astimezone(LOCAL))}"

    def get_absolute_url(self) -> str:
        return reverse("findings:detail", args=[self.pk])

    def withdraw(self, *, at: datetime, reason: str) -> None:
        """Takes the finding out of all figures; it stays readable with its reason."""
        super().withdraw(at=at, reason=reason)
        self.release_duplicates()

    def release_duplicates(self) -> None:
        """What was merged into this one counts by itself again: the event happened, whoever took a record back."""
        for duplicate in self.duplicates.order_by("pk"):
            duplicate.separate()

    @property
    def is_merged(self) -> bool:
        return self.merged_into_id is not None

    @transaction.atomic
    def confirm(self) -> None:
        """The desk agrees with what the finding says. Raises Refused."""
        self.move(ReviewMove.CONFIRM)

    @transaction.atomic
    def give_back(self) -> None:
        """The finder is asked about it (`Question.ask`). Raises Refused."""
        self.move(ReviewMove.RETURN)

    def reconsider(self) -> None:
        """The finder answered or put it right, so the desk looks again. Not yet saved; a new or merged one stays."""
        before, after = REVIEW_MOVES[ReviewMove.RECONSIDER]
        if self.review in before:
            self.review = after

    @transaction.atomic
    def merge_into(self, kept: "Finding") -> None:
        """Two records of one event: this one counts no more, `kept` does. What was merged into this goes along.

        Raises Refused.
        """
        # In one order for everybody: two who merge the same pair the other way round take turns.
        rows = Finding.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[self.pk, kept.pk])
        locked = {finding.pk: finding for finding in rows.order_by("pk")}
        if self.pk == kept.pk:
            raise Refused("Nález nejde sloučit sám se sebou.")
        if locked[kept.pk].is_merged or locked[kept.pk].is_withdrawn:
            raise Refused("Nález, do kterého slučujete, sám neplatí. Vyberte jiný.")
        if Month.of(locked[self.pk].found_at) != Month.of(locked[kept.pk].found_at):
            # Months are sealed one by one; neither half of an event may stand in a sealed one without the other.
            raise Refused("Sloučit jdou jen nálezy z téhož měsíce.")
        self.merged_into = kept
        self.move(ReviewMove.MERGE)
        for duplicate in self.duplicates.order_by("pk"):
            duplicate.merged_into = kept
            duplicate.save(update_fields=["merged_into"])

    @transaction.atomic
    def separate(self) -> None:
        """It was no duplicate: it counts again and waits for review. Raises Refused."""
        self.merged_into = None
        self.move(ReviewMove.SEPARATE)

    def move(self, step: ReviewMove) -> None:
        """Locks the row and saves the state. Raises Refused when the step does not start from the state it has."""
        locked: Finding = Finding.objects.select_for_update(of=("self",), no_key=True).get(pk=self.pk)
        before, after = REVIEW_MOVES[step]
        if locked.review not in before:
            raise Refused(f"Nález má mezitím stav „{locked.get_review_display()}“, tento krok už nejde.")
        if locked.is_withdrawn and step is not ReviewMove.SEPARATE:
            raise Refused("Nález mezitím asistent vzal zpět, není co kontrolovat.")
        self.review = after
        self.save(update_fields=["review", "merged_into"])


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(finding__in=Finding.objects.visible_to(user))

    def open(self) -> Self:
        """Those that the finder has not answered, of findings that still wait for the answer."""
        return self.filter(answered_at__isnull=True, finding__review=ReviewState.RETURNED)


@pghistory.track()
class Question(models.Model):
    """What the desk asks the finder about a finding; it comes to their phone as a task, and the answer back."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="questions", verbose_name="nález")
    text = models.CharField("otázka", max_length=500)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo se ptá")
    asked_at = models.DateTimeField("kdy se ptá")
    answer = models.TextField("odpověď", blank=True)
    answered_at = models.DateTimeField("odpovězeno", null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = "otázka k nálezu"
        verbose_name_plural = "otázky k nálezům"
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="") | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="question_is_answered_in_words",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @classmethod
    @transaction.atomic
    def ask(cls, finding: Finding, text: str, *, by: User, at: datetime) -> "Question":
        """Returns the finding to its finder with a question. Raises Refused."""
        finding.give_back()
        return cls.objects.create(finding=finding, text=text, asked_by=by, asked_at=at)

    @transaction.atomic
    def reply(self, text: str, *, at: datetime) -> None:
        """Keeps the finder's words, a second answer behind the first, and gives the finding to the desk again."""
        asked: Finding = Finding.objects.select_for_update(of=("self",), no_key=True).get(pk=self.finding_id)
        self.refresh_from_db()
        self.answer, self.answered_at = f"{self.answer}\n{text}".strip(), at
        self.save(update_fields=["answer", "answered_at"])
        # A finding of a sealed month changes no more; the words are kept all the same.
        if not registry.is_sealed(Month.of(asked.found_at)):
            asked.reconsider()
            asked.save(update_fields=["review"])


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
