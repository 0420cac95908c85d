"""The form of what is painted over in a photo."""

from typing import Any, Final

from django import forms

from findings.covering import Area

MOST: Final = 30
UNREADABLE: Final = "Každý řádek má čtyři čísla od 0 do 100: zleva, shora, šířka a výška v procentech."


class CoverForm(forms.Form):
    """Rectangles, one to a line, in percent of the picture. Drawing on the photo fills the same field."""

    areas = forms.CharField(
        label="Zakryté části",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
        help_text="Nakreslete obdélníky tažením po fotografii, nebo napište: zleva, shora, šířka a výška v procentech.",
        error_messages={"required": "Nakreslete aspoň jeden obdélník."},
        max_length=2000,
    )

    def __init__(self, *args: Any, covered: list[list[float]], **options: Any) -> None:
        lines = [" ".join(f"{100 * share:.1f}" for share in area) for area in covered]
        super().__init__(*args, **{"initial": {"areas": "\n".join(lines)}, **options})

    def clean_areas(self) -> list[Area]:
        """As shares of the picture. What reaches over its edge is cut off there."""
        lines = [line for line in self.cleaned_data["areas"].replace(",", ".").splitlines() if line.strip()]
        if len(lines) > MOST:
            raise forms.ValidationError(f"Nejvýš {MOST} obdélníků na jedné fotografii.", code="too-many")
        return [area(line) for line in lines]


def area(line: str) -> Area:
    try:
        left, top, width, height = (float(part) / 100 for part in line.split())
    except ValueError as error:
        raise forms.ValidationError(UNREADABLE, code="invalid") from error
    inside = 0 <= left < 1 and 0 <= top < 1 and 0 < width <= 1 and 0 < height <= 1
    if not inside:
        raise forms.ValidationError(UNREADABLE, code="invalid")
    return left, top, min(width, 1 - left), min(height, 1 - top)
