"""No figure of any page of reports stands alone: it is a link to its records, or follows from figures that are."""

import html
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser

import pytest
from django.urls import resolve, reverse

from apk.calendar import Month
from apk.people.models import User
from reports.documents.wording import figure_text
from reports.figures import FIGURES, Unit
from reports.grant_setup import add_usual_sections
from tests.factories import (
    FieldCheckFactory,
    FindingFactory,
    GrantProjectFactory,
    ProjectReportFactory,
    ShiftFactory,
    local,
)
from tests.reports.closed import sealed
from tests.reports.test_grant_pages import counted

pytestmark = pytest.mark.django_db

MARCH, APRIL = Month(2021, 3), Month(2021, 4)

NUMBER = re.compile(r"^-?[\d\u00a0 ]+(,\d+)?$")


class Figures(HTMLParser):
    """Numbers that a page shows as figures: in cells of numbers, among facts and as key figures.

    `bare` are those without a link, with the heading of their row and column; `linked` (address, text).
    """

    def __init__(self) -> None:
        super().__init__()
        self.bare: list[tuple[str, str, str]] = []
        self.linked: list[tuple[str, str]] = []
        self.columns: list[str] = []
        self.row, self.label = "", ""
        self.within, self.text, self.address, self.column = "", "", "", 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        of_tag = dict(attributes)
        classes = (of_tag.get("class") or "").split()
        if tag == "table":
            self.columns = []
        elif tag == "tr":
            self.column = 0
        elif tag in {"th", "td"}:
            self.column += int(of_tag.get("colspan") or 1)
            self.begin("number" if tag == "td" and "num" in classes else tag)
        elif tag in {"dt", "dd"}:
            self.begin(tag)
        elif tag == "a" and self.within in {"number", "dd"}:
            self.address = of_tag.get("href") or ""
        elif tag in {"a", "div"} and "figure" in classes:
            self.begin("figure")
            self.address = (of_tag.get("href") or "") if tag == "a" else ""
        elif tag == "small" or "visually-hidden" in classes:
            self.text += "\n"

    def begin(self, within: str) -> None:
        self.within, self.text, self.address = within, "", ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "strong" and self.within == "figure":
            self.figure("")
        elif tag == "th":
            said = " ".join(self.text.split())
            if self.column > len(self.columns):
                self.columns += [said] * (self.column - len(self.columns))
            else:
                self.row = said
        elif tag == "dt":
            self.label = " ".join(self.text.split())
        elif tag in {"td", "dd"} and self.within in {"number", "dd"}:
            self.figure(self.label if tag == "dd" else self.row)

    def figure(self, name: str) -> None:
        lines = [line.strip(" ") for line in self.text.strip().split("\n")]
        text = next((line for line in lines if line), "")
        # A fact says its unit beside the number.
        number = re.match(r"^-?\d[\d\u00a0]*(,\d+)?", text)
        is_figure = bool(number) and (NUMBER.match(text) or (self.within == "dd" and bool(self.address)))
        column = self.columns[self.column - 1] if self.within == "number" and self.column <= len(self.columns) else ""
        if self.address and number:
            self.linked.append((html.unescape(self.address), number[0].strip("\u00a0")))
        elif is_figure and text not in {"0", "0,0"}:
            self.bare.append((name, column, text))
        self.within = ""


# What follows from figures beside it, or is no count of records: by its column, by its row, by its fact.
DERIVED_COLUMNS = {"Změna", "Jednotek", "Výchozí", "Cíl", "Plánováno Kč", "Čerpáno Kč", "Zbývá Kč"}
DERIVED_ROWS = {"Nálezy na 100 hodin služby"}
# The average úvazek of a period follows from those of its months; posts are what the decision on the grant says.
DERIVED = {("Celkem", "Úvazek")}
GIVEN = {"Podpořená místa asistentů", "Perioda"}


def unexplained(page: Figures) -> Iterator[tuple[str, str, str]]:
    for row, column, text in page.bare:
        derived = column in DERIVED_COLUMNS or row in DERIVED_ROWS or (row, column) in DERIVED
        if not derived and row not in GIVEN:
            yield row, column, text


@pytest.fixture
def addresses(coordinator: User, assistant: object, built: object) -> list[str]:
    """Pages of a sealed April with March before it, of their project and of its report."""
    project = GrantProjectFactory()
    add_usual_sections(project)
    for figure in ("pieces", "patrol_seconds"):
        project.indicators.create(name=figure, figure=figure, target=3, baseline=1)
    project.cost_lines.create(name="Mzdy", planned=2_000_000, used=500_000)
    for month in (MARCH, APRIL):
        shift = ShiftFactory(assistant=assistant, start=local(2021, month.number, 15, 8))
        FindingFactory.create_batch(
            2,
            assistant=assistant,
            place__locality=shift.locality,
            found_at=local(2021, month.number, 15, 9),
            with_needle=5,
            child_accessible=True,
        )
    FieldCheckFactory(people=[assistant])
    built(MARCH)
    sealed(APRIL, coordinator)
    report = ProjectReportFactory(project=project, first=date(2021, 3, 1), last=date(2021, 4, 1))
    named = [(name, [APRIL]) for name in ("month", "closing", "staff", "shifts")]
    named += [("seal", [APRIL, 1]), ("seal-month", [MARCH]), ("closing", [MARCH])]
    named += [("months", []), ("project", [project.pk]), ("report", [report.pk])]
    return [reverse(f"reports:{name}", args=arguments) for name, arguments in named]


# Sums above a list of records, and its records themselves: the list is what lies behind.
LISTS = ("/obsazeni/", "/smeny/")


def test_every_figure_is_a_link_to_records_that_make_it(client_of, coordinator, addresses):
    client, pages = client_of(coordinator), {}
    for address in addresses:
        pages[address] = Figures()
        pages[address].feed(client.get(address).content.decode())

    bare = {address: list(unexplained(page)) for address, page in pages.items() if not address.endswith(LISTS)}
    assert {address: found for address, found in bare.items() if found} == {}
    claims = {claim for page in pages.values() for claim in page.linked if is_list(claim[0])}
    wrong = [(address, text) for address, text in claims if text not in said_by(address, coordinator)]
    assert wrong == []
    assert len(claims) > 60


def test_a_bare_figure_would_be_noticed():
    page = Figures()
    page.feed(
        '<table><thead><tr><th>Místo</th><th class="num">Kusů</th></tr></thead><tbody><tr><th>Jílová</th>'
        '<td class="num">12</td></tr><tr><th>Park</th><td class="num"><a href="/nalezy/?a=1&amp;b=2">1\u00a0005</a>'
        '</td></tr></tbody></table><dl><dt>Nálezy</dt><dd>5</dd></dl><div class="figure"><strong>85</strong></div>'
    )

    assert list(unexplained(page)) == [("Jílová", "Kusů", "12"), ("Nálezy", "", "5"), ("", "", "85")]
    assert page.linked == [("/nalezy/?a=1&b=2", "1\u00a0005")]


def is_list(address: str) -> bool:
    """Whether an address is that of a list of records, and not of a month, a row to edit …"""
    path = address.partition("?")[0]
    lists = {"findings:list", "activities:list", "training:list", "attendance:month", "reports:shifts", "reports:staff"}
    lists |= {"attendance:period", "reports:period-shifts", "checks:list"}
    return resolve(path).view_name in lists


def said_by(address: str, user: User) -> set[str]:
    """Every number that the records at an address make, as pages write it."""
    counts = counted(address, user)
    seconds = {name for name, figure in FIGURES.items() if figure.unit is Unit.HOURS}
    return {
        figure_text(Unit.HOURS if name in seconds else Unit.PIECES, value) if name != "fte_hundredths" else fte(value)
        for name, value in counts.items()
        if value is not None
    }


def fte(value: object) -> str:
    return str(value).rstrip("0").rstrip(".").replace(".", ",")
