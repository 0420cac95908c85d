"""Addresses under which assistants' calendars fetch their shifts."""

import hashlib
import secrets
from typing import Self

from django.db import models

from apk.people.models import Assistant


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def of_token(self, token: str) -> Self:
        """Of people who may still sign in."""
        return self.filter(digest=digest(token), assistant__user__is_active=True)

    def issue(self, assistant: Assistant) -> str:
        """A new secret for the assistant; an older one holds no more. This is the only moment when it can be read."""
        token = secrets.token_urlsafe(32)
        self.update_or_create(assistant=assistant, defaults={"digest": digest(token)})
        return token

    def revoke(self, assistant: Assistant) -> None:
        self.filter(assistant=assistant).delete()


class CalendarFeed(models.Model):
    """One for an assistant at most; of its secret only the digest is stored."""

    assistant = models.OneToOneField(Assistant, models.CASCADE, related_name="calendar_feed", verbose_name="asistent")
    digest = models.CharField("otisk tajného klíče", max_length=64, unique=True)
    issued_at = models.DateTimeField("vydáno", auto_now=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = "kalendář směn"
        verbose_name_plural = "kalendáře směn"

    def __str__(self) -> str:
        return str(self.assistant)
