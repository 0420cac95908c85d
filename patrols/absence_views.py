"""Absences: assistants ask, mentors decide; shifts in the way are shown to both."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apk.calendar import Week
from apk.edits import posted
from apk.forms import DayField
from apk.people.access import Permission, Role, SignedInRequest, requires
from apk.people.models import Assistant, User
from apk.refusal import Refused
from patrols.forms import offer
from patrols.models import Absence
from patrols.planning import shown_to
from patrols.step_views import led_by

PAGE = 50


class AbsenceForm(forms.Form):
    """Whole days, both included; a mentor also says whose."""

    assistant = forms.ModelChoiceField(
        Assistant.objects.none(),
        label="Asistent",
        empty_label="Vyberte asistenta",
        error_messages={"required": "Vyberte asistenta.", "invalid_choice": "Tohoto asistenta nevedete."},
    )
    kind = forms.ChoiceField(label="Druh", choices=Absence.Kind.choices)
    first = DayField(label="Od")
    last = DayField(label="Do (včetně)")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user.role == Role.ASSISTANT:
            del self.fields["assistant"]
        else:
            offer(self, "assistant", led_by(user))

    def clean(self) -> None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", "Konec nesmí být před začátkem.")
        elif first and last and (last - first).days > 366:
            self.add_error("last", "Nepřítomnost může být dlouhá nejvýš rok.")


class AbsenceFilter(forms.Form):
    stav = forms.ChoiceField(label="Stav", required=False, choices=[("", "Všechny"), *Absence.State.choices])


@requires(Permission.VIEW_PLAN)
@require_safe
def absences(request: SignedInRequest) -> HttpResponse:
    """Absences that the reader may know of, the latest first; those that wait for a decision above all."""
    chosen = AbsenceFilter(request.GET)
    rows = Absence.objects.visible_to(request.user).select_related("assistant__user")
    if chosen.is_valid() and chosen.cleaned_data["stav"]:
        rows = rows.filter(state=chosen.cleaned_data["stav"])
    context = {
        "page_obj": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "filter": chosen,
        "week": Week.of(timezone.now()),
        "may_plan": request.user.may(Permission.PLAN_SHIFTS),
        "may_ask": request.user.may(Permission.ASK_FOR_ABSENCES),
    }
    return render(request, "patrols/absences.html", context)


@requires(Permission.ASK_FOR_ABSENCES)
@require_http_methods(["GET", "HEAD", "POST"])
def add_absence(request: SignedInRequest) -> HttpResponse:
    """An assistant asks; what a mentor writes down is approved at once."""
    user = request.user
    form = AbsenceForm(posted(request), user=user)
    if form.is_valid():
        asked = form.cleaned_data
        assistant = asked.get("assistant") or get_object_or_404(Assistant.objects.visible_to(user))
        try:
            absence = Absence.objects.ask(
                by=user,
                assistant=assistant,
                kind=Absence.Kind(asked["kind"]),
                first=asked["first"],
                last=asked["last"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = "Nepřítomnost zapsána." if absence.state == Absence.State.APPROVED else "Požádali jste mentora."
            messages.success(request, said)
            return redirect(absence)
    context = {"form": form, "asks": user.role == Role.ASSISTANT}
    return render(request, "patrols/add_absence.html", context, status=422 if form.errors else 200)


@requires(Permission.VIEW_PLAN)
@require_safe
def absence(request: SignedInRequest, pk: int) -> HttpResponse:
    """One absence, the shifts in its way, and what the reader may do about it."""
    found = absence_for(request.user, pk)
    in_the_way = shown_to(request.user).filter(assistant=found.assistant).starting_within(found.first, found.last)
    context = {
        "absence": found,
        "shifts": in_the_way.select_related("locality"),
        "may_decide": decides(request.user) and found.waits,
        "may_cancel": (decides(request.user) and found.state in {Absence.State.REQUESTED, Absence.State.APPROVED})
        or (request.user.may(Permission.KEEP_OWN_PLAN) and found.waits),
    }
    return render(request, "patrols/absence.html", context)


class DecisionForm(forms.Form):
    rozhodnuti = forms.ChoiceField(choices=[("approve", ""), ("refuse", ""), ("cancel", "")])


@requires(Permission.ASK_FOR_ABSENCES)
@require_POST
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """A mentor approves, refuses or cancels; an assistant takes a request back."""
    found = absence_for(request.user, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid() or (form.cleaned_data["rozhodnuti"] != "cancel" and not decides(request.user)):
        messages.error(request, "Tohle s nepřítomností udělat nemůžete.")
        return redirect(found)
    verbs = {"approve": found.approve, "refuse": found.refuse, "cancel": found.cancel}
    try:
        verbs[form.cleaned_data["rozhodnuti"]](by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{found}: {found.get_state_display().lower()}.")
    return redirect(found)


def decides(user: User) -> bool:
    return user.may(Permission.PLAN_SHIFTS)


def absence_for(user: User, pk: int) -> Absence:
    """Raises Http404 when the reader may not know of it."""
    rows = Absence.objects.visible_to(user).select_related("assistant__user", "asked_by", "decided_by")
    return get_object_or_404(rows, pk=pk)
