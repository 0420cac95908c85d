"""Pages at the desk about what came from phones and waits for a person."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apk.edits import form_response, posted
from apk.people.access import Permission, SignedInRequest, requires
from apk.refusal import Refused
from apk.sync import conflicts as disputes
from apk.sync import correcting, holding, registry, rescue, versions
from apk.sync.filters import DecisionFilter, ReceivedFilter
from apk.sync.forms import ConflictForm, HeldDecisionForm, RescueFileForm
from apk.sync.models import Conflict, ConflictDecision, Delivered, Held, Receipt, RescueFile, ReviewedQuerySet
from apk.sync.protocol import instant

PAGE = 50
# An import goes on for so long in one request; the page then asks for the next step.
STEP_SECONDS = 8


@requires(Permission.REVIEW_RECEIVED)
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """What waits, and the way to it. Five queries."""
    user = request.user
    waiting = Held.objects.visible_to(user).waiting()
    context = {
        "quarantined": waiting.filter(reason=Held.Reason.DEACTIVATED).count(),
        "late": waiting.filter(reason=Held.Reason.SEALED_MONTH).count(),
        "conflicts": Conflict.objects.visible_to(user).undecided().count(),
        "wrong_clocks": Receipt.objects.visible_to(user).with_wrong_clock().count(),
        "rescue_files": RescueFile.objects.visible_to(user).filter(finished_at=None).exclude(stored_as="").count(),
    }
    return render(request, "sync/overview.html", context)


def render_list(request: SignedInRequest, template: str, form: ReceivedFilter, rows: ReviewedQuerySet) -> HttpResponse:
    page = Paginator(form.apply(rows), PAGE).get_page(request.GET.get("page"))
    listed = [{"row": row, **described(getattr(row, "receipt", row))} for row in page.object_list]
    context = {"form": form, "words": form.words(), "query": request.GET.urlencode(), "page": page, "listed": listed}
    return render(request, template, context)


def described(sent: Delivered) -> dict[str, str]:
    """What a table says of a received record, and the page of what became of it."""
    return {"title": versions.title(sent.kind), "url": versions.url(sent)}


# --- Held records -----------------------------------------------------------------------------------------------------


@requires(Permission.REVIEW_RECEIVED)
@require_safe
def quarantine(request: SignedInRequest) -> HttpResponse:
    """Records of people whose account has been closed."""
    return held_list(request, Held.Reason.DEACTIVATED, "sync/quarantine.html")


@requires(Permission.REVIEW_RECEIVED)
@require_safe
def late(request: SignedInRequest) -> HttpResponse:
    """Records of sealed months; the month's correction decides about them."""
    return held_list(request, Held.Reason.SEALED_MONTH, "sync/late.html")


def held_list(request: SignedInRequest, reason: Held.Reason, template: str) -> HttpResponse:
    rows = Held.objects.visible_to(request.user).filter(reason=reason).select_related("receipt__user", "decided_by")
    waiting_first = rows.order_by(F("decided_at").desc(nulls_first=True), "-receipt__received_at", "pk")
    return render_list(request, template, DecisionFilter(request.GET, user=request.user), waiting_first)


@requires(Permission.REVIEW_RECEIVED)
@require_safe
def held(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One held record: what it says, when, from whom, and the decision."""
    return held_page(request, visible_held(request, pk), HeldDecisionForm())


def visible_held(request: SignedInRequest, pk: UUID) -> Held:
    rows = Held.objects.visible_to(request.user).select_related("receipt__user", "decided_by")
    found: Held = get_object_or_404(rows, pk=pk)
    return found


def held_page(request: SignedInRequest, shown: Held, form: HeldDecisionForm) -> HttpResponse:
    receipt = shown.receipt
    amended = None
    if receipt.kind == correcting.NAME:
        original = Receipt.objects.select_related("user").get(pk=receipt.payload["corrects"])
        amended = versions.amended(receipt, original)
    kind = versions.known(receipt.kind)
    is_sealed = registry.is_sealed(shown.month)
    context = {
        "held": shown,
        "receipt": receipt,
        "title": versions.title(receipt.kind),
        "facts": [] if amended else versions.facts(receipt.kind, receipt.version, receipt.payload),
        "amended": amended,
        "original_title": versions.title(amended.original.kind) if amended else "",
        "photos": kind.waiting_photos(receipt.pk) if kind and kind.waiting_photos else [],
        "url": versions.url(amended.original if amended else receipt) if shown.decision == "accepted" else "",
        "is_sealed": is_sealed,
        "may_decide": not shown.decision and not is_sealed and request.user.may(Permission.DECIDE_HELD),
        "form": form,
    }
    return form_response(request, "sync/held.html", context)


@requires(Permission.DECIDE_HELD)
@require_POST
def decide_held(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Accepts or rejects a held record."""
    shown = visible_held(request, pk)
    form = HeldDecisionForm(request.POST)
    if form.is_valid():
        decide = holding.release if form.cleaned_data["decision"] == Held.Decision.ACCEPTED else holding.reject
        try:
            decide(pk, by=request.user, now=timezone.now(), note=form.cleaned_data["note"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            accepted = decide is holding.release
            said = "Záznam je přijatý a počítá se." if accepted else "Záznam je odmítnutý. Zůstává tu i s důvodem."
            messages.success(request, said)
            return redirect("receiving:quarantine")
    return held_page(request, visible_held(request, shown.pk), form)


# --- Two versions of a record -----------------------------------------------------------------------------------------


@requires(Permission.REVIEW_RECEIVED)
@require_safe
def conflicts(request: SignedInRequest) -> HttpResponse:
    """Records of which two contents came, the undecided ones first."""
    rows = Conflict.objects.visible_to(request.user).select_related("receipt__user", "decision__by")
    undecided_first = rows.order_by(F("decision__at").desc(nulls_first=True), "-received_at", "pk")
    form = DecisionFilter(request.GET, user=request.user, received="received_at")
    return render_list(request, "sync/conflicts.html", form, undecided_first)


@requires(Permission.REVIEW_RECEIVED)
@require_http_methods(["GET", "HEAD", "POST"])
def conflict(request: SignedInRequest, pk: int) -> HttpResponse:
    """Both versions side by side, and which of them holds."""
    rows = Conflict.objects.visible_to(request.user).select_related("receipt__user", "user", "decision__by")
    disputed = get_object_or_404(rows, pk=pk)
    form = ConflictForm(posted(request))
    if form.is_valid():
        holds = ConflictDecision.Holds(form.cleaned_data["holds"])
        try:
            disputes.decide(pk, holds, by=request.user, now=timezone.now(), note=form.cleaned_data["note"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Rozhodnuto: {holds.label.lower()}.")
            return redirect("receiving:conflict", pk=pk)
    context = {
        "conflict": disputed,
        "title": versions.title(disputed.receipt.kind),
        "differences": versions.differences(disputed.receipt, disputed),
        "decision": getattr(disputed, "decision", None),
        "url": versions.url(disputed.receipt),
        "form": form,
    }
    return form_response(request, "sync/conflict.html", context)


# --- Clocks -----------------------------------------------------------------------------------------------------------


@requires(Permission.REVIEW_RECEIVED)
@require_safe
def clocks(request: SignedInRequest) -> HttpResponse:
    """Records from phones whose clock was more than five minutes off."""
    rows = Receipt.objects.visible_to(request.user).with_wrong_clock().select_related("user")
    form = ReceivedFilter(request.GET, user=request.user)
    return render_list(request, "sync/clocks.html", form, rows.order_by("-received_at", "pk"))


# --- Rescue files -----------------------------------------------------------------------------------------------------


@requires(Permission.REVIEW_RECEIVED)
@require_http_methods(["GET", "HEAD", "POST"])
def rescue_files(request: SignedInRequest) -> HttpResponse:
    """Uploads a queue that a phone saved to a file; below, those that were brought before."""
    form = RescueFileForm(posted(request), request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["soubor"]
        try:
            brought = rescue.bring(rescue.Upload(file.read(), file.name), by=request.user, now=timezone.now())
        except Refused as refused:
            form.add_error("soubor", str(refused))
        else:
            return redirect(brought)
    rows = RescueFile.objects.visible_to(request.user).select_related("by", "owner")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return form_response(request, "sync/rescue_files.html", {"form": form, "page": page})


@requires(Permission.REVIEW_RECEIVED)
@require_safe
def rescue_file(request: SignedInRequest, pk: int) -> HttpResponse:
    """What would become of each record of a file, or what did."""
    row = get_object_or_404(RescueFile.objects.visible_to(request.user).select_related("by", "owner"), pk=pk)
    return rescue_page(request, row)


def rescue_page(request: SignedInRequest, row: RescueFile, refused: str = "") -> HttpResponse:
    page = Paginator(row.foreseen, PAGE).get_page(request.GET.get("page"))
    context = {
        "file": row,
        "page": page,
        "listed": [
            {"said": row.results.get(each["id"], each), "title": versions.title(each["kind"]), "at": moment(each["at"])}
            for each in page.object_list
        ],
        "counts": counts(row),
        "lost_photos": [(photo, reason) for photo, reason in row.photos.items() if reason],
        "refused": refused,
    }
    return render(request, "sync/rescue_file.html", context, status=422 if refused else 200)


def moment(text: str) -> datetime | None:
    """The time that a record of a file claims, when it is one."""
    try:
        return instant(text)
    except ValueError:
        return None


def counts(row: RescueFile) -> dict[str, int]:
    """How many records have each fate, as it is known now."""
    said = [row.results.get(each["id"], each)["outcome"] for each in row.foreseen]
    return {outcome: said.count(outcome) for outcome in ("accepted", "known", "conflict", "refused")}


@requires(Permission.REVIEW_RECEIVED)
@require_POST
def take_over(request: SignedInRequest, pk: int) -> HttpResponse:
    """Imports a file, or the next part of a large one."""
    row = get_object_or_404(RescueFile.objects.visible_to(request.user).select_related("by", "owner"), pk=pk)
    try:
        row = rescue.take_over(row.pk, now=timezone.now(), seconds=STEP_SECONDS)
    except Refused as refused:
        return rescue_page(request, row, str(refused))
    if row.finished_at:
        messages.success(request, "Záloha je převzatá.")
    return redirect(row)
