"""A Word document in the project's look: headings, paragraphs, tables, a footer with the imprint. Pure.

Made of Word's own styles, so that whoever edits it changes a style and not every paragraph. The bytes are the same
whenever the content is: times inside are those given, and the ZIP file around is written anew.
"""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from reports.documents.bundle import stored
from reports.documents.wording import one_line

ACCENT, SOFT, SUNK, LINE = RGBColor(0x23, 0x62, 0xA2), RGBColor(0x52, 0x60, 0x6D), "EEF3F8", "B8C4D0"
TYPEFACE = "Calibri"
MARGIN = Cm(2)
WIDTH = Cm(21) - 2 * MARGIN
TOGETHER = 30
"""A table with so many rows at most is not torn between two pages."""


class Word:
    """A document being written, from its title to its last table; `content` gives the file."""

    def __init__(self, *, title: str, subject: str, moment: datetime) -> None:
        self.moment = moment
        self.document = docx.Document()
        about = self.document.core_properties
        about.title, about.subject, about.language = one_line(title), one_line(subject), "cs-CZ"
        about.author = about.last_modified_by = about.comments = ""
        about.created = about.modified = moment.replace(tzinfo=None)
        about.revision = 1
        # The template of the package has a picture of itself.
        about_package = self.document.part.package.rels
        for name in [key for key, related in about_package.items() if related.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
            del about_package[name]
        self.headings: list[str] = []
        self.listed: Paragraph | None = None
        self._page()
        self._styles()

    def _page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = MARGIN
        section.top_margin, section.bottom_margin = Cm(1.8), Cm(2.2)

    def _styles(self) -> None:
        styles = self.document.styles
        normal = styles["Normal"]
        normal.font.name, normal.font.size = TYPEFACE, Pt(11)
        normal.paragraph_format.space_after = Pt(6)
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), "cs-CZ")
        normal.element.get_or_add_rPr().append(language)
        for name, size, before in (("Title", 22, 0), ("Heading 1", 15, 18), ("Heading 2", 12, 12)):
            style = styles[name]
            style.font.name, style.font.size, style.font.bold = TYPEFACE, Pt(size), True
            style.font.color.rgb = ACCENT
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(6)
            style.paragraph_format.keep_with_next = True
        border = styles["Title"].element.pPr.find(qn("w:pBdr"))
        if border is not None:
            styles["Title"].element.pPr.remove(border)
        line = styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
        line.base_style = normal
        line.paragraph_format.space_after = Pt(2)
        head = styles["TOC Heading"]
        head.font.name, head.font.size, head.font.color.rgb = TYPEFACE, Pt(13), ACCENT
        styles["Caption"].font.color.rgb = SOFT
        styles["Caption"].font.size = Pt(9)
        styles["Caption"].font.bold = False

    def footer(self, lines: Sequence[str]) -> None:
        """The lines at the foot of each page, the number of the page at the right of the first."""
        foot = self.document.sections[0].footer
        first, *others = lines
        paragraph = foot.paragraphs[0]
        # The style has a stop in the middle and one at the right.
        self._small(paragraph, f"{one_line(first)}\t\tStrana ")
        _field(paragraph, "PAGE")
        self._small(paragraph, " z ")
        _field(paragraph, "NUMPAGES")
        for run in paragraph.runs:
            run.font.size, run.font.color.rgb = Pt(7.5), SOFT
        for line in others:
            self._small(foot.add_paragraph(), one_line(line))
        for paragraph in foot.paragraphs:
            paragraph.paragraph_format.space_after = Pt(0)

    @staticmethod
    def _small(paragraph: Paragraph, text: str) -> None:
        run = paragraph.add_run(text)
        run.font.size, run.font.color.rgb = Pt(7.5), SOFT

    def soft(self, text: str) -> None:
        self.document.add_paragraph().add_run(one_line(text)).font.color.rgb = SOFT

    def title(self, text: str) -> None:
        self.document.add_paragraph(one_line(text), "Title")

    def contents(self) -> None:
        """Here stands the list of headings, each a link. Without page numbers: only who lays the pages out has them."""
        self.document.add_paragraph("Obsah", "TOC Heading")
        self.listed = self.document.add_paragraph(style="toc 1")

    def heading(self, text: str, level: int = 1) -> None:
        heading = self.document.add_heading(one_line(text), level)
        self.headings.append(heading.text)
        _mark(heading, len(self.headings))

    def picture(self, png: bytes, *, alt: str, caption: str) -> None:
        """A picture as wide as the page's text, with the words that stand for it."""
        above = self.document.add_paragraph()
        above.paragraph_format.keep_with_next = True
        shape = above.add_run().add_picture(BytesIO(png), width=WIDTH)
        about = shape._inline.docPr  # noqa: SLF001  # what the package has no words for
        about.set("descr", one_line(alt))
        self.document.add_paragraph(one_line(caption), "Caption")

    def paragraph(self, text: str) -> None:
        """A paragraph; one that begins with „– “ is an item of a list."""
        line = one_line(text)
        if line.startswith("– "):
            self.document.add_paragraph(line.removeprefix("– "), "List Bullet")
        else:
            self.document.add_paragraph(line)

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """What something is, one fact a row."""
        table = self.document.add_table(len(facts), 2)
        for row, (label, value) in zip(table.rows, facts, strict=True):
            row.cells[0].width, row.cells[1].width = Cm(5.5), WIDTH - Cm(5.5)
            _write(row.cells[0], label, is_bold=True)
            _write(row.cells[1], value)
        self.document.add_paragraph().paragraph_format.space_after = Pt(0)

    def table(
        self,
        columns: Sequence[tuple[str, bool]],
        rows: Sequence[Sequence[str]],
        total: Sequence[str] | None = None,
        *,
        caption: str = "",
        note: str = "",
    ) -> None:
        """A table: `columns` are (label, whether it holds numbers); its header is repeated on every page."""
        if caption:
            above = self.document.add_paragraph(one_line(caption), "Caption")
            above.paragraph_format.keep_with_next = True
        table = self.document.add_table(1, len(columns))
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        is_wide = len(columns) > 6
        size = Pt(8) if is_wide else Pt(10)
        texts = sum(not is_number for _, is_number in columns)
        numbers = len(columns) - texts
        narrow = min(Cm(3), int(WIDTH * (0.76 if is_wide else 0.6) / max(numbers, 1)))
        widths = [narrow if is_number else (WIDTH - narrow * numbers) // max(texts, 1) for _, is_number in columns]
        _borders(table._tbl)  # noqa: SLF001  # what the package has no words for
        _repeat(table.rows[0]._tr)  # noqa: SLF001
        for index, (label, is_number) in enumerate(columns):
            _write(table.rows[0].cells[index], label, is_bold=True, is_right=is_number, size=Pt(7) if is_wide else size)
            _shade(table.rows[0].cells[index])
        for row in [*rows, *([total] if total else [])]:
            cells = table.add_row().cells
            for index, text in enumerate(row):
                _write(cells[index], text, is_bold=row is total, is_right=columns[index][1], size=size)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        if len(table.rows) <= TOGETHER:
            _together(table)
        for row in table.rows:
            _whole(row._tr)  # noqa: SLF001
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = width
        below = self.document.add_paragraph(one_line(note), "Caption")
        below.paragraph_format.space_before = Pt(2)

    def content(self) -> bytes:
        if self.listed is not None and self.headings:
            _list(self.listed, self.headings)
        written = BytesIO()
        self.document.save(written)
        with ZipFile(written) as archive:
            parts = [(name, archive.read(name)) for name in archive.namelist()]
        moment = self.moment
        return stored(
            parts, (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second), compressed=True
        )


def _write(cell: _Cell, text: str, *, is_bold: bool = False, is_right: bool = False, size: Pt | None = None) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
    if is_right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(one_line(text))
    run.bold = is_bold or None
    if size:
        run.font.size = size


def _field(paragraph: Paragraph, name: str) -> None:
    """A number that Word computes: PAGE, NUMPAGES."""
    for kind in ("begin", "instruction", "separate", "text", "end"):
        run = paragraph.add_run()
        if kind == "instruction":
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = f" {name} "
        elif kind == "text":
            element = OxmlElement("w:t")
            element.text = "1"
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)  # noqa: SLF001


def _mark(heading: Paragraph, number: int) -> None:
    """Makes the heading a place that links lead to."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), f"_Toc{number:08}")
    # The first child is what the paragraph looks like.
    heading._p.insert(1, start)  # noqa: SLF001
    heading._p.append(end)  # noqa: SLF001


def _list(first: Paragraph, headings: Sequence[str]) -> None:
    """Writes the contents from `first` on: a field that Word can make anew, with what it would show."""
    paragraphs = [first]
    for _ in headings[1:]:
        following = deepcopy(first._p)  # noqa: SLF001
        paragraphs[-1]._p.addnext(following)  # noqa: SLF001
        paragraphs.append(Paragraph(following, first._parent))  # noqa: SLF001
    _mark_field(first, "begin")
    instruction = OxmlElement("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = ' TOC \\o "1-1" \\n \\h \\z \\u '
    first.add_run()._r.append(instruction)  # noqa: SLF001
    _mark_field(first, "separate")
    for number, (paragraph, text) in enumerate(zip(paragraphs, headings, strict=True), start=1):
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), f"_Toc{number:08}")
        link.set(qn("w:history"), "1")
        link.append(paragraph.add_run(text)._r)  # noqa: SLF001
        paragraph._p.append(link)  # noqa: SLF001
    _mark_field(paragraphs[-1], "end")


def _mark_field(paragraph: Paragraph, kind: str) -> None:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(mark)  # noqa: SLF001


def _borders(table: object) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", LINE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "50")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    # Before the last child, tblLook, as the format's schema wants them.
    for element in (borders, margins):
        table.tblPr.insert_element_before(element, "w:tblLook")  # type: ignore[attr-defined]


def _repeat(row: object) -> None:
    """Marks a row as the header: repeated on every page, read aloud with each cell."""
    mark = OxmlElement("w:tblHeader")
    row.get_or_add_trPr().append(mark)  # type: ignore[attr-defined]


def _together(table: Table) -> None:
    """Keeps the rows of a table on one page."""
    for row in table.rows[:-1]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _whole(row: object) -> None:
    """A row is not torn between two pages."""
    row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # type: ignore[attr-defined]


def _shade(cell: _Cell) -> None:
    shading = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", SUNK)):
        shading.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shading)  # noqa: SLF001
