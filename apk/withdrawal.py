"""Records that were made by mistake: taken back with a reason, kept to be read, and counted nowhere."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from apk.people.scope import OfAssistantQuerySet, Row


def withdrawn_with_a_reason(name: str, sentence: str | None = None) -> models.CheckConstraint:
    """The constraint `name` that a record has a reason exactly when it is withdrawn; `sentence` asks for it."""
    stands = Q(withdrawn_at__isnull=True, withdrawal_reason="")
    return models.CheckConstraint(
        condition=stands | Q(withdrawn_at__isnull=False) & ~Q(withdrawal_reason=""),
        name=name,
        violation_error_message=sentence,
    )


class WithdrawableQuerySet(OfAssistantQuerySet[Row]):
    """Records of what an assistant did, with `withdrawn_at` and `withdrawal_reason`."""

    def standing(self) -> Self:
        """Those that count: what was withdrawn stays stored and readable, and is in no figure."""
        return self.filter(withdrawn_at__isnull=True)

    def withdrawn(self) -> Self:
        return self.filter(withdrawn_at__isnull=False)


class Withdrawable(models.Model):
    """A record that may be withdrawn. Whoever inherits has the two columns, named as its own pages call it."""

    if TYPE_CHECKING:
        withdrawn_at: models.DateTimeField[datetime | None, datetime | None]
        withdrawal_reason: models.Field[str, str]

    class Meta:
        abstract = True

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    def withdraw(self, *, at: datetime, reason: str) -> None:
        """Takes the record out of everything that counts it; it stays readable with its reason."""
        self.withdrawn_at, self.withdrawal_reason = at, reason
        self.save(update_fields=["withdrawn_at", "withdrawal_reason"])  # type: ignore[misc]  # heirs have them
