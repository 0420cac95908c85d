from django.apps import AppConfig


class LocalitiesConfig(AppConfig):
    name = "apk.localities"
    label = "localities"
    verbose_name = "Lokality"
