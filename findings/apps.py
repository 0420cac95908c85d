from django.apps import AppConfig
from django.utils.module_loading import import_string

from apk.audit import tracked
from apk.people import desk, navigation
from apk.people.access import Permission
from apk.sync import registry
from patrols import urgency


class FindingsConfig(AppConfig):
    name = "findings"
    verbose_name = "Nálezy"

    def ready(self) -> None:
        for kind in ("intake.FINDING", "task_intake.ANSWER", "task_intake.SIGHTING_OUTCOME"):
            registry.register(import_string(f"findings.{kind}"))
        navigation.register(navigation.Page("Nálezy", "findings:list", Permission.VIEW_FINDINGS, 20))
        urgency.register(import_string("findings.urgency.by_recent_findings"))
        navigation.register(navigation.Page("Můj box", "findings:boxes", Permission.LOG_IN_THE_FIELD, 22))
        desk.register(Permission.MANAGE_CUSTODY, import_string("findings.desk.custody_cards"))
        desk.register(Permission.REVIEW_FINDINGS, import_string("findings.desk.review_cards"))
        desk.register(Permission.MANAGE_SIGHTINGS, import_string("findings.desk.sighting_cards"))
        desk.register(Permission.VIEW_INJURIES, import_string("findings.desk.injury_cards"))
        desk.register(Permission.VIEW_FINDINGS, import_string("findings.desk.cards"))
        rows = [tracked.Rows("findings.Photo", "finding_id"), tracked.Rows("findings.Question", "finding_id")]
        tracked.register("findings.Finding", rows=rows, hidden=["file", "sha256"])
        tracked.register("findings.Place")
        tracked.register("findings.Sighting")
        tracked.register(
            "findings.Box",
            rows=[tracked.Rows("findings.Carrying", "box_id"), tracked.Rows("findings.Deposit", "box_id")],
        )
        tracked.register("findings.Handover", rows=[tracked.Rows("findings.HandedBox", "handover_id")])
