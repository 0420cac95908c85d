"""Swaps: what colleagues offer, taking it, and the mentor's word."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apk.calendar import Week
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.models import Assistant, User
from apk.refusal import Refused
from patrols import swapping
from patrols.models import Announcement, Swap

LATEST = 50


@requires(Permission.VIEW_PLAN)
@require_safe
def swaps(request: SignedInRequest) -> HttpResponse:
    """Open swaps first, then the latest of those that ended; each with its shift as the reader may know it."""
    rows = Swap.objects.visible_to(request.user).select_related(
        "shift__locality", "shift__announcement__locality", "offered_by__user", "taken_by__user"
    )
    ended = rows.exclude(pk__in=rows.open().values("pk"))[:LATEST]
    context = {
        "open": [(swap, swap.shown_to(request.user)) for swap in rows.open()],
        "ended": [(swap, swap.shown_to(request.user)) for swap in ended],
        "week": Week.of(timezone.now()),
        "may_plan": request.user.may(Permission.PLAN_SHIFTS),
        "swaps_own": request.user.may(Permission.KEEP_OWN_PLAN),
        "me": request.user.pk,
    }
    return render(request, "patrols/swaps.html", context)


@requires(Permission.KEEP_OWN_PLAN)
@require_POST
def offer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Offers a shift that the assistant was told of."""
    told = get_object_or_404(Announcement.objects.visible_to(request.user), pk=pk)
    try:
        Swap.objects.offer(told, by=assistant_of(request.user), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(told)
    messages.success(request, "Směnu jste nabídli kolegům. Platí pro vás, dokud výměnu neschválí mentor.")
    return redirect("patrols:swaps")


class StepForm(forms.Form):
    krok = forms.ChoiceField(choices=[(step, step) for step in ("take", "withdraw", "approve", "refuse")])
    zduvodneni = forms.CharField(required=False, max_length=300)


DESK = frozenset({"approve", "refuse"})


@requires(Permission.VIEW_PLAN)
@require_POST
def step(request: SignedInRequest, pk: int) -> HttpResponse:
    """Assistants take an offer or withdraw theirs, mentors decide."""
    rows = Swap.objects.visible_to(request.user)
    swap = get_object_or_404(rows.select_related("shift__locality", "offered_by__user", "taken_by__user"), pk=pk)
    form = StepForm(request.POST)
    needed = Permission.PLAN_SHIFTS if form.data.get("krok") in DESK else Permission.KEEP_OWN_PLAN
    if not form.is_valid() or not request.user.may(needed):
        messages.error(request, "Tohle s výměnou udělat nemůžete.")
        return redirect("patrols:swaps")
    try:
        carry_out(swap, form.cleaned_data["krok"], form.cleaned_data["zduvodneni"], request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        swap.refresh_from_db()
        messages.success(request, f"{swap.shown_to(request.user)}: {swap.get_state_display().lower()}.")
    return redirect("patrols:swaps")


def carry_out(swap: Swap, step: str, reason: str, user: User) -> None:
    """One step of a swap. Raises Refused."""
    now = timezone.now()
    match step:
        case "take":
            swap.take(by=assistant_of(user), now=now)
        case "withdraw":
            if swap.offered_by.user_id != user.pk:
                raise Refused("Zpět jde vzít jen vlastní nabídka.")
            swap.withdraw()
        case "approve":
            swapping.approve(swap, by=user, reason=reason, now=now)
        case _:
            swapping.refuse(swap, by=user, now=now)


def assistant_of(user: User) -> Assistant:
    """Raises Http404 for who is not in the register of assistants."""
    return get_object_or_404(Assistant.objects.filter(user=user))
