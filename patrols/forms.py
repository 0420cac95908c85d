"""Input of the week plan: a shift, and the week to look at."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from apk.calendar import LOCAL, ImpossibleTimeError, instant, local_date
from apk.forms import DayField
from apk.localities.models import Locality
from apk.people.models import Assistant, Mentorship, User
from patrols.models import Shift, ShiftTemplate

FIRST_TIMES = {
    "06:00-14:00": "Ranní 6:00–14:00",
    "14:00-22:00": "Odpolední 14:00–22:00",
    "22:00-06:00": "Noční 22:00–6:00, končí následující den",
    "08:00-16:00": "Denní 8:00–16:00",
}
"""What is offered until the mentors have a template of their own."""
OTHER_TIME = "other"
OTHER_TIME_LABEL = "Jiný čas od–do; je-li „do“ dřív než „od“, směna končí následující den"


def usual_times() -> dict[str, str]:
    """Labels of the usual times by "06:00-14:00": the templates of one part, as the plan of the month offers them."""
    offered = {}
    for template in ShiftTemplate.objects.all():
        if len(template.parts) == 1:
            over_midnight = ", končí následující den" if template.ends < template.starts else ""
            offered[span_of(template.starts, template.ends)] = f"{template}{over_midnight}"
    return offered or FIRST_TIMES


def span_of(starts: time, ends: time) -> str:
    return f"{starts:%H:%M}-{ends:%H:%M}"


class ClockField(forms.TimeField):
    """A time of day in hours and minutes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            input_formats=["%H:%M", "%H.%M", "%H"],
            error_messages={"invalid": "Zadejte čas, například 8:00."},
            required=False,
            **options,
        )


class WeekPicker(forms.Form):
    """Any day of the week to look at."""

    den = DayField(label="Týden, do kterého patří den")


class CopyForm(forms.Form):
    """Whose shifts to copy from the week before; nobody chosen means everybody."""

    asistent = forms.ModelChoiceField(
        Assistant.objects.none(),
        label="Čí směny",
        required=False,
        empty_label="Všech, které vedu",
        error_messages={"invalid_choice": "Takového asistenta nevedete."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "asistent", Assistant.objects.visible_to(user).select_related("user"))


def offer(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Lets a field of the form choose among these rows."""
    form.fields[name].queryset = rows  # type: ignore[attr-defined]  # a field that chooses among rows


class ShiftForm(forms.Form):
    """Where and when a shift is; `times` of the cleaned form are instants.

    Whether the plan takes the shift is for the verbs of `Shift` to say; the form offers what can be chosen that day.
    """

    day = DayField(label="Den začátku")
    locality = forms.ModelChoiceField(
        Locality.objects.none(),
        label="Lokalita",
        empty_label="Vyberte lokalitu",
        error_messages={
            "required": "Vyberte lokalitu.",
            "invalid_choice": "Tato lokalita se v ten den neobchází. Vyberte jinou.",
        },
    )
    usual = forms.ChoiceField(
        label="Čas směny",
        widget=forms.RadioSelect,
        error_messages={"required": "Vyberte čas směny."},
    )
    starts = ClockField(label="Jiný čas od")
    ends = ClockField(label="Jiný čas do")
    note = forms.CharField(label="Poznámka", required=False, max_length=200)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.usual_times = usual_times()
        offered = [*self.usual_times.items(), (OTHER_TIME, OTHER_TIME_LABEL)]
        self.fields["usual"].choices = offered  # type: ignore[attr-defined]  # a field that chooses among words
        self.chosen_day = self._chosen_day()
        offer(self, "locality", Locality.objects.visible_to(user).open_on(self.chosen_day))

    def _chosen_day(self) -> date:
        """The day as far as it can be told before the form is checked; today when it cannot."""
        value = self["day"].value()
        try:
            return self.fields["day"].clean(value)
        except ValidationError:
            return local_date(timezone.now())

    def clean(self) -> None:
        clocks = self._clocks()
        day = self.cleaned_data.get("day")
        if clocks is None or day is None:
            return
        starts, ends = clocks
        try:
            start = self.instant(day, starts)
            end = self.instant(day if ends > starts else day + timedelta(days=1), ends)
        except ImpossibleTimeError as error:
            self.add_error("starts", str(error))
        else:
            self.cleaned_data["start"], self.cleaned_data["end"] = start, end

    def _clocks(self) -> tuple[time, time] | None:
        """The start and the end on the clock, from the usual time or typed; None when there is an error already."""
        usual = self.cleaned_data.get("usual")
        if usual is None or self.errors.keys() & {"starts", "ends"}:
            return None
        starts, ends = self.cleaned_data["starts"], self.cleaned_data["ends"]
        if usual in self.usual_times:
            clocks = tuple(time.fromisoformat(clock) for clock in usual.split("-"))
            if starts not in (None, clocks[0]) or ends not in (None, clocks[1]):
                self.add_error("usual", "Zadali jste i jiný čas. Vyberte „Jiný čas“, nebo políčka s časem vymažte.")
                return None
            return clocks[0], clocks[1]
        if starts is None:
            self.add_error("starts", "Zadejte, v kolik směna začíná.")
        if ends is None:
            self.add_error("ends", "Zadejte, v kolik směna končí.")
        if starts is None or ends is None:
            return None
        if starts == ends:
            self.add_error("ends", "Konec je stejný jako začátek.")
            return None
        return starts, ends

    def instant(self, day: date, clock: time) -> datetime:
        """The instant of a typed time. Raises ImpossibleTimeError."""
        return instant(day, clock)

    @property
    def clocks(self) -> list[forms.BoundField]:
        """The inputs of „Jiný čas“."""
        return [self["starts"], self["ends"]]

    @property
    def shift(self) -> dict[str, Any]:
        """What the verbs of `Shift` want of a valid form."""
        return {name: self.cleaned_data[name] for name in ("locality", "start", "end", "note")}


class NewShiftForm(ShiftForm):
    """A shift of somebody whom the mentor leads and who is employed on the chosen day."""

    assistant = forms.ModelChoiceField(
        Assistant.objects.none(),
        label="Asistent",
        empty_label="Vyberte asistenta",
        error_messages={
            "required": "Vyberte asistenta.",
            "invalid_choice": "Tohoto asistenta v ten den nevedete, nebo není zaměstnaný. Vyberte jiného.",
        },
    )
    field_order = ["assistant"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        led = Mentorship.objects.on(self.chosen_day).filter(assistant=OuterRef("pk"), mentor__user=user)
        employed = Assistant.objects.employed_on(self.chosen_day)
        offer(self, "assistant", employed.filter(Exists(led)).select_related("user"))

    @property
    def shift(self) -> dict[str, Any]:
        return {**super().shift, "assistant": self.cleaned_data["assistant"]}


class ShiftChangeForm(ShiftForm):
    """Another place or time for a shift; `seen` is the revision that the mentor decided upon."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, current: Shift, **kwargs: Any) -> None:
        self.current = current
        super().__init__(*args, user=user, initial=values_of(current), **kwargs)

    def instant(self, day: date, clock: time) -> datetime:
        """As typed, but a time left as it was stays the very same instant, also within the hour that comes twice."""
        for kept in (self.current.start, self.current.end):
            if kept.astimezone(LOCAL).replace(tzinfo=None) == datetime.combine(day, clock):
                return kept
        return super().instant(day, clock)

    def show_anew(self, current: Shift) -> None:
        """Makes saving once more a decision upon `current`, keeping what was typed."""
        self.data = {**dict(self.data.items()), "seen": current.revision}

    @property
    def shift(self) -> dict[str, Any]:
        return {**super().shift, "seen": self.cleaned_data["seen"]}


def values_of(shift: Shift) -> dict[str, Any]:
    """Initial values of a form about an existing shift."""
    start, end = (moment.astimezone(LOCAL).time() for moment in (shift.start, shift.end))
    values = {"day": shift.starts_on, "locality": shift.locality_id, "note": shift.note, "seen": shift.revision}
    usual = span_of(start, end)
    if usual in usual_times():
        return values | {"usual": usual}
    return values | {"usual": OTHER_TIME, "starts": start, "ends": end}
