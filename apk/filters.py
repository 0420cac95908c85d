"""Filters in the address of a list: every part is optional, and one that makes no sense narrows nothing.

It is named in a sentence instead, so that no row is hidden because of a typing mistake.
"""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, cast

from django import forms
from django.http import QueryDict

from apk.calendar import Month


class MonthField(forms.CharField):
    """A month as an address writes it: 2021-04. Gives a `Month` or None."""

    def __init__(self, **options: Any) -> None:
        # Some browsers have no picker of months; there the example says what to type.
        widget = forms.TextInput(attrs={"type": "month", "placeholder": "2021-04"})
        super().__init__(required=False, widget=widget, **options)

    def clean(self, value: Any) -> Month | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Month.parse(text)
        except ValueError as error:
            raise forms.ValidationError("Měsíc se píše rok-měsíc, například 2021-04.", code="invalid") from error


def choice(label: str, unknown: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, error_messages={"invalid_choice": unknown})


class Filter(forms.Form):
    """A filter in the address; each of its fields is optional.

    `spoken` says how to put the value of a field that is no choice into words, `silent` names fields that narrow
    nothing (an order).
    """

    spoken: ClassVar[dict[str, Callable[[Any], str]]] = {}
    silent: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="filtr-%s", label_suffix="")
        self.labels: dict[str, dict[str, str]] = {}

    def offer(self, name: str, everything: str, choices: Iterable[tuple[object, str]]) -> None:
        """Fills the choices of a field: `everything` is what no choice is called."""
        self.labels[name] = {str(value): label for value, label in choices}
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices = [("", everything), *self.labels[name].items()]

    @property
    def chosen(self) -> dict[str, Any]:
        """The values that make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value and name not in self.silent}

    def words(self) -> list[tuple[str, str]]:
        """The valid parts of the filter as people say them: (name in the address, Czech words)."""
        return [
            (name, self.spoken[name](value) if name in self.spoken else self.labels[name][value])
            for name, value in self.chosen.items()
        ]
