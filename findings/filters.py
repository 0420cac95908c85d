"""Which findings a list shows, as its address says. Every figure of a summary leads here by these names.

A value that makes no sense is named in a sentence and narrows nothing: no row is hidden because of a typing mistake.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import F
from django.http import QueryDict

from apk import czech
from apk.filters import MonthField, choice
from apk.forms import DayField
from apk.localities.models import District, Locality
from apk.people.access import Permission
from apk.people.models import Assistant, User
from findings import custody
from findings.models import Finding, FindingQuerySet, Place, PlaceKind

OUTSIDE = "mimo"
WITHDRAWN = "vzate-zpet"

# Order in the address → what the rows are sorted by; a minus before it turns it round.
ORDERS = {
    "cas": "found_at",
    "misto": "place__sort_key",
    "lokalita": "locality__sort_key",
    "asistent": "assistant__user__sort_key",
    "kusu": "pieces",
}
NEWEST_FIRST = "-cas"

# What became of the pieces: in the address, in Czech, and which findings it lets through.
DISPOSAL: dict[str, tuple[str, Callable[[FindingQuerySet], FindingQuerySet]]] = {
    "predano": ("předané do konce měsíce nálezu", custody.handed_in_month),
    "drzeno": ("na konci měsíce nálezu v držení", custody.held_in_month),
    "bez-boxu": ("v žádném boxu", custody.in_no_box),
}


class FindingFilter(forms.Form):
    """The filter in the address of the list of findings and of its export; every part of it is optional.

    Makes three queries for its choices, one more when it names a place.
    """

    mesic = MonthField(label="Měsíc")
    od = DayField(label="Od dne", required=False)
    do = DayField(label="Do dne", required=False)
    lokalita = choice("Lokalita", "Takovou lokalitu neznáme.")
    obvod = choice("Městský obvod", "Takový městský obvod neznáme.")
    asistent = choice("Asistent", "Takového asistenta neznáme.")
    druh = choice("Druh místa", "Takový druh místa neznáme.")
    deti = choice("Dostupné dětem", "U dostupnosti dětem jde vybrat jen „ano“.")
    stav = choice("Platnost", "Takovou platnost neznáme.")
    likvidace = choice("Likvidace", "Takový stav likvidace neznáme.")
    predano_od = DayField(label="Předáno od", required=False, widget=forms.HiddenInput)
    predano_do = DayField(label="Předáno do", required=False, widget=forms.HiddenInput)
    drzi_se = DayField(label="V držení dne", required=False, widget=forms.HiddenInput)
    den = DayField(label="Den", required=False, widget=forms.HiddenInput)
    misto = forms.CharField(label="Místo nálezu", required=False, widget=forms.HiddenInput)
    razeni = forms.CharField(label="Řazení", required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data, auto_id="filtr-%s", label_suffix="")
        self.user = user
        self.labels: dict[str, dict[str, str]] = {}
        localities = Locality.objects.visible_to(user).values_list("pk", "name")
        self.offer("lokalita", "všechny", [(OUTSIDE, "mimo lokality"), *localities])
        self.offer("druh", "všechny", PlaceKind.choices)
        self.offer("deti", "nerozhoduje", [("ano", "dostupné dětem")])
        self.offer("stav", "platné", [(WITHDRAWN, "vzaté zpět")])
        self.offer("likvidace", "nerozhoduje", [(name, label) for name, (label, _) in DISPOSAL.items()])
        # Those who see only their own findings have no use for the others' names.
        if user.may(Permission.VIEW_PEOPLE):
            assistants = Assistant.objects.visible_to(user).select_related("user")
            self.offer("asistent", "všichni", [(assistant.pk, str(assistant)) for assistant in assistants])
            self.offer("obvod", "všechny", District.objects.visible_to(user).values_list("pk", "name"))
        else:
            del self.fields["asistent"], self.fields["obvod"]

    def offer(self, name: str, everything: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # tells the type checker which fields these are
        self.labels[name] = {str(value): label for value, label in choices}
        field.choices = [("", everything), *self.labels[name].items()]

    def clean_misto(self) -> Place | None:
        text = self.cleaned_data["misto"]
        if not text:
            return None
        known = text.isascii() and text.isdigit() and len(text) <= 18
        place = Place.objects.visible_to(self.user).filter(pk=int(text)).first() if known else None
        if place is None:
            raise forms.ValidationError("Takové místo nálezu neznáme.", code="invalid")
        return place

    def clean_razeni(self) -> str:
        order: str = self.cleaned_data["razeni"] or NEWEST_FIRST
        if order.removeprefix("-") not in ORDERS:
            raise forms.ValidationError("Takové řazení neznáme.", code="invalid")
        return order

    def clean(self) -> None:
        first, last = self.cleaned_data.get("od"), self.cleaned_data.get("do")
        if first and last and last < first:
            self.add_error("do", "Poslední den je před prvním.")

    @property
    def order(self) -> str:
        """The order asked for, such as "-cas"."""
        self.is_valid()
        return self.cleaned_data.get("razeni") or NEWEST_FIRST

    def findings(self) -> FindingQuerySet:
        """The findings that the user may see and the valid parts of the filter let through, in the order asked for.

        Without a word about it those that count, so that a list and its figures agree.
        """
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        found = Finding.objects.visible_to(self.user).between(chosen.get("od"), chosen.get("do"))
        found = found.withdrawn() if "stav" in chosen else found.standing()
        if "mesic" in chosen:
            found = found.in_month(chosen["mesic"])
        if "den" in chosen:
            found = found.on(chosen["den"])
        if chosen.get("lokalita") == OUTSIDE:
            found = found.outside_localities()
        elif "lokalita" in chosen:
            found = found.filter(locality=chosen["lokalita"])
        if "obvod" in chosen:
            found = found.filter(locality__district=chosen["obvod"])
        if "asistent" in chosen:
            found = found.filter(assistant=chosen["asistent"])
        if "druh" in chosen:
            found = found.filter(place_kind=chosen["druh"])
        if "deti" in chosen:
            found = found.filter(child_accessible=True)
        if "misto" in chosen:
            found = found.filter(place=chosen["misto"])
        found = disposed_of(found, chosen)
        column = F(ORDERS[self.order.removeprefix("-")])
        turned = column.desc(nulls_last=True) if self.order.startswith("-") else column.asc(nulls_last=True)
        return found.order_by(turned, "-found_at", "pk")

    def words(self) -> list[tuple[str, str]]:
        """The valid parts of the filter as people say them: (name in the address, Czech words)."""
        self.is_valid()
        spoken: dict[str, Callable[[Any], str]] = {
            "mesic": lambda month: czech.month(month.first_day),
            "od": lambda day: f"od {czech.day(day)}",
            "do": lambda day: f"do {czech.day(day)}",
            "den": czech.day,
            "predano_od": lambda day: f"předané od {czech.day(day)}",
            "predano_do": lambda day: f"předané do {czech.day(day)}",
            "drzi_se": lambda day: f"{czech.day(day)} v držení",
            "misto": str,
        }
        said = []
        for name in self.fields:
            value = self.cleaned_data.get(name)
            if value and name != "razeni":
                said.append((name, spoken[name](value) if name in spoken else self.labels[name][value]))
        return said


def disposed_of(found: FindingQuerySet, chosen: dict[str, Any]) -> FindingQuerySet:
    """Narrowed by what became of the pieces."""
    if "likvidace" in chosen:
        found = DISPOSAL[chosen["likvidace"]][1](found)
    if "predano_od" in chosen or "predano_do" in chosen:
        found = custody.handed_over(found, chosen.get("predano_od"), chosen.get("predano_do"))
    if "drzi_se" in chosen:
        found = custody.held(found, chosen["drzi_se"])
    return found
