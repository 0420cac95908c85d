"""What a month's page and files say beside what plain SQL says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.test import Client
from django.urls import reverse

from apk import czech
from apk.calendar import Month
from reports.documents.imprint import Imprint
from reports.models import MonthlySummary
from reports.papers import FORMATS
from reports.summary import MonthSummary
from tests.reports import recount
from tests.reports.recount import TOTALS, Cells

NUMBER = r"(?<!\w)\d+(?:,\d+)?(?!\w)"


@dataclass(frozen=True)
class Compared:
    """A month, its recount, its summary, its page and its files."""

    month: Month
    cells: Cells
    summary: MonthSummary
    page: bytes
    files: dict[str, bytes]


def compared(month: Month, client: Client) -> Compared:
    summary = MonthlySummary.objects.of(month).get().value
    imprint = Imprint(1, "průběžná čísla", "https://apk.mesto.example")
    return Compared(
        month=month,
        cells=recount.again(str(month)),
        summary=summary,
        page=client.get(reverse("reports:month", args=[month])).content,
        files={name: kind.build(summary, imprint) for name, kind in FORMATS.items()},
    )


def said_and_counted(month: Compared, name: str) -> tuple[Cells, Cells]:
    """Every cell that a file says, and every one that it ought to."""
    content, cells = month.files[name], month.cells
    outside = recount.shown(recount.for_others(cells, str(month.month)))
    match name:
        case "xlsx":
            return recount.of_workbook(content), cells
        case "csv":
            return recount.of_csv(content), recount.without_table_totals(cells)
        case "json":
            return recount.of_json(content), recount.without_table_totals(cells)
        case "docx":
            return recount.of_word(content), outside
        case "pdf":
            return recount.printed(content, outside)[0], outside
    raise ValueError(name)


def numbers_left(month: Compared) -> list[str]:
    """What is a number in the PDF and neither a cell of its tables nor one of those beside them that ought to stand
    there; these are named when they are missing."""
    expected = recount.shown(recount.for_others(month.cells, str(month.month)))
    _, left = recount.printed(month.files["pdf"], expected)
    missing = []
    for words in numbers_beside_tables(month, expected):
        missing += [] if words in left else [f"chybí: {words}"]
        left = left.replace(words, " ", 1)
    # The coordinator's words take their numbers from the totals.
    totals = {value for (table, _, _), value in expected.items() if table == TOTALS}
    for words in (recount.plain(paragraph.removeprefix("– ")) for paragraph in month.summary.narrative):
        missing += [text for text in re.findall(NUMBER, words) if recount.number(text) not in totals]
        left = left.replace(words, " ", 1)
    # Dates, the project's number, pages, the contents, the edition and the digest are no figures.
    left = re.sub(r"Strana \d+ z \d+|SHA-256: [0-9a-f]{64}|Vydání 1|314D\d+|[^\W\d]+ 20\d\d", " ", left)
    left = re.sub(r"(?:\. ?){3,}[\u2060\s]*\d+", " ", left)
    return missing + re.findall(NUMBER, left)


def numbers_beside_tables(month: Compared, shown: Cells) -> Iterator[str]:
    """The sentences, key figures and charts of the PDF that hold figures, as they should read."""
    total = {column: value for (table, _, column), value in shown.items() if table == TOTALS}
    pieces, places, events = (total[name] for name in ("Nalezené kusy celkem", "Místa s nálezem", "Nálezy"))

    def text(value: Decimal) -> str:
        return recount.plain(czech.number(value))

    yield f"{text(pieces)} kusů injekčních stříkaček a jehel"
    yield f"na {text(places)} místech"
    yield f"při {text(events)} nálezech"
    yield f"z toho {text(total['Stříkačky s jehlou'])} stříkaček"
    yield f"{text(total['Nálezy dostupné dětem'])} nálezů"
    yield f"{text(total['Asistenti ve službě'])} asistent"
    yield f"celkem {text(total['Hodiny ve službě podle plánu'])} hodin"
    yield f"{text(events)} Nálezy"
    yield f"{text(pieces)} Nalezené kusy celkem"
    yield f"{text(places)} Místa s nálezem"
    yield f"{recount.written(total['Hodiny ve službě podle plánu'], 'Hodin')} Hodiny ve službě podle plánu"
    yield f"předáno k likvidaci {text(total['Z nich předáno k likvidaci do konce měsíce'])} "
    yield f"zůstává {text(total['Z nich na konci měsíce v držení'])} "
    found = [
        (row, shown["Podle lokalit", row, "Kusů"])
        for row in recount.rows_of(shown, "Podle lokalit")
        if shown["Podle lokalit", row, "Kusů"]
    ]
    for row, value in found:
        yield f"{recount.plain(row)} {text(value)}"
    by_day = [month.cells["Podle dnů", day, "Kusů"] for day in recount.rows_of(month.cells, "Podle dnů")]
    yield " ".join([*(text(value) for value in by_day if value), *(f"{day}." for day in range(1, len(by_day) + 1))])
