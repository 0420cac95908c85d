"""Forms of what a call asks of a project, of reports and of the words in them."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import structlog
from django import forms

from apk import czech
from apk.calendar import Month
from apk.edits import EditGuard
from apk.forms import DayField
from apk.refusal import Refused
from reports import annexes
from reports.annexes import Taken
from reports.figures import FIGURES
from reports.forms import AmountField
from reports.models import (
    Annex,
    CostLine,
    Deadline,
    GrantProject,
    Indicator,
    ProjectReport,
    Rate,
    ReportSection,
)
from reports.narrative import Reference, objections

log = structlog.get_logger(__name__)

BY_HAND = "zadává se ručně"


class RateForm(EditGuard, forms.ModelForm):
    """An eligible rate."""

    class Meta:
        model = Rate
        fields = ("name", "amount", "unit")
        field_classes = {"amount": AmountField}
        help_texts = {"name": "Například mzda asistenta.", "unit": "Například úvazek a měsíc."}

    def clean_name(self) -> str:
        """A name that no other rate of the project has."""
        name: str = self.cleaned_data["name"]
        if self.instance.project.rates.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Sazbu s tímto názvem už projekt má.", code="unique")
        return name


class CostLineForm(EditGuard, forms.ModelForm):
    """A line of the budget."""

    class Meta:
        model = CostLine
        fields = ("position", "name", "planned", "used", "rate", "units")
        field_classes = {"planned": AmountField, "used": AmountField, "units": AmountField}
        help_texts = {
            "rate": "Výzva-li ji určuje; hlídá, aby plán nepřekročil uznatelné náklady.",
            "units": "Například 84 u sedmi úvazků na dvanáct měsíců.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rates = cast("forms.ModelChoiceField", self.fields["rate"])
        rates.queryset = self.instance.project.rates.all()
        rates.empty_label = "žádná"


class IndicatorForm(EditGuard, forms.ModelForm):
    """An indicator with its target."""

    figure = forms.ChoiceField(
        label="Počítá se z ukazatele",
        required=False,
        help_text="Skutečnost se pak bere z měsíčních přehledů a vede k záznamům.",
    )

    class Meta:
        model = Indicator
        fields = ("position", "name", "figure", "direction", "baseline", "target", "entered")
        field_classes = {"baseline": AmountField, "target": AmountField, "entered": AmountField}
        help_texts = {
            "baseline": "Jak na tom město bylo před projektem.",
            "entered": "Jen u ukazatele, který evidence nezná.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(figure.name, f"{figure.label} ({figure.unit.form(0)})") for figure in FIGURES.values()]
        cast("forms.ChoiceField", self.fields["figure"]).choices = [("", BY_HAND), *known]


class DeadlineForm(EditGuard, forms.ModelForm):
    """A deadline. A reminder goes out again when its time changes."""

    class Meta:
        model = Deadline
        fields = ("name", "due_on", "remind_days")
        field_classes = {"due_on": DayField}
        widgets = {"due_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}
        help_texts = {"remind_days": "Koordinátorům přijde jeden e-mail a termín se objeví na úvodní stránce."}

    def save(self, commit: bool = True) -> Deadline:
        if {"due_on", "remind_days"} & set(self.changed_data):
            self.instance.reminded_at = None
        saved: Deadline = super().save(commit)
        return saved


class ReportSectionForm(EditGuard, forms.ModelForm):
    """A section of the report."""

    class Meta:
        model = ReportSection
        fields = ("position", "title", "content", "guidance", "in_interim", "in_final")
        widgets = {"guidance": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "content": "Tabulky a údaje se doplní samy; text k nim píšete u každé zprávy.",
            "guidance": "Zobrazí se při psaní textu, ve zprávě nebude.",
        }


class AnnexForm(EditGuard, forms.ModelForm):
    """An annex of a report, with its file."""

    upload = forms.FileField(
        label="Soubor",
        required=False,
        max_length=200,
        help_text=(
            "PDF, DOCX, XLSX, ODT, ODS, JPEG nebo PNG, nejvýš 10 MB. Půjde do archivu ZIP se zprávou. "
            "U přílohy na papíře nechte prázdné."
        ),
        error_messages={"empty": "Soubor je prázdný.", "max_length": "Název souboru je příliš dlouhý, zkraťte ho."},
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx,.xlsx,.odt,.ods,.jpg,.jpeg,.png"}),
    )

    class Meta:
        model = Annex
        fields = ("position", "title")

    def clean_upload(self) -> Taken | None:
        upload = self.cleaned_data["upload"]
        if upload is None:
            return None
        if upload.size > annexes.MAX_BYTES:
            raise forms.ValidationError("Soubor je větší než 10 MB. Zmenšete ho nebo rozdělte.", code="size")
        try:
            return annexes.taken(upload.name, upload.read())
        except Refused as refusal:
            raise forms.ValidationError(str(refusal), code="type") from refusal

    def clean(self) -> Any:
        cleaned = super().clean()
        file = self.cleaned_data.get("upload")
        if file and not self.errors:
            try:
                annexes.attach(self.instance, file)
            except Refused as refusal:
                self.add_error("upload", str(refusal))
            except OSError:
                log.exception("annexes.not_written")
                self.add_error("upload", "Server teď nemá kam soubor uložit. Zkuste to později.")
        return cleaned


class ReportForm(EditGuard, forms.ModelForm):
    """A report: its kind and its months, chosen among those of the project."""

    first = forms.TypedChoiceField(label="Od měsíce")
    last = forms.TypedChoiceField(label="Do měsíce")

    class Meta:
        model = ProjectReport
        fields = ("kind", "first", "last")

    def __init__(self, *args: Any, months: Sequence[Month], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(month.first_day), czech.month(month.first_day)) for month in months]
        for name in ("first", "last"):
            field = cast("forms.TypedChoiceField", self.fields[name])
            field.choices = choices
            field.coerce = lambda text: Month.parse(text[:7]).first_day
        if choices and not self.instance.pk:
            self.initial.update({"first": choices[0][0], "last": choices[-1][0]})

    def clean(self) -> Any:
        cleaned = super().clean()
        first, last, kind = (self.cleaned_data.get(name) for name in ("first", "last", "kind"))
        stored = (self.instance.first, self.instance.last, self.instance.kind)
        if self.instance.pk and stored != (first, last, kind) and self.instance.submissions.exists():
            self.add_error(None, "Zpráva už byla odevzdaná za tyto měsíce. Za jiné měsíce založte novou.")
        if first and last and last < first:
            self.add_error("last", "Poslední měsíc nesmí být před prvním.")
        same = self.instance.project.reports.filter(kind=kind, first=first, last=last).exclude(pk=self.instance.pk)
        if first and last and same.exists():
            self.add_error(None, "Taková zpráva za tyto měsíce už je založená.")
        return cleaned


class WordsForm(EditGuard, forms.Form):
    """A text with references to figures; one that cannot be resolved is refused."""

    text = forms.CharField(
        label="Text",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Každý řádek je odstavec, řádek s pomlčkou na začátku položka seznamu. Čísla vkládejte odkazem.",
    )

    def __init__(self, data: Any, *, written: str, known: Iterable[Reference]) -> None:
        self.known = list(known)
        super().__init__(data, initial={"text": written})

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if wrong := objections(text, self.known):
            raise forms.ValidationError(wrong)
        return text


class SetUpForm(forms.Form):
    """Where a project takes its set-up from."""

    USUAL = ""

    source = forms.ChoiceField(
        label="Odkud převzít nastavení",
        required=False,
        help_text="Převezme se jen to, co projekt ještě nemá; čerpání a splněné termíny se nepřebírají.",
        error_messages={"invalid_choice": "Takový projekt neznáme."},
    )

    def __init__(self, data: Any, *, others: Iterable[GrantProject]) -> None:
        super().__init__(data)
        self.others = {str(other.pk): other for other in others}
        choices = [(self.USUAL, "obvyklé oddíly zprávy"), *((pk, str(other)) for pk, other in self.others.items())]
        cast("forms.ChoiceField", self.fields["source"]).choices = choices

    @property
    def chosen(self) -> GrantProject | None:
        return self.others.get(self.cleaned_data["source"])
