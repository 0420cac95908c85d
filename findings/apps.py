from django.apps import AppConfig
from django.utils.module_loading import import_string

from apk.sync import registry


class FindingsConfig(AppConfig):
    name = "findings"
    verbose_name = "Nálezy"

    def ready(self) -> None:
        registry.register(import_string("findings.intake.FINDING"))
