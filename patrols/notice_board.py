"""The published plan of a month as a PDF for the notice board: who works when, nothing that only the desk knows."""

from collections import defaultdict
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from apk import czech
from apk.calendar import Month, holiday
from apk.people.models import Assistant, User
from apk.typesetting import typeset
from patrols.models import Announcement

TEMPLATE = Path(__file__).with_name("notice_board.typ")


def document(month: Month, reader: User, printed: datetime) -> bytes:
    """The announced shifts of those whom `reader` sees, on A3 across; three queries. `printed` is said on the sheet."""
    return typeset(
        TEMPLATE,
        data_of(month, reader, printed),
        moment=datetime.combine(month.first_day, time(), UTC),
        standards=("a-2a", "ua-1"),
    )


def data_of(month: Month, reader: User, printed: datetime) -> dict[str, Any]:
    """Words ready to be printed: days with a mark for those off, and for each person the clocks of each day."""
    told = Announcement.objects.visible_to(reader).standing()
    shifts = told.starting_within(month.first_day, month.last_day).select_related("locality").defer("locality__area")
    cells: dict[tuple[int, int], list[str]] = defaultdict(list)
    for shift in shifts:
        cells[shift.assistant_id, shift.starts_on.day] += [shift.brief, str(shift.locality)]
    people = Assistant.objects.visible_to(reader).filter(pk__in={person for person, _ in cells}).select_related("user")
    return {
        "title": f"Plán směn, {czech.month(month.first_day)}",
        "printed": f"Stav k {czech.moment(printed)}. Změny oznamuje mentor v aplikaci.",
        "date": [month.first_day.year, month.first_day.month, month.first_day.day],
        "days": [
            {
                "label": [czech.WEEKDAYS_SHORT[day.weekday()], f"{day.day}."],
                "off": bool(holiday(day)) or day.isoweekday() > 5,
            }
            for day in month.days
        ],
        "rows": [
            {
                "name": person.user.full_name,
                "cells": [cells[person.pk, day.day] for day in month.days],
            }
            for person in people
        ],
        "empty": "V tomto měsíci zatím není zveřejněná žádná směna.",
    }
