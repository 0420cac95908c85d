"""The month as JSON, for scripts: what `MonthSummary.from_json` reads back. Pure."""

import json
from pathlib import Path

from reports.documents.imprint import UNISSUED, Imprint
from reports.summary import MonthSummary

SCHEMA = Path(__file__).with_name("month.schema.json")
"""JSON Schema of what `build` writes."""


def build(summary: MonthSummary, imprint: Imprint = UNISSUED) -> bytes:
    """The summary's JSON form with its digest beside it, indented, UTF-8."""
    edition = {"number": imprint.edition, "standing": imprint.standing} if imprint.edition else None
    document = {**summary.as_json(), "edition": edition, "sha256": summary.digest}
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
