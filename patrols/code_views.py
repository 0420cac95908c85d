"""The code lists of activities: their entries are added, renamed, ordered, retired and taken back, never deleted."""

from dataclasses import dataclass
from typing import ClassVar

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apk.edits import EditGuard, carried_out, form_response, posted
from apk.people.access import Permission, SignedInRequest, requires
from patrols.models import IN_ORDER, ActivityKind, CalledPatrol, Code, Counter, Organisation, ReferralReason

form_page = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class CodeList:
    """A list as its pages call it. `used_by` names the relation whose rows use an entry, `parameter` the filter of
    the list of activities that shows them.
    """

    slug: str
    title: str
    about: str
    model: type[Code]
    used_by: str
    parameter: str

    @property
    def label(self) -> str:
        """What its history pages are called: "patrols.activitykind"."""
        return self.model._meta.label_lower


LISTS = {
    code_list.slug: code_list
    for code_list in (
        CodeList(
            "druhy-cinnosti",
            "Druhy činností",
            "Co asistent na telefonu vybírá, když zapisuje činnost.",
            ActivityKind,
            "activities",
            "druh",
        ),
        CodeList("pocty", "Zapsané počty", "Co se u činnosti počítá.", Counter, "numbers", "pocet"),
        CodeList(
            "organizace",
            "Organizace, které pomáhají",
            "Komu asistent člověka předává.",
            Organisation,
            "activities",
            "organizace",
        ),
        CodeList("duvody", "Důvody pomoci", "S čím člověk pomoc potřebuje.", ReferralReason, "activities", "duvod"),
        CodeList("hlidky", "Přivolané hlídky", "K čemu se volá hlídka.", CalledPatrol, "activities", "hlidka"),
    )
}


def list_called(slug: str) -> CodeList:
    if slug not in LISTS:
        raise Http404(f"no code list {slug}")
    return LISTS[slug]


class CodeForm(EditGuard, forms.ModelForm):
    """Name and position of an entry; its model is that of the list."""

    class Meta:
        model = ActivityKind
        fields = ("name", "position")
        widgets: ClassVar = {"name": forms.TextInput(attrs={"autocomplete": "off"})}


def form_of(code_list: CodeList) -> type[forms.ModelForm]:
    return forms.modelform_factory(code_list.model, form=CodeForm)


@requires(Permission.MANAGE_CODE_LISTS)
@require_safe
def code_lists(request: SignedInRequest) -> HttpResponse:
    """All code lists with how many entries each has: a query for each."""
    counted = [
        (code_list, code_list.model.objects.visible_to(request.user).in_use().count()) for code_list in LISTS.values()
    ]
    return render(request, "patrols/code_lists.html", {"lists": counted})


@requires(Permission.MANAGE_CODE_LISTS)
@require_safe
def code_list(request: SignedInRequest, slug: str) -> HttpResponse:
    """The entries in their order, each with how many records use it; retired ones apart."""
    shown = list_called(slug)
    entries = shown.model.objects.visible_to(request.user).annotate(count=Count(shown.used_by))
    # A grouped query forgets the model's own order.
    ordered = list(entries.order_by(*IN_ORDER))
    context = {
        "list": shown,
        "entries": [entry for entry in ordered if entry.retired_on is None],
        "retired": [entry for entry in ordered if entry.retired_on is not None],
        "may_view_activities": request.user.may(Permission.VIEW_ACTIVITIES),
    }
    return render(request, "patrols/code_list.html", context)


@requires(Permission.MANAGE_CODE_LISTS)
@form_page
def add_code(request: SignedInRequest, slug: str) -> HttpResponse:
    to = list_called(slug)
    form = form_of(to)(posted(request))
    if form.is_valid() and carried_out(form, form.save):
        messages.success(request, f"„{form.instance}“ je v číselníku. Telefony položku nabídnou, až se příště ozvou.")
        return redirect("codes:list", slug)
    return form_response(request, "patrols/add_code.html", {"form": form, "list": to})


@requires(Permission.MANAGE_CODE_LISTS)
@form_page
@transaction.atomic
def edit_code(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    of = list_called(slug)
    entry = get_object_or_404(of.model.objects.visible_to(request.user).select_for_update(), pk=pk)
    name = entry.name
    form = form_of(of)(posted(request), instance=entry)
    if form.is_valid() and carried_out(form, form.save):
        messages.success(request, "Položka je uložená.")
        return redirect("codes:list", slug)
    return form_response(request, "patrols/edit_code.html", {"form": form, "list": of, "name": name})


@requires(Permission.MANAGE_CODE_LISTS)
@form_page
@transaction.atomic
def retire_code(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Asks first."""
    of = list_called(slug)
    entry = get_object_or_404(of.model.objects.visible_to(request.user).in_use().select_for_update(), pk=pk)
    form = forms.Form(posted(request))
    if form.is_valid():
        entry.retire(on=timezone.localdate())
        messages.success(request, f"„{entry}“ už telefony nenabídnou. Starší záznamy položku mají dál.")
        return redirect("codes:list", slug)
    return form_response(request, "patrols/retire_code.html", {"form": form, "list": of, "entry": entry})


@requires(Permission.MANAGE_CODE_LISTS)
@form_page
@transaction.atomic
def restore_code(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Asks first."""
    of = list_called(slug)
    entry = get_object_or_404(
        of.model.objects.visible_to(request.user).exclude(retired_on=None).select_for_update(), pk=pk
    )
    form = forms.Form(posted(request))
    if form.is_valid():
        entry.restore()
        messages.success(request, f"„{entry}“ telefony zase nabídnou.")
        return redirect("codes:list", slug)
    return form_response(request, "patrols/restore_code.html", {"form": form, "list": of, "entry": entry})
