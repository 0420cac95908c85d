"""How urgent localities are by what was found there lately; the plan asks for it when it proposes shifts."""

from datetime import date, timedelta

from django.db.models import F, Sum

from apk.calendar import local_midnight
from findings.models import Finding

LATELY = timedelta(days=90)


def by_recent_findings(day: date) -> dict[int, float]:
    """For keys of localities the pieces of the last 90 days as a share of the most of all. One query."""
    since = local_midnight(day - LATELY)
    rows = (
        Finding.objects.standing()
        .filter(found_at__gte=since, found_at__lt=local_midnight(day), locality__isnull=False)
        .order_by()
        .values("locality")
        .annotate(sum_of_pieces=Sum(F("with_needle") + F("without_needle") + F("needles")))
    )
    pieces = {row["locality"]: row["sum_of_pieces"] for row in rows}
    most = max(pieces.values(), default=0)
    return {locality: count / most for locality, count in pieces.items()} if most else {}
