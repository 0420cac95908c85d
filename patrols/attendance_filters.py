"""Which part of a month's attendance is shown, as the address says."""

from datetime import datetime
from typing import ClassVar

from django.http import QueryDict

from apk import czech
from apk.filters import Filter, choice
from apk.forms import DayField
from apk.people.models import User
from patrols.attendance_days import DayRow, Months, is_troubled, rows_in

TROUBLED = "chybi"


class AttendanceFilter(Filter):
    """Narrows the attendance of some months. Makes one query for its choices, for those who see others."""

    asistent = choice("Asistent", "Takového asistenta neznáme.")
    den = DayField(label="Den", required=False)
    stav = choice("Co ukázat", "Vybrat jde jen dny, kde něco chybí.")

    spoken: ClassVar = {"den": czech.day}

    def __init__(self, data: QueryDict, *, user: User, months: Months) -> None:
        super().__init__(data)
        self.user, self.months = user, months
        self.offer("stav", "všechno", [(TROUBLED, "jen kde něco chybí")])
        self.offer_assistants(user)

    def rows(self, now: datetime) -> list[DayRow]:
        """The rows that the user may see and the valid parts of the filter let through. Three queries."""
        chosen = self.chosen
        person = int(chosen["asistent"]) if "asistent" in chosen else None
        return [
            row
            for row in rows_in(self.months, self.user, person)
            if ("den" not in chosen or row.day == chosen["den"]) and ("stav" not in chosen or is_troubled(row, now))
        ]
