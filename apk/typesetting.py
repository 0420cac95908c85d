"""Sets documents as PDF and draws pictures by typst: the same bytes wherever and whenever, with fonts of our own. Pure.

Whatever app has a template puts its own data into it; nothing here knows what is printed.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import fontpkg_roboto
import typst

FONTS = fontpkg_roboto.ROOT / "files"

# What Roboto can draw of what people write here: Latin with all accents, Cyrillic, marks. An archive file must draw
# every character, so any other becomes the replacement character; the working papers keep it.
UNDRAWABLE = re.compile(
    "[^\u200b -~\u00a0-\u017f\u0218-\u021b\u0400-\u045f\u0490\u0491\u1e80-\u1e85\u1e9e\u1ea0-\u1ef9"
    "\u2013-\u2015\u2018-\u201e\u2020-\u2022\u2026\u2030\u2032\u2033\u2039\u203a\u20ac\u2116\u2122\u2212"
    "\u2248\u2260\u2264\u2265\ufffd]"
)


Standard = Literal["a-2a", "ua-1"]
"""What typst can be asked to keep, as far as we ask it."""


def typeset(template: Path, data: dict[str, Any], *, moment: datetime, standards: Sequence[Standard]) -> bytes:
    """The file. Its date is `moment`; neither the clock nor the system's fonts are looked at.

    `data` reaches the template as `sys.inputs.data`, JSON; typst's own checks of the `standards`
    refuse to write a file that is none of them.
    """
    pdf: bytes = typst.compile(
        template,
        root=template.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(drawable(data))},
        pdf_standards=list(standards),
        timestamp=moment,
    )
    return pdf


def drawn(template: Path, data: dict[str, Any], *, pixels_per_inch: int) -> bytes:
    """The one page of the template as a PNG; `data` as for `typeset`."""
    png: bytes = typst.compile(
        template,
        root=template.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(drawable(data))},
        format="png",
        ppi=pixels_per_inch,
    )
    return png


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def drawable(value: Any) -> Any:
    """The same data with every text made of characters that the font has."""
    match value:
        case str():
            return UNDRAWABLE.sub("\ufffd", value)
        case dict():
            return {key: drawable(item) for key, item in value.items()}
        case list():
            return [drawable(item) for item in value]
        case _:
            return value
