"""Input about one duty: what it really was, and the reasons that stay with it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from apk.calendar import LOCAL, ImpossibleTimeError, instant, local_date
from apk.edits import EditGuard
from apk.plain_text import readable
from patrols.attendance_approval import Correction
from patrols.duties import Duty, Span
from patrols.forms import ClockField

PAUSES = 2
"""How many breaks the form takes; more when the duty has more."""
NAMES = ("Přestávka", "Druhá přestávka")
SLIP = timedelta(hours=6)
"""A start moved by less may have moved over midnight."""


class ReasonForm(forms.Form):
    """Why; the reason stays readable."""

    reason = forms.CharField(
        label="Proč",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Napište proč. Důvod zůstane u záznamu."},
    )

    def clean_reason(self) -> str:
        return readable(self.cleaned_data["reason"])


class ClocksForm(ReasonForm):
    """The clocks of a duty as they are known: its ends and a pair for each break, two pairs at least."""

    starts = ClockField(label="Začátek služby")
    ends = ClockField(label="Konec služby")

    def __init__(self, *args: Any, day: date, duty: Duty | None, **options: Any) -> None:
        self.day, self.duty = day, duty
        self.known = instants_of(duty) if duty else {}
        self.pauses = [pause_names(n) for n in range(1, max(PAUSES, len(duty.breaks) if duty else 0) + 1)]
        options["initial"] = {name: clock_of(moment) for name, moment in self.known.items()}
        super().__init__(*args, **options)
        for name in ("starts", "ends"):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = "Napište čas, například 8:00."
        for number, (begins, ends) in enumerate(self.pauses):
            called = NAMES[number] if number < len(NAMES) else f"{number + 1}. přestávka"
            self.fields[begins] = ClockField(label=f"{called} od")
            self.fields[ends] = ClockField(label=f"{called} do")
        self.order_fields(["starts", "ends", *(name for names in self.pauses for name in names), "reason"])

    def pause_fields(self) -> Iterator[tuple[BoundField, BoundField]]:
        """The two fields of each break."""
        return ((self[begins], self[ends]) for begins, ends in self.pauses)


class DutyForm(EditGuard, ClocksForm):
    """From when to when a duty really was, with its breaks; a clock not later than the start is on the next day.

    `correction` of the cleaned form says it in instants. Where a clock is left as it was, the instant stays to the
    second.
    """

    def clean(self) -> Any:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        try:
            self.cleaned_data["correction"] = self.correction()
        except ImpossibleTimeError as error:
            self.add_error(None, str(error))
        return self.cleaned_data

    def correction(self) -> Correction:
        """Raises ImpossibleTimeError for an hour that the clocks skip."""
        start = self.start()
        end = self.instant("ends", start)
        pauses: list[Span] = []
        for names in self.pauses:
            given = [self.cleaned_data.get(name) is not None for name in names]
            if all(given):
                begins = self.instant(names[0], start)
                pauses.append((begins, self.instant(names[1], begins)))
            elif any(given):
                self.add_error(names[given.index(False)], "Napište začátek i konec přestávky.")
        return Correction(self.duty.first if self.duty else None, (start, end), tuple(sorted(pauses)))

    def start(self) -> datetime:
        """The start as typed: near the one that is known, by whichever midnight; else on the day that was opened.

        Raises ImpossibleTimeError as `correction` does.
        """
        clock: time = self.cleaned_data["starts"]
        known = self.known.get("starts")
        if known is None:
            return instant(self.day, clock)
        if clock_of(known) == clock:
            return known
        noted = known.astimezone(LOCAL).replace(tzinfo=None)
        days = (noted.date() + timedelta(days=n) for n in (-1, 0, 1))
        off, nearest = min((abs(datetime.combine(day, clock) - noted), day) for day in days)
        return instant(nearest if off < SLIP else self.day, clock)

    def instant(self, name: str, after: datetime) -> datetime:
        """The first instant after `after` when clocks show what was typed, unless it is the one that is known.

        Raises ImpossibleTimeError as `correction` does.
        """
        clock: time = self.cleaned_data[name]
        known = self.known.get(name)
        if known is not None and clock_of(known) == clock:
            return known
        day = local_date(after)
        moment = instant(day, clock)
        return moment if moment > after else instant(day + timedelta(days=1), clock)


def pause_names(number: int) -> tuple[str, str]:
    """What the two fields of a break are called, the first being number 1."""
    return f"pause_{number}_starts", f"pause_{number}_ends"


def instants_of(duty: Duty) -> Mapping[str, datetime]:
    """What a duty says to the fields of the form."""
    found = {"starts": duty.start, "ends": duty.end}
    for number, pause in enumerate(duty.breaks, start=1):
        found |= dict(zip(pause_names(number), (pause.start, pause.end), strict=True))
    return {name: moment for name, moment in found.items() if moment is not None}


def clock_of(moment: datetime) -> time:
    """The local clock of an instant, to the minute."""
    return moment.astimezone(LOCAL).time().replace(second=0, microsecond=0)
