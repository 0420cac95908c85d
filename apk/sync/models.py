"""Receipts: what proves that a record made on a phone arrived, exactly once. They never expire."""

from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.db import connections, models
from django.db.models import Q
from django.urls import reverse
from psycopg.types.json import Jsonb

from apk.calendar import Month
from apk.people.access import Role
from apk.people.models import Mentorship, User
from apk.sync import clocks

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Delivered(models.Model):
    """What a phone sent, word for word, and how its clock stood.

    `recorded_at` is the phone's time as it said, `utc_offset_min` the offset from UTC (minutes) that it had then,
    `clock_skew` how far its clock was behind the server's when it sent the record. `digest` is the SHA-256 (32 bytes)
    of sender, kind, version, time and payload.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="%(class)ss")
    kind = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    recorded_at = models.DateTimeField()
    utc_offset_min = models.SmallIntegerField()
    clock_skew = models.DurationField()
    payload = models.JSONField()
    digest = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def clock_was_wrong(self) -> bool:
        """Whether the phone's clock was so far off that a person should know. Runs no query."""
        return abs(self.clock_skew) > clocks.WRONG

    @property
    def happened_at(self) -> datetime:
        """The phone's time put right, as it was when the record came. Runs no query."""
        return clocks.happened_at(self.recorded_at, self.clock_skew, self.received_at)


def led_by(user: User, sender: str) -> models.Exists:
    """Whether the row's `sender`, the name of a column, is somebody whom `user` leads or led."""
    return models.Exists(Mentorship.objects.filter(assistant__user=models.OuterRef(sender), mentor__user=user))


class ReviewedQuerySet(models.QuerySet):
    """Rows about what came from phones: coordinators see all, mentors those of assistants they lead or led."""

    sender = "user"

    def visible_to(self, user: User) -> Self:
        match user.role:
            case Role.COORDINATOR:
                return self
            case Role.MENTOR:
                return self.filter(led_by(user, self.sender))
            case _:
                return self.none()


class ReceiptQuerySet(ReviewedQuerySet):
    def claim(self, receipt: "Receipt") -> bool:
        """Writes the receipt unless its id is already taken, and says whether it did; in one statement.

        A second arrival of the same id waits here until the transaction of the first one ends. The ORM can ignore a
        conflict but does not tell that it did, hence the SQL.
        """
        with connections[self.db].cursor() as cursor:
            values: list[Any] = [
                receipt.id,
                receipt.user_id,
                receipt.kind,
                receipt.version,
                receipt.recorded_at,
                receipt.utc_offset_min,
                receipt.clock_skew,
                Jsonb(receipt.payload),
                receipt.digest,
                receipt.received_at,
            ]
            cursor.execute(
                """
                INSERT INTO sync_receipt (id, user_id, kind, version, recorded_at, utc_offset_min, clock_skew,
                                          payload, digest, received_at)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
                ON CONFLICT (id) DO NOTHING
                """,
                values,
            )
            return bool(cursor.rowcount)

    def with_wrong_clock(self) -> "ReceiptQuerySet":
        """Sent by phones whose clock was so far off that a person should know."""
        return self.filter(Q(clock_skew__gt=clocks.WRONG) | Q(clock_skew__lt=-clocks.WRONG))


class Receipt(Delivered):
    """A record accepted from a phone. `id` is the client's UUIDv7, so a second arrival meets the primary key."""

    id = models.UUIDField(primary_key=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = "doručenka"
        verbose_name_plural = "doručenky"
        triggers = [APPEND_ONLY]


class ConflictQuerySet(ReviewedQuerySet):
    """Visible to whom the record that was accepted first is."""

    sender = "receipt__user"

    def undecided(self) -> "ConflictQuerySet":
        return self.filter(decision__isnull=True)


class Conflict(Delivered):
    """Another content that came under the id of a record already accepted; a person decides between the two."""

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="conflicts")

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = "rozpor"
        verbose_name_plural = "rozpory"
        constraints = [models.UniqueConstraint(fields=["receipt", "digest"], name="one_conflict_per_content")]
        triggers = [APPEND_ONLY]


class ConflictDecision(models.Model):
    """Which of two versions holds; decided once. The second one holds through a `Correction` that names it."""

    class Holds(models.TextChoices):
        FIRST = "first", "Platí verze přijatá jako první"
        SECOND = "second", "Platí verze, která přišla později"

    conflict = models.OneToOneField(Conflict, models.PROTECT, primary_key=True, related_name="decision")
    holds = models.CharField("co platí", max_length=10, choices=Holds.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo")
    at = models.DateTimeField("kdy")
    note = models.TextField("důvod")

    class Meta:
        verbose_name = "rozhodnutí o rozporu"
        verbose_name_plural = "rozhodnutí o rozporech"
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.conflict_id}: {self.get_holds_display()}"


class HeldQuerySet(ReviewedQuerySet):
    sender = "receipt__user"

    def waiting(self) -> "HeldQuerySet":
        """Those that nobody has decided about yet."""
        return self.filter(decision__isnull=True)

    def in_month(self, month: Month) -> "HeldQuerySet":
        """Those that belong to a month, a correction to the month of the record that it corrects."""
        return self.filter(happened_at__gte=month.start, happened_at__lt=month.end)


class Held(models.Model):
    """A record that arrived and waits for a person's decision before it reaches its app (`apk.sync.holding`).

    `happened_at` is the moment that decides its month: the record's own, put right by the clocks, or that of the record
    that it corrects. A decision is made once and never changed.
    """

    class Reason(models.TextChoices):
        """Why a record is held; the values travel to phones."""

        DEACTIVATED = "deactivated", "Odesílatel má uzavřený účet"
        SEALED_MONTH = "sealed-month", "Měsíc záznamu je uzavřený"

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", "Přijato"
        REJECTED = "rejected", "Odmítnuto"

    receipt = models.OneToOneField(Receipt, models.PROTECT, primary_key=True, related_name="held")
    reason = models.CharField("proč čeká", max_length=20, choices=Reason.choices)
    happened_at = models.DateTimeField("čas záznamu", db_index=True)
    decision = models.CharField("rozhodnutí", max_length=10, choices=Decision.choices, null=True, blank=True)  # noqa: DJ001
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kdo")
    decided_at = models.DateTimeField("kdy", null=True, blank=True)
    note = models.TextField("důvod rozhodnutí", blank=True)

    objects = HeldQuerySet.as_manager()

    class Meta:
        verbose_name = "pozdržený záznam"
        verbose_name_plural = "pozdržené záznamy"
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(decision__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="decision_has_its_maker_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(decision="rejected") | ~Q(note=""),
                name="rejection_has_a_reason",
                violation_error_message="Napište, proč záznam nepřijímáte.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="decided_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__decision__isnull=False)
                | pgtrigger.Q(new__decision__isnull=True)
                | ~pgtrigger.Q(old__receipt=pgtrigger.F("new__receipt"))
                | ~pgtrigger.Q(old__reason=pgtrigger.F("new__reason"))
                | ~pgtrigger.Q(old__happened_at=pgtrigger.F("new__happened_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id}: {self.get_reason_display()}"

    @property
    def month(self) -> Month:
        return Month.of(self.happened_at)


class Correction(models.Model):
    """What shall hold of a record instead of what was said before, or that it was taken back; only ever added.

    `receipt` is the phone's record that brought it, `conflict` the second version that a person chose at a desk; both
    empty when it was written at a desk. `payload` is None for a record taken back. `took_effect` is False when a later
    correction had been put over the record before this one could be.
    """

    corrects = models.ForeignKey(Receipt, models.PROTECT, related_name="corrections")
    receipt = models.OneToOneField(Receipt, models.PROTECT, null=True, blank=True, related_name="correction")
    conflict = models.ForeignKey(Conflict, models.PROTECT, null=True, blank=True, related_name="corrections")
    version = models.PositiveSmallIntegerField()
    payload = models.JSONField(null=True, blank=True)
    reason = models.TextField("důvod")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo")
    received_at = models.DateTimeField("kdy")
    took_effect = models.BooleanField()

    class Meta:
        verbose_name = "oprava"
        verbose_name_plural = "opravy"
        ordering = ["received_at", "pk"]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.corrects_id} {self.reason}"


class RescueFileQuerySet(ReviewedQuerySet):
    sender = "owner"


class RescueFile(models.Model):
    """A queue that came as a file: who brought it, whose it is, and what became of each record and photo in it.

    `stored_as` is the name of the file while it waits to be imported, "" once it is not needed. `foreseen` says of each
    record, in the order of the file, what would become of it (a `protocol.Result` as JSON, with its `kind` and the
    time that it claims, `at`); `results` what did, by the record's id, and `photos` the same of photos: "" or the
    reason why one was not kept.
    """

    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo soubor přinesl")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="čí je fronta")
    uploaded_at = models.DateTimeField("nahráno")
    device_time = models.DateTimeField("vytvořeno v telefonu")
    name = models.CharField("název souboru", max_length=200)
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=120, blank=True)
    foreseen = models.JSONField()
    photo_count = models.PositiveIntegerField("fotografií")
    results = models.JSONField(default=dict)
    photos = models.JSONField(default=dict)
    finished_at = models.DateTimeField("převzato", null=True, blank=True)

    objects = RescueFileQuerySet.as_manager()

    class Meta:
        verbose_name = "záloha z telefonu"
        verbose_name_plural = "zálohy z telefonů"
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.owner})"

    def get_absolute_url(self) -> str:
        return reverse("receiving:rescue-file", args=[self.pk])

    @property
    def done(self) -> int:
        """How many of its records and photos were dealt with."""
        return len(self.results) + len(self.photos)

    @property
    def total(self) -> int:
        return len(self.foreseen) + self.photo_count
