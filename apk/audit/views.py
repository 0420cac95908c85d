"""Pages of the change history and of the access log."""

import json
from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apk.audit import tracked
from apk.audit.exports import csv_export
from apk.audit.forms import AccessFilter
from apk.audit.history import entries, subject
from apk.audit.models import AccessLog, AccessLogQuerySet
from apk.csv_files import Cell
from apk.people.access import Permission, SignedInRequest, requires

PAGE = 50


@requires(Permission.VIEW_HISTORY)
@require_safe
def history(request: SignedInRequest, label: str, pk: str) -> HttpResponse:
    """Who changed an object, when and how; `label` is a model such as "patrols.shift"."""
    story = tracked.find(label)
    found = subject(story, pk, request.user) if story else None
    if found is None:
        raise Http404
    page = Paginator(entries(found), PAGE).get_page(request.GET.get("page"))
    return render(request, "audit/history.html", {"subject": found, "page": page})


@requires(Permission.VIEW_ACCESS_LOG)
@require_safe
def access_log(request: SignedInRequest) -> HttpResponse:
    return render_log(request, AccessFilter(request.GET))


def render_log(request: SignedInRequest, chosen: AccessFilter, status: int = 200) -> HttpResponse:
    log = chosen.apply(AccessLog.objects.visible_to(request.user)).select_related("user")
    page = Paginator(log, PAGE).get_page(request.GET.get("page"))
    return render(request, "audit/access_log.html", {"filter": chosen, "page": page}, status=status)


@requires(Permission.VIEW_ACCESS_LOG)
@require_safe
def export_access_log(request: SignedInRequest) -> HttpResponseBase:
    """The log as the filter shows it, as CSV; taking it away is an access as well."""
    chosen = AccessFilter(request.GET)
    if not chosen.is_valid():
        # A file speaks no sentences: better none than one with other rows than were meant.
        return render_log(request, chosen, status=422)
    log = chosen.apply(AccessLog.objects.visible_to(request.user)).select_related("user")
    return csv_export(
        request,
        "protokol-pristupu.csv",
        rows_of(log),
        what="Protokol přístupů",
        count=log.count(),
        filter=chosen.chosen,
    )


def rows_of(log: AccessLogQuerySet) -> Iterator[tuple[Cell, ...]]:
    yield "Kdy", "Kdo", "Osobní číslo", "Co udělal", "S čím", "Podrobnosti"
    for access in log.iterator(chunk_size=1000):
        detail = json.dumps(access.detail, ensure_ascii=False, sort_keys=True) if access.detail else ""
        yield (
            access.at,
            access.user.full_name,
            access.user.personal_number,
            access.get_action_display(),
            access.what,
            detail,
        )
