"""Keys for other programs of the city: issued, shown once, ended."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apk.audit.models import AccessLog
from apk.edits import form_response, posted
from apk.people.access import Permission, SignedInRequest, requires
from findings.models import AccessKey


class KeyForm(forms.ModelForm):
    """What the key is for."""

    class Meta:
        model = AccessKey
        fields = ("name",)
        labels = {"name": "K čemu klíč slouží"}
        help_texts = {"name": "Například „Mapový server magistrátu“. Podle názvu klíč poznáte v protokolu přístupů."}
        error_messages = {"name": {"required": "Napište, k čemu klíč slouží."}}


@requires(Permission.ISSUE_ACCESS_KEYS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: SignedInRequest) -> HttpResponse:
    """The keys, and a form for a new one; its secret is on the page that answers the form and nowhere else."""
    form = KeyForm(posted(request))
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        key, secret = AccessKey.objects.issue(form.cleaned_data["name"], by=request.user)
        noted(request, f"Vydaný přístupový klíč {key.name}")
        context = {"form": KeyForm(), "secret": secret, "issued": key}
    context["keys"] = AccessKey.objects.visible_to(request.user).select_related("issued_by", "ended_by")
    context["address"] = request.build_absolute_uri(reverse("gis:findings"))
    context["description"] = request.build_absolute_uri(reverse("gis:openapi-json"))
    return form_response(request, "findings/keys.html", context)


@requires(Permission.ISSUE_ACCESS_KEYS)
@require_http_methods(["GET", "HEAD", "POST"])
def end_key(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks, then ends a key for good."""
    key = get_object_or_404(AccessKey.objects.visible_to(request.user), pk=pk)
    form = forms.Form(posted(request))
    if form.is_valid():
        key.end(by=request.user, at=timezone.now())
        noted(request, f"Zrušený přístupový klíč {key.name}")
        messages.success(request, f"Klíč „{key.name}“ už neplatí.")
        return redirect("findings:keys")
    return form_response(request, "findings/end_key.html", {"form": form, "key": key})


def noted(request: SignedInRequest, what: str) -> None:
    AccessLog.objects.note(user=request.user, action=AccessLog.Action.EXPORT, what=what)
