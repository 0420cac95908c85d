"""Lists that people take away as CSV files; the access log learns who took which."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from apk.audit.models import AccessLog
from apk.csv_files import CONTENT_TYPE, Cell, csv_lines
from apk.people.access import SignedInRequest


def csv_export(
    request: SignedInRequest,
    file_name: str,
    rows: Iterable[Iterable[Cell]],
    *,
    what: str,
    count: int,
    whole: bool = False,
    **detail: Any,
) -> HttpResponseBase:
    """`rows` (the head and those below it) as the CSV file `file_name`; notes that the user took `what`, a short Czech
    description, with its `count` of rows and `detail` (`AccessLogQuerySet.note`).

    The file streams, so that a long list takes no memory. A short one is better made `whole` before it is sent:
    should that go wrong, there is an error page and not half a file.
    """
    AccessLog.objects.note(user=request.user, action=AccessLog.Action.EXPORT, what=what, rows=count, **detail)
    lines = csv_lines(rows)
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    if whole:
        return HttpResponse(b"".join(lines), content_type=CONTENT_TYPE, headers=headers)
    return StreamingHttpResponse(lines, content_type=CONTENT_TYPE, headers=headers)
