"""How every form is drawn: label, help, control and errors by the project's own templates; fields many forms share."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.renderers import TemplatesSetting

from apk import czech

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
NOT_A_DAY = "Datum napište ve tvaru 5. 4. 2021."


class FormRenderer(TemplatesSetting):
    """Named by the setting FORM_RENDERER; widgets keep Django's templates."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


class DayField(forms.DateField):
    """A calendar day, typed or picked; a year with a slip in it (0202, 20222) is refused."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(**{"widget": widget, "error_messages": {"invalid": NOT_A_DAY}, **options})
        self.validators += [
            MinValueValidator(FIRST_DAY, f"Nejdřívější možný den je {czech.day(FIRST_DAY)}."),
            MaxValueValidator(LAST_DAY, f"Nejpozdější možný den je {czech.day(LAST_DAY)}."),
        ]
