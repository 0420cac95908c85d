"""Forms of the desk's review of findings."""

from typing import Any

from django import forms

from apk.calendar import LOCAL, local_date
from apk.czech import counted, moment, number
from apk.edits import EditGuard
from apk.localities.models import Locality
from apk.people.models import User
from findings.custody_forms import PlainField
from findings.models import Finding, Place
from findings.places import NAMED_WITHIN_M, places_around

SEEN_ANOTHER = "Nález se mezitím změnil. Podívejte se na něj znovu a potom rozhodněte."


class DecisionForm(forms.Form):
    """A decision about a finding as the person saw it: `seen` is its mark then."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    # Several such forms stand on one page.
    ids = "decision-%s"

    def __init__(self, *args: Any, mark: str, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": self.ids, "initial": {"seen": mark}, **options})
        self.mark = mark

    def clean(self) -> Any:
        if self.cleaned_data.get("seen") != self.mark:
            sent: Any = self.data
            typed = sent.copy()
            typed["seen"] = self.mark
            self.data = typed
            raise forms.ValidationError(SEEN_ANOTHER, code="changed")
        return self.cleaned_data


class QuestionForm(DecisionForm):
    """What the desk wants to know."""

    ids = "question-%s"
    text = PlainField(
        label="Otázka pro asistenta",
        max_length=500,
        help_text="Přijde mu do telefonu, odpověď se vrátí sem. Bez jmen a osobních údajů lidí.",
        error_messages={"required": "Napište, na co se ptáte."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class MergeForm(DecisionForm):
    """Which of the similar findings is the same event and stays."""

    ids = "merge-%s"
    into = forms.ChoiceField(
        label="Stejná událost jako",
        widget=forms.RadioSelect,
        error_messages={"required": "Vyberte nález, který zůstane.", "invalid_choice": "Takový nález tu už není."},
    )

    def __init__(self, *args: Any, similar: list[tuple[Finding, float]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.similar = {str(finding.pk): finding for finding, _ in similar}
        field: Any = self.fields["into"]
        field.choices = [(str(finding.pk), similar_words(finding, metres)) for finding, metres in similar]
        if len(similar) == 1:
            field.initial = str(similar[0][0].pk)

    @property
    def kept(self) -> Finding:
        return self.similar[self.cleaned_data["into"]]


def similar_words(finding: Finding, metres: float) -> str:
    """What tells a similar finding from another: when, who, how much, how far."""
    when = moment(finding.found_at.astimezone(LOCAL))
    pieces = counted(finding.pieces, "kus", "kusy", "kusů")
    return f"{when}, {finding.assistant}, {pieces}, {finding.place}, {number(round(metres))} m odtud"


class RelocateForm(EditGuard, forms.Form):
    """To which place and locality a finding belongs."""

    NEW = "nove"

    place = forms.ChoiceField(
        label="Místo nálezu",
        widget=forms.RadioSelect,
        error_messages={"required": "Vyberte místo.", "invalid_choice": "Takové místo tu už není. Vyberte jiné."},
    )
    locality = forms.ModelChoiceField(
        Locality.objects.none(), label="Lokalita", required=False, empty_label="mimo lokality"
    )

    def __init__(self, *args: Any, finding: Finding, user: User, **options: Any) -> None:
        initial = {"place": str(finding.place_id), "locality": finding.locality_id}
        super().__init__(*args, **{"initial": initial, **options})
        around = places_around(finding.latitude, finding.longitude, NAMED_WITHIN_M)
        known = [(str(place.pk), f"{place}, {number(round(metres))} m odtud") for place, metres in around]
        if str(finding.place_id) not in dict(known):
            known.insert(0, (str(finding.place_id), f"{finding.place} (dosud)"))
        place: Any = self.fields["place"]
        place.choices = [*known, (self.NEW, "Nové místo v poloze nálezu")]
        localities = Locality.objects.visible_to(user)
        open_then = localities.open_on(local_date(finding.found_at)) | localities.filter(pk=finding.locality_id)
        locality: Any = self.fields["locality"]
        locality.queryset = open_then.defer("area")

    @property
    def chosen(self) -> Place | None:
        """The place chosen, None for a new one."""
        said = self.cleaned_data["place"]
        return None if said == self.NEW else Place.objects.get(pk=int(said))
