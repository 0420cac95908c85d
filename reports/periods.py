"""Figures of several months together. Pure."""

from collections.abc import Callable, Iterable

from reports.figures import ASSISTANTS, FIGURES, PATROL_TIME, PLACES, TRAINED, Figure, Unit
from reports.grant import Kind
from reports.summary import MonthSummary, in_order

MEMBERS: dict[str, Callable[[MonthSummary], set[str]]] = {
    PLACES.name: lambda summary: {place.key for place in summary.places},
    ASSISTANTS.name: lambda summary: {
        row.key for row in summary.breakdowns["assistant"] if row.values[PATROL_TIME.name]
    },
}
"""What a figure that does not add up is made of in a month: over a period each member counts once."""

ASKED = frozenset({TRAINED.name})
"""Figures that do not add up and whose members a summary does not name: over a period the register is asked."""


def totals_of(summaries: Iterable[MonthSummary]) -> dict[str, int]:
    """The figures of several months together: sums, and of what does not add up each member once.

    Those of `ASKED` are left out.
    """
    months = list(summaries)
    return in_order(
        {
            name: len(set().union(*map(MEMBERS[name], months)))
            if name in MEMBERS
            else sum(summary.totals.get(name, 0) for summary in months)
            for name in FIGURES
            if name not in ASKED
        },
        FIGURES,
    )


def kind_of(figure: Figure) -> Kind:
    return Kind.TIME if figure.unit is Unit.HOURS else Kind.WHOLE
