"""The week plan and its shifts: add, change, remove."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apk import czech
from apk.audit.exports import csv_export
from apk.calendar import Week, local_date
from apk.people.access import Permission, Role, SignedInRequest, requires
from patrols import steps
from patrols.forms import CopyForm, NewShiftForm, ShiftChangeForm, ShiftForm, WeekPicker, values_of
from patrols.models import Announcement, Operation, OutdatedError, Shift, ShiftError
from patrols.planning import Copy, cell_id, copies_of_last_week, copy_last_week, shown_to, week_plan
from patrols.publishing import described


@requires(Permission.VIEW_PLAN)
@require_safe
def this_week(request: SignedInRequest) -> HttpResponse:
    """To the week that holds the day asked for, or to this one."""
    today = local_date(timezone.now())
    picker = WeekPicker(request.GET) if "den" in request.GET else None
    if picker is None:
        return redirect("patrols:week", Week.of(today))
    if picker.is_valid():
        return redirect("patrols:week", Week.of(picker.cleaned_data["den"]))
    return week_page(request, Week.of(today), picker)


@requires(Permission.VIEW_PLAN)
@require_safe
def week(request: SignedInRequest, week: Week) -> HttpResponse:
    """Who is where in a week: people down, days across; day by day on a phone."""
    return week_page(request, week, WeekPicker(initial={"den": week.first_day}))


def week_page(request: SignedInRequest, week: Week, picker: WeekPicker) -> HttpResponse:
    today = local_date(timezone.now())
    plan = week_plan(week, request.user, today)
    context = {
        "plan": plan,
        "picker": picker,
        "today": today,
        "is_this_week": week == Week.of(today),
        "last_operation": Operation.objects.last_of(request.user),
        "may_plan": request.user.may(Permission.PLAN_SHIFTS),
        "unpublished": plan.unpublished if request.user.may(Permission.PLAN_SHIFTS) else 0,
        "span": czech.days(week.first_day, week.last_day),
    }
    return render(request, "patrols/week.html", context, status=422 if picker.errors else 200)


@requires(Permission.VIEW_PLAN)
@require_safe
def export_week(request: SignedInRequest, week: Week) -> HttpResponseBase:
    """The week's shifts as CSV, one a line; assistants get theirs as they were told."""
    shifts = (
        shown_to(request.user)
        .starting_within(week.first_day, week.last_day)
        .select_related("assistant__user", "locality")
        .order_by("start", "assistant__user__sort_key", "pk")
    )
    head = ("Asistent", "Osobní číslo", "Den", "Začátek", "Konec", "Hodin", "Lokalita", "Poznámka")
    rows = [
        (
            shift.assistant.user.full_name,
            shift.assistant.user.personal_number,
            shift.starts_on,
            shift.start,
            shift.end,
            shift.hours,
            shift.locality.name,
            shift.note,
        )
        for shift in shifts
    ]
    return csv_export(
        request,
        f"plan-smen-{week}.csv",
        [head, *rows],
        what=f"Plán směn, {czech.days(week.first_day, week.last_day)}",
        count=len(rows),
        week=str(week),
        whole=True,
    )


@requires(Permission.VIEW_PLAN)
@require_safe
def shift(request: SignedInRequest, pk: int) -> HttpResponse:
    """All about one shift; assistants are led to what they were told of it."""
    if request.user.role == Role.ASSISTANT:
        told = get_object_or_404(Announcement.objects.visible_to(request.user), shift=pk)
        return redirect(told)
    shifts = Shift.objects.visible_to(request.user)
    found = get_object_or_404(shifts.select_related("assistant__user", "locality__district", "announcement"), pk=pk)
    context = {
        "shift": found,
        "may_change": request.user.may(Permission.PLAN_SHIFTS)
        and shifts.planned_by(request.user).filter(pk=pk).exists(),
    }
    return render(request, "patrols/shift.html", context)


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_shift(request: SignedInRequest) -> HttpResponse:
    """A new shift; the address may name the person and the day, and the rest is guessed from their last shift."""
    form = NewShiftForm(typed(request), user=request.user, initial=guess(request))
    if form.is_valid():
        try:
            added = steps.add_one(request.user, **form.shift)
        except ShiftError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, f"Směna přidána: {added.assistant}, {described(added)}.")
            return redirect(place_in_plan(added))
    return form_page(request, "patrols/shift_add.html", form)


def guess(request: SignedInRequest) -> dict[str, Any]:
    """Initial values of a new shift: the place and time that the person had last, which is mostly what they get."""
    person = request.GET.get("asistent", "")
    values = {"assistant": person, "day": request.GET.get("den") or local_date(timezone.now()), "note": ""}
    if not person.isdecimal():
        return values
    last = Shift.objects.visible_to(request.user).filter(assistant=int(person)).order_by("-start").first()
    return values if last is None else values_of(last) | values


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def change_shift(request: SignedInRequest, pk: int) -> HttpResponse:
    found = shift_to_plan(request, pk)
    form = ShiftChangeForm(typed(request), user=request.user, current=found)
    if form.is_valid():
        try:
            steps.change_one(request.user, found, **form.shift)
        except OutdatedError as refusal:
            explain(form, refusal)
        except ShiftError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, f"Směna změněna: {found.assistant}, {described(found)}.")
            return redirect(place_in_plan(found))
    return form_page(request, "patrols/shift_change.html", form, shift=form.current)


def explain(form: ShiftChangeForm, refusal: OutdatedError) -> None:
    """Says what holds now, keeps what was typed, and lets the mentor decide again."""
    if refusal.current is None:
        form.add_error(None, f"{refusal} Pokud má platit, přidejte ji v plánu znovu.")
        return
    form.show_anew(refusal.current)
    form.add_error(None, f"{refusal} Teď platí: {described(refusal.current)}. Má-li platit vaše, uložte ještě jednou.")


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_shift(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks first; the history keeps what was removed."""
    found = shift_to_plan(request, pk)
    refused = ""
    if request.method == "POST":
        try:
            steps.remove_one(request.user, found, seen=request.POST.get("seen", ""))
        except ShiftError as refusal:
            refused = str(refusal)
        else:
            messages.success(request, f"Směna odebrána: {found.assistant}, {described(found)}.")
            return redirect(place_in_plan(found))
    status = 422 if refused else 200
    return render(request, "patrols/shift_remove.html", {"shift": found, "refused": refused}, status=status)


@requires(Permission.PLAN_SHIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def copy_week(request: SignedInRequest, week: Week) -> HttpResponse:
    """Shows what copying the week before would add and what stands in its way; does it when confirmed."""
    form = CopyForm(request.POST if request.method == "POST" else request.GET, user=request.user)
    valid = form.is_valid()
    assistant = form.cleaned_data.get("asistent")
    if request.method == "POST" and valid:
        added, left_out = copy_last_week(week, request.user, assistant)
        tell_copied(request, added, left_out)
        return redirect("patrols:week", week)
    copies = copies_of_last_week(week, request.user, assistant) if valid else []
    context = {
        "week": week,
        "form": form,
        "chosen": assistant,
        "copies": copies,
        "ready": sum(not copy.obstacle for copy in copies),
        "span": czech.days(week.first_day, week.last_day),
        "span_before": czech.days(week.previous.first_day, week.previous.last_day),
    }
    return render(request, "patrols/copy_week.html", context, status=200 if valid else 422)


def tell_copied(request: SignedInRequest, added: list[Shift], left_out: list[tuple[Copy, str]]) -> None:
    if added:
        grew = czech.plural(len(added), "přibyla", "přibyly", "přibylo")
        messages.success(request, f"Do plánu {grew} {czech.counted(len(added), 'směna', 'směny', 'směn')}.")
    else:
        messages.info(request, "Do plánu nic nepřibylo.")
    for copy, reason in left_out:
        source = copy.source
        messages.warning(request, f"Vynecháno: {source.assistant}, {czech.day(copy.day)} {source.clock}. {reason}")


def shift_to_plan(request: SignedInRequest, pk: int) -> Shift:
    """The shift, if it is one that the mentor may change. Raises Http404."""
    shifts = Shift.objects.visible_to(request.user).planned_by(request.user)
    return get_object_or_404(shifts.select_related("assistant__user", "locality", "announcement"), pk=pk)


def typed(request: SignedInRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def form_page(request: SignedInRequest, template: str, form: ShiftForm, **context: Any) -> HttpResponse:
    back = reverse("patrols:week", args=[Week.of(form.chosen_day)])
    return render(request, template, {"form": form, "back": back, **context}, status=422 if form.errors else 200)


def place_in_plan(shift: Shift) -> str:
    """The address of the plan's cell with the shift."""
    return f"{reverse('patrols:week', args=[shift.week])}#{cell_id(shift.assistant_id, shift.starts_on)}"
