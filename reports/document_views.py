"""Pages of documents: the editions of a month, how far each is, and the files themselves."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from apk import czech, private_files
from apk.audit.models import AccessLog
from apk.calendar import Month
from apk.people.access import Permission, SignedInRequest, requires
from apk.refusal import Refused
from reports import editions, sealing
from reports.documents.json import SCHEMA
from reports.grant_compiling import compiled
from reports.models import Document, Edition, EditionQuerySet, ProjectReport, Submission
from reports.summary import MonthSummary

EDITIONS_ON_PAGE = 10


def attachment(content: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def documents_of(request: SignedInRequest, summary: MonthSummary) -> dict[str, Any]:
    """What the page of a month says of its documents: the newest edition, if it has these very figures."""
    if not request.user.may(Permission.DOWNLOAD_REPORTS):
        return {"may_download": False}
    newest = editions_of(request, Edition.Kind.MONTH, str(summary.month)).first()
    current = newest if newest and newest.sha256 == summary.digest else None
    publish_url = reverse("reports:publish", args=[summary.month])
    return {"may_download": True, "edition": current, "publish_url": publish_url}


def is_current(newest: Edition | None, digest: str, standing: str) -> bool:
    """Whether an edition has these very figures: once more they would be the same files."""
    if newest is None or newest.state == Edition.State.FAILED:
        return False
    return (newest.sha256, newest.standing) == (digest, standing)


def editions_of(request: SignedInRequest, kind: Edition.Kind, subject: str) -> EditionQuerySet:
    found = Edition.objects.visible_to(request.user).of(kind, subject)
    return found.select_related("requested_by").prefetch_related("documents")


@dataclass(frozen=True)
class Source:
    """What documents of a subject would be made of now: the digest of its figures and how they stand."""

    digest: str
    standing: str


def documents_page(
    request: SignedInRequest, found: EditionQuerySet, source: Source | None, **context: Any
) -> HttpResponse:
    """Every edition of a subject, the newest first; `source` None when there are no figures yet."""
    page = Paginator(found, EDITIONS_ON_PAGE).get_page(request.GET.get("page"))
    newest = page.object_list[0] if page.number == 1 and page.object_list else None
    context |= {
        "page": page,
        "has_figures": source is not None,
        "may_publish": source is not None and not is_current(newest, source.digest, source.standing),
    }
    return render(request, "reports/documents.html", context)


@requires(Permission.DOWNLOAD_REPORTS)
@require_safe
def month_documents(request: SignedInRequest, month: Month) -> HttpResponse:
    """Every edition of a month's documents."""
    if month > Month.of(timezone.now()):
        raise Http404(f"{month} has not begun")
    figures = editions.published(month)
    return documents_page(
        request,
        editions_of(request, Edition.Kind.MONTH, str(month)),
        Source(figures.digest, sealing.standing_of(figures)) if figures else None,
        subject=czech.month(month.first_day),
        register=("Měsíční přehledy", reverse("reports:months")),
        origin=reverse("reports:month", args=[month]),
        publish_url=reverse("reports:publish", args=[month]),
        schema_url=reverse("reports:schema"),
    )


@requires(Permission.DOWNLOAD_REPORTS)
@require_POST
def publish_month(request: SignedInRequest, month: Month) -> HttpResponse:
    """Asks for documents of the figures that the month's page shows; the page then says how far they are."""
    figures = editions.published(month)
    if figures is None:
        raise Http404(f"no summary of {month}")
    editions.request_month(figures, by=request.user, standing=sealing.standing_of(figures))
    return redirect("reports:documents", month)


@requires(Permission.DOWNLOAD_REPORTS)
@require_safe
def report_documents(request: SignedInRequest, pk: int) -> HttpResponse:
    """Every edition of a grant report's documents."""
    row = report_or_404(request, pk)
    report = compiled(row)
    return documents_page(
        request,
        editions_of(request, Edition.Kind.GRANT_REPORT, str(pk)),
        Source(report.digest, editions.standing_of(report)),
        subject=report.title,
        register=("Projekty", reverse("reports:projects")),
        origin=row.get_absolute_url(),
        publish_url=reverse("reports:publish-report", args=[pk]),
    )


@requires(Permission.DOWNLOAD_REPORTS)
@require_POST
def publish_report(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks for documents of the report as it is compiled now."""
    editions.request_report(str(pk), compiled(report_or_404(request, pk)), by=request.user)
    return redirect("reports:report-documents", pk)


def report_or_404(request: SignedInRequest, pk: int) -> ProjectReport:
    return get_object_or_404(ProjectReport.objects.visible_to(request.user).select_related("project"), pk=pk)


@requires(Permission.DOWNLOAD_REPORTS)
@never_cache
@require_safe
def edition(request: SignedInRequest, pk: int) -> HttpResponse:
    """One edition alone, as a part of a page: htmx asks for it until it is finished."""
    found = Edition.objects.visible_to(request.user).select_related("requested_by").prefetch_related("documents")
    return render(request, "reports/edition.html", {"edition": get_object_or_404(found, pk=pk)})


@requires(Permission.DOWNLOAD_REPORTS)
@require_POST
def rebuild_edition(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks once more for documents that could not be built, those of a report that was handed over among them."""
    found = get_object_or_404(Edition.objects.visible_to(request.user), pk=pk)
    try:
        found.try_again()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Dokumenty se připravují znovu.")
    if submission := Submission.objects.visible_to(request.user).filter(edition=found).without_content().first():
        return redirect(submission)
    if found.kind == Edition.Kind.MONTH:
        return redirect("reports:documents", Month.parse(found.subject))
    return redirect("reports:report-documents", found.subject)


@requires(Permission.DOWNLOAD_REPORTS)
@require_GET
def download(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """A finished file; who took it, and the digest of what was taken, go to the access log."""
    document = get_object_or_404(Document.objects.visible_to(request.user).select_related("edition"), pk=pk)
    kind = document.edition.paper.files[document.format]
    response = private_files.response(document.file, kind.content_type)
    AccessLog.objects.note(
        user=request.user,
        action=AccessLog.Action.DOWNLOAD,
        what=f"{document.edition} ({kind.name})",
        figures_sha256=document.edition.sha256,
        file_sha256=document.sha256,
    )
    name = editions.file_name(document.edition, document.format)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


@requires(Permission.VIEW_SUMMARIES)
@require_safe
def schema(request: SignedInRequest) -> HttpResponse:
    """The JSON Schema of a month's JSON document."""
    return HttpResponse(SCHEMA.read_bytes(), content_type="application/schema+json")
