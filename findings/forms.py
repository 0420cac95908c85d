"""Forms of the findings' pages at the desk."""

from django import forms
from django.http import QueryDict

from findings.models import Place


class PlaceNameForm(forms.ModelForm):
    """A place's name and address. `known` is what they are now; the page sends back as `was` what it was shown, so
    that nobody overwrites another unseen.
    """

    was = forms.CharField(required=False, strip=False)

    class Meta:
        model = Place
        fields = ["name", "address"]
        help_texts = {"address": "Ulice a číslo, nebo popis, podle kterého místo kdokoli najde."}

    def __init__(self, data: QueryDict | None, *, instance: Place) -> None:
        super().__init__(data, instance=instance)
        self.known = f"{instance.name}\n{instance.address}"

    def clean(self) -> None:
        # Browsers send line breaks their own way.
        if self.cleaned_data.get("was", "").replace("\r\n", "\n") != self.known:
            raise forms.ValidationError(
                f"Mezitím místo přejmenoval někdo jiný, teď se jmenuje „{self.instance.name}“. "
                "Zkontrolujte název a uložte znovu."
            )
