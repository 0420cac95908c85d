"""Czech collation as a stored key: the database knows none, and page order must not depend on its build."""

from typing import Any

from django.db import models

from apk.czech import sort_key


class CzechSortKey(models.BinaryField):
    """Bytes that sort the way a Czech index does (Č after C, Ch after H); filled from `source` at every save.

    `source` names an attribute of the model that gives the text to sort by.
    """

    def __init__(self, *, source: str, **options: Any) -> None:
        self.source = source
        super().__init__(**{"editable": False, "default": b"", **options})

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes:
        key = sort_key(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, key)
        return key
