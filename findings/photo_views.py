"""Photos of findings, given only to those who may see the finding."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apk import private_files
from apk.audit.models import AccessLog
from apk.edits import form_response, posted
from apk.people.access import Permission, SignedInRequest, requires
from findings import covering as covering_of
from findings.models import Covering, Photo, WaitingPhoto
from findings.photo_forms import CoverForm


@requires(Permission.VIEW_FINDINGS)
@require_safe
def photo(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    """The image itself, with what was painted over. Where a proxy stands in front, it sends the file; the decision is
    made here. `puvodni` in the address is the photo as it came: for the desk only, and each opening is logged.
    """
    shown = get_object_or_404(Photo.objects.visible_to(request.user).select_related("covering"), pk=pk)
    covering: Covering | None = getattr(shown, "covering", None)
    if covering is None:
        return image(shown)
    if "puvodni" not in request.GET:
        return image(covering)
    if not request.user.may(Permission.REVIEW_FINDINGS):
        raise PermissionDenied
    AccessLog.objects.note(
        user=request.user, action=AccessLog.Action.VIEW, what="Nezakrytá fotografie nálezu", object=str(shown.pk)
    )
    return image(shown)


@requires(Permission.REVIEW_FINDINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def cover(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Rectangles over faces and number plates: drawn on the photo, or typed in percent; the server paints them in."""
    shown = get_object_or_404(
        Photo.objects.visible_to(request.user).select_related("covering", "finding__place"), pk=pk
    )
    covering: Covering | None = getattr(shown, "covering", None)
    form = CoverForm(posted(request), covered=covering.areas if covering else [])
    if form.is_valid():
        covering_of.cover(shown, form.cleaned_data["areas"], by=request.user, at=timezone.now())
        messages.success(request, "Vybrané části jsou na fotografii zakryté všude, kde se ukazuje.")
        return redirect(shown.finding)
    context = {"form": form, "photo": shown, "covering": covering}
    return form_response(request, "findings/cover_photo.html", context)


@requires(Permission.REVIEW_RECEIVED)
@require_safe
def waiting_photo(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    """The image of a photo whose record waits for a decision."""
    return image(get_object_or_404(WaitingPhoto.objects.visible_to(request.user), pk=pk))


def image(kept: Photo | WaitingPhoto | Covering) -> HttpResponseBase:
    response = private_files.response(str(kept.file.name), "image/jpeg")
    response["Content-Disposition"] = "inline"
    # Something may be painted over at any time; no browser is to show the earlier picture after that.
    response["Cache-Control"] = "private, no-cache"
    return response
