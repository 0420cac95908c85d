"""Names to sign in with: stored in one case, so that capitals make no second account."""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models


class LowerCaseEmailField(models.EmailField):
    """An e-mail address in lower case, also in lookups."""

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return prepared.lower() if isinstance(prepared, str) else prepared

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.lower() if isinstance(text, str) else text


class PersonalNumberField(models.CharField):
    """A personal number in upper case, also in lookups; never of a shape that could be read as an e-mail."""

    default_validators = [
        RegexValidator(
            r"\A[0-9A-Za-z][0-9A-Za-z./-]*\Z",
            "Osobní číslo smí mít jen číslice, písmena bez diakritiky, tečku, lomítko a spojovník.",
        )
    ]

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return prepared.upper() if isinstance(prepared, str) else prepared

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.upper() if isinstance(text, str) else text
