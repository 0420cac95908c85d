"""The documents of a month: a summary in, a file's bytes out; the same bytes whenever the summary is the same.

Pure: the builders know neither the database nor the settings, the clock nor the language of the machine.
"""

from collections.abc import Callable
from dataclasses import dataclass

from apk import csv_files
from apk.calendar import Month
from reports.documents import csv, json, pdf, xlsx
from reports.summary import MonthSummary


@dataclass(frozen=True)
class DocumentFormat:
    """A kind of file that a month can be had as.

    `name` is what a reader calls it, `purpose` says when to take it. `internal` documents name assistants and lodging
    houses and stay in the house.
    """

    extension: str
    content_type: str
    name: str
    purpose: str
    internal: bool
    build: Callable[[MonthSummary], bytes]

    def file_name(self, month: Month) -> str:
        """„prehled-2021-04.xlsx"."""
        return f"prehled-{month}.{self.extension}"


FORMATS: dict[str, DocumentFormat] = {
    kind.extension: kind
    for kind in (
        DocumentFormat("pdf", "application/pdf", "PDF", "k podpisu, předání a uložení", False, pdf.build),
        DocumentFormat(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "Excel (XLSX)",
            "k dalšímu počítání",
            True,
            xlsx.build,
        ),
        DocumentFormat("csv", csv_files.CONTENT_TYPE, "CSV", "pro analytiky města", True, csv.build),
        DocumentFormat("json", "application/json", "JSON", "pro jiné programy", True, json.build),
    )
}
"""Every format by its extension, in the order in which they are offered."""
