"""Forms of the findings' pages at the desk."""

from django import forms

from apk.edits import EditGuard
from findings.models import Place


class PlaceNameForm(EditGuard, forms.ModelForm):
    """A place's name and address."""

    class Meta:
        model = Place
        fields = ("name", "address")
        help_texts = {"address": "Ulice a číslo, nebo popis, podle kterého místo kdokoli najde."}
