"""The shape of a part of the map in an address: south,west,north,east in degrees of WGS84."""

import math
from typing import Any

from django import forms

WRONG = "Výřez mapy se píše jih,západ,sever,východ ve stupních, například 49.8,18.2,49.9,18.3."


class BoxField(forms.CharField):
    """Gives (south, west, north, east), or None for an empty text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=120, error_messages={"max_length": WRONG}, **options)

    def clean(self, value: Any) -> tuple[float, float, float, float] | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            south, west, north, east = (float(part) for part in text.split(","))
        except ValueError as error:
            raise forms.ValidationError(WRONG, code="invalid") from error
        numbers = (south, west, north, east)
        if not all(map(math.isfinite, numbers)) or not (-90 <= south <= north <= 90 and -180 <= west <= east <= 180):
            raise forms.ValidationError(WRONG, code="invalid")
        return numbers
