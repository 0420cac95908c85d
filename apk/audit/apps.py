from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "apk.audit"
    label = "audit"
    verbose_name = "Protokol změn a přístupů"
