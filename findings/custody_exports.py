"""Boxes and handovers as CSV files; who took which is written to the access log."""

from collections.abc import Iterator

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from apk.audit.exports import csv_export
from apk.calendar import local_date
from apk.csv_files import Cell
from apk.people.access import Permission, SignedInRequest, requires
from findings.custody_forms import BoxFilter, HandoverFilter
from findings.custody_views import STATES, boxes, handovers
from findings.models import Box, BoxQuerySet, HandoverQuerySet


@requires(Permission.MANAGE_CUSTODY)
@require_GET
def export_boxes(request: SignedInRequest) -> HttpResponseBase:
    """The boxes that the filter in the address lets through."""
    chosen = BoxFilter(request.GET)
    if not chosen.is_valid():
        return boxes(request)
    state = chosen.cleaned_data["stav"]
    found = Box.objects.visible_to(request.user).in_state(*STATES[state])
    name = f"boxy-{local_date(timezone.now()):%Y-%m-%d}.csv"
    asked = {"stav": state} if state else {}
    return csv_export(request, name, box_rows(found), what="Sběrné boxy (CSV)", count=found.count(), filter=asked)


def box_rows(found: BoxQuerySet) -> Iterator[tuple[Cell, ...]]:
    yield (
        "Box", "Stav", "Kde je uložený", "Kdo ho nosí", "Nálezů", "Kusů", "Objem", "Jednotka objemu", "Otevřen",
        "Uzavřen", "Poznámka",
    )  # fmt: skip
    for box in found.with_contents().with_carriers().iterator(chunk_size=1000):
        yield (
            box.label,
            box.get_state_display(),
            box.kept_at,
            str(box.carrying[0].assistant) if box.carrying else "",
            box.finding_count,
            box.pieces,
            float(box.capacity),
            box.get_capacity_unit_display(),
            box.opened_at,
            box.closed_at,
            box.note,
        )


@requires(Permission.MANAGE_CUSTODY)
@require_GET
def export_handovers(request: SignedInRequest) -> HttpResponseBase:
    """The handovers of the days in the address, with those that were cancelled and why."""
    chosen = HandoverFilter(request.GET)
    if not chosen.is_valid():
        return handovers(request)
    found = chosen.handovers(request.user)
    name = f"predani-{local_date(timezone.now()):%Y-%m-%d}.csv"
    rows = handover_rows(found)
    return csv_export(request, name, rows, what="Předání k likvidaci (CSV)", count=found.count(), filter=chosen.asked)


def handover_rows(found: HandoverQuerySet) -> Iterator[tuple[Cell, ...]]:
    yield (
        "Předáno dne", "Komu", "Kdo předal", "Kdo převzal", "Číslo dokladu", "Potvrzeno dne", "Stav", "Boxů",
        "Kusů podle dokladu", "Proč zrušeno", "Poznámka",
    )  # fmt: skip
    for handover in found.with_counts().select_related("recipient").order_by("-handed_on", "-pk"):
        yield (
            handover.handed_on,
            handover.recipient.name,
            handover.handed_by,
            handover.received_by,
            handover.document_number,
            handover.confirmed_on,
            handover.state.label,
            handover.box_count,
            handover.piece_count,
            handover.cancellation_reason,
            handover.note,
        )
