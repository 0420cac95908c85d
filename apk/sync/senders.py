"""Who sends: the signed-in person, or one whose account was closed while their phone still held records.

Closing an account ends every page at once. Under /sync/ alone the session that the phone had goes on, so that what it
still holds arrives by itself; all of it is held for the coordinator (`apk.sync.holding`). A new password ends this too.
"""

from typing import Final

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from apk.people.access import Permission, Role
from apk.people.models import User

HANDING_OVER: Final = frozenset({Permission.BE_SIGNED_IN, Permission.LOG_IN_THE_FIELD})


def may(sender: User, permission: Permission) -> bool:
    """Whether a sender may do a thing under /sync/; a closed account still hands over what its phone holds."""
    return sender.may(permission) or (not sender.is_active and permission in HANDING_OVER)


def sender_of(request: HttpRequest) -> User | None:
    """The person whose session the request carries; one with a closed account only when they made records."""
    if isinstance(request.user, User):
        return request.user
    key = request.session.get(SESSION_KEY)
    if key is None:
        return None
    user: User | None = User.objects.filter(pk=key, is_active=False).first()
    if user is None or user.role != Role.ASSISTANT:
        return None
    is_same_sign_in = constant_time_compare(request.session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    return user if is_same_sign_in else None
