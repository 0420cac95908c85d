"""The registers of assistants and of accounts."""

from datetime import date

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apk import czech
from apk.edits import carried_out, form_response, posted
from apk.people import disclosure
from apk.people.access import Permission, SignedInRequest, requires
from apk.people.forms import (
    AccountFilter,
    AccountForm,
    AssistantFilter,
    AssistantForm,
    EmployForm,
    EndForm,
    FteForm,
    MoveForm,
    NewAccountForm,
    NewAssistantForm,
)
from apk.people.models import Assistant, Mentorship, User

PAGE = 50

form_page = require_http_methods(["GET", "HEAD", "POST"])


@requires(Permission.VIEW_PEOPLE)
@require_safe
def assistants(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    chosen = AssistantFilter(request.GET)
    found = chosen.apply(Assistant.objects.visible_to(request.user), today).with_periods()
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "people/assistants.html", {"filter": chosen, "page": page, "now": timezone.now()})


@requires(Permission.VIEW_PEOPLE)
@require_safe
def assistant(request: SignedInRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    found = get_object_or_404(Assistant.objects.visible_to(request.user).with_periods(), pk=pk)
    context = {
        "assistant": found,
        "account": found.user,
        "manages": Assistant.objects.manageable_by(request.user, today).filter(pk=pk).exists(),
        "lasting": found.employment is not None and (found.employment.ends is None or found.employment.ends >= today),
        "now": timezone.now(),
    }
    return render(request, "people/assistant.html", context)


@requires(Permission.MANAGE_PEOPLE)
@form_page
def add_assistant(request: SignedInRequest) -> HttpResponse:
    form = NewAssistantForm(posted(request), by=request.user, initial={"starts": timezone.localdate()})
    if form.is_valid() and carried_out(form, form.save):
        added = form.instance.assistant
        messages.success(request, f"Asistent {added} je v registru. Aby se mohl přihlásit, vydejte mu heslo.")
        if Assistant.objects.visible_to(request.user).filter(pk=added.pk).exists():
            return redirect("people:assistant", added.pk)
        return redirect("people:assistants")
    return form_response(request, "people/new_assistant.html", {"form": form})


@requires(Permission.MANAGE_PEOPLE)
@form_page
@transaction.atomic
def edit_assistant(request: SignedInRequest, pk: int) -> HttpResponse:
    found = managed(request, pk, lock=True)
    form = AssistantForm(posted(request), assistant=found)
    if form.is_valid() and carried_out(form, form.save):
        messages.success(request, "Údaje jsou uložené.")
        return redirect("people:assistant", pk)
    return form_response(request, "people/edit_assistant.html", {"form": form, "assistant": managed(request, pk)})


@requires(Permission.MANAGE_PEOPLE)
@form_page
def change_fte(request: SignedInRequest, pk: int) -> HttpResponse:
    found = managed(request, pk)
    form = FteForm(posted(request), initial={"on": timezone.localdate()})
    if form.is_valid() and carried_out(form, lambda: found.change_fte(form.cleaned_data["fte"], on=day_of(form))):
        messages.success(request, f"Od {czech.day(day_of(form))} platí nový úvazek.")
        return redirect("people:assistant", pk)
    return form_response(request, "people/change_fte.html", {"form": form, "assistant": found})


@requires(Permission.MANAGE_PEOPLE)
@form_page
def move_assistant(request: SignedInRequest, pk: int) -> HttpResponse:
    found = managed(request, pk)
    form = MoveForm(posted(request), by=request.user, initial={"on": timezone.localdate()})
    if form.is_valid() and carried_out(form, lambda: found.move_to(form.cleaned_data["mentor"], on=day_of(form))):
        messages.success(request, f"Od {czech.day(day_of(form))} vede asistenta {form.cleaned_data['mentor']}.")
        return redirect("people:assistant", pk)
    return form_response(request, "people/move_assistant.html", {"form": form, "assistant": found})


@requires(Permission.MANAGE_PEOPLE)
@form_page
def end_assistant(request: SignedInRequest, pk: int) -> HttpResponse:
    found, today = managed(request, pk), timezone.localdate()
    form = EndForm(posted(request), initial={"on": today})
    if form.is_valid() and carried_out(form, lambda: found.end(on=day_of(form), today=today)):
        messages.success(request, f"Zaměstnání končí dnem {czech.day(day_of(form))}.")
        return redirect("people:assistant", pk)
    return form_response(request, "people/end_assistant.html", {"form": form, "assistant": found})


@requires(Permission.MANAGE_PEOPLE)
@form_page
def employ_assistant(request: SignedInRequest, pk: int) -> HttpResponse:
    found = managed(request, pk)
    form = EmployForm(posted(request), by=request.user, initial={"on": timezone.localdate()})
    if form.is_valid() and carried_out(
        form,
        lambda: found.employ(starts=day_of(form), fte=form.cleaned_data["fte"], mentor=form.cleaned_data["mentor"]),
    ):
        messages.success(request, f"Od {czech.day(day_of(form))} je asistent znovu zaměstnán.")
        return redirect("people:assistant", pk)
    return form_response(request, "people/employ_assistant.html", {"form": form, "assistant": found})


@requires(Permission.MANAGE_PEOPLE)
@never_cache
@form_page
def issue_assistant_password(request: SignedInRequest, pk: int) -> HttpResponse:
    return hand_over_password(request, managed(request, pk).user, back=reverse("people:assistant", args=[pk]))


@requires(Permission.MANAGE_ACCOUNTS)
@require_safe
def accounts(request: SignedInRequest) -> HttpResponse:
    chosen = AccountFilter(request.GET)
    found = chosen.apply(User.objects.visible_to(request.user)).select_related("assistant")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "people/accounts.html", {"filter": chosen, "page": page, "now": timezone.now()})


@requires(Permission.MANAGE_ACCOUNTS)
@require_safe
def account(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User.objects.visible_to(request.user).select_related("assistant"), pk=pk)
    return render(request, "people/account.html", {"account": found, "now": timezone.now()})


@requires(Permission.MANAGE_ACCOUNTS)
@form_page
def add_account(request: SignedInRequest) -> HttpResponse:
    form = NewAccountForm(posted(request))
    if form.is_valid() and carried_out(form, form.save):
        added = form.instance
        messages.success(request, f"Účet {added} je založený. Aby se mohl přihlásit, vydejte mu heslo.")
        return redirect("people:account", added.pk)
    return form_response(request, "people/new_account.html", {"form": form})


@requires(Permission.MANAGE_ACCOUNTS)
@form_page
@transaction.atomic
def edit_account(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User.objects.visible_to(request.user).select_for_update(), pk=pk)
    form = AccountForm(posted(request), instance=found)
    if form.is_valid() and carried_out(form, lambda: form.save_by(request.user, timezone.localdate())):
        messages.success(request, "Údaje jsou uložené.")
        return redirect("people:account", pk)
    stored = User.objects.visible_to(request.user).get(pk=pk)  # the form's own copy holds what was typed
    return form_response(request, "people/edit_account.html", {"form": form, "account": stored})


@requires(Permission.MANAGE_ACCOUNTS)
@form_page
def close_account(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    form = forms.Form(posted(request))
    if form.is_valid() and carried_out(form, lambda: found.close(by=request.user)):
        messages.success(request, f"Účet {found} je uzavřený. Kdo je s ním přihlášený, už nic neotevře.")
        return redirect("people:account", pk)
    led = Mentorship.objects.on(timezone.localdate()).filter(mentor__user=found).count()
    return form_response(request, "people/close_account.html", {"form": form, "account": found, "led": led})


@requires(Permission.MANAGE_ACCOUNTS)
@form_page
def reopen_account(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    form = forms.Form(posted(request))
    if form.is_valid():
        found.reopen()
        messages.success(request, f"Účet {found} je znovu otevřený.")
        return redirect("people:account", pk)
    return form_response(request, "people/reopen_account.html", {"form": form, "account": found})


@requires(Permission.MANAGE_ACCOUNTS)
@never_cache
@form_page
def issue_account_password(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    if found == request.user:
        raise PermissionDenied
    return hand_over_password(request, found, back=reverse("people:account", args=[pk]))


def hand_over_password(request: SignedInRequest, account: User, *, back: str) -> HttpResponse:
    """Asks first; then shows a new one-time password, this once, and writes down to whom."""
    password = None
    if request.method == "POST":
        with transaction.atomic():
            password = account.issue_password(now=timezone.now())
            disclosure.record_view(by=request.user, what=f"jednorázové heslo k účtu {account}", account=account.pk)
    return render(request, "people/password.html", {"account": account, "password": password, "back": back})


def managed(request: SignedInRequest, pk: int, *, lock: bool = False) -> Assistant:
    """The assistant whom the signed-in person may change: 404 when they may not see them, 403 when only see.

    With `lock`, the rows of the assistant and of the account stay locked until the transaction ends.
    """
    visible = Assistant.objects.visible_to(request.user).select_related("user")
    found = get_object_or_404(visible.select_for_update() if lock else visible, pk=pk)
    if not Assistant.objects.manageable_by(request.user, timezone.localdate()).filter(pk=pk).exists():
        raise PermissionDenied
    return found


def day_of(form: forms.Form) -> date:
    return form.cleaned_data["on"]
