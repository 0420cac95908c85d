"""What the map asks for while it is moved: marks and squares of the findings that the filter lets through."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from apk.localities.fields import BoxField
from apk.people.access import Permission, SignedInRequest, requires
from findings import clusters
from findings.clusters import Mark
from findings.filters import DENSITY, FindingFilter


class WindowForm(forms.Form):
    """The part of the map that is on the screen, and its zoom."""

    okno = BoxField(label="Okno")
    zoom = forms.FloatField(label="Přiblížení", min_value=0, max_value=clusters.MOST_ZOOM)


@requires(Permission.VIEW_FINDINGS)
@require_safe
def marks(request: SignedInRequest) -> JsonResponse:
    """The filtered findings within a window of the map, as marks or as squares of how many there are."""
    window = WindowForm(request.GET)
    chosen = FindingFilter(request.GET, user=request.user)
    if not window.is_valid():
        return JsonResponse({"message": " ".join(sentences(window))}, status=422)
    box, zoom = window.cleaned_data["okno"], window.cleaned_data["zoom"]
    found_all = chosen.findings()
    density = chosen.cleaned_data.get("mapa") == DENSITY
    south, _, north, _ = settings.CITY_BOUNDS
    cells = clusters.grid(zoom, clusters.HEAT_PX if density else clusters.MARK_PX, (south + north) / 2)
    together_above = 0 if density else None if zoom >= clusters.EACH_PLACE_FROM else clusters.FEW_PLACES
    found = clusters.gather(found_all, box, cells, together_above=together_above)
    answer = {
        "cells": [cells.height, cells.width],
        "places": sum(mark.places for mark in found),
        "events": sum(mark.events for mark in found),
        "pieces": sum(mark.pieces for mark in found),
    }
    if density:
        heat = zip(found, clusters.levels(found), strict=True)
        answer["squares"] = [[mark.row, mark.column, mark.pieces, level] for mark, level in heat]
    else:
        answer["marks"] = [shown(mark) for mark in found]
    return JsonResponse(answer)


def sentences(form: forms.Form) -> list[str]:
    return [str(sentence) for faults in form.errors.values() for sentence in faults]


def shown(mark: Mark) -> dict[str, Any]:
    drawn = {
        "cell": [mark.row, mark.column],
        "lat": mark.latitude,
        "lon": mark.longitude,
        "places": mark.places,
        "events": mark.events,
        "pieces": mark.pieces,
    }
    if mark.place:
        drawn |= {"id": mark.place, "label": mark.name, "url": reverse("findings:place", args=[mark.place])}
    return drawn
