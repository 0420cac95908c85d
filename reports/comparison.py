"""A month beside others: the one before, the same one a year ago, the year so far. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from apk import czech
from apk.calendar import Month
from reports.figures import HEADLINE, PIECES, RATES, Figure, Unit
from reports.grant import Behind, Cell, Chart, Column, Kind, Table
from reports.periods import kind_of, totals_of
from reports.summary import MonthSummary


def compared(month: Month) -> list[Month]:
    """The months that a comparison of `month` looks at, itself among them."""
    so_far = [Month(month.year, number) for number in range(1, month.number + 1)]
    return list(dict.fromkeys([year_before(month), month.previous, *so_far]))


def year_before(month: Month) -> Month:
    return Month(month.year - 1, month.number)


def comparison(month: Month, summaries: Mapping[Month, MonthSummary]) -> Table:
    """The headline figures of the month beside those of other months; `summaries` lack what has not been built.

    A month without a summary has no column, and the note says so.
    """
    others = [other for other in (month.previous, year_before(month)) if other in summaries]
    so_far = [Month(month.year, number) for number in range(1, month.number + 1)]
    summed = [summaries[each] for each in so_far if each in summaries]
    totals = {each: summaries[each].totals for each in [month, *others]} if month in summaries else {}
    year = totals_of(summed)
    rows = [
        (
            Cell(figure.label),
            valued(figure, totals[month], month, month),
            *(
                cell
                for other in others
                for cell in (
                    valued(figure, totals[other], other, other),
                    Cell(totals[month][figure.name] - totals[other][figure.name], kind_of(figure)),
                )
            ),
            valued(figure, year, so_far[0], month),
        )
        for figure in HEADLINE
    ]
    rows += [
        (
            Cell(rate.label),
            Cell(rate.of(totals[month]), Kind.DECIMAL),
            *(
                Cell(value, Kind.DECIMAL)
                for other in others
                for value in (rate.of(totals[other]), difference(rate.of(totals[month]), rate.of(totals[other])))
            ),
            Cell(rate.of(year), Kind.DECIMAL),
        )
        for rate in RATES
    ]
    labels = [name(month), *(label for other in others for label in (name(other), "Změna"))]
    return Table(
        name="comparison",
        caption="Ve srovnání",
        columns=(Column("Ukazatel", is_number=False), *(Column(label) for label in (*labels, "Od začátku roku"))),
        rows=tuple(rows),
        note=note(month, others, [each for each in so_far if each not in summaries]),
    )


def valued(figure: Figure, totals: Mapping[str, int], first: Month, last: Month) -> Cell:
    return Cell(totals[figure.name], kind_of(figure), Behind(figure.name, first, last))


def difference(value: Decimal | None, other: Decimal | None) -> Decimal | None:
    return value - other if value is not None and other is not None else None


def name(month: Month) -> str:
    return czech.month(month.first_day)


def note(month: Month, others: Sequence[Month], missing: Sequence[Month]) -> str:
    """What cannot be compared because nobody has built it."""
    absent = [name(other) for other in (month.previous, year_before(month)) if other not in others]
    sentences = [f"Přehled za {czech.joined(absent)} není sestavený."] if absent else []
    if missing:
        months = czech.joined(name(each) for each in missing)
        sentences.append(f"Součtu od začátku roku chybí: {months}.")
    return " ".join(sentences)


def course(month: Month, summaries: Mapping[Month, MonthSummary]) -> tuple[Chart, Table]:
    """Pieces by the months of the year so far: the chart and the table behind it."""
    so_far = [Month(month.year, number) for number in range(1, month.number + 1)]
    found = [(each, summaries[each].totals[PIECES.name] if each in summaries else None) for each in so_far]
    bars = tuple((name(each), f"{each.number}.", value or 0) for each, value in found)
    title = f"Nalezené kusy po měsících roku {month.year}"
    table = Table(
        name="course",
        # Another name than the chart's: a reader who goes from region to region must tell them apart.
        caption=f"Tatáž čísla, rok {month.year}",
        columns=(Column("Měsíc", is_number=False), Column(PIECES.short)),
        rows=tuple(
            (Cell(name(each)), Cell(value, Kind.WHOLE, Behind(PIECES.name, each, each))) for each, value in found
        ),
    )
    return Chart("course-chart", title, Unit.PIECES.name, bars, table.name), table
