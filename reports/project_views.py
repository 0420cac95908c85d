"""Pages of the grant projects."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Max
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from apk.audit.exports import csv_export
from apk.calendar import Month
from apk.edits import form_response, posted
from apk.people.access import Permission, SignedInRequest, requires
from reports import months
from reports.figures import HEADLINE
from reports.forms import ProjectForm
from reports.models import GrantProject
from reports.months import MonthRecord
from reports.views import month_rows

PROJECTS_ON_PAGE = 50


@requires(Permission.VIEW_SUMMARIES)
@require_safe
def project_list(request: SignedInRequest) -> HttpResponse:
    """All grant projects, the newest first."""
    page = Paginator(GrantProject.objects.visible_to(request.user), PROJECTS_ON_PAGE).get_page(request.GET.get("page"))
    may_manage = request.user.may(Permission.MANAGE_PROJECTS)
    return render(request, "reports/project_list.html", {"page": page, "may_manage": may_manage})


@requires(Permission.VIEW_SUMMARIES)
@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One project: its card and its months that have begun."""
    project = get_object_or_404(GrantProject.objects.visible_to(request.user), pk=pk)
    context = {
        "project": project,
        "records": owned_months(project),
        "figures": HEADLINE,
        **set_up_of(project),
        "may_download": request.user.may(Permission.DOWNLOAD_REPORTS),
        "may_manage": request.user.may(Permission.MANAGE_PROJECTS),
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
    }
    return render(request, "reports/project.html", context)


def set_up_of(project: GrantProject) -> dict[str, Any]:
    """What the call asks of the project, and its reports. Six queries."""
    cost_lines = list(project.cost_lines.select_related("rate"))
    planned = sum((line.planned for line in cost_lines), Decimal(0))
    used = sum((line.used for line in cost_lines), Decimal(0))
    return {
        "reports": project.reports.annotate(handed_over=Max("submissions__version")),
        "deadlines": project.deadlines.all(),
        "indicators": project.indicators.all(),
        "cost_lines": cost_lines,
        "planned": planned,
        "used": used,
        "remaining": planned - used,
        "rates": project.rates.all(),
        "sections": project.sections.all(),
        "today": timezone.localdate(),
    }


def owned_months(project: GrantProject) -> list[MonthRecord]:
    """The project's months that have begun, in their order; a month shared with an earlier project is not its own."""
    begun = [month for month in project.months if month <= Month.of(timezone.now())]
    return [record for record in months.records(begun) if record.project == project]


@requires(Permission.DOWNLOAD_REPORTS)
@require_GET
def export_project_months(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """The months of a project, those of its page, as a CSV file."""
    project = get_object_or_404(GrantProject.objects.visible_to(request.user), pk=pk)
    records = owned_months(project)
    return csv_export(
        request,
        f"projekt-{project.pk}-mesice.csv",
        month_rows(records),
        what=f"Měsíce projektu {project} (CSV)",
        count=len(records),
        project=project.pk,
        whole=True,
    )


@requires(Permission.MANAGE_PROJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: SignedInRequest) -> HttpResponse:
    """A new project."""
    return edited(request, GrantProject(), "Nový projekt", "Projekt byl založen.")


@requires(Permission.MANAGE_PROJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """A project's card. Locked, so that of two people who save at once the second one learns of the first."""
    project = get_object_or_404(GrantProject.objects.visible_to(request.user).select_for_update(), pk=pk)
    return edited(request, project, f"Upravit projekt: {project.name}", "Projekt byl uložen.")


def edited(request: SignedInRequest, project: GrantProject, heading: str, done: str) -> HttpResponse:
    name = project.name  # a refused form leaves what was typed on the project
    form = ProjectForm(posted(request), instance=project)
    if form.is_bound and form.is_valid():
        saved = form.save()
        messages.success(request, done)
        return redirect("reports:project", saved.pk)
    context = {"form": form, "project": project, "name": name, "heading": heading}
    return form_response(request, "reports/project_form.html", context)
