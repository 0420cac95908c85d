"""Searching as people type: without capitals and without accents, kept as a stored text beside the names."""

import unicodedata
from typing import Any

from django.db import models


def fold(text: str) -> str:
    """The text without capitals and accents: „Žofie Říhová" becomes "zofie rihova"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


class SearchText(models.TextField):
    """The folded text of `source`, attributes of the model; filled at every save and searched by `holding`."""

    def __init__(self, *, source: tuple[str, ...], **options: Any) -> None:
        self.source = source
        super().__init__(**{"editable": False, "default": "", **options})

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        text = fold(" ".join(str(getattr(model_instance, name) or "") for name in self.source))
        setattr(model_instance, self.attname, text)
        return text


def holding(text: str, *fields: str) -> models.Q:
    """Rows that hold every word of `text`, each in any of the SearchText `fields`."""
    condition = models.Q()
    for word in fold(text).split():
        anywhere = models.Q()
        for field in fields:
            anywhere |= models.Q(**{f"{field}__contains": word})
        condition &= anywhere
    return condition
