"""Localities on a map, in the shape that static/js/map.js reads (docs/interface.md)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from apk.localities import geometry
from apk.localities.models import Locality


def locality_map(
    localities: Iterable[Locality], *, current: Locality | None = None, bounds: Sequence[float] | None = None
) -> dict[str, Any]:
    """`localities` as areas that lead to their pages, `current` marked.

    Opens on `bounds` (south, west, north, east in degrees), else on all the areas, without any on the whole city.
    Evaluates `localities` once.
    """
    localities = list(localities)
    return {
        "bounds": bounds or around([locality.area for locality in localities]),
        "tiles_url": settings.TILES_URL,
        "tiles_attribution": settings.TILES_ATTRIBUTION,
        "localities": {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {
                        "name": locality.name,
                        "kind": locality.get_kind_display(),
                        "url": reverse("localities:locality", args=[locality.pk]),
                        "current": locality == current,
                    },
                    "geometry": locality.area,
                }
                for locality in localities
            ],
        },
        "places": [],
    }


def around(areas: Sequence[geometry.Area], more: float = 0.05) -> list[float]:
    """Bounds (south, west, north, east in degrees) of areas, with `more` of their height and width on each side."""
    if not areas:
        return list(settings.CITY_BOUNDS)
    souths, wests, norths, easts = zip(*map(geometry.extent, areas), strict=True)
    south, west, north, east = min(souths), min(wests), max(norths), max(easts)
    high, wide = (north - south) * more, (east - west) * more
    return [south - high, west - wide, north + high, east + wide]
