from django.apps import AppConfig
from django.utils.module_loading import import_string

from apk.people import desk, navigation
from apk.people.access import Permission
from apk.sync import registry


class SyncConfig(AppConfig):
    name = "apk.sync"
    label = "sync"
    verbose_name = "Příjem záznamů z telefonů"

    def ready(self) -> None:
        registry.register(import_string("apk.sync.correcting.CORRECTION"))
        navigation.register(navigation.Page("Příjem", "receiving:overview", Permission.REVIEW_RECEIVED, 45))
        desk.register(Permission.REVIEW_RECEIVED, import_string("apk.sync.desk.cards"))
