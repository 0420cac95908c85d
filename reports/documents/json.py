"""The month as JSON, for scripts: what `MonthSummary.from_json` reads back. Pure."""

import json

from reports.summary import MonthSummary


def build(summary: MonthSummary) -> bytes:
    """The summary's JSON form with its digest beside it, indented, UTF-8."""
    return json.dumps({**summary.as_json(), "sha256": summary.digest}, ensure_ascii=False, indent=2).encode() + b"\n"
