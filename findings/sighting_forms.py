"""Forms of reports from others."""

from typing import Any

from django import forms

from apk.calendar import day_bounds, local_date
from apk.filters import PeriodFilter, choice
from apk.localities.models import Locality
from apk.people.models import Assistant, AssistantQuerySet, User
from findings.custody_forms import MomentForm, PlainField
from findings.models import Sighting, SightingQuerySet

OPEN, CLOSED = "otevrena", "vyrizena"


class SightingFilter(PeriodFilter):
    """Which reports a list shows, as its address says."""

    stav = choice("Stav", "Takový stav neznáme.")
    zdroj = choice("Kdo oznámil", "Takový zdroj neznáme.")
    asistent = choice("Asistent", "Takového asistenta neznáme.")

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        self.offer("stav", "všechna", [(OPEN, "čekající"), (CLOSED, "vyřízená")])
        self.offer("zdroj", "všichni", [(one.value, one.label) for one in Sighting.SOURCES])
        self.offer_assistants(user)

    def sightings(self) -> SightingQuerySet:
        chosen = self.chosen
        found = Sighting.objects.visible_to(self.user)
        if month := chosen.get("mesic"):
            found = found.between(month.start, month.end)
        if first := chosen.get("od"):
            found = found.between(day_bounds(first)[0], None)
        if last := chosen.get("do"):
            found = found.between(None, day_bounds(last)[1])
        if "stav" in chosen:
            found = found.open() if chosen["stav"] == OPEN else found.closed()
        if "zdroj" in chosen:
            found = found.filter(source=chosen["zdroj"])
        if "asistent" in chosen:
            found = found.filter(assistant=chosen["asistent"])
        return found


class AssignForm(forms.Form):
    """Who looks there."""

    assistant = forms.ModelChoiceField(
        Assistant.objects.none(),
        label="Kdo se podívá",
        required=False,
        empty_label="zatím nikdo",
        help_text="Přijde mu to do telefonu jako úkol.",
    )

    def __init__(self, *args: Any, people: AssistantQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["assistant"]
        field.queryset = people


class SightingForm(MomentForm, AssignForm):
    """What somebody told, when, and who goes there."""

    source = forms.ChoiceField(label="Kdo oznámil", choices=[(one.value, one.label) for one in Sighting.SOURCES])
    where = PlainField(
        label="Kde to je",
        max_length=200,
        help_text="Ulice a číslo, nebo popis, podle kterého to asistent najde.",
        error_messages={"required": "Napište, kde to je."},
    )
    locality = forms.ModelChoiceField(
        Locality.objects.none(), label="Lokalita", required=False, empty_label="mimo lokality, nebo nevím"
    )
    note = PlainField(
        label="Co bylo oznámeno",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Bez jména a telefonu toho, kdo volal.",
    )
    event_number = PlainField(
        label="Číslo události MP", required=False, max_length=40, help_text="Podle něj jde dohledat, kdo volal."
    )

    field_order = ("day", "clock", "source", "where", "locality", "note", "event_number", "assistant")

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["locality"]
        field.queryset = Locality.objects.visible_to(user).open_on(local_date(self.now)).defer("area")
        self.fields["day"].label, self.fields["clock"].label = "Oznámeno dne", "V kolik hodin"

    def made(self, by: User) -> Sighting:
        """A new report, not saved yet."""
        said = self.cleaned_data
        return Sighting(
            reported_at=self.moment,
            recorded_by=by,
            assigned_at=self.now if said["assistant"] else None,
            **{name: said[name] for name in ("source", "where", "locality", "note", "event_number", "assistant")},
        )


class CloseForm(forms.Form):
    """What came of a report when it was not the phone that said so."""

    outcome = forms.ChoiceField(
        label="Jak to dopadlo",
        choices=[
            (Sighting.Outcome.NOT_FOUND, "nic se nenašlo"),
            (Sighting.Outcome.CANCELLED, "oznámení bylo omylem nebo dvakrát"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Vyberte, jak to dopadlo."},
    )
    note = PlainField(
        label="Poznámka",
        max_length=500,
        error_messages={"required": "Napište, kdo to zjistil a jak."},
    )
