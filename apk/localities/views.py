"""The register of localities with their boundaries, and the code list of city districts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apk import czech
from apk.edits import carried_out, form_response, posted
from apk.localities import geometry
from apk.localities.forms import CloseForm, DistrictForm, LocalityFilter, LocalityForm
from apk.localities.maps import around, locality_map
from apk.localities.models import District, Locality, LocalityQuerySet
from apk.people.access import Permission, SignedInRequest, requires

PAGE = 50

form_page = require_http_methods(["GET", "HEAD", "POST"])


@requires(Permission.VIEW_LOCALITIES)
@require_safe
def localities(request: SignedInRequest) -> HttpResponse:
    chosen = LocalityFilter(request.GET)
    found = chosen.apply(Locality.objects.visible_to(request.user), timezone.localdate()).select_related("district")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"filter": chosen, "page": page, "map": locality_map(page.object_list)}
    return render(request, "localities/localities.html", context)


@requires(Permission.VIEW_LOCALITIES)
@require_safe
def locality(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Locality.objects.visible_to(request.user).select_related("district"), pk=pk)
    others = list(neighbours(request, found))
    latitude, longitude = geometry.centre(found.area)
    context = {
        "locality": found,
        "overlapping": overlapping(found, others),
        "map": locality_map([found, *others], current=found, bounds=around([found.area], more=0.5)),
        "hectares": geometry.size_m2(found.area) / 10_000,
        "centre": geometry.position(latitude, longitude),
        "centre_sjtsk": geometry.to_sjtsk(latitude, longitude),
        "vertices": geometry.vertex_count(found.area),
    }
    return render(request, "localities/locality.html", context)


@requires(Permission.MANAGE_LOCALITIES)
@form_page
def add_locality(request: SignedInRequest) -> HttpResponse:
    form = LocalityForm(*sent(request), initial={"opened_on": timezone.localdate()})
    if form.is_valid() and carried_out(form, form.save):
        say_saved(request, form.instance)
        return redirect("localities:locality", form.instance.pk)
    context = {"form": form, "map": locality_map(neighbours(request))}
    return form_response(request, "localities/new_locality.html", context)


@requires(Permission.MANAGE_LOCALITIES)
@form_page
@transaction.atomic
def edit_locality(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Locality.objects.visible_to(request.user).select_for_update(), pk=pk)
    stored_name, stored_area = found.name, found.area
    form = LocalityForm(*sent(request), instance=found)
    if form.is_valid() and carried_out(form, form.save):
        say_saved(request, form.instance)
        return redirect("localities:locality", pk)
    context = {
        "form": form,
        "pk": pk,
        "name": stored_name,
        "map": locality_map(neighbours(request, found), bounds=around([stored_area], more=0.5)),
    }
    return form_response(request, "localities/edit_locality.html", context)


@requires(Permission.MANAGE_LOCALITIES)
@form_page
def close_locality(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Locality.objects.visible_to(request.user), pk=pk)
    form = CloseForm(posted(request), initial={"on": timezone.localdate()})
    if form.is_valid() and carried_out(form, lambda: found.close(on=form.cleaned_data["on"])):
        messages.success(request, f"Lokalita {found} se obchází do {czech.day(form.cleaned_data['on'])}.")
        return redirect("localities:locality", pk)
    return form_response(request, "localities/close_locality.html", {"form": form, "locality": found})


@requires(Permission.MANAGE_LOCALITIES)
@form_page
def reopen_locality(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Locality.objects.visible_to(request.user), pk=pk)
    form = forms.Form(posted(request))
    if form.is_valid():
        found.reopen()
        messages.success(request, f"Lokalita {found} se znovu obchází.")
        return redirect("localities:locality", pk)
    return form_response(request, "localities/reopen_locality.html", {"form": form, "locality": found})


@requires(Permission.MANAGE_LOCALITIES)
@require_safe
def districts(request: SignedInRequest) -> HttpResponse:
    # A grouped query forgets the model's own order.
    found = District.objects.visible_to(request.user).annotate(count=Count("localities")).order_by("sort_key", "id")
    return render(request, "localities/districts.html", {"districts": found})


@requires(Permission.MANAGE_LOCALITIES)
@form_page
def add_district(request: SignedInRequest) -> HttpResponse:
    form = DistrictForm(posted(request))
    if form.is_valid() and carried_out(form, form.save):
        messages.success(request, f"Městský obvod {form.instance} je v číselníku.")
        return redirect("localities:districts")
    return form_response(request, "localities/new_district.html", {"form": form})


@requires(Permission.MANAGE_LOCALITIES)
@form_page
@transaction.atomic
def edit_district(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(District.objects.visible_to(request.user).select_for_update(), pk=pk)
    stored_name = found.name
    form = DistrictForm(posted(request), instance=found)
    if form.is_valid() and carried_out(form, form.save):
        messages.success(request, "Název je uložený.")
        return redirect("localities:districts")
    return form_response(request, "localities/edit_district.html", {"form": form, "name": stored_name})


def neighbours(request: SignedInRequest, found: Locality | None = None) -> LocalityQuerySet:
    """The other localities patrolled today."""
    others = Locality.objects.visible_to(request.user).open_on(timezone.localdate())
    return others.exclude(pk=found.pk) if found else others


def overlapping(found: Locality, others: list[Locality]) -> list[Locality]:
    """Those of `others` that share a surface with `found`, in the order in which they came."""
    keys = geometry.AreaIndex((other.pk, other.area) for other in others).overlapping(found.area)
    return [other for other in others if other.pk in keys]


def say_saved(request: SignedInRequest, saved: Locality) -> None:
    """Overlapping is allowed, a yard can lie in a quarter, but it should not happen by a slip of the hand."""
    messages.success(request, f"Lokalita {saved} je uložená.")
    if over := overlapping(saved, list(neighbours(request, saved))):
        names = czech.joined(other.name for other in over)
        messages.warning(
            request, f"Hranice se překrývá s lokalitou {names}. Nález ze společné plochy připadne menší z lokalit."
        )


def sent(request: SignedInRequest) -> tuple[Any, Any]:
    """As `posted`, with the files."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)
