"""Photos of findings, given only to those who may see the finding."""

from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from apk import private_files
from apk.people.access import Permission, SignedInRequest, requires
from findings.models import Photo


@requires(Permission.VIEW_FINDINGS)
@require_safe
def photo(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    """The image itself. Where a proxy stands in front, it sends the file; the decision is made here."""
    kept = get_object_or_404(Photo.objects.visible_to(request.user), pk=pk)
    response = private_files.response(kept.file.name, "image/jpeg")
    response["Content-Disposition"] = "inline"
    # The picture under an address never changes; whose browser keeps it was decided above.
    response["Cache-Control"] = "private, max-age=3600"
    return response
