"""The rules that a plan is judged by, and setting their limits from a day on."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apk import czech
from apk.calendar import Week
from apk.edits import form_response, posted
from apk.forms import DayField
from apk.people.access import Permission, SignedInRequest, requires
from patrols.labour_code import LAW, Rule
from patrols.limits import LIMITS, Limit, Unit, asks, nonsense, with_values
from patrols.models import LegalLimit


class LimitForm(forms.Form):
    """Another value of a limit, from a day on."""

    value = forms.DecimalField(label="Nová hodnota", max_digits=6, decimal_places=2, localize=True)
    valid_from = DayField(label="Platí od")
    reason = forms.CharField(
        label="Důvod nebo předpis",
        max_length=200,
        help_text="Například kolektivní smlouva a její odstavec; zůstane v historii.",
    )

    def __init__(self, *args: Any, limit: Limit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limit = limit
        self.fields["value"].label = f"Nová hodnota ({limit.unit.forms[2]})"
        self.fields["value"].widget.attrs["inputmode"] = "decimal"

    def clean_value(self) -> Decimal:
        value: Decimal = self.cleaned_data["value"]
        limit = self.limit
        if not limit.least <= value <= limit.most:
            raise forms.ValidationError(f"Zadejte číslo od {limit.least} do {czech.number(limit.most)}.")
        if limit.unit in {Unit.DAYS, Unit.WEEKS} and value % 1:
            raise forms.ValidationError("Zadejte celé číslo.")
        return value

    def clean(self) -> None:
        value, day = self.cleaned_data.get("value"), self.cleaned_data.get("valid_from")
        if value is None or day is None:
            return
        (part,) = LegalLimit.objects.in_force(day, day)
        if sentence := nonsense(with_values(part.limits, {self.limit.name: value})):
            self.add_error("value", sentence)


@requires(Permission.VIEW_PLAN)
@require_safe
def rules(request: SignedInRequest) -> HttpResponse:
    """Every rule: its paragraph, what it asks, how grave a breach is, its limits today, and how they changed."""
    today = timezone.localdate()
    (part,) = LegalLimit.objects.in_force(today, today)
    rows = [
        (rule, asks(rule, part.limits), [limit for limit in LIMITS.values() if rule in limit.rules]) for rule in Rule
    ]
    context = {
        "rules": rows,
        "limits": [(limit, limit.words(part.limits), limit.words(LAW)) for limit in LIMITS.values()],
        "changes": LegalLimit.objects.visible_to(request.user).select_related("set_by"),
        "today": today,
        "week": Week.of(today),
        "may_plan": request.user.may(Permission.PLAN_SHIFTS),
        "may_set": request.user.may(Permission.SET_LIMITS),
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
    }
    return render(request, "patrols/rules.html", context)


@requires(Permission.SET_LIMITS)
@require_http_methods(["GET", "HEAD", "POST"])
def change_limit(request: SignedInRequest, name: str) -> HttpResponse:
    """Sets one limit from a day on. What was judged before that day stays judged as it was."""
    if name not in LIMITS:
        raise Http404(f"no limit {name}")
    limit, today = LIMITS[name], timezone.localdate()
    (part,) = LegalLimit.objects.in_force(today, today)
    initial = {"value": limit.of(part.limits), "valid_from": today}
    form = LimitForm(posted(request), initial=initial, limit=limit)
    if form.is_valid():
        LegalLimit.objects.set(name, **form.cleaned_data, by=request.user)
        day = czech.day(form.cleaned_data["valid_from"])
        messages.success(request, f"{limit.label}: {limit.unit.words(form.cleaned_data['value'])} od {day}.")
        return redirect("patrols:rules")
    context = {
        "form": form,
        "limit": limit,
        "now": limit.words(part.limits),
        "law": limit.words(LAW),
        "rules": limit.rules,
    }
    return form_response(request, "patrols/change_limit.html", context)
