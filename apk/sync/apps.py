from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "apk.sync"
    label = "sync"
    verbose_name = "Příjem záznamů z telefonů"
