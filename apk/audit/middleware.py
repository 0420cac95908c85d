"""Names the acting user to the triggers that write the change history."""

from typing import Any

from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware

from apk.people.models import User


class ActingUserMiddleware(HistoryMiddleware):
    """Adds the user's name as it was then, so that the history still reads when the account is renamed."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().get_context(request)
        if isinstance(request.user, User):
            context["name"] = request.user.full_name
        return context
