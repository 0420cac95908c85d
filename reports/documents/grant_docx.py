"""A grant report as a Word document: its texts to be edited, its tables ready. Pure."""

from datetime import UTC, datetime, time

from reports.documents import charts
from reports.documents.grant_wording import provisional, subtitle
from reports.documents.imprint import UNISSUED, Imprint
from reports.documents.word import Word
from reports.grant import GrantReport, Section


def build(report: GrantReport, imprint: Imprint = UNISSUED) -> bytes:
    """The file; its time is the last day of the report's period."""
    moment = datetime.combine(report.last.last_day, time(), UTC)
    word = Word(title=report.title, subject=report.project.name, moment=moment)
    word.footer([imprint.text or report.title, f"Otisk hodnot SHA-256: {report.digest}", report.project.publicity])
    word.soft(subtitle(report))
    word.title(report.title)
    if sentence := provisional(report):
        word.paragraph(sentence)
    word.contents()
    for number, section in enumerate(report.sections, start=1):
        word.heading(f"{number}. {section.title}")
        _write(word, section)
    word.paragraph(report.project.publicity)
    return word.content()


def _write(word: Word, section: Section) -> None:
    for paragraph in section.paragraphs:
        word.paragraph(paragraph)
    if section.facts:
        word.facts([(label, cell.text) for label, cell in section.facts])
    for chart in charts.with_bars(section.charts):
        word.picture(charts.picture(chart), alt=chart["alt"], caption=chart["caption"])
    for table in section.tables:
        word.table(
            [(column.label, column.is_number) for column in table.columns],
            [[cell.text for cell in row] for row in table.rows],
            [cell.text for cell in table.total] if table.total else None,
            caption=table.caption,
            note=table.note,
        )
