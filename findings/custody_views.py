"""Pages of the way of the sharps: boxes, what lies in them, handovers, and a month's balance."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apk import czech
from apk.calendar import Month, local_date
from apk.edits import carried_out, form_response, posted
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.models import Assistant
from findings import custody
from findings.custody_forms import (
    BoxFilter,
    BoxForm,
    ConfirmForm,
    GiveForm,
    HandoverFilter,
    HandoverForm,
    MomentForm,
    PutForm,
    ReasonForm,
    TakeBackForm,
)
from findings.labels import qr
from findings.models import Box, BoxState, Finding, FindingQuerySet, Handover

PAGE = 50
AT_ONCE = 200
"""Findings that are put into a box in one step."""

form_page = require_http_methods(["GET", "HEAD", "POST"])

STATES: dict[str, tuple[BoxState, ...]] = {
    "": (BoxState.OPEN, BoxState.CLOSED),
    "otevrene": (BoxState.OPEN,),
    "uzavrene": (BoxState.CLOSED,),
    "predane": (BoxState.HANDED_OVER,),
    "vsechny": tuple(BoxState),
}


# --- Boxes -----------------------------------------------------------------------------------------------------------


@requires(Permission.VIEW_CUSTODY)
@require_safe
def boxes(request: SignedInRequest) -> HttpResponse:
    """Boxes with who has them and how full they are. An assistant sees the one they carry."""
    chosen = BoxFilter(request.GET)
    state = chosen.cleaned_data["stav"] if chosen.is_valid() else ""
    shown = Box.objects.visible_to(request.user).in_state(*STATES[state])
    page = Paginator(shown.with_contents().with_carriers(), PAGE).get_page(request.GET.get("page"))
    manages = request.user.may(Permission.MANAGE_CUSTODY)
    context = {
        "filter": chosen,
        "page": page,
        "rows": [(box, box.is_full(box.pieces)) for box in page.object_list],
        "manages": manages,
        "this_month": Month.of(timezone.now()),
        "unboxed": custody.in_no_box(Finding.objects.visible_to(request.user).standing()).count() if manages else 0,
    }
    return render(request, "findings/boxes.html", context)


def shown_box(request: SignedInRequest, pk: int) -> Box:
    return get_object_or_404(Box.objects.visible_to(request.user).with_contents().with_carriers(), pk=pk)


@requires(Permission.VIEW_CUSTODY)
@require_safe
def box(request: SignedInRequest, pk: int) -> HttpResponse:
    """One box: where it is, what lies in it, who carried it, where it went."""
    shown = shown_box(request, pk)
    inside = Finding.objects.visible_to(request.user).filter(deposit__box=shown)
    page = Paginator(inside.select_related("place", "assistant__user"), PAGE).get_page(request.GET.get("page"))
    visible = inside.standing().count()
    context = {
        "box": shown,
        "full": shown.is_full(shown.pieces),
        "page": page,
        "hidden": shown.finding_count - visible,
        "carryings": shown.carryings.select_related("assistant__user"),
        "handings": shown.handings.select_related("handover__recipient").order_by("-pk"),
        "manages": request.user.may(Permission.MANAGE_CUSTODY),
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
    }
    return render(request, "findings/box.html", context)


@requires(Permission.MANAGE_CUSTODY)
@form_page
def add_box(request: SignedInRequest) -> HttpResponse:
    form = BoxForm(posted(request), instance=Box(opened_at=timezone.now()))
    if form.is_valid() and carried_out(form, form.save):
        messages.success(request, f"{form.instance} je v evidenci. Vytiskněte mu štítek a vydejte ho.")
        return redirect(form.instance)
    step = {"heading": "Nový sběrný box", "button": "Přidat box", "back": reverse("findings:boxes")}
    return form_response(request, "findings/box_step.html", {"form": form, **step})


@requires(Permission.MANAGE_CUSTODY)
@form_page
@transaction.atomic
def edit_box(request: SignedInRequest, pk: int) -> HttpResponse:
    edited = get_object_or_404(Box.objects.visible_to(request.user).select_for_update(), pk=pk)
    name = str(edited)
    form = BoxForm(posted(request), instance=edited)
    if form.is_valid() and carried_out(form, form.save):
        messages.success(request, f"{edited} je uložený.")
        return redirect(edited)
    step = {"heading": f"Upravit: {name}", "button": "Uložit", "back": edited.get_absolute_url()}
    return form_response(request, "findings/box_step.html", {"form": form, "name": name, "box": edited, **step})


def step_with_box(
    request: SignedInRequest,
    shown: Box,
    form: forms.Form,
    step: Callable[[], object],
    **words: Any,
) -> HttpResponse:
    """A step with one box: does it and leads to the box, or shows the form with the sentence why not."""
    if form.is_valid() and carried_out(form, step):
        messages.success(request, words["done"])
        return redirect(shown)
    context = {"form": form, "box": shown, "name": str(shown), "back": shown.get_absolute_url(), **words}
    return form_response(request, "findings/box_step.html", context)


@requires(Permission.MANAGE_CUSTODY)
@form_page
def give_box(request: SignedInRequest, pk: int) -> HttpResponse:
    """Hands the box out to an assistant."""
    shown, now = shown_box(request, pk), timezone.now()
    people = Assistant.objects.visible_to(request.user).employed_on(local_date(now)).select_related("user")
    form = GiveForm(posted(request), now=now, people=people)
    return step_with_box(
        request,
        shown,
        form,
        lambda: shown.give(form.cleaned_data["assistant"], at=form.moment),
        heading=f"Vydat box {shown.label}",
        sentence="Co asistent od té doby našel a není v žádném boxu, bude v tomto. Box, který nosil dosud, se vrátí.",
        button="Vydat box",
        done=f"{shown} je vydaný.",
    )


@requires(Permission.MANAGE_CUSTODY)
@form_page
def take_back_box(request: SignedInRequest, pk: int) -> HttpResponse:
    shown = shown_box(request, pk)
    form = TakeBackForm(posted(request), now=timezone.now(), initial={"kept_at": shown.kept_at})
    return step_with_box(
        request,
        shown,
        form,
        lambda: shown.take_back(at=form.moment, kept_at=form.cleaned_data["kept_at"]),
        heading=f"Vzít zpět box {shown.label}",
        sentence="Box zůstane otevřený a můžete ho vydat znovu.",
        button="Vzít zpět",
        done=f"{shown} je zpět.",
    )


@requires(Permission.MANAGE_CUSTODY)
@form_page
def close_box(request: SignedInRequest, pk: int) -> HttpResponse:
    shown = shown_box(request, pk)
    form = MomentForm(posted(request), now=timezone.now())
    pieces = czech.counted(shown.pieces, "kus", "kusy", "kusů")
    return step_with_box(
        request,
        shown,
        form,
        lambda: shown.close(at=form.moment),
        heading=f"Uzavřít box {shown.label}?",
        sentence=f"Podle nálezů je v boxu {pieces}. Nic dalšího se do něj už nedá a bude čekat na předání k likvidaci.",
        button="Uzavřít box",
        done=f"{shown} je uzavřený, můžete ho předat k likvidaci.",
    )


@requires(Permission.MANAGE_CUSTODY)
@form_page
def reopen_box(request: SignedInRequest, pk: int) -> HttpResponse:
    shown = shown_box(request, pk)
    return step_with_box(
        request,
        shown,
        forms.Form(posted(request)),
        shown.reopen,
        heading=f"Znovu otevřít box {shown.label}?",
        sentence="Jen když byl uzavřený omylem. V historii změn to zůstane.",
        button="Otevřít box",
        done=f"{shown} je znovu otevřený.",
    )


@requires(Permission.MANAGE_CUSTODY)
@require_safe
def box_label(request: SignedInRequest, pk: int) -> HttpResponse:
    """A page to print: the label that is stuck on the box."""
    shown = get_object_or_404(Box.objects.visible_to(request.user), pk=pk)
    address = request.build_absolute_uri(shown.get_absolute_url())
    return render(request, "findings/box_label.html", {"box": shown, "qr": qr(address), "address": address})


# --- What lies where -------------------------------------------------------------------------------------------------


@requires(Permission.MANAGE_CUSTODY)
@require_safe
def unboxed(request: SignedInRequest) -> HttpResponse:
    """Findings whose pieces lie in no box, to be put into one."""
    found = custody.in_no_box(Finding.objects.visible_to(request.user).standing())
    page = Paginator(found.select_related("place", "assistant__user"), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "pieces": custody.pieces_of(found), "this_month": Month.of(timezone.now())}
    return render(request, "findings/unboxed.html", context)


@requires(Permission.MANAGE_CUSTODY)
@form_page
def put(request: SignedInRequest) -> HttpResponse:
    """Puts the findings that the address names into a box, wherever they lay before."""
    found = named_findings(request)
    boxes = Box.objects.visible_to(request.user)
    form = PutForm(posted(request), boxes=boxes)
    if form.is_valid() and found:
        into = form.cleaned_data["box"]
        if carried_out(form, lambda: custody.put(found, into)):
            messages.success(request, f"{czech.counted(len(found), 'nález', 'nálezy', 'nálezů')}: {into}.")
            return redirect(into)
    context = {"form": form, "findings": found, "pieces": sum(finding.pieces for finding in found)}
    return form_response(request, "findings/put.html", context)


def named_findings(request: SignedInRequest) -> list[Finding]:
    """Those that the address names by `nalez`. Raises Http404 when the user may not see one of them."""
    try:
        named = {UUID(text) for text in request.GET.getlist("nalez")[:AT_ONCE]}
    except ValueError as error:
        raise Http404("not a finding") from error
    found: FindingQuerySet = Finding.objects.visible_to(request.user).filter(pk__in=named)
    shown = list(found.select_related("place", "assistant__user", "deposit__box"))
    if len(shown) != len(named):
        raise Http404("some finding is not there")
    return shown


# --- Handovers -------------------------------------------------------------------------------------------------------


@requires(Permission.MANAGE_CUSTODY)
@require_safe
def handovers(request: SignedInRequest) -> HttpResponse:
    """Handovers of the days in the address; cancelled ones are shown and not counted."""
    chosen = HandoverFilter(request.GET)
    shown = chosen.handovers(request.user)
    counted = shown.standing().aggregate(pieces=Sum("boxes__pieces", default=0))
    rows = shown.with_counts().select_related("recipient").order_by("-handed_on", "-pk")
    context = {
        "filter": chosen,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "standing": shown.standing().count(),
        "pieces": counted["pieces"],
        "this_month": Month.of(timezone.now()),
    }
    return render(request, "findings/handovers.html", context)


@requires(Permission.MANAGE_CUSTODY)
@require_safe
def handover(request: SignedInRequest, pk: int) -> HttpResponse:
    """One handover with its boxes; where their contents changed since, it says so."""
    shown = get_object_or_404(
        Handover.objects.visible_to(request.user).select_related("recipient", "recorded_by"), pk=pk
    )
    handed = list(shown.boxes.select_related("box"))
    now_inside = {box.pk: box.pieces for box in Box.objects.filter(handings__in=handed).with_contents()}
    context = {
        "handover": shown,
        "rows": [(row, now_inside[row.box_id]) for row in handed],
        "pieces": sum(row.pieces for row in handed),
        "recorded": sum(row.recorded for row in handed),
        "may_view_history": request.user.may(Permission.VIEW_HISTORY),
    }
    return render(request, "findings/handover.html", context)


@requires(Permission.MANAGE_CUSTODY)
@form_page
def add_handover(request: SignedInRequest) -> HttpResponse:
    """Closed boxes given to somebody who destroys them; `box` in the address ticks one of them."""
    closed = Box.objects.visible_to(request.user).in_state(BoxState.CLOSED).with_contents()
    initial: dict[str, Any] = {f"box-{pk}": True for pk in request.GET.getlist("box")}
    initial |= {"handed_on": local_date(timezone.now()), "handed_by": str(request.user)}
    form = HandoverForm(posted(request), boxes=closed, initial=initial)
    if form.is_valid():
        made: list[Handover] = []
        said = form.cleaned_data
        step = {name: said[name] for name in ("handed_by", "received_by", "document_number", "note")}
        if carried_out(
            form,
            lambda: made.append(
                custody.hand_over(
                    form.chosen, recipient=said["recipient"], on=said["handed_on"], by=request.user, **step
                )
            ),
        ):
            messages.success(request, f"Předání je zapsané: {made[0]}.")
            return redirect(made[0])
    return form_response(request, "findings/add_handover.html", {"form": form})


def step_with_handover(
    request: SignedInRequest, shown: Handover, form: forms.Form, step: Callable[[], object], **words: str
) -> HttpResponse:
    if form.is_valid() and carried_out(form, step):
        messages.success(request, words["done"])
        return redirect(shown)
    return form_response(request, "findings/handover_step.html", {"form": form, "handover": shown, **words})


@requires(Permission.MANAGE_CUSTODY)
@form_page
def confirm_handover(request: SignedInRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Handover.objects.visible_to(request.user).select_related("recipient"), pk=pk)
    initial = {"document_number": shown.document_number, "on": local_date(timezone.now())}
    form = ConfirmForm(posted(request), initial=initial | {"received_by": shown.received_by})
    return step_with_handover(
        request,
        shown,
        form,
        lambda: shown.confirm(**form.cleaned_data),
        heading="Potvrdit převzetí",
        sentence="Opište číslo dokladu, kterým příjemce převzetí potvrdil.",
        button="Potvrdit převzetí",
        done="Převzetí je potvrzené.",
    )


@requires(Permission.MANAGE_CUSTODY)
@form_page
def cancel_handover(request: SignedInRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Handover.objects.visible_to(request.user).select_related("recipient"), pk=pk)
    form = ReasonForm(posted(request))
    return step_with_handover(
        request,
        shown,
        form,
        lambda: custody.cancel(shown, at=timezone.now(), reason=form.cleaned_data["reason"]),
        heading="Zrušit zápis předání?",
        sentence="Boxy budou zase uzavřené a čekat na předání. Zrušený zápis zůstane v seznamu i s důvodem.",
        button="Zrušit zápis",
        done="Zápis předání je zrušený, boxy čekají na předání.",
        danger="ano",
    )


# --- Balance ---------------------------------------------------------------------------------------------------------


@requires(Permission.MANAGE_CUSTODY)
@require_safe
def balance(request: SignedInRequest, month: Month) -> HttpResponse:
    """A month's balance of the whole city: what was held, came in, went out and is left; and what documents say."""
    if month > Month.of(timezone.now()):
        raise Http404(f"{month} has not begun")
    counted = custody.balance(month)
    first, last = month.first_day.isoformat(), month.last_day.isoformat()
    before = month.previous.last_day.isoformat()
    context = {
        "month": month,
        "next_month": month.next if month < Month.of(timezone.now()) else None,
        "balance": counted,
        "lines": [
            ("Drželo se na začátku", counted.held_before, records(do=before, drzi_se=before)),
            ("Nalezeno v měsíci", counted.found, records(mesic=month)),
            ("Předáno k likvidaci", counted.handed_over, records(predano_od=first, predano_do=last)),
            ("Drží se na konci", counted.held, records(do=last, drzi_se=last)),
        ],
        "of_month": [
            ("z toho předáno do konce měsíce", counted.handed_of_month, records(mesic=month, likvidace="predano")),
            ("z toho v držení", counted.held_of_month, records(mesic=month, likvidace="drzeno")),
        ],
        "handed": custody.handed_boxes(month),
        "this_month": Month.of(timezone.now()),
    }
    return render(request, "findings/balance.html", context)


def records(**query: object) -> str:
    """The address of the findings that a number counts."""
    return f"{reverse('findings:list')}?{urlencode(query)}"
