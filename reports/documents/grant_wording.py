"""What the documents of a grant report say in words. Pure."""

from apk import czech
from reports.grant import GrantReport, MonthState

STATES = {
    MonthState.PROVISIONAL: ("měsíc je předběžný", "měsíce jsou předběžné", "měsíců je předběžných"),
    MonthState.MISSING: ("měsíc není sestavený", "měsíce nejsou sestavené", "měsíců není sestavených"),
}


def subtitle(report: GrantReport) -> str:
    """„Ostrava – Asistent prevence kriminality 2021 · 314D083009247"."""
    return " · ".join(text for text in (report.project.name, report.project.number) if text)


def provisional(report: GrantReport) -> str:
    """A sentence about months whose numbers may still change; "" when all are sealed."""
    if not report.is_provisional:
        return ""
    counts = {state: sum(month.state is state for month in report.months) for state in STATES}
    parts = [czech.counted(count, *STATES[state]) for state, count in counts.items() if count]
    return f"Zpráva je předběžná: {czech.joined(parts)}."
