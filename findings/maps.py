"""What a map of the city shows, in the shape that static/js/map.js reads (docs/interface.md)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings

from apk.localities.models import Locality, LocalityQuerySet

# Degrees around the outermost marks: some 200 metres, so that a single one stands in its surroundings.
MARGIN = (0.002, 0.003)


def city_map(
    localities: LocalityQuerySet, places: Iterable[Mapping[str, Any]] = (), *, around: Sequence[float] | None = None
) -> dict[str, Any]:
    """The base map with `localities` (one query) and marks: {id, lat, lon, label, pieces, url}.

    Opens on the marks or on what lies `around` (south, west, north, east), without any on the whole city.
    """
    places = list(places)
    opening = with_margin(*around) if around else bounds(places) if places else settings.CITY_BOUNDS
    kinds = dict(Locality.Kind.choices)
    return {
        "bounds": opening,
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
    return with_margin(min(latitudes), min(longitudes), max(latitudes), max(longitudes))


def with_margin(south: float, west: float, north: float, east: float) -> list[float]:
    high, wide = MARGIN
    return [south - high, west - wide, north + high, east + wide]
