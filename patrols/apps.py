from django.apps import AppConfig
from django.utils.module_loading import import_string

from apk.audit import tracked
from apk.people import desk, navigation
from apk.people.access import Permission


class PatrolsConfig(AppConfig):
    name = "patrols"
    verbose_name = "Směny"

    def ready(self) -> None:
        navigation.register(navigation.Page("Plán směn", "patrols:this-week", Permission.VIEW_PLAN, 10))
        desk.register(Permission.PLAN_SHIFTS, import_string("patrols.desk.mentor_cards"))
        desk.register(Permission.BUILD_SUMMARIES, import_string("patrols.desk.coordinator_cards"))
        tracked.register("patrols.Shift")
