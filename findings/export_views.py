"""Files of the filtered findings; who took which is written to the access log."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib import messages
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from apk.audit.exports import csv_export
from apk.audit.models import AccessLog
from apk.calendar import local_date
from apk.people.access import Permission, SignedInRequest, requires
from apk.refusal import Refused
from findings import exports
from findings.filters import FindingFilter
from findings.models import FindingQuerySet
from findings.views import render_list


@dataclass(frozen=True)
class Format:
    """What a kind of file is called, and how it is made of findings."""

    label: str
    content_type: str
    respond: Callable[[FindingQuerySet], HttpResponseBase]


def written(write: Callable[[FindingQuerySet, Path], None], name: str) -> Callable[[FindingQuerySet], HttpResponseBase]:
    """Answers with a file that has to be finished before it can be sent; nothing of it stays on the disk."""

    def respond(found: FindingQuerySet) -> HttpResponseBase:
        with TemporaryDirectory() as folder:
            path = Path(folder) / name
            write(found, path)
            return FileResponse(path.open("rb"))

    return respond


FORMATS = {
    "xlsx": Format(
        "XLSX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        written(exports.write_workbook, "nalezy.xlsx"),
    ),
    "geojson": Format(
        "GeoJSON", "application/geo+json", lambda found: StreamingHttpResponse(exports.geojson_file(found))
    ),
    "gpkg": Format("GeoPackage", "application/geopackage+sqlite3", written(exports.write_geopackage, "nalezy.gpkg")),
}


@requires(Permission.EXPORT_FINDINGS)
@require_GET
def export(request: SignedInRequest, kind: str) -> HttpResponseBase:
    """The filtered findings as a file."""
    form = FindingFilter(request.GET, user=request.user)
    if not form.is_valid():
        # A file speaks no sentences: better none than one with other rows than were meant.
        return render_list(request, form, status=422)
    found = form.findings()
    name = f"nalezy-{local_date(timezone.now()):%Y-%m-%d}.{kind}"
    if kind == "csv":
        rows = exports.table(found)
        return csv_export(request, name, rows, what="Nálezy (CSV)", count=found.count(), filter=form.asked)
    made = FORMATS[kind]
    try:
        response = made.respond(found)
    except Refused as refused:
        messages.error(request, str(refused))
        return render_list(request, form, status=422)
    AccessLog.objects.note(
        user=request.user,
        action=AccessLog.Action.EXPORT,
        what=f"Nálezy ({made.label})",
        filter=form.asked,
        rows=found.count(),
    )
    response["Content-Type"] = made.content_type
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
