"""The access log: who downloaded, exported or looked at what. Rows are only ever added."""

from datetime import date
from typing import Any, Self

import pgtrigger
from django.db import models

from apk.days import instants_within
from apk.people.access import Permission
from apk.people.models import User

DETAILS = {
    "account": "účet č.",
    "figures_sha256": "otisk hodnot",
    "file_sha256": "otisk souboru",
    "filter": "filtr",
    "month": "měsíc",
    "rows": "řádků",
    "week": "týden",
}
"""How the log's page calls what apps above note; a detail it does not know keeps its own name."""


class AccessLogQuerySet(models.QuerySet["AccessLog"]):
    def visible_to(self, user: User) -> Self:
        return self if user.may(Permission.VIEW_ACCESS_LOG) else self.none()

    def on_days(self, first: date | None, last: date | None) -> Self:
        """From the local day `first` to the day `last`, both included; None leaves that side open."""
        return self.filter(instants_within("at", first, last))

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

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The details as (name, value) for people; of a digest its beginning."""
        return [
            (DETAILS.get(name, name), f"{value[:12]}…" if name.endswith("sha256") else _text(value))
            for name, value in self.detail.items()
            if value not in ({}, "")
        ]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={part}" for name, part in value.items())
    return str(value)
