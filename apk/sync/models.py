"""Receipts: what proves that a record made on a phone arrived, exactly once. They never expire."""

from django.db import models

from apk.people.models import User


class Receipt(models.Model):
    """A record accepted from a phone. `id` is the client's UUIDv7, so a second arrival meets the primary key.

    `digest` is the SHA-256 (32 bytes) of sender, kind, version, time and payload: the same id with another digest
    is a conflict. `recorded_at` is the phone's time as it said; `clock_skew` is how far the phone's clock was
    behind the server's when it sent the record.
    """

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="receipts")
    kind = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    recorded_at = models.DateTimeField()
    clock_skew = models.DurationField()
    payload = models.JSONField()
    digest = models.BinaryField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "doručenka"
        verbose_name_plural = "doručenky"

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Conflict(models.Model):
    """Another content that came under the id of a record already accepted; a person decides between the two."""

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="conflicts")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    recorded_at = models.DateTimeField()
    payload = models.JSONField()
    digest = models.BinaryField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "rozpor"
        verbose_name_plural = "rozpory"
        constraints = [models.UniqueConstraint(fields=["receipt", "digest"], name="one_conflict_per_content")]

    def __str__(self) -> str:
        return f"{self.kind} {self.receipt_id}"
