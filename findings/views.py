"""Pages of the findings at the desk; an assistant sees their own by the same addresses."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from apk.calendar import LOCAL
from apk.edits import form_response, posted
from apk.localities.geometry import to_sjtsk
from apk.localities.models import Locality
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.models import User
from apk.sync.models import Receipt
from apk.sync.versions import differences
from findings import clusters
from findings.filters import FindingFilter
from findings.forms import PlaceNameForm
from findings.maps import city_map
from findings.models import Finding, FindingQuerySet, Photo, Place, PlaceQuerySet

PAGE = 50
# Of one place: how many months back its page tells, how many photos it shows, what it counts.
TIMELINE = 24
PHOTOS = 8
OF_PLACE = {"events": Count("pk"), "found_pieces": Sum("pieces")}

# Columns of the list: the order that the first click asks for, the heading, its class.
COLUMNS = (
    ("-cas", "Nalezeno", ""),
    ("misto", "Místo nálezu", ""),
    ("lokalita", "Lokalita", ""),
    ("asistent", "Asistent", ""),
    ("-kusu", "Kusů", "num"),
)


@requires(Permission.VIEW_FINDINGS)
@require_safe
def finding_list(request: SignedInRequest) -> HttpResponse:
    """The findings that the filter in the address lets through, with their figures, a table and a map."""
    return render_list(request, FindingFilter(request.GET, user=request.user))


def render_list(request: SignedInRequest, form: FindingFilter, status: int = 200) -> HttpResponse:
    found = form.findings()
    page = Paginator(with_names(found), PAGE).get_page(request.GET.get("page"))
    localities = Locality.objects.visible_to(request.user)
    context = {
        "form": form,
        "words": form.words(),
        "counts": found.counts(),
        "shows_withdrawn": bool(form.cleaned_data.get("stav")),
        "page": page,
        "columns": [form.heading(*column) for column in COLUMNS],
        "map": city_map(localities, around=clusters.bounds(found)) | {"rows": positions(page.object_list)},
        "query": request.GET.urlencode(),
        "may_issue_keys": request.user.may(Permission.ISSUE_ACCESS_KEYS),
        "may_export": request.user.may(Permission.EXPORT_FINDINGS),
    }
    return render(request, "findings/list.html", context, status=status)


def with_names(found: FindingQuerySet) -> FindingQuerySet:
    return found.select_related("place", "locality__district", "assistant__user")


def positions(findings: Iterable[Finding]) -> dict[int, tuple[float, float]]:
    """Where the places of the rows lie, by their keys, so that a row finds its mark."""
    return {finding.place_id: (finding.place.latitude, finding.place.longitude) for finding in findings}


@requires(Permission.VIEW_FINDINGS)
@require_safe
def detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One finding: everything known about it, its place on the map, its photos."""
    findings = with_names(Finding.objects.visible_to(request.user)).select_related("shift__locality", "deposit__box")
    finding = get_object_or_404(findings.prefetch_related("photos"), pk=pk)
    mark = {
        "id": "finding",
        "lat": finding.latitude,
        "lon": finding.longitude,
        "label": finding.place.name,
        "pieces": finding.pieces,
        "url": reverse("findings:place", args=[finding.place.pk]),
    }
    localities = Locality.objects.visible_to(request.user).filter(pk=finding.locality_id)
    receipt = Receipt.objects.select_related("user").filter(pk=finding.pk).first()
    later = (
        [
            (sent, differences(receipt, sent))
            for sent in receipt.conflicts.select_related("user", "decision").order_by("received_at")
        ]
        if receipt
        else []
    )
    # An assistant may not see the record of a colleague.
    same_event = Finding.objects.visible_to(request.user).filter(duplicates=finding) if finding.is_merged else None
    context = {
        "finding": finding,
        "sjtsk": to_sjtsk(finding.latitude, finding.longitude),
        "map": city_map(localities, [mark]),
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
        "may_review": request.user.may(Permission.REVIEW_RECEIVED),
        "may_review_findings": request.user.may(Permission.REVIEW_FINDINGS),
        "merged_into": same_event.first() if same_event is not None else None,
        "may_put": request.user.may(Permission.MANAGE_CUSTODY),
        "receipt": receipt,
        "corrections": receipt.corrections.select_related("by") if receipt else [],
        "later_versions": later,
    }
    return render(request, "findings/detail.html", context)


@requires(Permission.VIEW_FINDINGS)
@require_safe
def place(request: SignedInRequest, pk: int) -> HttpResponse:
    """A place with those of its findings that the user may see."""
    shown = get_object_or_404(visible_places(request.user), pk=pk)
    found = Finding.objects.visible_to(request.user).standing().filter(place=shown)
    page = Paginator(with_names(found), PAGE).get_page(request.GET.get("page"))
    counts = found.counts()
    mark = {"id": shown.pk, "lat": shown.latitude, "lon": shown.longitude, "label": shown.name}
    localities = Locality.objects.visible_to(request.user).filter(pk=shown.locality_id)
    by_month = found.order_by().values(month=TruncMonth("found_at", tzinfo=LOCAL))
    months: list[Any] = list(by_month.annotate(**OF_PLACE).order_by("-month")[:TIMELINE])
    by_person = found.order_by().values("assistant__user__first_name", "assistant__user__last_name", "assistant")
    context = {
        "months": months,
        "most_pieces": max((row["found_pieces"] for row in months), default=1),
        "people": by_person.annotate(**OF_PLACE).order_by("-events", "assistant__user__sort_key", "assistant"),
        "photos": Photo.objects.filter(finding__in=found).select_related("finding").order_by("-recorded_at")[:PHOTOS],
        "merged": shown.merged.all(),
        "place": shown,
        "counts": counts,
        "page": page,
        "map": city_map(localities, [mark | {"pieces": counts["pieces"]}]),
        "may_rename": request.user.may(Permission.MANAGE_LOCALITIES),
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
    }
    return render(request, "findings/place.html", context)


def visible_places(user: User) -> PlaceQuerySet:
    return Place.objects.visible_to(user).select_related("locality__district", "merged_into")


@requires(Permission.MANAGE_LOCALITIES)
@require_http_methods(["GET", "HEAD", "POST"])
def rename_place(request: SignedInRequest, pk: int) -> HttpResponse:
    """A place's name and address; the change history keeps the earlier ones."""
    with transaction.atomic():
        # Locked, so that of two people who rename at once the second one learns of the first.
        renamed = get_object_or_404(visible_places(request.user).select_for_update(of=("self",)), pk=pk)
        name = renamed.name
        form = PlaceNameForm(posted(request), instance=renamed)
        if form.is_valid():
            form.save()
            messages.success(request, f"Místo se teď jmenuje „{renamed.name}“.")
            return redirect("findings:place", pk=pk)
    return form_response(request, "findings/rename_place.html", {"form": form, "place": renamed, "name": name})
