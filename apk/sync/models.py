"""Receipts: what proves that a record made on a phone arrived, exactly once. They never expire."""

from typing import Any

import pgtrigger
from django.db import connections, models
from django.db.models import Q
from psycopg.types.json import Jsonb

from apk.people.models import User
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


class ReceiptQuerySet(models.QuerySet):
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


class Conflict(Delivered):
    """Another content that came under the id of a record already accepted; a person decides between the two."""

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="conflicts")

    class Meta:
        verbose_name = "rozpor"
        verbose_name_plural = "rozpory"
        constraints = [models.UniqueConstraint(fields=["receipt", "digest"], name="one_conflict_per_content")]
        triggers = [APPEND_ONLY]
