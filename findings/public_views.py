"""The table that may leave the house: a year by city districts, small counts hidden, no locality and no place named."""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db.models import Count
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from apk.audit.exports import csv_export
from apk.csv_files import Cell
from apk.filters import Filter
from apk.localities.models import District
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.models import User
from findings.models import Finding
from findings.small_counts import LEAST, Published, published

OUTSIDE = "Mimo sledované lokality"
HIDDEN = "neuvádí se"


class YearFilter(Filter):
    """A whole year; the last one that has ended unless the address says otherwise."""

    rok = forms.IntegerField(
        label="Rok",
        required=False,
        min_value=2000,
        max_value=2099,
        error_messages={
            "invalid": "Rok napište čtyřmi číslicemi, například 2021.",
            "min_value": "Rok napište čtyřmi číslicemi, například 2021.",
            "max_value": "Rok napište čtyřmi číslicemi, například 2021.",
        },
    )

    spoken: ClassVar = {"rok": lambda year: f"rok {year}"}

    def __init__(self, data: QueryDict, *, today: date) -> None:
        super().__init__(data)
        self.today = today

    @property
    def year(self) -> int:
        return self.chosen.get("rok") or self.today.year - 1


def by_district(user: User, year: int) -> Published[str]:
    """Findings of the year by the names of city districts, in Czech order, what lies in no locality last. Two queries.

    Findings alone: their pieces would be a second sum from which hidden rows could be guessed.
    """
    found = Finding.objects.visible_to(user).standing().between(date(year, 1, 1), date(year, 12, 31)).order_by()
    rows = found.values("locality__district").annotate(count=Count("pk"))
    counts: dict[int | None, int] = {row["locality__district"]: row["count"] for row in rows}
    names = District.objects.visible_to(user).values_list("pk", "name")
    return published({**{name: counts.get(pk, 0) for pk, name in names}, OUTSIDE: counts.get(None, 0)})


@requires(Permission.DOWNLOAD_REPORTS)
@require_safe
def for_public(request: SignedInRequest) -> HttpResponse:
    """The table on a page, to be seen before it is published."""
    return render_table(request, YearFilter(request.GET, today=timezone.localdate()))


def render_table(request: SignedInRequest, form: YearFilter, status: int = 200) -> HttpResponse:
    table = by_district(request.user, form.year)
    context: dict[str, Any] = {
        "form": form,
        "words": form.words(),
        "query": request.GET.urlencode(),
        "year": form.year,
        "rows": table.rows.items(),
        "total": table.total,
        "least": LEAST,
        "hidden": HIDDEN,
        "unfinished": form.year >= form.today.year,
    }
    return render(request, "findings/for_public.html", context, status=status)


@requires(Permission.DOWNLOAD_REPORTS)
@require_GET
def export(request: SignedInRequest) -> HttpResponseBase:
    """The same as a CSV file."""
    form = YearFilter(request.GET, today=timezone.localdate())
    if not form.is_valid():
        return render_table(request, form, status=422)
    table = by_district(request.user, form.year)
    name = f"nalezy-pro-verejnost-{form.year}.csv"
    rows = lines(table)
    what = "Nálezy podle obvodů pro veřejnost"
    return csv_export(request, name, rows, what=what, count=len(table.rows), filter=form.asked, whole=True)


def lines(table: Published[str]) -> Iterator[tuple[Cell, ...]]:
    yield "Městský obvod", "Nálezů"
    for name, count in table.rows.items():
        yield name, HIDDEN if count is None else count
    yield "Celkem", HIDDEN if table.total is None else table.total
