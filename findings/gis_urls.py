"""Addresses under /api/nalezy/. Who may read is decided in `gis_api.KeyHolder`; it is repeated here for the test that
walks all addresses and demands a decision from each.
"""

from typing import Any

from apk.people.access import Permission, public
from findings.gis_api import api

app_name = "gis"

urlpatterns: list[Any] = api.urls[0]
for pattern in urlpatterns:
    if pattern.name == "findings":
        pattern.callback.access = Permission.EXPORT_FINDINGS
    else:
        public(pattern.callback)
