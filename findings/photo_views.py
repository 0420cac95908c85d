"""Photos of findings, given only to those who may see the finding."""

from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from apk import private_files
from apk.people.access import Permission, SignedInRequest, requires
from findings.models import Photo, WaitingPhoto


@requires(Permission.VIEW_FINDINGS)
@require_safe
def photo(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    """The image itself. Where a proxy stands in front, it sends the file; the decision is made here."""
    return image(get_object_or_404(Photo.objects.visible_to(request.user), pk=pk))


@requires(Permission.REVIEW_RECEIVED)
@require_safe
def waiting_photo(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    """The image of a photo whose record waits for a decision."""
    return image(get_object_or_404(WaitingPhoto.objects.visible_to(request.user), pk=pk))


def image(kept: Photo | WaitingPhoto) -> HttpResponseBase:
    response = private_files.response(str(kept.file.name), "image/jpeg")
    response["Content-Disposition"] = "inline"
    # The picture under an address never changes; whose browser keeps it was decided above.
    response["Cache-Control"] = "private, max-age=3600"
    return response
