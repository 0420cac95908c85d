"""What the documents of a grant report say in words. Pure."""

from collections.abc import Iterable

from apk import czech
from reports.grant import GrantReport, MonthState, ReportMonth

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
    own, earlier = open_among(report.months), open_among(report.earlier)
    said = [own] if own else []
    if earlier:
        said.append(f"z dřívějších měsíců, které ukazatele započítávají, {earlier}")
    return f"Zpráva je předběžná: {'; '.join(said)}."


def open_among(months: Iterable[ReportMonth]) -> str:
    """„1 měsíc je předběžný a 2 měsíce nejsou sestavené"; "" when all are sealed."""
    states = [month.state for month in months]
    return czech.joined(czech.counted(states.count(state), *STATES[state]) for state in STATES if state in states)
