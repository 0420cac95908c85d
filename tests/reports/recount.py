"""A month counted once more by plain SQL, and what each document says of it, in one shape so that they can be compared.

Nothing here asks `reports` how anything is counted, called or written: headings, columns and rules stand here anew, in
the words that a reader sees. A cell is (table, row, column); the month's totals stand in the table "Celkem".
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import czech_sort
import docx
import lxml.html
import openpyxl
import pypdf
from django.db import connection
from docx.table import Table
from docx.text.paragraph import Paragraph

from findings.models import PlaceKind

Cell = tuple[str, str, str]
Cells = dict[Cell, Decimal]

FOUND = ("Nálezy", "Kusů", "S jehlou", "Bez jehly", "Jehly", "Jiné pomůcky", "Míst", "Dostupné dětem")
SERVED = ("Hodin", "Asistentů")
DONE = ("Činností", "Kontaktů", "Dětí", "Pomoc", "Hlídek")
TABLES = {
    "Podle lokalit": (*FOUND, *SERVED),
    "Podle městských obvodů": (*FOUND, *SERVED),
    "Podle druhu místa": FOUND,
    "Podle asistentů": (*FOUND, "Hodin", "Odslouženo", "Činností"),
    "Podle dnů": FOUND,
    "Činnosti podle druhu": DONE,
    "Činnosti podle lokalit": DONE,
    "Zapsané počty": ("Počet",),
    "Pomoc podle organizací": ("Pomoc",),
    "Pomoc podle důvodu": ("Pomoc",),
    "Přivolané hlídky podle druhu": ("Hlídek",),
    "Školení podle druhu": ("Školení", "Lidí"),
}
FIRST_COLUMNS = {
    "Ukazatele": "Ukazatel Hodnota",
    "Podle lokalit": "Lokalita",
    "Podle městských obvodů": "Městský obvod",
    "Podle druhu místa": "Druh místa",
    "Činnosti podle druhu": "Druh činnosti",
    "Činnosti podle lokalit": "Lokalita",
    "Zapsané počty": "Co se počítalo",
    "Pomoc podle organizací": "Organizace",
    "Pomoc podle důvodu": "Důvod",
    "Přivolané hlídky podle druhu": "K čemu",
    "Školení podle druhu": "Druh školení",
    "Místa nálezů": "Místo Lokalita",
}
"""How the tables of a paper begin under their headings."""

# What the total of a column is called in full.
IN_FULL = {
    "Nálezy": "Nálezy",
    "Kusů": "Nalezené kusy celkem",
    "S jehlou": "Stříkačky s jehlou",
    "Bez jehly": "Stříkačky bez jehly",
    "Jehly": "Samostatné jehly",
    "Jiné pomůcky": "Jiné pomůcky",
    "Míst": "Místa s nálezem",
    "Dostupné dětem": "Nálezy dostupné dětem",
    "Předáno": "Z nich předáno k likvidaci do konce měsíce",
    "V držení": "Z nich na konci měsíce v držení",
    "Podle dokladů": "Předáno v měsíci podle dokladů",
    "Hodin": "Hodiny ve službě podle plánu",
    "Asistentů": "Asistenti ve službě",
    "Odslouženo": "Hodiny odsloužené podle docházky",
    "Činností": "Činnosti",
    "Kontaktů": "Kontakty s občany",
    "Dětí": "Děti a mládež",
    "Pomoc": "Zprostředkovaná pomoc",
    "Hlídek": "Přivolané hlídky",
    "Počet": "Zapsané počty dohromady",
    "Školení": "Absolvovaná školení",
    "Lidí": "Proškolení lidé",
}
SHORT = {full: short for short, full in IN_FULL.items()}
TIMES = {"Hodin", "Odslouženo", IN_FULL["Hodin"], IN_FULL["Odslouženo"]}
TOTALS, PLACES = "Celkem", "Místa nálezů"
TOTAL = "Celkem"
OUTSIDE, WITHOUT = "Mimo lokality", "Bez lokality"
# Tables in which a record without a value is in none of the rows.
OPTIONAL = {"Pomoc podle organizací", "Pomoc podle důvodu", "Přivolané hlídky podle druhu", "Školení podle druhu"}

OF_FINDINGS = """
    SELECT {key}, count(*) AS "Nálezy", sum(with_needle + without_needle + needles) AS "Kusů",
           sum(with_needle) AS "S jehlou", sum(without_needle) AS "Bez jehly", sum(needles) AS "Jehly",
           sum(paraphernalia) AS "Jiné pomůcky", count(DISTINCT place_id) AS "Míst",
           count(*) FILTER (WHERE child_accessible) AS "Dostupné dětem"
      FROM findings_finding AS record
 LEFT JOIN localities_locality AS locality ON locality.id = record.locality_id
 LEFT JOIN localities_district AS district ON district.id = locality.district_id
      JOIN people_assistant AS assistant ON assistant.id = record.assistant_id
      JOIN people_user AS person ON person.id = assistant.user_id
      JOIN findings_place AS place ON place.id = record.place_id
     WHERE record.withdrawn_at IS NULL AND to_char(found_at AT TIME ZONE 'Europe/Prague', 'YYYY-MM') = ANY(%(months)s)
  GROUP BY 1
"""
# The time of a shift inside the months, of shifts that somebody was told of.
OF_SHIFTS = """
      WITH month AS (
    SELECT (name || '-01')::timestamp AT TIME ZONE 'Europe/Prague' AS lower,
           ((name || '-01')::timestamp + interval '1 month') AT TIME ZONE 'Europe/Prague' AS upper
      FROM unnest(%(months)s::text[]) AS name
)
    SELECT {key}, sum(extract(epoch FROM least("end", upper) - greatest(start, lower))) AS "Hodin",
           count(DISTINCT record.assistant_id) AS "Asistentů"
      FROM patrols_shift AS record
      JOIN month ON tstzrange(start, "end") && tstzrange(lower, upper)
      JOIN localities_locality AS locality ON locality.id = record.locality_id
      JOIN localities_district AS district ON district.id = locality.district_id
      JOIN people_assistant AS assistant ON assistant.id = record.assistant_id
      JOIN people_user AS person ON person.id = assistant.user_id
     WHERE record.id IN (SELECT shift_id FROM patrols_announcement)
  GROUP BY 1
"""
OF_ACTIVITIES = """
    SELECT {key}, count(*) AS "Činností", count(organisation_id) AS "Pomoc", count(called_patrol_id) AS "Hlídek",
           coalesce(sum((SELECT sum(number) FROM patrols_activitycount AS counted, patrols_counter AS counter
                          WHERE activity_id = record.id AND counter.id = counter_id AND measure = 'contacts')), 0)
               AS "Kontaktů",
           coalesce(sum((SELECT sum(number) FROM patrols_activitycount AS counted, patrols_counter AS counter
                          WHERE activity_id = record.id AND counter.id = counter_id AND measure = 'children')), 0)
               AS "Dětí"
      FROM patrols_activity AS record
      JOIN patrols_activitykind AS kind ON kind.id = record.kind_id
 LEFT JOIN localities_locality AS locality ON locality.id = record.locality_id
 LEFT JOIN patrols_organisation AS organisation ON organisation.id = record.organisation_id
 LEFT JOIN patrols_referralreason AS reason ON reason.id = record.reason_id
 LEFT JOIN patrols_calledpatrol AS called ON called.id = record.called_patrol_id
      JOIN people_assistant AS assistant ON assistant.id = record.assistant_id
      JOIN people_user AS person ON person.id = assistant.user_id
     WHERE record.withdrawn_at IS NULL AND to_char(at AT TIME ZONE 'Europe/Prague', 'YYYY-MM') = ANY(%(months)s)
  GROUP BY 1
"""
OF_NUMBERS = """
    SELECT {key}, sum(number) AS "Počet"
      FROM patrols_activity AS record
      JOIN patrols_activitycount AS numbers ON numbers.activity_id = record.id
      JOIN patrols_counter AS counter ON counter.id = numbers.counter_id
     WHERE withdrawn_at IS NULL AND to_char(at AT TIME ZONE 'Europe/Prague', 'YYYY-MM') = ANY(%(months)s)
  GROUP BY 1
"""
OF_TRAININGS = """
    SELECT {key}, count(*) AS "Školení", count(DISTINCT assistant_id) AS "Lidí"
      FROM patrols_training AS record
      JOIN patrols_trainingkind AS kind ON kind.id = record.kind_id
     WHERE withdrawn_at IS NULL AND to_char(held_on, 'YYYY-MM') = ANY(%(months)s)
  GROUP BY 1
"""
# Each start with the next event that ends what it began: another start, an end, or sixteen hours. What lies between
# is served when an end came, less every break from its first beginning to its end.
OF_ATTENDANCE = """
WITH month AS (
    SELECT (name || '-01')::timestamp AT TIME ZONE 'Europe/Prague' AS lower,
           ((name || '-01')::timestamp + interval '1 month') AT TIME ZONE 'Europe/Prague' AS upper
      FROM unnest(%(months)s::text[]) AS name
), event AS MATERIALIZED (
    SELECT assistant_id, event, at, row_number() OVER (PARTITION BY assistant_id ORDER BY at, id) AS place
      FROM patrols_attendance AS event
     WHERE withdrawn_at IS NULL AND EXISTS (
         SELECT FROM month WHERE at > lower - interval '2 days' AND at < upper + interval '2 days'
     )
), duty AS MATERIALIZED (
    SELECT start.assistant_id, start.place AS first, start.at AS began, closing.place AS last, closing.at AS ended
      FROM event AS start
      JOIN LATERAL (
          SELECT place, at, event FROM event AS later
           WHERE later.assistant_id = start.assistant_id AND later.place > start.place
             AND later.event IN ('start', 'end')
           ORDER BY place LIMIT 1
      ) AS closing ON closing.event = 'end' AND closing.at < start.at + interval '16 hours'
     WHERE start.event = 'start'
), pause AS (
    SELECT duty.assistant_id, duty.first, event.at AS began, coalesce(back.at, duty.ended) AS ended
      FROM duty
      JOIN event ON event.assistant_id = duty.assistant_id AND event.place > duty.first AND event.place < duty.last
                AND event.event = 'break-start'
 LEFT JOIN LATERAL (
          SELECT at FROM event AS later
           WHERE later.assistant_id = duty.assistant_id AND later.place > event.place AND later.place < duty.last
             AND later.event = 'break-end'
           ORDER BY place LIMIT 1
      ) AS back ON true
     WHERE coalesce((
          SELECT earlier.event FROM event AS earlier
           WHERE earlier.assistant_id = duty.assistant_id AND earlier.place < event.place AND earlier.place > duty.first
           ORDER BY place DESC LIMIT 1
      ), '') <> 'break-start'
)
  SELECT {key}, extract(epoch FROM sum(time))::bigint AS "Odslouženo"
    FROM (
      SELECT assistant_id, greatest(least(ended, upper) - greatest(began, lower), interval '0') AS time FROM duty, month
       UNION ALL
      SELECT assistant_id, -greatest(least(ended, upper) - greatest(began, lower), interval '0') FROM pause, month
    ) AS record
    JOIN people_assistant AS assistant ON assistant.id = record.assistant_id
    JOIN people_user AS person ON person.id = assistant.user_id
GROUP BY 1
  HAVING sum(time) > interval '0'
"""
OF_SHARPS = """
      WITH gone AS (
    SELECT deposit.finding_id, handed.handed_on
      FROM findings_deposit AS deposit
      JOIN findings_handedbox AS handed ON handed.box_id = deposit.box_id AND handed.stands
)
    SELECT '', sum(pieces) FILTER (WHERE is_gone) AS "Předáno", sum(pieces) FILTER (WHERE NOT is_gone) AS "V držení"
      FROM (
        SELECT with_needle + without_needle + needles AS pieces,
               EXISTS (
                   SELECT FROM gone
                    WHERE finding_id = record.id AND to_char(handed_on, 'YYYY-MM') <= to_char(local, 'YYYY-MM')
               ) AS is_gone
          FROM findings_finding AS record, LATERAL (SELECT found_at AT TIME ZONE 'Europe/Prague' AS local) AS here
         WHERE withdrawn_at IS NULL AND to_char(local, 'YYYY-MM') = ANY(%(months)s)
      ) AS found
"""
OF_HANDOVERS = """
    SELECT '', sum(pieces) AS "Podle dokladů" FROM findings_handedbox
     WHERE stands AND to_char(handed_on, 'YYYY-MM') = ANY(%(months)s)
"""
PERSON = "person.first_name || ' ' || person.last_name"
KEYS: dict[str, dict[str, str]] = {
    "Podle lokalit": {OF_FINDINGS: "locality.name", OF_SHIFTS: "locality.name"},
    "Podle městských obvodů": {OF_FINDINGS: "district.name", OF_SHIFTS: "district.name"},
    "Podle druhu místa": {OF_FINDINGS: "record.place_kind"},
    "Podle asistentů": dict.fromkeys((OF_FINDINGS, OF_SHIFTS, OF_ACTIVITIES, OF_ATTENDANCE), PERSON),
    "Podle dnů": {OF_FINDINGS: "(found_at AT TIME ZONE 'Europe/Prague')::date"},
    "Činnosti podle druhu": {OF_ACTIVITIES: "kind.name"},
    "Činnosti podle lokalit": {OF_ACTIVITIES: "locality.name"},
    "Zapsané počty": {OF_NUMBERS: "counter.name"},
    "Pomoc podle organizací": {OF_ACTIVITIES: "organisation.name"},
    "Pomoc podle důvodu": {OF_ACTIVITIES: "reason.name"},
    "Přivolané hlídky podle druhu": {OF_ACTIVITIES: "called.name"},
    "Školení podle druhu": {OF_TRAININGS: "kind.name"},
}
NO_KEY = {"Podle lokalit": OUTSIDE, "Podle městských obvodů": OUTSIDE, "Činnosti podle lokalit": WITHOUT}
ALL = (OF_FINDINGS, OF_SHIFTS, OF_ACTIVITIES, OF_NUMBERS, OF_TRAININGS, OF_ATTENDANCE)
PLACES_SQL = """
    SELECT place.name, coalesce(locality.name, ''), place.latitude, place.longitude, count(*),
           sum(with_needle + without_needle + needles)
      FROM findings_finding AS record
      JOIN findings_place AS place ON place.id = record.place_id
 LEFT JOIN localities_locality AS locality ON locality.id = place.locality_id
     WHERE record.withdrawn_at IS NULL AND to_char(found_at AT TIME ZONE 'Europe/Prague', 'YYYY-MM') = %s
  GROUP BY place.id, place.name, locality.name, place.latitude, place.longitude
"""
HOUSES_SQL = """
    SELECT name FROM localities_locality
     WHERE kind = 'lodging-house' AND id IN (
        SELECT locality_id FROM findings_finding
         WHERE withdrawn_at IS NULL AND to_char(found_at AT TIME ZONE 'Europe/Prague', 'YYYY-MM') = %(month)s
         UNION
        SELECT place.locality_id FROM findings_finding AS record JOIN findings_place AS place ON place.id = place_id
         WHERE withdrawn_at IS NULL AND to_char(found_at AT TIME ZONE 'Europe/Prague', 'YYYY-MM') = %(month)s
         UNION
        SELECT locality_id FROM patrols_activity
         WHERE withdrawn_at IS NULL AND to_char(at AT TIME ZONE 'Europe/Prague', 'YYYY-MM') = %(month)s
         UNION
        SELECT locality_id FROM patrols_shift
         WHERE id IN (SELECT shift_id FROM patrols_announcement)
           AND tstzrange(start, "end") && tstzrange(
               (%(month)s || '-01')::timestamp AT TIME ZONE 'Europe/Prague',
               ((%(month)s || '-01')::timestamp + interval '1 month') AT TIME ZONE 'Europe/Prague')
     )
"""


def asked(query: str, parameters: object) -> tuple[list[str], list[tuple]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [column.name for column in cursor.description], cursor.fetchall()


def by_key(query: str, key: str, months: Sequence[str]) -> dict[object, dict[str, Decimal]]:
    names, rows = asked(query.replace("{key}", key), {"months": list(months)})
    return {row[0]: dict(zip(names[1:], (Decimal(value or 0) for value in row[1:]), strict=True)) for row in rows}


def totals(months: Sequence[str]) -> dict[str, Decimal]:
    """The figures of the months together by their short names; time in seconds."""
    found = dict.fromkeys(IN_FULL, Decimal(0))
    for query in ALL:
        found |= by_key(query, "''", months).get("", {})
    # A sum over everybody, of whom the query above kept those with time only.
    found["Odslouženo"] = sum(
        (values["Odslouženo"] for values in by_key(OF_ATTENDANCE, PERSON, months).values()), Decimal(0)
    )
    for query in (OF_SHARPS, OF_HANDOVERS):
        found |= by_key(query, "", months).get("", {})
    return found


def again(month: str) -> Cells:
    """Every figure of the month „2021-04": totals, tables with their totals, places. Time is in seconds."""
    of_month = totals([month])
    cells = {(TOTALS, "", full): of_month[short] for short, full in IN_FULL.items()}
    for table, columns in TABLES.items():
        rows: dict[str, dict[str, Decimal]] = {}
        for query, key in KEYS[table].items():
            for name, values in by_key(query, key, [month]).items():
                if name is None and table not in NO_KEY:
                    assert table in OPTIONAL
                    continue
                label = (
                    NO_KEY[table] if name is None else PlaceKind(name).label if table == "Podle druhu místa" else name
                )
                rows.setdefault(str(label), {}).update(values)
        if table == "Podle dnů":
            month_of = "SELECT generate_series(%s::date, %s::date + interval '1 month - 1 day', '1 day')::date"
            days = [day for (day,) in asked(month_of, [f"{month}-01", f"{month}-01"])[1]]
            rows = {str(day): rows.get(str(day), {}) for day in days}
        for label, values in rows.items():
            cells |= {(table, label, column): values.get(column, Decimal(0)) for column in columns}
        cells |= {(table, TOTAL, column): of_month[column] for column in columns}
    for name, locality, latitude, longitude, events, pieces in asked(PLACES_SQL, [month])[1]:
        row = f"{name} | {locality}"
        degrees = {"Zeměpisná šířka": latitude, "Zeměpisná délka": longitude}
        cells |= {(PLACES, row, column): round(Decimal(value), 6) for column, value in degrees.items()}
        cells |= {(PLACES, row, "Nálezy"): Decimal(events), (PLACES, row, "Kusů"): Decimal(pieces)}
    cells |= {(PLACES, TOTAL, column): of_month[column] for column in ("Nálezy", "Kusů")}
    return cells


def houses(month: str) -> list[str]:
    """The lodging houses of which something of the month speaks, in Czech order."""
    return sorted((name for (name,) in asked(HOUSES_SQL, {"month": month})[1]), key=czech_sort.key)


# --- What of it a document says --------------------------------------------------------------------------------------


def rows_of(cells: Mapping[Cell, Decimal], table: str) -> list[str]:
    return list(dict.fromkeys(row for name, row, _ in cells if name == table and row != TOTAL))


def shown(cells: Mapping[Cell, Decimal]) -> Cells:
    """As people are shown it: time in hours with one decimal."""
    return {
        cell: (value / 3600).quantize(Decimal("0.1"), ROUND_HALF_UP) if cell[2] in TIMES else value
        for cell, value in cells.items()
    }


def without(cells: Mapping[Cell, Decimal], *, tables: Iterable[str] = (), columns: Iterable[str] = ()) -> Cells:
    return {cell: value for cell, value in cells.items() if cell[0] not in tables and cell[2] not in columns}


def without_empty_tables(cells: Mapping[Cell, Decimal]) -> Cells:
    return without(cells, tables=[table for table in (*TABLES, PLACES) if not rows_of(cells, table)])


def without_table_totals(cells: Mapping[Cell, Decimal]) -> Cells:
    return {cell: value for cell, value in cells.items() if cell[1] != TOTAL}


DEGREES = ("Zeměpisná šířka", "Zeměpisná délka")


def for_others(cells: Cells, month: str) -> Cells:
    """What a paper that leaves the house says: no names of people and of lodging houses, places with fewer than three
    findings together."""
    hidden = {name: f"Ubytovna {number}" for number, name in enumerate(houses(month), start=1)}
    pattern = re.compile("|".join(map(re.escape, sorted(hidden, key=len, reverse=True))) or "$^", re.IGNORECASE)
    folded = {name.casefold(): house for name, house in hidden.items()}

    def unnamed(text: str) -> str:
        return pattern.sub(lambda match: folded[match[0].casefold()], text)

    kept = without(cells, tables=["Podle asistentů", "Podle dnů", PLACES])
    kept = {
        (table, unnamed(row) if table in {"Podle lokalit", "Činnosti podle lokalit"} else row, column): value
        for (table, row, column), value in kept.items()
    }
    few: dict[str, list[str]] = {}
    order: dict[str, int] = {}
    for row in sorted(rows_of(cells, PLACES), key=lambda row: czech_sort.key(row.split(" | ")[0])):
        name, locality = row.split(" | ")
        house = hidden.get(locality)
        order[house or ""] = order.get(house or "", 0) + 1
        if cells[PLACES, row, "Nálezy"] < 3:
            few.setdefault(house or locality, []).append(row)
            continue
        label = f"{house}, místo {order[house]} | {house}" if house else f"{unnamed(name)} | {locality or OUTSIDE}"
        kept |= {(PLACES, label, column): cells[PLACES, row, column] for column in ("Nálezy", "Kusů")}
    for where, rows in few.items():
        label = f"Místa s méně než 3 nálezy ({len(rows)}) | {where or OUTSIDE}"
        kept |= {
            (PLACES, label, column): sum((cells[PLACES, row, column] for row in rows), Decimal(0))
            for column in ("Nálezy", "Kusů")
        }
    kept |= {(PLACES, TOTAL, column): cells[PLACES, TOTAL, column] for column in ("Nálezy", "Kusů")}
    kept[PLACES, TOTAL, "Míst"] = cells[TOTALS, "", IN_FULL["Míst"]]
    return without_empty_tables(kept)


# --- What the documents say ------------------------------------------------------------------------------------------


def number(text: str) -> Decimal:
    """„1 234,5 hodiny" is 1234.5."""
    found = re.match(r"−?[\d\s]*\d(,\d+)?", text.strip())
    assert found, text
    return Decimal(re.sub(r"\s", "", found[0]).replace(",", ".").replace("−", "-"))


def plain(text: str) -> str:
    return " ".join(text.replace("\u200b", "").split())


def table_cells(heading: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Cells:
    """The cells of a table with a header as people read it; the first column names a row, of places the first two."""
    cells = {}
    for row in rows:
        label, first = (f"{row[0]} | {row[1]}", 2) if heading == PLACES else (row[0], 1)
        if row[0].startswith(TOTAL):
            label = TOTAL
            if heading == PLACES:
                cells[heading, TOTAL, "Míst"] = number(row[0].removeprefix(TOTAL))
        for column, text in zip(header[first:], row[first:], strict=True):
            if text and text != "–":
                assert (heading, label, column) not in cells
                cells[heading, label, column] = number(text)
    return cells


def of_workbook(content: bytes) -> Cells:
    """Every number of every sheet, time in seconds."""
    cells: Cells = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        header: Sequence[str] = ()
        for row in sheet.iter_rows():
            values = [cell.value for cell in row]
            if not any(isinstance(value, int | float) for value in values):
                if values[0] in {"Ukazatel", "Místo"} or (sheet.title in TABLES and not header):
                    header = values
                continue
            for column, cell in zip(header[1:], row[1:], strict=True):
                if isinstance(cell.value, int | float):
                    assert cell.data_type == "n"
                    where = (sheet.title, str(values[0]), column)
                    if sheet.title == "Přehled":
                        where = (TOTALS, "", values[0])
                    elif isinstance(values[0], datetime):
                        where = (sheet.title, str(values[0].date()), column)
                    elif sheet.title == PLACES and values[0] != TOTAL:
                        where = (sheet.title, f"{values[0]} | {values[1].replace('–', '')}", column)
                    assert where not in cells
                    is_time = where[2] in TIMES
                    cells[where] = Decimal(round(cell.value * 3600)) if is_time else Decimal(repr(cell.value))
    return cells


def of_csv(content: bytes) -> Cells:
    """Every number of the file, time in seconds."""
    cells: Cells = {}
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))[1:]
    localities = {row[1]: row[5] for row in rows if row[0] == PLACES and row[3] == "Lokalita"}
    for table, key, label, figure, _unit, value in rows:
        if table == "Přehled" or figure == "Lokalita":
            continue
        row, column = (key if table == "Podle dnů" else label), figure
        if table == PLACES:
            row = f"{label} | {localities[key]}"
        if table != TOTALS and figure not in DEGREES:
            column = SHORT[figure]
        assert (table, row, column) not in cells
        number_ = Decimal(value.replace(",", "."))
        cells[table, row, column] = round(number_ * 3600) * Decimal(1) if figure in TIMES else number_
    return cells


# What a program reads is called in English.
ENGLISH = {
    "events": "Nálezy",
    "pieces": "Kusů",
    "with_needle": "S jehlou",
    "without_needle": "Bez jehly",
    "needles": "Jehly",
    "paraphernalia": "Jiné pomůcky",
    "places": "Míst",
    "child_accessible_events": "Dostupné dětem",
    "handed_over": "Předáno",
    "held": "V držení",
    "delivered": "Podle dokladů",
    "patrol_seconds": "Hodin",
    "assistants": "Asistentů",
    "served_seconds": "Odslouženo",
    "activities": "Činností",
    "contacts": "Kontaktů",
    "children": "Dětí",
    "referrals": "Pomoc",
    "called_patrols": "Hlídek",
    "counted": "Počet",
    "trainings": "Školení",
    "trained": "Lidí",
}
ENGLISH_TABLES = dict(
    zip(
        (
            "locality", "district", "place_kind", "assistant", "day", "activity_kind", "activity_locality", "counter",
            "organisation", "reason", "called_patrol", "training_kind",
        ),
        TABLES,
        strict=True,
    )
)  # fmt: skip


def of_json(content: bytes) -> Cells:
    """Every figure of the file, time in seconds."""
    data = json.loads(content, parse_float=Decimal)
    cells = {(TOTALS, "", IN_FULL[ENGLISH[name]]): Decimal(value) for name, value in data["totals"].items()}
    for name, rows in data["breakdowns"].items():
        for row in rows:
            label = row["key"] if name == "day" else row["label"]
            cells |= {
                (ENGLISH_TABLES[name], label, ENGLISH[figure]): Decimal(value)
                for figure, value in row["values"].items()
            }
    for place in data["places"]:
        row = f"{place['label']} | {place['locality']}"
        columns = {"Nálezy": "events", "Kusů": "pieces", "Zeměpisná šířka": "latitude", "Zeměpisná délka": "longitude"}
        cells |= {(PLACES, row, column): Decimal(place[name]) for column, name in columns.items()}
    return cells


def of_word(content: bytes) -> Cells:
    """Every number of every table."""
    cells: Cells = {}
    heading = ""
    for part in docx.Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(part, Paragraph):
            heading = plain(part.text) if part.style.name == "Heading 1" else heading
        elif isinstance(part, Table):
            header, *rows = [[plain(cell.text) for cell in row.cells] for row in part.rows]
            if header == ["Ukazatel", "Hodnota"]:
                cells |= {(TOTALS, "", label): number(text) for label, text in rows}
            else:
                cells |= table_cells(heading, header, rows)
    return cells


def printed(content: bytes, expected: Mapping[Cell, Decimal]) -> tuple[Cells, str]:
    """What of the expected cells the pages of a PDF say, row by row under their headings, and the text that is left.

    A row is what it is expected to be only where its words and all its numbers stand together.
    """
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]
    text = plain(" ".join(pages))
    found: Cells = {}
    left = text
    names = {table for table, _, _ in expected}
    headings = {heading: f"{heading} {first} " for heading, first in FIRST_COLUMNS.items()}
    for heading, beginning in headings.items():
        if heading != "Ukazatele" and heading not in names:
            continue
        start = left.index(beginning) + len(beginning)
        ends = [left.find(other, start) for other in (*headings.values(), "Poznámky Kusy ")]
        following = min((end for end in ends if end > 0), default=len(left))
        section = left[start:following]
        table = TOTALS if heading == "Ukazatele" else heading
        rows: dict[str, dict[Cell, Decimal]] = {}
        for cell, value in expected.items():
            if cell[0] == table:
                rows.setdefault(cell[2] if table == TOTALS else cell[1], {})[cell] = value
        for row, cells in sorted(rows.items(), key=lambda item: -len(item[0])):
            words, numbered = re.escape(plain(row.replace(" | ", " "))), dict(cells)
            if (PLACES, TOTAL, "Míst") in numbered:
                words = rf"Celkem {re.escape(written(numbered.pop((PLACES, TOTAL, 'Míst')), ''))} míst\w*"
            numbers = " ".join(re.escape(written(value, cell[2])) for cell, value in numbered.items())
            if table == TOTALS:
                # Beside its unit a number has the decimals it needs.
                numbers = numbers.removesuffix(",0")
            match = re.search(rf"(?:^| ){words} {numbers}(?= |$)", section)
            if match:
                found |= cells
                section = section[: match.start()] + " " + section[match.end() :]
        left = f"{left[:start]} {section} {left[following:]}"
    return found, left


def written(value: Decimal, column: str) -> str:
    """As a Czech reader writes it, thousands parted by a space."""
    whole, _, decimals = (f"{value:.1f}" if column in TIMES else f"{value}").partition(".")
    return re.sub(r"(?<=\d)(?=(\d{3})+$)", " ", whole) + (f",{decimals}" if decimals else "")


def of_page(content: bytes) -> tuple[Cells, dict[str, Cells]]:
    """Every number of the tables of a month's page, and of what else shows numbers, by what it is."""
    main = lxml.html.fromstring(content.decode()).find(".//main")
    cells: Cells = {}
    others: dict[str, Cells] = {}
    for table in main.iter("table"):
        heading = plain(table.find("caption").text_content())
        header = [plain(cell.text_content()) for cell in table.findall("thead/tr/*")]
        rows = [[plain(cell.text_content()) for cell in row] for row in table.xpath("tbody/tr | tfoot/tr")]
        if heading in TABLES:
            if heading == "Podle dnů":
                rows = [[iso(row[0]), *row[1:]] if row[0] != TOTAL else row for row in rows]
            cells |= table_cells(heading, header, rows)
        elif heading.endswith("s nálezem"):
            # The total stands in two columns.
            *rows, total = [[row[0], row[1].replace("mimo lokality", ""), *row[2:]] for row in rows]
            cells |= table_cells(PLACES, header, rows)
            cells |= {(PLACES, TOTAL, column): number(text) for column, text in zip(FOUND, total[1:], strict=False)}
            others["počet míst"] = {("", "", ""): number(heading)}
        else:
            others[heading] = table_cells(heading, [f"{n} {label}" for n, label in enumerate(header)], rows)
    for term in main.xpath(".//section[@aria-labelledby='details-heading']//dt"):
        cells[TOTALS, "", plain(term.text_content())] = number(plain(term.getnext().text_content()))
    for figure in main.xpath(".//*[contains(@class, 'figure-label')]/.."):
        cells[TOTALS, "", plain(figure.xpath(".//span")[0].text_content())] = number(
            plain(figure.find(".//strong").text)
        )
    others["pruhy"] = {
        ("", plain(item.find("span").text), ""): number(plain(item.find("a").text_content()))
        for item in main.xpath(".//ul[@class='bars']/li")
    }
    others["sloupce"] = {
        ("", plain(title.text.rsplit(":", 1)[0]), ""): number(title.text.rsplit(":", 1)[1])
        for title in main.xpath(".//*[@aria-labelledby='by-day-title']//*[local-name()='rect']/*[local-name()='title']")
    }
    (marks,) = main.xpath(".//script[@id='map-data']/text()") or ["{}"]
    others["mapa"] = {("", mark["label"], ""): Decimal(mark["pieces"]) for mark in json.loads(marks).get("places", [])}
    return cells, others


def iso(day: str) -> str:
    """„čtvrtek 1. 4. 2021" is 2021-04-01."""
    number_, month, year = map(int, re.findall(r"\d+", day))
    return f"{year}-{month:02}-{number_:02}"
