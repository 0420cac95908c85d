"""The one way to write figures and records so that the same content always has the same bytes. Pure."""

import json
from typing import Any


def canonical_json(data: Any) -> bytes:
    """Keys sorted, no spaces, UTF-8, no newline at the end. Raises ValueError for what JSON has no number for.

    Digests of sealed months and of reports handed over are made of these bytes: they must never change.
    """
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
