"""Monthly timesheets (výkaz práce) as one frozen value: what the page shows and documents print. Pure.

Every time is in whole seconds. It knows neither the database nor how anything is counted.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, Self

from apk import czech
from apk.calendar import Month

SCHEMA: Final = 1

COLUMNS: Final = {
    "worked": "Odpracováno",
    "breaks": "Přestávky",
    "overtime": "Přesčas",
    "night": "Noční",
    "weekend": "Víkend",
    "on_holiday": "Svátek",
}
"""Hours that were worked, and parts of them, by the names of `patrols.month_hours`."""

FACTS: Final = {
    "fund": "Fond hodin",
    "planned": "Plán směn",
    "worked": "Odpracováno",
    "overtime": "z toho přesčas",
    "night": "z toho v noci",
    "weekend": "z toho o víkendu",
    "on_holiday": "z toho ve svátek",
    "holiday_off": "Svátky bez práce",
    "credited": "Započteno celkem",
    "balance": "Rozdíl proti fondu",
}
"""The sums of a sheet in the order in which they stand."""


@dataclass(frozen=True)
class Line:
    """One local day. `plan` and `duty` are clocks as people write them, on the day when they begin; `note` says what
    else the day was: a holiday, an absence."""

    day: date
    plan: str
    duty: str
    worked: int
    night: int
    weekend: int
    on_holiday: int
    note: str


@dataclass(frozen=True)
class Sheet:
    """One person's month.

    `sums` are named as in `FACTS`, with `breaks`; `away` are (kind in words, seconds) that count, `not_credited` those
    that do not. `unapproved` is the number of days that the mentor has not approved yet.
    """

    name: str
    personal_number: str
    fte: str
    mentors: str
    lines: tuple[Line, ...]
    sums: Mapping[str, int]
    away: tuple[tuple[str, int], ...]
    not_credited: tuple[tuple[str, int], ...]
    unapproved: int

    @property
    def standing(self) -> str:
        """„docházka schválená", or how many days are not."""
        if not self.unapproved:
            return "docházka schválená"
        return f"{czech.counted(self.unapproved, 'den', 'dny', 'dnů')} docházky neschváleno"


@dataclass(frozen=True)
class Timesheet:
    """The sheets of a month, with the project that pays for it; empty texts where there is none."""

    month: Month
    city: str
    project_name: str
    project_number: str
    publicity: str
    sheets: tuple[Sheet, ...]

    @property
    def title(self) -> str:
        return f"Výkaz práce, {czech.month(self.month.first_day)}"

    def as_json(self) -> dict[str, Any]:
        """Its JSON form; `from_json` gives the value back."""
        content = asdict(self)
        content["month"] = str(self.month)
        for sheet in content["sheets"]:
            for line in sheet["lines"]:
                line["day"] = line["day"].isoformat()
        return {"schema": SCHEMA, **content}

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON form."""
        text = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Raises ValueError for another schema."""
        if content["schema"] != SCHEMA:
            raise ValueError(f"timesheets of schema {content['schema']}")
        return cls(
            month=Month.parse(content["month"]),
            city=content["city"],
            project_name=content["project_name"],
            project_number=content["project_number"],
            publicity=content["publicity"],
            sheets=tuple(
                Sheet(
                    **{
                        **sheet,
                        "lines": tuple(
                            Line(**{**line, "day": date.fromisoformat(line["day"])}) for line in sheet["lines"]
                        ),
                        "away": tuple((label, seconds) for label, seconds in sheet["away"]),
                        "not_credited": tuple((label, seconds) for label, seconds in sheet["not_credited"]),
                    }
                )
                for sheet in content["sheets"]
            ),
        )
