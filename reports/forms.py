"""Forms of the grant projects."""

import hashlib
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.http import QueryDict

from apk import czech
from reports.models import GrantProject


class DayInput(forms.DateInput):
    """The browser's own picker of a day, which speaks ISO."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


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


class ProjectForm(forms.ModelForm):
    """A grant project, with a digest of what it was when the page was opened: nobody overwrites another unseen."""

    was = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = GrantProject
        fields = (
            "name", "number", "sequence", "starts", "ends", "posts", "ministry_grant", "city_share", "publicity",
        )  # fmt: skip
        field_classes = {"ministry_grant": AmountField, "city_share": AmountField}
        widgets = {"starts": DayInput(), "ends": DayInput(), "publicity": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "number": "Jak ho uvádí rozhodnutí, například 314D083009247.",
            "sequence": "Po kolikáté se projekt ve městě koná.",
            "starts": "Měsíc patří projektu, do jehož doby realizace spadá.",
            "publicity": "Tiskne se na všech dokumentech, které z projektu vzniknou.",
        }

    def __init__(self, data: QueryDict | None = None, *, instance: GrantProject) -> None:
        super().__init__(data, instance=instance)
        self.known = state_of(instance)
        self.initial["was"] = self.known

    def clean(self) -> None:
        if self.cleaned_data.get("was") != self.known:
            # What others wrote is on the project's page; the next attempt is made knowingly.
            self.data = {**cast("QueryDict", self.data).dict(), "was": self.known}
            raise forms.ValidationError(
                "Projekt mezitím změnil někdo jiný. Porovnejte své údaje s jeho stránkou a uložte je znovu."
            )


def state_of(project: GrantProject) -> str:
    """A digest of the project's editable fields."""
    values = [str(getattr(project, name)) for name in ProjectForm.Meta.fields]
    return hashlib.sha256("\n".join(values).encode()).hexdigest()
