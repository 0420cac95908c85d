"""Which activities a list shows, as its address says. Every figure of a summary leads here by these names."""

from typing import Any, ClassVar

from django.db.models import Exists, OuterRef
from django.http import QueryDict

from apk.filters import PeriodFilter, SortedFilter, choice
from apk.localities.models import Locality
from apk.people.models import User
from patrols.models import (
    Activity,
    ActivityCount,
    ActivityKind,
    ActivityQuerySet,
    CalledPatrol,
    Counter,
    Organisation,
    ReferralReason,
)

ANY = "ano"
OUTSIDE = "mimo"
WITHDRAWN = "vzate-zpet"


class ActivityFilter(PeriodFilter, SortedFilter):
    """The filter in the address of the list of activities and of its export. Makes seven queries for its choices."""

    druh = choice("Druh činnosti", "Takový druh činnosti neznáme.")
    lokalita = choice("Lokalita", "Takovou lokalitu neznáme.")
    asistent = choice("Asistent", "Takového asistenta neznáme.")
    pocet = choice("Zapsané počty", "Takový počet neznáme.")
    organizace = choice("Zprostředkovaná pomoc", "Takovou organizaci neznáme.")
    duvod = choice("Důvod pomoci", "Takový důvod neznáme.")
    hlidka = choice("Přivolaná hlídka", "Takovou hlídku neznáme.")
    stav = choice("Platnost", "Vybrat jde jen činnosti vzaté zpět.")

    orders: ClassVar = {
        "cas": ("at",),
        "druh": ("kind__position", "kind__sort_key"),
        "lokalita": ("locality__sort_key",),
        "asistent": ("assistant__user__sort_key",),
    }
    first_order: ClassVar = "-cas"

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        self.offer("druh", "všechny", ActivityKind.objects.values_list("pk", "name"))
        localities = Locality.objects.visible_to(user).values_list("pk", "name")
        self.offer("lokalita", "všechny", [(OUTSIDE, "bez lokality"), *localities])
        self.offer("pocet", "nerozhodují", [(ANY, "jakýkoli počet"), *Counter.objects.values_list("pk", "name")])
        organisations = Organisation.objects.values_list("pk", "name")
        self.offer("organizace", "nerozhoduje", [(ANY, "jakákoli pomoc"), *organisations])
        self.offer("duvod", "všechny", ReferralReason.objects.values_list("pk", "name"))
        patrols = CalledPatrol.objects.values_list("pk", "name")
        self.offer("hlidka", "nerozhoduje", [(ANY, "jakákoli hlídka"), *patrols])
        self.offer("stav", "jen platné", [(WITHDRAWN, "vzaté zpět")])
        self.offer_assistants(user)

    def activities(self) -> ActivityQuerySet:
        """The activities that the user may see and the valid parts of the filter let through, in the order asked for.

        Those taken back are shown apart from those that count, never among them.
        """
        chosen = self.chosen
        found = Activity.objects.visible_to(self.user).between(chosen.get("od"), chosen.get("do"))
        found = found.withdrawn() if "stav" in chosen else found.standing()
        if "mesic" in chosen:
            found = found.in_month(chosen["mesic"])
        found = found.filter(**conditions(chosen))
        if "pocet" in chosen:
            numbers = ActivityCount.objects.filter(activity=OuterRef("pk"))
            found = found.filter(Exists(numbers if chosen["pocet"] == ANY else numbers.filter(counter=chosen["pocet"])))
        return found.order_by(*self.order_by, "-at", "pk")

    def counts(self) -> dict[str, int]:
        """The figures of the activities; when the filter asks for one counter, "counted" adds up that one alone."""
        counter = self.chosen.get("pocet", ANY)
        return self.activities().counts(None if counter == ANY else int(counter))


def conditions(chosen: dict[str, Any]) -> dict[str, Any]:
    """What the chosen entries of code lists ask of the columns."""
    columns = {"druh": "kind", "asistent": "assistant", "duvod": "reason"}
    asked = {column: chosen[name] for name, column in columns.items() if name in chosen}
    for name, column in (("organizace", "organisation"), ("hlidka", "called_patrol")):
        if chosen.get(name) == ANY:
            asked[f"{column}__isnull"] = False
        elif name in chosen:
            asked[column] = chosen[name]
    if chosen.get("lokalita") == OUTSIDE:
        asked["locality__isnull"] = True
    elif "lokalita" in chosen:
        asked["locality"] = chosen["lokalita"]
    return asked
