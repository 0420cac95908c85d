"""Findings as files for spreadsheets and for maps: CSV, XLSX, GeoJSON, GeoPackage, all with the same columns.

Rows are read a thousand at a time, so that a file of a hundred thousand takes no more memory than one of a hundred.
"""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import shapely
from xlsxwriter import Workbook

from apk.calendar import LOCAL
from apk.csv_files import Cell
from apk.localities.geometry import to_sjtsk_all
from apk.refusal import Refused
from findings.models import Finding, FindingQuerySet

CHUNK: Final = 1000
# What a sheet of a workbook has room for, with its heading.
MOST_ROWS: Final = 1_048_575

# What stands where a value is missing, and how GDAL is given values of the kind.
BLANKS: Final[dict[type, tuple[Any, Any]]] = {
    str: ("", object),
    int: (0, np.int32),
    bool: (False, bool),
    float: (0.0, float),
}

LAYER, LAYER_WGS84 = "nalezy", "nalezy_wgs84"


@dataclass(frozen=True)
class Row:
    """A finding with its names loaded, and where it is in metres of EPSG:5514 (east, north: both negative)."""

    finding: Finding
    x: float
    y: float


@dataclass(frozen=True)
class Column:
    """A column: its heading for people, its name for programs, what kind of values it holds and which."""

    label: str
    name: str
    kind: type
    value: Callable[[Row], Cell]


def _of_finding(label: str, name: str, kind: type) -> Column:
    return Column(label, name, kind, lambda row: getattr(row.finding, name))


COLUMNS: Final = (
    Column("Číslo záznamu", "id", str, lambda row: str(row.finding.pk)),
    _of_finding("Nalezeno", "found_at", datetime),
    Column("Asistent", "assistant", str, lambda row: str(row.finding.assistant)),
    Column("Lokalita", "locality", str, lambda row: row.finding.locality.name if row.finding.locality else ""),
    Column(
        "Městský obvod", "district", str, lambda row: row.finding.locality.district.name if row.finding.locality else ""
    ),
    Column("Místo nálezu", "place", str, lambda row: row.finding.place.name),
    Column("Adresa", "address", str, lambda row: row.finding.place.address),
    Column("Druh místa", "place_kind", str, lambda row: row.finding.get_place_kind_display()),
    Column("Jak se o nálezu ví", "source", str, lambda row: row.finding.get_source_display()),
    _of_finding("S jehlou", "with_needle", int),
    _of_finding("Bez jehly", "without_needle", int),
    _of_finding("Samostatné jehly", "needles", int),
    _of_finding("Kusů", "pieces", int),
    _of_finding("Jiné pomůcky", "paraphernalia", int),
    _of_finding("Dostupné dětem", "child_accessible", bool),
    _of_finding("Zeměpisná šířka (WGS84)", "latitude", float),
    _of_finding("Zeměpisná délka (WGS84)", "longitude", float),
    _of_finding("Přesnost (m)", "accuracy_m", float),
    Column("Původ polohy", "position_source", str, lambda row: row.finding.get_position_source_display()),
    Column("X (S-JTSK)", "x_sjtsk", float, lambda row: round(row.x, 2)),
    Column("Y (S-JTSK)", "y_sjtsk", float, lambda row: round(row.y, 2)),
    _of_finding("Poznámka", "note", str),
    _of_finding("Přijato serverem", "recorded_at", datetime),
    _of_finding("Vzato zpět", "withdrawn_at", datetime),
    _of_finding("Důvod vzetí zpět", "withdrawal_reason", str),
)


def chunks(found: FindingQuerySet) -> Iterator[list[Row]]:
    """The findings in their order, at most CHUNK at a time, read from the database piece by piece."""
    named = found.select_related("place", "locality__district", "assistant__user").iterator(chunk_size=CHUNK)
    while some := list(islice(named, CHUNK)):
        yield located(some)


def located(findings: Sequence[Finding]) -> list[Row]:
    metres = to_sjtsk_all([finding.latitude for finding in findings], [finding.longitude for finding in findings])
    return [Row(finding, x, y) for finding, (x, y) in zip(findings, metres, strict=True)]


def cells(row: Row) -> list[Cell]:
    return [column.value(row) for column in COLUMNS]


# --- For spreadsheets ------------------------------------------------------------------------------------------------


def table(found: FindingQuerySet) -> Iterator[list[Cell]]:
    """The head and a row for each finding."""
    yield [column.label for column in COLUMNS]
    for some in chunks(found):
        yield from map(cells, some)


def write_workbook(found: FindingQuerySet, path: Path) -> None:
    """An XLSX file with one sheet; what people typed stays text. Raises Refused for more rows than a sheet holds."""
    count = found.count()
    if count > MOST_ROWS:
        raise Refused(f"Do jednoho listu XLSX se vejde nejvýš {MOST_ROWS} nálezů. Zužte filtr, nebo stáhněte CSV.")
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(str(path), {**plain, "constant_memory": True, "remove_timezone": True}) as workbook:
        head = workbook.add_format({"bold": True})
        moment = workbook.add_format({"num_format": r"d\.\ m\.\ yyyy\ h:mm"})
        sheet = workbook.add_worksheet("Nálezy")
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(COLUMNS):
            sheet.set_column(place, place, max(11, len(column.label) + 2))
            sheet.write_string(0, place, column.label, head)
        for number, row in enumerate(chain.from_iterable(chunks(found)), start=1):
            for place, value in enumerate(cells(row)):
                match value:
                    case bool():
                        sheet.write_string(number, place, "ano" if value else "ne")
                    case datetime():
                        sheet.write_datetime(number, place, value.astimezone(LOCAL), moment)
                    case _:
                        sheet.write(number, place, value)
        sheet.autofilter(0, 0, count, len(COLUMNS) - 1)


# --- For maps --------------------------------------------------------------------------------------------------------


def feature(row: Row, *, without: Collection[str] = ()) -> dict[str, Any]:
    """A finding as a GeoJSON Feature: its own position in WGS84, moments in ISO 8601 with the local offset.

    Columns named in `without` are left out.
    """
    properties = {
        column.name: _plain(column.value(row))
        for column in COLUMNS
        if column.name != "id" and column.name not in without
    }
    finding = row.finding
    return {
        "type": "Feature",
        "id": str(finding.pk),
        "geometry": {"type": "Point", "coordinates": [finding.longitude, finding.latitude]},
        "properties": properties,
    }


def _plain(value: Cell) -> Any:
    return value.astimezone(LOCAL).isoformat() if isinstance(value, datetime) else value


def geojson_file(found: FindingQuerySet) -> Iterator[bytes]:
    """A GeoJSON FeatureCollection (RFC 7946), a feature a line."""
    yield b'{"type":"FeatureCollection","features":['
    separator = "\n"
    for some in chunks(found):
        lines = (json.dumps(feature(row), ensure_ascii=False, separators=(",", ":")) for row in some)
        yield (separator + ",\n".join(lines)).encode()
        separator = ",\n"
    yield b"\n]}\n"


def write_geopackage(found: FindingQuerySet, path: Path) -> None:
    """A GeoPackage with two layers of the same findings: `nalezy` in S-JTSK (EPSG:5514), `nalezy_wgs84` in degrees."""
    for some in chunks(found):
        _append(path, some)
    if not path.exists():
        _append(path, [])


def _append(path: Path, rows: list[Row]) -> None:
    data, masks = [], []
    for column in COLUMNS:
        values, mask = _array(column.kind, [column.value(row) for row in rows])
        data.append(values)
        masks.append(mask)
    metres = shapely.to_wkb(shapely.points(np.array([(row.x, row.y) for row in rows]).reshape(-1, 2)))
    degrees = np.array([(row.finding.longitude, row.finding.latitude) for row in rows]).reshape(-1, 2)
    layers = ((LAYER, "EPSG:5514", metres), (LAYER_WGS84, "EPSG:4326", shapely.to_wkb(shapely.points(degrees))))
    for layer, crs, points in layers:
        pyogrio.raw.write(
            path,
            points,
            data,
            # The key of a GeoPackage's own table is called "fid", so ours may keep its name.
            [column.name for column in COLUMNS],
            field_mask=masks,
            layer=layer,
            driver="GPKG",
            geometry_type="Point",
            crs=crs,
            append=path.exists() and layer in _layers(path),
        )


def _layers(path: Path) -> set[str]:
    return {name for name, _ in pyogrio.list_layers(path)}


def _array(kind: type, values: list[Any]) -> tuple[np.ndarray, np.ndarray]:
    """The values as GDAL wants them, and which of them are missing."""
    missing = np.array([value is None for value in values], dtype=bool)
    if kind is datetime:
        # Local time, as people know it from the pages; the format of the field has no room for a zone.
        local = [value.astimezone(LOCAL).replace(tzinfo=None) if value else None for value in values]
        return np.array(local, dtype="datetime64[ms]"), missing
    empty: dict[type, tuple[Any, Any]] = {
        str: ("", object),
        int: (0, np.int32),
        bool: (False, bool),
        float: (0.0, float),
    }
    blank, stored = empty[kind]
    return np.array([blank if value is None else value for value in values], dtype=stored), missing
