"""Which findings a list shows, as its address says. Every figure of a summary leads here by these names.

A value that makes no sense is named in a sentence and narrows nothing: no row is hidden because of a typing mistake.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from apk import czech
from apk.filters import PeriodFilter, SortedFilter, choice
from apk.forms import DayField
from apk.localities.fields import BoxField
from apk.localities.models import District, Locality
from apk.people.access import Permission
from apk.people.models import User
from findings import custody
from findings.clusters import within
from findings.models import Finding, FindingQuerySet, Place, PlaceKind, ReviewState, Source

OUTSIDE = "mimo"
WITHDRAWN, MERGED = "vzate-zpet", "sloucene"
# How the map draws what is found; without it, marks.
DENSITY = "hustota"

# What became of the pieces: in the address, in Czech, and which findings it lets through.
DISPOSAL: dict[str, tuple[str, Callable[[FindingQuerySet], FindingQuerySet]]] = {
    "predano": ("předané do konce měsíce nálezu", custody.handed_in_month),
    "drzeno": ("na konci měsíce nálezu v držení", custody.held_in_month),
    "bez-boxu": ("v žádném boxu", custody.in_no_box),
}

# Those that count nowhere, by the reason.
VALIDITY: dict[str, Callable[[FindingQuerySet], FindingQuerySet]] = {
    WITHDRAWN: lambda found: found.withdrawn(),
    MERGED: lambda found: found.in_review(ReviewState.MERGED),
}

# What the desk has said to those that count: in the address, and in Czech.
REVIEWED: dict[str, tuple[ReviewState, str]] = {
    "novy": (ReviewState.NEW, "nové, čekají na kontrolu"),
    "potvrzeny": (ReviewState.CONFIRMED, "potvrzené"),
    "vraceny": (ReviewState.RETURNED, "vrácené s otázkou"),
}

# What a part of the filter lets through, for parts that stand alone.
NARROWED: dict[str, Callable[[FindingQuerySet, Any], FindingQuerySet]] = {
    "mesic": lambda found, month: found.in_month(month),
    "den": lambda found, day: found.on(day),
    "lokalita": lambda found, key: found.outside_localities() if key == OUTSIDE else found.filter(locality=key),
    "obvod": lambda found, key: found.filter(locality__district=key),
    "asistent": lambda found, key: found.filter(assistant=key),
    "druh": lambda found, kind: found.filter(place_kind=kind),
    "zdroj": lambda found, source: found.filter(source=source),
    "kontrola": lambda found, state: found.in_review(REVIEWED[state][0]),
    "deti": lambda found, _: found.filter(child_accessible=True),
    "misto": lambda found, place: found.filter(place=place),
    "vyrez": within,
}


class FindingFilter(PeriodFilter, SortedFilter):
    """The filter in the address of the list of findings and of its export; every part of it is optional.

    Makes three queries for its choices, one more when it names a place.
    """

    lokalita = choice("Lokalita", "Takovou lokalitu neznáme.")
    obvod = choice("Městský obvod", "Takový městský obvod neznáme.")
    asistent = choice("Asistent", "Takového asistenta neznáme.")
    druh = choice("Druh místa", "Takový druh místa neznáme.")
    zdroj = choice("Jak se o nálezu ví", "Takový zdroj nálezů neznáme.")
    deti = choice("Dostupné dětem", "U dostupnosti dětem jde vybrat jen „ano“.")
    stav = choice("Platnost", "Takovou platnost neznáme.")
    kontrola = choice("Kontrola", "Takový stav kontroly neznáme.")
    likvidace = choice("Likvidace", "Takový stav likvidace neznáme.")
    predano_od = DayField(label="Předáno od", required=False, widget=forms.HiddenInput)
    predano_do = DayField(label="Předáno do", required=False, widget=forms.HiddenInput)
    drzi_se = DayField(label="V držení dne", required=False, widget=forms.HiddenInput)
    den = DayField(label="Den", required=False, widget=forms.HiddenInput)
    misto = forms.CharField(label="Místo nálezu", required=False, widget=forms.HiddenInput)
    vyrez = BoxField(label="Výřez mapy", required=False, widget=forms.HiddenInput)
    mapa = forms.ChoiceField(
        label="Kresba mapy",
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "Takovou kresbu mapy neznáme."},
    )

    spoken: ClassVar = PeriodFilter.spoken | {
        "den": czech.day,
        "predano_od": lambda day: f"předané od {czech.day(day)}",
        "predano_do": lambda day: f"předané do {czech.day(day)}",
        "drzi_se": lambda day: f"{czech.day(day)} v držení",
        "misto": str,
        "vyrez": lambda _: "jen výřez mapy",
    }
    silent: ClassVar = SortedFilter.silent | {"mapa"}
    orders: ClassVar = {
        "cas": ("found_at",),
        "misto": ("place__sort_key",),
        "lokalita": ("locality__sort_key",),
        "asistent": ("assistant__user__sort_key",),
        "kusu": ("pieces",),
    }
    first_order: ClassVar = "-cas"

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        localities = Locality.objects.visible_to(user).values_list("pk", "name")
        self.offer("lokalita", "všechny", [(OUTSIDE, "mimo lokality"), *localities])
        self.offer("druh", "všechny", PlaceKind.choices)
        self.offer("zdroj", "všechny", Source.choices)
        self.offer("mapa", "značky", [(DENSITY, "hustota")])
        self.offer("deti", "nerozhoduje", [("ano", "dostupné dětem")])
        self.offer("stav", "platné", [(WITHDRAWN, "vzaté zpět"), (MERGED, "sloučené s jinými")])
        self.offer("kontrola", "nerozhoduje", [(name, label) for name, (_, label) in REVIEWED.items()])
        self.offer("likvidace", "nerozhoduje", [(name, label) for name, (label, _) in DISPOSAL.items()])
        self.offer_assistants(user)
        # Who sees only their own findings needs no narrowing by district.
        if user.may(Permission.VIEW_PEOPLE):
            self.offer("obvod", "všechny", District.objects.visible_to(user).values_list("pk", "name"))
        else:
            del self.fields["obvod"]

    def clean_misto(self) -> Place | None:
        text = self.cleaned_data["misto"]
        if not text:
            return None
        known = text.isascii() and text.isdigit() and len(text) <= 18
        place = Place.objects.visible_to(self.user).filter(pk=int(text)).first() if known else None
        if place is None:
            raise forms.ValidationError("Takové místo nálezu neznáme.", code="invalid")
        return place

    def findings(self) -> FindingQuerySet:
        """The findings that the user may see and the valid parts of the filter let through, in the order asked for.

        Without a word about it those that count, so that a list and its figures agree.
        """
        chosen = self.chosen
        found = Finding.objects.visible_to(self.user).between(chosen.get("od"), chosen.get("do"))
        found = VALIDITY[chosen["stav"]](found) if "stav" in chosen else found.standing()
        for name, narrowed in NARROWED.items():
            if name in chosen:
                found = narrowed(found, chosen[name])
        found = disposed_of(found, chosen)
        return found.order_by(*self.order_by, "-found_at", "pk")


def disposed_of(found: FindingQuerySet, chosen: dict[str, Any]) -> FindingQuerySet:
    """Narrowed by what became of the pieces."""
    if "likvidace" in chosen:
        found = DISPOSAL[chosen["likvidace"]][1](found)
    if "predano_od" in chosen or "predano_do" in chosen:
        found = custody.handed_over(found, chosen.get("predano_od"), chosen.get("predano_do"))
    if "drzi_se" in chosen:
        found = custody.held(found, chosen["drzi_se"])
    return found
