"""Forms of the findings' pages at the desk."""

from django import forms

from findings.models import Place


class PlaceNameForm(forms.ModelForm):
    """A place's name and address, with what they were when the page was opened: nobody overwrites another unseen."""

    was = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)

    class Meta:
        model = Place
        fields = ["name", "address"]
        help_texts = {"address": "Ulice a číslo, nebo popis, podle kterého místo kdokoli najde."}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.known = f"{self.instance.name}\n{self.instance.address}"
        self.initial["was"] = self.known

    def clean(self) -> None:
        # Browsers send line breaks their own way.
        if self.cleaned_data.get("was", "").replace("\r\n", "\n") != self.known:
            # The next attempt is made knowingly.
            self.data = self.data.copy()
            self.data["was"] = self.known
            raise forms.ValidationError(
                f"Mezitím místo přejmenoval někdo jiný, teď se jmenuje „{self.instance.name}“. "
                "Zkontrolujte název a uložte znovu."
            )
