"""Keys with which other programs of the city read findings."""

import hashlib
import secrets
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from apk.people.access import Permission
from apk.people.models import User


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class AccessKeyQuerySet(models.QuerySet["AccessKey"]):
    def visible_to(self, user: User) -> Self:
        """Keys are the city's, not of who issued them: whoever may issue one may end any."""
        return self if user.may(Permission.ISSUE_ACCESS_KEYS) else self.none()

    def of_secret(self, secret: str) -> "AccessKey | None":
        """The key that opens, or None: ended keys do not, nor those of people who may no longer sign in."""
        key = self.select_related("issued_by").filter(digest=digest(secret), ended_at__isnull=True).first()
        allowed = key is not None and key.issued_by.is_active and key.issued_by.may(Permission.EXPORT_FINDINGS)
        return key if allowed else None

    def issue(self, name: str, *, by: User) -> tuple["AccessKey", str]:
        """A new key and its secret; this is the only moment when the secret can be read."""
        secret = secrets.token_urlsafe(32)
        return self.create(name=name, digest=digest(secret), issued_by=by), secret


class AccessKey(models.Model):
    """What a program shows to be let in. It sees what `issued_by` sees; of its secret only the digest is stored."""

    name = models.CharField("k čemu slouží", max_length=80)
    digest = models.CharField("otisk tajného klíče", max_length=64, unique=True)
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo vydal")
    issued_at = models.DateTimeField("vydáno", auto_now_add=True)
    ended_at = models.DateTimeField("zrušeno", null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kdo zrušil"
    )

    objects = AccessKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "přístupový klíč"
        verbose_name_plural = "přístupové klíče"
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="access_key_is_ended_by_somebody",
                violation_error_message="Chybí, kdo klíč zrušil.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def end(self, *, by: User, at: datetime) -> None:
        """Ends the key; one that has ended already keeps its first end."""
        AccessKey.objects.filter(pk=self.pk, ended_at__isnull=True).update(ended_at=at, ended_by=by)
        self.refresh_from_db()
