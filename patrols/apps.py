from django.apps import AppConfig
from django.utils.module_loading import import_string

from apk.audit import tracked
from apk.people import desk, navigation
from apk.people.access import Permission
from apk.sync import registry


class PatrolsConfig(AppConfig):
    name = "patrols"
    verbose_name = "Směny"

    def ready(self) -> None:
        navigation.register(navigation.Page("Plán směn", "patrols:this-week", Permission.VIEW_PLAN, 10))
        navigation.register(navigation.Page("Docházka", "attendance:this-month", Permission.VIEW_ATTENDANCE, 15))
        navigation.register(navigation.Page("Činnosti", "activities:list", Permission.VIEW_ACTIVITIES, 25))
        # The coordinator, whose navigation is full, comes to the code lists from the activities.
        navigation.register(navigation.Page("Číselníky", "codes:lists", Permission.MANAGE_ACCOUNTS, 55))
        # Those at the desk come to it from the assistants.
        navigation.register(navigation.Page("Školení", "training:overview", Permission.LOG_IN_THE_FIELD, 28))
        desk.register(Permission.MANAGE_TRAINING, import_string("patrols.desk.training_cards"))
        desk.register(Permission.PLAN_SHIFTS, import_string("patrols.desk.mentor_cards"))
        desk.register(Permission.BUILD_SUMMARIES, import_string("patrols.desk.coordinator_cards"))
        for label in ("Absence", "CoverNeed", "LegalLimit", "Pair", "ShiftTemplate", "Swap"):
            tracked.register(f"patrols.{label}")
        registry.register(import_string("patrols.intake.ATTENDANCE"))
        registry.register(import_string("patrols.intake.ACTIVITY"))
        tracked.register("patrols.Activity", rows=[tracked.Rows("patrols.ActivityCount", "activity_id")])
        tracked.register("patrols.Attendance")
        tracked.register("patrols.CorrectionRequest")
        tracked.register("patrols.FieldCheck", rows=[tracked.Rows("patrols.CheckedAssistant", "field_check_id")])
        for code in ("ActivityKind", "Counter", "Organisation", "ReferralReason", "CalledPatrol"):
            tracked.register(f"patrols.{code}")
        tracked.register("patrols.Shift", rows=[tracked.Rows("patrols.Announcement", "shift_id")])
        tracked.register("patrols.Training")
