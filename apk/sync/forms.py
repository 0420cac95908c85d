"""What people at a desk decide about what came from phones."""

from django import forms

from apk.sync.models import ConflictDecision, Held

REASON = forms.Textarea(attrs={"rows": 3})


class HeldDecisionForm(forms.Form):
    """Which button was pressed, and why; a rejection needs its reason."""

    decision = forms.ChoiceField(choices=Held.Decision.choices, widget=forms.HiddenInput)
    note = forms.CharField(
        label="Důvod",
        required=False,
        max_length=1000,
        widget=REASON,
        help_text="Při odmítnutí ho napište vždy: podle něj se pozná, proč záznam v přehledech není.",
    )

    def clean(self) -> None:
        if self.cleaned_data.get("decision") == Held.Decision.REJECTED and not self.cleaned_data.get("note"):
            self.add_error("note", "Napište, proč záznam nepřijímáte.")


class ConflictForm(forms.Form):
    """Which of two versions holds, and what the decision was made by."""

    holds = forms.ChoiceField(
        label="Která verze platí",
        choices=ConflictDecision.Holds.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Vyberte, která verze platí."},
    )
    note = forms.CharField(
        label="Podle čeho jste se rozhodli",
        max_length=1000,
        widget=REASON,
        error_messages={"required": "Napište, podle čeho jste se rozhodli."},
    )


class RescueFileForm(forms.Form):
    """The file that the phone saved. What is in it is judged by `apk.sync.rescue`."""

    soubor = forms.FileField(
        label="Soubor z telefonu",
        help_text="Jmenuje se jako apk-zaloha-2021-04-15-1005.json. V telefonu ho uloží Fronta → Uložit do souboru.",
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
        error_messages={
            "required": "Vyberte soubor, který uložila aplikace v telefonu.",
            "empty": "Soubor je prázdný. Uložte ho v telefonu znovu.",
        },
    )
