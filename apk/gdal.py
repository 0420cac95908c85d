"""Where GDAL and GEOS are: a system library when configured, else the one inside the pyogrio and shapely wheels.

django.contrib.gis looks for them when it is imported, so settings ask here first.
"""

from importlib.util import find_spec
from pathlib import Path


def wheel_library(package: str, pattern: str) -> str | None:
    """Path of the shared library that `package`'s wheel carries beside it, or None when it carries none."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    beside = Path(spec.origin).parent.parent / f"{package}.libs"
    found = sorted(beside.glob(pattern))
    return str(found[0]) if found else None
