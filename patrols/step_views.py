"""Steps over many shifts: assigning in bulk, pasting, clearing, and taking the last step back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from apk import czech
from apk.forms import DayField
from apk.localities.models import Locality
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.models import Assistant, Mentorship, User
from apk.refusal import Refused
from patrols import steps
from patrols.forms import offer
from patrols.models import Operation, Shift, ShiftError, ShiftTemplate
from patrols.models.needs import WEEKDAYS
from patrols.planning import cell_id
from patrols.steps import Outcome, Scope

LONGEST_DAYS = 366
NAMED = 10
"""How many of those left out a message names."""


def led_by(user: User) -> Any:
    """Assistants whom `user` leads at some time; whether they do on a day is for the verbs to say."""
    led = Mentorship.objects.filter(assistant=OuterRef("pk"), mentor__user=user)
    return Assistant.objects.visible_to(user).filter(Exists(led)).select_related("user")


class AssignForm(forms.Form):
    """Who, where, when and how often."""

    people = forms.ModelMultipleChoiceField(
        Assistant.objects.none(),
        label="Kdo",
        widget=forms.CheckboxSelectMultiple,
        help_text="Vyberete-li dva, půjdou spolu jako dvojice.",
        error_messages={"required": "Vyberte aspoň jednoho asistenta."},
    )
    template = forms.ModelChoiceField(
        ShiftTemplate.objects.none(),
        label="Šablona",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Vyberte šablonu směny."},
    )
    locality = forms.ModelChoiceField(
        Locality.objects.none(),
        label="Lokalita",
        empty_label="Vyberte lokalitu",
        error_messages={"required": "Vyberte lokalitu."},
    )
    first = DayField(label="Od")
    last = DayField(label="Opakovat do")
    weekdays = forms.TypedMultipleChoiceField(
        label="Dny v týdnu",
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Vyberte aspoň jeden den v týdnu."},
    )
    holidays = forms.BooleanField(label="I o svátcích", required=False)
    note = forms.CharField(label="Poznámka", required=False, max_length=200)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "people", led_by(user))
        offer(self, "template", ShiftTemplate.objects.visible_to(user))
        offer(self, "locality", Locality.objects.visible_to(user).filter(Q(closed_on__isnull=True)))

    def clean(self) -> None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", "Konec nesmí být před začátkem.")
        elif first and last and (last - first).days >= LONGEST_DAYS:
            self.add_error("last", "Najednou jde naplánovat nejvýš rok.")

    @property
    def wishes(self) -> list[steps.Wish]:
        """What a valid form asks for."""
        asked = self.cleaned_data
        days = steps.days_chosen(asked["first"], asked["last"], asked["weekdays"], holidays=asked["holidays"])
        people = list(asked["people"])
        return list(steps.wishes_of(people, asked["template"], asked["locality"], days, asked["note"]))


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: SignedInRequest) -> HttpResponse:
    """Shifts for several people and many days at once."""
    today = timezone.localdate()
    initial = {
        "first": request.GET.get("od") or today,
        "last": request.GET.get("do") or today,
        "people": request.GET.getlist("asistent"),
        "weekdays": [str(number) for number in range(5)],
    }
    form = AssignForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    if form.is_valid():
        try:
            outcome = steps.grant(request.user, form.wishes, "Přidáno")
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            report(request, outcome)
            return redirect("patrols:month", form.cleaned_data["first"].strftime("%Y-%m"))
    context = {"form": form, "has_templates": form.fields["template"].queryset.exists()}  # type: ignore[attr-defined]
    return render(request, "patrols/assign.html", context, status=422 if form.errors else 200)


def report(request: SignedInRequest, outcome: Outcome) -> None:
    """Says what was done and what was left out."""
    count = len(outcome.done)
    if count:
        grew = czech.plural(count, "přibyla", "přibyly", "přibylo")
        messages.success(request, f"Do plánu {grew} {czech.counted(count, 'směna', 'směny', 'směn')}.")
    else:
        messages.info(request, "Do plánu nic nepřibylo.")
    left_out(request, outcome)


def left_out(request: SignedInRequest, outcome: Outcome) -> None:
    for wish, reason in outcome.left_out[:NAMED]:
        messages.warning(request, f"Vynecháno: {wish.assistant}, {czech.day(wish.day)} {wish.clock}. {reason}")
    if (more := len(outcome.left_out) - NAMED) > 0:
        messages.warning(request, f"Vynecháno ještě {czech.counted(more, 'směna', 'směny', 'směn')}.")


class CellForm(forms.Form):
    """A place of the plan: somebody and a day; `zpet` is the page to go back to."""

    asistent = forms.ModelChoiceField(Assistant.objects.none())
    den = DayField()
    zpet = forms.CharField(required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name in {"asistent", "z_asistenta"} and isinstance(field, forms.ModelChoiceField):
                offer(self, name, led_by(user))


class QuickForm(CellForm):
    """A shift of a template for one place of the plan."""

    sablona = forms.ModelChoiceField(ShiftTemplate.objects.none())
    lokalita = forms.ModelChoiceField(Locality.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        offer(self, "sablona", ShiftTemplate.objects.visible_to(user))
        offer(self, "lokalita", Locality.objects.visible_to(user))


class PasteForm(CellForm):
    """From a place of the plan to another one."""

    rozsah = forms.ChoiceField(choices=[(scope.value, scope.value) for scope in Scope])
    z_asistenta = forms.ModelChoiceField(Assistant.objects.none())
    z_dne = DayField()


@requires(Permission.PLAN_SHIFTS)
@require_POST
def quick(request: SignedInRequest) -> HttpResponse:
    """A template's shift into the chosen place of the plan."""
    form = QuickForm(request.POST, user=request.user)
    if not form.is_valid():
        return sent_back(request, form, "Vyberte nad plánem lokalitu a potom v buňce stiskněte číslo šablony.")
    asked = form.cleaned_data
    request.session["plan-locality"] = asked["lokalita"].pk
    wishes = steps.wishes_of([asked["asistent"]], asked["sablona"], asked["lokalita"], [asked["den"]])
    outcome = steps.grant(request.user, wishes, asked["sablona"].name)
    left_out(request, outcome)
    return to_cell(request, form)


@requires(Permission.PLAN_SHIFTS)
@require_POST
def paste(request: SignedInRequest) -> HttpResponse:
    """Copies a cell, a day of everybody or a person's week to another place of the plan."""
    form = PasteForm(request.POST, user=request.user)
    if not form.is_valid():
        return sent_back(request, form, "Tohle vložit nejde. Zkopírujte znovu, co chcete vložit.")
    asked = form.cleaned_data
    outcome = steps.paste(
        request.user, Scope(asked["rozsah"]), (asked["z_asistenta"], asked["z_dne"]), (asked["asistent"], asked["den"])
    )
    report(request, outcome)
    return to_cell(request, form)


class ShiftsForm(CellForm):
    """A place of the plan and shifts; each is written as its key and the revision seen."""

    smena = forms.MultipleChoiceField()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        shifts = Shift.objects.visible_to(user).planned_by(user).with_announcements()
        sent: Any = self.data
        named = {key: seen for key, _, seen in (each.partition(":") for each in sent.getlist("smena"))}
        found = shifts.filter(pk__in=[int(key) for key in named if key.isdecimal() and len(key) < 16])
        self.shifts = [(each, named[str(each.pk)]) for each in found.select_related("assistant__user", "locality")]
        self.fields["smena"].choices = [  # type: ignore[attr-defined]  # a field with choices
            (f"{each.pk}:{seen}", each.pk) for each, seen in self.shifts
        ]


class MoveForm(ShiftsForm):
    """Shifts for a place of the plan, moved or copied there."""

    kopirovat = forms.BooleanField(required=False)


@requires(Permission.PLAN_SHIFTS)
@require_POST
def move(request: SignedInRequest) -> HttpResponse:
    """Moves shifts to another place of the plan, or copies them there; all or none of what is moved."""
    form = MoveForm(request.POST, user=request.user)
    if not form.is_valid():
        return sent_back(request, form, "Tuhle směnu přesunout nejde: mezitím ji někdo odebral, nebo ji nevedete.")
    target = form.cleaned_data["asistent"], form.cleaned_data["den"]
    if form.cleaned_data["kopirovat"]:
        wishes = [steps.wish_like(shift, *target) for shift, _ in form.shifts]
        report(request, steps.grant(request.user, wishes, "Zkopírováno"))
        return to_cell(request, form)
    try:
        moved = steps.move(request.user, form.shifts, target)
    except ShiftError as refusal:
        messages.error(request, f"Nic se nepřesunulo. {refusal}")
    else:
        counted = czech.counted(len(moved), "směna", "směny", "směn")
        messages.success(request, f"Přesunuto: {counted}, {target[0]}, {czech.day_in_week(target[1])}.")
    return to_cell(request, form)


@requires(Permission.PLAN_SHIFTS)
@require_POST
def clear(request: SignedInRequest) -> HttpResponse:
    """Takes the shifts of a place, as they were seen there, out of the plan."""
    form = ShiftsForm(request.POST, user=request.user)
    if not form.is_valid():
        return sent_back(request, form, "Tuhle buňku vyprázdnit nejde: mezitím ji někdo změnil, nebo ji nevedete.")
    outcome = steps.clear(request.user, form.shifts)
    left_out(request, outcome)
    return to_cell(request, form)


@requires(Permission.PLAN_SHIFTS)
@require_POST
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Takes a step back whole."""
    operation = get_object_or_404(Operation.objects.visible_to(request.user), pk=pk)
    try:
        operation.undo(by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Vráceno: {operation.title}.")
    return redirect(safe_back(request))


def sent_back(request: SignedInRequest, form: forms.Form, sentence: str) -> HttpResponseRedirect:
    messages.error(request, sentence)
    return redirect(safe_back(request))


def to_cell(request: SignedInRequest, form: CellForm) -> HttpResponseRedirect:
    """Back to the plan, to the cell that the step was about."""
    cell = cell_id(form.cleaned_data["asistent"].pk, form.cleaned_data["den"])
    return redirect(f"{safe_back(request)}#{cell}")


def safe_back(request: SignedInRequest) -> str:
    """The page that the form names, if it is one of ours."""
    back = request.POST.get("zpet", "")
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=request.is_secure())
    return back if ours and back.startswith("/plan/") and "#" not in back else reverse("patrols:this-week")
