"""Findings and shifts of earlier years from a table: every bad row named with its reason, then all rows or none.

A record's key is made of what it says (or of its number in the source), so the same file read twice adds nothing.
"""

import math
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from apk import czech
from apk.calendar import ImpossibleTimeError, Month, instant, local_date
from apk.forms import FIRST_DAY, LAST_DAY
from apk.localities.boundaries import Boundaries, Known, boundaries, edition
from apk.localities.geometry import Bounds
from apk.localities.models import Locality
from apk.people.models import Assistant, Employment, User
from apk.plain_text import readable
from apk.refusal import Refused
from apk.searching import fold
from findings.intake import MAX_COUNT, MAX_NOTE
from findings.models import Finding, Place, PlaceKind, PositionSource, ReviewState, Source
from findings.places import place_for
from patrols.models import Announcement, Shift
from patrols.models.shifts import LONGEST
from reports import sealing
from reports.models import RecordImport
from reports.tables_in import Cell, Column, Line, lines

# What keys of imported findings are made in; another value would make other records of the same rows.
NAMESPACE: Final = uuid.UUID("6f1d3a52-0c0f-5e0e-9d5b-3a1d6c1f7a10")
FAULTS_SHOWN: Final = 200

NUMBER, PERSON, NOTE = "Číslo záznamu", "Osobní číslo asistenta", "Poznámka"
DAY, CLOCK = "Datum", "Čas"
LATITUDE, LONGITUDE, PLACE = "Zeměpisná šířka", "Zeměpisná délka", "Místo nálezu"
KIND, SOURCE, CHILDREN = "Druh místa", "Zdroj", "Dostupné dětem"
COUNTS = {
    "S jehlou": "with_needle",
    "Bez jehly": "without_needle",
    "Samostatné jehly": "needles",
    "Jiné pomůcky": "paraphernalia",
}
LOCALITY, STARTS_ON, STARTS_AT, ENDS_ON, ENDS_AT = "Lokalita", "Den začátku", "Začátek", "Den konce", "Konec"

FINDING_COLUMNS = (
    Column(DAY, True, "den nálezu, například 5. 4. 2019"),
    Column(CLOCK, True, "čas nálezu, například 8:05"),
    Column(PERSON, True, "osobní číslo asistenta, který nález zapsal; musí být v registru asistentů"),
    Column(LATITUDE, False, "stupně WGS84, například 49,845; může chybět, je-li vyplněné známé místo nálezu"),
    Column(LONGITUDE, False, "stupně WGS84, například 18,277"),
    Column(PLACE, False, "název místa nálezu; známé místo se použije, nové se tak pojmenuje"),
    Column(KIND, False, f"jedno z: {', '.join(PlaceKind.labels)}; když chybí, Jiné"),
    Column(SOURCE, False, f"jedno z: {', '.join(Source.labels)}; když chybí, Vlastní zjištění"),
    Column("S jehlou", False, "stříkačky s jehlou, celé číslo"),
    Column("Bez jehly", False, "stříkačky bez jehly, celé číslo"),
    Column("Samostatné jehly", False, "celé číslo"),
    Column("Jiné pomůcky", False, "celé číslo; do kusů se nepočítá"),
    Column(CHILDREN, False, "ano nebo ne"),
    Column(NOTE, False, "bez osobních údajů"),
    Column(NUMBER, False, "číslo záznamu v původní evidenci; podle něj se pozná, že už byl načtený"),
)
SHIFT_COLUMNS = (
    Column(PERSON, True, "osobní číslo asistenta; musí být v registru asistentů a v ten den zaměstnaný"),
    Column(LOCALITY, True, "název lokality tak, jak je v registru lokalit"),
    Column(STARTS_ON, True, "například 5. 4. 2019"),
    Column(STARTS_AT, True, "například 8:00"),
    Column(ENDS_ON, False, "když chybí, týž den, nebo u směny přes půlnoc následující"),
    Column(ENDS_AT, True, "například 16:00"),
    Column(NOTE, False, "nejvýš 100 znaků"),
)


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be taken: the number of the row, the column ("" for the whole row), a Czech sentence."""

    row: int
    column: str
    text: str


class Wrong(Refused):
    """One cell of a row makes no sense."""

    def __init__(self, column: str, text: str) -> None:
        super().__init__(text)
        self.column = column


@dataclass
class Plan:
    """What reading a file would do: how many rows it has, how many are known already, what is wrong, what is new.

    `new` are (number of the row, unsaved record); nothing may be written while there are faults.
    """

    rows: int = 0
    known: int = 0
    faults: list[Fault] = field(default_factory=list)
    new: list[tuple[int, Any]] = field(default_factory=list)


# --- What a file may say ---------------------------------------------------------------------------------------------


def day_of(line: Line, column: str) -> date:
    day = written_day(line, column)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Wrong(column, f"Datum musí ležet v letech {FIRST_DAY.year} až {LAST_DAY.year}.")
    return day


def written_day(line: Line, column: str) -> date:
    match line.cells.get(column):
        case datetime() as moment:
            return moment.date()
        case date() as day:
            return day
        case str() as text:
            for form in ("%d.%m.%Y", "%Y-%m-%d"):
                try:
                    return datetime.strptime("".join(text.split()), form).date()  # noqa: DTZ007  # a day has no zone
                except ValueError:
                    continue
    raise Wrong(column, "Datum napište ve tvaru 5. 4. 2019.")


def clock_of(line: Line, column: str) -> time:
    match line.cells.get(column):
        case datetime() as moment:
            return moment.time()
        case time() as clock:
            return clock
        case str() as text:
            for form in ("%H:%M", "%H:%M:%S", "%H.%M"):
                try:
                    return datetime.strptime(text, form).time()  # noqa: DTZ007  # a clock has no zone
                except ValueError:
                    continue
    raise Wrong(column, "Čas napište ve tvaru 8:05.")


def moment_of(line: Line, day: date, clock: time, column: str) -> datetime:
    try:
        return instant(day, clock)
    except ImpossibleTimeError as error:
        raise Wrong(column, str(error)) from error


def count_of(line: Line, column: str) -> int:
    value = line.cells.get(column, 0)
    number = number_of(value)
    if number is None or number != int(number) or not 0 <= number <= MAX_COUNT:
        raise Wrong(column, f"Má tu být celé číslo od 0 do {MAX_COUNT}.")
    return int(number)


def number_of(value: Cell) -> float | None:
    """The number in a cell; None when there is none, and for infinity and what else nobody can count with."""
    if isinstance(value, bool):
        return None
    text = str(value).replace("\u00a0", "").replace(" ", "").replace(",", ".")
    try:
        number = float(value if isinstance(value, int | float) else text)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def degrees_of(line: Line, column: str) -> float:
    number = number_of(line.cells.get(column))
    if number is None or not -180 <= number <= 180:
        raise Wrong(column, "Napište stupně jako desetinné číslo, například 49,845.")
    return round(number, 6)


Option = TypeVar("Option")


def option_of(line: Line, column: str, options: Mapping[str, Option], default: Option) -> Option:
    text = line.cells.get(column)
    if text is None:
        return default
    if (chosen := options.get(fold(str(text)))) is None:
        raise Wrong(column, f"Hodnotu „{str(text)[:40]}“ neznáme.")
    return chosen


YES_NO: Final[Mapping[str, str]] = {"ano": "ano", "ne": "ne", "true": "ano", "false": "ne", "1": "ano", "0": "ne"}
PLACE_KINDS = {fold(label): value for value, label in PlaceKind.choices}
SOURCES = {fold(label): value for value, label in Source.choices}


def text_of(line: Line, column: str, longest: int) -> str:
    text = readable(str(line.cells.get(column, "")))
    if len(text) > longest:
        raise Wrong(column, f"Text je delší než {longest} znaků.")
    return text


# --- What the registers say ------------------------------------------------------------------------------------------


class Registers:
    """People, localities and sealed months, read once for a whole file."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.bounds = Bounds(*settings.CITY_BOUNDS)
        self.people = {row.user.personal_number: row for row in Assistant.objects.select_related("user")}
        self.employments: dict[int, list[tuple[date, date | None]]] = {}
        for assistant, starts, ends in Employment.objects.values_list("assistant", "starts", "ends"):
            self.employments.setdefault(assistant, []).append((starts, ends))
        self.localities = {fold(locality.name): locality for locality in Locality.objects.all()}
        self.places: dict[str, list[Place]] = {}
        for place in Place.objects.all():
            self.places.setdefault(fold(place.name), []).append(place)
        now_named = Locality.objects.annotate(named=edition()).values_list("named", flat=True).first()
        self.boundaries: Boundaries = boundaries(now_named or "")
        self._sealed: dict[Month, bool] = {}

    def person(self, line: Line, *days: date) -> Assistant:
        """The assistant of a row, employed on `days`."""
        value = line.cells.get(PERSON)
        number = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value or "").strip()
        person = self.people.get(number.upper())
        if person is None:
            raise Wrong(PERSON, f"Asistent s osobním číslem „{number[:20]}“ v registru není. Nejdřív ho tam založte.")
        for day in days:
            periods = self.employments.get(person.pk, [])
            if not any(starts <= day and (ends is None or day <= ends) for starts, ends in periods):
                raise Wrong(PERSON, f"{person} nemá na den {czech.day(day)} platné zaměstnání.")
        return person

    def refuse_sealed(self, column: str, *months: Month) -> None:
        for month in months:
            if month not in self._sealed:
                self._sealed[month] = sealing.is_sealed(month)
            if self._sealed[month]:
                raise Wrong(column, sealing.SEALED.format(czech.month(month.first_day)))

    def refuse_future(self, column: str, moment: datetime) -> None:
        if moment > self.now:
            raise Wrong(column, "Záznam je v budoucnosti. Načíst lze jen to, co už se stalo.")


# --- Findings --------------------------------------------------------------------------------------------------------


def finding_of(line: Line, registers: Registers, file_name: str) -> Finding:
    """The finding of a row, without its place and shift, which are settled when it is written."""
    day = day_of(line, DAY)
    found_at = moment_of(line, day, clock_of(line, CLOCK), CLOCK)
    registers.refuse_future(DAY, found_at)
    registers.refuse_sealed(DAY, Month.of(found_at))
    person = registers.person(line, day)
    latitude, longitude = position_of(line, registers)
    if not registers.bounds.hold(longitude, latitude):
        raise Wrong(LATITUDE, "Poloha je mimo město.")
    counts = {name: count_of(line, column) for column, name in COUNTS.items()}
    if not counts["with_needle"] + counts["without_needle"] + counts["needles"]:
        raise Wrong("S jehlou", "Zadejte aspoň jeden kus.")
    locality = registers.boundaries.holding(latitude, longitude, day)
    number = text_of(line, NUMBER, 60)
    facts = (found_at.astimezone(UTC).isoformat(), person.user.personal_number, latitude, longitude)
    natural = f"number|{number}" if number else "|".join(map(str, facts))
    return Finding(
        id=uuid.uuid5(NAMESPACE, natural),
        found_at=found_at,
        assistant=person,
        locality_id=locality.id if locality else None,
        latitude=latitude,
        longitude=longitude,
        position_source=PositionSource.MAP,
        place_kind=option_of(line, KIND, PLACE_KINDS, PlaceKind.OTHER.value),
        source=option_of(line, SOURCE, SOURCES, Source.OWN.value),
        child_accessible=option_of(line, CHILDREN, YES_NO, "ne") == "ano",
        note=with_origin(text_of(line, NOTE, MAX_NOTE), file_name, line.number),
        # Who brought the file has looked at its rows; nobody is to review years of them one by one.
        review=ReviewState.CONFIRMED,
        **counts,
    )


def position_of(line: Line, registers: Registers) -> tuple[float, float]:
    """The position of a row, or that of the known place it names."""
    if LATITUDE in line.cells or LONGITUDE in line.cells:
        return degrees_of(line, LATITUDE), degrees_of(line, LONGITUDE)
    name = str(line.cells.get(PLACE, ""))
    places = registers.places.get(fold(name), []) if name else []
    if len(places) != 1:
        raise Wrong(LATITUDE, "Chybí poloha. Vyplňte ji, nebo napište přesný název známého místa nálezu.")
    return round(places[0].latitude, 6), round(places[0].longitude, 6)


def with_origin(note: str, file_name: str, row: int) -> str:
    """The note with where the record came from."""
    origin = f"Načteno ze souboru {file_name[:80]}, řádek {row}."
    return f"{note}\n{origin}" if note else origin


SAME_FINDING = ("found_at", "assistant_id", "latitude", "longitude", "place_kind", "source", "child_accessible",
                *COUNTS.values())  # fmt: skip


def plan_findings(file_name: str, rows: Sequence[Line], registers: Registers) -> Plan:
    plan = planned(rows, lambda line: finding_of(line, registers, file_name), key=lambda finding: finding.pk)
    stored = Finding.objects.in_bulk([finding.pk for _, finding in plan.new])
    sift(plan, lambda finding: stored.get(finding.pk), SAME_FINDING)
    return plan


def write_findings(plan: Plan, rows: Sequence[Line], registers: Registers) -> None:
    """Writes the findings of a plan, each with its shift and its place; a new place gets the name that the row has."""
    names = {line.number: str(line.cells.get(PLACE, "")).strip() for line in rows}
    last = Place.objects.aggregate(last=Max("pk"))["last"] or 0
    for number, finding in plan.new:
        shifts = Shift.objects.at(finding.found_at).filter(assistant=finding.assistant)
        finding.shift_id = shifts.order_by().values_list("pk", flat=True).first()
        named = registers.places.get(fold(names[number]), []) if names[number] else []
        finding.place_id = place_for(
            finding.latitude,
            finding.longitude,
            locality=known_locality(finding, registers),
            kind=PlaceKind(finding.place_kind),
            named=named[0].pk if len(named) == 1 else None,
        )
        if names[number] and finding.place_id > last:
            last = finding.place_id
            place = Place.objects.get(pk=finding.place_id)
            place.name = names[number][:120]
            place.save()
    Finding.objects.bulk_create([finding for _, finding in plan.new])


def known_locality(finding: Finding, registers: Registers) -> Known | None:
    return registers.boundaries.holding(finding.latitude, finding.longitude, local_date(finding.found_at))


# --- Shifts ----------------------------------------------------------------------------------------------------------


def shift_of(line: Line, registers: Registers, file_name: str) -> Shift:
    day, begins, ends = day_of(line, STARTS_ON), clock_of(line, STARTS_AT), clock_of(line, ENDS_AT)
    last = day_of(line, ENDS_ON) if ENDS_ON in line.cells else day + timedelta(days=ends <= begins)
    start, end = moment_of(line, day, begins, STARTS_AT), moment_of(line, last, ends, ENDS_AT)
    if not timedelta(0) < end - start <= LONGEST:
        raise Wrong(ENDS_AT, "Směna musí skončit po svém začátku a trvat nejvýš 24 hodin.")
    registers.refuse_future(ENDS_AT, end)
    touched = local_date(end - timedelta(microseconds=1))
    registers.refuse_sealed(STARTS_ON, Month.of(start), Month.of(touched))
    person = registers.person(line, day, touched)
    name = str(line.cells.get(LOCALITY, ""))
    locality = registers.localities.get(fold(name))
    if locality is None:
        raise Wrong(LOCALITY, f"Lokalitu „{name[:60]}“ v registru nemáme.")
    if locality.opened_on > day or (locality.closed_on is not None and day > locality.closed_on):
        raise Wrong(LOCALITY, f"Lokalita {locality} se dne {czech.day(day)} neobchází.")
    note = with_origin(text_of(line, NOTE, 100), file_name[:40], line.number).replace("\n", " ")
    return Shift(assistant=person, locality=locality, start=start, end=end, note=note[:200])


SAME_SHIFT = ("locality_id", "end")


def plan_shifts(file_name: str, rows: Sequence[Line], registers: Registers) -> Plan:
    plan = planned(
        rows, lambda line: shift_of(line, registers, file_name), key=lambda shift: (shift.assistant_id, shift.start)
    )
    wanted = [shift for _, shift in plan.new]
    if not wanted:
        return plan
    period = min(shift.start for shift in wanted), max(shift.end for shift in wanted)
    around: dict[int, list[Shift]] = {}
    people = {shift.assistant_id for shift in wanted}
    for stored in Shift.objects.overlapping(*period).filter(assistant__in=people).select_related("locality"):
        around.setdefault(stored.assistant_id, []).append(stored)
    same = {(stored.assistant_id, stored.start): stored for shifts in around.values() for stored in shifts}
    sift(plan, lambda shift: same.get((shift.assistant_id, shift.start)), SAME_SHIFT)
    free = []
    for number, shift in plan.new:
        other = next(
            (o for o in around.get(shift.assistant_id, []) if o.start < shift.end and shift.start < o.end), None
        )
        if other is None:
            free.append((number, shift))
            around.setdefault(shift.assistant_id, []).append(shift)
        else:
            plan.faults.append(Fault(number, STARTS_AT, f"Asistent má v tu dobu jinou směnu: {other.summary}."))
    plan.new = free
    return plan


def write_shifts(plan: Plan, rows: Sequence[Line], registers: Registers) -> None:
    Announcement.objects.note_worked(Shift.objects.bulk_create([shift for _, shift in plan.new]))


# --- All rows or none ------------------------------------------------------------------------------------------------


def planned(rows: Sequence[Line], made: Callable[[Line], Any], *, key: Callable[[Any], object]) -> Plan:
    """Makes a record of each row; the second of two rows that are one record is a fault."""
    plan = Plan(rows=len(rows))
    seen: dict[object, int] = {}
    for line in rows:
        try:
            record = made(line)
        except Wrong as wrong:
            plan.faults.append(Fault(line.number, wrong.column, str(wrong)))
            continue
        earlier = seen.setdefault(key(record), line.number)
        if earlier != line.number:
            plan.faults.append(Fault(line.number, "", f"Týž záznam je už na řádku {earlier}."))
        else:
            plan.new.append((line.number, record))
    return plan


def sift(plan: Plan, stored: Callable[[Any], Any], same: Sequence[str]) -> None:
    """Leaves out records that are stored already; one stored with other values is a fault."""
    fresh = []
    for number, record in plan.new:
        before = stored(record)
        if before is None:
            fresh.append((number, record))
        elif all(getattr(before, name) == getattr(record, name) for name in same):
            plan.known += 1
        else:
            plan.faults.append(Fault(number, "", f"V evidenci už je s jinými hodnotami: {before}."))
    plan.new = fresh


@dataclass(frozen=True)
class Kind:
    """A kind of table that can be read: its name in addresses, what it is called, its columns."""

    slug: str
    name: str
    columns: tuple[Column, ...]
    plan: Callable[[str, Sequence[Line], Registers], Plan]
    write: Callable[[Plan, Sequence[Line], Registers], None]


KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind("nalezy", "Nálezy", FINDING_COLUMNS, plan_findings, write_findings),
        Kind("smeny", "Směny", SHIFT_COLUMNS, plan_shifts, write_shifts),
    )
}


def dry_run(kind: Kind, file_name: str, content: bytes, *, now: datetime) -> Plan:
    """What reading the file would do; nothing is written. Raises Refused when it is not a table of this kind."""
    return kind.plan(file_name, lines(file_name, content, kind.columns), Registers(now))


@transaction.atomic
def read(brought: RecordImport, *, by: User, now: datetime) -> int:
    """Writes every new record of a file, or none; how many there were.

    Raises Refused when the file was read already, when it has bad rows, and when somebody was faster.
    """
    held = RecordImport.objects.select_for_update(of=("self",)).get(pk=brought.pk)
    if held.read_at is not None:
        raise Refused("Tento soubor už je načtený.")
    kind = KINDS[held.kind]
    rows, registers = lines(held.file_name, bytes(held.content), kind.columns), Registers(now)
    plan = kind.plan(held.file_name, rows, registers)
    if plan.faults:
        raise Refused("Soubor má chybné řádky, nic se nenačetlo. Opravte je a nahrajte soubor znovu.")
    try:
        with transaction.atomic():
            kind.write(plan, rows, registers)
    except IntegrityError as error:
        raise Refused("Záznamy mezitím někdo změnil, nic se nenačetlo. Zkontrolujte soubor znovu.") from error
    held.read_at, held.read_by, held.added = now, by, len(plan.new)
    held.save(update_fields=["read_at", "read_by", "added"])
    return held.added


def explained(kind: Kind) -> Iterator[tuple[str, str, str]]:
    """What each column of the template means."""
    for column in kind.columns:
        yield column.name, "povinný" if column.is_needed else "nepovinný", column.meaning
