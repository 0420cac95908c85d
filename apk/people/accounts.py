"""Sign-in: what allauth and axes ask this project about."""

from datetime import timedelta
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from apk.people.access import Role
from apk.people.models import User

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

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Before a session begins: a one-time password that has expired begins none."""
        if user.one_time_password_until is not None and user.one_time_password_until < timezone.now():
            return render(request, "account/password_expired.html", status=403)
        return super().pre_login(request, user, **kwargs)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        limit_session(request, user)
        return super().post_login(request, user, **kwargs)

    def set_password(self, user: User, password: str) -> None:
        """Called for passwords that people choose themselves."""
        user.one_time_password_until = None
        super().set_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")


def limit_session(request: HttpRequest, user: User) -> None:
    """Ends the session at a set moment, used or not: phones keep theirs for a month, desks for a working day."""
    length = settings.SESSION_COOKIE_AGE if user.role == Role.ASSISTANT else settings.DESK_SESSION_HOURS * 3600
    request.session.set_expiry(timezone.now() + timedelta(seconds=length))


def login_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The account that a failed sign-in counts against, however it was named: its personal number.

    What belongs to nobody counts against what was typed, so that the two cannot be told apart.
    """
    typed = (credentials or {}).get("username") or (credentials or {}).get("email")
    if not typed and request is not None:
        typed = request.POST.get("login", "")
    name = str(typed or "").replace("\0", "").strip()[:200]
    account = User.objects.filter(Q(personal_number=name) | Q(email=name)).first()
    return account.personal_number if account else name.casefold()


def client_ip(request: HttpRequest) -> str | None:
    """The address that a request came from, the same for both limits of sign-in; None for a request made up by code."""
    return get_adapter().get_client_ip(request) if "REMOTE_ADDR" in request.META else None


def locked_out(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    """The page after too many failed sign-ins."""
    return render(request, "account/locked_out.html", status=429)
