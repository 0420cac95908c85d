"""What to show of the access log."""

from typing import Any

from django import forms

from apk.audit.models import AccessLog, AccessLogQuerySet
from apk.forms import DayField
from apk.people.models import User


class AccessFilter(forms.Form):
    """By person, by what they did, by day; both days included. A wrong address hides nothing and says what is wrong."""

    kdo = forms.ModelChoiceField(
        User.objects.all(),
        label="Kdo",
        required=False,
        empty_label="Kdokoli",
        error_messages={"invalid_choice": "Takový účet není."},
    )
    co = forms.ChoiceField(label="Co udělal", required=False, choices=[("", "Cokoli"), *AccessLog.Action.choices])
    od = DayField(label="Od dne", required=False)
    do = DayField(label="Do dne", required=False)

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("od"), self.cleaned_data.get("do")
        if first and last and first > last:
            self.add_error("do", "Poslední den je dřív než první.")
        return self.cleaned_data

    def apply(self, log: AccessLogQuerySet) -> AccessLogQuerySet:
        if not self.is_valid():
            return log
        log = log.on_days(self.cleaned_data["od"], self.cleaned_data["do"])
        if self.cleaned_data["kdo"]:
            log = log.filter(user=self.cleaned_data["kdo"])
        if self.cleaned_data["co"]:
            log = log.filter(action=self.cleaned_data["co"])
        return log

    @property
    def chosen(self) -> dict[str, str]:
        """What is filtered by, for the note about an export."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)} if self.is_valid() else {}
