"""Input of field checks, and the filter of their list."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils import timezone

from apk.calendar import LOCAL, ImpossibleTimeError, instant, local_date
from apk.edits import EditGuard
from apk.filters import PeriodFilter, choice
from apk.forms import DayField
from apk.localities.models import Locality
from apk.people.models import Assistant, AssistantQuerySet, User
from apk.plain_text import readable
from patrols.forms import ClockField
from patrols.models import FieldCheck, FieldCheckQuerySet
from patrols.training_forms import WITHDRAWN


class FieldCheckForm(EditGuard, forms.ModelForm):
    """When and where, whom, and what was found."""

    day = DayField(label="Den")
    clock = ClockField(label="Čas")
    people = forms.ModelMultipleChoiceField(
        Assistant.objects.none(),
        label="Koho se kontrola týkala",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Vyberte aspoň jednoho asistenta."},
    )
    field_order = ("day", "clock", "people", "locality", "place", "result", "finding", "measures")

    class Meta:
        model = FieldCheck
        fields = ("locality", "place", "result", "finding", "measures")
        widgets: ClassVar = {
            "finding": forms.Textarea(attrs={"rows": 5}),
            "measures": forms.Textarea(attrs={"rows": 3}),
            "result": forms.RadioSelect,
        }
        help_texts: ClassVar = {
            "finding": "Přečtou ho i asistenti, kterých se kontrola týkala. Žádné osobní údaje občanů.",
        }
        error_messages: ClassVar = {
            "result": {"required": "Vyberte výsledek."},
            "finding": {"required": "Napište, co jste zjistili."},
        }

    def __init__(self, *args: Any, people: AssistantQuerySet, instance: FieldCheck, **options: Any) -> None:
        moment = (instance.checked_at if instance.pk else timezone.now()).astimezone(LOCAL)
        chosen = [row.assistant_id for row in instance.checked.all()] if instance.pk else []
        initial = {"day": moment.date(), "clock": moment.strftime("%H:%M"), "people": chosen}
        super().__init__(*args, instance=instance, initial=initial, **options)
        self.fields["clock"].required = True
        self.fields["clock"].error_messages["required"] = "Napište čas, například 8:00."
        self.fields["people"].queryset = people  # type: ignore[attr-defined]
        self.fields["locality"].queryset = Locality.objects.open_on(local_date(moment))  # type: ignore[attr-defined]
        self.fields["locality"].empty_label = "jinde, napište místo"  # type: ignore[attr-defined]
        results: Any = self.fields["result"]
        results.choices = FieldCheck.Result.choices

    def clean(self) -> Any:
        cleaned = super().clean()
        day, clock = self.cleaned_data.get("day"), self.cleaned_data.get("clock")
        if day and clock:
            try:
                self.instance.checked_at = instant(day, clock)
            except ImpossibleTimeError as error:
                self.add_error("clock", str(error))
            else:
                if self.instance.checked_at > timezone.now() + timedelta(minutes=5):
                    self.add_error("day", "Zapsat jde jen kontrolu, která už byla.")
        for name in ("finding", "measures", "place"):
            if name in self.cleaned_data:
                self.cleaned_data[name] = readable(self.cleaned_data[name])
        return cleaned

    def store(self) -> None:
        """Saves the check with those whom it concerned."""
        self.save()
        self.instance.concern(list(self.cleaned_data["people"]))


class FieldCheckFilter(PeriodFilter):
    """The filter in the address of the list of field checks and of its export."""

    asistent = choice("Asistent", "Takového asistenta neznáme.")
    vysledek = choice("Výsledek", "Takový výsledek neznáme.")
    stav = choice("Platnost zápisu", "Vybrat jde jen zrušené zápisy.")

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        self.offer("vysledek", "všechny", FieldCheck.Result.choices)
        self.offer("stav", "platné", [(WITHDRAWN, "zrušené")])
        self.offer_assistants(user)

    def checks(self) -> FieldCheckQuerySet:
        """Those that the user may see and the valid parts of the filter let through."""
        chosen = self.chosen
        found = FieldCheck.objects.visible_to(self.user).between(chosen.get("od"), chosen.get("do"))
        found = found.withdrawn() if "stav" in chosen else found.standing()
        if "mesic" in chosen:
            found = found.in_month(chosen["mesic"])
        if "asistent" in chosen:
            found = found.of(int(chosen["asistent"]))
        if "vysledek" in chosen:
            found = found.filter(result=chosen["vysledek"])
        return found
