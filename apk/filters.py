"""Filters in the address of a list: every part is optional, and one that makes no sense narrows nothing.

It is named in a sentence instead, so that no row is hidden because of a typing mistake.
"""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, cast

from django import forms
from django.db.models import F, OrderBy
from django.http import QueryDict

from apk import czech
from apk.calendar import Month
from apk.forms import DayField
from apk.people.access import Permission
from apk.people.models import Assistant, User


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
    """A filter in the address; each of its fields is optional. Fields named `od` and `do` are a period's ends.

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

    def offer_assistants(self, user: User) -> None:
        """Fills `asistent` with those whom `user` may see. Who sees nobody else's rows has no use for the names and
        loses the field."""
        if user.may(Permission.VIEW_PEOPLE):
            assistants = Assistant.objects.visible_to(user).select_related("user")
            self.offer("asistent", "všichni", [(assistant.pk, str(assistant)) for assistant in assistants])
        else:
            del self.fields["asistent"]

    def clean(self) -> None:
        first, last = self.cleaned_data.get("od"), self.cleaned_data.get("do")
        if first and last and last < first:
            self.add_error("do", "Poslední den je před prvním.")

    @property
    def chosen(self) -> dict[str, Any]:
        """The values that make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value and name not in self.silent}

    @property
    def asked(self) -> dict[str, str]:
        """The same as they stand in the address, for the note about an export."""
        return {name: self.data[name] for name in self.chosen}

    def words(self) -> list[tuple[str, str]]:
        """The valid parts of the filter as people say them: (name in the address, Czech words)."""
        return [
            (name, self.spoken[name](value) if name in self.spoken else self.labels[name][value])
            for name, value in self.chosen.items()
        ]


class PeriodFilter(Filter):
    """A filter by a month, by days from and to, or by both."""

    mesic = MonthField(label="Měsíc")
    od = DayField(label="Od dne", required=False)
    do = DayField(label="Do dne", required=False)

    spoken: ClassVar = {
        "mesic": lambda month: czech.month(month.first_day),
        "od": lambda day: f"od {czech.day(day)}",
        "do": lambda day: f"do {czech.day(day)}",
    }


class SortedFilter(Filter):
    """A filter that also says how the rows are sorted; a minus before the order's name turns it round.

    `orders` says which columns each name sorts by, `first_order` which order holds when the address asks for none.
    """

    orders: ClassVar[dict[str, tuple[str, ...]]]
    first_order: ClassVar[str]
    silent: ClassVar = frozenset({"razeni"})

    razeni = forms.CharField(label="Řazení", required=False, widget=forms.HiddenInput)

    def clean_razeni(self) -> str:
        order: str = self.cleaned_data["razeni"] or self.first_order
        if order.removeprefix("-") not in self.orders:
            raise forms.ValidationError("Takové řazení neznáme.", code="invalid")
        return order

    @property
    def order(self) -> str:
        """The order asked for, such as "-cas"."""
        self.is_valid()
        return self.cleaned_data.get("razeni") or self.first_order

    @property
    def order_by(self) -> list[OrderBy]:
        """The same for `QuerySet.order_by`; rows without a value come last either way."""
        columns = [F(column) for column in self.orders[self.order.removeprefix("-")]]
        if self.order.startswith("-"):
            return [column.desc(nulls_last=True) for column in columns]
        return [column.asc(nulls_last=True) for column in columns]

    def heading(self, first: str, label: str, css: str = "") -> dict[str, str]:
        """A column's heading: `next`, the order that a click asks for, which is `first` unless the rows have it
        already, and `sort`, how they are sorted by it now, as `aria-sort` wants it."""
        name = first.removeprefix("-")
        turned = name if first.startswith("-") else f"-{name}"
        sorted_by = {name: "ascending", f"-{name}": "descending"}.get(self.order, "")
        return {"label": label, "css": css, "sort": sorted_by, "next": turned if self.order == first else first}
