from django.apps import AppConfig

from apk.people import navigation
from apk.people.access import Permission


class LocalitiesConfig(AppConfig):
    name = "apk.localities"
    label = "localities"
    verbose_name = "Lokality"

    def ready(self) -> None:
        navigation.register(navigation.Page("Lokality", "localities:localities", Permission.VIEW_LOCALITIES, 50))
