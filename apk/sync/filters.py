"""Which received records a list shows, as its address says."""

from typing import ClassVar

from django.http import QueryDict

from apk import czech
from apk.days import instants_within
from apk.filters import Filter, choice
from apk.forms import DayField
from apk.people.models import Assistant, User
from apk.sync.models import ReviewedQuerySet

OPEN, DECIDED = "ceka", "rozhodnuto"


class ReceivedFilter(Filter):
    """By the day of arrival and by whose records they are. `received` names the column of the arrival, `whose` that of
    the person. Makes one query for its choices.
    """

    asistent = choice("Asistent", "Takového asistenta neznáme.")
    od = DayField(label="Přijato od", required=False)
    do = DayField(label="Přijato do", required=False)

    spoken: ClassVar = {"od": lambda day: f"od {czech.day(day)}", "do": lambda day: f"do {czech.day(day)}"}

    def __init__(self, data: QueryDict, *, user: User, received: str = "received_at", whose: str = "user") -> None:
        super().__init__(data)
        self.received, self.whose = received, whose
        assistants = Assistant.objects.visible_to(user).select_related("user")
        self.offer("asistent", "všichni", [(assistant.user_id, str(assistant)) for assistant in assistants])

    def apply(self, rows: ReviewedQuerySet) -> ReviewedQuerySet:
        """Those of `rows` that the valid parts let through."""
        found = rows.filter(instants_within(self.received, self.chosen.get("od"), self.chosen.get("do")))
        return found.filter(**{self.whose: self.chosen["asistent"]}) if "asistent" in self.chosen else found


class DecisionFilter(ReceivedFilter):
    """Also by whether somebody has decided about them."""

    stav = choice("Stav", "Takový stav neznáme.")

    def __init__(self, data: QueryDict, *, user: User, received: str = "receipt__received_at") -> None:
        super().__init__(data, user=user, received=received, whose="receipt__user")
        self.offer("stav", "všechny", [(OPEN, "čekají na rozhodnutí"), (DECIDED, "rozhodnuté")])

    def apply(self, rows: ReviewedQuerySet) -> ReviewedQuerySet:
        found = super().apply(rows)
        stav = self.chosen.get("stav")
        return found if stav is None else found.filter(decision__isnull=stav == OPEN)
