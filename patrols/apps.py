from importlib import import_module

from django.apps import AppConfig

from apk.people import navigation
from apk.people.access import Permission


class PatrolsConfig(AppConfig):
    name = "patrols"
    verbose_name = "Směny"

    def ready(self) -> None:
        navigation.register(navigation.Page("Plán směn", "patrols:this-week", Permission.VIEW_PLAN, 10))
        # It needs the models, which are not there yet when this module is read.
        import_module("patrols.desk")
