"""Pages for the tests of the map modules alone: a map to look at, one to draw on, one to point at."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from tests.factories import square

PAGE = """
{% extends "base.html" %}
{% block head %}{% include "parts/map_assets.html" with draw=True %}{% endblock %}
{% block content %}
<h1>Mapa</h1>
{{ map|json_script:"map-data" }}
<div class="map" data-map="map-data" role="region" aria-label="Mapa" DATA></div>
BESIDE
{% endblock %}
"""
TABLE = """
<table><tbody>
{% for place in map.places %}
<tr data-place="{{ place.id }}"><td><a href="{{ place.url }}">{{ place.label }}</a></td></tr>
{% endfor %}
</tbody></table>
"""
FIELD = """<label for="id_area">Hranice</label><textarea id="id_area">{{ area }}</textarea>"""
INPUTS = """
<label for="id_lat">Šířka</label><input id="id_lat"><label for="id_lon">Délka</label><input id="id_lon">
"""
AREA = (
    '{"type":"MultiPolygon","coordinates":[[[[18.27,49.84],[18.29,49.84],[18.29,49.85],[18.27,49.85],[18.27,49.84]]]]}'
)


def map_data(places: int) -> dict[str, Any]:
    locality = {
        "type": "Feature",
        "properties": {"name": "Jílová", "kind": "Riziková oblast", "url": "/lokalita"},
        "geometry": square(49.845, 18.277),
    }
    return {
        "bounds": [49.80, 18.20, 49.88, 18.32],
        "tiles_url": "",
        "tiles_attribution": "",
        "localities": {"type": "FeatureCollection", "features": [locality]},
        "places": [
            {
                "id": ordinal,
                "lat": 49.81 + ordinal % 20 * 0.003,
                "lon": 18.22 + ordinal // 20 * 0.004,
                "label": f"Místo <b>{ordinal}</b>",
                "pieces": ordinal,
                "url": f"/misto/{ordinal}",
            }
            for ordinal in range(1, places + 1)
        ],
    }


def page(request: HttpRequest, data: str, beside: str, places: int = 0) -> HttpResponse:
    template = engines["django"].from_string(PAGE.replace("DATA", data).replace("BESIDE", beside))
    return HttpResponse(template.render({"map": map_data(places), "area": AREA}, request))


urlpatterns = [
    path("", include("apk.urls")),
    path("map/<int:places>", page, {"data": "", "beside": TABLE}, name="map"),
    path("draw", page, {"data": 'data-map-draw="id_area"', "beside": FIELD}, name="map-draw"),
    path("point", page, {"data": 'data-map-point="id_lat id_lon"', "beside": INPUTS}, name="map-point"),
]
