"""What holds for every answer under /sync/, also when it is given before the endpoint is reached."""

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from apk.sync.api import say_away
from apk.sync.senders import sender_of

PREFIX = "/sync/"


class SyncMiddleware:
    """Loads the sender here, so that an absent database is answered in JSON and with Retry-After like anywhere else.

    Stands after authentication and before whatever else reads `request.user`. Nothing under the prefix is cached.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        try:
            sender = sender_of(request)
        except (OperationalError, InterfaceError) as error:
            response = say_away(request, error)
        else:
            if sender is not None:
                request.user = sender
            response = self.get_response(request)
        response["Cache-Control"] = "no-store"
        return response
