"""Pages of field checks: the list, one check, writing one down."""

from collections.abc import Iterator

from django.contrib import messages
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
from apk.people.models import Assistant, AssistantQuerySet
from apk.plain_text import readable
from patrols.check_forms import FieldCheckFilter, FieldCheckForm
from patrols.models import FieldCheck, FieldCheckQuerySet
from patrols.training_forms import WithdrawForm

PAGE = 50

form_page = require_http_methods(["GET", "HEAD", "POST"])


@requires(Permission.VIEW_FIELD_CHECKS)
@require_safe
def checks(request: SignedInRequest) -> HttpResponse:
    """The checks that the filter in the address lets through, the latest first."""
    return render_list(request, FieldCheckFilter(request.GET, user=request.user))


def render_list(request: SignedInRequest, form: FieldCheckFilter, status: int = 200) -> HttpResponse:
    found = form.checks()
    context = {
        "form": form,
        "words": form.words(),
        "page": Paginator(found.with_people(), PAGE).get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
        "manages": request.user.may(Permission.MANAGE_FIELD_CHECKS),
        "may_export": request.user.may(Permission.EXPORT_ATTENDANCE),
    }
    return render(request, "patrols/checks.html", context, status=status)


@requires(Permission.EXPORT_ATTENDANCE)
@require_GET
def export(request: SignedInRequest) -> HttpResponseBase:
    """The filtered checks as a CSV file."""
    form = FieldCheckFilter(request.GET, user=request.user)
    if not form.is_valid():
        return render_list(request, form, status=422)
    found = form.checks()
    name = f"kontroly-{local_date(timezone.now()):%Y-%m-%d}.csv"
    return csv_export(
        request, name, export_rows(found), what="Kontroly v terénu (CSV)", count=found.count(), filter=form.asked
    )


def export_rows(found: FieldCheckQuerySet) -> Iterator[tuple[Cell, ...]]:
    yield ("Kdy", "Lokalita", "Místo", "Asistenti", "Výsledek", "Zjištění", "Co s tím dál", "Kdo kontroloval")
    for row in found.with_people().iterator(chunk_size=500):
        yield (
            row.checked_at,
            row.locality.name if row.locality else "",
            row.place,
            ", ".join(str(each) for each in row.checked.all()),
            row.get_result_display(),
            row.finding,
            row.measures,
            str(row.checked_by),
        )


@requires(Permission.VIEW_FIELD_CHECKS)
@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(FieldCheck.objects.visible_to(request.user).with_people(), pk=pk)
    context = {
        "check": shown,
        "keeps": request.user.may(Permission.MANAGE_FIELD_CHECKS) and shown.checked_by_id == request.user.pk,
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
    }
    return render(request, "patrols/check.html", context)


def people_of(request: SignedInRequest) -> AssistantQuerySet:
    """Whom the mentor may write down: those they see who are employed today."""
    today = timezone.localdate()
    return Assistant.objects.visible_to(request.user).employed_on(today).select_related("user")


@requires(Permission.MANAGE_FIELD_CHECKS)
@form_page
def add(request: SignedInRequest) -> HttpResponse:
    form = FieldCheckForm(posted(request), instance=FieldCheck(checked_by=request.user), people=people_of(request))
    if form.is_valid() and carried_out(form, form.store):
        messages.success(request, "Kontrola je zapsaná.")
        return redirect(form.instance)
    words = {"title": "Zapsat kontrolu v terénu", "button": "Zapsat kontrolu"}
    return form_response(request, "patrols/check_form.html", {"form": form, **words})


@requires(Permission.MANAGE_FIELD_CHECKS)
@form_page
@transaction.atomic
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    edited = get_object_or_404(own(request), pk=pk)
    concerned = Assistant.objects.filter(pk__in=edited.checked.values("assistant")).select_related("user")
    form = FieldCheckForm(posted(request), instance=edited, people=(people_of(request) | concerned).distinct())
    if form.is_valid() and carried_out(form, form.store):
        messages.success(request, "Kontrola je uložená.")
        return redirect(edited)
    words = {"title": "Upravit kontrolu", "button": "Uložit kontrolu", "check": edited}
    return form_response(request, "patrols/check_form.html", {"form": form, **words})


@requires(Permission.MANAGE_FIELD_CHECKS)
@form_page
@transaction.atomic
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks why."""
    shown = get_object_or_404(own(request), pk=pk)
    form = WithdrawForm(posted(request))
    if form.is_valid() and carried_out(
        form, lambda: shown.withdraw(at=timezone.now(), reason=readable(form.cleaned_data["reason"]))
    ):
        messages.success(request, "Zápis kontroly je zrušený.")
        return redirect(shown)
    words = {"title": "Zrušit zápis kontroly?", "button": "Zrušit zápis", "check": shown, "danger": True}
    return form_response(request, "patrols/check_form.html", {"form": form, **words})


def own(request: SignedInRequest) -> FieldCheckQuerySet:
    rows = FieldCheck.objects.visible_to(request.user).kept_by(request.user).standing()
    return rows.select_for_update(of=("self",))
