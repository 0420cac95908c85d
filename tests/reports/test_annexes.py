"""Files of annexes: what is taken in, what is refused and why, what goes into the archive, what stays on the disk."""

import hashlib
import io
import os
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from apk import private_files
from apk.audit.models import AccessLog
from apk.refusal import Refused
from reports import annexes, editions
from reports.grant_compiling import compiled
from reports.grant_setup import add_usual_sections
from reports.models import Annex, Document, ProjectReport
from tests.factories import ProjectReportFactory, TrainingFactory

PDF = b"%PDF-1.7\nobsah"


def archive(*names: str, mimetype: str = "") -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        for name in ["mimetype", *names] if mimetype else names:
            file.writestr(name, mimetype if name == "mimetype" else "<x/>")
    return written.getvalue()


def picture(form: str) -> bytes:
    image, written = Image.new("RGB", (40, 30), "red"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Telefon"
    image.save(written, form, exif=exif)
    return written.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("Dohoda o spolupráci.PDF", PDF, "Dohoda o spolupráci.pdf"),
        ("C:\\skryté\\a.pdf", PDF, "a.pdf"),
        ("../../etc/passwd.pdf", PDF, "passwd.pdf"),
        ("<b>=1+1\r\n.pdf", PDF, "b-=1+1.pdf".replace("=", "-").replace("+", "-").replace("--", "-")),
        ("...pdf", PDF, "priloha.pdf"),
        ("listina.docx", archive("word/document.xml"), "listina.docx"),
        ("listina.xlsx", archive("xl/workbook.xml"), "listina.xlsx"),
        (
            "listina.odt",
            archive("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
            "listina.odt",
        ),
    ],
)
def test_documents_are_kept_as_they_came_under_a_safe_name(name, content, kept):
    file = annexes.taken(name, content)

    assert (file.name, file.content) == (kept, content)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_picture_loses_where_and_by_whom_it_was_taken(form):
    file = annexes.taken(f"akce.{form.lower()}", picture(form))

    assert file.name == "akce.jpg"
    assert b"Telefon" in picture(form)
    assert b"Telefon" not in file.content


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.exe", PDF, annexes.UNKNOWN),
        ("a", PDF, annexes.UNKNOWN),
        ("a.svg", b"<svg/>", annexes.UNKNOWN),
        ("a.pdf", b"MZ", annexes.UNKNOWN),
        ("a.docx", archive("xl/workbook.xml"), annexes.UNKNOWN),
        ("a.docx", b"PK\3\4", annexes.UNKNOWN),
        ("a.ods", archive("content.xml"), annexes.UNKNOWN),
        ("a.docx", archive("word/document.xml", "word/vbaProject.bin"), "Soubor obsahuje makra"),
        ("a.odt", archive("content.xml", "Scripts/python/a.py"), "Soubor obsahuje makra"),
        ("a.jpg", b"GIF89a", "Obrázek nejde přečíst"),
        ("a.pdf", PDF + b"x" * annexes.MAX_BYTES, "Soubor je větší než 10 MB"),
    ],
)
def test_what_is_not_what_it_says_is_refused_in_czech(name, content, sentence):
    with pytest.raises(Refused, match=sentence.split("(")[0]):
        annexes.taken(name, content)


@pytest.mark.django_db
def test_file_is_brought_listed_sent_and_put_into_the_archive(client_of, coordinator, mentor, media):
    report = ProjectReportFactory()
    add_usual_sections(report.project)
    TrainingFactory()
    client = client_of(coordinator)
    adding = reverse("reports:add-annex", args=[report.pk])
    sent = {"position": "1", "title": "Fotografie"}

    wrong = client.post(adding, sent | {"upload": SimpleUploadedFile("a.pdf", b"MZ")})
    assert (wrong.status_code, annexes.UNKNOWN in wrong.content.decode()) == (422, True)
    client.post(adding, sent | {"upload": SimpleUploadedFile("Dohoda – opis.pdf", PDF)})
    client.post(adding, {"position": "2", "title": "Prezenční listina"})
    annex, paper = Annex.objects.order_by("position")
    assert (annex.file, annex.size) == ("Dohoda - opis.pdf", len(PDF))
    assert annex.sha256 == hashlib.sha256(PDF).hexdigest()
    assert [(each.title, each.file) for each in compiled(report).annexes] == [
        ("Fotografie", "Dohoda - opis.pdf"),
        ("Prezenční listina", ""),
    ]
    page = client.get(report.get_absolute_url()).content.decode()
    assert "Dohoda - opis.pdf</a>" in page
    assert "na papíře" in page

    address = reverse("reports:annex-file", args=[report.pk, annex.pk])
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="Dohoda - opis.pdf"'
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert AccessLog.objects.get().detail == {"file_sha256": annex.sha256}
    assert client_of(mentor).get(address).status_code == 403
    assert client.get(reverse("reports:annex-file", args=[report.pk, paper.pk])).status_code == 404

    stored = ProjectReport.objects.select_related("project").get(pk=report.pk)
    edition = editions.request_report(str(report.pk), compiled(stored), by=coordinator)
    editions.build(edition.pk)
    bundled = private_files.path_of(Document.objects.get(edition=edition, format="zip").file)
    with zipfile.ZipFile(bundled) as bundle:
        assert bundle.read("prilohy/01-Dohoda - opis.pdf") == PDF
        assert f"{annex.sha256}  prilohy/01-Dohoda - opis.pdf" in bundle.read("SHA256SUMS").decode()
        assert "prilohy/01-Dohoda - opis.pdf" in bundle.read("manifest.json").decode()

    # Once more the same annex, another file; then both rows go. What an edition names stays on the disk.
    change = reverse("reports:change-annex", args=[report.pk, annex.pk])
    seen = client.get(change).context["form"]["seen"].value()
    client.post(change, sent | {"seen": seen, "upload": SimpleUploadedFile("b.pdf", PDF + b"2")})
    client.post(reverse("reports:remove-annex", args=[report.pk, annex.pk]))
    for path in media.glob("annexes/*/*"):
        os.utime(path, (0, 0))
    assert annexes.sweep(timezone.now()) == 1
    assert [private_files.path_of(annexes.path(annex.sha256))] == list(media.glob("annexes/*/*"))


@pytest.mark.django_db
def test_annexes_of_a_report_have_a_size_together(monkeypatch, media):
    report = ProjectReportFactory()
    annexes.attach(annex := Annex(report=report, title="První"), annexes.taken("a.pdf", PDF))
    annex.save()
    monkeypatch.setattr(annexes, "MAX_TOGETHER", 2 * len(PDF) - 1)

    annexes.attach(annex, annexes.taken("b.pdf", PDF))
    with pytest.raises(Refused, match="zbývá 0,0 MB"):
        annexes.attach(Annex(report=report, title="Druhá"), annexes.taken("c.pdf", PDF))
