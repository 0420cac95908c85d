"""Pages of needle-stick injuries. Who opens a record is written to the access log."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apk.audit.history import entries
from apk.audit.history import subject as subject_of
from apk.audit.models import AccessLog
from apk.audit.tracked import Rows, Story
from apk.calendar import local_date
from apk.edits import carried_out, form_response, posted
from apk.localities.models import Locality
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.models import Assistant, AssistantQuerySet
from findings.custody_forms import MomentForm, PlainField
from findings.models import Injury, Step

PAGE = 50

# Kept out of the register of stories: the history of a record is shown on its own page, which logs who looks.
STORY = Story("findings.Injury", (Rows("findings.InjuryStep", "injury_id"),), frozenset())

form_page = require_http_methods(["GET", "HEAD", "POST"])


class InjuryForm(MomentForm):
    """Who was pricked, when, where and how."""

    assistant = forms.ModelChoiceField(Assistant.objects.none(), label="Kdo se poranil", empty_label="vyberte")
    locality = forms.ModelChoiceField(
        Locality.objects.none(), label="Lokalita", required=False, empty_label="mimo lokality"
    )
    description = PlainField(
        label="Jak se to stalo",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Co jste dělali, čím jste se poranili a kam. Zdravotní údaje sem nepište, ty patří lékaři.",
    )
    field_order = ("assistant", "day", "clock", "locality", "description")

    def __init__(self, *args: object, people: AssistantQuerySet, now: datetime, **options: object) -> None:
        super().__init__(*args, now=now, **options)
        self.fields["assistant"].queryset = people  # type: ignore[attr-defined]
        self.fields["locality"].queryset = Locality.objects.open_on(local_date(now))  # type: ignore[attr-defined]


class StepForm(MomentForm):
    """When a step was taken."""

    note = PlainField(label="Poznámka", max_length=300, required=False)


@requires(Permission.VIEW_INJURIES)
@require_safe
def injuries(request: SignedInRequest) -> HttpResponse:
    """Records that the user may see, those with steps to be taken first in words."""
    shown = Injury.objects.visible_to(request.user).select_related("assistant__user").prefetch_related("steps")
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    rows = [(injury, len(Step) - len(injury.steps.all())) for injury in page.object_list]
    if rows:
        AccessLog.objects.note(
            user=request.user, action=AccessLog.Action.VIEW, what="Seznam poranění jehlou", rows=len(rows)
        )
    return render(request, "findings/injuries.html", {"page": page, "rows": rows})


@requires(Permission.VIEW_INJURIES)
@form_page
def add_injury(request: SignedInRequest) -> HttpResponse:
    """A new record: of oneself, or of an assistant whom one may see."""
    people = Assistant.objects.visible_to(request.user).select_related("user")
    initial = {"assistant": people[0]} if not request.user.may(Permission.VIEW_PEOPLE) and people else {}
    form = InjuryForm(posted(request), now=timezone.now(), people=people, initial=initial)
    if form.is_valid():
        injury = Injury.objects.create(
            assistant=form.cleaned_data["assistant"],
            happened_at=form.moment,
            locality=form.cleaned_data["locality"],
            description=form.cleaned_data["description"],
            recorded_by=request.user,
        )
        messages.success(request, "Poranění je zapsané. Teď zapište kroky, které už jsou hotové.")
        return redirect(injury)
    return form_response(request, "findings/add_injury.html", {"form": form})


@requires(Permission.VIEW_INJURIES)
@require_safe
def injury(request: SignedInRequest, pk: int) -> HttpResponse:
    """One record with its steps and its history."""
    shown = get_object_or_404(
        Injury.objects.visible_to(request.user).select_related("assistant__user", "locality", "recorded_by"), pk=pk
    )
    AccessLog.objects.note(
        user=request.user, action=AccessLog.Action.VIEW, what=f"Poranění jehlou: {shown}", injury=shown.pk
    )
    taken = {step.step: step for step in shown.steps.select_related("recorded_by")}
    now = timezone.now()
    story = subject_of(STORY, str(shown.pk), request.user)
    context = {
        "injury": shown,
        "steps": [(step, taken.get(step)) for step in Step],
        "see_a_doctor": Step.DOCTOR not in taken,
        "too_late": Step.DOCTOR not in taken and now > shown.doctor_until,
        "history": entries(story) if story and request.user.may(Permission.VIEW_HISTORY) else [],
    }
    return render(request, "findings/injury.html", context)


@requires(Permission.VIEW_INJURIES)
@form_page
def take_step(request: SignedInRequest, pk: int, step: str) -> HttpResponse:
    """Writes when a step was taken, or puts it right."""
    shown = get_object_or_404(Injury.objects.visible_to(request.user).select_related("assistant__user"), pk=pk)
    if step not in Step.values:
        raise Http404(f"no step {step}")
    wanted = Step(step)
    before = shown.steps.filter(step=wanted).first()
    form = StepForm(posted(request), now=timezone.now(), initial={"note": before.note} if before else {})
    if form.is_valid() and carried_out(
        form,
        lambda: shown.take(wanted, at=form.moment, by=request.user, note=form.cleaned_data["note"]),
    ):
        messages.success(request, f"Zapsáno: {wanted.label}.")
        return redirect(shown)
    return form_response(request, "findings/injury_step.html", {"form": form, "injury": shown, "step": wanted})
