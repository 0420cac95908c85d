"""What templates of the plan ask about the rules."""

from collections.abc import Iterable, Sequence

from django import template

from patrols import cover
from patrols.cover import Gap
from patrols.rules import Concern

register = template.Library()


@register.filter
def of_severity(concerns: Iterable[Concern], severity: str) -> list[Concern]:
    """Those that are „error", „warning" or „note"."""
    return [concern for concern in concerns if concern.severity == severity]


@register.filter
def that_matter(concerns: Iterable[Concern]) -> list[Concern]:
    """Errors first, then warnings; each by person and day."""
    return sorted((concern for concern in concerns if concern.matters), key=lambda each: -each.breach.severity)


@register.filter
def unexcused(concerns: Iterable[Concern]) -> list[Concern]:
    """Those without a reason why the plan holds in spite of them."""
    return [concern for concern in concerns if not concern.excused]


@register.filter
def total_missing(gaps: Sequence[Gap]) -> int:
    """How many people are missing at all of the gaps."""
    return cover.total_missing(gaps)
