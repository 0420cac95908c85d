"""Pages of monthly evaluations: who has one, one with the figures of the month beside it, writing and signing."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apk.calendar import Month
from apk.edits import EditGuard, carried_out, form_response, posted
from apk.people.access import Permission, Role, SignedInRequest, requires
from apk.people.models import Assistant
from apk.plain_text import readable
from apk.refusal import Refused
from reports import evaluations, timesheets
from reports.models import Evaluation
from reports.models.evaluations import refuse_unless_led
from reports.timesheet_views import begun


class EvaluationForm(EditGuard, forms.ModelForm):
    class Meta:
        model = Evaluation
        fields = ("grade", "went_well", "to_improve", "goals")
        widgets = {
            "grade": forms.RadioSelect,
            "went_well": forms.Textarea(attrs={"rows": 4}),
            "to_improve": forms.Textarea(attrs={"rows": 4}),
            "goals": forms.Textarea(attrs={"rows": 4}),
        }
        error_messages = {
            "grade": {"required": "Vyberte celkové hodnocení."},
            "went_well": {"required": "Napište aspoň větu o tom, co se dařilo."},
        }

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["grade"].choices = Evaluation.Grade.choices  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        for name in ("went_well", "to_improve", "goals"):
            if name in self.cleaned_data:
                self.cleaned_data[name] = readable(self.cleaned_data[name])


@requires(Permission.VIEW_FIELD_CHECKS)
@require_safe
def month_page(request: SignedInRequest, month: Month) -> HttpResponse:
    """Whose month is evaluated, signed and read."""
    people = timesheets.people_of(request.user, begun(month))
    written = {row.assistant_id: row for row in Evaluation.objects.visible_to(request.user).of(month)}
    context = {
        "month": month,
        "next_month": month.next if month < Month.of(timezone.now()) else None,
        "rows": [(person, written.get(person.pk)) for person in people],
        "writes": request.user.may(Permission.MANAGE_FIELD_CHECKS),
    }
    return render(request, "reports/evaluations.html", context)


def person_or_404(request: SignedInRequest, month: Month, pk: int) -> Assistant:
    return get_object_or_404(timesheets.people_of(request.user, begun(month)), pk=pk)


@requires(Permission.VIEW_FIELD_CHECKS)
@require_safe
def person_page(request: SignedInRequest, month: Month, pk: int) -> HttpResponse:
    """One evaluation with the figures of the month: as they were signed, else as they are."""
    person = person_or_404(request, month, pk)
    found = Evaluation.objects.visible_to(request.user).of(month).filter(assistant=person).first()
    if found is None and request.user.role == Role.ASSISTANT:
        raise Http404("not signed yet")
    figures = found.figures if found and found.is_signed else None
    context = {
        "month": month,
        "person": person,
        "evaluation": found,
        "figures": figures or evaluations.figures_of(person, month, request.user, timezone.now()),
        "writes": request.user.may(Permission.MANAGE_FIELD_CHECKS) and not (found and found.is_signed),
        "may_sign": found is not None and not found.is_signed and timezone.now() >= month.end,
        "may_acknowledge": found is not None and found.seen_at is None and request.user.role == Role.ASSISTANT,
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
    }
    return render(request, "reports/evaluation.html", context)


@requires(Permission.MANAGE_FIELD_CHECKS)
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def write(request: SignedInRequest, month: Month, pk: int) -> HttpResponse:
    """Writes an evaluation, or changes one that is not signed."""
    person = person_or_404(request, month, pk)
    row = Evaluation.objects.select_for_update(of=("self",)).of(month).filter(assistant=person).first()
    if row is not None and row.is_signed:
        messages.error(request, "Hodnocení je podepsané a už se nemění.")
        return redirect(row)
    instance = row or Evaluation(assistant=person, month=month.first_day, written_by=request.user)
    form = EvaluationForm(posted(request), instance=instance)

    def store() -> None:
        refuse_unless_led(person, month, request.user)
        form.instance.written_by = request.user
        form.save()

    if form.is_valid() and carried_out(form, store):
        messages.success(request, "Hodnocení je uložené. Asistent ho uvidí, až ho podepíšete.")
        return redirect(form.instance)
    context = {
        "form": form,
        "month": month,
        "person": person,
        "figures": evaluations.figures_of(person, month, request.user, timezone.now()),
    }
    return form_response(request, "reports/evaluation_form.html", context)


@requires(Permission.MANAGE_FIELD_CHECKS)
@require_POST
def sign(request: SignedInRequest, month: Month, pk: int) -> HttpResponse:
    """Seals the evaluation that was read with the figures of this moment."""
    person = person_or_404(request, month, pk)
    found = get_object_or_404(Evaluation.objects.visible_to(request.user).of(month), assistant=person)
    now = timezone.now()
    try:
        figures = evaluations.figures_of(person, month, request.user, now)
        found.sign(by=request.user, figures=figures, seen=request.POST.get("digest", ""), now=now)
        messages.success(request, "Hodnocení je podepsané, asistent ho teď vidí.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("evaluations:person", month, pk)


@requires(Permission.PROPOSE_CORRECTIONS)
@require_POST
def acknowledge(request: SignedInRequest, month: Month, pk: int) -> HttpResponse:
    """The assistant says that they have read it."""
    person = person_or_404(request, month, pk)
    found = get_object_or_404(Evaluation.objects.visible_to(request.user).of(month), assistant=person)
    found.acknowledge(now=timezone.now())
    messages.success(request, "Děkujeme, mentor uvidí, že jste hodnocení četli.")
    return redirect("evaluations:person", month, pk)
