from django.apps import AppConfig

from apk.audit import tracked


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Přehledy a zprávy"

    def ready(self) -> None:
        tracked.register("reports.GrantProject")
        tracked.register("reports.MonthlySummary", hidden=["inputs", "sha256"])
