"""The desk's review of findings: the queue, one finding with a key for each decision, its place and locality put right.

Everything works by plain forms; static/js/review.js only presses their buttons.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apk.edits import carried_out, form_response, posted
from apk.localities.models import Locality
from apk.people.access import Permission, SignedInRequest, requires
from findings import reviewing
from findings.maps import city_map
from findings.models import Finding, FindingQuerySet, Question, ReviewState
from findings.review_forms import DecisionForm, MergeForm, QuestionForm, RelocateForm

PAGE = 50
BACK = "kontrola"


@requires(Permission.REVIEW_FINDINGS)
@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    """Findings that wait for the desk, with what is worth a look about each, and those that wait for their finders."""
    waiting = reviewing.waiting(request.user)
    page = Paginator(with_circumstances(waiting), PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    asked = Question.objects.visible_to(request.user).open()
    context = {
        "page": page,
        "rows": reviewing.considered(shown, request.user),
        "first": shown[0] if shown else None,
        "asked": asked.select_related("finding__place", "finding__assistant__user", "asked_by").order_by("asked_at"),
    }
    return render(request, "findings/review_queue.html", context)


def with_circumstances(found: FindingQuerySet) -> FindingQuerySet:
    return found.select_related(
        "place", "locality__district", "assistant__user", "shift__locality", "deposit__box", "merged_into__place"
    )


@requires(Permission.REVIEW_FINDINGS)
@require_safe
def review(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One finding with everything to decide about it by one key."""
    return render_review(request, shown_finding(request, pk))


def shown_finding(request: SignedInRequest, pk: UUID) -> Finding:
    found: Finding = get_object_or_404(with_circumstances(Finding.objects.visible_to(request.user)), pk=pk)
    return found


def render_review(request: SignedInRequest, finding: Finding, **bound: forms.Form) -> HttpResponse:
    [considered] = reviewing.considered([finding], request.user)
    waiting = reviewing.waiting(request.user)
    mark = reviewing.content_mark(finding)
    following = reviewing.after(waiting, finding)
    localities = Locality.objects.visible_to(request.user).filter(
        pk__in=[finding.locality_id, finding.shift.locality_id if finding.shift else None]
    )
    marks = [mark_of(finding)] + [mark_of(other) for other, _ in considered.similar]
    context: dict[str, Any] = {
        "finding": finding,
        "considered": considered,
        "left": waiting.count(),
        "following": following,
        "decision": DecisionForm(mark=mark),
        "question": QuestionForm(mark=mark),
        "merge": MergeForm(mark=mark, similar=considered.similar) if considered.similar else None,
        "questions": finding.questions.select_related("asked_by"),
        "duplicates": finding.duplicates.select_related("assistant__user", "place"),
        "photos": finding.photos.all(),
        "may_review_findings": True,
        "map": city_map(localities, marks),
        "is_open": finding.review in {ReviewState.NEW, ReviewState.RETURNED} and not finding.is_withdrawn,
        **bound,
    }
    faults = [form for form in bound.values() if form.errors]
    context["form"] = faults[0] if faults else None
    return render(request, "findings/review.html", context, status=422 if faults else 200)


def mark_of(finding: Finding) -> dict[str, Any]:
    return {
        "id": str(finding.pk),
        "lat": finding.latitude,
        "lon": finding.longitude,
        "label": f"{finding.place}, {finding.assistant}",
        "pieces": finding.pieces,
        "url": reverse("findings:detail", args=[finding.pk]),
    }


@requires(Permission.REVIEW_FINDINGS)
@require_POST
@transaction.atomic
def decide(request: SignedInRequest, pk: UUID, step: str) -> HttpResponse:
    """One decision; leads to the next finding that waits, or shows the sentence why it was not possible."""
    if step not in STEPS:
        raise Http404("no such step")
    finding = shown_finding(request, pk)
    Finding.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    return STEPS[step](request, finding)


def confirm(request: SignedInRequest, finding: Finding) -> HttpResponse:
    form = DecisionForm(request.POST, mark=reviewing.content_mark(finding))
    return decided(request, finding, form, finding.confirm, "decision", f"Potvrzeno: {finding.place}.")


def ask(request: SignedInRequest, finding: Finding) -> HttpResponse:
    form = QuestionForm(request.POST, mark=reviewing.content_mark(finding))
    return decided(
        request,
        finding,
        form,
        lambda: Question.ask(finding, form.cleaned_data["text"], by=request.user, at=timezone.now()),
        "question",
        f"Otázka přijde do telefonu: {finding.assistant}.",
    )


def merge(request: SignedInRequest, finding: Finding) -> HttpResponse:
    [considered] = reviewing.considered([finding], request.user)
    form = MergeForm(request.POST, mark=reviewing.content_mark(finding), similar=considered.similar)
    return decided(
        request,
        finding,
        form,
        lambda: finding.merge_into(form.kept),
        "merge",
        "Sloučeno: jde o jednu událost, počítá se jen nález, který zůstal.",
    )


def separate(request: SignedInRequest, finding: Finding) -> HttpResponse:
    form = DecisionForm(request.POST, mark=reviewing.content_mark(finding))
    if form.is_valid() and carried_out(form, finding.separate):
        messages.success(request, "Nález se zase počítá zvlášť a čeká na kontrolu.")
        return redirect("findings:review", pk=finding.pk)
    return render_review(request, shown_finding(request, finding.pk), decision=form)


STEPS: dict[str, Callable[[SignedInRequest, Finding], HttpResponse]] = {
    "potvrdit": confirm,
    "vratit": ask,
    "sloucit": merge,
    "oddelit": separate,
}


def decided(
    request: SignedInRequest, finding: Finding, form: forms.Form, step: Callable[[], object], name: str, done: str
) -> HttpResponse:
    if form.is_valid() and carried_out(form, step):
        messages.success(request, done)
        return next_in_queue(request, finding)
    return render_review(request, shown_finding(request, finding.pk), **{name: form})


def next_in_queue(request: SignedInRequest, finding: Finding) -> HttpResponseRedirect:
    following = reviewing.after(reviewing.waiting(request.user), finding)
    if following is None:
        return redirect("findings:review-queue")
    return redirect("findings:review", pk=following.pk)


@requires(Permission.REVIEW_FINDINGS)
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def relocate(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """To which place and locality a finding belongs, when its position misled; `z=kontrola` leads back there."""
    finding = shown_finding(request, pk)
    if request.method == "POST":
        Finding.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    in_review = request.GET.get("z") == BACK
    back = reverse("findings:review" if in_review else "findings:detail", args=[pk])
    form = RelocateForm(posted(request), finding=finding, user=request.user)
    if form.is_valid() and carried_out(
        form, lambda: reviewing.relocate(finding, form.chosen, form.cleaned_data["locality"])
    ):
        messages.success(request, f"Nález teď patří k místu {finding.place}.")
        return redirect(back)
    mark = mark_of(finding)
    localities = Locality.objects.visible_to(request.user).filter(pk=finding.locality_id)
    context = {"form": form, "finding": finding, "back": back, "map": city_map(localities, [mark])}
    return form_response(request, "findings/relocate.html", context)
