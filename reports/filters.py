"""Which shifts a list shows and which months: what their addresses may say.

A value that makes no sense is named in a sentence and narrows nothing.
"""

from django.http import QueryDict

from apk import czech
from apk.calendar import Month
from apk.filters import Filter, choice
from apk.localities.models import District, Locality
from apk.people.models import Assistant, User
from patrols.models import Shift, ShiftQuerySet


class ShiftFilter(Filter):
    """Narrows the shifts of a month, or of the months up to `until`. Makes three queries for its choices."""

    lokalita = choice("Lokalita", "Takovou lokalitu neznáme.")
    obvod = choice("Městský obvod", "Takový městský obvod neznáme.")
    asistent = choice("Asistent", "Takového asistenta neznáme.")

    def __init__(self, data: QueryDict, *, user: User, month: Month, until: Month | None = None) -> None:
        super().__init__(data)
        self.user, self.month, self.until = user, month, until or month
        self.start, self.end = self.month.start, self.until.end
        self.offer("lokalita", "všechny", Locality.objects.visible_to(user).values_list("pk", "name"))
        self.offer("obvod", "všechny", District.objects.visible_to(user).values_list("pk", "name"))
        assistants = Assistant.objects.visible_to(user).select_related("user")
        self.offer("asistent", "všichni", [(assistant.pk, str(assistant)) for assistant in assistants])

    def shifts(self) -> ShiftQuerySet:
        """Announced shifts with time in the period that the user may see, each with `seconds_within` of it."""
        columns = {"lokalita": "locality", "obvod": "locality__district", "asistent": "assistant"}
        narrowed = {columns[name]: value for name, value in self.chosen.items()}
        visible = Shift.objects.announced().visible_to(self.user).filter(**narrowed)
        return visible.within(self.start, self.end)

    def hides_some(self) -> bool:
        """Whether the period has shifts that the user may not see, whatever else the filter narrows. One query."""
        inside = Shift.objects.announced().overlapping(self.start, self.end)
        return inside.exclude(pk__in=inside.visible_to(self.user).values("pk")).exists()

    @property
    def named(self) -> str:
        """„2021-04", „2021-01 až 2021-04"."""
        return " až ".join(dict.fromkeys(map(str, (self.month, self.until))))

    @property
    def period(self) -> str:
        """„duben 2021", „leden 2021 až duben 2021"."""
        months = dict.fromkeys(czech.month(month.first_day) for month in (self.month, self.until))
        return " až ".join(months)


class MonthFilter(Filter):
    """Narrows the list of months to a year."""

    rok = choice("Rok", "Z takového roku žádný měsíc není.")

    def __init__(self, data: QueryDict, *, months: list[Month]) -> None:
        super().__init__(data)
        self.months = months
        years = sorted({month.year for month in months}, reverse=True)
        self.offer("rok", "všechny", [(year, str(year)) for year in years])

    def shown(self) -> list[Month]:
        year = self.chosen.get("rok")
        return [month for month in self.months if not year or month.year == int(year)]
