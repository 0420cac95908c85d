"""The control for a boundary: a map to draw on above the text that holds it."""

from typing import Any

from django import forms
from leaflet.forms.widgets import LeafletWidget


class AreaWidget(LeafletWidget):
    """django-leaflet's widget in our own template: its script would be inline, which the content policy forbids.

    The value is text, just as it was typed or as it is stored, so that a boundary which cannot be read stays in the
    field. The page gives the map its data under the id "map-data" (docs/interface.md).
    """

    template_name = "localities/area_widget.html"
    geom_type = "MULTIPOLYGON"
    include_media = False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        # The parents would read the value with GEOS, which empties the field when it cannot.
        context: dict[str, Any] = forms.Widget.get_context(self, name, value, attrs)
        return context
