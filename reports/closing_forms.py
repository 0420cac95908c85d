"""Forms of a month's life and of corrections of sealed months."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms

from apk.edits import EditGuard
from apk.people.models import Assistant
from apk.sync.models import Held
from findings.intake import MAX_COUNT
from findings.models import Finding, WaitingPhoto
from reports.grant_forms import WordsForm

MAX_REASON = 500


def reason_field(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Napište důvod."},
    )


class ReturnForm(forms.Form):
    """Why a month goes back to the beginning."""

    reason = reason_field(
        "Co je potřeba doplnit", "Důvod zůstane u měsíce zapsaný a uvidí ho všichni, kdo ho uzavírají."
    )


class StandInForm(forms.Form):
    """Why the coordinator approves for a mentor; `seen` are the figures that were on the page."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = reason_field("Proč mentor neschvaluje sám", "Například dlouhodobá nemoc. Důvod zůstane u měsíce zapsaný.")


class VouchForm(forms.Form):
    """For whom somebody else confirms, and why."""

    assistants = forms.MultipleChoiceField(
        label="Za koho potvrzujete",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Vyberte aspoň jednoho asistenta."},
    )
    reason = reason_field(
        "Proč asistent nepotvrzuje sám", "Například pracovní neschopnost; telefon i fronta v něm jsou zkontrolované."
    )

    def __init__(self, *args: Any, choices: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["assistants"]
        field.choices = list(choices)

    def chosen(self) -> list[Assistant]:
        return list(Assistant.objects.filter(pk__in=self.cleaned_data["assistants"]).order_by("user__sort_key", "pk"))


class LateRecordsForm(forms.Form):
    """Which of the records that came late are taken into the next version, and why."""

    records = forms.MultipleChoiceField(label="Záznamy", required=False, widget=forms.CheckboxSelectMultiple)
    photos = forms.BooleanField(label="Přijmout i fotografie, které přišly po uzavření", required=False)
    reason = reason_field("Důvod opravy", "Bude v nové verzi měsíce a zůstane v ní napořád.")
    preview = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, waiting: Iterable[Held], photos: Iterable[WaitingPhoto], **options: Any) -> None:
        super().__init__(*args, **options)
        self.waiting = {str(held.pk): held for held in waiting}
        self.findings_with_photos = sorted({photo.record_id for photo in photos})
        field: Any = self.fields["records"]
        field.choices = [(key, key) for key in self.waiting]
        if not self.findings_with_photos:
            del self.fields["photos"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("records") and not cleaned.get("photos"):
            raise forms.ValidationError("Vyberte aspoň jeden záznam, který se má do měsíce přijmout.")
        return cleaned

    def chosen(self) -> list[UUID]:
        """Ids of the chosen records, in the order in which they are to be taken in."""
        return [held.pk for key, held in self.waiting.items() if key in self.cleaned_data["records"]]

    def chosen_photos(self) -> list[UUID]:
        """Ids of the findings whose waiting photos are to be taken in."""
        return self.findings_with_photos if self.cleaned_data.get("photos") else []


class RejectForm(forms.Form):
    """Why a late record is not taken in."""

    reason = reason_field("Proč záznam nepřijmout", "Odesílatel i mentor důvod uvidí. Rozhodnutí už nejde změnit.")


class FindingCorrectionForm(EditGuard, forms.ModelForm):
    """The counts and the kind of place of a finding in a sealed month, or that it is not valid at all."""

    withdrawn = forms.BooleanField(label="Nález neplatí, v číslech se nemá počítat", required=False)
    reason = reason_field("Důvod opravy", "Bude v nové verzi měsíce a zůstane v ní napořád.")
    preview = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    class Meta:
        model = Finding
        fields = ("with_needle", "without_needle", "needles", "paraphernalia", "place_kind", "child_accessible")

    COUNTS: ClassVar = ("with_needle", "without_needle", "needles", "paraphernalia")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["withdrawn"] = self.instance.is_withdrawn
        for name in self.COUNTS:
            field: Any = self.fields[name]
            field.max_value = MAX_COUNT
            field.widget.attrs.update({"inputmode": "numeric", "max": MAX_COUNT})

    def put_right(self, now: datetime) -> None:
        """Writes what the form says into the finding, as it now is in the database."""
        finding = Finding.objects.select_for_update(of=("self",)).get(pk=self.instance.pk)
        for name in self.Meta.fields:
            setattr(finding, name, self.cleaned_data[name])
        if not self.cleaned_data["withdrawn"]:
            finding.withdrawn_at, finding.withdrawal_reason = None, ""
        elif not finding.is_withdrawn:
            finding.withdrawn_at, finding.withdrawal_reason = now, self.cleaned_data["reason"]
            finding.release_duplicates()
        finding.save()


class WordsCorrectionForm(WordsForm):
    """The words of a sealed month, and why they change."""

    reason = reason_field("Důvod opravy", "Bude v nové verzi měsíce a zůstane v ní napořád.")
    preview = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
