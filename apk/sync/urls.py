"""Addresses under /sync/. Who may use each is decided in `api.Session`; it is repeated here for the test that walks
all addresses and demands a decision from each.
"""

from typing import Any

from apk.people.access import Permission, public
from apk.sync.api import api

app_name = "sync"

ACCESS = {
    "session": Permission.BE_SIGNED_IN,
    "records": Permission.LOG_IN_THE_FIELD,
    "photo": Permission.LOG_IN_THE_FIELD,
}

urlpatterns: list[Any] = api.urls[0]
for pattern in urlpatterns:
    if pattern.name in ACCESS:
        pattern.callback.access = ACCESS[pattern.name]
    else:
        public(pattern.callback)
