"""Editing what others edit too: nobody's change is overwritten unseen, and a race ends in a sentence.

A form carries a fingerprint of the values it was opened with. When the stored values no longer match it, the form is
refused, keeps what was typed, says what is stored now, and takes the new fingerprint, so that saving once more is a
choice made with open eyes. The row must be locked (`select_for_update`) from reading it until it is saved.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apk.refusal import Refused
from apk.sealed import sentence as sealed_sentence

CHANGED_MEANWHILE = (
    "Mezitím tento záznam změnil někdo jiný. Vaše hodnoty zůstaly vyplněné, u polí je napsáno, co je uloženo teď. "
    "Mají-li platit vaše hodnoty, uložte je ještě jednou."
)


def fingerprint(values: dict[str, Any]) -> str:
    """A short digest of form values; the same values give the same digest in any process."""
    text = json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


class EditGuard(forms.Form):
    """Mixed into a form over a stored row: `initial` holds the stored values, `seen` those the person has seen.

    A model form over a row that is not stored yet has nothing to guard.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        instance = getattr(self, "instance", None)
        self.guards = instance is None or instance.pk is not None
        stored = {name: field_value(self, name) for name in self.fields}
        self.stored_fingerprint = fingerprint(stored)
        self.fields["seen"] = forms.CharField(required=False, widget=forms.HiddenInput, initial=self.stored_fingerprint)

    def clean(self) -> Any:
        cleaned = super().clean()
        if not self.guards or self.cleaned_data.get("seen") == self.stored_fingerprint:
            return cleaned
        self.add_error(None, CHANGED_MEANWHILE)
        for name in self.changed_data:
            if name != "seen" and name not in self.errors and not isinstance(self.fields[name], forms.FileField):
                self.add_error(name, f"Teď je uloženo: {self.stored_as_text(name) or '(prázdné)'}")
        sent: Any = self.data
        typed = sent.copy()
        typed[self.add_prefix("seen")] = self.stored_fingerprint
        self.data = typed
        return cleaned

    def stored_as_text(self, name: str) -> str:
        """The stored value of a field as a person reads it."""
        field: Any = self.fields[name]  # Any: a field with choices, or any other
        value = field_value(self, name)
        if hasattr(field, "choices"):
            return next((str(label) for key, label in field.choices if str(key) == str(value)), "")
        if isinstance(field, forms.BooleanField):
            return "ano" if value else "ne"
        return str(field.widget.format_value(field.prepare_value(value)) or "")[:120]


def field_value(form: forms.BaseForm, name: str) -> Any:
    """What a field shows of the stored row, in a shape that JSON takes."""
    value = form.get_initial_for_field(form.fields[name], name)
    return value.pk if isinstance(value, models.Model) else value


def carried_out(form: forms.BaseForm, step: Callable[[], object]) -> bool:
    """Whether `step` was done, in a transaction of its own; when it was not, the form holds the sentence why.

    It is not done when the rules refuse it, or when the database does what the form could not yet see, e.g. the same
    name taken a moment ago. Raises IntegrityError when the form finds no fault even on a second look.
    """
    try:
        with transaction.atomic():
            step()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    except IntegrityError as error:
        if sealed := sealed_sentence(error):
            form.add_error(None, sealed)
            return False
        form.full_clean()
        if form.is_valid():
            raise
        return False
    return True


def posted(request: HttpRequest) -> Any:
    """What a form was sent with; None, for an unbound form, when it was only opened."""
    return request.POST if request.method == "POST" else None


def form_response(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page with the form `context["form"]`: 422 when what was sent was refused."""
    return render(request, template, context, status=422 if context["form"].errors else 200)
