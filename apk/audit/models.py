"""The access log: who downloaded, exported or looked at what. Rows are only ever added."""

from typing import Any

import pgtrigger
from django.db import models

from apk.people.access import Permission
from apk.people.models import User


class AccessLogQuerySet(models.QuerySet["AccessLog"]):
    def visible_to(self, user: User) -> "AccessLogQuerySet":
        return self if user.may(Permission.VIEW_ACCESS_LOG) else self.none()

    def note(self, *, user: User, action: str, what: str, **detail: Any) -> "AccessLog":
        """Writes that `user` did `action` (an `AccessLog.Action`) to `what`, a short Czech description.

        `detail` holds JSON values: the filter of an export, the digest of a document.
        """
        return self.create(user=user, action=action, what=what, detail=detail)


class AccessLog(models.Model):
    """One access: the change history beside it is kept by triggers (`history.py`)."""

    class Action(models.TextChoices):
        VIEW = "view", "Zobrazení"
        EXPORT = "export", "Export"
        DOWNLOAD = "download", "Stažení"

    at = models.DateTimeField("kdy", auto_now_add=True, db_index=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo")
    action = models.CharField("co udělal", max_length=20, choices=Action.choices)
    what = models.CharField("s čím", max_length=200)
    detail = models.JSONField("podrobnosti", default=dict)

    objects = AccessLogQuerySet.as_manager()

    class Meta:
        verbose_name = "záznam o přístupu"
        verbose_name_plural = "záznamy o přístupu"
        ordering = ["-at", "-id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.user} {self.get_action_display()} {self.what}"
