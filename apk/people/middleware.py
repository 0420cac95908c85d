"""Keeps a one-time password from becoming a lasting one."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

# What may be opened with it: choosing one's own, leaving, and what tells nothing about anybody.
OPEN = {"account_change_password", "account_logout", "account_login", "healthz", "readyz"}
# A phone that waits to be rid of its records may send them meanwhile; it cannot follow a page's redirect anyway.
OPEN_NAMESPACES = {"sync"}


class OneTimePasswordMiddleware:
    """Whoever signed in with a one-time password chooses their own before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.url_name in OPEN or OPEN_NAMESPACES & set(match.namespaces):
            return None
        if request.user.is_authenticated and request.user.one_time_password_until is not None:
            return redirect("account_change_password")
        return None
