from django.apps import AppConfig

from apk.people import disclosure


class AuditConfig(AppConfig):
    name = "apk.audit"
    label = "audit"
    verbose_name = "Protokol změn a přístupů"

    def ready(self) -> None:
        disclosure.register(self.get_model("AccessLog").objects.note)
