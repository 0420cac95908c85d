from django.apps import AppConfig
from django.utils.module_loading import import_string

from apk.sync import registry


class SyncConfig(AppConfig):
    name = "apk.sync"
    label = "sync"
    verbose_name = "Příjem záznamů z telefonů"

    def ready(self) -> None:
        registry.register(import_string("apk.sync.correcting.CORRECTION"))
