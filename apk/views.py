"""The pages that belong to no single app: home, health, and the answer to a stale form."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from apk.people import desk
from apk.people.access import Permission, Role, SignedInRequest, public, requires
from apk.tasks import HEART_KEY, HEART_SECONDS


@requires(Permission.BE_SIGNED_IN)
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """What needs doing now; assistants go straight to the application for the street."""
    if request.user.role == Role.ASSISTANT:
        return redirect("field:today")
    return render(request, "home.html", {"cards": desk.cards(request.user, timezone.now())})


@public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: the process answers. Says nothing about its servers, so that they do not take it down with them."""
    return JsonResponse({"status": "ok"})


@public
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready: the database and the broker answer and the worker was seen lately. 503 when one of them does not."""
    parts = {"database": database_answers(), "broker": False, "worker": False}
    try:
        seen = cache.get(HEART_KEY)
    except RedisError:
        pass
    else:
        parts["broker"] = True
        parts["worker"] = seen is not None and timezone.now().timestamp() - seen <= HEART_SECONDS
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long: says what to do instead of a bare 403."""
    return render(request, "403_csrf.html", status=403)
