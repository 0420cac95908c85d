"""Pages of reports that were handed over, and the files of annexes."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from apk import private_files
from apk.audit.models import AccessLog
from apk.edits import carried_out, form_response, posted
from apk.people.access import Permission, SignedInRequest, requires
from reports import annexes, grant, grant_changes, submitting
from reports.closing_forms import reason_field
from reports.document_views import attachment, report_or_404
from reports.grant_compiling import compiled
from reports.grant_views import drawn_sections
from reports.models import Submission


class SubmitForm(forms.Form):
    """Handing a report over; `seen` is the digest of the report that was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    provisional = forms.BooleanField(
        label="Odevzdávám i s předběžnými čísly",
        required=False,
        help_text="Některé měsíce nejsou uzavřené. Dokumenty to o sobě řeknou.",
    )
    reason = reason_field("Proč se odevzdává znovu", "Bude v nové verzi a zůstane v ní napořád.")

    def __init__(self, *args: Any, is_provisional: bool, is_first: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_provisional:
            del self.fields["provisional"]
        if is_first:
            del self.fields["reason"]


@requires(Permission.MANAGE_PROJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks once more, with what has changed since it was handed over last, then keeps the report as it is."""
    row = report_or_404(request, pk)
    report, former = compiled(row), submitting.latest(row)
    form = SubmitForm(
        posted(request),
        is_provisional=report.is_provisional,
        is_first=former is None,
        initial={"seen": report.digest},
    )
    if (
        form.is_bound
        and form.is_valid()
        and carried_out(form, lambda: submitting.submit(row, by=request.user, now=timezone.now(), **form.cleaned_data))
    ):
        messages.success(request, "Zpráva je odevzdaná. Tahle verze se už nezmění, dokumenty se připravují.")
        return redirect("reports:submission", pk, submitting.latest(row).version)  # type: ignore[union-attr]
    context = {
        "form": form,
        "row": row,
        "project": row.project,
        "report": report,
        "former": former,
        "changes": grant_changes.between(submitting.content_of(former).report, report) if former else [],
        "lacking": annexes.lacking(row),
    }
    return form_response(request, "reports/submit.html", context)


def submission_or_404(request: SignedInRequest, pk: int, version: int) -> Submission:
    rows = Submission.objects.visible_to(request.user).select_related(
        "report__project", "submitted_by", "edition__requested_by"
    )
    return get_object_or_404(rows, report=pk, version=version)


@requires(Permission.VIEW_SUMMARIES)
@require_safe
def submission(request: SignedInRequest, pk: int, version: int) -> HttpResponse:
    """One version as it was handed over: the whole report, what it changed, its documents and its digest."""
    found = submission_or_404(request, pk, version)
    content = submitting.content_of(found)
    context = {
        "submission": found,
        "row": found.report,
        "project": found.report.project,
        "content": content,
        "report": content.report,
        "sections": drawn_sections(content.report),
        "changes": content.difference,
        "versions": found.report.submissions.without_content().order_by("version"),
        "edition": found.edition,
        "may_download": request.user.may(Permission.DOWNLOAD_REPORTS),
    }
    return render(request, "reports/submission.html", context)


@requires(Permission.DOWNLOAD_REPORTS)
@require_GET
def download_submission(request: SignedInRequest, pk: int, version: int) -> HttpResponse:
    """The bytes that were handed over, the same for ever."""
    found = submission_or_404(request, pk, version)
    AccessLog.objects.note(
        user=request.user, action=AccessLog.Action.DOWNLOAD, what=str(found), file_sha256=found.sha256
    )
    return attachment(bytes(found.content), "application/json", f"odevzdana-zprava-{pk}-verze-{version}.json")


@requires(Permission.DOWNLOAD_REPORTS)
@require_GET
def annex_file(request: SignedInRequest, pk: int, annex: int) -> HttpResponseBase:
    """The file of an annex as it is now."""
    row = get_object_or_404(report_or_404(request, pk).annexes, pk=annex)
    return sent(request, grant.Annex(row.title, row.file, row.sha256, row.size), f"Příloha zprávy: {row.title}")


@requires(Permission.DOWNLOAD_REPORTS)
@require_GET
def submitted_annex(request: SignedInRequest, pk: int, version: int, number: int) -> HttpResponseBase:
    """The file of an annex that was handed over, whatever has become of the annex; the first one is 1."""
    found = submission_or_404(request, pk, version)
    listed = submitting.content_of(found).report.annexes
    if not 1 <= number <= len(listed):
        raise Http404(f"no annex {number}")
    return sent(request, listed[number - 1], f"Příloha: {found}")


def sent(request: SignedInRequest, annex: grant.Annex, what: str) -> HttpResponseBase:
    """The file, as one to be saved and never to be shown in the browser. Raises Http404 when there is none."""
    if not annex.sha256:
        raise Http404("the annex has no file")
    response = private_files.response(annexes.path(annex.sha256), annexes.content_type(annex.file))
    AccessLog.objects.note(
        user=request.user, action=AccessLog.Action.DOWNLOAD, what=what[:200], file_sha256=annex.sha256
    )
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=annex.file)
    response["Cache-Control"] = "private, no-store"
    return response
