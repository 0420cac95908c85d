"""Sign-in: what allauth and axes ask this project about."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apk.people.access import Role

NOT_RECOGNISED = "E-mail, osobní číslo nebo heslo nesouhlasí. Zkontrolujte je a zkuste to znovu."


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by mentors and administrators, never by visitors; desk sessions end the same day."""

    # One sentence for both ways to sign in: it must not tell which accounts exist.
    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": NOT_RECOGNISED,
        "username_password_mismatch": NOT_RECOGNISED,
        "incorrect_password": "Heslo nesouhlasí.",
        "enter_current_password": "Nynější heslo nesouhlasí.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        if user.role != Role.ASSISTANT:
            request.session.set_expiry(settings.DESK_SESSION_HOURS * 3600)
        return super().post_login(request, user, **kwargs)


def login_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The name that a failed sign-in counts against: what was typed, folded so that capitals make no new account."""
    typed = (credentials or {}).get("username") or (credentials or {}).get("email")
    if not typed and request is not None:
        typed = request.POST.get("login", "")
    return str(typed or "").strip().casefold()


def client_ip(request: HttpRequest) -> str | None:
    """The address that a request came from, the same for both limits of sign-in; None for a request made up by code."""
    return get_adapter().get_client_ip(request) if "REMOTE_ADDR" in request.META else None


def locked_out(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    """The page after too many failed sign-ins."""
    return render(request, "account/locked_out.html", status=429)
