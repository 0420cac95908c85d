"""Pages of the register of training: who stands how, the records, what shifts need."""

from collections.abc import Iterator

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from apk.audit.exports import csv_export
from apk.calendar import local_date
from apk.csv_files import Cell
from apk.edits import carried_out, form_response, posted
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.models import Assistant
from apk.plain_text import readable
from apk.refusal import Refused
from patrols.models import Training, TrainingKind, TrainingNeed, TrainingQuerySet
from patrols.training import State, standings
from patrols.training_forms import KindForm, NeedForm, NewTrainingForm, TrainingFilter, TrainingForm, WithdrawForm

PAGE = 50

form_page = require_http_methods(["GET", "HEAD", "POST"])


@requires(Permission.VIEW_TRAINING)
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """Who has what: of everybody employed today each training that they had or need; first what is missing or ends."""
    today = timezone.localdate()
    people = Assistant.objects.visible_to(request.user).employed_on(today).select_related("user")
    rows = standings(list(people), today)
    context = {
        "rows": sorted(rows, key=lambda row: not row.state.matters),
        "troubled": [row for row in rows if row.state.matters],
        "manages": request.user.may(Permission.MANAGE_TRAINING),
        "State": State,
    }
    return render(request, "patrols/training_overview.html", context)


@requires(Permission.VIEW_TRAINING)
@require_safe
def trainings(request: SignedInRequest) -> HttpResponse:
    """The records that the filter in the address lets through, with their figures."""
    return render_list(request, TrainingFilter(request.GET, user=request.user))


def render_list(request: SignedInRequest, form: TrainingFilter, status: int = 200) -> HttpResponse:
    found = form.trainings()
    context = {
        "form": form,
        "words": form.words(),
        "counts": found.counts(),
        "page": Paginator(with_names(found), PAGE).get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
        "manages": request.user.may(Permission.MANAGE_TRAINING),
    }
    return render(request, "patrols/trainings.html", context, status=status)


def with_names(found: TrainingQuerySet) -> TrainingQuerySet:
    return found.select_related("assistant__user", "kind")


@requires(Permission.MANAGE_TRAINING)
@require_GET
def export(request: SignedInRequest) -> HttpResponseBase:
    """The filtered records as a CSV file; who took which is written to the access log."""
    form = TrainingFilter(request.GET, user=request.user)
    if not form.is_valid():
        # A file speaks no sentences: better none than one with other rows than were meant.
        return render_list(request, form, status=422)
    found = form.trainings()
    name = f"skoleni-{local_date(timezone.now()):%Y-%m-%d}.csv"
    return csv_export(request, name, export_rows(found), what="Školení (CSV)", count=found.count(), filter=form.asked)


def export_rows(found: TrainingQuerySet) -> Iterator[tuple[Cell, ...]]:
    yield (
        "Dne",
        "Asistent",
        "Druh školení",
        "Hodin",
        "Kdo školil",
        "Výsledek",
        "Číslo osvědčení",
        "Platí do",
        "Poznámka",
    )
    for row in with_names(found).iterator(chunk_size=1000):
        yield (
            row.held_on,
            str(row.assistant),
            row.kind.name,
            row.hours,
            row.provider,
            row.result,
            row.document_number,
            row.expires_on,
            row.note,
        )


@requires(Permission.VIEW_TRAINING)
@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(
        Training.objects.visible_to(request.user).select_related("assistant__user", "kind", "recorded_by"), pk=pk
    )
    context = {
        "training": shown,
        "manages": request.user.may(Permission.MANAGE_TRAINING),
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
    }
    return render(request, "patrols/training.html", context)


@requires(Permission.MANAGE_TRAINING)
@form_page
def add(request: SignedInRequest) -> HttpResponse:
    """One training of several people."""
    today = timezone.localdate()
    people = Assistant.objects.visible_to(request.user).employed_on(today).select_related("user")
    form = NewTrainingForm(posted(request), instance=Training(recorded_by=request.user), people=people)
    if form.is_valid() and carried_out(form, lambda: store(form)):
        messages.success(request, "Školení je zapsané.")
        return redirect("training:list")
    return form_response(request, "patrols/add_training.html", {"form": form})


def store(form: NewTrainingForm) -> None:
    """A record for each person, all or none. Raises Refused for one who has it already."""
    for person in form.cleaned_data["people"]:
        row = Training(assistant=person, recorded_by=form.instance.recorded_by)
        for name in TrainingForm.Meta.fields:
            setattr(row, name, form.cleaned_data[name])
        try:
            row.validate_constraints()
        except ValidationError as error:
            raise Refused(f"{person}: {' '.join(error.messages)}") from error
        row.save()


@requires(Permission.MANAGE_TRAINING)
@form_page
@transaction.atomic
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    rows = Training.objects.visible_to(request.user).standing().select_for_update(of=("self",))
    edited = get_object_or_404(rows.select_related("assistant__user"), pk=pk)
    form = TrainingForm(posted(request), instance=edited)
    if form.is_valid() and carried_out(form, form.save):
        messages.success(request, "Školení je uložené.")
        return redirect(edited)
    context = {"form": form, "training": Training.objects.select_related("kind", "assistant__user").get(pk=pk)}
    return form_response(request, "patrols/edit_training.html", context)


@requires(Permission.MANAGE_TRAINING)
@form_page
@transaction.atomic
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks why."""
    rows = Training.objects.visible_to(request.user).standing().select_for_update(of=("self",))
    shown = get_object_or_404(rows.select_related("assistant__user", "kind"), pk=pk)
    form = WithdrawForm(posted(request))
    if form.is_valid() and carried_out(
        form, lambda: shown.withdraw(at=timezone.now(), reason=readable(form.cleaned_data["reason"]))
    ):
        messages.success(request, "Zápis je zrušený.")
        return redirect(shown)
    return form_response(request, "patrols/withdraw_training.html", {"form": form, "training": shown})


# --- What shifts need ------------------------------------------------------------------------------------------------


@requires(Permission.MANAGE_CODE_LISTS)
@require_safe
def setup(request: SignedInRequest) -> HttpResponse:
    """The kinds of training with their validity, and which shifts need which."""
    kinds = TrainingKind.objects.visible_to(request.user)
    context = {
        "kinds": kinds.in_use(),
        "retired": kinds.filter(retired_on__isnull=False),
        "needs": TrainingNeed.objects.select_related("kind", "locality").order_by("kind__position", "kind__sort_key"),
    }
    return render(request, "patrols/training_setup.html", context)


@requires(Permission.MANAGE_CODE_LISTS)
@form_page
def add_kind(request: SignedInRequest) -> HttpResponse:
    form = KindForm(posted(request), instance=TrainingKind())
    if form.is_valid() and carried_out(form, form.save):
        messages.success(request, f"Druh školení „{form.instance}“ je přidaný.")
        return redirect("training:setup")
    words = {"heading": "Nový druh školení", "button": "Přidat"}
    return form_response(request, "patrols/training_step.html", {"form": form, **words})


@requires(Permission.MANAGE_CODE_LISTS)
@form_page
@transaction.atomic
def edit_kind(request: SignedInRequest, pk: int) -> HttpResponse:
    kind = get_object_or_404(TrainingKind.objects.visible_to(request.user).select_for_update(), pk=pk)
    name = kind.name
    form = KindForm(posted(request), instance=kind)
    if form.is_valid() and carried_out(form, form.save):
        messages.success(request, "Druh školení je uložený. Dřívější zápisy mají svou platnost dál.")
        return redirect("training:setup")
    words = {"heading": f"Upravit: {name}", "button": "Uložit"}
    return form_response(request, "patrols/training_step.html", {"form": form, **words})


@requires(Permission.MANAGE_CODE_LISTS)
@form_page
@transaction.atomic
def retire_kind(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks first; the same page takes a retired kind back."""
    kind = get_object_or_404(TrainingKind.objects.visible_to(request.user).select_for_update(), pk=pk)
    form = forms.Form(posted(request))
    retired = kind.retired_on is not None
    if form.is_valid():
        if retired:
            kind.restore()
        else:
            kind.retire(on=timezone.localdate())
        messages.success(request, f"„{kind}“ je {'zpět' if retired else 'vyřazený'}.")
        return redirect("training:setup")
    words = {
        "heading": f"Vrátit do nabídky: {kind}?" if retired else f"Vyřadit: {kind}?",
        "sentence": "Při zápisu se bude zase nabízet."
        if retired
        else "Při zápisu se už nenabídne a plán ho nebude chtít. Dřívější zápisy zůstanou.",
        "button": "Vrátit" if retired else "Vyřadit",
    }
    return form_response(request, "patrols/training_step.html", {"form": form, **words})


@requires(Permission.MANAGE_CODE_LISTS)
@form_page
def add_need(request: SignedInRequest) -> HttpResponse:
    form = NeedForm(posted(request))
    if form.is_valid() and carried_out(form, form.save):
        messages.success(request, "Od teď to plán směn hlídá.")
        return redirect("training:setup")
    words = {"heading": "Které směny potřebují školení", "button": "Přidat"}
    return form_response(request, "patrols/training_step.html", {"form": form, **words})


@requires(Permission.MANAGE_CODE_LISTS)
@form_page
@transaction.atomic
def remove_need(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks first; the history keeps it."""
    need = get_object_or_404(TrainingNeed.objects.select_for_update(of=("self",)).select_related("kind"), pk=pk)
    form = forms.Form(posted(request))
    if form.is_valid():
        need.delete()
        messages.success(request, "Plán směn to už nehlídá.")
        return redirect("training:setup")
    words = {
        "heading": f"Přestat hlídat: {need}?",
        "sentence": "Směny to už nebudou chtít.",
        "button": "Přestat hlídat",
    }
    return form_response(request, "patrols/training_step.html", {"form": form, **words})
