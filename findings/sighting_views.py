"""Pages of reports from others: what somebody told the desk, who was sent there, what came of it and how soon."""

from collections.abc import Iterator
from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Avg, Count, ExpressionWrapper, F, Q
from django.db.models.fields import DurationField
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from apk.audit.exports import csv_export
from apk.calendar import local_date
from apk.csv_files import Cell
from apk.edits import carried_out, form_response, posted
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.models import Assistant, AssistantQuerySet, User
from findings.models import Finding, Sighting, SightingQuerySet
from findings.sighting_forms import AssignForm, CloseForm, SightingFilter, SightingForm

PAGE = 50
form_page = require_http_methods(["GET", "HEAD", "POST"])

# From the report to its end, of those that somebody looked into.
RESPONSE = Avg(
    ExpressionWrapper(F("closed_at") - F("reported_at"), output_field=DurationField()),
    filter=~Q(outcome=Sighting.Outcome.CANCELLED),
)


def employed(user: User) -> AssistantQuerySet:
    return Assistant.objects.visible_to(user).employed_on(local_date(timezone.now())).select_related("user")


def with_names(found: SightingQuerySet) -> SightingQuerySet:
    return found.select_related("locality", "assistant__user", "recorded_by").defer("locality__area")


@requires(Permission.MANAGE_SIGHTINGS)
@require_safe
def sightings(request: SignedInRequest) -> HttpResponse:
    """The reports that the filter in the address lets through, and how soon they were looked into."""
    return render_list(request, SightingFilter(request.GET, user=request.user))


def render_list(request: SignedInRequest, form: SightingFilter, status: int = 200) -> HttpResponse:
    found = form.sightings()
    context = {
        "form": form,
        "words": form.words(),
        "page": Paginator(with_names(found), PAGE).get_page(request.GET.get("page")),
        "counts": found.aggregate(
            waiting=Count("pk", filter=Q(closed_at__isnull=True)),
            found=Count("pk", filter=Q(outcome=Sighting.Outcome.FOUND)),
            nothing=Count("pk", filter=Q(outcome=Sighting.Outcome.NOT_FOUND)),
            response=RESPONSE,
        ),
        "query": request.GET.urlencode(),
    }
    return render(request, "findings/sightings.html", context, status=status)


@requires(Permission.MANAGE_SIGHTINGS)
@require_GET
def export(request: SignedInRequest) -> HttpResponseBase:
    form = SightingFilter(request.GET, user=request.user)
    if not form.is_valid():
        return render_list(request, form, status=422)
    found = form.sightings()
    name = f"oznameni-{local_date(timezone.now()):%Y-%m-%d}.csv"
    return csv_export(request, name, export_rows(found), what="Oznámení (CSV)", count=found.count(), filter=form.asked)


def export_rows(found: SightingQuerySet) -> Iterator[tuple[Cell, ...]]:
    yield (
        "Oznámeno", "Kdo oznámil", "Kde", "Lokalita", "Co", "Číslo události MP", "Asistent", "Předáno asistentovi",
        "Výsledek", "Vyřízeno", "Minut do vyřízení", "Poznámka k výsledku", "Číslo nálezu",
    )  # fmt: skip
    for sighting in with_names(found).iterator(chunk_size=1000):
        took = sighting.response_time
        yield (
            sighting.reported_at,
            sighting.get_source_display(),
            sighting.where,
            sighting.locality.name if sighting.locality else "",
            sighting.note,
            sighting.event_number,
            str(sighting.assistant) if sighting.assistant else "",
            sighting.assigned_at,
            sighting.get_outcome_display(),
            sighting.closed_at,
            None if took is None else round(took / timedelta(minutes=1)),
            sighting.closing_note,
            str(sighting.finding_id or ""),
        )


@requires(Permission.MANAGE_SIGHTINGS)
@form_page
def add(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    form = SightingForm(posted(request), now=now, people=employed(request.user), user=request.user)
    if form.is_valid():
        made = form.made(request.user)
        made.save()
        messages.success(request, "Oznámení je zapsané." + (" Asistent ho má v telefonu." if made.assistant else ""))
        return redirect(made)
    return form_response(request, "findings/add_sighting.html", {"form": form})


def shown_sighting(request: SignedInRequest, pk: int) -> Sighting:
    found: Sighting = get_object_or_404(with_names(Sighting.objects.visible_to(request.user)), pk=pk)
    return found


@requires(Permission.VIEW_FINDINGS)
@require_safe
def sighting(request: SignedInRequest, pk: int) -> HttpResponse:
    """One report: what was told, who was sent, what came of it."""
    shown = shown_sighting(request, pk)
    context = {
        "sighting": shown,
        "finding": Finding.objects.visible_to(request.user).filter(sightings=shown).select_related("place").first(),
        "manages": request.user.may(Permission.MANAGE_SIGHTINGS),
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
    }
    return render(request, "findings/sighting.html", context)


@requires(Permission.MANAGE_SIGHTINGS)
@form_page
def assign(request: SignedInRequest, pk: int) -> HttpResponse:
    shown = shown_sighting(request, pk)
    form = AssignForm(posted(request), people=employed(request.user), initial={"assistant": shown.assistant_id})
    if form.is_valid() and carried_out(form, lambda: shown.assign(form.cleaned_data["assistant"], at=timezone.now())):
        messages.success(request, "Asistent ho má v telefonu." if shown.assistant else "Zatím tam nikdo nejde.")
        return redirect(shown)
    step = {"heading": "Kdo se podívá", "button": "Uložit"}
    return form_response(request, "findings/sighting_step.html", {"form": form, "sighting": shown, **step})


@requires(Permission.MANAGE_SIGHTINGS)
@form_page
def close(request: SignedInRequest, pk: int) -> HttpResponse:
    shown = shown_sighting(request, pk)
    form = CloseForm(posted(request))
    if form.is_valid() and carried_out(
        form, lambda: shown.close(form.cleaned_data["outcome"], at=timezone.now(), note=form.cleaned_data["note"])
    ):
        messages.success(request, "Oznámení je vyřízené.")
        return redirect(reverse("findings:sightings"))
    step = {"heading": "Vyřídit oznámení od stolu", "button": "Vyřídit"}
    return form_response(request, "findings/sighting_step.html", {"form": form, "sighting": shown, **step})
