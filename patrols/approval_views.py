"""Approving attendance: the month as people × days, and one person's day with its corrections."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apk import czech
from apk.calendar import Month, day_bounds, holiday
from apk.edits import carried_out, form_response, posted
from apk.people.access import Permission, Role, SignedInRequest, requires
from apk.people.models import Assistant, User
from apk.refusal import Refused
from patrols import attendance_approval
from patrols.approval_forms import DutyForm, ReasonForm
from patrols.attendance_approval import (
    Correction,
    DayState,
    PersonDay,
    digest_of_days,
    led_days,
    people_days,
    ready_days,
)
from patrols.attendance_days import Days
from patrols.attendance_views import exact_hours
from patrols.duties import Duty, served
from patrols.models import Attendance, AttendanceStep, CorrectionRequest, LegalLimit
from patrols.month_hours import without_break

form_page = require_http_methods(["GET", "HEAD", "POST"])
State = CorrectionRequest.State


@dataclass(frozen=True)
class HeadDay:
    """A day in the head of the table."""

    on: date
    today: date

    @property
    def short(self) -> str:
        return f"{czech.WEEKDAYS_SHORT[self.on.weekday()]} {self.on.day}."

    @property
    def look(self) -> str:
        off = "day-off" if self.on.weekday() >= 5 or holiday(self.on) else ""
        return f"{off} today".strip() if self.on == self.today else off


@dataclass(frozen=True)
class Cell:
    """A person's day in the table; `found` None where nothing was planned or served."""

    day: HeadDay
    found: PersonDay | None
    away: bool
    may_approve: bool

    @property
    def hours(self) -> Decimal:
        return exact_hours(self.found.served) if self.found else Decimal(0)

    @property
    def token(self) -> str:
        """What one press on it sends: whose day is approved and what it held when it was seen."""
        return f"{self.found.assistant.pk}/{self.found.day}/{self.found.digest}" if self.found else ""


@dataclass(frozen=True)
class Line:
    """A person's month in the table.

    `served` are hours inside the month; a cell holds whole duties of the day on which they begin.
    """

    assistant: Assistant
    cells: list[Cell]
    ready: list[PersonDay]
    served: Decimal

    @property
    def token(self) -> str:
        return f"{self.assistant.pk}/{digest_of_days(self.ready)}"

    @property
    def waiting(self) -> list[PersonDay]:
        """Days that are over and not approved."""
        return [cell.found for cell in self.cells if cell.found and cell.found.state.waits]

    @property
    def is_approved(self) -> bool:
        return not self.waiting and any(cell.found and cell.found.is_approved for cell in self.cells)


def begun(month: Month) -> Month:
    """The month. Raises Http404 when it has not begun."""
    if month > Month.of(timezone.now()):
        raise Http404(f"{month} has not begun")
    return month


@requires(Permission.VIEW_ATTENDANCE)
@require_safe
def approvals(request: SignedInRequest, month: Month) -> HttpResponse:
    """The month as people × days: what was served and how each day stands."""
    now = timezone.now()
    lines = lines_of(request.user, begun(month), now)
    waiting = [day for line in lines for day in line.waiting]
    context = {
        "month": month,
        "next_month": month.next if month < Month.of(now) else None,
        "days": [HeadDay(day, timezone.localdate()) for day in month.days],
        "lines": lines,
        "waiting": len(waiting),
        "missing": sum(day.state in {DayState.MISSING, DayState.ABSENT} for day in waiting),
        "requests": [
            cell.found for line in lines for cell in line.cells if cell.found is not None and cell.found.request
        ],
        "may_approve": request.user.may(Permission.APPROVE_ATTENDANCE),
    }
    return render(request, "patrols/approvals.html", context)


def lines_of(user: User, month: Month, now: datetime) -> list[Line]:
    """The people of the month whom the user may see, with their days. Eight queries."""
    days = Days(month.first_day, month.last_day)
    people = list(
        Assistant.objects.visible_to(user).employed_within(month.first_day, month.last_day).select_related("user")
    )
    found = people_days(people, days, now, user)
    duties = attendance_approval.duties_in(people, days)
    absences = attendance_approval.absences_in(people, days)
    led = led_days(user, days) if user.may(Permission.APPROVE_ATTENDANCE) else {}
    today = timezone.localdate()

    def cell(person: Assistant, day: date) -> Cell:
        person_day = found[person.pk].get(day)
        away = any(row.first <= day <= row.last for row in absences[person.pk])
        mine = any(span.first <= day <= span.last for span in led.get(person.pk, ()))
        may_approve = mine and person_day is not None and person_day.may_be_approved and not person_day.missing
        return Cell(HeadDay(day, today), person_day, away, may_approve)

    return [
        Line(
            person,
            [cell(person, day) for day in month.days],
            ready_days(found[person.pk], led.get(person.pk, ())),
            exact_hours(served(duties.get(person.pk, ()), month.start, month.end)),
        )
        for person in people
    ]


@requires(Permission.APPROVE_ATTENDANCE)
@require_POST
def approve(request: SignedInRequest, month: Month) -> HttpResponse:
    """Approves one person's day (`den`), or all of their days of the month that are ready (`mesic`)."""
    now = timezone.now()
    try:
        if "den" in request.POST:
            who, day, seen = parts_of(request.POST["den"], 3)
            person = assistant_of(request, who)
            attendance_approval.approve(person, a_day(day), by=request.user, seen=seen, now=now)
            messages.success(request, f"{person}, {czech.day(a_day(day))}: schváleno.")
        else:
            who, seen = parts_of(request.POST.get("mesic", ""), 2)
            person = assistant_of(request, who)
            count = attendance_approval.approve_month(person, begun(month), by=request.user, seen=seen, now=now)
            messages.success(request, f"{person}: schváleno {czech.counted(count, 'den', 'dny', 'dnů')}.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    if request.POST.get("zpet") == "den" and "den" in request.POST:
        return redirect("attendance:day", person.pk, a_day(day))
    return redirect("attendance:approvals", month)


def parts_of(token: str, number: int) -> list[str]:
    """Raises Http404 for what no button sends."""
    parts = token.split("/")
    if len(parts) != number or not parts[0].isdecimal() or len(parts[0]) > 18:
        raise Http404("not a day of this table")
    return parts


def a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404("not a day") from error


def assistant_of(request: SignedInRequest, pk: int | str) -> Assistant:
    return get_object_or_404(Assistant.objects.visible_to(request.user).select_related("user"), pk=pk)


# --- One person's day -------------------------------------------------------------------------------------------------


@requires(Permission.VIEW_ATTENDANCE)
@require_safe
def day_page(request: SignedInRequest, pk: int, day: date) -> HttpResponse:
    """What was planned, noted and corrected on a day, how it stands, and what can be done about it."""
    person, now = assistant_of(request, pk), timezone.now()
    found = attendance_approval.day_of(person, day, now, request.user)
    (in_force,) = LegalLimit.objects.in_force(day, day)
    leads = request.user.may(Permission.APPROVE_ATTENDANCE) and attendance_approval.leads(request.user, person, day)
    is_open = not (found.step and found.step.move == AttendanceStep.Move.APPROVE)
    context = {
        "person": person,
        "day": day,
        "month": Month.of(day),
        "found": found,
        "served": exact_hours(found.served),
        "planned": exact_hours(found.planned),
        "breaks": [breach.sentence for breach in without_break(found.duties, in_force.limits)],
        "events": events_of(found),
        "steps": AttendanceStep.objects.filter(assistant=person).within(day, day).select_related("by"),
        "requests": CorrectionRequest.objects.filter(assistant=person)
        .within(day, day)
        .exclude(state=State.WAITING)
        .select_related("decided_by"),
        "token": f"{person.pk}/{day}/{found.digest}",
        "may_approve": leads and found.may_be_approved and not found.missing,
        "may_reopen": leads and not is_open,
        "may_correct": leads and is_open,
        "may_decide": leads and is_open and found.request is not None,
        "may_propose": request.user.may(Permission.PROPOSE_CORRECTIONS) and is_open and found.request is None,
        "may_cancel": request.user.may(Permission.PROPOSE_CORRECTIONS) and found.request is not None,
        "is_own": request.user.role == Role.ASSISTANT,
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
    }
    return render(request, "patrols/attendance_day.html", context)


def events_of(found: PersonDay) -> list[Attendance]:
    """Everything noted on the day or for its duties, also what was taken back, in the order of time."""
    lower, upper = day_bounds(found.day)
    upper = max([upper, *(duty.end + timedelta(seconds=1) for duty in found.duties if duty.end)])
    lower = min([lower, *(duty.first for duty in found.duties)])
    events = Attendance.objects.filter(assistant=found.assistant, at__gte=lower, at__lt=upper)
    return list(events.select_related("entered_by", "withdrawn_by"))


def duty_of(request: SignedInRequest, found: PersonDay) -> Duty | None:
    """The duty that the address speaks of, None for a new one. Raises Http404 when there is none such."""
    if "sluzba" not in request.GET:
        return None
    first = request.GET["sluzba"]
    for duty in found.duties:
        if duty.first.isoformat() == first:
            return duty
    raise Http404("no such duty")


@requires(Permission.APPROVE_ATTENDANCE)
@form_page
def correct(request: SignedInRequest, pk: int, day: date) -> HttpResponse:
    """Writes down what a duty really was."""
    person, now = assistant_of(request, pk), timezone.now()
    found = attendance_approval.day_of(person, day, now, request.user)
    form = DutyForm(posted(request), day=day, duty=duty_of(request, found))

    def store() -> None:
        attendance_approval.correct(
            person,
            day,
            form.cleaned_data["correction"],
            by=request.user,
            reason=form.cleaned_data["reason"],
            now=now,
        )

    if form.is_valid() and carried_out(form, store):
        messages.success(request, "Docházka je opravená. Co bylo zapsáno předtím, zůstává vidět.")
        return redirect("attendance:day", pk, day)
    words = {"title": "Opravit docházku" if form.duty else "Doplnit službu", "button": "Uložit opravu"}
    context = {"form": form, "person": person, "day": day, "month": Month.of(day), "found": found, **words}
    return form_response(request, "patrols/correct_attendance.html", context)


@requires(Permission.APPROVE_ATTENDANCE)
@form_page
def take_back(request: SignedInRequest, pk: int, day: date) -> HttpResponse:
    """Asks why a duty never was; what was noted stays readable."""
    person, now = assistant_of(request, pk), timezone.now()
    duty = duty_of(request, attendance_approval.day_of(person, day, now, request.user))
    form = ReasonForm(posted(request))

    def store() -> None:
        correction = Correction(duty.first if duty else None, None)
        attendance_approval.correct(
            person, day, correction, by=request.user, reason=form.cleaned_data["reason"], now=now
        )

    if form.is_valid() and carried_out(form, store):
        messages.success(request, "Služba se nepočítá. Záznamy zůstávají vidět.")
        return redirect("attendance:day", pk, day)
    words = {
        "title": "Vzít službu zpět?",
        "sentence": "Její záznamy zůstanou vidět s důvodem a nebudou se počítat.",
        "button": "Vzít zpět",
    }
    return step_page(request, form, person, day, words)


@requires(Permission.APPROVE_ATTENDANCE)
@form_page
def reopen(request: SignedInRequest, pk: int, day: date) -> HttpResponse:
    """Asks why an approved day is opened again."""
    person = assistant_of(request, pk)
    form = ReasonForm(posted(request))

    def store() -> None:
        attendance_approval.reopen(person, day, by=request.user, reason=form.cleaned_data["reason"], now=timezone.now())

    if form.is_valid() and carried_out(form, store):
        messages.success(request, "Den je znovu otevřený, docházku jde opravit.")
        return redirect("attendance:day", pk, day)
    words = {
        "title": "Znovu otevřít schválený den?",
        "sentence": "Docházku pak půjde opravit a den bude čekat na nové schválení. Důvod zůstane vidět.",
        "button": "Znovu otevřít",
    }
    return step_page(request, form, person, day, words)


def step_page(
    request: SignedInRequest, form: forms.Form, person: Assistant, day: date, words: Mapping[str, Any]
) -> HttpResponse:
    context = {"form": form, "person": person, "day": day, "month": Month.of(day), **words}
    return form_response(request, "patrols/attendance_step.html", context)


@requires(Permission.PROPOSE_CORRECTIONS)
@form_page
def propose(request: SignedInRequest, pk: int, day: date) -> HttpResponse:
    """An assistant says what a duty really was."""
    person, now = assistant_of(request, pk), timezone.now()
    found = attendance_approval.day_of(person, day, now, request.user)
    form = DutyForm(posted(request), day=day, duty=duty_of(request, found))

    def store() -> None:
        attendance_approval.propose(
            person, day, form.cleaned_data["correction"], reason=form.cleaned_data["reason"], now=now
        )

    if form.is_valid() and carried_out(form, store):
        messages.success(request, "Návrh je u mentora. Docházka se změní, až ho převezme.")
        return redirect("attendance:day", pk, day)
    words = {"title": "Navrhnout opravu", "button": "Poslat mentorovi"}
    context = {"form": form, "person": person, "day": day, "month": Month.of(day), "found": found, **words}
    return form_response(request, "patrols/correct_attendance.html", context)


@requires(Permission.PROPOSE_CORRECTIONS)
@require_POST
def cancel_request(request: SignedInRequest, pk: int) -> HttpResponse:
    """The assistant takes a proposal back before it is decided."""
    asked = request_of(request, pk)
    try:
        asked.decide(State.CANCELLED, by=request.user, now=timezone.now())
        messages.success(request, "Návrh je vzatý zpět.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("attendance:day", asked.assistant_id, asked.day)


@requires(Permission.APPROVE_ATTENDANCE)
@require_POST
def take_request(request: SignedInRequest, pk: int) -> HttpResponse:
    """The mentor takes a proposal over: the attendance becomes what it says."""
    asked = request_of(request, pk)
    form = forms.Form(request.POST)
    if form.is_valid() and carried_out(
        form, lambda: attendance_approval.take_over(asked, by=request.user, now=timezone.now())
    ):
        messages.success(request, "Návrh je převzatý, docházka je opravená.")
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect("attendance:day", asked.assistant_id, asked.day)


@requires(Permission.APPROVE_ATTENDANCE)
@form_page
def refuse_request(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks what to tell the assistant whose proposal is not taken."""
    asked = request_of(request, pk)
    form = ReasonForm(posted(request))

    def store() -> None:
        attendance_approval.refuse(asked, by=request.user, answer=form.cleaned_data["reason"], now=timezone.now())

    if form.is_valid() and carried_out(form, store):
        messages.success(request, "Návrh není přijatý, asistent uvidí proč.")
        return redirect("attendance:day", asked.assistant_id, asked.day)
    words = {
        "title": "Nepřijmout návrh?",
        "sentence": f"Návrh: {asked.clock}. Docházka zůstane, jak je, a asistent uvidí, co napíšete.",
        "button": "Nepřijmout",
    }
    return step_page(request, form, asked.assistant, asked.day, words)


def request_of(request: SignedInRequest, pk: int) -> CorrectionRequest:
    rows = CorrectionRequest.objects.visible_to(request.user).select_related("assistant__user")
    return get_object_or_404(rows, pk=pk)
