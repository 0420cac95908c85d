"""Pages of places at the desk: the list with near pairs, moving, merging and splitting."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Max, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apk.czech import counted
from apk.edits import carried_out, form_response, posted
from apk.localities.models import Locality
from apk.people.access import Permission, SignedInRequest, requires
from findings import place_changes
from findings.maps import city_map
from findings.models import Finding, FindingQuerySet, Place, PlaceQuerySet
from findings.place_forms import NEIGHBOURS_M, MergePlaceForm, MovePlaceForm, PlaceFilter, SplitPlaceForm
from findings.places import Spot, near_pairs, places_around
from findings.reviewing import sealed_months

PAGE = 50
PAIRS = 8
AT_ONCE = 200
"""The latest findings of a place that can be split off at once."""

form_page = require_http_methods(["GET", "HEAD", "POST"])
STANDING = Q(findings__withdrawn_at__isnull=True, findings__merged_into__isnull=True)


@requires(Permission.REVIEW_FINDINGS)
@require_safe
def places(request: SignedInRequest) -> HttpResponse:
    """All places with what was found there, by everybody: a place is the city's. Above them pairs that may be one."""
    form = PlaceFilter(request.GET, user=request.user)
    found = with_counts(form.places()).order_by(*form.order_by, "pk")
    pairs = near_pairs(
        (
            Spot(*row)
            for row in Place.objects.visible_to(request.user).standing().values_list("pk", "latitude", "longitude")
        ),
        settings.PLACE_NEAR_M,
    )
    shown = pairs[:PAIRS]
    known = Place.objects.in_bulk({pk for _, first, second in shown for pk in (first, second)})
    context = {
        "form": form,
        "words": form.words(),
        "query": request.GET.urlencode(),
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "pairs": [(metres, known[first], known[second]) for metres, first, second in shown],
        "more_pairs": len(pairs) - len(shown),
        "near": settings.PLACE_NEAR_M,
        "may_change": request.user.may(Permission.MANAGE_LOCALITIES),
    }
    return render(request, "findings/places.html", context)


def with_counts(found: PlaceQuerySet) -> Any:
    """Each with `finding_count`, `found_pieces` and `last_found_at` of the findings that count."""
    return found.select_related("locality").annotate(
        finding_count=Count("findings", filter=STANDING),
        found_pieces=Sum("findings__pieces", filter=STANDING, default=0),
        last_found_at=Max("findings__found_at", filter=STANDING),
    )


def changed_place(request: SignedInRequest, pk: int) -> Place:
    """A place that is not merged. Raises Http404."""
    found: Place = get_object_or_404(
        Place.objects.visible_to(request.user).standing().select_related("locality__district"), pk=pk
    )
    return found


def mark_of(place: Place) -> dict[str, Any]:
    return {
        "id": place.pk,
        "lat": place.latitude,
        "lon": place.longitude,
        "label": place.name,
        "pieces": 1,
        "url": place.get_absolute_url(),
    }


@requires(Permission.MANAGE_LOCALITIES)
@form_page
def merge(request: SignedInRequest, pk: int) -> HttpResponse:
    """Two places that are one: the other one stays and takes the findings over; `do` in the address chooses it."""
    source = changed_place(request, pk)
    around = [pair for pair in places_around(source.latitude, source.longitude, NEIGHBOURS_M) if pair[0] != source]
    initial = {"into": request.GET.get("do") or (str(around[0][0].pk) if around else "")}
    form = MergePlaceForm(posted(request), around=around, initial=initial)
    done: list[place_changes.Moved] = []
    if form.is_valid() and carried_out(form, lambda: done.append(place_changes.merge(source, form.target))):
        went = counted(done[0].went, "nález přešel", "nálezy přešly", "nálezů přešlo")
        stayed = counted(done[0].stayed, "nález", "nálezy", "nálezů")
        rest = f" V uzavřených měsících zůstává {stayed} pod původním místem." if done[0].stayed else ""
        messages.success(request, f"Sloučeno: {went} k místu {form.target}.{rest}")
        return redirect(form.target)
    localities = Locality.objects.visible_to(request.user).filter(pk=source.locality_id)
    marks = [mark_of(source), *(mark_of(place) for place, _ in around)]
    context = {"form": form, "place": source, "around": around, "map": city_map(localities, marks)}
    return form_response(request, "findings/merge_place.html", context)


@requires(Permission.MANAGE_LOCALITIES)
@form_page
def split(request: SignedInRequest, pk: int) -> HttpResponse:
    """Two places that were taken for one: the ticked findings make a place of their own."""
    place = changed_place(request, pk)
    every: FindingQuerySet = Finding.objects.filter(place=place)
    found = every.outside_months(sealed_months(every)).select_related("assistant__user")
    shown = list(found.order_by("-found_at", "pk")[:AT_ONCE])
    ticked = set(request.POST.getlist("findings"))
    form = SplitPlaceForm(posted(request))
    made: list[Place] = []
    if form.is_valid() and carried_out(
        form,
        lambda: made.append(
            place_changes.split(
                place, [finding for finding in shown if str(finding.pk) in ticked], name=form.cleaned_data["name"]
            )
        ),
    ):
        messages.success(request, f"Vzniklo místo {made[0]}.")
        return redirect(made[0])
    localities = Locality.objects.visible_to(request.user).filter(pk=place.locality_id)
    marks = [finding_mark(finding) for finding in shown] or [mark_of(place)]
    context = {
        "form": form,
        "place": place,
        "findings": [(finding, str(finding.pk) in ticked) for finding in shown],
        "map": city_map(localities, marks),
    }
    return form_response(request, "findings/split_place.html", context)


def finding_mark(finding: Finding) -> dict[str, Any]:
    return {
        "id": str(finding.pk),
        "lat": finding.latitude,
        "lon": finding.longitude,
        "label": str(finding.assistant),
        "pieces": finding.pieces,
        "url": finding.get_absolute_url(),
    }


@requires(Permission.MANAGE_LOCALITIES)
@form_page
@transaction.atomic
def move(request: SignedInRequest, pk: int) -> HttpResponse:
    """Where a place lies. Its findings keep their own positions; its locality is the one that holds it."""
    place = changed_place(request, pk)
    if request.method == "POST":
        place = Place.objects.select_for_update(of=("self",)).get(pk=pk)
    mark = mark_of(place)
    form = MovePlaceForm(posted(request), instance=place)
    if form.is_valid():
        locality = place_changes.holding(place.latitude, place.longitude)
        place.locality_id = locality.id if locality else None
        place.save(update_fields=["latitude", "longitude", "locality"])
        messages.success(request, f"Místo {place} je přesunuté.")
        return redirect(place)
    localities = Locality.objects.visible_to(request.user)
    context = {"form": form, "place": place, "map": city_map(localities, [mark])}
    return form_response(request, "findings/move_place.html", context)
