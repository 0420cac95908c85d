"""Input about one duty: what it really was, and the reasons that stay with it."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms

from apk.calendar import LOCAL, ImpossibleTimeError, instant
from apk.edits import EditGuard
from apk.plain_text import readable
from patrols.attendance_approval import Correction
from patrols.duties import Duty, Span
from patrols.forms import ClockField

PAUSES = (1, 2)
"""How many breaks the form takes."""
NO_DUTY = "none"


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


class DutyForm(EditGuard, ReasonForm):
    """From when to when a duty really was, with its breaks; a clock earlier than the one before is on the next day.

    `correction` of the cleaned form says it in instants. Where a clock is left as it was, the instant stays to the
    second.
    """

    starts = ClockField(label="Začátek služby")
    ends = ClockField(label="Konec služby")
    pause_1_starts = ClockField(label="Přestávka od")
    pause_1_ends = ClockField(label="Přestávka do")
    pause_2_starts = ClockField(label="Druhá přestávka od")
    pause_2_ends = ClockField(label="Druhá přestávka do")
    field_order = ("starts", "ends", "pause_1_starts", "pause_1_ends", "pause_2_starts", "pause_2_ends", "reason")

    def __init__(self, *args: Any, day: date, duty: Duty | None, **options: Any) -> None:
        self.day, self.duty = day, duty
        self.known = instants_of(duty) if duty else {}
        clocks = {name: clock_of(moment) for name, moment in self.known.items()}
        super().__init__(*args, initial=clocks, **options)
        for name in ("starts", "ends"):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = "Napište čas, například 8:00."
        for number in PAUSES:
            self.fields[f"pause_{number}_starts"].help_text = ""

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
        start = self.instant("starts", None)
        end = self.instant("ends", start)
        pauses: list[Span] = []
        for number in PAUSES:
            names = f"pause_{number}_starts", f"pause_{number}_ends"
            given = [self.cleaned_data.get(name) is not None for name in names]
            if all(given):
                begins = self.instant(names[0], start)
                pauses.append((begins, self.instant(names[1], begins)))
            elif any(given):
                self.add_error(names[given.index(False)], "Napište začátek i konec přestávky.")
        return Correction(self.duty.first if self.duty else None, (start, end), tuple(sorted(pauses)))

    def instant(self, name: str, after: datetime | None) -> datetime:
        """The instant of a clock on the day of the duty; one not later than `after` is on the next day."""
        clock: time = self.cleaned_data[name]
        known = self.known.get(name)
        if known is not None and clock_of(known) == clock:
            return known
        moment = instant(self.day, clock)
        return moment if after is None or moment > after else instant(self.day + timedelta(days=1), clock)


def instants_of(duty: Duty) -> Mapping[str, datetime]:
    """What a duty says to the fields of the form."""
    found = {"starts": duty.start, "ends": duty.end}
    for number, pause in zip(PAUSES, duty.breaks, strict=False):
        found |= {f"pause_{number}_starts": pause.start, f"pause_{number}_ends": pause.end}
    return {name: moment for name, moment in found.items() if moment is not None}


def clock_of(moment: datetime) -> time:
    """The local clock of an instant, to the minute."""
    return moment.astimezone(LOCAL).time().replace(second=0, microsecond=0)
