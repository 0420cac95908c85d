"""Making the plan known: the page that says what would change for whom, and the step itself."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apk import czech
from apk.calendar import Week, local_date
from apk.forms import DayField
from apk.people.access import Permission, SignedInRequest, requires
from apk.refusal import Refused
from patrols import publishing
from patrols.publishing import Draft
from patrols.rules import Concern

LONGEST_DAYS = 62


class PeriodForm(forms.Form):
    """From which day to which, both included."""

    od = DayField(label="Od")
    do = DayField(label="Do")

    def clean(self) -> None:
        first, last = self.cleaned_data.get("od"), self.cleaned_data.get("do")
        if first and last and last < first:
            self.add_error("do", "Konec nesmí být před začátkem.")
        elif first and last and (last - first).days >= LONGEST_DAYS:
            self.add_error("do", f"Najednou jde zveřejnit nejvýš {LONGEST_DAYS} dní.")


class ReasonsForm(forms.Form):
    """A reason for each warning; one that is left empty takes the common one."""

    common = forms.CharField(
        label="Společné zdůvodnění", required=False, max_length=300, help_text="Platí, kde níž nic nevyplníte."
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, draft: Draft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draft = draft
        for concern in draft.unexcused:
            self.fields[concern.fingerprint] = forms.CharField(label="Proč plán platí", required=False, max_length=300)
        self.fields["seen"].initial = draft.fingerprint

    @property
    def rows(self) -> list[tuple[Concern, forms.BoundField]]:
        return [(concern, self[concern.fingerprint]) for concern in self.draft.unexcused]

    @property
    def reasons(self) -> dict[str, str]:
        """By the fingerprint of the warning."""
        common = self.cleaned_data.get("common", "")
        return {
            concern.fingerprint: self.cleaned_data.get(concern.fingerprint) or common
            for concern in self.draft.unexcused
        }

    def show_anew(self, draft: Draft) -> None:
        """Makes sending it once more a decision upon `draft`."""
        self.data = {**dict(self.data.items()), "seen": draft.fingerprint}


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: SignedInRequest) -> HttpResponse:
    """What publishing some days would tell to whom; does it when confirmed."""
    now = timezone.now()
    today = local_date(now)
    week = Week.of(today)
    period = PeriodForm(request.GET if "od" in request.GET else {"od": week.first_day, "do": week.last_day})
    if not period.is_valid():
        return render(request, "patrols/publish.html", {"period": period}, status=422)
    first, last = period.cleaned_data["od"], period.cleaned_data["do"]
    found = publishing.draft(request.user, first, last, today=today)
    form = ReasonsForm(request.POST if request.method == "POST" else None, draft=found)
    if form.is_valid():
        try:
            publishing.publish(request.user, first, last, seen=form.cleaned_data["seen"], reasons=form.reasons, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            form.show_anew(found)
        else:
            messages.success(request, publishing.in_words(found.changes))
            return redirect(back_to(first))
    context = {
        "period": period,
        "draft": found,
        "form": form,
        "days": czech.days(first, last),
        "back": back_to(first),
    }
    return render(request, "patrols/publish.html", context, status=422 if form.errors else 200)


def back_to(day: date) -> str:
    return reverse("patrols:week", args=[Week.of(day)])
