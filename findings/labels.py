"""The label of a sharps box: a QR code that leads to the box's page. Pure."""

from io import BytesIO

import segno
from django.utils.safestring import SafeString, mark_safe


def qr(text: str) -> SafeString:
    """The text as a QR code: an SVG element without inline styles, black on white, that keeps its size by CSS."""
    file = BytesIO()
    # A quarter of the code may be scratched off a box and it is still read.
    segno.make(text, error="q", micro=False).save(
        file, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, dark="#000", light="#fff", nl=False
    )
    return mark_safe(file.getvalue().decode())  # noqa: S308  # drawn by the library, the text is only its pattern
