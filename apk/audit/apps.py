from django.apps import AppConfig
from django.utils.module_loading import import_string

from apk.audit import tracked
from apk.people import disclosure, navigation
from apk.people.access import Permission


class AuditConfig(AppConfig):
    name = "apk.audit"
    label = "audit"
    verbose_name = "Protokol změn a přístupů"

    def ready(self) -> None:
        disclosure.register(import_string("apk.audit.models.AccessLog").objects.note)
        navigation.register(navigation.Page("Protokol", "audit:access-log", Permission.VIEW_ACCESS_LOG, 70))
        # Apps below this one cannot name their own.
        account = tracked.Rows("people.User", "id", "user_id")
        tracked.register("people.User")
        tracked.register("people.Mentor", rows=[account])
        tracked.register(
            "people.Assistant",
            rows=[
                account,
                tracked.Rows("people.Employment", "assistant_id"),
                tracked.Rows("people.Mentorship", "assistant_id"),
            ],
        )
        tracked.register("localities.Locality")
        tracked.register("localities.District")
