"""Forms of the register of training, and the filter in the address of its list."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils import timezone

from apk.edits import EditGuard
from apk.filters import PeriodFilter, choice
from apk.forms import DayField
from apk.localities.models import Locality
from apk.people.models import Assistant, AssistantQuerySet, User
from apk.plain_text import readable
from patrols.models import Training, TrainingKind, TrainingNeed, TrainingQuerySet

WITHDRAWN = "zrusena"


class TrainingFilter(PeriodFilter):
    """The filter in the address of the list of trainings and of its export. Makes two queries for its choices."""

    druh = choice("Druh školení", "Takový druh školení neznáme.")
    asistent = choice("Asistent", "Takového asistenta neznáme.")
    stav = choice("Platnost zápisu", "Vybrat jde jen zrušené zápisy.")

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        self.offer("druh", "všechny", TrainingKind.objects.values_list("pk", "name"))
        self.offer("stav", "platné", [(WITHDRAWN, "zrušené")])
        self.offer_assistants(user)

    def trainings(self) -> TrainingQuerySet:
        """Those that the user may see and the valid parts of the filter let through, those that count by default."""
        chosen = self.chosen
        found = Training.objects.visible_to(self.user).between(chosen.get("od"), chosen.get("do"))
        found = found.withdrawn() if "stav" in chosen else found.standing()
        if "mesic" in chosen:
            found = found.in_month(chosen["mesic"])
        if "druh" in chosen:
            found = found.filter(kind=chosen["druh"])
        if "asistent" in chosen:
            found = found.filter(assistant=chosen["asistent"])
        return found.order_by("-held_on", "assistant__user__sort_key", "pk")


class TrainingForm(EditGuard, forms.ModelForm):
    """What was taught, when, by whom, and how long it is valid."""

    held_on = DayField(label="Dne")
    expires_on = DayField(
        label="Platí do",
        required=False,
        help_text="Prázdné doplníme podle druhu školení.",
    )

    class Meta:
        model = Training
        fields = ("kind", "held_on", "hours", "provider", "result", "document_number", "expires_on", "note")
        widgets: ClassVar = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = TrainingKind.objects.in_use()
        if self.instance.kind_id:
            kinds = TrainingKind.objects.filter(pk=self.instance.kind_id) | kinds
        self.fields["kind"].queryset = kinds  # type: ignore[attr-defined]
        self.fields["kind"].empty_label = "vyberte"  # type: ignore[attr-defined]

    def clean_held_on(self) -> date:
        day: date = self.cleaned_data["held_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("Školení se zapisuje, až když proběhne.", code="future")
        return day

    def clean_note(self) -> str:
        return readable(self.cleaned_data["note"])

    def clean(self) -> Any:
        cleaned = super().clean()
        kind, held_on = self.cleaned_data.get("kind"), self.cleaned_data.get("held_on")
        if kind and held_on and not self.cleaned_data.get("expires_on") and "expires_on" not in self.errors:
            self.cleaned_data["expires_on"] = kind.expires_on(held_on)
        return cleaned


class NewTrainingForm(TrainingForm):
    """One training of several people: each gets a record of their own."""

    people = forms.ModelMultipleChoiceField(
        Assistant.objects.none(),
        label="Kdo se školil",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Vyberte aspoň jednoho asistenta."},
    )
    field_order = ("people",)

    def __init__(self, *args: Any, people: AssistantQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["people"].queryset = people  # type: ignore[attr-defined]


class KindForm(EditGuard, forms.ModelForm):
    class Meta:
        model = TrainingKind
        fields = ("name", "validity_months", "position")
        widgets: ClassVar = {"name": forms.TextInput(attrs={"autocomplete": "off"})}


class NeedForm(forms.ModelForm):
    """Which shifts need a training."""

    class Meta:
        model = TrainingNeed
        fields = ("kind", "locality", "locality_kind")
        help_texts: ClassVar = {
            "locality": "Když nevyberete lokalitu ani druh, platí potřeba všude.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].queryset = TrainingKind.objects.in_use()  # type: ignore[attr-defined]
        self.fields["kind"].empty_label = "vyberte"  # type: ignore[attr-defined]
        self.fields["locality"].empty_label = "nezáleží na lokalitě"  # type: ignore[attr-defined]
        self.fields["locality"].queryset = Locality.objects.all()  # type: ignore[attr-defined]
        choices = self.fields["locality_kind"].choices  # type: ignore[attr-defined]
        self.fields["locality_kind"].choices = [("", "nezáleží na druhu"), *choices[1:]]  # type: ignore[attr-defined]


class WithdrawForm(forms.Form):
    reason = forms.CharField(label="Proč", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
