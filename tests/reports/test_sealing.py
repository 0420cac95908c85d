"""Sealing a month and correcting it: what is sealed, what the database then refuses, what a correction leaves."""

import json
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pghistory.models
import pytest
from django.apps import apps
from django.db import IntegrityError, NotSupportedError, ProgrammingError, connection, transaction
from django.db.models import ProtectedError

from apk import sealed as sealed_month
from apk.calendar import Month
from apk.people.models import Mentor
from apk.refusal import Refused
from findings.models import Finding, Photo
from patrols.models import Announcement, Shift
from patrols.models.shifts import ShiftError
from reports import guards, sealing, snapshots, verifying
from reports.counting import count
from reports.models import ClosingStep, Job, MonthCorrection, MonthlySummary, Seal
from reports.snapshots import Content
from tests.factories import (
    ActivityFactory,
    AttendanceFactory,
    CounterFactory,
    FindingFactory,
    GrantProjectFactory,
    ShiftFactory,
    local,
    record_id,
)
from tests.reports.closed import REASON, after, approved, sealed
from tests.workers import wait_until

APRIL = Month(2021, 4)


@pytest.fixture
def finding(assistant):
    """A finding with a photo on a shift in April, and a shift over the end of April."""
    GrantProjectFactory()
    shift = ShiftFactory(assistant=assistant, start=local(2021, 4, 15, 8))
    ShiftFactory(assistant=assistant, start=local(2021, 4, 30, 20), locality=shift.locality)
    found = FindingFactory(assistant=assistant, shift=shift, place__locality=shift.locality, with_needle=5)
    photo_of(found)
    ActivityFactory(assistant=assistant, locality=shift.locality, numbers={CounterFactory(): 3}, referral=True)
    AttendanceFactory(assistant=assistant)
    return found


def photo_of(finding):
    return Photo.objects.create(
        id=record_id(), finding=finding, file="photos/a.jpg", width=4, height=3, upload_digest=b"\0", sha256="0" * 64
    )


def in_thread(call) -> Future:
    """Runs `call` on a connection of its own."""

    def with_own_connection():
        try:
            return call()
        finally:
            connection.close()

    executor = ThreadPoolExecutor(max_workers=1)
    try:
        return executor.submit(with_own_connection)
    finally:
        executor.shutdown(wait=False)


def test_seal_holds_the_figures_and_the_rows_behind_them(finding, coordinator):
    seal = sealed(APRIL, coordinator)

    content = Content.from_bytes(bytes(seal.content))
    assert (seal.version, content.version, content.previous) == (1, 1, "")
    assert snapshots.digest_of(bytes(seal.content)) == seal.sha256
    assert content.as_bytes() == bytes(seal.content)
    assert content.figures == json.loads(json.dumps(count(APRIL).as_json()))
    assert seal.figures_sha256 == count(APRIL).digest == MonthlySummary.objects.get().sha256
    assert {table: len(rows) for table, rows in content.rows.items() if table in snapshots.RECORDS} == {
        "findings_finding": 1,
        "findings_photo": 1,
        "patrols_shift": 2,
        "patrols_announcement": 2,
        "patrols_activity": 1,
        "patrols_activitycount": 1,
        "patrols_attendance": 1,
        "patrols_fieldcheck": 0,
        "patrols_training": 0,
        "findings_handedbox": 0,
        "findings_deposit": 0,
        "reports_monthnarrative": 0,
    }
    # Nothing of an account but the name goes into what is kept for ever.
    assert {name for row in content.rows["people_user"] for name in row} == {
        "id", "first_name", "last_name", "sort_key",
    }  # fmt: skip


def test_sealed_rows_give_the_sealed_figures_after_everything_was_renamed(finding, coordinator):
    content = Content.from_bytes(bytes(sealed(APRIL, coordinator).content))

    finding.place.name = "Jinak"
    finding.place.save()
    assert count(APRIL).as_json() != content.figures
    assert snapshots.counted(APRIL, content.rows).as_json() == content.figures


def test_replaying_reads_no_table_that_was_not_sealed(finding):
    rows = snapshots.gathered(APRIL)
    with snapshots.replayed(rows):
        assert Finding.objects.get().with_needle == 5
        with pytest.raises(ProgrammingError, match="people_mentor"), transaction.atomic():
            Mentor.objects.count()
        Finding.objects.update(with_needle=9)
    # And leaves the tables as they were.
    assert Finding.objects.get().with_needle == 5


COLUMNS = ", ".join(
    f'"{field.column}"' for field in Finding._meta.concrete_fields if not field.generated and not field.primary_key
)
WRITES = {
    "insert": (
        f"INSERT INTO findings_finding (id, {COLUMNS}) SELECT gen_random_uuid(), {COLUMNS} FROM findings_finding"  # noqa: S608
    ),
    "update": "UPDATE findings_finding SET note = 'x'",
    "only the time, out of the month": "UPDATE findings_finding SET found_at = '2021-05-02'",
    "delete": "WITH photo AS (DELETE FROM findings_photo) DELETE FROM findings_finding",
    "photo": "UPDATE findings_photo SET width = 5",
    "photo gone": "DELETE FROM findings_photo",
    "activity": "UPDATE patrols_activity SET note = 'x'",
    "activity gone": "WITH number AS (DELETE FROM patrols_activitycount) DELETE FROM patrols_activity",
    "number of an activity": "UPDATE patrols_activitycount SET number = 99",
    "attendance": "UPDATE patrols_attendance SET at = at + interval '1 minute'",
    "attendance gone": "DELETE FROM patrols_attendance",
    "truncate attendance": "TRUNCATE patrols_attendance",
    "truncate activities": "TRUNCATE patrols_activity CASCADE",
    "truncate numbers": "TRUNCATE patrols_activitycount",
    "shift": "UPDATE patrols_shift SET note = 'x' WHERE \"end\" < '2021-05-01'",
    "shift over the month's end, its part in May": (
        'UPDATE patrols_shift SET "end" = "end" - interval \'1 hour\' WHERE "end" > \'2021-05-01\''
    ),
    "shift gone": (
        "WITH told AS (DELETE FROM patrols_announcement) DELETE FROM patrols_shift WHERE \"end\" > '2021-05-01'"
    ),
    "announcement of a shift": "UPDATE patrols_announcement SET shift_id = NULL",
    "announcement gone": "DELETE FROM patrols_announcement WHERE \"end\" > '2021-05-01'",
    "summary": "UPDATE reports_monthlysummary SET sha256 = repeat('0', 64)",
    "summary gone": "DELETE FROM reports_monthlysummary",
    "truncate": "TRUNCATE findings_photo CASCADE",
    "truncate with all that hangs on it": "TRUNCATE findings_finding CASCADE",
    "truncate shifts": "TRUNCATE patrols_shift CASCADE",
    "truncate summaries": "TRUNCATE reports_monthlysummary CASCADE",
}


def refused(sql):
    """Whether the database refuses SQL of the application's own role because of a seal; what it does is undone."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(sql)
            transaction.set_rollback(True)
    except IntegrityError as error:
        return error.__cause__.diag.constraint_name == sealed_month.CONSTRAINT
    return False


def test_database_refuses_every_change_of_a_sealed_month(finding, coordinator):
    approved(APRIL)
    assert [what for what, sql in WRITES.items() if refused(sql)] == []

    sealed(APRIL, coordinator)

    assert [what for what, sql in WRITES.items() if not refused(sql)] == []


def test_draft_of_a_sealed_month_stays_one_and_what_assistants_answer_is_let_through(finding, coordinator):
    draft = ShiftFactory(assistant=finding.assistant, start=local(2021, 4, 20, 8), announced=False)
    counted = count(APRIL).totals["patrol_seconds"]
    sealed(APRIL, coordinator)

    with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
        Announcement.objects.note_worked([draft])

    assert Announcement.objects.update(answer=Announcement.Answer.SEEN, answered_at=after(APRIL)) == 2
    assert count(APRIL).totals["patrol_seconds"] == counted
    assert verifying.verify(APRIL).agrees


def test_month_sealed_before_drafts_were_told_apart_still_verifies(finding, coordinator):
    seal = sealed(APRIL, coordinator)
    content = Content.from_bytes(bytes(seal.content))
    rows = {table: rows for table, rows in content.rows.items() if table != "patrols_announcement"}

    # What was not sealed is taken as it was: every shift counted.
    assert snapshots.counted(APRIL, rows).as_json() == content.figures
    older = replace(content, rows=rows).as_bytes()
    execute("SET CONSTRAINTS ALL IMMEDIATE", "ALTER TABLE reports_seal DISABLE TRIGGER append_only")
    Seal.objects.update(content=older, sha256=snapshots.digest_of(older))
    assert verifying.verify(APRIL).faults == ()


def test_orm_is_refused_too(finding, coordinator):
    in_may = FindingFactory(assistant=finding.assistant, place=finding.place, found_at=local(2021, 5, 3))
    sealed(APRIL, coordinator)

    def save():
        finding.with_needle = 6
        finding.save()

    def move_in():
        Finding.objects.filter(pk=in_may.pk).update(found_at=local(2021, 4, 30, 23))

    attempts = [
        lambda: FindingFactory(assistant=finding.assistant, place=finding.place),
        lambda: Finding.objects.bulk_create([FindingFactory.build(assistant=finding.assistant, place=finding.place)]),
        save,
        move_in,
        lambda: Finding.objects.filter(pk=finding.pk).update(note="x"),
        lambda: Finding.objects.filter(pk=finding.pk).delete(),
        lambda: photo_of(finding),
        lambda: ShiftFactory(assistant=finding.assistant, start=local(2021, 3, 31, 20)),
        lambda: Shift.objects.filter(end__gt=local(2021, 5, 1, 0)).delete(),
        lambda: MonthlySummary.objects.store(count(APRIL), inputs="", by=None),
    ]
    for attempt in attempts:
        with pytest.raises((IntegrityError, ProtectedError)), transaction.atomic():
            attempt()
    # The months beside it stay open.
    FindingFactory(assistant=finding.assistant, place=finding.place, found_at=local(2021, 5, 1, 0))
    FindingFactory(assistant=finding.assistant, place=finding.place, found_at=APRIL.start - timedelta(microseconds=1))
    ShiftFactory(assistant=finding.assistant, start=local(2021, 3, 31, 16))


def test_what_was_sealed_and_done_only_grows(finding, coordinator):
    sealed(APRIL, coordinator)

    for table in guards.APPEND_ONLY:
        for sql in ("UPDATE {} SET month = month", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
            with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
                execute("SET CONSTRAINTS ALL IMMEDIATE", sql.format(table))


def test_no_switch_of_the_session_opens_a_sealed_month(finding, coordinator):
    sealed(APRIL, coordinator)

    for switch in (
        "SET LOCAL session_replication_role = replica",
        "SET LOCAL pgtrigger.ignore = '{findings_finding:sealed_month_update}'",
        "CREATE TEMPORARY TABLE reports_seal (month date) ON COMMIT DROP",
        "CREATE TEMPORARY TABLE reports_monthcorrection AS SELECT date '2021-04-01' AS month, txid_current() AS transaction",  # noqa: E501
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="is sealed"), transaction.atomic():
            execute(switch, "UPDATE findings_finding SET note = 'x'")


def execute(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_every_table_with_records_is_guarded_or_says_why_not(db):
    """A new table of findings or patrols must be decided about, and the database must have what the list says."""
    tables = {
        model._meta.db_table
        for app in ("findings", "patrols")
        for model in apps.get_app_config(app).get_models()
        if not issubclass(model, pghistory.models.Event)
    }
    assert tables <= guards.GUARDED.keys() | guards.UNGUARDED.keys()
    assert guards.missing() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'reports\\_guard\\_%'")
        bodies = dict(cursor.fetchall())
    assert set(bodies) == {f"reports_guard_{table}" for table in guards.GUARDED}
    for table in guards.GUARDED:
        assert bodies[f"reports_guard_{table}"].strip() in guards.guard(table)


def test_missing_guard_is_noticed(db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE findings_finding DISABLE TRIGGER sealed_month_update")
        cursor.execute("DROP TRIGGER append_only ON reports_seal")

    assert guards.missing() == [("findings_finding", "sealed_month_update"), ("reports_seal", "append_only")]


# --- Corrections -----------------------------------------------------------------------------------------------------


def one_more(finding):
    return lambda: Finding.objects.filter(pk=finding.pk).update(with_needle=6)


def test_correction_seals_the_next_version_and_says_what_changed(finding, coordinator):
    first = sealed(APRIL, coordinator)
    first_bytes = bytes(first.content)

    (second,) = sealing.correct([APRIL], one_more(finding), by=coordinator, now=after(APRIL), reason="Přepočteno.")

    assert second.version == 2
    content = Content.from_bytes(bytes(second.content))
    assert (content.previous, content.reason) == (first.sha256, "Přepočteno.")
    assert content.difference["records"] == [
        {
            "table": "findings_finding",
            "id": str(finding.pk),
            "change": "changed",
            "columns": {"pieces": [5, 6], "with_needle": [5, 6]},
        }
    ]
    totals = [change for change in content.difference["figures"] if not change["breakdown"]]
    assert [(change["figure"], change["before"], change["after"]) for change in totals] == [
        ("pieces", 5, 6),
        ("with_needle", 5, 6),
        ("held", 5, 6),
    ]
    assert MonthlySummary.objects.get().value.totals["pieces"] == 6
    assert MonthlySummary.objects.get().sha256 == second.figures_sha256
    assert bytes(Seal.objects.get(version=1).content) == first_bytes
    assert ClosingStep.objects.last().reason == "Přepočteno."
    # With the new version the month is closed again, to this very transaction too.
    assert refused("UPDATE findings_finding SET note = 'x'")


def test_preview_leaves_no_trace_and_names_what_it_saw(finding, coordinator):
    sealed(APRIL, coordinator)
    options = {"by": coordinator, "now": after(APRIL), "reason": REASON}

    (content,), seen = sealing.previewed([APRIL], one_more(finding), **options)

    assert content.version == 2
    assert Seal.objects.count() == 1
    assert MonthCorrection.objects.count() == 0
    assert Finding.objects.get().with_needle == 5

    def two_more():
        Finding.objects.filter(pk=finding.pk).update(with_needle=7)

    with pytest.raises(Refused, match="mezitím"):
        sealing.correct([APRIL], two_more, seen=seen, **options)
    assert Finding.objects.get().with_needle == 5
    sealing.correct([APRIL], one_more(finding), seen=seen, **options)
    assert Finding.objects.get().with_needle == 6


def test_correction_that_changes_nothing_is_refused(finding, coordinator):
    sealed(APRIL, coordinator)

    with pytest.raises(Refused, match="nic nemění"):
        sealing.correct([APRIL], lambda: None, by=coordinator, now=after(APRIL), reason=REASON)
    with pytest.raises(Refused, match="důvod"):
        sealing.correct([APRIL], one_more(finding), by=coordinator, now=after(APRIL), reason="  ")
    with pytest.raises(Refused, match="není uzavřený"):
        sealing.correct([APRIL.next], one_more(finding), by=coordinator, now=after(APRIL), reason=REASON)
    assert Seal.objects.count() == 1


def test_correction_of_one_month_opens_no_other(finding, coordinator):
    march = APRIL.previous
    FindingFactory(assistant=finding.assistant, place=finding.place, found_at=local(2021, 3, 3))
    sealed(march, coordinator)
    sealed(APRIL, coordinator)
    options = {"by": coordinator, "now": after(APRIL), "reason": REASON}

    def into_march():
        Finding.objects.filter(pk=finding.pk).update(found_at=local(2021, 3, 4))

    with pytest.raises(IntegrityError), transaction.atomic():
        sealing.correct([APRIL], into_march, **options)
    seals = sealing.correct([APRIL, march], into_march, **options)

    assert [str(seal) for seal in seals] == ["2021-03, verze 2", "2021-04, verze 2"]


def test_correction_without_a_next_version_cannot_be_committed(finding, coordinator):
    sealed(APRIL, coordinator)

    MonthCorrection.objects.open_for(APRIL, by=coordinator, reason=REASON)
    one_more(finding)()
    with pytest.raises(IntegrityError, match="seals no next version"), transaction.atomic():
        execute("SET CONSTRAINTS ALL IMMEDIATE")
    transaction.set_rollback(True)


def test_number_of_another_transaction_opens_nothing(finding, coordinator):
    """What is written into a correction as its transaction is not believed."""
    sealed(APRIL, coordinator)
    correction = MonthCorrection(month=APRIL.first_day, by=coordinator, reason=REASON, transaction=1)
    with transaction.atomic():
        correction.save()
        correction.refresh_from_db()
        with connection.cursor() as cursor:
            cursor.execute("SELECT txid_current()")
            assert correction.transaction == cursor.fetchone()[0]
        transaction.set_rollback(True)


# --- Two connections -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_nothing_slips_between_the_snapshot_and_the_guard(finding, coordinator):
    """A record that is being written when the month is sealed is in the seal; one that comes meanwhile is refused."""
    seen = approved(APRIL).sha256
    early = connection.copy()
    try:
        early.set_autocommit(False)
        with early.cursor() as cursor:
            cursor.execute("UPDATE findings_finding SET note = 'včas'")
        sealing_thread = in_thread(lambda: sealing.seal(APRIL, by=coordinator, now=after(APRIL), seen=seen))
        wait_until(somebody_waits_for_the_month, "the seal to wait for the writer")
        waiting = in_thread(late_write)
        early.commit()
        assert isinstance(waiting.result(timeout=20), IntegrityError)
        sealed_row = Content.from_bytes(bytes(sealing_thread.result(timeout=20).content)).rows["findings_finding"][0]
        assert sealed_row["note"] == "včas"
    finally:
        early.close()


def late_write():
    with pytest.raises(IntegrityError) as refusal:
        execute("UPDATE findings_finding SET note = 'pozdě'")
    return refusal.value


def somebody_waits_for_the_month():
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory')")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_who_cannot_see_the_seal_cannot_write(finding, coordinator):
    """A transaction that looks at the past would not know of a seal laid meanwhile, so it writes nothing at all."""
    elsewhere = connection.copy()
    try:
        with elsewhere.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT count(*) FROM findings_finding")
            sealed(APRIL, coordinator)
            with pytest.raises(NotSupportedError):
                cursor.execute("UPDATE findings_finding SET note = 'pozdě'")
    finally:
        elsewhere.close()
    assert Finding.objects.get().note == ""


# --- What people are told --------------------------------------------------------------------------------------------


def test_plan_says_why_a_shift_of_a_sealed_month_stays(finding, coordinator, mentor):
    sealed(APRIL, coordinator)
    shift = Shift.objects.latest("start")
    values = {"locality": shift.locality, "start": shift.start, "end": shift.end - timedelta(hours=1)}

    with pytest.raises(ShiftError, match=r"Měsíc duben.2021 je uzavřený"):
        shift.change(by=mentor.user, seen=shift.revision, **values)
    with pytest.raises(ShiftError, match=r"Měsíc duben.2021 je uzavřený"):
        Shift.objects.latest("start").remove(by=mentor.user, seen=shift.revision)


def test_unexpected_refusal_ends_as_a_page_with_its_sentence(finding, coordinator, rf):
    sealed(APRIL, coordinator)
    request = rf.post("/")
    request.user = coordinator
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        one_more(finding)()

    answer = sealed_month.SealedMonthMiddleware(lambda request: None).process_exception(request, refusal.value)

    assert answer.status_code == 409
    assert "může opravit koordinátor ze stránky nálezu" in answer.content.decode()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Shift.objects.update(note="x")
    assert "Tento záznam už opravit nejde." in sealed_month.sentence(refusal.value)
    assert "Měsíc duben\N{NO-BREAK SPACE}2021 je uzavřený a jeho záznamy se už nemění." in answer.content.decode()


def test_sealed_month_is_not_built_anew(finding, coordinator):
    seal = sealed(APRIL, coordinator)

    with pytest.raises(Refused, match="uzavřený"):
        Job.objects.request(APRIL, by=coordinator)
    # One that had been asked for meanwhile ends without touching what was sealed.
    job = Job.objects.create(month=APRIL.first_day)
    assert job.claim()
    job.finish(replace(count(APRIL), city="Jinde"), "")
    assert job.state == Job.State.DONE
    assert MonthlySummary.objects.get().sha256 == seal.figures_sha256
