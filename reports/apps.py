from django.apps import AppConfig
from django.utils.module_loading import import_string

from apk.audit import tracked
from apk.audit.tracked import Rows
from apk.people import desk, navigation
from apk.people.access import Permission
from apk.sync import registry


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Přehledy a zprávy"

    def ready(self) -> None:
        registry.register_seals(import_string("reports.sealing.is_sealed"))
        tracked.register(
            "reports.GrantProject",
            rows=[
                Rows(f"reports.{part}", "project_id")
                for part in ("Rate", "CostLine", "Indicator", "Deadline", "ReportSection")
            ],
        )
        tracked.register(
            "reports.ProjectReport",
            rows=[Rows("reports.SectionText", "report_id"), Rows("reports.Annex", "report_id")],
        )
        tracked.register(
            "reports.MonthlySummary",
            rows=[Rows("reports.MonthNarrative", "month", "month")],
            hidden=["inputs", "sha256"],
        )
        tracked.register("reports.RecordImport", hidden=["content"])
        tracked.register("reports.Evaluation")
        navigation.register(navigation.Page("Měsíční přehledy", "reports:months", Permission.VIEW_SUMMARIES, 30))
        navigation.register(navigation.Page("Projekty", "reports:projects", Permission.VIEW_SUMMARIES, 35))
        desk.register(Permission.BUILD_SUMMARIES, import_string("reports.desk.closing_months"))
        desk.register(Permission.MANAGE_PROJECTS, import_string("reports.desk.deadlines"))
        desk.register(Permission.APPROVE_MONTHS, import_string("reports.desk.months_to_approve"))
        desk.register(Permission.SEAL_MONTHS, import_string("reports.desk.months_to_seal"))
        desk.register(Permission.PLAN_SHIFTS, import_string("reports.desk.month_so_far"))
