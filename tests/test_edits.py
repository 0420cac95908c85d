"""Forms over stored rows: seen changes, unseen changes, and races that only the database sees."""

from typing import Any

import pytest
from django import forms
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from apk.edits import CHANGED_MEANWHILE, EditGuard, carried_out, fingerprint, form_response, posted
from apk.localities.models import District
from apk.refusal import Refused


class PlainForm(EditGuard):
    name = forms.CharField()
    night = forms.BooleanField(required=False, label="noční")
    kind = forms.ChoiceField(choices=[("a", "Areál"), ("b", "Bazén")])


class DistrictForm(forms.ModelForm):
    class Meta:
        model = District
        fields = ("name",)


STORED = {"name": "Jílová", "night": True, "kind": "a"}


def test_fingerprint_depends_on_values_alone():
    assert fingerprint({"a": 1, "b": None}) == fingerprint({"b": None, "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})


def test_what_was_seen_may_be_changed():
    seen = PlainForm(initial=STORED)["seen"].value()
    assert PlainForm({"name": "Hrušov", "kind": "b", "seen": seen}, initial=STORED).is_valid()


@pytest.mark.parametrize("seen", ["", "x", None])
def test_what_was_not_seen_may_not_be_changed_until_it_is(seen: str | None):
    typed = {"name": "Hrušov", "kind": "b"} | ({} if seen is None else {"seen": seen})
    form = PlainForm(typed, initial=STORED)
    assert form.errors == {
        "__all__": [CHANGED_MEANWHILE],
        "name": ["Teď je uloženo: Jílová"],
        "night": ["Teď je uloženo: ano"],
        "kind": ["Teď je uloženo: Areál"],
    }
    assert PlainForm(typed | {"seen": form["seen"].value()}, initial=STORED).is_valid()


def test_only_fields_that_differ_name_what_is_stored():
    form = PlainForm({"name": "Jílová", "night": "on", "kind": "b", "seen": "older"}, initial=STORED)
    assert list(form.errors) == ["__all__", "kind"]


def test_a_refused_step_leaves_its_sentence_and_nothing_else(db: None):
    form = forms.Form({})

    def step() -> None:
        District.objects.create(name="Hrabová")
        raise Refused("Tohle nejde.")

    assert not carried_out(form, step)
    assert form.errors == {"__all__": ["Tohle nejde."]}
    assert not District.objects.exists()


def test_a_name_taken_a_moment_ago_ends_in_the_forms_own_sentence(db: None):
    form = DistrictForm({"name": "Hrabová"})
    assert form.is_valid()
    District.objects.create(name="Hrabová")
    assert not carried_out(form, form.save)
    assert form.errors == {"name": ["Takový městský obvod už existuje."]}


def test_a_fault_that_the_form_cannot_explain_is_not_hidden(db: None):
    def step() -> None:
        with transaction.atomic():
            District.objects.create(name="Hrabová")
            District.objects.create(name="Hrabová")

    with pytest.raises(IntegrityError):
        carried_out(forms.Form({}), step)


def test_a_form_is_bound_only_when_it_was_sent(rf: RequestFactory):
    assert posted(rf.get("/", {"name": "x"})) is None
    assert posted(rf.post("/", {"name": "x"}))["name"] == "x"
    assert posted(rf.post("/")) is not None


@pytest.mark.parametrize(("data", "status"), [(None, 200), ({}, 422)])
def test_a_refused_form_is_answered_as_such(rf: RequestFactory, data: Any, status: int):
    request = rf.get("/")
    answer = form_response(request, "forms/error_summary.html", {"form": PlainForm(data, initial=STORED)})
    assert answer.status_code == status
