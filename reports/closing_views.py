"""Pages of a month's life: how it stands, the steps that close it, its sealed versions and their corrections."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from apk.audit.models import AccessLog
from apk.calendar import Month
from apk.edits import carried_out, form_response, posted
from apk.people.access import Permission, Role, SignedInRequest, requires
from apk.people.models import Assistant
from apk.sync import holding
from findings.models import Finding
from patrols.models import Announcement
from reports import checklist, closings, difference_words, late_records, sealing, submitting, verifying
from reports.closing_forms import (
    FindingCorrectionForm,
    LateRecordsForm,
    RejectForm,
    ReturnForm,
    StandInForm,
    VouchForm,
    WordsCorrectionForm,
)
from reports.closing_rules import Move, may
from reports.closings import Closing
from reports.document_views import attachment
from reports.figures import HEADLINE
from reports.models import GrantProject, MonthlySummary, MonthNarrative, ProjectReport, Seal
from reports.references import of_month
from reports.snapshots import Content
from reports.views import known_month

VERIFIED_ON_PAGE = 12
FINDINGS_ON_PAGE = 50
MONTHS_TO_CONFIRM = 3

# --- From open to sealed ---------------------------------------------------------------------------------------------


@requires(Permission.VIEW_SUMMARIES)
@require_safe
def closing_page(request: SignedInRequest, month: Month) -> HttpResponse:
    """How far the month is, what it waits for and who, what the user may do, and all that was done."""
    return render(request, "reports/closing.html", standing(request, known_month(month)))


def standing(request: SignedInRequest, month: Month) -> dict[str, Any]:
    closing = closings.closing_of(month)
    role = Role(request.user.role)
    stored = MonthlySummary.objects.visible_to(request.user).readable().of(month).first()
    hindrances = list(checklist.hindrances(closing))
    return {
        "month": month,
        "closing": closing,
        "state": closing.state,
        "has_ended": timezone.now() >= month.end,
        "hindrances": hindrances,
        "is_hindered": any(hindrance.blocks for hindrance in hindrances),
        "stored": stored,
        "figures": [(figure, stored.value.totals[figure.name]) for figure in HEADLINE] if stored else [],
        "moves": {move.name: may(role, move, closing.state) for move in Move},
        "has_approved": any(part.person == mentor.pk for part in closing.approvals if part not in closing.unapproved)
        if (mentor := getattr(request.user, "mentor", None))
        else False,
        "late": late_records.waiting(request.user).in_month(month).count() if closing.seals else 0,
    }


def step(request: SignedInRequest, month: Month, take: Callable[[], object], done: str) -> HttpResponse:
    """Takes a step that needs no form; a refusal is shown on the month's page of closing."""
    form = forms.Form({})
    if carried_out(form, take):
        messages.success(request, done)
    else:
        messages.error(request, " ".join(map(str, form.non_field_errors())))
    return redirect("reports:closing", month)


@requires(Permission.APPROVE_MONTHS)
@require_POST
def approve(request: SignedInRequest, month: Month) -> HttpResponse:
    """The mentor approves the figures that the page showed."""
    seen = request.POST.get("seen", "")
    return step(
        request,
        known_month(month),
        lambda: sealing.approve(month, by=request.user, now=timezone.now(), seen=seen),
        "Měsíc jste schválil(a).",
    )


@requires(Permission.SEAL_MONTHS)
@require_http_methods(["GET", "HEAD", "POST"])
def stand_in(request: SignedInRequest, month: Month) -> HttpResponse:
    """The coordinator approves for a mentor who cannot."""
    stored = get_object_or_404(MonthlySummary.objects.visible_to(request.user).readable().of(known_month(month)))
    form = StandInForm(posted(request), initial={"seen": stored.sha256})
    if (
        form.is_bound
        and form.is_valid()
        and carried_out(form, lambda: sealing.stand_in(month, by=request.user, now=timezone.now(), **form.cleaned_data))
    ):
        messages.success(request, "Měsíc je schválený v zastoupení.")
        return redirect("reports:closing", month)
    context = {
        "form": form,
        "month": month,
        "heading": "Schválit za mentora",
        "lead": "Když mentor schválit nemůže. Zůstane zapsáno, že jste schválil(a) za něj a proč.",
        "button": "Schválit v zastoupení",
    }
    return form_response(request, "reports/closing_form.html", context)


@requires(Permission.LEAD_MONTHS)
@require_http_methods(["GET", "HEAD", "POST"])
def vouch(request: SignedInRequest, month: Month) -> HttpResponse:
    """Confirms for assistants who cannot do it themselves."""
    closing = closings.closing_of(known_month(month))
    mine = set(Assistant.objects.visible_to(request.user).values_list("pk", flat=True))
    choices = [(str(part.person), part.name) for part in closing.unconfirmed if part.person in mine]
    form = VouchForm(posted(request), choices=choices)
    if (
        form.is_bound
        and form.is_valid()
        and carried_out(
            form,
            lambda: sealing.vouch(
                month, form.chosen(), by=request.user, now=timezone.now(), reason=form.cleaned_data["reason"]
            ),
        )
    ):
        messages.success(request, "Potvrzeno.")
        return redirect("reports:closing", month)
    context = {
        "form": form,
        "month": month,
        "heading": "Potvrdit za asistenta",
        "lead": "Potvrzujete, že v telefonu asistenta nezůstal žádný neodeslaný záznam z tohoto měsíce.",
        "button": "Potvrdit",
        "nothing": "" if choices else "Tady už není za koho potvrzovat.",
    }
    return form_response(request, "reports/closing_form.html", context)


@requires(Permission.LEAD_MONTHS)
@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: SignedInRequest, month: Month) -> HttpResponse:
    """Returns the month to the beginning, with a reason."""
    form = ReturnForm(posted(request))
    known_month(month)
    if (
        form.is_bound
        and form.is_valid()
        and carried_out(
            form,
            lambda: sealing.send_back(month, by=request.user, now=timezone.now(), reason=form.cleaned_data["reason"]),
        )
    ):
        messages.success(request, "Měsíc je znovu otevřený. Asistenti ho potvrdí a mentor schválí znovu.")
        return redirect("reports:closing", month)
    context = {
        "form": form,
        "month": month,
        "heading": "Vrátit měsíc k doplnění?",
        "lead": "Dosavadní potvrzení a schválení přestanou platit. V přehledu kroků zůstanou.",
        "button": "Vrátit k doplnění",
    }
    return form_response(request, "reports/closing_form.html", context)


@requires(Permission.SEAL_MONTHS)
@require_http_methods(["GET", "HEAD", "POST"])
def seal(request: SignedInRequest, month: Month) -> HttpResponse:
    """Asks once more, then seals."""
    context = standing(request, known_month(month))
    form = forms.Form(posted(request))
    if form.is_bound and carried_out(
        form,
        lambda: sealing.seal(month, by=request.user, now=timezone.now(), seen=request.POST.get("seen", "")),
    ):
        messages.success(request, "Měsíc je uzavřený. Dokumenty se připravují.")
        return redirect("reports:closing", month)
    return form_response(request, "reports/seal_month.html", context | {"form": form})


# --- Sealed versions -------------------------------------------------------------------------------------------------


def version_of(request: SignedInRequest, month: Month, version: int) -> Seal:
    seals = Seal.objects.visible_to(request.user).of(month).select_related("sealed_by", "correction")
    return get_object_or_404(seals, version=version)


@requires(Permission.VIEW_SUMMARIES)
@require_safe
def seal_page(request: SignedInRequest, month: Month, version: int) -> HttpResponse:
    """One sealed version: its figures, what it changed and why, its digest."""
    found = version_of(request, month, version)
    content = Content.from_bytes(bytes(found.content))
    # Whatever the schema of its time: totals have always been there.
    totals = content.figures["totals"]
    versions = list(Seal.objects.of(month).without_content().order_by("version"))
    context = {
        "month": month,
        "seal": found,
        "content": content,
        "versions": versions,
        # Only the last version's records are those that lists show.
        "is_latest": found.version == versions[-1].version,
        "figures": [(figure, totals[figure.name]) for figure in HEADLINE if figure.name in totals],
        "figure_changes": difference_words.figures(content),
        "record_changes": list(difference_words.record_changes(content)),
        "may_download": request.user.may(Permission.DOWNLOAD_REPORTS),
        "size": len(found.content),
    }
    return render(request, "reports/seal.html", context)


@requires(Permission.DOWNLOAD_REPORTS)
@require_GET
def download_seal(request: SignedInRequest, month: Month, version: int) -> HttpResponse:
    """The sealed bytes, the same for ever."""
    found = version_of(request, month, version)
    AccessLog.objects.note(
        user=request.user,
        action=AccessLog.Action.DOWNLOAD,
        what=f"Uzavřený měsíc {found}",
        month=str(month),
        file_sha256=found.sha256,
    )
    return attachment(bytes(found.content), "application/json", f"uzavreny-mesic-{month}-verze-{version}.json")


@requires(Permission.VIEW_SUMMARIES)
@require_safe
def verification(request: SignedInRequest) -> HttpResponse:
    """Recounts sealed months, the newest first, and says whether anything differs."""
    days = Seal.objects.visible_to(request.user).order_by("-month").values_list("month", flat=True).distinct()
    page = Paginator(days, VERIFIED_ON_PAGE).get_page(request.GET.get("page"))
    verdicts = [verifying.verify(Month.of(day)) for day in page.object_list]
    handed_over = ProjectReport.objects.visible_to(request.user).submitted().select_related("project")
    context = {
        "page": page,
        "verdicts": verdicts,
        "guards": verifying.missing_guards(),
        "submitted": [submitting.verify(report) for report in handed_over] if page.number == 1 else [],
    }
    return render(request, "reports/verification.html", context)


# --- Corrections -----------------------------------------------------------------------------------------------------


def sealed_month(request: SignedInRequest, month: Month) -> Month:
    if not Seal.objects.visible_to(request.user).of(month).exists():
        raise Http404(f"{month} is not sealed")
    return month


def corrected(
    request: SignedInRequest, month: Month, form: forms.BaseForm, change: Callable[[], object]
) -> tuple[bool, dict[str, Any]]:
    """Seals the next version when the user has seen what it changes, otherwise shows it.

    Gives whether it was sealed, and what the page needs to show the difference.
    """
    options = {"by": request.user, "now": timezone.now(), "reason": form.cleaned_data["reason"]}
    seen = form.cleaned_data.get("preview") if request.POST.get("step") == "seal" else None
    if seen:
        return carried_out(form, lambda: sealing.correct([month], change, seen=seen, **options)), {}
    shown: dict[str, Any] = {}

    def preview() -> None:
        (content,), digest = sealing.previewed([month], change, **options)
        shown.update(
            preview=digest,
            version=content.version,
            figure_changes=difference_words.figures(content),
            record_changes=list(difference_words.record_changes(content)),
        )

    carried_out(form, preview)
    return False, shown


@requires(Permission.SEAL_MONTHS)
@require_http_methods(["GET", "HEAD", "POST"])
def corrections(request: SignedInRequest, month: Month) -> HttpResponse:
    """What came late for a sealed month; the chosen part of it makes the next version."""
    sealed_month(request, month)
    waiting = list(late_records.waiting(request.user).in_month(month))
    form = LateRecordsForm(
        posted(request),
        waiting=waiting,
        photos=late_records.waiting_photos(month),
        initial={"records": [str(held.pk) for held in waiting], "photos": True},
    )
    found = Finding.objects.visible_to(request.user).in_month(month).select_related("place").order_by("found_at", "pk")
    context: dict[str, Any] = {
        "form": form,
        "month": month,
        "records": late_records.listed(waiting),
        "page": Paginator(found, FINDINGS_ON_PAGE).get_page(request.GET.get("page")),
    }
    if form.is_bound and form.is_valid():
        change = late_records.taking_in(
            form.chosen(),
            form.chosen_photos(),
            by=request.user,
            now=timezone.now(),
            reason=form.cleaned_data["reason"],
        )
        is_sealed, shown = corrected(request, month, form, change)
        if is_sealed:
            return sealed_next(request, month)
        context |= shown
    context["chosen"] = form["records"].value() or []
    return form_response(request, "reports/corrections.html", context)


def sealed_next(request: SignedInRequest, month: Month) -> HttpResponse:
    latest = Seal.objects.of(month).without_content().latest("version")
    messages.success(request, f"Uzavřena je verze {latest.version}. Předchozí verze zůstává, jak byla.")
    return redirect("reports:seal", month, latest.version)


@requires(Permission.SEAL_MONTHS)
@require_http_methods(["GET", "HEAD", "POST"])
def reject(request: SignedInRequest, month: Month, pk: UUID) -> HttpResponse:
    """Decides that a late record is not taken in."""
    held = get_object_or_404(late_records.waiting(request.user).in_month(sealed_month(request, month)), pk=pk)
    form = RejectForm(posted(request))
    if (
        form.is_bound
        and form.is_valid()
        and carried_out(
            form, lambda: holding.reject(pk, by=request.user, now=timezone.now(), note=form.cleaned_data["reason"])
        )
    ):
        messages.success(request, "Záznam nebyl přijat. Důvod u něj zůstane.")
        return redirect("reports:corrections", month)
    (record,) = late_records.listed([held])
    context = {
        "form": form,
        "month": month,
        "heading": "Nepřijmout pozdní záznam?",
        "lead": f"{record.kind}, {held.receipt.user}: {record.says}" if record.says else str(held.receipt.user),
        "button": "Nepřijmout",
        "back": reverse("reports:corrections", args=[month]),
    }
    return form_response(request, "reports/closing_form.html", context)


@requires(Permission.SEAL_MONTHS)
@require_http_methods(["GET", "HEAD", "POST"])
def correct_finding(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Changes what a finding of a sealed month says, or withdraws it; the month gets its next version."""
    finding = get_object_or_404(Finding.objects.visible_to(request.user).select_related("place"), pk=pk)
    month = sealed_month(request, Month.of(finding.found_at))
    form = FindingCorrectionForm(posted(request), instance=finding)
    context: dict[str, Any] = {"form": form, "month": month, "finding": finding, "name": str(finding)}
    if form.is_bound and form.is_valid():
        is_sealed, shown = corrected(request, month, form, lambda: form.put_right(timezone.now()))
        if is_sealed:
            return sealed_next(request, month)
        context |= shown
    return form_response(request, "reports/correct_finding.html", context)


@requires(Permission.SEAL_MONTHS)
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def correct_words(request: SignedInRequest, month: Month) -> HttpResponse:
    """Changes the words of a sealed month; the month gets its next version."""
    sealed_month(request, month)
    stored = get_object_or_404(MonthlySummary.objects.visible_to(request.user).readable().of(month).select_for_update())
    written = MonthNarrative.objects.of(month).first()
    known = of_month(month, stored.value.totals, GrantProject.objects.by_month([month])[month])
    form = WordsCorrectionForm(posted(request), written=written.text if written else "", known=known)
    context: dict[str, Any] = {"form": form, "month": month, "references": known}
    if form.is_bound and form.is_valid():
        text = form.cleaned_data["text"]
        is_sealed, shown = corrected(request, month, form, lambda: MonthNarrative.objects.put(month, text))
        if is_sealed:
            return sealed_next(request, month)
        context |= shown
    return form_response(request, "reports/correct_words.html", context)


# --- The assistant's own confirmation --------------------------------------------------------------------------------


@requires(Permission.CONFIRM_MONTHS)
@require_safe
def own_months(request: SignedInRequest) -> HttpResponse:
    """The last months of the signed-in assistant: what came from them, and whether they confirmed it."""
    assistant = get_object_or_404(Assistant.objects.visible_to(request.user), user=request.user)
    month, found = Month.of(timezone.now()).previous, []
    for _ in range(MONTHS_TO_CONFIRM):
        closing = closings.closing_of(month)
        parts = [part for part in closing.confirmations if part.person == assistant.pk]
        if parts:
            found.append(own_month(closing, assistant, parts[0]))
        month = month.previous
    return render(request, "reports/own_months.html", {"months": found, "owner": request.user.pk})


def own_month(closing: Closing, assistant: Assistant, part: Any) -> dict[str, Any]:
    mine = Finding.objects.filter(assistant=assistant).in_month(closing.month)
    return {
        "month": closing.month,
        "part": part,
        "counts": mine.counts(),
        "is_sealed": closing.state.is_sealed,
        "unanswered": list(
            Announcement.objects.unanswered()
            .in_month(closing.month)
            .filter(assistant=assistant)
            .select_related("locality")
        ),
        "may_confirm": may(Role.ASSISTANT, Move.CONFIRM, closing.state) and part in closing.unconfirmed,
    }


@requires(Permission.CONFIRM_MONTHS)
@require_POST
def confirm(request: SignedInRequest, month: Month) -> HttpResponse:
    """The assistant says that nothing is left in the phone."""
    form = forms.Form({})
    if carried_out(form, lambda: sealing.confirm(known_month(month), by=request.user, now=timezone.now())):
        messages.success(request, "Děkujeme, měsíc je potvrzený.")
    else:
        messages.error(request, " ".join(map(str, form.non_field_errors())))
    return redirect("reports:own-months")
