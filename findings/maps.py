"""What a map of the city shows, in the shape that static/js/map.js reads (docs/interface.md)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from apk.localities.models import Locality, LocalityQuerySet

# Degrees around the outermost marks: some 200 metres, so that a single one stands in its surroundings.
MARGIN = (0.002, 0.003)


def city_map(localities: LocalityQuerySet, places: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The base map with `localities` (one query) and marks: {id, lat, lon, label, pieces, url}.

    Opens on the marks, without any on the whole city.
    """
    places = list(places)
    kinds = dict(Locality.Kind.choices)
    return {
        "bounds": bounds(places) if places else settings.CITY_BOUNDS,
        "tiles_url": settings.TILES_URL,
        "tiles_attribution": settings.TILES_ATTRIBUTION,
        "localities": {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": {"name": name, "kind": kinds[kind]}, "geometry": area}
                for name, kind, area in localities.values_list("name", "kind", "area")
            ],
        },
        "places": places,
    }


def bounds(places: list[Mapping[str, Any]]) -> list[float]:
    """South, west, north and east of the marks, with a margin around them."""
    latitudes, longitudes = [place["lat"] for place in places], [place["lon"] for place in places]
    return [
        min(latitudes) - MARGIN[0],
        min(longitudes) - MARGIN[1],
        max(latitudes) + MARGIN[0],
        max(longitudes) + MARGIN[1],
    ]
