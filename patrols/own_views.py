"""An assistant's own plan: what they were told, and their answer."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apk.people.access import Permission, SignedInRequest, requires
from apk.refusal import Refused
from patrols.models import Announcement

NEXT_SHIFTS = 40


class AnswerForm(forms.Form):
    """What the assistant says to a shift; `seen` is the revision that they read."""

    answer = forms.ChoiceField(choices=Announcement.Answer.choices)
    seen = forms.CharField()


@requires(Permission.KEEP_OWN_PLAN)
@require_safe
def own_plan(request: SignedInRequest) -> HttpResponse:
    """What waits for the assistant's answer, and their next shifts."""
    mine = Announcement.objects.visible_to(request.user).select_related("locality", "publication__by")
    to_come = mine.not_before(timezone.now())
    context = {
        "waiting": to_come.unanswered(),
        "shifts": to_come.standing()[:NEXT_SHIFTS],
    }
    return render(request, "patrols/own_plan.html", context)


@requires(Permission.KEEP_OWN_PLAN)
@require_safe
def announced(request: SignedInRequest, pk: int) -> HttpResponse:
    """One shift as the assistant knows it."""
    mine = Announcement.objects.visible_to(request.user).select_related("locality", "assistant__user")
    return render(request, "patrols/announced.html", {"told": get_object_or_404(mine, pk=pk)})


@requires(Permission.KEEP_OWN_PLAN)
@require_POST
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    told = get_object_or_404(Announcement.objects.visible_to(request.user), pk=pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Vyberte, jak odpovídáte.")
        return redirect("patrols:own-plan")
    try:
        told.reply(Announcement.Answer(form.cleaned_data["answer"]), seen=form.cleaned_data["seen"], now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{THANKS[Announcement.Answer(told.answer)]} {told.locality}, {told.clock}.")
    return redirect("patrols:own-plan")


THANKS = {
    Announcement.Answer.SEEN: "Vzali jste na vědomí:",
    Announcement.Answer.AGREED: "Souhlasíte:",
    Announcement.Answer.DECLINED: "Nesouhlasíte, mentor to uvidí ve svém plánu:",
}


@requires(Permission.KEEP_OWN_PLAN)
@require_POST
def acknowledge_all(request: SignedInRequest) -> HttpResponse:
    """Takes note of everything that only asks for it; what asks for agreement stays to be answered one by one."""
    now = timezone.now()
    mine = (
        Announcement.objects.visible_to(request.user)
        .not_before(now)
        .unanswered()
        .filter(asks=Announcement.Question.NOTICE)
    )
    for told in mine:
        told.reply(Announcement.Answer.SEEN, seen=told.revision, now=now)
    messages.success(request, "Vzali jste na vědomí nové směny.")
    return redirect("patrols:own-plan")
