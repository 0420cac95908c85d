"""Forms of the grant projects."""

from decimal import Decimal
from typing import Any

from django import forms

from apk import czech
from apk.edits import EditGuard
from apk.forms import DayField
from reports.models import GrantProject


class AmountField(forms.DecimalField):
    """An amount in Kč as it is written: „2 450 000,50"."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal"}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = "".join(value.split()).replace(",", ".")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return czech.number(value) if isinstance(value, Decimal) else value


class ProjectForm(EditGuard, forms.ModelForm):
    """A grant project."""

    class Meta:
        model = GrantProject
        fields = (
            "name", "number", "programme", "sequence", "starts", "ends", "posts", "ministry_grant", "city_share",
            "publicity", "goals", "conditions",
        )  # fmt: skip
        field_classes = {
            "starts": DayField,
            "ends": DayField,
            "ministry_grant": AmountField,
            "city_share": AmountField,
        }
        widgets = {
            "starts": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "ends": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "publicity": forms.Textarea(attrs={"rows": 3}),
            "goals": forms.Textarea(attrs={"rows": 4}),
            "conditions": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {
            "number": "Jak ho uvádí rozhodnutí, například 314D083009247.",
            "sequence": "Po kolikáté se projekt ve městě koná.",
            "starts": "Měsíc patří projektu, do jehož doby realizace spadá.",
            "programme": "Například 314080, podprogram 314083.",
            "goals": "Každý řádek je jeden cíl.",
            "conditions": "Co rozhodnutí ukládá, ať je to na jednom místě.",
            "publicity": "Tiskne se na všech dokumentech, které z projektu vzniknou.",
        }
