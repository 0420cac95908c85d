"""A grant report made by hand for the tests of documents: the first half of 2021, two months sealed, one missing."""

from datetime import date
from decimal import Decimal

from apk.calendar import Month
from reports.figures import FIGURES
from reports.grant import (
    Annex,
    Behind,
    Cell,
    Chart,
    Column,
    GrantReport,
    Kind,
    MonthState,
    ProjectCard,
    ReportMonth,
    Section,
    Table,
)
from tests.reports.april import PUBLICITY

FIRST, LAST = Month(2021, 3), Month(2021, 5)

EVERY_KIND = (
    Cell("Jílová", Kind.TEXT),
    Cell(1234, Kind.WHOLE),
    Cell(2_925_000, Kind.TIME),
    Cell(Decimal("6.75"), Kind.DECIMAL),
    Cell(Decimal("2450000.50"), Kind.MONEY),
    Cell(Decimal("83.333"), Kind.PERCENT),
    Cell(date(2021, 4, 5), Kind.DAY),
    Cell(None, Kind.WHOLE),
)


def totals(pieces: int) -> dict[str, int]:
    return dict.fromkeys(FIGURES, 0) | {"events": pieces // 3, "pieces": pieces, "places": pieces // 5}


def interim() -> GrantReport:
    """March sealed with 58 pieces, April sealed in a second version with 85, May not built; every kind of cell."""
    months = (
        ReportMonth(Month(2021, 3), MonthState.SEALED, 1, "a" * 64, totals(58)),
        ReportMonth(Month(2021, 4), MonthState.SEALED, 2, "b" * 64, totals(85)),
        ReportMonth(Month(2021, 5), MonthState.MISSING, 0, "", {}),
    )
    by_month = Table(
        name="findings-by-month",
        caption="Nálezy po měsících",
        columns=(Column("Měsíc", is_number=False), Column("Nálezy"), Column("Kusů")),
        rows=(
            (Cell("březen 2021"), Cell(19, Kind.WHOLE), Cell(58, Kind.WHOLE, Behind("pieces", FIRST, FIRST))),
            (Cell("duben 2021"), Cell(28, Kind.WHOLE), Cell(85, Kind.WHOLE, Behind("pieces", LAST.previous, LAST))),
            (Cell("květen 2021"), Cell(None, Kind.WHOLE), Cell(None, Kind.WHOLE)),
        ),
        total=(Cell("Celkem"), Cell(47, Kind.WHOLE), Cell(143, Kind.WHOLE, Behind("pieces", FIRST, LAST))),
        note="Květen ještě není sestavený.",
    )
    kinds = Table(
        name="kinds",
        caption="Všechny druhy hodnot",
        columns=tuple(Column(cell.kind, is_number=cell.kind.is_number) for cell in EVERY_KIND),
        rows=(EVERY_KIND,),
    )
    bars = (("březen 2021", "3", 58), ("duben 2021", "4", 85), ("květen 2021", "5", 0))
    return GrantReport(
        kind="interim",
        title="Průběžná zpráva – březen až květen 2021",
        city="Ostrava",
        project=ProjectCard(
            name="Ostrava – Asistent prevence kriminality 2021",
            number="314D083009247",
            programme="314080, podprogram 314083",
            sequence=10,
            starts=date(2021, 1, 1),
            ends=date(2021, 12, 31),
            posts=7,
            ministry_grant=Decimal(2_450_000),
            city_share=Decimal(490_000),
            publicity=PUBLICITY,
        ),
        first=FIRST,
        last=LAST,
        months=months,
        totals=totals(143),
        sections=(
            Section("1", "identification", "Identifikace projektu", facts=(("Podpořená místa", Cell(7, Kind.WHOLE)),)),
            Section(
                "2",
                "findings",
                "Nálezy stříkaček",
                paragraphs=("Za období se našlo 143 kusů.", "– nejvíc v lokalitě Jílová", "=1+1 <b>není značka</b>"),
                charts=(Chart("pieces-by-month", "Nalezené kusy po měsících", "PIECES", bars, "findings-by-month"),),
                tables=(by_month, kinds),
            ),
            Section("3", "training", "Školení", facts=(("Školení", Cell("v období žádné není zapsané")),)),
            Section("4", "text", "Spolupráce"),
        ),
        annexes=(Annex("Fotografie z dopravního hřiště", "fotografie.pdf"), Annex("Prezenční listina", "")),
    )
