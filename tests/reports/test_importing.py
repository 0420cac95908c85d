"""Records of earlier years from tables: every bad row is said, all or nothing, the same file twice adds nothing."""

import contextlib
import io
import re
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apk.calendar import Month
from apk.refusal import Refused
from findings.models import Finding
from patrols.models import Shift
from reports import importing, sealing
from reports.importing import KINDS, NAMESPACE
from reports.models import RecordImport
from reports.tables_in import MAX_ROWS, Line, lines
from tests.factories import AssistantFactory, FindingFactory, LocalityFactory, PlaceFactory, ShiftFactory, local

NOW = datetime(2022, 1, 1, tzinfo=UTC)
HEAD = "Datum;Čas;Osobní číslo asistenta;Zeměpisná šířka;Zeměpisná délka;S jehlou;Druh místa;Dostupné dětem\n"


@pytest.fixture
def person(db):
    return AssistantFactory(user__personal_number="77", employed__starts=date(2018, 1, 1))


def plan_of(kind, text, name="stare.csv"):
    return importing.dry_run(KINDS[kind], name, text.encode(), now=NOW)


def brought(kind, text, by):
    return RecordImport.objects.keep(kind, "stare.csv", text.encode(), by=by)


def faults(plan):
    return [(fault.row, fault.column, fault.text) for fault in plan.faults]


def test_findings_are_read_once_however_often_the_file_comes(person, coordinator):
    locality = LocalityFactory()
    place = PlaceFactory(locality=locality, latitude=49.8, longitude=18.2)
    shift = ShiftFactory(assistant=person, start=local(2019, 4, 5, 8), locality=locality)
    text = HEAD + "5. 4. 2019;8:05;77;49,80001;18,20001;3;Park;ano\n2019-04-06;10:00;77;49,85;18,30;2;;\n"

    assert importing.read(brought("nalezy", text, coordinator), by=coordinator, now=NOW) == 2
    again = plan_of("nalezy", text)

    assert (again.rows, again.known, again.new, again.faults) == (2, 2, [], [])
    assert importing.read(brought("nalezy", text, coordinator), by=coordinator, now=NOW) == 0
    first, second = Finding.objects.order_by("found_at")
    assert (first.found_at, first.assistant, first.place, first.shift) == (
        local(2019, 4, 5, 8, 5),
        person,
        place,
        shift,
    )
    assert (first.with_needle, first.place_kind, first.child_accessible) == (3, "park", True)
    assert first.note == "Načteno ze souboru stare.csv, řádek 2."
    assert first.id.version == 5
    assert second.place != place
    assert str(NAMESPACE) == "6f1d3a52-0c0f-5e0e-9d5b-3a1d6c1f7a10"


def test_every_bad_row_is_said_with_its_reason_and_nothing_is_written(person, coordinator):
    good = "5. 4. 2019;8:05;77;49,8;18,2;3;Park;ano\n"
    bad = {
        "32. 4. 2019;8:05;77;49,8;18,2;3;;": ("Datum", "Datum napište ve tvaru 5. 4. 2019."),
        "5. 4. 2019;25:00;77;49,8;18,2;3;;": ("Čas", "Čas napište ve tvaru 8:05."),
        "31. 3. 2019;2:30;77;49,8;18,2;3;;": ("Čas", "neexistuje: hodiny se v noci posouvají"),
        "5. 4. 2019;8:05;99;49,8;18,2;3;;": ("Osobní číslo asistenta", "„99“ v registru není"),
        "5. 4. 2017;8:05;77;49,8;18,2;3;;": ("Osobní číslo asistenta", "platné zaměstnání"),
        "5. 4. 2019;8:06;77;50,8;18,2;3;;": ("Zeměpisná šířka", "Poloha je mimo město."),
        "5. 4. 2019;8:06;77;;;3;;": ("Zeměpisná šířka", "Chybí poloha."),
        "5. 4. 2019;8:06;77;49,8;18,2;0;;": ("S jehlou", "Zadejte aspoň jeden kus."),
        "5. 4. 2019;8:06;77;49,8;18,2;1,5;;": ("S jehlou", "celé číslo od 0 do 999"),
        "5. 4. 2019;8:06;77;49,8;18,2;3;Les;": ("Druh místa", "Hodnotu „Les“ neznáme."),
        "5. 4. 2019;8:06;77;49,8;18,2;inf;;": ("S jehlou", "celé číslo od 0 do 999"),
        "5. 4. 2019;8:06;77;49,8;18,2;1e400;;": ("S jehlou", "celé číslo od 0 do 999"),
        "5. 4. 2019;8:06;77;49,8;18,2;nan;;": ("S jehlou", "celé číslo od 0 do 999"),
        "5. 4. 2019;8:06;77;nan;18,2;3;;": ("Zeměpisná šířka", "Napište stupně"),
        "1. 1. 0001;0:00;77;49,8;18,2;3;;": ("Datum", "Datum musí ležet v letech 2000 až 2099."),
        "31. 12. 9999;23:59;77;49,8;18,2;3;;": ("Datum", "Datum musí ležet v letech 2000 až 2099."),
        "5. 4. 2023;8:06;77;49,8;18,2;3;;": ("Datum", "Záznam je v budoucnosti."),
        "5. 4. 2019;8:05;77;49,8;18,2;9;;": ("", "Týž záznam je už na řádku 2."),
    }
    text = HEAD + good + "\n".join(bad) + "\n"

    plan = plan_of("nalezy", text)

    found = {fault.row: (fault.column, fault.text) for fault in plan.faults}
    for row, (column, reason) in enumerate(bad.values(), start=3):
        assert found[row][0] == column
        assert reason in found[row][1]
    assert len(plan.faults) == len(bad)
    with pytest.raises(Refused, match="nic se nenačetlo"):
        importing.read(brought("nalezy", text, coordinator), by=coordinator, now=NOW)
    assert not Finding.objects.exists()


def test_same_number_with_other_values_is_a_fault(person, coordinator):
    head, row = HEAD.strip() + ";Číslo záznamu\n", "5. 4. 2019;8:05;77;49,8;18,2;{};;;MP-1\n"
    importing.read(brought("nalezy", head + row.format(3), coordinator), by=coordinator, now=NOW)

    (fault,) = plan_of("nalezy", head + row.format(4)).faults

    assert "V evidenci už je s jinými hodnotami" in fault.text


def test_known_place_gives_the_position_and_a_new_one_gets_its_name(person, coordinator):
    place = PlaceFactory(name="Za garážemi", latitude=49.81, longitude=18.21)
    head = HEAD.strip() + ";Místo nálezu\n"
    text = head + "5. 4. 2019;8:05;77;;;3;;;za garazemi\n5. 4. 2019;9:05;77;49,88;18,3;3;;;U splavu\n"

    importing.read(brought("nalezy", text, coordinator), by=coordinator, now=NOW)

    known, new = Finding.objects.order_by("found_at")
    assert (known.place, known.latitude, known.longitude) == (place, 49.81, 18.21)
    assert new.place.name == "U splavu"


def test_sealed_month_is_refused_with_a_sentence(person, monkeypatch):
    monkeypatch.setattr(sealing, "is_sealed", lambda month: month == Month(2019, 4))
    text = HEAD + "5. 4. 2019;8:05;77;49,8;18,2;3;;\n5. 5. 2019;8:05;77;49,8;18,2;3;;\n"

    plan = plan_of("nalezy", text)

    (fault,) = plan.faults
    assert (fault.row, fault.column) == (2, "Datum")
    assert fault.text.replace("\u00a0", " ") == "Měsíc duben 2019 je uzavřený, měnit ho lze jen opravou."
    assert len(plan.new) == 1


def test_shifts_are_read_once_and_overlaps_are_said(person, coordinator):
    locality = LocalityFactory(name="Jílová")
    head = "Osobní číslo asistenta;Lokalita;Den začátku;Začátek;Konec\n"
    text = head + "77;jilova;5. 4. 2019;22:00;6:00\n77;Jílová;7. 4. 2019;8:00;16:00\n"

    assert importing.read(brought("smeny", text, coordinator), by=coordinator, now=NOW) == 2
    assert plan_of("smeny", text).known == 2
    shifts = Shift.objects.filter(assistant=person, locality=locality).order_by("start")
    assert [(shift.start, shift.end) for shift in shifts] == [
        (local(2019, 4, 5, 22), local(2019, 4, 6, 6)),
        (local(2019, 4, 7, 8), local(2019, 4, 7, 16)),
    ]
    # Worked shifts count: they are no drafts.
    assert list(shifts.announced()) == list(shifts)
    assert shifts[0].note == "Načteno ze souboru stare.csv, řádek 2."
    book = openpyxl.Workbook()
    for row in [
        head.strip().split(";"),
        [77, "Jílová", date(2019, 4, 5), "22:00", "6:00"],
        [77, "Jílová", date(2019, 4, 9), "8:00", "16:00"],
    ]:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    from_workbook = importing.dry_run(KINDS["smeny"], "smeny.xlsx", written.getvalue(), now=NOW)
    assert (from_workbook.known, len(from_workbook.new), from_workbook.faults) == (1, 1, [])
    clash = head + "77;Jílová;6. 4. 2019;5:00;9:00\n77;Nikde;8. 4. 2019;8:00;9:00\n77;Jílová;7. 4. 2019;8:00;15:00\n"
    said = faults(plan_of("smeny", clash))
    assert [(row, column) for row, column, _ in sorted(said)] == [(2, "Začátek"), (3, "Lokalita"), (4, "")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "je prázdný"),
        (b"Datum;Barva\n1;2\n", "Sloupec „Barva“ neznáme"),
        (b"Datum\n5. 4. 2019\n", "chybí sloupec „Čas“"),
        ("Datum;Datum;Čas;Osobní číslo asistenta\n1;2;3;4\n".encode(), "je v souboru víckrát"),
        (HEAD.encode(), "žádné řádky s daty"),
        (b"PK\x03\x04 no workbook", "Soubor XLSX nejde přečíst"),
        (b"a\0b", "není tabulka"),
        (HEAD.encode() + b"1;1;1;1;1;1;1;1\n" * (MAX_ROWS + 1), f"víc než {MAX_ROWS} řádků"),
        (b"x" * (2 * 1024 * 1024 + 1), "větší než 2 MB"),
    ],
)
def test_file_that_is_no_such_table_is_refused_with_a_sentence(content, reason):
    with pytest.raises(Refused, match=reason):
        lines("soubor", content, KINDS["nalezy"].columns)


def workbook_of(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


ROW = (date(2019, 4, 5), "8:05", 77, 49.8, 18.2, 3, "Park", "ano")


def damaged(content):
    """The workbook with its packed sheet overwritten: a good archive around data that cannot be unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (sheet,) = (entry for entry in archive.infolist() if entry.filename.endswith("sheet1.xml"))
    begins = sheet.header_offset + 30 + len(sheet.filename)
    return content[:begins] + b"\xff" * sheet.compress_size + content[begins + sheet.compress_size :]


def encrypted(content):
    """The workbook with the flag of encryption on every file of the archive."""
    changed = bytearray(content)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(signature), content):
            changed[found.start() + flags] |= 1
    return bytes(changed)


@pytest.mark.parametrize("spoilt", [damaged, encrypted])
def test_spoilt_workbook_is_refused_with_a_sentence(spoilt):
    content = workbook_of(HEAD.strip().split(";"), ROW)
    assert len(lines("a.xlsx", content, KINDS["nalezy"].columns)) == 1

    with pytest.raises(Refused, match="Soubor XLSX nejde přečíst"):
        lines("a.xlsx", spoilt(content), KINDS["nalezy"].columns)


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_workbook_with_any_bytes_changed_is_read_or_refused():
    whole = workbook_of(HEAD.strip().split(";"), ROW)
    change = st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255))

    @settings(deadline=None, max_examples=60)
    @given(changes=st.lists(change, min_size=1, max_size=8), cut=st.integers(0, 400))
    def spoil(changes, cut):
        content = bytearray(whole)
        for place, byte in changes:
            content[place] = byte
        with contextlib.suppress(Refused):
            lines("a.xlsx", bytes(content[: len(whole) - cut]), KINDS["nalezy"].columns)

    spoil()


CELLS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.sampled_from(["inf", "nan", "1e400", "9" * 400, "-0", "1. 1. 0001", "31. 12. 9999", "24:00", "2:30", 10**400,
                     "31. 3. 2019", "5. 4. 2019", "8:05", "77", "ano", "Park", 49.8, 18.2]),
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_row_of_anything_is_taken_or_said_to_be_wrong(person, kind):
    LocalityFactory(name="Park")
    registers = importing.Registers(NOW)
    good = {"Datum": "5. 4. 2019", "Čas": "8:05", "Osobní číslo asistenta": "77", "Zeměpisná šířka": 49.8,
            "Zeměpisná délka": 18.2, "S jehlou": 3, "Lokalita": "Park", "Den začátku": "5. 4. 2019", "Začátek": "8:00",
            "Konec": "16:00"}  # fmt: skip
    names = [column.name for column in kind.columns]
    usual = {name: value for name, value in good.items() if name in names}

    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(cells=st.dictionaries(st.sampled_from(names), CELLS, max_size=5))
    @example(cells={"S jehlou": float("inf")})
    @example(cells={"S jehlou": "nan"})
    @example(cells={"S jehlou": 10**400})
    @example(cells={"Datum": "1. 1. 0001", "Čas": "0:00"})
    @example(cells={"Den začátku": "1. 1. 0001", "Začátek": "0:00"})
    @example(cells={"Den začátku": "31. 12. 9999"})
    def plan(cells):
        row = {name: cell for name, cell in (usual | cells).items() if cell not in (None, "")}
        planned = kind.plan("stare.xlsx", [Line(2, row)], registers)
        assert len(planned.faults) + len(planned.new) == planned.rows == 1

    plan()


def test_czech_file_of_an_older_spreadsheet_is_read():
    (line,) = lines("stare.csv", "Datum;ČAS;Osobní číslo asistenta\n5. 4. 2019;8:05;'77\n".encode("cp1250"),
                    KINDS["nalezy"].columns)  # fmt: skip

    assert line.cells == {"Datum": "5. 4. 2019", "Čas": "8:05", "Osobní číslo asistenta": "77"}


def test_template_filled_in_is_read(person, coordinator, client_of):
    client = client_of(coordinator)
    file = client.get(reverse("reports:import-template-export", args=["nalezy"]))
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    sheet = book["Nálezy"]
    filled = {"Datum": date(2019, 4, 5), "Čas": "8:05", "Osobní číslo asistenta": 77, "Zeměpisná šířka": 49.8,
              "Zeměpisná délka": 18.2, "S jehlou": 3}  # fmt: skip
    sheet.append([filled.get(cell.value) for cell in sheet[1]])
    written = io.BytesIO()
    book.save(written)

    sent = client.post(
        reverse("reports:imports"),
        {"kind": "nalezy", "file": SimpleUploadedFile("nálezy 2019.xlsx", written.getvalue())},
    )
    page = client.get(sent["Location"]).content.decode()
    assert "Načíst 1" in page.replace("\u00a0", " ")
    assert not Finding.objects.exists()
    done = client.post(f"{sent['Location']}nacist/", follow=True)

    assert "Načteno: 1 záznam." in done.content.decode().replace("\u00a0", " ")
    assert Finding.objects.get().with_needle == 3
    assert client.post(f"{sent['Location']}nacist/").status_code == 422
    assert Finding.objects.count() == 1
    assert "nálezy 2019.xlsx" in client.get(reverse("reports:imports")).content.decode()
    history = client.get(reverse("audit:history", args=["reports.recordimport", RecordImport.objects.get().pk]))
    assert "<dd><del>" in history.content.decode().replace('<span class="visually-hidden">bylo </span>', "")
    assert "Načteno" in history.content.decode()


def test_page_names_bad_rows_and_offers_nothing_to_press(person, coordinator, client_of):
    FindingFactory()
    client = client_of(coordinator)
    file = SimpleUploadedFile("a.csv", (HEAD + "5. 4. 2019;8:05;<b>;49,8;18,2;3;;\n").encode())

    sent = client.post(reverse("reports:imports"), {"kind": "nalezy", "file": file})
    page = client.get(sent["Location"]).content.decode()

    assert "Asistent s osobním číslem „&lt;B&gt;“" in page or "„&lt;b&gt;“ v registru není" in page
    assert "nacist" not in page
    assert client.post(f"{sent['Location']}nacist/").status_code == 422
    assert client.post(reverse("reports:imports"), {"kind": "nalezy"}).status_code == 422
