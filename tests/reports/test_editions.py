"""Editions of documents: built once however often a worker dies, kept for ever, and given only to those who may."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest
from celery import current_app
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apk import private_files
from apk.audit.models import AccessLog
from apk.calendar import Month
from apk.work import MAX_ATTEMPTS
from reports import doorbell, editions, tasks
from reports.grant_compiling import compiled
from reports.models import Document, Edition, MonthlySummary, ProjectReport
from reports.papers import FILES, FORMATS, GRANT_REPORT
from tests import workers
from tests.factories import FindingFactory, GrantProjectFactory
from tests.reports.april import april
from tests.reports.mortal_builder import NEVER

ROOT = Path(__file__).resolve().parents[2]
APRIL = Month(2021, 4)
PAGE = reverse("reports:documents", args=[APRIL])
PUBLISH = reverse("reports:publish", args=[APRIL])


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What a worker was called to; nobody comes."""
    calls: list[tuple[str, int]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, kwargs, **__: calls.append((name, kwargs["job_id"])))
    return calls


def digests(edition: Edition) -> dict[str, str]:
    return dict(edition.documents.values_list("format", "sha256"))


def files_of(media: Path) -> list[str]:
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())


# --- Asking and building ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_same_figures_are_one_edition_and_other_figures_the_next(coordinator, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = editions.request_month(april(), by=coordinator)
        again = editions.request_month(april(), by=None)
        other = editions.request_month(april(totals={**april().totals, "pieces": 86}), by=coordinator)
        sealed = editions.request_month(april(), by=coordinator, standing="uzavřená verze 1")

    assert first == again
    assert [edition.number for edition in (first, other, sealed)] == [1, 2, 3]
    assert (first.requested_by, first.standing) == (coordinator, "průběžná čísla")
    assert rung == [(doorbell.BUILD_EDITION, edition.pk) for edition in (first, first, other, sealed)]


@pytest.mark.django_db
def test_edition_has_every_file_and_each_is_what_the_builder_makes(media, issued):
    FindingFactory(with_needle=85)

    edition = issued(APRIL)

    value, imprint = MonthlySummary.objects.get().value, editions.imprint_of(edition)
    assert edition.state == Edition.State.DONE
    assert [kind.extension for _, kind in edition.files] == list(FILES)
    for extension, kind in FORMATS.items():
        content = kind.build(value, imprint)
        document = edition.documents.get(format=extension)
        assert private_files.path_of(document.file).read_bytes() == content
        assert (document.sha256, document.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert files_of(media) == sorted(edition.documents.values_list("file", flat=True))


@pytest.mark.django_db
def test_bundle_holds_every_document_and_its_digests_fit(media, issued):
    FindingFactory(with_needle=85)
    edition = issued(APRIL)

    with ZipFile(private_files.path_of(edition.documents.get(format="zip").file)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
        assert {entry.compress_type for entry in archive.infolist()} == {ZIP_STORED}
        assert {entry.date_time for entry in archive.infolist()} == {(2021, 4, 30, 0, 0, 0)}

    names = [f"prehled-2021-04-vydani-1.{extension}" for extension in FORMATS]
    assert list(contents) == [*names, "manifest.json", "SHA256SUMS"]
    sums = dict(re.findall(r"^([0-9a-f]{64})  (.+)$", contents["SHA256SUMS"].decode(), re.MULTILINE))
    assert {name: digest for digest, name in sums.items()} == {
        name: hashlib.sha256(contents[name]).hexdigest() for name in [*names, "manifest.json"]
    }
    manifest = json.loads(contents["manifest.json"])
    assert (manifest["edition"], manifest["figures_sha256"]) == (1, edition.sha256)
    assert [(file["name"], file["sha256"]) for file in manifest["files"]] == [
        (name, hashlib.sha256(contents[name]).hexdigest()) for name in names
    ]


@pytest.mark.django_db
def test_edition_outlives_the_summary_it_came_from(media, issued):
    FindingFactory(with_needle=85)
    first = issued(APRIL)
    before = digests(first)
    FindingFactory(with_needle=1)
    second = issued(APRIL)

    assert (first.number, second.number) == (1, 2)
    assert digests(first) == before
    assert all(digests(second)[name] != digest for name, digest in before.items())
    for document in Document.objects.all():
        assert hashlib.sha256(private_files.path_of(document.file).read_bytes()).hexdigest() == document.sha256


@pytest.mark.django_db
def test_edition_whose_builders_die_fails_with_a_sentence_and_may_be_asked_for_again(media, rung):
    edition = editions.request_month(april(), by=None)
    Edition.objects.filter(pk=edition.pk).update(state=Edition.State.RUNNING, attempts=MAX_ATTEMPTS)

    editions.build(edition.pk)

    edition.refresh_from_db()
    assert (edition.state, edition.error) == ("failed", "Sestavení se nepodařilo dokončit ani na 5. pokus.")
    assert editions.request_month(april(), by=None).number == 2


@pytest.mark.django_db
def test_edition_that_failed_is_tried_again_unless_another_took_its_place(
    client_of, coordinator, media, rung, django_capture_on_commit_callbacks
):
    edition = editions.request_month(april(), by=None)
    Edition.objects.filter(pk=edition.pk).update(state=Edition.State.RUNNING, attempts=MAX_ATTEMPTS)
    editions.build(edition.pk)
    again = reverse("reports:rebuild-edition", args=[edition.pk])
    client = client_of(coordinator)
    assert again in client.get(PAGE).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(again, follow=True)

    edition.refresh_from_db()
    assert page.redirect_chain == [(PAGE, 302)]
    assert (edition.state, edition.number, edition.attempts, edition.error) == ("queued", 1, 0, "")
    assert rung == [(doorbell.BUILD_EDITION, edition.pk)]
    assert "už jsou hotové, nebo se právě připravují" in client.post(again, follow=True).content.decode()
    editions.build(edition.pk)
    edition.refresh_from_db()
    assert (edition.state, digests(edition).keys()) == ("done", FILES.keys())

    failed = editions.request_month(april(), by=None, standing="uzavřená verze 1")
    Edition.objects.filter(pk=failed.pk).update(state=Edition.State.FAILED)
    taken = editions.request_month(april(), by=None, standing="uzavřená verze 1")
    refused = client.post(reverse("reports:rebuild-edition", args=[failed.pk]), follow=True).content.decode()
    assert f"Tytéž dokumenty už má vydání {taken.number}." in refused.replace("\u00a0", " ")


@pytest.mark.django_db
def test_editions_and_documents_are_only_ever_added(media, issued):
    edition = issued(APRIL)
    attempts = [
        lambda: edition.documents.update(sha256="0" * 64),
        lambda: edition.documents.all().delete(),
        lambda: Edition.objects.update(figures={}),
        lambda: Edition.objects.filter(pk=edition.pk)._raw_delete("default"),
    ]

    for attempt in attempts:
        with pytest.raises(ProgrammingError, match="pgtrigger"), transaction.atomic():
            attempt()
    assert digests(edition).keys() == FILES.keys()


@pytest.mark.django_db
def test_files_without_a_row_are_swept_after_a_day(media, issued):
    edition = issued(APRIL)
    kept = files_of(media)
    private_files.write("documents/ab/orphan.pdf", b"orphan")
    old = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    for name in files_of(media):
        os.utime(media / name, (old, old))

    tasks.sweep_documents()

    assert files_of(media) == kept
    assert digests(edition).keys() == FILES.keys()


# --- Killed in mid-build ---------------------------------------------------------------------------------------------


@pytest.fixture
def build_elsewhere(transactional_db, media) -> Iterator[Callable[[Edition, int], str]]:
    """Builds an edition in a process that is killed at a step; see `mortal_builder`."""
    command = [sys.executable, "-m", "tests.reports.mortal_builder"]
    environment = {**workers.environment(), "VAR_DIR": str(media.parent), "LOG_LEVEL": "ERROR"}
    environment["DJANGO_SETTINGS_MODULE"] = "apk.settings"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT, "env": environment}
    with subprocess.Popen(command, **pipes) as process:

        def build(edition: Edition, step: int) -> str:
            process.stdin.write(f"{edition.pk} {step}\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield build
        process.stdin.close()
        process.wait(timeout=10)


def test_builder_killed_at_ten_points_leaves_one_edition_with_the_same_digests(media, build_elsewhere):
    def fresh() -> Edition:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE reports_submission, reports_document, reports_edition RESTART IDENTITY")
        shutil.rmtree(media, ignore_errors=True)
        return editions.request_month(april(), by=None)

    whole = fresh()
    steps = int(build_elsewhere(whole, NEVER))
    reference = digests(whole)
    points = [1 + (steps - 1) * n // 9 for n in range(10)]
    left = []
    for point in points:
        edition = fresh()
        assert build_elsewhere(edition, point) == "killed"
        workers.wait_until(lambda edition=edition: Edition.objects.waiting() in ([edition], []), "the dead builder")
        left.append(edition.documents.count())
        # The sweeper rings for what a dead worker left; here another worker answers.
        build_elsewhere(edition, NEVER)
        edition.refresh_from_db()
        assert (point, edition.state, digests(edition)) == (point, "done", reference)
        assert {name for name in files_of(media) if not name.endswith(".part")} == set(
            edition.documents.values_list("file", flat=True)
        )

    assert len(set(points)) == 10
    # The points lie in all of the build: before the first file, between any two, behind the last.
    assert (left[0], left[-1]) == (0, len(FILES))
    assert len(set(left)) >= 5


def test_worker_killed_in_mid_build_leaves_its_edition_to_another(start_worker, media, monkeypatch):
    monkeypatch.setenv("VAR_DIR", str(media.parent))
    worker = start_worker()
    with workers.table_locked("reports_document", "SHARE"):
        edition = editions.request_month(april(), by=None)
        workers.wait_until(lambda: workers.somebody_waits_for("reports_document"), "the first file")
        os.killpg(worker.process.pid, signal.SIGKILL)
        worker.process.wait()
        workers.wait_until(lambda: Edition.objects.waiting() == [edition], "the dead builder to be noticed")
    start_worker()
    tasks.sweep_jobs()

    workers.wait_until(lambda: Edition.objects.get().state == Edition.State.DONE, "the edition")
    assert Edition.objects.get().attempts == 2
    assert digests(edition).keys() == FILES.keys()


# --- Pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_document_is_downloaded_under_its_name_and_the_log_knows(client_of, coordinator, media, issued):
    edition = issued(APRIL)
    for document in edition.documents.all():
        response = client_of(coordinator).get(reverse("reports:download", args=[document.pk]))

        assert hashlib.sha256(response.getvalue()).hexdigest() == document.sha256
        assert response["Content-Type"] == FILES[document.format].content_type
        name = f"prehled-2021-04-vydani-1.{document.format}"
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        entry = AccessLog.objects.first()
        assert (entry.user, entry.action) == (coordinator, "download")
        assert entry.what == f"Měsíční přehled 2021-04, vydání 1 ({FILES[document.format].name})"
        assert entry.detail == {"figures_sha256": edition.sha256, "file_sha256": document.sha256}
    assert AccessLog.objects.count() == len(FILES)


@pytest.mark.django_db
def test_proxy_sends_the_file_where_there_is_one(client_of, coordinator, issued, settings):
    settings.MEDIA_ACCEL_LOCATION = "/private-media/"
    document = issued(APRIL).documents.get(format="pdf")

    response = client_of(coordinator).get(reverse("reports:download", args=[document.pk]))

    assert response["X-Accel-Redirect"] == f"/private-media/{document.file}"
    assert response.content == b""


@pytest.mark.django_db
def test_file_missing_from_the_disk_is_not_found_and_not_logged(client_of, coordinator, issued):
    document = issued(APRIL).documents.get(format="pdf")
    private_files.path_of(document.file).unlink()

    assert client_of(coordinator).get(reverse("reports:download", args=[document.pk])).status_code == 404
    assert not AccessLog.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["mentor", "assistant", "administrator"])
def test_only_the_coordinator_has_documents(person, client_of, issued, rung, request):
    edition = issued(APRIL)
    client = client_of(request.getfixturevalue(person))
    document = reverse("reports:download", args=[edition.documents.first().pk])

    answers = [client.get(PAGE), client.get(document), client.get(reverse("reports:edition", args=[edition.pk]))]

    assert {answer.status_code for answer in [*answers, client.post(PUBLISH)]} == {403}


@pytest.mark.django_db
def test_page_leads_from_nothing_to_files_and_to_the_next_edition(client_of, coordinator, built, media, rung):
    client = client_of(coordinator)
    assert "zatím není sestavený" in client.get(PAGE).content.decode()
    assert client.post(PUBLISH).status_code == 404
    FindingFactory()
    built(APRIL)
    assert "zatím nikdo nepřipravil" in client.get(PAGE).content.decode()

    assert client.post(PUBLISH)["Location"] == PAGE
    edition = Edition.objects.get()
    part = reverse("reports:edition", args=[edition.pk])
    assert "Dokumenty se připravují…" in client.get(PAGE).content.decode()
    assert f'hx-get="{part}"' in client.get(part).content.decode()
    editions.build(edition.pk)

    page = client.get(PAGE).content.decode()
    links = [reverse("reports:download", args=[document.pk]) for document in edition.documents.all()]
    assert [link for link in links if link in page] == links
    assert "hx-get" not in client.get(part).content.decode()
    assert PUBLISH not in page
    month = client.get(reverse("reports:month", args=[APRIL])).content.decode()
    assert links[0] in month

    FindingFactory()
    built(APRIL)
    assert PUBLISH in client.get(PAGE).content.decode()
    assert links[0] not in client.get(reverse("reports:month", args=[APRIL])).content.decode()


@pytest.mark.django_db
def test_report_to_the_grant_has_documents_of_its_own(client_of, coordinator, media, rung):
    project = GrantProjectFactory()
    ProjectReport.objects.create(project=project, first=date(2021, 3, 1), last=date(2021, 4, 1))
    report = ProjectReport.objects.get()
    client = client_of(coordinator)
    page = reverse("reports:report-documents", args=[report.pk])
    assert "zatím nikdo nepřipravil" in client.get(page).content.decode()

    assert client.post(reverse("reports:publish-report", args=[report.pk]))["Location"] == page
    edition = Edition.objects.get()
    editions.build(edition.pk)

    edition.refresh_from_db()
    assert (edition.kind, edition.subject, edition.standing) == ("grant-report", str(report.pk), "předběžná")
    assert edition.sha256 == compiled(report).digest
    assert digests(edition).keys() == GRANT_REPORT.files.keys()
    for extension, kind in GRANT_REPORT.formats.items():
        content = kind.build(compiled(report), editions.imprint_of(edition))
        assert digests(edition)[extension] == hashlib.sha256(content).hexdigest()
    response = client.get(reverse("reports:download", args=[edition.documents.get(format="docx").pk]))
    assert response.getvalue().startswith(b"PK")
    assert response["Content-Disposition"] == f'attachment; filename="zprava-{report.pk}-vydani-1.docx"'
    assert client.get(page).content.decode().count("download>") == len(GRANT_REPORT.files)


@pytest.mark.django_db
def test_page_costs_the_same_for_few_and_many_editions(client_of, coordinator, built, rung):
    client = client_of(coordinator)
    summary = built(APRIL).value
    counts: list[int] = []
    for edition_count in (1, 8):
        for number in range(edition_count):
            editions.request_month(summary, by=coordinator, standing=f"verze {edition_count}.{number}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        counts.append(len(queries))

    assert counts == [7, 7]


@pytest.mark.django_db
def test_month_of_the_future_has_no_documents(client_of, coordinator):
    GrantProjectFactory()

    assert client_of(coordinator).get(reverse("reports:documents", args=[Month(2099, 1)])).status_code == 404
