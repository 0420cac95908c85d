"""What people did to close months, and the sealed figures that came of it. None of these rows ever changes.

That they cannot be changed or removed, and that the records of a sealed month cannot either, is kept by triggers of
the database (`reports.guards`).
"""

from django.db import connection, models
from django.db.models import Func, Q
from django.urls import reverse

from apk.calendar import Month
from apk.people.access import Permission
from apk.people.models import Assistant, Mentor, User
from reports.closing_rules import WITH_REASON, Move

LOCK_SPACE = 0x41504C
"""The first of the two numbers of the lock that whoever writes into a month shares and whoever seals it has alone."""


def lock_month(month: Month) -> None:
    """Waits until nobody writes the month's records, and keeps everybody from it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, month.year * 12 + month.number])


class ClosingStepQuerySet(models.QuerySet["ClosingStep"]):
    def visible_to(self, user: User) -> "ClosingStepQuerySet":
        return self if user.may(Permission.VIEW_SUMMARIES) else self.none()

    def of(self, month: Month) -> "ClosingStepQuerySet":
        return self.filter(month=month.first_day)


class ClosingStep(models.Model):
    """One step of a month's life, in the order in which they were taken.

    `assistant` is whom a confirmation is about, `mentor` whom an approval; `sha256` are the figures approved or sealed.
    """

    month = models.DateField("měsíc", help_text="První den měsíce.")
    move = models.CharField("krok", max_length=10, choices=Move.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo")
    at = models.DateTimeField("kdy")
    assistant = models.ForeignKey(
        Assistant, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="asistent"
    )
    mentor = models.ForeignKey(Mentor, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="mentor")
    reason = models.TextField("důvod", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = ClosingStepQuerySet.as_manager()

    class Meta:
        verbose_name = "krok uzavření měsíce"
        verbose_name_plural = "kroky uzavření měsíce"
        ordering = ["id"]
        indexes = [models.Index(fields=["month", "id"], name="closing_step_by_month")]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="closing_step_month_is_a_first_day"),
            models.CheckConstraint(
                condition=~Q(move__in=sorted(WITH_REASON)) | ~Q(reason=""),
                name="closing_step_says_why",
                violation_error_message="Napište důvod.",
            ),
            models.CheckConstraint(
                condition=Q(move__in=[Move.CONFIRM, Move.VOUCH], assistant__isnull=False)
                | (~Q(move__in=[Move.CONFIRM, Move.VOUCH]) & Q(assistant__isnull=True)),
                name="closing_step_confirms_for_an_assistant",
            ),
        ]

    def __str__(self) -> str:
        return f"{Month.of(self.month)}: {self.get_move_display()}"


class MonthCorrectionQuerySet(models.QuerySet["MonthCorrection"]):
    def open_for(self, month: Month, *, by: User, reason: str) -> "MonthCorrection":
        """Lets this transaction, and no other, change the records of a sealed month, until it seals the next version.

        The database refuses to commit it without that version.
        """
        return self.create(month=month.first_day, by=by, reason=reason)


class MonthCorrection(models.Model):
    """The one transaction that may change the records of a sealed month; `transaction` is the database's number of it.

    The number is set by the database, whatever is written there.
    """

    month = models.DateField("měsíc", help_text="První den měsíce.")
    reason = models.TextField("důvod")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo")
    opened_at = models.DateTimeField("kdy", auto_now_add=True)
    transaction = models.BigIntegerField(editable=False, db_default=Func(function="txid_current"))

    objects = MonthCorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = "oprava měsíce"
        verbose_name_plural = "opravy měsíců"
        indexes = [models.Index(fields=["transaction", "month"], name="correction_by_transaction")]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="correction_month_is_a_first_day"),
            models.CheckConstraint(
                condition=~Q(reason=""), name="correction_says_why", violation_error_message="Napište důvod opravy."
            ),
        ]

    def __str__(self) -> str:
        return f"Oprava {Month.of(self.month)}"


class SealQuerySet(models.QuerySet["Seal"]):
    def visible_to(self, user: User) -> "SealQuerySet":
        return self if user.may(Permission.VIEW_SUMMARIES) else self.none()

    def of(self, month: Month) -> "SealQuerySet":
        return self.filter(month=month.first_day)

    def without_content(self) -> "SealQuerySet":
        """Leaves the sealed bytes, which may be large, in the database."""
        return self.defer("content")

    def latest_of_each_month(self) -> "SealQuerySet":
        return self.without_content().order_by("month", "-version").distinct("month")


class Seal(models.Model):
    """One sealed version of a month: its bytes, their SHA-256, and the SHA-256 of the figures in them (hexadecimal).

    `content` is the canonical JSON of `reports.snapshots.Content`. Version 1 is the seal itself, each later one the
    outcome of a correction.
    """

    month = models.DateField("měsíc", help_text="První den měsíce.")
    version = models.PositiveSmallIntegerField("verze")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    figures_sha256 = models.CharField(max_length=64)
    sealed_at = models.DateTimeField("uzavřeno")
    sealed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo")
    correction = models.OneToOneField(
        MonthCorrection, models.PROTECT, null=True, blank=True, related_name="seal", verbose_name="oprava"
    )

    objects = SealQuerySet.as_manager()

    class Meta:
        verbose_name = "uzavřená čísla měsíce"
        verbose_name_plural = "uzavřená čísla měsíců"
        ordering = ["month", "version"]
        constraints = [
            models.UniqueConstraint(fields=["month", "version"], name="one_seal_of_a_version"),
            models.CheckConstraint(condition=Q(month__day=1), name="seal_month_is_a_first_day"),
            models.CheckConstraint(
                condition=Q(version=1, correction__isnull=True) | Q(version__gt=1, correction__isnull=False),
                name="later_version_comes_of_a_correction",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period}, verze {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("reports:seal", args=[self.period, self.version])

    @property
    def period(self) -> Month:
        return Month.of(self.month)
