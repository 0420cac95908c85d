"""Forms of the register of localities and of city districts."""

import json
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from apk.edits import EditGuard
from apk.forms import DayField
from apk.localities.geometry import Area, InvalidArea, read_area
from apk.localities.models import District, Locality, LocalityQuerySet
from apk.localities.widgets import AreaWidget

FILE_LIMIT = 1024 * 1024


class AreaField(forms.CharField):
    """A boundary as text; its clean value is the validated GeoJSON of `geometry.read_area`."""

    widget = AreaWidget

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text in self.empty_values:
            return text
        try:
            return read_area(text, settings.CITY_BOUNDS)
        except InvalidArea as fault:
            raise ValidationError(str(fault), code="invalid_area") from fault

    def prepare_value(self, value: Area | str | None) -> str:
        return value if isinstance(value, str) else as_text(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True


def as_text(area: Area | None) -> str:
    return "" if area is None else json.dumps(area)


class LocalityFilter(forms.Form):
    """What to list: localities patrolled today by default. A wrong address hides nothing and says what is wrong."""

    q = forms.CharField(label="Název nebo obvod", required=False, max_length=100)
    druh = forms.ChoiceField(label="Druh", required=False, choices=[("", "Všechny"), *Locality.Kind.choices])
    obvod = forms.ModelChoiceField(District.objects.all(), label="Městský obvod", required=False, empty_label="Všechny")
    stav = forms.ChoiceField(
        label="Pochůzky",
        required=False,
        choices=[("dnes", "Dnes obcházené"), ("skoncily", "Skončily"), ("vsechny", "Všechny")],
    )

    def apply(self, localities: LocalityQuerySet, today: date) -> LocalityQuerySet:
        if not self.is_valid():
            return localities
        chosen = self.cleaned_data
        match chosen["stav"]:
            case "skoncily":
                localities = localities.filter(closed_on__lt=today)
            case "vsechny":
                pass
            case _:
                localities = localities.open_on(today)
        if chosen["druh"]:
            localities = localities.filter(kind=chosen["druh"])
        if chosen["obvod"]:
            localities = localities.filter(district=chosen["obvod"])
        return localities.matching(chosen["q"])


class LocalityForm(EditGuard, forms.ModelForm):
    """A locality with its boundary: drawn, pasted, or from a file, which then takes the place of the text."""

    opened_on = DayField(label="Obchází se od")
    note = forms.CharField(label="Poznámka", required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
    area = AreaField(
        label="Hranice",
        help_text="Nakreslete ji na mapě, nebo do pole pod mapou vložte GeoJSON.",
        error_messages={"required": "Nakreslete hranici na mapě, nebo ji nahrajte ze souboru."},
    )
    boundary_file = forms.FileField(
        label="Hranice ze souboru",
        required=False,
        help_text="GeoJSON ve WGS 84 nebo v S-JTSK (EPSG:5514). Nahradí hranici nakreslenou na mapě.",
        widget=forms.FileInput(attrs={"accept": ".geojson,.json,application/geo+json"}),
    )

    class Meta:
        model = Locality
        fields = ("name", "kind", "district", "opened_on", "note", "area", "boundary_file")
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["district"].empty_label = "Vyberte"
        fields["kind"].choices = [("", "Vyberte"), *Locality.Kind.choices]
        self.file_fault = ""
        sent = self.files.get(self.add_prefix("boundary_file"))
        if sent is not None and sent.size:
            self.take(sent)

    def take(self, sent: Any) -> None:
        """Puts the content of a file where the text is, so that it is also kept when the form is refused."""
        if sent.size > FILE_LIMIT:
            self.file_fault = "Soubor je příliš velký, hranice lokality smí mít nejvýše 1 MB. Zjednodušte ji."
            return
        try:
            text = sent.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.file_fault = "Tohle není GeoJSON: soubor není text v kódování UTF-8."
            return
        sent_data: Any = self.data
        typed = sent_data.copy()
        typed[self.add_prefix("area")] = text
        self.data = typed

    def clean_boundary_file(self) -> None:
        if self.file_fault:
            raise ValidationError(self.file_fault, code="unreadable_file")

    def stored_as_text(self, name: str) -> str:
        return "jiná hranice, než je na mapě" if name == "area" else super().stored_as_text(name)


class CloseForm(forms.Form):
    on = DayField(label="Poslední den pochůzek")


class DistrictForm(EditGuard, forms.ModelForm):
    class Meta:
        model = District
        fields = ("name",)
        widgets: ClassVar = {"name": forms.TextInput(attrs={"autocomplete": "off"})}
