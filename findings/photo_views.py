"""Photos of findings, given only to those who may see the finding."""

from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from apk.people.access import Permission, SignedInRequest, requires
from findings.models import Photo


@requires(Permission.VIEW_FINDINGS)
@require_safe
def photo(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    """The image itself. Where a proxy stands in front, it sends the file; the decision is made here."""
    kept = get_object_or_404(Photo.objects.visible_to(request.user), pk=pk)
    response: HttpResponseBase
    if settings.MEDIA_ACCEL_LOCATION:
        response = HttpResponse(content_type="image/jpeg")
        response["X-Accel-Redirect"] = f"{settings.MEDIA_ACCEL_LOCATION.rstrip('/')}/{quote(kept.file.name)}"
    else:
        try:
            response = FileResponse(kept.file.open("rb"), content_type="image/jpeg")
        except FileNotFoundError as error:
            raise Http404("the file is missing") from error
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    # The picture under an address never changes; whose browser keeps it was decided above.
    response["Cache-Control"] = "private, max-age=3600"
    return response
