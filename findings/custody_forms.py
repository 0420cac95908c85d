"""Forms of boxes and handovers."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.core.validators import MinValueValidator
from django.utils import timezone

from apk.calendar import LOCAL, ImpossibleTimeError, instant, local_date
from apk.edits import EditGuard
from apk.filters import PeriodFilter
from apk.forms import DayField
from apk.people.models import Assistant, AssistantQuerySet, User
from apk.plain_text import readable
from findings.models import Box, BoxQuerySet, Handover, HandoverQuerySet, Recipient

MAX_PIECES = 9999


class PastDayField(DayField):
    """A day up to today."""

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if isinstance(day, date) and day > local_date(timezone.now()):
            raise forms.ValidationError("Tento den teprve přijde.", code="future")
        return day


class PlainField(forms.CharField):
    """Text without control characters."""

    def clean(self, value: Any) -> Any:
        return readable(super().clean(value))


class MomentForm(forms.Form):
    """When something happened, as clocks showed it; `moment` is the instant. Prefilled with now."""

    day = PastDayField(label="Den")
    clock = forms.TimeField(
        label="Čas",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "Čas napište ve tvaru 14:30."},
    )

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        shown = now.astimezone(LOCAL)
        options["initial"] = {"day": shown.date(), "clock": shown.time(), **options.get("initial", {})}
        super().__init__(*args, **options)
        self.now = now
        self.moment = now

    def clean(self) -> Any:
        cleaned = super().clean()
        if not self.errors:
            try:
                self.moment = instant(self.cleaned_data["day"], self.cleaned_data["clock"])
            except ImpossibleTimeError as error:
                self.add_error("clock", str(error))
            else:
                if self.moment > self.now.replace(second=59, microsecond=999999):
                    self.add_error("clock", "Tento čas teprve přijde.")
                # The minute that is running counts as now, so that what was found a moment ago is not later.
                self.moment = max(self.moment, self.now) if self.is_now else self.moment
        return cleaned

    @property
    def is_now(self) -> bool:
        return self.moment == self.now.replace(second=0, microsecond=0)


class BoxForm(EditGuard, forms.ModelForm):
    """A box's label, capacity and place."""

    class Meta:
        model = Box
        fields = ("label", "capacity", "capacity_unit", "kept_at", "note")
        help_texts: ClassVar = {
            "label": "Číslo, které stojí na štítku boxu, například B-012.",
            "kept_at": "Kde box stojí, když ho nikdo nemá s sebou.",
        }
        widgets: ClassVar = {
            "label": forms.TextInput(attrs={"autocomplete": "off"}),
            "note": forms.Textarea(attrs={"rows": 3}),
        }


class GiveForm(MomentForm):
    """Who takes the box along, from when."""

    assistant = forms.ModelChoiceField(Assistant.objects.none(), label="Kdo box ponese", empty_label="vyberte")
    field_order = ("assistant", "day", "clock")

    def __init__(self, *args: Any, people: AssistantQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["assistant"].queryset = people  # type: ignore[attr-defined]


class TakeBackForm(MomentForm):
    """Where the box is kept from now on."""

    kept_at = PlainField(label="Kam se box uložil", max_length=120)


class PutForm(forms.Form):
    """Into which box findings go."""

    box = forms.ModelChoiceField(Box.objects.none(), label="Do kterého boxu", empty_label="vyberte")

    def __init__(self, *args: Any, boxes: BoxQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["box"].queryset = boxes  # type: ignore[attr-defined]


class HandoverForm(forms.Form):
    """Boxes given to a recipient: of each chosen one the pieces of the document and why they differ."""

    recipient = forms.ModelChoiceField(Recipient.objects.none(), label="Komu", empty_label="vyberte")
    handed_on = PastDayField(label="Předáno dne")
    handed_by = PlainField(label="Kdo předal", max_length=120)
    received_by = PlainField(label="Kdo převzal", max_length=120, required=False)
    document_number = PlainField(
        label="Číslo dokladu",
        max_length=60,
        required=False,
        help_text="Předávací protokol nebo evidenční list odpadu. Když ještě nepřišel, doplníte ho při potvrzení.",
    )
    note = PlainField(label="Poznámka", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, boxes: BoxQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["recipient"].queryset = Recipient.objects.in_use()  # type: ignore[attr-defined]
        self.boxes = list(boxes)
        for box in self.boxes:
            self.fields[f"box-{box.pk}"] = forms.BooleanField(label=str(box), required=False)
            self.fields[f"pieces-{box.pk}"] = forms.IntegerField(
                label=f"Kusů podle dokladu, {box}",
                required=False,
                initial=box.pieces,
                validators=[MinValueValidator(0)],
                max_value=MAX_PIECES,
            )
            self.fields[f"explanation-{box.pk}"] = PlainField(
                label=f"Proč se počet liší, {box}", required=False, max_length=500
            )

    @property
    def rows(self) -> Iterator[tuple[Box, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Each box with its three controls."""
        for box in self.boxes:
            yield box, self[f"box-{box.pk}"], self[f"pieces-{box.pk}"], self[f"explanation-{box.pk}"]

    def clean(self) -> Any:
        cleaned = super().clean()
        if not any(self.cleaned_data.get(f"box-{box.pk}") for box in self.boxes):
            self.add_error(None, "Vyberte aspoň jeden box.")
        for box in self.boxes:
            name = f"pieces-{box.pk}"
            if self.cleaned_data.get(f"box-{box.pk}") and name not in self.errors:
                said = self.cleaned_data.get(name)
                if said is None:
                    self.add_error(name, "Napište, kolik kusů je v dokladu.")
                elif said != box.pieces and not self.cleaned_data.get(f"explanation-{box.pk}"):
                    self.add_error(
                        f"explanation-{box.pk}",
                        f"Podle nálezů je v boxu {box.pieces}. Opravte počet, nebo napište, proč se liší.",
                    )
        return cleaned

    @property
    def chosen(self) -> dict[Box, tuple[int, str]]:
        """Of each box chosen the pieces and the explanation."""
        data = self.cleaned_data
        return {
            box: (data[f"pieces-{box.pk}"], data[f"explanation-{box.pk}"])
            for box in self.boxes
            if data[f"box-{box.pk}"]
        }


class ConfirmForm(forms.Form):
    """The recipient's document."""

    document_number = PlainField(label="Číslo dokladu", max_length=60)
    on = PastDayField(label="Převzetí potvrzeno dne")
    received_by = PlainField(label="Kdo převzal", max_length=120, required=False)


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = PlainField(label="Proč", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class BoxFilter(forms.Form):
    """What to list: boxes that the city still holds by default."""

    stav = forms.ChoiceField(
        label="Stav",
        required=False,
        choices=[
            ("", "v držení"),
            ("otevrene", "otevřené"),
            ("uzavrene", "uzavřené, čekají na předání"),
            ("predane", "předané"),
            ("vsechny", "všechny"),
        ],
    )


class HandoverFilter(PeriodFilter):
    """Of which days handovers are listed."""

    def handovers(self, user: User) -> HandoverQuerySet:
        """Those that `user` may see and the valid parts of the filter let through."""
        chosen = self.chosen
        found = Handover.objects.visible_to(user).between(chosen.get("od"), chosen.get("do"))
        if "mesic" in chosen:
            found = found.between(chosen["mesic"].first_day, chosen["mesic"].last_day)
        return found
