"""Localities on a map, in the shape that static/js/map.js reads (docs/interface.md)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from apk.localities.models import Locality


def locality_map(
    localities: Iterable[Locality], *, current: Locality | None = None, bounds: Sequence[float] | None = None
) -> dict[str, Any]:
    """`localities` as areas that lead to their pages, `current` marked; opens on `bounds` (south, west, north, east
    in degrees), else on the whole city. Runs no query of its own."""
    return {
        "bounds": list(bounds or settings.CITY_BOUNDS),
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
