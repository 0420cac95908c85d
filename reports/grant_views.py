"""Pages of what a call asks of a project, and of the reports to the grant."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apk import czech
from apk.calendar import Month
from apk.edits import carried_out, form_response, posted
from apk.people.access import Permission, SignedInRequest, requires
from reports import months
from reports.charts import bar_chart
from reports.grant import Chart, GrantReport, MonthState, ReportMonth, Section
from reports.grant_compiling import compilation, compiled, references_of, sections_of
from reports.grant_forms import AnnexForm, ReportForm, SetUpForm, WordsForm
from reports.grant_setup import PARTS, Part, remove, set_up
from reports.models import (
    Annex,
    Deadline,
    GrantProject,
    MonthlySummary,
    MonthNarrative,
    ProjectReport,
    ReportSection,
    SectionText,
)
from reports.months import Condition
from reports.narrative import Reference, paragraphs
from reports.references import of_month
from reports.sealing import is_sealed

# What months in a state are called when there are more of them.
STATES = {MonthState.SEALED: "uzavřené", MonthState.PROVISIONAL: "předběžné", MonthState.MISSING: "nesestavené"}

# The button that shows a text with its figures and stores nothing.
PREVIEW = "nahled"


def project_or_404(request: SignedInRequest, pk: int) -> GrantProject:
    return get_object_or_404(GrantProject.objects.visible_to(request.user), pk=pk)


def report_or_404(request: SignedInRequest, pk: int) -> ProjectReport:
    return get_object_or_404(ProjectReport.objects.visible_to(request.user).select_related("project"), pk=pk)


# --- What the call asks for ------------------------------------------------------------------------------------------


def part_or_404(slug: str) -> Part:
    if slug not in PARTS:
        raise Http404(f"no part {slug}")
    return PARTS[slug]


@requires(Permission.MANAGE_PROJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_part(request: SignedInRequest, pk: int, part: str) -> HttpResponse:
    """A new row of the project: an indicator, a deadline …"""
    kind, project = part_or_404(part), project_or_404(request, pk)
    return edited(request, kind.form(posted(request), instance=kind.model(project=project)), project, kind.new, part)


@requires(Permission.MANAGE_PROJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def change_part(request: SignedInRequest, pk: int, part: str, row: int) -> HttpResponse:
    """A row of the project, locked so that of two people who save at once the second learns of the first."""
    kind, project = part_or_404(part), project_or_404(request, pk)
    found = get_object_or_404(getattr(project, kind.rows).select_for_update(of=("self",)), pk=row)
    return edited(request, kind.form(posted(request), instance=found), project, kind.change, part)


@requires(Permission.MANAGE_PROJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_part(request: SignedInRequest, pk: int, part: str, row: int) -> HttpResponse:
    """Asks, then removes a row of the project."""
    kind, project = part_or_404(part), project_or_404(request, pk)
    found = get_object_or_404(getattr(project, kind.rows), pk=row)
    return removed(request, found, project, kind.removing, kind.consequence, f"{project.get_absolute_url()}#{part}")


@requires(Permission.MANAGE_PROJECTS)
@require_POST
def finish_deadline(request: SignedInRequest, pk: int, row: int) -> HttpResponse:
    """Says that a deadline is met, or with „otevrit“ that it is not after all."""
    project = project_or_404(request, pk)
    deadline = get_object_or_404(Deadline.objects.visible_to(request.user).filter(project=project), pk=row)
    form = forms.Form(request.POST)
    reopening = "otevrit" in request.POST
    step = deadline.reopen if reopening else lambda: deadline.finish(on=timezone.localdate())
    if form.is_valid() and carried_out(form, step):
        messages.success(request, f"{deadline}: {'znovu otevřeno' if reopening else 'splněno'}.")
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect(f"{project.get_absolute_url()}#terminy")


@requires(Permission.MANAGE_PROJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: SignedInRequest, pk: int) -> HttpResponse:
    """Fills what the project lacks of its set-up from another project, or with the usual sections."""
    project = project_or_404(request, pk)
    form = SetUpForm(posted(request), others=GrantProject.objects.visible_to(request.user).exclude(pk=pk))
    if form.is_bound and form.is_valid():
        copied = set_up(project, form.chosen)
        taken = czech.counted(copied, "řádek", "řádky", "řádků")
        messages.success(request, f"Převzato: {taken}." if copied else "Nebylo co převzít, projekt už nastavený je.")
        return redirect(project)
    context = {"form": form, "project": project, "heading": "Převzít nastavení", "submit": "Převzít"}
    return form_response(request, "reports/grant_form.html", context)


def edited(request: SignedInRequest, form: Any, project: GrantProject, heading: str, part: str) -> HttpResponse:
    if form.is_bound and form.is_valid():
        saved = form.save()
        messages.success(request, f"Uloženo: {saved}.")
        return redirect(f"{project.get_absolute_url()}#{part}")
    row = form.instance.pk
    context = {
        "form": form,
        "project": project,
        "heading": heading,
        "back": f"{project.get_absolute_url()}#{part}",
        "remove": reverse("reports:remove-part", args=[project.pk, part, row]) if row else "",
    }
    return form_response(request, "reports/grant_form.html", context)


def removed(
    request: SignedInRequest, row: models.Model, project: GrantProject, question: str, consequence: str, back: str
) -> HttpResponse:
    form = forms.Form(posted(request))
    name = str(row)
    if form.is_bound and form.is_valid() and carried_out(form, lambda: remove(row)):
        messages.success(request, f"Odebráno: {name}.")
        return redirect(back)
    context = {
        "form": form,
        "name": name,
        "project": project,
        "heading": question,
        "consequence": consequence,
        "back": back,
    }
    return form_response(request, "reports/grant_remove.html", context)


# --- Reports ---------------------------------------------------------------------------------------------------------


@requires(Permission.MANAGE_PROJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_report(request: SignedInRequest, pk: int) -> HttpResponse:
    """Founds a report of some months of the project."""
    project = project_or_404(request, pk)
    return edited_report(request, ProjectReport(project=project), "Nová zpráva k dotaci")


@requires(Permission.MANAGE_PROJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def edit_report(request: SignedInRequest, pk: int) -> HttpResponse:
    """The kind and the months of a report."""
    rows = ProjectReport.objects.visible_to(request.user).select_related("project").select_for_update(of=("self",))
    return edited_report(request, get_object_or_404(rows, pk=pk), "Upravit zprávu")


def edited_report(request: SignedInRequest, report: ProjectReport, heading: str) -> HttpResponse:
    project = report.project
    begun = [month for month in project.months if month <= Month.of(timezone.now())]
    form = ReportForm(posted(request), instance=report, months=begun)
    if form.is_bound and form.is_valid():
        return redirect(form.save())
    stored = ProjectReport.objects.filter(pk=report.pk).first()
    context = {
        "form": form,
        "project": project,
        "report": stored,
        "heading": heading,
        "back": stored.get_absolute_url() if stored else f"{project.get_absolute_url()}#zpravy",
        "remove": reverse("reports:remove-report", args=[report.pk]) if stored else "",
        "too_early": not begun,
    }
    return form_response(request, "reports/grant_form.html", context)


@requires(Permission.MANAGE_PROJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_report(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks, then removes a report with its texts and list of annexes."""
    report = report_or_404(request, pk)
    consequence = "Texty, které jste k ní napsali, a seznam příloh se smažou. Měsíční přehledy zůstanou, jak jsou."
    back = f"{report.project.get_absolute_url()}#zpravy"
    return removed(request, report, report.project, "Smazat zprávu?", consequence, back)


@requires(Permission.VIEW_SUMMARIES)
@require_safe
def report_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """The whole report as it would be handed over now; each figure leads to its records."""
    row = report_or_404(request, pk)
    report = compiled(row)
    context = {
        "row": row,
        "project": row.project,
        "report": report,
        "sections": drawn_sections(report),
        "states": states_of(report.months),
        "earlier_states": states_of(report.earlier),
        "outdated": outdated(report),
        "annexes": row.annexes.all(),
        "submissions": list(row.submissions.without_content().select_related("submitted_by")),
        "may_download": request.user.may(Permission.DOWNLOAD_REPORTS),
        "may_manage": request.user.may(Permission.MANAGE_PROJECTS),
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
    }
    return render(request, "reports/report.html", context)


def states_of(taken: Iterable[ReportMonth]) -> list[tuple[str, int]]:
    """How many of the months are in each state that one of them is in: „uzavřené" 2."""
    states = [month.state for month in taken]
    return [(STATES[state], states.count(state)) for state in MonthState if state in states]


def outdated(report: GrantReport) -> list[Month]:
    """Open months whose records have changed since they were counted: their numbers no longer equal their lists."""
    open_months = [month.month for month in report.taken if month.state is MonthState.PROVISIONAL]
    if not open_months:
        return []
    return [record.month for record in months.records(open_months) if record.condition is Condition.OUTDATED]


def drawn_sections(report: GrantReport) -> list[tuple[Section, list[tuple[Chart, Any]]]]:
    """Each section with its charts drawn."""
    return [(section, [(chart, drawn(chart)) for chart in section.charts]) for section in report.sections]


def drawn(chart: Chart) -> Any:
    return bar_chart([(label, tick, value) for label, tick, value in chart.bars])


@requires(Permission.MANAGE_PROJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def write_section(request: SignedInRequest, pk: int, section: int) -> HttpResponse:
    """The words of one section of a report, with a preview of them."""
    rows = ProjectReport.objects.visible_to(request.user).select_related("project").select_for_update(of=("self",))
    report = get_object_or_404(rows, pk=pk)
    chosen: ReportSection = get_object_or_404(sections_of(report), pk=section)
    known = references_of(compilation(report))
    written = SectionText.objects.filter(report=report, section=chosen).first()
    form = WordsForm(posted(request), written=written.text if written else "", known=known)
    back = f"{report.get_absolute_url()}#oddil-{chosen.pk}"
    if form.is_bound and form.is_valid() and PREVIEW not in request.POST:
        report.write(chosen, form.cleaned_data["text"])
        messages.success(request, f"Text oddílu {chosen} je uložený.")
        return redirect(back)
    context = {"project": report.project, "report": report, "heading": chosen.title, "guidance": chosen.guidance}
    return words_response(request, form, known, back, context)


@requires(Permission.BUILD_SUMMARIES)
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def write_month(request: SignedInRequest, month: Month) -> HttpResponse:
    """The words of a month, with a preview; the summary is then to be counted anew, for it keeps them.

    Those of a sealed month have a page of their own, where they change by a correction.
    """
    stored = get_object_or_404(MonthlySummary.objects.visible_to(request.user).readable().of(month).select_for_update())
    if request.method != "POST" and is_sealed(month):
        return redirect("reports:correct-words", month)
    project = GrantProject.objects.by_month([month])[month]
    known = of_month(month, stored.value.totals, project)
    written = MonthNarrative.objects.of(month).first()
    form = WordsForm(posted(request), written=written.text if written else "", known=known)
    if form.is_bound and form.is_valid() and is_sealed(month):
        form.add_error(None, "Měsíc je mezitím uzavřený, slovní hodnocení jde změnit jen jeho opravou.")
    if form.is_bound and form.is_valid() and PREVIEW not in request.POST:
        MonthNarrative.objects.write(month, form.cleaned_data["text"], by=request.user)
        messages.success(request, "Slovní hodnocení je uložené, přehled se přepočítává.")
        return redirect(stored)
    context = {"month": month, "heading": f"Slovní hodnocení: {czech.month(month.first_day)}"}
    return words_response(request, form, known, stored.get_absolute_url(), context)


def words_response(
    request: SignedInRequest, form: WordsForm, known: list[Reference], back: str, context: dict[str, Any]
) -> HttpResponse:
    previewed = form.is_bound and form.is_valid()
    context |= {
        "form": form,
        "references": known,
        "back": back,
        "previewed": previewed,
        "preview": paragraphs(form.cleaned_data["text"], known) if previewed else (),
    }
    return form_response(request, "reports/words.html", context)


@requires(Permission.MANAGE_PROJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_annex(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new annex of a report."""
    report = report_or_404(request, pk)
    return edited_annex(request, Annex(report=report), "Nová příloha")


@requires(Permission.MANAGE_PROJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def change_annex(request: SignedInRequest, pk: int, annex: int) -> HttpResponse:
    """An annex of a report."""
    report = report_or_404(request, pk)
    found = get_object_or_404(report.annexes.select_for_update(), pk=annex)
    return edited_annex(request, found, "Upravit přílohu")


def edited_annex(request: SignedInRequest, annex: Annex, heading: str) -> HttpResponse:
    report = annex.report
    form = AnnexForm(posted(request), request.FILES or None, instance=annex)
    if form.is_bound and form.is_valid():
        saved = form.save()
        messages.success(request, f"Uloženo: {saved}.")
        return redirect(f"{report.get_absolute_url()}#prilohy")
    context = {
        "form": form,
        "project": report.project,
        "report": report,
        "heading": heading,
        "back": f"{report.get_absolute_url()}#prilohy",
        "current_file": annex.file if annex.pk else "",
        "has_file": True,
        "remove": reverse("reports:remove-annex", args=[report.pk, annex.pk]) if annex.pk else "",
    }
    return form_response(request, "reports/grant_form.html", context)


@requires(Permission.MANAGE_PROJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_annex(request: SignedInRequest, pk: int, annex: int) -> HttpResponse:
    """Asks, then removes an annex from the list of a report."""
    report = report_or_404(request, pk)
    found = get_object_or_404(report.annexes, pk=annex)
    back = f"{report.get_absolute_url()}#prilohy"
    return removed(request, found, report.project, "Odebrat přílohu?", "Příloha zmizí ze seznamu zprávy.", back)
