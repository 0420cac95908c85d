"""Forms of places."""

from typing import Any

from django import forms
from django.conf import settings

from apk.czech import number
from apk.edits import EditGuard
from apk.filters import SortedFilter, choice
from apk.localities.geometry import Bounds
from apk.localities.models import Locality
from apk.people.models import User
from apk.searching import fold
from findings.custody_forms import PlainField
from findings.models import Place, PlaceQuerySet

NEIGHBOURS_M = 300.0
"""How far from a place those lie that it may be merged with."""


class PlaceFilter(SortedFilter):
    """Which places a list shows, as its address says."""

    orders = {"nazev": ("sort_key",), "lokalita": ("locality__sort_key", "sort_key"), "naposled": ("last_found_at",)}
    first_order = "nazev"

    hledat = forms.CharField(label="Název nebo adresa", required=False, max_length=80)
    lokalita = choice("Lokalita", "Takovou lokalitu neznáme.")

    spoken = {"hledat": lambda text: f"„{text}“"}

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        localities = Locality.objects.visible_to(user).values_list("pk", "name")
        self.offer("lokalita", "všechny", localities)

    def places(self) -> PlaceQuerySet:
        chosen = self.chosen
        found = Place.objects.visible_to(self.user).standing()
        if "lokalita" in chosen:
            found = found.filter(locality=chosen["lokalita"])
        if "hledat" in chosen:
            wanted = fold(chosen["hledat"])
            words = found.values_list("pk", "name", "address")
            found = found.filter(pk__in=[pk for pk, name, address in words if wanted in fold(f"{name} {address}")])
        return found


class MergePlaceForm(forms.Form):
    """Which place takes the findings over."""

    into = forms.ChoiceField(
        label="Které místo zůstane",
        widget=forms.RadioSelect,
        error_messages={"required": "Vyberte místo, které zůstane.", "invalid_choice": "Takové místo tu už není."},
    )

    def __init__(self, *args: Any, around: list[tuple[Place, float]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.around = {str(place.pk): place for place, _ in around}
        field: Any = self.fields["into"]
        field.choices = [(str(place.pk), f"{place}, {number(round(metres))} m odtud") for place, metres in around]

    @property
    def target(self) -> Place:
        return self.around[self.cleaned_data["into"]]


class SplitPlaceForm(forms.Form):
    """What the new place is called; which findings belong to it is ticked in the table."""

    name = PlainField(
        label="Název nového místa",
        max_length=120,
        error_messages={"required": "Napište, jak se bude nové místo jmenovat."},
    )


class MovePlaceForm(EditGuard, forms.ModelForm):
    """Where a place lies, in degrees; a tap on the map fills both."""

    class Meta:
        model = Place
        fields = ("latitude", "longitude")

    def clean(self) -> Any:
        cleaned = super().clean()
        said = self.cleaned_data
        if {"latitude", "longitude"} <= said.keys() and not Bounds(*settings.CITY_BOUNDS).hold(
            said["longitude"], said["latitude"]
        ):
            self.add_error("latitude", "Poloha je mimo město.")
        return cleaned
